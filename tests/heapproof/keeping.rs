//! From a failure to a guard, on the command line: `emit-test`, `convert`, `corpus`.

use crate::command_line::{FAILS, command, fed, folder, heapproof};
use crate::program;
use heapproof::model::Program;
use std::fs::{read, read_dir, read_to_string, write};
use std::process::Stdio;

const ADD: [&str; 6] = ["corpus", "add", "--subject", "canary", "--note", "A pop forgets what it hands over"];

#[test]
fn a_regression_is_filed_once_in_its_normal_form() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    write(path("found.trace"), FAILS).unwrap();
    let (code, out, error) = heapproof(folder.path(), &[&ADD[..], &["found.trace"]].concat());
    assert_eq!(code, 0, "{error}");
    let filed = "corpus/regressions/a-pop-forgets-what-it-hands-over.trace";
    assert!(out.starts_with(&format!("filed as {filed}: counts-external-at-count, cut from 7 lines to 3")), "{out}");
    let text = read_to_string(path(filed)).unwrap();
    assert_eq!(text.lines().nth(1), Some("# A pop forgets what it hands over"));
    let found = "# signature counts-external-at-count, property lockstep, subject canary";
    assert_eq!(text.lines().nth(2), Some(found));

    // The same failure from another program, and the file itself.
    write(path("again.trace"), format!("x = box 7\n{FAILS}")).unwrap();
    for again in ["again.trace", "found.trace", filed] {
        let (code, _, error) = heapproof(folder.path(), &[&ADD[..], &[again]].concat());
        assert!(code == 2 && error.contains(&format!("nothing is filed: {filed} is the same program")), "{error}");
    }
    assert_eq!(read_dir(path("corpus/regressions")).unwrap().count(), 1);
    let (_, out, _) = heapproof(folder.path(), &["corpus", "list"]);
    assert_eq!(out, format!("{filed}: A pop forgets what it hands over\n"));
}

#[test]
fn the_first_trace_makes_the_folder_of_a_corpus_and_only_that() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    for command in ["list", "check"] {
        let (code, _, error) = heapproof(folder.path(), &["corpus", command]);
        assert!(code == 2 && error.contains("there is no folder corpus"), "{error}");
    }
    write(path("passes.trace"), "heapproof trace 1\na = table\n").unwrap();
    assert_eq!(heapproof(folder.path(), &[&ADD[..], &["passes.trace"]].concat()).0, 2);
    assert!(!path("corpus").exists());
    write(path("found.trace"), FAILS).unwrap();
    write(path("file"), "").unwrap();
    let (code, _, error) = heapproof(folder.path(), &[&ADD[..], &["found.trace", "--corpus", "file"]].concat());
    assert!(code == 2 && error.contains("file is no folder"), "{error}");
    assert_eq!(heapproof(folder.path(), &[&ADD[..], &["found.trace"]].concat()).0, 0);
    assert_eq!(read_dir(path("corpus/regressions")).unwrap().count(), 1);
}

#[test]
fn what_passes_is_filed_only_when_that_is_said() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("kept")).unwrap();
    write(path("found.trace"), FAILS).unwrap();
    let add = ["corpus", "--corpus", "kept", "add", "found.trace", "--note", "It was wrong once"];
    let (code, _, error) = heapproof(folder.path(), &add);
    assert!(code == 2 && error.contains("does not fail") && error.contains("--passing"), "{error}");
    assert_eq!(read_dir(path("kept")).unwrap().count(), 0);
    assert_eq!(heapproof(folder.path(), &[&add[..], &["--passing"]].concat()).0, 0);
    let text = read_to_string(path("kept/regressions/it-was-wrong-once.trace")).unwrap();
    assert_eq!(program(&text), program(FAILS));
    assert_eq!(heapproof(folder.path(), &["corpus", "check", "--corpus", "kept"]).0, 0);
    let (code, out, _) = heapproof(folder.path(), &["corpus", "check", "--corpus", "kept", "--subject", "canary"]);
    assert!(code == 1 && out.contains("it-was-wrong-once.trace: counts-external"), "{out}");
}

#[test]
fn a_folder_of_other_programs_heaps_is_left_out() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(path("corpus/others")).unwrap();
    write(path("corpus/others/a.trace"), "heapproof trace 1\n# property lockstep, subject elsewhere\na = table\n")
        .unwrap();
    assert_eq!(heapproof(folder.path(), &["corpus", "check"]).0, 1);
    write(path("corpus/others/.other-heaps"), "").unwrap();
    let (code, out, error) = heapproof(folder.path(), &["corpus", "check"]);
    assert_eq!(code, 0, "{out}{error}");
}

