//! The action `.github/actions/check`: what its steps run, as GitHub runs it, beside a server that keeps a pull request's comments.
#![cfg(unix)]

use crate::command_line::{folder, python};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const FAILS: &str = "--subject canary --seed 1 --cases 500";
const PASSES: &str = "--seed 1 --cases 50";

/// The scripts of the action's steps, in their order.
fn scripts() -> Vec<String> {
    let text = std::fs::read_to_string(Path::new(ROOT).join(".github/actions/check/action.yml")).unwrap();
    let (mut scripts, mut margin) = (Vec::<String>::new(), None);
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        match margin {
            Some(margin) if indent > margin => *scripts.last_mut().unwrap() += &format!("{}\n", line.trim_start()),
            _ if line.trim_start() == "run: |" => {
                margin = Some(indent);
                scripts.push(String::new());
            }
            _ => margin = None,
        }
    }
    scripts
}

/// A pull request with comments of others, on a server of its own.
struct PullRequest {
    folder: TempDir,
    server: Child,
    port: u16,
}

impl PullRequest {
    /// `None` where there is no Python, which the server is written in, and the action.
    fn open(arguments: &[&str]) -> Option<PullRequest> {
        let Some(python) = python() else {
            eprintln!("skipped, since there is no python3: what the action writes as comments");
            return None;
        };
        let folder = folder();
        let others: Vec<Value> = (0..150).map(|id| serde_json::json!({ "id": id, "body": "fine" })).collect();
        std::fs::write(folder.path().join("comments.json"), Value::from(others).to_string()).unwrap();
        let mut python = Command::new(python);
        python.arg(Path::new(ROOT).join("tests/heapproof/action/server.py")).arg(folder.path()).args(arguments);
        let mut server = python.stdout(Stdio::piped()).spawn().unwrap();
        let mut port = String::new();
        BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut port).unwrap();
        Some(PullRequest { folder, server, port: port.trim().parse().unwrap() })
    }

    /// Runs the action; the code with which it ends, and what its second step prints.
    fn check(&self, arguments: &str) -> (i32, String) {
        let scripts = scripts();
        let [check, comment, end] = &scripts[..] else { panic!("{scripts:?}") };
        let command = [("COMMAND", env!("CARGO_BIN_EXE_heapproof")), ("ARGUMENTS", arguments)];
        let (code, printed) = self.step(check, &command);
        assert!(code == 0 && !printed.contains("heapproof trace 1"), "{printed}");
        let outputs = std::fs::read_to_string(self.folder.path().join("outputs")).unwrap();
        let ended = outputs.lines().last().unwrap().strip_prefix("code=").unwrap();
        let variables = [("CODE", ended), ("NAME", "heap"), ("NUMBER", "7"), ("TOKEN", "secret")];
        let (code, printed) = self.step(comment, &variables);
        assert_eq!(code, 0, "{printed}");
        (self.step(end, &[("CODE", ended)]).0, printed)
    }

    /// Runs a script as GitHub runs that of a step with `shell: bash`.
    fn step(&self, script: &str, variables: &[(&str, &str)]) -> (i32, String) {
        let path = |name: &str| self.folder.path().join(name);
        std::fs::write(path("script"), script).unwrap();
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-eo", "pipefail", "script"]).current_dir(self.folder.path());
        bash.env("RUNNER_TEMP", self.folder.path()).env("GITHUB_OUTPUT", path("outputs"));
        bash.env("GITHUB_STEP_SUMMARY", path("summary.md")).env("GITHUB_REPOSITORY", "o/r");
        bash.env("GITHUB_ACTION_PATH", Path::new(ROOT).join(".github/actions/check"));
        bash.env("GITHUB_API_URL", format!("http://127.0.0.1:{}", self.port)).env("no_proxy", "*");
        let output = bash.envs(variables.iter().copied()).output().unwrap();
        let printed = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(printed).unwrap())
    }

    /// The comments that are not of others.
    fn comments(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.path().join("comments.json")).unwrap();
        let comments: Vec<Value> = serde_json::from_str(&text).unwrap();
        comments[150..].iter().map(|comment| comment["body"].as_str().unwrap().to_owned()).collect()
    }
}

impl Drop for PullRequest {
    fn drop(&mut self) {
        // It serves until then; if it has ended already, there is nothing to do.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[test]
fn the_action_writes_one_comment_with_the_trace_and_corrects_it_when_the_check_passes() {
    let Some(pull_request) = PullRequest::open(&[]) else { return };
    assert_eq!(pull_request.check(PASSES).0, 0);
    assert_eq!(pull_request.comments(), Vec::<String>::new());
    for _ in 0..2 {
        assert_eq!(pull_request.check(FAILS).0, 1);
        let [comment] = &pull_request.comments()[..] else { panic!("{:?}", pull_request.comments()) };
        assert!(comment.starts_with("<!-- heapproof check: heap -->\n## heapproof check: failed\n"), "{comment}");
        assert!(comment.contains("```\nheapproof trace 1\na = "), "{comment}");
    }
    assert_eq!(pull_request.check(PASSES).0, 0);
    let [comment] = &pull_request.comments()[..] else { panic!("{:?}", pull_request.comments()) };
    assert!(comment.starts_with("<!-- heapproof check: heap -->\n## heapproof check: passed\n"), "{comment}");
    // A command that can't run says nothing of the heap.
    assert_eq!(pull_request.check("--subject nobody").0, 2);
    assert_eq!(&pull_request.comments()[..], std::slice::from_ref(comment));
}

#[test]
fn without_leave_to_write_the_action_leaves_the_trace_in_the_summary() {
    let Some(pull_request) = PullRequest::open(&["read-only"]) else { return };
    let (code, printed) = pull_request.check(FAILS);
    assert_eq!(code, 1);
    assert!(printed.starts_with("::notice title=heapproof::No comment (HTTP Error 403"), "{printed}");
    assert_eq!(pull_request.comments(), Vec::<String>::new());
    let summary = std::fs::read_to_string(pull_request.folder.path().join("summary.md")).unwrap();
    assert!(summary.contains("```\nheapproof trace 1\na = "), "{summary}");
}

#[test]
fn no_script_of_the_action_contains_what_others_wrote_and_no_workflow_lends_them_its_token() {
    let scripts = scripts();
    assert!(scripts.iter().all(|script| !script.contains("${{")), "{scripts:?}");
    for folder in [".github/workflows", ".github/actions/check", "examples/repository/.github/workflows"] {
        for entry in std::fs::read_dir(Path::new(ROOT).join(folder)).unwrap() {
            let path = entry.unwrap().path();
            assert!(!std::fs::read_to_string(&path).unwrap().contains("pull_request_target"), "{}", path.display());
        }
    }
}
