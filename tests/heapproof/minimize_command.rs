use crate::command_line::{FAILS, folder, heapproof};
use serde_json::Value;
use std::path::Path;

/// Minimises a trace of seven lines in a folder, with more arguments.
fn minimize(folder: &Path, more: &[&str]) -> (i32, String, String) {
    std::fs::write(folder.join("found.trace"), FAILS).unwrap();
    heapproof(folder, &[&["minimize", "--subject", "canary", "found.trace"], more].concat())
}

fn verify(folder: &Path, file: &str) -> (i32, String, String) {
    heapproof(folder, &["verify-minimal", "--subject", "canary", file])
}

#[test]
fn what_was_minimised_is_verified_anew() {
    let folder = folder();
    minimize(folder.path(), &["-o", "small.trace"]);
    let (code, out, _) = verify(folder.path(), "small.trace");
    assert_eq!(code, 0);
    assert_eq!(
        out,
        "small.trace: minimal: counts-external-at-count needs every line and every object; 4 removals tried\n"
    );
}

#[test]
fn what_can_still_go_is_named() {
    let folder = folder();
    std::fs::write(folder.path().join("long.trace"), "a = array\npush a a\nb = table\npop a\n").unwrap();
    let (code, out, _) = verify(folder.path(), "long.trace");
    assert_eq!(code, 1);
    let expected = "long.trace: line 3, `b = table`, can go\nlong.trace: `b` can go, with all lines that name it\n";
    assert_eq!(out, expected);
}

#[test]
fn of_what_does_not_fail_nothing_can_be_verified() {
    let folder = folder();
    std::fs::write(folder.path().join("sound.trace"), "a = table\n").unwrap();
    let (code, out, error) = verify(folder.path(), "sound.trace");
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(error.contains("sound.trace does not fail"), "{error}");
}

#[test]
fn a_certificate_holds_every_removal_and_what_came_of_it() {
    let folder = folder();
    minimize(folder.path(), &["-o", "small.trace", "--certificate", "why.json"]);
    let text = std::fs::read_to_string(folder.path().join("why.json")).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["minimal"], true);
    assert_eq!(lines[0]["signature"], "counts-external-at-count");
    let removed: Vec<(&Value, &Value)> = lines[1..].iter().map(|line| (&line["line"], &line["object"])).collect();
    assert_eq!(removed.len(), 4);
    assert_eq!((removed[0].0, removed[3].1), (&Value::from(1), &Value::from("a")));
    assert!(lines[1..].iter().all(|line| line["without"] != "fails-alike"), "{text}");
    heapproof(folder.path(), &["verify-minimal", "--subject", "canary", "small.trace", "--certificate", "anew.json"]);
    assert_eq!(std::fs::read_to_string(folder.path().join("anew.json")).unwrap(), text);
}

#[test]
fn a_budget_that_is_too_small_is_admitted() {
    let folder = folder();
    let (code, out, error) = minimize(folder.path(), &["--budget", "2"]);
    assert_eq!(code, 1);
    assert!(out.starts_with("heapproof trace 1"), "{out}");
    assert!(error.contains("in 2 executions: not yet minimal"), "{error}");
    let (code, _, error) = minimize(folder.path(), &["--budget", "0"]);
    assert!(code == 2 && error.contains("--budget"), "{error}");
}

#[test]
fn several_jobs_come_to_what_one_does() {
    let folder = folder();
    assert_eq!(minimize(folder.path(), &["--jobs", "3"]), minimize(folder.path(), &[]));
}

#[test]
fn a_certificate_that_can_not_be_written_is_a_fault() {
    let folder = folder();
    let (code, _, error) = minimize(folder.path(), &["--certificate", "nowhere/why.json"]);
    assert!(code == 3 && error.contains("can't write nowhere/why.json"), "{error}");
}

#[test]
fn what_fails_in_another_way_is_saved_where_that_is_asked_for() {
    let folder = folder();
    let text = "a = table\nb = table\ntake a\ntake a\nexpect a 4\ndrop a\nexpect a 1\n";
    std::fs::write(folder.path().join("claims.trace"), text).unwrap();
    let (_, _, error) = heapproof(folder.path(), &["minimize", "claims.trace", "-o", "small.trace"]);
    assert!(error.contains("(not saved; `minimize --others FOLDER` saves it)"), "{error}");
    let asked = ["minimize", "claims.trace", "-o", "small.trace", "--others", "more/others"];
    let (code, _, error) = heapproof(folder.path(), &asked);
    assert!(code == 1 && error.contains("(in more/others)"), "{error}");
    for saved in std::fs::read_dir(folder.path().join("more/others")).unwrap() {
        let saved = saved.unwrap().path().display().to_string();
        let (code, out, _) = heapproof(folder.path(), &["replay", &saved]);
        let signature = out.split(": ").nth(1).unwrap_or_default().lines().next().unwrap();
        assert!(code == 1 && saved.contains(signature), "{saved}: {out}");
    }
}