#[test]
fn a_corpus_is_checked_for_notes_doubles_and_text() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("corpus")).unwrap();
    write(folder.path().join("corpus/a.trace"), "heapproof trace 1\n# A table goes\na = table\n").unwrap();
    assert_eq!(heapproof(folder.path(), &["corpus", "check"]).0, 0);
    write(folder.path().join("corpus/b.trace"), "heapproof trace 1\nb = table\n").unwrap();
    let (code, out, _) = heapproof(folder.path(), &["corpus", "check"]);
    assert_eq!(code, 1);
    assert!(out.contains("b.trace: its second line") && out.contains("b.trace: the same program as corpus/a.trace"));
    write(folder.path().join("corpus/c.trace"), "dorp a\n").unwrap();
    write(folder.path().join("corpus/d.trace"), b"heapproof trace 1\n# \xff\xfe\n").unwrap();
    let (code, out, _) = heapproof(folder.path(), &["corpus", "check"]);
    assert!(code == 1 && out.contains("corpus/c.trace:1:1: no operation begins with `dorp`"), "{out}");
    assert!(out.contains("can't read corpus/d.trace") && out.contains("traces: 2, complaints: 4"), "{out}");
}

#[test]
fn a_trace_is_judged_by_what_it_says_it_was_found_by() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("corpus")).unwrap();
    let subject = "canary:undetermined-state";
    let check = ["check", "--subject", subject, "--property", "determinism", "--seed", "1", "--format", "json"];
    let (code, out, _) = heapproof(folder.path(), &check);
    assert_eq!(code, 1, "{out}");
    let violation = out.lines().find(|line| line.contains(r#""type":"violation""#)).unwrap();
    let violation: serde_json::Value = serde_json::from_str(violation).unwrap();
    let trace = violation["path"].as_str().unwrap();
    let filed = "corpus/regressions/it-differs.trace";
    assert_eq!(heapproof(folder.path(), &["corpus", "add", trace, "--note", "It differs"]).0, 0);
    heapproof(folder.path(), &["emit-test", trace, "-o", "test.rs"]);
    for file in [trace, filed, "test.rs"] {
        assert_eq!(heapproof(folder.path(), &["replay", file]).0, 1, "{file}");
        assert_eq!(heapproof(folder.path(), &["minimize", file]).0, 1, "{file}");
        assert_eq!(heapproof(folder.path(), &["replay", file, "--property", "lockstep"]).0, 0, "{file}");
        assert_eq!(heapproof(folder.path(), &["replay", file, "--subject", "heap"]).0, 0, "{file}");
    }
    assert_eq!(heapproof(folder.path(), &["verify-minimal", filed]).0, 0);
    assert!(read_to_string(path("test.rs")).unwrap().contains("Property::Determinism"));
    let (code, out, _) = heapproof(folder.path(), &["corpus", "check"]);
    assert!(code == 1 && out.starts_with(&format!("{filed}: undetermined-state")), "{out}");
    assert_eq!(heapproof(folder.path(), &["corpus", "check", "--subject", "heap"]).0, 0);
    let subjects = heapproof::subjects::all();
    let guard = || heapproof::front_doors::corpus(&path("corpus"), &subjects).is_ok();
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(guard)).is_err());
}

#[test]
fn a_note_is_words_on_one_line() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("corpus")).unwrap();
    write(folder.path().join("found.trace"), FAILS).unwrap();
    for note in ["", " ... ", "two\nlines"] {
        assert_eq!(heapproof(folder.path(), &["corpus", "add", "found.trace", "--note", note]).0, 2, "{note:?}");
    }
    assert_eq!(heapproof(folder.path(), &["corpus", "add", "found.trace"]).0, 2);
}

