//! Subjects that end their process, in processes of their own.

use crate::command_line::{FAILS, command, ended, folder, heapproof};
use crate::program;
use heapproof::isolation::{Isolated, Limits};
use heapproof::properties::Property;
use heapproof::subjects::HEAP;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A trace of which the last three lines end the process of an ending canary.
const ENDS: &str = "b = box 1\nc = table\nc.x = b\na = array nil\npush a a\npop a\n";

fn on(folder: &Path, command: &str, subject: &str, more: &[&str]) -> (i32, String, String) {
    std::fs::write(folder.join("ends.trace"), ENDS).unwrap();
    let subject = format!("canary:{subject}");
    heapproof(folder, &[&[command, "--subject", &subject, "ends.trace"], more].concat())
}

#[test]
fn what_ends_its_process_is_cut_down_like_any_failure() {
    for signature in ["crashed-aborted", "crashed-exited", "crashed-stack-overflow", "out-of-memory"] {
        let (code, out, error) = on(folder().path(), "minimize", signature, &[]);
        assert_eq!(code, 1, "{error}");
        assert!(out.contains(&format!("# signature {signature}-at-")), "{out}");
        assert!(out.ends_with("\na = array\npush a a\npop a\n"), "{out}");
        let note = format!("`canary:{signature}` ends its process, or never ends");
        assert!(error.starts_with(&note) && error.contains(">   3  pop a"), "{error}");
        assert!(error.contains("at line 3, `pop a`:\n  the model says    it returns"), "{error}");
    }
}

#[test]
fn what_never_ends_is_ended() {
    let folder = folder();
    for (subject, what) in [
        ("hung", "for 1 s no thread of it had run"),
        ("hung-busily", "one call had used a processor for 1 s"),
        ("hung-in-a-thread", "one call had used a processor for 1 s"),
    ] {
        let (code, out, error) = on(folder.path(), "replay", subject, &["--isolate", "--limit-time", "1s"]);
        assert_eq!(code, 1);
        assert!(
            out.starts_with("ends.trace: hung-at-write-array\n") && out.contains(what) && error.is_empty(),
            "{out}{error}"
        );
        assert!(out.contains("at line 6, `pop a`"), "{out}");
    }
}

#[test]
fn a_hang_is_minimised_without_waiting_for_the_limit_each_time() {
    let folder = folder();
    let (code, out, error) = on(folder.path(), "minimize", "hung-busily", &["--limit-time", "2s"]);
    assert!(code == 1 && out.ends_with("\na = array\npush a a\npop a\n"), "{out}");
    // The result was tried by the whole limit.
    assert!(error.contains("one call had used a processor for 2 s"), "{error}");
}

#[test]
fn a_program_that_is_slow_as_a_whole_does_not_hang() {
    let folder = folder();
    let calls = "take a\ndrop a\n".repeat(400_000);
    std::fs::write(folder.path().join("long.trace"), format!("a = table\n{calls}")).unwrap();
    let replay = ["replay", "long.trace", "--isolate", "--limit-time", "100ms"];
    let (code, out, error) = heapproof(folder.path(), &replay);
    assert!(code == 0 && out.contains("long.trace: passed"), "{out}{error}");
    assert!(error.contains("too slow as a whole: ") && error.contains(" of 800001, though no call"), "{error}");
}

#[test]
fn a_hang_that_does_not_repeat_is_no_failure() {
    let program = program(ENDS);
    let limits = Limits { time: Duration::from_secs(1), memory: 2048 };
    // The first child hangs, and the second is of a heap that does not.
    let children = AtomicUsize::new(0);
    let told = Mutex::new(Vec::new());
    let isolated = Isolated::new(limits, || {
        let first = children.fetch_add(1, Ordering::Relaxed) == 0;
        let subject = if first { "canary:hung-busily" } else { "heap" };
        let serve = ["serve", "--property", "lockstep", "--limit-memory", "2048", "--subject", subject];
        command(Path::new("."), &serve)
    })
    .telling(|text| told.lock().unwrap().push(text.to_owned()));
    let verdict = isolated.verdict(&program).unwrap();
    assert_eq!((verdict.failure, children.load(Ordering::Relaxed)), (None, 2));
    assert_eq!(verdict.tally, Property::Lockstep.check(&HEAP, &program).tally);
    assert!(told.lock().unwrap()[0].contains("tried again alone"));
}

#[test]
fn what_ends_its_process_is_said_at_its_line_by_every_property() {
    let folder = folder();
    for property in ["lockstep", "collect", "recover", "determinism"] {
        let more = ["--isolate", "--property", property];
        let (code, out, error) = on(folder.path(), "replay", "crashed-aborted", &more);
        assert!(code == 1 && out.contains("at line 6, `pop a`"), "{property}: {out}{error}");
    }
}

#[test]
fn a_child_explains_and_draws_as_this_process_would() {
    let folder = folder();
    std::fs::write(folder.path().join("fails.trace"), FAILS).unwrap();
    let replay = |more: &[&str]| {
        let replay =
            ["replay", "--subject", "canary", "fails.trace", "--html", "page", "--svg", "picture", "--dot", "graphs"];
        let (code, out, error) = heapproof(folder.path(), &[&replay[..], more].concat());
        assert_eq!(code, 1, "{error}");
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        [out, read("page"), read("picture"), read("graphs/step-00004.dot")]
    };
    assert_eq!(replay(&["--isolate"]), replay(&[]));
}

