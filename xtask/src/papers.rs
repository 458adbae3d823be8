//! Each call of `cargo xtask` and `.ci/nightly` in a paper, a script or a workflow is one that the command line takes.

use crate::command_line;
use crate::common::workspace::root;
use std::fs;
use std::path::PathBuf;

fn papers() -> Vec<PathBuf> {
    let mut papers = Vec::new();
    for folder in ["", "docs", "zoo", "tests/bugs", ".ci", ".github/workflows", "fuzz/known", "benches", "findings"] {
        let entries = fs::read_dir(root().join(folder)).into_iter().flatten().map(|entry| entry.unwrap().path());
        papers.extend(entries.filter(|path| {
            let ending = path.extension().and_then(|ending| ending.to_str());
            path.is_file() && (folder == ".ci" || matches!(ending, Some("md" | "yml")))
        }));
    }
    // What was once so, and the script of another repository.
    papers.retain(|path| !path.ends_with("CHANGELOG.md") && !path.ends_with(".ci/example"));
    papers.sort();
    papers
}

/// The words behind each such command in a line: up to what ends a command for a shell, or in the text.
fn calls(line: &str) -> Vec<Vec<String>> {
    let mut calls = Vec::new();
    for (command, first) in [("cargo xtask ", None), (".ci/nightly --", Some("nightly"))] {
        for (place, _) in line.match_indices(command) {
            let behind = &line[place + command.len() - if first.is_some() { 2 } else { 0 }..];
            let ends = ["`", "  ", " #", " |", " >", ";", " &", ")"];
            let end = ends.iter().filter_map(|end| behind.find(end)).min().unwrap_or(behind.len());
            let words = behind[..end].split_whitespace().map(|word| word.trim_matches('"').to_owned());
            calls.push(first.map(str::to_owned).into_iter().chain(words).collect());
        }
    }
    calls
}

#[test]
fn the_papers_name_commands_that_there_are() {
    let mut wrong = Vec::new();
    let mut read = 0;
    for paper in papers() {
        for (number, line) in fs::read_to_string(&paper).unwrap().lines().enumerate() {
            let line = line.replace("${{ matrix.part }}", "soak").replace("${{ matrix.target }}", "text");
            for call in calls(&line) {
                // The script answers these itself, or passes on what it was given.
                if call.iter().any(|word| ["--list", "--help", "$@", "..."].contains(&word.as_str())) {
                    continue;
                }
                read += 1;
                let example = |word: &String| match word.as_str() {
                    "$TIME" => "1h".to_owned(),
                    word => word.to_owned(),
                };
                let words = ["xtask".to_owned()].into_iter().chain(call.iter().map(example));
                if let Err(error) = command_line().try_get_matches_from(words) {
                    let why = error.to_string();
                    wrong.push(format!("{}:{}: {}: {why}", paper.display(), number + 1, call.join(" ")));
                }
            }
        }
    }
    assert!(wrong.is_empty() && read > 30, "{read} calls\n{}", wrong.join("\n"));
}

#[test]
fn a_call_ends_where_the_text_goes_on() {
    let words = |call: &[&str]| call.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    assert_eq!(calls("run `cargo xtask soak --time 1h`, or"), [words(&["soak", "--time", "1h"])]);
    assert_eq!(calls(".ci/nightly --time 2h     # a night"), [words(&["nightly", "--time", "2h"])]);
    assert_eq!(calls("nothing"), Vec::<Vec<String>>::new());
}