#[test]
fn a_program_goes_round_through_all_its_forms() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let text = program(FAILS).to_string();
    write(path("one.trace"), &text).unwrap();
    for (from, to) in [
        ("one.trace", "two.bytes"),
        ("two.bytes", "three.rs"),
        ("three.rs", "four.bytes"),
        ("four.bytes", "five.trace"),
        ("five.trace", "six.rs"),
        ("six.rs", "seven.trace"),
    ] {
        assert_eq!(heapproof(folder.path(), &["convert", from, "-o", to]).0, 0, "{from} to {to}");
    }
    assert_eq!(read(path("two.bytes")).unwrap(), program(FAILS).encode());
    assert_eq!(read(path("four.bytes")).unwrap(), read(path("two.bytes")).unwrap());
    let last: Program = program(&read_to_string(path("seven.trace")).unwrap());
    assert_eq!(last, program(FAILS));
    assert!(read_to_string(path("six.rs")).unwrap().starts_with("pub fn program() -> heapproof::model::Program {"));

    let (code, out, _) = fed(folder.path(), &["convert", "-"], &text);
    assert_eq!((code, out.as_str()), (0, text.as_str()));
    let piped = command(folder.path(), &["convert", "one.trace", "--to", "bytes"]).output().unwrap();
    assert_eq!(piped.stdout, program(FAILS).encode());
}

#[test]
fn a_conversion_that_can_not_be_says_why() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    write(path("one.trace"), FAILS).unwrap();
    write(path("none.rs"), "fn main() {}\n").unwrap();
    let one = "// heapproof trace 1\n// a = table\n";
    write(path("two.rs"), format!("{one}fn a() {{}}\n{one}// drop a\nfn b() {{}}\n")).unwrap();
    write(path("said.trace"), format!("heapproof trace 1\n# property lock\n{FAILS}")).unwrap();
    write(path("else.trace"), format!("heapproof trace 1\n# subject mine\n{FAILS}")).unwrap();
    write(path("typo.rs"), format!("fn a() {{}}\n{one}// dorp a\n")).unwrap();
    for (arguments, said) in [
        (vec!["convert", "one.trace", "-o", "where.to"], "give `--to trace`"),
        (vec!["convert", "one.trace", "-o", "no/where.rs"], "there is no folder"),
        (vec!["convert", "none.rs"], "has a line `heapproof trace 1`"),
        (vec!["convert", "two.rs"], "it contains 2 traces"),
        (vec!["convert", "typo.rs"], "typo.rs:4:1: no operation begins with `dorp`"),
        (vec!["convert", "one.trace", "--to", "bites"], "bytes"),
        (vec!["replay", "said.trace"], "said.trace:2:1: there is no property `lock`"),
        (vec!["replay", "else.trace"], "there is no subject `mine`"),
        (
            vec!["emit-test", "one.trace", "--name", "Big Name"],
            "a test can't be called `Big Name`; it can be called `big_name`",
        ),
        (vec!["emit-test", "one.trace", "--name", "fn"], "a test can't be called `fn`; it can be called `fn_`"),
        (vec!["emit-test", "-", "-"], "give `-` one time"),
        (vec!["emit-test", "nowhere.trace"], "can't read nowhere.trace"),
    ] {
        let (code, _, error) = heapproof(folder.path(), &arguments);
        assert!(code == 2 || (code == 3 && said.contains("folder")), "{arguments:?}: {error}");
        assert!(error.contains(said), "{arguments:?}: {error}");
    }
}

#[test]
fn a_test_is_emitted_for_each_trace_and_read_back() {
    let folder = folder();
    write(folder.path().join("found.trace"), FAILS).unwrap();
    let (code, out, error) = heapproof(folder.path(), &["emit-test", "found.trace", "found.trace"]);
    assert_eq!((code, error.as_str()), (0, ""));
    assert!(out.contains("fn found() {") && out.contains("fn found_2() {"), "{out}");
    let emitted = heapproof(folder.path(), &["emit-test", "--subject", "canary", "found.trace", "-o", "test.rs"]);
    assert!(emitted.2.contains("`canary` does not say how it spells operations"), "{}", emitted.2);
    // A test in a bug report is as good as its trace.
    let replayed =
        heapproof(folder.path(), &["replay", "--subject", "canary", "--expect", "counts-external", "test.rs"]);
    assert_eq!(replayed.0, 0, "{}", replayed.1);
}

#[test]
fn a_closed_pipe_and_a_full_disk_are_told_apart() {
    let folder = folder();
    write(folder.path().join("found.trace"), FAILS).unwrap();
    let mut child = command(folder.path(), &["emit-test", "found.trace"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    #[cfg(target_os = "linux")]
    {
        let (code, _, error) = heapproof(folder.path(), &["emit-test", "found.trace", "-o", "/dev/full"]);
        assert!(code == 3 && error.contains("can't write /dev/full"), "{error}");
    }
}
