use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// Runs the command line in a folder; what came of it.
pub fn heapproof(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = command(folder, arguments).output().unwrap();
    ended(&output)
}

pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heapproof"));
    command.current_dir(folder).args(arguments);
    command
}

pub fn ended(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

pub fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

pub fn fed(folder: &Path, arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut child =
        command(folder, arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    ended(&child.wait_with_output().unwrap())
}

/// The interpreter of Python, if there is one. What `python3` finds may be the shim of a version manager, which takes twice as
/// long to start, and these tests start hundreds.
pub fn python() -> Option<String> {
    let asked = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().ok()?;
    let path = String::from_utf8(asked.stdout).ok()?.trim().to_owned();
    (asked.status.success() && !path.is_empty()).then_some(path)
}

pub const FAILS: &str = "b = box 1\na = array\npush a a\nc = pop a\ncollect\ndrop a\ndrop b\n";

#[test]
fn a_check_that_passes_prints_its_figures_and_the_line_that_repeats_it() {
    let folder = folder();
    let (code, out, _) = heapproof(folder.path(), &["check", "--cases", "200", "--seed", "9"]);
    assert_eq!(code, 0, "{out}");
    for part in ["WriteField", "programs: 200", "operations a second", "digest: ", "check --seed 9 --cases 200"] {
        assert!(out.contains(part), "{part} is not in {out}");
    }
    let digest = |out: &str| out.lines().find(|line| line.starts_with("digest: ")).unwrap().to_owned();
    assert_eq!(digest(&out).len(), "digest: ".len() + 16);
    let arguments = ["check", "--cases", "200", "--seed", "9", "--jobs", "1"];
    assert_eq!(digest(&heapproof(folder.path(), &arguments).1), digest(&out));
    assert!(!folder.path().join("heapproof.out").exists());
}

#[test]
fn a_check_of_the_canary_saves_a_short_trace_that_replays() {
    let folder = folder();
    let (code, out, _) = heapproof(folder.path(), &["check", "--subject", "canary", "--seed", "1", "--out", "found"]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("the model says") && out.contains("the subject says") && out.contains("replay it: "), "{out}");
    let traces = |folder: &Path| -> Vec<String> {
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|path| path.is_file()).map(|path| path.to_string_lossy().into_owned()).collect()
    };
    let minimized = traces(&folder.path().join("found/failures"));
    assert_eq!(minimized.len(), 1);
    assert!(!traces(&folder.path().join("found/failures/original")).is_empty());
    let text = std::fs::read_to_string(&minimized[0]).unwrap();
    assert!(text.lines().filter(|line| !line.starts_with('#')).count() <= 1 + 6, "{text}");
    let replayed = heapproof(folder.path(), &["replay", "--subject", "canary", &minimized[0]]);
    assert_eq!(replayed.0, 1);
    let expected = ["replay", "--subject", "canary", "--expect", "counts-external", &minimized[0]];
    assert_eq!(heapproof(folder.path(), &expected).0, 0);
    let other = ["replay", "--subject", "canary", "--expect", "not-freed", &minimized[0]];
    assert_eq!(heapproof(folder.path(), &other).0, 1);
    assert_eq!(heapproof(folder.path(), &["replay", &minimized[0]]).0, 1);
    assert_eq!(heapproof(folder.path(), &["replay", "--subject", "heap", &minimized[0]]).0, 0);
}

#[test]
fn json_is_an_object_a_line_and_the_last_is_the_summary() {
    let folder = folder();
    let (code, out, _) = heapproof(folder.path(), &["check", "--subject", "canary", "--seed", "1", "--format", "json"]);
    assert_eq!(code, 1);
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let types: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(types[0], "start");
    assert_eq!(types[types.len() - 2..], ["statistics", "summary"]);
    // Statistics come now and then, so where among them the violation stands is a matter of time.
    let violation = lines.iter().find(|line| line["type"] == "violation").unwrap();
    assert_eq!(violation["signature"], "counts-external-at-count");
    let found = &lines[types.iter().position(|one| *one == "found").unwrap()];
    assert!(types.iter().position(|one| *one == "found") < types.iter().position(|one| *one == "violation"));
    assert_eq!((&found["signature"], &found["case"]), (&violation["signature"], &violation["case"]));
    assert!(folder.path().join(found["path"].as_str().unwrap()).is_file());
    let summary = &lines[lines.len() - 1];
    let by_operation = summary["by_operation"].as_object().unwrap();
    let sum = |outcome: &str| by_operation.values().map(|one| one[outcome].as_u64().unwrap()).sum::<u64>();
    assert_eq!(summary["operations"].as_u64().unwrap(), sum("done") + sum("refused"));
    assert_eq!(summary["skipped"].as_u64().unwrap(), sum("skipped"));
    assert_eq!(summary["violations"]["counts-external-at-count"], 1);
    assert!(summary["programs"].as_u64().unwrap() > 0 && summary["seconds"].is_number());
    assert_eq!(summary["digest"].as_str().unwrap().len(), 16);
}

#[test]
fn a_check_that_keeps_going_has_one_trace_for_each_signature() {
    let folder = folder();
    let arguments = ["check", "--subject", "canary", "--seed", "1", "--cases", "500", "--keep-going"];
    let (code, out, _) = heapproof(folder.path(), &arguments);
    assert_eq!(code, 1);
    let signatures = out.lines().filter(|line| line.starts_with("violation: ")).count();
    let files = std::fs::read_dir(folder.path().join("heapproof.out/failures")).unwrap();
    assert_eq!(files.filter(|entry| entry.as_ref().unwrap().path().is_file()).count(), signatures);
    assert!(out.contains("programs: 500") && out.contains("--keep-going"), "{out}");
}

#[test]
fn the_line_that_repeats_a_run_names_its_profile() {
    let folder = folder();
    let (code, out, _) = heapproof(folder.path(), &["check", "--cases", "20", "--seed", "9", "--profile", "weak"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("--seed 9 --cases 20 --profile weak"), "{out}");
}

#[test]
fn a_check_by_time_is_repeated_to_the_digest_by_the_line_that_it_prints() {
    let folder = folder();
    for more in [&["--jobs", "3"][..], &["--feedback"][..]] {
        let arguments = [&["check", "--time", "200ms", "--seed", "4", "--property", "text"], more].concat();
        let (code, out, _) = heapproof(folder.path(), &arguments);
        let line = |out: &str, start: &str| out.lines().find_map(|line| line.strip_prefix(start)).unwrap().to_owned();
        let repeat = line(&out, "repeat: ");
        let again: Vec<&str> = repeat.split(' ').skip(1).collect();
        assert!(code == 0 && again.contains(&"--cases"), "{out}");
        let repeated = heapproof(folder.path(), &again).1;
        assert_eq!(
            ["digest: ", "programs: "].map(|it| line(&out, it)),
            ["digest: ", "programs: "].map(|it| line(&repeated, it))
        );
    }
}

#[test]
fn the_last_line_of_a_check_says_whether_it_passed() {
    let folder = folder();
    let last = |subject| {
        let out = heapproof(folder.path(), &["check", "--seed", "1", "--cases", "300", "--subject", subject]).1;
        out.lines().next_back().unwrap().to_owned()
    };
    assert_eq!(last("heap"), "passed: 12 properties hold for `heap` in all 300 programs");
    assert!(last("canary").starts_with("failed: `lockstep` does not hold for `canary` in 1 of "));
}

#[test]
fn a_trace_with_a_typo_is_refused_with_its_place() {
    let folder = folder();
    std::fs::write(folder.path().join("typo.trace"), "heapproof trace 1\na = table\ndorp a\n").unwrap();
    let (code, out, error) = heapproof(folder.path(), &["replay", "typo.trace"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(error.contains("typo.trace:3:1: no operation begins with `dorp`; did you mean `drop`?"), "{error}");
}

#[test]
fn bad_usage_exits_with_two_and_says_what_there_is() {
    let folder = folder();
    for (arguments, said) in [
        (vec!["check", "--subject", "haep"], "there are: heap, canary"),
        (vec!["check", "--property", "lock"], "there are: lockstep, cycles, collect"),
        (vec!["check", "--profile", "weka"], "there are: default, acyclic"),
        (vec!["check", "--time", "soon"], "expected something like `60s`"),
        (vec!["check", "--cases", "0"], "--cases"),
        (vec!["check", "--cases", "1", "--time", "1s"], "cannot be used with"),
        (vec!["check", "--sed", "1"], "--seed"),
        (vec!["replay", "nowhere.trace"], "can't read nowhere.trace"),
        (vec!["replay"], "FILE"),
        (vec!["replay", "--expect", "counts-extrenal", "x.trace"], "counts-external"),
        (vec!["minimize", "nowhere.trace"], "can't read nowhere.trace"),
        (vec!["list", "heaps"], "subjects"),
        (vec!["chekc"], "check"),
        (vec![], "Usage"),
    ] {
        let (code, _, error) = heapproof(folder.path(), &arguments);
        assert_eq!(code, 2, "{arguments:?}: {error}");
        assert!(error.contains(said), "{arguments:?}: {error}");
    }
    assert!(heapproof(folder.path(), &["--help"]).1.contains("130"));
}

#[test]
fn input_is_text_by_name_or_by_its_first_word_and_else_bytes() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let program = crate::program(FAILS);
    std::fs::write(path("bytes"), program.encode()).unwrap();
    std::fs::write(path("text"), program.to_string()).unwrap();
    std::fs::write(path("bare.trace"), FAILS).unwrap();
    std::fs::write(path("empty"), "").unwrap();
    let replay =
        |arguments: &[&str]| heapproof(folder.path(), &[&["replay", "--subject", "canary"], arguments].concat()).0;
    assert_eq!([replay(&["bytes"]), replay(&["text"]), replay(&["bare.trace"])], [1, 1, 1]);
    std::fs::write(path("marked.txt"), format!("\u{feff}{program}")).unwrap();
    assert_eq!(replay(&["marked.txt"]), 1);
    assert_eq!([replay(&["empty"]), replay(&["--input", "bytes", "text"]), replay(&["-", "-"])], [2, 2, 2]);
    let (code, _, error) = fed(folder.path(), &["replay", "-"], "a = table\na.x = a\n");
    assert_eq!(code, 0, "{error}");
    let (code, _, error) = fed(folder.path(), &["replay", "-"], "\u{2}a = table\n");
    assert!(code == 2 && error.contains("neither a trace"), "{error}");
    let (code, _, error) = fed(folder.path(), &["replay", "-"], "heapproof trace 1\na = chain 4000000000\n");
    assert!(code == 2 && error.contains("4000000000 objects"), "{error}");
    assert_eq!(replay(&["--input", "trace", "bytes"]), 2);
    assert_eq!(fed(folder.path(), &["replay", "--subject", "canary", "--input", "trace", "-"], FAILS).0, 1);
}

#[test]
fn minimize_writes_a_trace_to_standard_output_or_to_a_file() {
    let folder = folder();
    std::fs::write(folder.path().join("found.trace"), FAILS).unwrap();
    let minimize = ["minimize", "--subject", "canary", "found.trace"];
    let (code, out, error) = heapproof(folder.path(), &minimize);
    assert_eq!(code, 1);
    assert!(out.starts_with("heapproof trace 1\n# signature counts-external"), "{out}");
    assert!(error.contains("cut from 7 lines to 3"), "{error}");
    assert_eq!(heapproof(folder.path(), &[&minimize[..], &["-o", "small.trace"]].concat()).0, 1);
    assert_eq!(std::fs::read_to_string(folder.path().join("small.trace")).unwrap(), out);
    let (code, _, error) = heapproof(folder.path(), &["minimize", "found.trace"]);
    assert_eq!(code, 2);
    assert!(error.contains("does not fail"), "{error}");
}

#[test]
fn each_canary_of_the_family_is_a_subject() {
    let folder = folder();
    let check = ["check", "--subject", "canary:freed-too-early", "--seed", "1"];
    let (code, out, _) = heapproof(folder.path(), &check);
    assert_eq!(code, 1);
    assert!(out.contains("freed-too-early-at-count: `canary:freed-too-early` does not hold `lockstep`"), "{out}");
    let (code, _, error) = heapproof(folder.path(), &["check", "--subject", "canary:freed-to-early"]);
    assert_eq!(code, 2);
    assert!(error.contains("did you mean `canary:freed-too-early`?"), "{error}");
}

#[test]
fn a_check_of_a_canary_looks_for_what_shows_it() {
    let folder = folder();
    for (canary, property) in [
        ("score", "verify"),
        ("repaired-again", "recover"),
        ("undetermined-outcome", "determinism"),
        ("undetermined-journal", "determinism"),
        ("undetermined-state", "determinism"),
    ] {
        let name = format!("canary:{canary}");
        let (code, out, _) = heapproof(folder.path(), &["check", "--subject", &name, "--seed", "1", "--cases", "500"]);
        assert!(code == 1 && out.starts_with(&format!("{property} of {name}, seed 1")), "{out}");
        let listed = heapproof(folder.path(), &["list", "subjects"]).1;
        let line = listed.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap();
        assert!(line.ends_with(&format!(" (shown by {property})")), "{line}");
        let asked = ["check", "--subject", &name, "--property", "cycles", "--cases", "5", "--seed", "1"];
        assert!(heapproof(folder.path(), &asked).1.contains(" --property cycles\n"));
    }
}

#[test]
fn list_says_what_there_is() {
    let folder = folder();
    assert!(heapproof(folder.path(), &["list", "subjects"]).1.contains("canary"));
    assert!(heapproof(folder.path(), &["list", "properties"]).1.contains("lockstep"));
    assert!(heapproof(folder.path(), &["list", "operations"]).1.contains("detect full"));
    assert!(heapproof(folder.path(), &["list", "profiles"]).1.contains("look-always"));
    assert!(heapproof(folder.path(), &["list", "conditions"]).1.contains("a finalizer ran"));
    let kinds = heapproof(folder.path(), &["list", "signatures"]).1;
    assert!(kinds.contains("freed-too-early          an object is gone that must live\n"), "{kinds}");
    assert!(kinds.lines().count() < 40 && kinds.contains("`list signatures --all`"), "{kinds}");
    let all = heapproof(folder.path(), &["list", "signatures", "--all"]).1;
    assert!(all.lines().count() > 100 && all.contains("counts-external\n"), "{all}");
}

#[test]
fn a_reader_that_goes_away_stops_nothing() {
    let folder = folder();
    let mut child = command(folder.path(), &["check", "--subject", "canary", "--seed", "1"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(folder.path().join("heapproof.out/failures").exists());
}

#[cfg(unix)]
#[test]
fn a_link_is_written_through_and_not_replaced() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("found.trace"), FAILS).unwrap();
    std::fs::write(path("target"), "").unwrap();
    std::os::unix::fs::symlink("target", path("link")).unwrap();
    let minimize = ["minimize", "--subject", "canary", "found.trace", "-o"];
    assert_eq!(heapproof(folder.path(), &[&minimize[..], &["link"]].concat()).0, 1);
    std::os::unix::fs::symlink("made", path("dangling")).unwrap();
    assert_eq!(heapproof(folder.path(), &[&minimize[..], &["dangling"]].concat()).0, 1);
    assert!(path("dangling").is_symlink() && path("made").is_file());
    assert!(
        path("link").is_symlink() && std::fs::read_to_string(path("target")).unwrap().contains("heapproof trace 1")
    );
}

#[test]
fn a_seed_can_be_hexadecimal() {
    let folder = folder();
    let digest = |seed| {
        let (code, out, _) = heapproof(folder.path(), &["check", "--cases", "20", "--seed", seed]);
        assert_eq!(code, 0, "{out}");
        out.lines().find(|line| line.starts_with("digest: ")).unwrap().to_owned()
    };
    assert_eq!(digest("0x1F"), digest("31"));
    let (code, _, error) = heapproof(folder.path(), &["check", "--seed", "x1"]);
    assert!(code == 2 && error.contains("as in `42` or `0x2a`"), "{error}");
}

#[test]
fn what_holds_no_operation_is_not_passed_over_in_silence() {
    let folder = folder();
    for (name, bytes) in
        [("byte", &b"\x01"[..]), ("line", b"\n"), ("nulls", b"\x01\0\0\0"), ("comment", b"# nothing\n")]
    {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        let (code, _, error) = heapproof(folder.path(), &["replay", name]);
        assert!(code == 2 && error.contains("holds no operation"), "{name}: {error}");
    }
    assert_eq!(heapproof(folder.path(), &["replay", "--input", "bytes", "byte"]).0, 0);
    let (code, out, _) = fed(folder.path(), &["replay", "-"], "heapproof trace 1\n");
    assert_eq!((code, out.as_str()), (0, "-: passed; it has no operation, only the end was run\n"));
}

#[test]
fn an_error_has_no_byte_that_a_terminal_obeys() {
    let folder = folder();
    std::fs::write(folder.path().join("red.trace"), "a = array\n\u{1b}[31mdrop a\n").unwrap();
    for arguments in [vec!["replay", "red.trace"], vec!["replay", "\u{1b}[31m.trace"], vec!["\u{1b}[31m"]] {
        let (code, _, error) = heapproof(folder.path(), &arguments);
        assert!(code == 2 && !error.contains('\u{1b}'), "{error:?}");
        assert!(error.contains("\\u{1b}") || arguments.len() == 1, "{error:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_can_not_be_printed_is_a_fault() {
    let folder = folder();
    for arguments in [vec!["--help"], vec!["--version"], vec!["replay", "--help"], vec!["list", "properties"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ended = command(folder.path(), &arguments).stdout(full).status().unwrap();
        assert_eq!(ended.code(), Some(3), "{arguments:?}");
    }
}

#[test]
fn each_command_that_reads_programs_says_that_it_reads_rust() {
    let folder = folder();
    for command in ["replay", "minimize", "verify-minimal", "emit-test", "convert"] {
        assert!(
            heapproof(folder.path(), &[command, "--help"]).1.contains("as Rust if they are called `.rs`"),
            "{command}"
        );
    }
    assert!(heapproof(folder.path(), &["corpus", "add", "--help"]).1.contains("as Rust if they are called `.rs`"));
}