#[test]
fn a_check_survives_what_ends_its_process() {
    let folder = folder();
    let check = ["check", "--subject", "canary:crashed-aborted", "--seed", "1", "--cases", "400", "--isolate"];
    let (code, out, error) = heapproof(folder.path(), &check);
    assert_eq!(code, 1, "{error}");
    assert!(out.contains("crashed-aborted-at-write-array: `canary:crashed-aborted` does not hold `lockstep`"), "{out}");
    assert!(out.contains(" --isolate\n"), "{out}");
    let replay = out.lines().find_map(|line| line.strip_prefix("replay it: ")).unwrap();
    let arguments: Vec<&str> = replay.split(' ').skip(1).collect();
    let expected = [&arguments[..], &["--expect", "crashed-aborted"]].concat();
    assert_eq!(heapproof(folder.path(), &expected).0, 0, "{replay}");
}

#[test]
fn isolation_changes_no_result() {
    let folder = folder();
    let check = ["check", "--subject", "canary", "--seed", "1", "--cases", "300", "--keep-going"];
    let digest = |more: &[&str]| {
        let (code, out, _) = heapproof(folder.path(), &[&check[..], more].concat());
        assert_eq!(code, 1);
        // All but times, and the line that repeats it.
        let differs = |line: &str| ["seconds: ", "warning: ", "repeat: "].iter().any(|start| line.starts_with(start));
        let is_same = |line: &&str| !differs(line);
        out.lines().filter(is_same).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(digest(&["--isolate"]), digest(&[]));
}

#[test]
fn limits_that_make_no_sense_are_refused() {
    let folder = folder();
    for wrong in [["--limit-time", "0s"], ["--limit-time", "soon"], ["--limit-memory", "1"], ["--limit-memory", "2GB"]]
    {
        let (code, _, error) = on(folder.path(), "replay", "hung", &wrong);
        assert!(code == 2 && error.contains(wrong[0]), "{error}");
    }
}

#[test]
fn limits_of_a_child_without_a_child_are_refused() {
    let folder = folder();
    for limit in [["--limit-time", "2s"], ["--limit-memory", "512"]] {
        for refused in [["check", "--cases", "1"], ["replay", "ends.trace", "--expect=hung"]] {
            std::fs::write(folder.path().join("ends.trace"), ENDS).unwrap();
            let (code, _, error) = heapproof(folder.path(), &[&refused[..], &limit].concat());
            assert!(code == 2 && error.contains(limit[0]) && error.contains("--isolate"), "{error}");
        }
        // It tries the program in a child whether it is asked to or not.
        let (code, _, error) = on(folder.path(), "minimize", "crashed-exited", &limit);
        assert_eq!(code, 1, "{error}");
    }
}

#[test]
fn panics_in_threads_of_a_subject_are_told_once() {
    let folder = folder();
    let (code, out, error) = on(folder.path(), "minimize", "panicked-in-a-thread", &[]);
    assert!(code == 1 && out.contains("# signature panicked-at-ending_rs_"), "{error}");
    assert_eq!(error.matches("the worker gives up").count(), 1, "{error}");
    assert_eq!(error.matches("no more such panics are shown").count(), 1, "{error}");
}

/// Kills a `check` of a subject that hangs as soon as it says that it minimises; what it had said by then.
fn killed_while_it_minimises(folder: &Path, format: &str) -> String {
    let check = ["check", "--subject", "canary:hung", "--seed", "1", "--isolate", "--limit-time", "1s"];
    let mut check = command(folder, &[&check[..], &["--format", format]].concat());
    let mut child = check.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (out, error) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let said: Box<dyn Read> = if format == "json" { Box::new(out) } else { Box::new(error) };
    let line = BufReader::new(said)
        .lines()
        .map(Result::unwrap)
        .find(|line| line.contains("minimising its ") || line.contains("\"found\""));
    child.kill().unwrap();
    child.wait().unwrap();
    line.unwrap()
}

#[test]
fn what_was_found_is_told_before_it_is_minimised() {
    let folder = folder();
    let said = killed_while_it_minimises(folder.path(), "json");
    let object: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert!(object["type"] == "found" && object["signature"] == "hung-at-write-array", "{said}");
    let path = object["path"].as_str().unwrap();
    assert!(folder.path().join(path).is_file(), "{said}");
    let lines = std::fs::read_to_string(folder.path().join(path)).unwrap().lines().count() as u64;
    assert!(lines > object["lines"].as_u64().unwrap(), "{said}");
    let said = killed_while_it_minimises(folder.path(), "human");
    assert!(said.starts_with("hung-at-write-array in case ") && said.contains(path), "{said}");
}

#[cfg(unix)]
#[test]
fn one_signal_ends_a_run_whose_subject_hangs() {
    let folder = folder();
    let check = ["check", "--subject", "canary:hung", "--seed", "1", "--grace", "1s", "--stats", "stats"];
    let mut child = command(folder.path(), &check).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It listens before it says what it runs.
    let out = BufReader::new(child.stdout.as_mut().unwrap());
    assert!(out.lines().next().unwrap().unwrap().starts_with("lockstep of canary:hung"));
    std::thread::sleep(Duration::from_millis(500));
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let (code, _, error) = ended(&child.wait_with_output().unwrap());
    assert_eq!(code, 130, "{error}");
}
