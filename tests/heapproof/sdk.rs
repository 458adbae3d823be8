//! The libraries for other languages: their example heaps, right and wrong, where the language is installed.
#![cfg(unix)]

use crate::command_line::{folder, heapproof, python};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A language and its example heap.
struct Example {
    /// What has to be there to run it: `PROGRAM --version`.
    needs: &'static str,
    /// What builds it, if anything does: `{root}` and `{here}` stand for the repository and for a folder of its own.
    build: Option<&'static str>,
    /// What runs it, in which `{python}` stands for the interpreter; with `--bug` it is wrong.
    run: &'static str,
}

const EXAMPLES: &[Example] = &[
    Example {
        needs: "cc",
        build: Some("cc -O1 -I {root}/sdk/c -o {here}/counted {root}/sdk/c/examples/counted.c"),
        run: "{here}/counted",
    },
    Example { needs: "python3", build: None, run: "{python} {root}/sdk/python/examples/counted.py" },
    Example { needs: "node", build: None, run: "node {root}/sdk/javascript/examples/counted.mjs" },
    Example {
        needs: "nim",
        build: Some(
            "nim c -d:release --hints:off --verbosity:0 --nimcache:{here}/cache -o:{here}/counted-nim {root}/sdk/nim/examples/counted.nim",
        ),
        run: "{here}/counted-nim",
    },
    Example { needs: "php", build: None, run: "php {root}/sdk/php/examples/counted.php" },
];

fn in_folder(command: &str, here: &Path) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let python = if command.contains("{python}") { python() } else { None };
    let command = command.replace("{root}", root).replace("{here}", &here.to_string_lossy());
    command.replace("{python}", &python.unwrap_or_default())
}

fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// The examples whose language is there, and what runs each, in a folder of its own.
fn runnable(here: &Path) -> Vec<String> {
    let mut runnable = Vec::new();
    for Example { needs, build, run } in EXAMPLES {
        if !is_there(needs) {
            eprintln!("skipped: there is no `{needs}` here");
            continue;
        }
        if let Some(build) = build {
            let status = Command::new("sh").arg("-c").arg(in_folder(build, here)).status().unwrap();
            assert!(status.success(), "{build}");
        }
        runnable.push(format!("exec:{}", in_folder(run, here)));
    }
    runnable
}

/// What fails by this seed is cut in few executions, each of which starts an interpreter.
const CHECK: &[&str] = &["check", "--seed", "12", "--cases"];

#[test]
fn the_right_heap_of_each_language_passes() {
    let folder = folder();
    for subject in runnable(folder.path()) {
        for property in ["lockstep", "release", "collect"] {
            let arguments = [CHECK, &["300", "--property", property, "--subject", &subject]].concat();
            let (code, out, error) = heapproof(folder.path(), &arguments);
            assert_eq!(code, 0, "{subject}: {out}{error}");
        }
    }
}

#[test]
fn the_wrong_heap_of_each_language_fails_with_a_short_trace_that_replays() {
    let folder = folder();
    for (number, subject) in runnable(folder.path()).iter().enumerate() {
        let (subject, out) = (format!("{subject} --bug"), format!("found{number}"));
        let (code, printed, error) =
            heapproof(folder.path(), &[CHECK, &["3000", "--out", &out, "--subject", &subject]].concat());
        assert_eq!(code, 1, "{subject}: {printed}{error}");
        let traces = std::fs::read_dir(folder.path().join(&out).join("failures")).unwrap();
        let traces: Vec<PathBuf> = traces.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
        let trace = std::fs::read_to_string(&traces[0]).unwrap();
        let lines = trace.lines().filter(|line| !line.starts_with(['#', 'h'])).count();
        assert!(lines <= 6, "{subject}: {trace}");
        let replay = ["replay", "--subject", &subject, &traces[0].to_string_lossy()];
        let (code, replayed, _) = heapproof(folder.path(), &replay);
        assert!(code == 1 && replayed.contains("the model says") && replayed.contains("why:"), "{subject}: {replayed}");
    }
}

#[test]
fn a_heap_that_was_written_from_the_page_alone_passes() {
    if !is_there("perl") {
        return eprintln!("skipped: there is no `perl` here");
    }
    let folder = folder();
    let subject = in_folder("exec:perl {root}/examples/protocol/heap.pl", folder.path());
    let (code, out, error) = heapproof(folder.path(), &[CHECK, &["300", "--subject", &subject]].concat());
    assert_eq!(code, 0, "{out}{error}");
}
