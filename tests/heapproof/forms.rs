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

/// The blocks of code in a Markdown text, as CommonMark reads them, and the text without them.
fn blocks(text: &str) -> (Vec<String>, String) {
    let (mut blocks, mut rest, mut open) = (Vec::new(), String::new(), None);
    for line in text.lines() {
        let fence = line.len() - line.trim_start_matches('`').len();
        match open {
            None if fence >= 3 => {
                open = Some(fence);
                blocks.push(String::new());
            }
            None => rest += &format!("{line}\n"),
            Some(long) if fence >= long && line.len() == fence => open = None,
            Some(_) => *blocks.last_mut().unwrap() += &format!("{line}\n"),
        }
    }
    assert_eq!(open, None, "{text}");
    (blocks, rest)
}

#[test]
fn markdown_has_the_verdict_the_report_the_trace_and_both_commands() {
    let folder = folder();
    let (blocks, rest) = blocks(&printed(folder.path(), &FAILING, "markdown", 1));
    let (path, last) = saved(folder.path());
    assert!(rest.starts_with("## heapproof check: failed\n\n`` `lockstep` does not hold for `canary` in "), "{rest}");
    assert!(rest.contains("\n- seed: `1`\n- programs: `500`\n- operations: `"), "{rest}");
    assert!(rest.contains("\n### `counts-external-at-count`\n"), "{rest}");
    assert!(rest.contains(&format!("\nSaved as `{path}`, where line {last} fails.")), "{rest}");
    let [report, trace, replay, again] = &blocks[..] else { panic!("{blocks:?}") };
    assert!(report.starts_with("counts-external-at-count: ") && report.contains("why:"), "{report}");
    assert!(trace.parse::<heapproof::model::Program>().is_ok_and(|program| !program.is_empty()), "{trace}");
    let words = |command: &str| -> Vec<String> { command.split_whitespace().skip(1).map(str::to_owned).collect() };
    let run = |command: &str| {
        let words = words(command);
        heapproof(folder.path(), &words.iter().map(String::as_str).collect::<Vec<_>>())
    };
    assert_eq!(run(replay).0, 1);
    let digest = |text: &str| text.lines().find(|line| line.contains("digest: ")).unwrap().replace(['`', '-', ' '], "");
    let (code, out, _) = run(again);
    assert_eq!((code, digest(&out)), (1, digest(&rest)));

    let (blocks, rest) = self::blocks(&printed(folder.path(), &PASSING, "markdown", 0));
    assert!(rest.starts_with("## heapproof check: passed\n") && !rest.contains("###"), "{rest}");
    assert_eq!(blocks.len(), 1, "{blocks:?}");
    let known = [&FAILING[..], &["--known", &path]].concat();
    let out = printed(folder.path(), &known, "markdown", 0);
    assert!(out.contains("\n- `counts-external-at-count`: known, in "), "{out}");
}

#[test]
fn what_a_report_says_does_not_end_its_block_of_markdown_and_what_is_too_long_is_named() {
    let folder = folder();
    let shard = [&FAILING[..], &["--shard", "1/1", "--keep-going", "--format", "json"]].concat();
    let (code, out, error) = heapproof(folder.path(), &shard);
    assert_eq!(code, 1, "{error}");
    for (report, is_shown) in [("a ``` b\n````\n# @somebody\n".to_owned(), true), ("word ".repeat(20_000), false)] {
        let change = |line: &str| {
            let mut object: Value = serde_json::from_str(line).unwrap();
            if object["type"] == "violation" {
                object["report"] = report.clone().into();
            }
            format!("{object}\n")
        };
        std::fs::write(folder.path().join("1.json"), out.lines().map(change).collect::<String>()).unwrap();
        let (_, merged, error) = heapproof(folder.path(), &["merge", "1.json", "--format", "markdown"]);
        let (blocks, rest) = blocks(&merged);
        assert_eq!(blocks.contains(&report), is_shown, "{merged}{error}");
        assert_eq!(rest.contains("too long to stand here"), !is_shown, "{rest}");
        assert!(!rest.contains('@') && merged.contains("counts-external-at-count") && merged.len() < 65_536, "{rest}");
    }
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
    let forms = [
        ("junit", "<failure "),
        ("github", "::error file=heapproof.out/failures/"),
        ("sarif", "startLine"),
        ("markdown", "## heapproof enumerate: failed\n"),
    ];
    for (form, part) in forms {
        let (code, out, error) = heapproof(folder.path(), &["merge", "1.json", "2.json", "--format", form]);
        assert!(code == 1 && out.contains(part), "{out}{error}");
    }
}
