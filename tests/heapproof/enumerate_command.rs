//! `heapproof enumerate` as its users meet it.

use super::command_line::{command, ended, folder, heapproof};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs `enumerate` with JSON output; the exit code and the objects.
fn enumerated(folder: &Path, arguments: &[&str]) -> (i32, Vec<Value>) {
    let arguments = [&["enumerate", "--format", "json"], arguments].concat();
    let (code, out, _) = heapproof(folder, &arguments);
    (code, out.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

#[test]
fn what_was_proved_is_said_exactly() {
    let folder = folder();
    let (code, out, _) = heapproof(folder.path(), &["enumerate", "--space", "cycles", "--ops", "4"]);
    assert_eq!(code, 0, "{out}");
    for part in [
        "proved of `heap`: after every program of at most 4 lines on at most 3 objects at once it shows what the model",
        "in 131 states by 351 lines",
        "operations: take _, drop _, _._ = _, table, collect, detect full, detect",
        "values: nil, references to living and dead objects",
    ] {
        assert!(out.contains(part), "{part} is not in {out}");
    }
    assert!(!folder.path().join("heapproof.out").exists());
    let (_, out, _) = heapproof(folder.path(), &["enumerate", "--ops", "1"]);
    for part in
        ["configurations: set interval 1, ", "finalizers: `take self`, ", "faults, one at a time: external_low, "]
    {
        assert!(out.contains(part), "{part} is not in {out}");
    }
}

#[test]
fn the_canary_ends_in_a_shortest_trace_that_is_saved_and_replays() {
    let folder = folder();
    let (code, out, _) = heapproof(folder.path(), &["enumerate", "--subject", "canary"]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("violation: counts-external-at-count, first in a program of 3 lines"), "{out}");
    assert!(out.contains("the model says") && out.contains("replay it: "), "{out}");
    let traces = std::fs::read_dir(folder.path().join("heapproof.out/failures")).unwrap();
    let traces: Vec<_> = traces.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    assert_eq!(traces.len(), 1);
    let trace = traces[0].to_string_lossy();
    let replay = ["replay", "--subject", "canary", "--expect", "counts-external", &trace];
    assert_eq!(heapproof(folder.path(), &replay).0, 0);
}

#[test]
fn json_is_an_object_a_line_and_the_same_for_any_number_of_threads() {
    let folder = folder();
    let result = |jobs| {
        let (code, mut objects) = enumerated(folder.path(), &["--space", "cycles", "--ops", "5", "--jobs", jobs]);
        assert_eq!(code, 0);
        let types: Vec<_> = objects.iter().map(|object| object["type"].as_str().unwrap().to_owned()).collect();
        assert_eq!(types[..2], ["start", "space"]);
        assert_eq!(types[2..], ["progress", "progress", "progress", "progress", "progress", "proved"]);
        for object in &mut objects {
            object["seconds"] = Value::Null;
            object["memory"] = Value::Null;
        }
        objects
    };
    assert_eq!(result("1"), result("3"));
}

#[test]
fn a_wrong_word_is_met_with_the_right_one() {
    let folder = folder();
    let long = ["enumerate", "--objects", "16", "--ops", "30"];
    let (code, _, error) = heapproof(folder.path(), &long);
    assert_eq!(code, 2);
    assert!(error.contains("for so many objects at most 5 lines are possible"), "{error}");
    for (arguments, message) in [
        (["--operations", "take,tabel"], "did you mean `Table`?"),
        (["--operations", "take,drop"], "nothing in `whole` allocates on `heap`"),
        (["--space", "cycels"], "did you mean `cycles`?"),
        (["--kinds", "aray"], "did you mean `array`?"),
        (["--faults", "dirty_entri"], "did you mean `dirty_entry`?"),
        (["--shard", "3/2"], "the second of three shares"),
        (["--fields", "1x"], "expected a word"),
        (["--objects", "0"], "0 is not in 1..=16"),
        (["--subject", "haep"], "there is no subject `haep`"),
    ] {
        let (code, _, error) = heapproof(folder.path(), &[&["enumerate"][..], &arguments].concat());
        assert_eq!(code, 2, "{error}");
        assert!(error.contains(message), "{message} is not in {error}");
    }
}

#[test]
fn a_search_that_takes_too_much_memory_ends_and_says_how_far_it_came() {
    let folder = folder();
    let arguments = ["enumerate", "--space", "graphs", "--memory", "1"];
    let (code, out, error) = heapproof(folder.path(), &arguments);
    assert_eq!(code, 3, "{out}");
    assert!(out.contains("not tried to the end: programs of "), "{out}");
    assert!(error.contains("states took more than 1 MB; `--memory` allows more"), "{error}");
}

#[test]
fn a_search_does_not_write_over_what_another_run_has_kept_meanwhile() {
    let folder = folder();
    let arguments = ["enumerate", "--space", "graphs", "--ops", "6", "--format", "json"];
    let mut child = command(folder.path(), &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(|line| line.unwrap());
    lines.find(|line| line.contains(r#""lines":4,"#) && line.contains("progress")).unwrap();
    let kept = folder.path().join("heapproof.out/enumerations/graphs.search");
    std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
    std::fs::write(&kept, "of another run").unwrap();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    lines.for_each(drop);
    let (code, _, error) = ended(&child.wait_with_output().unwrap());
    assert!(code == 2 && error.contains("another run has saved its search"), "{error}");
    assert_eq!(std::fs::read(&kept).unwrap(), b"of another run");
}

#[test]
fn a_search_that_was_interrupted_is_kept_and_gone_on_with() {
    let folder = folder();
    let arguments = ["enumerate", "--space", "graphs", "--ops", "6", "--format", "json"];
    let mut child = command(folder.path(), &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(|line| line.unwrap());
    lines.find(|line| line.contains(r#""lines":4,"#) && line.contains("progress")).unwrap();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let last: Value = serde_json::from_str(&lines.last().unwrap()).unwrap();
    let (code, _, error) = ended(&child.wait_with_output().unwrap());
    assert_eq!((code, &last["end"]), (130, &Value::from("stopped")), "{error}");
    assert!(error.contains("--resume"), "{error}");

    let kept = folder.path().join("heapproof.out/enumerations/graphs.search");
    let before = std::fs::read(&kept).unwrap();
    let (code, _, error) = heapproof(folder.path(), &["enumerate", "--space", "graphs", "--ops", "2"]);
    assert!(code == 2 && error.contains("would be lost: continue it with `--resume`"), "{error}");
    let (code, _, error) = heapproof(folder.path(), &["enumerate", "--space", "graphs", "--ops", "2", "--resume"]);
    assert!(code == 2 && error.contains("another search: of `") && error.len() < 500, "{error}");
    assert_eq!(std::fs::read(&kept).unwrap(), before);

    let (code, objects) = enumerated(folder.path(), &["--space", "graphs", "--ops", "6", "--resume"]);
    assert_eq!((code, &objects.last().unwrap()["lines"]), (0, &Value::from(6)));
    let bytes = std::fs::read(&kept).unwrap();
    std::fs::write(&kept, &bytes[..bytes.len() / 2]).unwrap();
    let arguments = ["enumerate", "--space", "graphs", "--ops", "6", "--resume"];
    let (code, _, error) = heapproof(folder.path(), &arguments);
    assert_eq!(code, 2);
    assert!(error.contains("graphs.search: cut short or changed since it was written"), "{error}");
}
