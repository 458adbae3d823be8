//! The lines that Hypothesis publishes for observability: ours beside lines that it has written itself.

use super::command_line::{folder, heapproof};
use super::program;
use serde_json::Value;
use std::path::Path;

/// One line of each kind from Hypothesis 6.170.17, as `observations/compare.py --record` prints them.
const THEIRS: &str = include_str!("observations/hypothesis.jsonl");

const FAILING: [&str; 7] = ["check", "--subject", "canary", "--seed", "2", "--cases", "500"];

/// What a command prints, line by line.
fn printed(folder: &Path, arguments: &[&str], code: i32) -> Vec<Value> {
    let (ended, out, error) = heapproof(folder, &[arguments, &["--format", "observations"]].concat());
    assert_eq!(ended, code, "{error}");
    lines(&out)
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Whether a test passed, failed or gave up, or that a line is not about one.
fn kind(line: &Value) -> &str {
    line["status"].as_str().or(line["type"].as_str()).unwrap()
}

fn fields(line: &Value) -> Vec<(&String, String)> {
    let of = |value: &Value| match value {
        Value::Null => "nothing".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::String(_) => "a text".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::Bool(_) => "yes or no".to_owned(),
    };
    line.as_object().unwrap().iter().map(|(name, value)| (name, of(value))).collect()
}

/// Compares our line with theirs of its kind, field by field.
fn compare(ours: &Value) {
    let theirs = lines(THEIRS);
    let theirs = theirs.iter().find(|line| kind(line) == kind(ours)).unwrap();
    // Theirs is null where there is none, and ours always.
    let comparable = |line: &Value| {
        let mut fields = fields(line);
        fields.retain(|(name, _)| *name != "coverage");
        fields.sort();
        fields.into_iter().map(|(name, is)| format!("{name} is {is}")).collect::<Vec<_>>()
    };
    assert_eq!(comparable(ours), comparable(theirs));
    assert_eq!(ours.get("coverage"), theirs.get("coverage").map(|_| &Value::Null));
    for (name, value) in ours["metadata"].as_object().into_iter().flatten() {
        let theirs = theirs["metadata"].get(name).map(std::mem::discriminant);
        let is_theirs = theirs.is_none_or(|theirs| theirs == std::mem::discriminant(value));
        assert!(is_theirs || name == "traceback", "{name}: {value}");
    }
}

#[test]
fn each_line_has_the_fields_that_hypothesis_writes() {
    let folder = folder();
    let ours = printed(folder.path(), &FAILING, 1);
    ours.iter().for_each(compare);
    let of = |wanted: &str| ours.iter().filter(|line| kind(line) == wanted).count();
    assert!(of("passed") > 0 && of("failed") > 1 && of("info") == 1, "{ours:?}");
}

#[test]
fn there_is_a_line_for_each_program_then_one_for_its_minimised_failure_and_one_for_the_run() {
    let folder = folder();
    let ours = printed(folder.path(), &FAILING, 1);
    let [programs @ .., failing, minimal, info] = &ours[..] else { panic!("{ours:?}") };
    assert!(programs.iter().all(|line| line["status"] == "passed"));
    let number = programs.len();
    assert_eq!(failing["how_generated"], format!("case {number} of seed 2, profile default"));
    assert_eq!((&failing["status"], &failing["status_reason"]), (&"failed".into(), &"counts-external-at-count".into()));
    let how = "minimal failing test case";
    assert_eq!((&minimal["how_generated"], &minimal["status_reason"]), (&how.into(), &failing["status_reason"]));
    assert!(minimal["metadata"]["traceback"].as_str().unwrap().contains("the model says"));
    let length = |line: &Value| program(line["representation"].as_str().unwrap()).len();
    assert!(length(minimal) < length(failing));
    assert_eq!(minimal["arguments"]["program"].as_array().unwrap().len(), length(minimal));
    assert!(info["content"].as_str().unwrap().starts_with("failed: `lockstep` does not hold for `canary` in 1 of"));
}

#[test]
fn the_lines_do_not_depend_on_the_number_of_threads_and_say_what_programs_did() {
    let folder = folder();
    let run = |jobs| {
        let mut lines = printed(folder.path(), &["check", "--seed", "1", "--cases", "300", "--jobs", jobs], 0);
        for line in &mut lines {
            // These are of the process.
            for own in ["run_start", "timing", "metadata"] {
                line.as_object_mut().unwrap().remove(own);
            }
        }
        assert_eq!(lines.pop().unwrap()["property"], "all");
        lines
    };
    let lines = run("1");
    assert_eq!((lines.len(), &lines), (300, &run("2")));
    let features = |name: &str| lines.iter().filter(|line| line["features"].get(name).is_some()).count();
    assert_eq!([features("done"), features("lines"), features("states")], [300; 3]);
    assert!((1..300).contains(&features("recovered-without")));
}

#[test]
fn what_is_known_has_failed_and_a_program_that_does_nothing_gave_up() {
    let folder = folder();
    printed(folder.path(), &FAILING, 1);
    let known = [&FAILING[..], &["--known", "heapproof.out/failures"]].concat();
    let lines = printed(folder.path(), &known, 0);
    assert!(lines.iter().any(|line| line["status_reason"] == "known: counts-external-at-count"), "{lines:?}");
    // Programs of one line at most, of which many name what is not there.
    let short = printed(folder.path(), &["check", "--seed", "1", "--cases", "200", "--ops", "1"], 0);
    let gave_up: Vec<&Value> = short.iter().filter(|line| line["status"] == "gave_up").collect();
    assert!(!gave_up.is_empty());
    gave_up.into_iter().for_each(compare);
}

#[test]
fn enumerate_and_merge_have_lines_for_failures_and_for_the_run() {
    let folder = folder();
    let search = ["enumerate", "--subject", "canary", "--space", "whole", "--ops", "3"];
    let kinds = |lines: &[Value]| lines.iter().map(|line| kind(line).to_owned()).collect::<Vec<_>>();
    let lines = printed(folder.path(), &search, 1);
    lines.iter().for_each(compare);
    assert_eq!(kinds(&lines), ["failed", "info"]);
    let (_, out, _) = heapproof(folder.path(), &[&search[..], &["--format", "json", "--shard", "1/1"]].concat());
    std::fs::write(folder.path().join("1.json"), out).unwrap();
    assert_eq!(kinds(&printed(folder.path(), &["merge", "1.json"], 1)), ["failed", "info"]);
}
