//! Failures that go elsewhere, or come from there: other reducers, `git bisect`.

use crate::command_line::{FAILS, folder};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

const HEAPPROOF: &str = env!("CARGO_BIN_EXE_heapproof");

/// Whether the script takes a candidate for one that still fails as the canary does.
#[cfg(unix)]
fn still_fails(candidate: &str) -> bool {
    let mut child = Command::new(example("still_fails.sh"))
        .envs([
            ("HEAPPROOF", HEAPPROOF),
            ("HEAPPROOF_OPTIONS", "--subject canary"),
            ("HEAPPROOF_EXPECT", "counts-external"),
        ])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(candidate.as_bytes()).unwrap();
    child.wait().unwrap().success()
}

#[cfg(unix)]
#[test]
fn a_reducer_that_knows_nothing_of_traces_is_told_which_candidates_still_fail() {
    assert!(still_fails(FAILS) && still_fails("a = array\npush a a\npop a"));
    for other in ["a = table", "a = arr", "\u{0}\u{1}", "c = pop a", "heapproof trace 2\n"] {
        assert!(!still_fails(other), "{other:?}");
    }
    // As simple a reducer as there is: lines are left out as long as one can be.
    let mut lines: Vec<&str> = FAILS.lines().collect();
    let mut at = 0;
    while at < lines.len() {
        let without = [&lines[..at], &lines[at + 1..]].concat();
        if still_fails(&without.join("\n")) {
            (lines, at) = (without, 0);
        } else {
            at += 1;
        }
    }
    assert_eq!(lines, ["a = array", "push a a", "c = pop a"]);
}

/// A folder of sources, of which some commits do not build and those from the seventh on are wrong.
#[cfg(unix)]
fn history(folder: &Path) -> Option<()> {
    git(folder, &["init", "--quiet"])?;
    for commit in 1..=10 {
        let options = if commit >= 7 { "--subject canary" } else { "" };
        std::fs::write(folder.join("run"), format!("# {commit}\nexec {HEAPPROOF} \"$@\" {options}\n")).unwrap();
        std::fs::write(folder.join("builds"), if [5, 6].contains(&commit) { "false" } else { "true" }).unwrap();
        git(folder, &["add", "."])?;
        let who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
        let message = format!("commit {commit}");
        git(folder, &[&who[..], &["commit", "--quiet", "-m", &message]].concat())?;
    }
    Some(())
}

/// What git prints; none where there is no git, or it fails.
#[cfg(unix)]
fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let mut git = Command::new("git");
    git.current_dir(folder).args(arguments).env("BUILD", "sh builds").env("HEAPPROOF", "sh run");
    // Not the repository that these tests may be run from.
    git.env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE").env_remove("GIT_WORK_TREE");
    let output = git.output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(unix)]
#[test]
fn git_bisects_by_a_trace_and_steps_over_what_does_not_build() {
    let (sources, elsewhere) = (folder(), folder());
    let trace = elsewhere.path().join("found.trace");
    std::fs::write(&trace, FAILS).unwrap();
    if history(sources.path()).is_none() {
        println!("skipped: there is no git that can commit here");
        return;
    }
    git(sources.path(), &["bisect", "start", "HEAD", "HEAD~9"]).unwrap();
    let (script, trace) = (example("bisect.sh"), trace.to_string_lossy().into_owned());
    let found = git(sources.path(), &["bisect", "run", &script.to_string_lossy(), &trace]);
    // Between the fourth commit, the last that passes, and the seventh nothing can be judged.
    let log = git(sources.path(), &["bisect", "log"]).unwrap();
    let told = format!("{}{log}", found.unwrap_or_default());
    for commit in ["commit 5", "commit 6", "commit 7"] {
        assert!(told.contains(commit), "{told}");
    }
    assert!(told.contains("only skipped commits left") || told.contains("possible first bad commit"), "{told}");
}
