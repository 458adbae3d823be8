//! Where commands write: over nothing that they read, and never in silence.

use crate::command_line::{FAILS, command, fed, folder, heapproof};
use crate::program;
use std::fs::{create_dir, read, read_dir, read_to_string, write};
use std::path::Path;
use std::process::Stdio;

/// What stands over a trace of seven lines.
const HEAD: &str = "heapproof trace 1\n# About a pop\n#and a drop\n# property lockstep, subject canary\n";

/// The names in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let names = read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn no_output_is_an_input_or_another_output() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    write(path("in.trace"), format!("{HEAD}{FAILS}")).unwrap();
    std::fs::hard_link(path("in.trace"), path("hard")).unwrap();
    #[cfg(unix)]
    for (to, link) in [("in.trace", "soft"), ("soft", "softer"), ("new", "dangling")] {
        std::os::unix::fs::symlink(to, path(link)).unwrap();
    }
    create_dir(path("graphs")).unwrap();
    std::fs::hard_link(path("in.trace"), path("graphs/step-00002.dot")).unwrap();
    let before = (names(folder.path()), read(path("in.trace")).unwrap());
    let links: &[&str] = if cfg!(unix) { &["in.trace", "./in.trace", "hard", "soft", "softer"] } else { &["in.trace"] };
    let mut calls: Vec<Vec<&str>> = Vec::new();
    for link in links {
        for option in ["--svg", "--html"] {
            calls.push(vec!["replay", "in.trace", option, link]);
        }
        for command in ["convert", "emit-test", "minimize"] {
            calls.push(vec![command, "in.trace", "-o", link]);
        }
        calls.push(vec!["convert", "in.trace", "--to", "trace", "-o", link]);
        calls.push(vec!["minimize", "in.trace", "--certificate", link]);
        calls.push(vec!["minimize", "in.trace", "-o", "out", "--certificate", link]);
        calls.push(vec!["verify-minimal", "in.trace", "--certificate", link]);
    }
    calls.push(vec!["replay", "in.trace", "--dot", "graphs"]);
    calls.push(vec!["replay", "in.trace", "--svg", "new", "--html", "./new"]);
    calls.push(vec!["replay", "in.trace", "--svg", "-"]);
    calls.push(vec!["check", "--cases", "1", "--stats", "-"]);
    calls.push(vec!["minimize", "in.trace", "-o", "new", "--certificate", "new"]);
    calls.push(vec!["minimize", "in.trace", "--certificate", "-"]);
    #[cfg(unix)]
    calls.push(vec!["minimize", "in.trace", "-o", "new", "--certificate", "dangling"]);
    for call in calls {
        let (code, out, error) = heapproof(folder.path(), &call);
        let said = error.contains("nothing is written") || error.contains("does not say what to write");
        assert!(code == 2 && said && out.is_empty(), "{call:?}: {error}");
        assert_eq!((names(folder.path()), read(path("in.trace")).unwrap()), before, "{call:?}");
    }
}

#[cfg(unix)]
#[test]
fn standard_input_and_output_are_files_too() {
    let folder = folder();
    let trace = folder.path().join("in.trace");
    write(&trace, format!("{HEAD}{FAILS}")).unwrap();
    let before = read(&trace).unwrap();
    let opened = || std::fs::OpenOptions::new().append(true).read(true).open(&trace).unwrap();
    let onto_itself = command(folder.path(), &["minimize", "in.trace"]).stdout(opened()).output().unwrap();
    let from_itself = command(folder.path(), &["minimize", "-", "-o", "in.trace"]).stdin(opened()).output().unwrap();
    assert_eq!([onto_itself.status.code(), from_itself.status.code()], [Some(2), Some(2)]);
    assert_eq!(read(&trace).unwrap(), before);
}

#[test]
fn a_dash_is_standard_output() {
    let folder = folder();
    let trace = format!("{HEAD}{FAILS}");
    write(folder.path().join("in.trace"), &trace).unwrap();
    for call in [["convert", "in.trace", "-o"], ["emit-test", "in.trace", "-o"], ["minimize", "in.trace", "-o"]] {
        let plain = heapproof(folder.path(), &call[..2]);
        assert!(!plain.1.is_empty() && heapproof(folder.path(), &[&call[..], &["-"]].concat()) == plain, "{call:?}");
    }
    let (_, out, _) = heapproof(folder.path(), &["minimize", "in.trace", "-o", "small.trace", "--certificate", "-"]);
    assert!(out.starts_with("{"), "{out}");
    for call in [vec!["replay", "in.trace", "--dot", "-"], vec!["check", "--out", "-"], vec!["enumerate", "--out", "-"]]
    {
        assert_eq!(heapproof(folder.path(), &call).0, 2, "{call:?}");
    }
    assert_eq!(names(folder.path()), ["in.trace", "small.trace"]);
}

#[test]
fn what_is_written_is_said() {
    let folder = folder();
    write(folder.path().join("in.trace"), format!("{HEAD}{FAILS}")).unwrap();
    let replay = ["replay", "in.trace", "--svg", "a.svg", "--html", "a.html", "--dot", "graphs"];
    let (_, _, error) = heapproof(folder.path(), &replay);
    let count = names(&folder.path().join("graphs")).len();
    assert_eq!(error, format!("wrote a.svg\nwrote a.html\nwrote {count} graphs into graphs\n"));
    assert_eq!(heapproof(folder.path(), &["convert", "in.trace", "-o", "a.bytes"]).2, "wrote a.bytes\n");
}

