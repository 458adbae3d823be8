//! The forms of results that other tools read.

use super::command_line::{command, ended, folder, heapproof};
use quick_junit::{Report, TestCaseStatus};
use serde_json::Value;
use std::path::Path;

const FAILING: [&str; 7] = ["check", "--subject", "canary", "--seed", "1", "--cases", "500"];
const PASSING: [&str; 5] = ["check", "--seed", "1", "--cases", "50"];

/// Runs a command with a form; what it prints.
fn printed(folder: &Path, arguments: &[&str], form: &str, code: i32) -> String {
    let (ended, out, error) = heapproof(folder, &[arguments, &["--keep-going", "--format", form]].concat());
    assert_eq!(ended, code, "{error}");
    out
}

/// The one trace that is saved in a folder, and the number of the line in its file that comes last.
fn saved(folder: &Path) -> (String, usize) {
    let failures = folder.join("heapproof.out/failures");
    let mut files = std::fs::read_dir(failures).unwrap().map(|file| file.unwrap().path());
    let path = files.find(|path| path.is_file()).unwrap();
    let lines = std::fs::read_to_string(&path).unwrap().lines().count();
    (path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned(), lines)
}

#[test]
fn junit_is_read_back_with_a_case_for_the_run_and_one_for_each_signature() {
    let folder = folder();
    let report = Report::deserialize_from_str(&printed(folder.path(), &FAILING, "junit", 1)).unwrap();
    let suite = &report.test_suites[0];
    let names: Vec<&str> = suite.test_cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(
        (names, suite.failures, suite.name.as_str()),
        (vec!["programs", "counts-external-at-count"], 2, "heapproof check")
    );
    let case = &suite.test_cases[1];
    let TestCaseStatus::NonSuccess { message, ty, description, .. } = &case.status else { panic!("{case:?}") };
    let text = |it: &Option<quick_junit::XmlString>| it.as_ref().unwrap().as_str().to_owned();
    assert_eq!(text(ty), "counts-external-at-count");
    assert_eq!(text(message), "counts-external-at-count: `canary` does not hold `lockstep`");
    let (path, last) = saved(folder.path());
    for part in ["the model says", &format!("saved as {path}, line {last}\n"), "replay it: "] {
        assert!(text(description).contains(part), "{part} is not in {description:?}");
    }
    assert!(text(&case.system_out).starts_with("heapproof trace 1\n"));
    let digest = suite.properties.iter().find(|property| property.name.as_str() == "digest").unwrap();
    assert_eq!(digest.value.as_str().len(), 16);

    let passing = Report::deserialize_from_str(&printed(folder.path(), &PASSING, "junit", 0)).unwrap();
    assert_eq!((passing.tests, passing.failures, passing.errors), (1, 0, 0));
    let known = [&FAILING[..], &["--known", &path]].concat();
    let known = Report::deserialize_from_str(&printed(folder.path(), &known, "junit", 0)).unwrap();
    assert_eq!((known.tests, known.failures, known.test_suites[0].skipped), (2, 0, 1));
}

#[test]
fn github_gets_an_annotation_at_the_line_of_the_trace_that_fails() {
    let folder = folder();
    let out = printed(folder.path(), &FAILING, "github", 1);
    let (path, last) = saved(folder.path());
    let lines: Vec<&str> = out.lines().collect();
    let start =
        format!("::error file={path},line={last},title=counts-external-at-count::counts-external-at-count: `canary`");
    assert!(lines[0].starts_with(&start) && lines[0].contains("%0Areplay it: "), "{out}");
    assert!(lines[1].starts_with("::notice title=heapproof::failed: `lockstep` does not hold"), "{out}");
    assert_eq!(lines.len(), 2, "{out}");

    // A run in a folder of the repository names files as the repository does.
    let inner = folder.path().join("a, b");
    std::fs::create_dir(&inner).unwrap();
    let mut inside = command(&inner, &[&FAILING[..], &["--format", "github"]].concat());
    let (_, out, _) = ended(&inside.env("GITHUB_WORKSPACE", folder.path()).output().unwrap());
    assert!(out.starts_with("::error file=a%2C b/heapproof.out/failures/counts-external"), "{out}");
}

#[test]
fn sarif_has_a_result_at_the_line_of_the_trace_and_a_rule_for_its_kind() {
    let folder = folder();
    let log: Value = serde_json::from_str(&printed(folder.path(), &FAILING, "sarif", 1)).unwrap();
    let (run, (path, last)) = (&log["runs"][0], saved(folder.path()));
    let result = &run["results"][0];
    assert_eq!((&log["version"], run["results"].as_array().unwrap().len()), (&"2.1.0".into(), 1));
    let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
    assert_eq!((&rule["id"], &result["ruleId"]), (&"counts-external".into(), &"counts-external".into()));
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], path);
    assert_eq!(place["region"]["startLine"], last);
    assert_eq!(result["partialFingerprints"]["signature/v2"], "counts-external-at-count");
    assert!(result["message"]["text"].as_str().unwrap().contains("the model says"));
    let passing: Value = serde_json::from_str(&printed(folder.path(), &PASSING, "sarif", 0)).unwrap();
    assert_eq!(passing["runs"][0]["results"], Value::Array(Vec::new()));
}

#[test]
fn enumerate_and_merge_have_the_same_forms() {
    let folder = folder();
    let search = ["enumerate", "--subject", "canary", "--space", "whole", "--ops", "3"];
    let report = Report::deserialize_from_str(&printed(folder.path(), &search, "junit", 1)).unwrap();
    assert_eq!((report.test_suites[0].name.as_str(), report.failures), ("heapproof enumerate", 2));
    for number in 1..=2 {
        let shard = format!("{number}/2");
        let (_, out, _) = heapproof(folder.path(), &[&search[..], &["--format", "json", "--shard", &shard]].concat());
        std::fs::write(folder.path().join(format!("{number}.json")), out).unwrap();
    }
    for (form, part) in
        [("junit", "<failure "), ("github", "::error file=heapproof.out/failures/"), ("sarif", "startLine")]
    {
        let (code, out, error) = heapproof(folder.path(), &["merge", "1.json", "2.json", "--format", form]);
        assert!(code == 1 && out.contains(part), "{out}{error}");
    }
}
