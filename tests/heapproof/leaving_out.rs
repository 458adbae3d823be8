//! Runs that leave something out: what is known to fail, and operations.

use super::command_line::{folder, heapproof};
use heapproof::model::Program;
use serde_json::Value;
use std::fs::{create_dir, write};
use std::path::Path;

/// What `check` of a subject says in its summary, and its exit code.
fn checked(folder: &Path, subject: &str, more: &[&str]) -> (i32, Value, String) {
    let arguments = ["check", "--subject", subject, "--seed", "1", "--cases", "300", "--format", "json"];
    let (code, out, error) = heapproof(folder, &[&arguments, more].concat());
    let summary = out.lines().last().map_or(Value::Null, |line| serde_json::from_str(line).unwrap());
    (code, summary, error)
}

/// Files a trace of each signature that a subject fails with, in a folder of that name.
fn file_all(folder: &Path, subject: &str) -> i32 {
    checked(folder, subject, &["--keep-going", "--out", "kept"]).0
}

#[test]
fn what_fails_as_a_known_trace_does_is_counted_and_ends_no_run() {
    let folder = folder();
    assert_eq!(file_all(folder.path(), "canary"), 1);
    let (code, summary, _) = checked(folder.path(), "canary", &["--known", "kept/failures"]);
    assert_eq!(code, 0, "{summary}");
    assert_eq!(summary["programs"], 300);
    assert_eq!(summary["violations"], serde_json::json!({}));
    assert!(summary["known"]["counts-external-at-count"].as_u64().unwrap() > 0, "{summary}");
    assert!(summary["repeat"].as_str().unwrap().contains(" --known kept/failures"), "{summary}");
}

#[test]
fn a_trace_that_passes_excuses_nothing() {
    let folder = folder();
    create_dir(folder.path().join("known")).unwrap();
    write(folder.path().join("known/fixed.trace"), "a = array\npop a\n").unwrap();
    let (code, summary, error) = checked(folder.path(), "canary", &["--known", "known"]);
    assert_eq!((code, &summary["known"]), (1, &serde_json::json!({})));
    assert!(error.contains("fixed.trace passes, so it excuses no failure"), "{error}");
    let (code, _, error) = checked(folder.path(), "canary", &["--known", "nowhere.trace"]);
    assert!(code == 2 && error.contains("can't read nowhere.trace"), "{error}");
}

#[test]
fn an_operation_that_is_left_out_is_in_no_program() {
    let folder = folder();
    let more = ["--without", "WriteField,temp", "--without", "collect"];
    let (code, summary, error) = checked(folder.path(), "heap", &more);
    assert_eq!(code, 0, "{error}");
    for name in ["WriteField", "Temp", "Collect"] {
        let skipped = summary["by_operation"][name].as_object().unwrap().values().all(|count| *count == 0);
        assert!(skipped, "{name}: {}", summary["by_operation"][name]);
    }
    assert!(summary["by_operation"]["Push"]["done"].as_u64().unwrap() > 0);
    let repeat = summary["repeat"].as_str().unwrap();
    assert!(repeat.contains(" --without WriteField --without Temp --without Collect"), "{repeat}");
    let (code, _, error) = checked(folder.path(), "heap", &["--without", "swarm"]);
    assert!(code == 2 && error.contains("there is no such operation"), "{error}");
    assert_eq!(checked(folder.path(), "heap", &["--without-bias", "swarm"]).0, 0);
}

#[test]
fn a_search_goes_on_behind_no_known_failure_and_does_not_say_proved() {
    let folder = folder();
    let enumerate = ["enumerate", "--subject", "canary", "--space", "whole", "--ops", "3"];
    let run = |more: &[&str]| heapproof(folder.path(), &[&enumerate, more].concat());
    assert_eq!(run(&["--keep-going", "--out", "kept"]).0, 1);
    let (code, out, error) = run(&["--known", "kept/failures"]);
    assert_eq!(code, 0, "{out}{error}");
    assert!(out.contains("not proved of `canary`: every program of at most 3 lines"), "{out}");
    assert!(out.contains("\nknown: counts-external-at-count, not gone on from in "), "{out}");
    assert!(!out.contains("\nproved"), "{out}");
    let (_, out, _) = run(&["--known", "kept/failures", "--format", "json"]);
    let last: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert_eq!(last["type"], "pruned");
    assert!(last["known"]["counts-external-at-count"].as_u64().unwrap() > 0, "{last}");
}

#[test]
fn a_search_without_an_operation_does_not_speak_of_it() {
    let folder = folder();
    let (code, out, _) =
        heapproof(folder.path(), &["enumerate", "--space", "cycles", "--ops", "3", "--without", "take"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("operations: drop _, _._ = _, table, "), "{out}");
}

#[test]
fn every_operation_of_a_line_is_known() {
    let program: Program = "a = table\nf = temp array\non a: b = box 1".parse().unwrap();
    let codes: Vec<String> =
        program.lines().iter().flat_map(|line| line.codes()).map(|code| code.name().into()).collect();
    assert_eq!(codes, ["Table", "Temp", "Array", "On", "Box"]);
}