#[test]
fn comments_over_a_trace_are_kept() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    write(path("in.trace"), format!("{HEAD}{FAILS}")).unwrap();
    for (from, to) in [("in.trace", "a.rs"), ("a.rs", "b.rs"), ("b.rs", "c.trace")] {
        assert_eq!(heapproof(folder.path(), &["convert", from, "-o", to]).0, 0);
    }
    let kept = read_to_string(path("c.trace")).unwrap();
    assert!(kept.starts_with(&HEAD.replace("#and", "# and")), "{kept}");
    assert_eq!(program(&kept), program(FAILS));
    let (_, small, _) = heapproof(folder.path(), &["minimize", "c.trace"]);
    let found = "# signature counts-external-at-count, property lockstep, subject canary";
    let whole = format!("heapproof trace 1\n{found}\n# About a pop\n# and a drop\na = array\npush a a\npop a\n");
    assert_eq!(small, whole);
    assert_eq!(fed(folder.path(), &["minimize", "-"], &small).1, whole);
}

#[test]
fn what_is_written_is_read_back_as_what_it_is() {
    let folder = folder();
    write(folder.path().join("in.trace"), FAILS).unwrap();
    for call in [
        ["convert", "in.trace", "--to", "bytes", "-o", "m.trace"],
        ["convert", "in.trace", "--to", "rust", "-o", "m.trace"],
        ["convert", "in.trace", "--to", "bytes", "-o", "m.rs"],
        ["convert", "in.trace", "--to", "rust", "-o", "m.bytes"],
        ["emit-test", "in.trace", "--name", "pops", "-o", "m.trace"],
    ] {
        let (code, _, error) = heapproof(folder.path(), &call);
        assert!(code == 2 && error.contains("the file would hold"), "{call:?}: {error}");
    }
    assert_eq!(names(folder.path()), ["in.trace"]);
    assert_eq!(heapproof(folder.path(), &["convert", "in.trace", "--to", "bytes", "-o", "m"]).0, 0);
    assert_eq!(heapproof(folder.path(), &["replay", "--subject", "canary", "m"]).0, 1);
}

#[test]
fn an_output_that_can_not_be_is_known_before_the_work() {
    let folder = folder();
    write(folder.path().join("file"), "").unwrap();
    for (command, code) in [
        (vec!["check", "--out", "file"], 2),
        (vec!["check", "--out", "file/in"], 2),
        (vec!["enumerate", "--out", "file"], 2),
        (vec!["check", "--stats", "nowhere/stats"], 3),
        (vec!["check", "--stats", "."], 3),
    ] {
        let (ended, out, error) = heapproof(folder.path(), &command);
        assert!(ended == code && out.is_empty() && error.contains("can't write"), "{command:?}: {error}");
    }
}

#[test]
fn a_failure_that_can_not_be_saved_is_reported_all_the_same() {
    let folder = folder();
    let check = ["check", "--subject", "canary", "--seed", "1"];
    let found = folder.path().join("heapproof.out/failures");
    heapproof(folder.path(), &check);
    let trace = read_dir(&found).unwrap().map(|entry| entry.unwrap().path()).find(|path| path.is_file()).unwrap();
    std::fs::remove_file(&trace).unwrap();
    create_dir(&trace).unwrap();
    let (code, out, error) = heapproof(folder.path(), &check);
    assert!(code == 3 && out.contains("the model says"), "{out}");
    assert!(error.contains("can't save the failure under heapproof.out"), "{error}");
}

#[test]
fn a_minimisation_that_is_killed_leaves_the_simplest_so_far() {
    let folder = folder();
    let small = folder.path().join("small.trace");
    let long: String = (0..400).map(|number| format!("x{number} = table\n")).collect();
    write(folder.path().join("long.trace"), format!("{HEAD}{long}{FAILS}")).unwrap();
    let mut child = command(folder.path(), &["minimize", "long.trace", "-o", "small.trace"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !small.exists() {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let left = read_to_string(&small).unwrap();
    assert!(left.starts_with("heapproof trace 1\n# signature counts-external-at-count, property lockstep"), "{left}");
    assert_eq!(heapproof(folder.path(), &["replay", "small.trace", "--expect", "counts-external"]).0, 0);
    let (_, whole, _) = heapproof(folder.path(), &["minimize", "small.trace"]);
    assert!(!whole.contains("not yet minimal") && whole.contains("# About a pop"), "{whole}");
}

#[test]
fn only_one_file_of_the_command_line_writes_files() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/doors/cli")];
    while let Some(folder) = folders.pop() {
        for path in read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("files.rs") {
                let source = read_to_string(&path).unwrap();
                for writes in ["write_whole", "fs::write", "File::create", "OpenOptions", "fs::copy", "fs::rename"] {
                    assert!(!source.contains(writes), "{} does not ask `files`", path.display());
                }
            }
        }
    }
}
