//! `examples/repository`: its workflow uses our action, and a copy of it, made as a user makes one, does what its workflows do.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const ACTION: &str = ".github/actions/check";

fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(Path::new(ROOT).join(path)).unwrap()
}

/// What the workflow gives the action, by name, without the spaces before it.
fn given() -> Vec<(String, String)> {
    let workflow = read("examples/repository/.github/workflows/pull-request.yml");
    let (_, step) = workflow
        .split_once(&format!("uses: OWNER/heapproof/{ACTION}@"))
        .unwrap_or_else(|| panic!("it does not use the action"));
    let inputs = step.lines().skip_while(|line| line.trim() != "with:").skip(1);
    let inputs = inputs.map_while(|line| line.trim().split_once(": "));
    inputs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn input(name: &str) -> String {
    given().into_iter().find(|(input, _)| input == name).unwrap().1
}

#[test]
fn the_pull_request_of_the_example_is_checked_by_our_action_as_its_papers_say() {
    let action = read(format!("{ACTION}/action.yml"));
    let given = given();
    assert!(given.iter().all(|(name, _)| action.contains(&format!("\n  {name}:\n"))), "{given:?}");
    let (command, arguments) = (input("command"), input("arguments"));
    let page = read("docs/ci.md");
    for line in [format!("command: {command}\n"), format!("arguments: {arguments}\n")] {
        assert!(page.contains(&line), "docs/ci.md lacks: {line}");
    }
    let workflow = read("examples/repository/.github/workflows/pull-request.yml");
    assert!(workflow.contains("pull-requests: write"), "it may not comment");
    assert!(read("examples/repository/README.md").contains(&format!("`{ACTION}`")));
}

/// A copy of the example outside this checkout, and where it is built.
struct Repository {
    folder: TempDir,
    seconds: String,
}

impl Repository {
    fn copied() -> Repository {
        let folder = tempfile::tempdir().unwrap();
        let example = Path::new(ROOT).join("examples/repository/.");
        assert!(Command::new("cp").arg("-R").arg(example).arg(folder.path()).status().unwrap().success());
        let at = |path: &str| folder.path().join(path);
        for built in ["target", "fuzz/target"] {
            let _ = std::fs::remove_dir_all(at(built));
        }
        // The versions that this checkout is tested with.
        for lock in ["Cargo.lock", "fuzz/Cargo.lock"] {
            std::fs::copy(Path::new(ROOT).join(lock), at(lock)).unwrap();
        }
        for manifest in ["proof/Cargo.toml", "fuzz/Cargo.toml"] {
            let text = std::fs::read_to_string(at(manifest)).unwrap();
            let there = text.replace("path = \"../../..\"", &format!("path = \"{ROOT}\""));
            assert_ne!(there, text, "{manifest} does not name this checkout");
            std::fs::write(at(manifest), there).unwrap();
        }
        let seconds = std::env::var("EXAMPLE_SECONDS").unwrap_or_else(|_| "5".to_owned());
        Repository { folder, seconds }
    }

    /// Runs a command in it; the code with which it ends, and what it prints.
    fn run(&self, command: &str) -> (Option<i32>, String) {
        eprintln!("== {command}");
        let target: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join("example");
        let mut bash = Command::new("bash");
        bash.args(["-c", command]).current_dir(self.folder.path()).env("CARGO_TARGET_DIR", target);
        bash.env("TIME", format!("{}s", self.seconds)).env("SECONDS_OF_FUZZING", &self.seconds);
        let output = bash.output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    }

    fn passes(&self, command: &str) {
        let (code, printed) = self.run(command);
        assert_eq!(code, Some(0), "`{command}`: {printed}");
    }

    /// It ends as a failing program ends it, and prints a minimised trace.
    fn fails(&self, command: &str) {
        let (code, printed) = self.run(command);
        assert!(matches!(code, Some(1 | 101)), "`{command}` ends with {code:?}: {printed}");
        let is_first = |line: &str| line.trim_start_matches(['*', '>', ' ']).starts_with("1  a = ");
        assert!(printed.lines().any(is_first), "`{command}` shows no trace: {printed}");
    }
}

#[test]
#[ignore = "builds the harness for a repository of its own, which takes minutes; `.ci/example` runs it"]
fn a_copy_of_the_example_does_what_its_workflows_do_and_finds_its_mistake() {
    let repository = Repository::copied();
    let (command, arguments) = (input("command"), input("arguments"));
    let arguments = arguments.replace("1min", &format!("{}s", repository.seconds));
    let by_the_action = |command: &str| format!("{command} check {arguments} --format markdown");
    let mistaken = command.replace(" --package", " --features mistake --package");
    repository.passes("cargo test --workspace");
    repository.passes(".ci/check");
    repository.passes(&by_the_action(&command));
    repository.fails("cargo test --workspace --features mistake");
    repository.fails(".ci/check --features mistake");
    repository.fails(&by_the_action(&mistaken));
    if Command::new("cargo").args(["fuzz", "--version"]).output().is_ok_and(|output| output.status.success()) {
        repository.passes(".ci/nightly");
        repository.fails(".ci/nightly --features mistake");
    } else {
        eprintln!("cargo-fuzz is missing: the fuzz target is compiled, and not run");
        let check = "cargo check --quiet --manifest-path fuzz/Cargo.toml";
        repository.passes(&format!("CUSTOM_LIBFUZZER_PATH=/nowhere/libfuzzer.a {check}"));
    }
}
