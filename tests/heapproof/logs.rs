//! Logs and snapshots of other heaps: each ready mapping reads one that is right, and finds the line of one that is wrong.

use crate::command_line::{folder, heapproof};
use crate::program;
use heapproof::proof::Counterexample;
use heapproof::properties::Property;
use heapproof::subjects::HEAP;
use std::path::Path;

/// Each log, which begins with its mapping's name, with the line of the wrong log that is not so, and how it is told.
const WRONG: &[(&str, usize, &str)] = &[
    ("addref", 15, "expected-strong-at-1_less"),
    ("cpython", 5, "expected-strong-at-1_more"),
    ("cpython-finalizers", 23, "expected-strong-at-1_more"),
    ("firefox-cc", 2, "expected-strong-at-1_less"),
    ("gobject", 10, "expected-strong-at-1_less"),
    ("snapshot", 13, "expected-dead-at-referred"),
];

/// The mapping of a log.
fn mapping(log: &str) -> &str {
    log.strip_suffix("-finalizers").unwrap_or(log)
}

fn log(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs").join(name).display().to_string()
}

#[test]
fn a_right_log_of_each_form_passes_and_a_wrong_one_is_told_at_its_line() {
    let folder = folder();
    for (name, line, signature) in WRONG {
        let right = ["import", &log(&format!("{name}.right.log")), "--as", mapping(name), "-o", "right.trace"];
        assert_eq!(heapproof(folder.path(), &right).0, 0, "{name}");
        let (code, out, error) = heapproof(folder.path(), &["judge", "right.trace"]);
        assert!(code == 0 && out.contains(" 0 refused, 0 skipped"), "{name}: {out}{error}");
        assert_eq!(heapproof(folder.path(), &["replay", "right.trace"]).0, 0, "{name}");
        let wrong = ["import", &log(&format!("{name}.wrong.log")), "--as", mapping(name), "-o", "wrong.trace"];
        assert_eq!(heapproof(folder.path(), &wrong).0, 0, "{name}");
        let (code, out, _) = heapproof(folder.path(), &["judge", "wrong.trace"]);
        assert!(code == 1 && out.starts_with(&format!("wrong.trace: {signature}\n")), "{name}: {out}");
        assert!(out.contains(&format!(", from line {line} of the log (")), "{name}: {out}");
    }
}

#[test]
fn every_ready_mapping_is_tested() {
    let (_, help, _) = heapproof(Path::new("."), &["import", "--help"]);
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut names: Vec<&str> = WRONG.iter().map(|(name, ..)| mapping(name)).collect();
    names.dedup();
    assert!(help.contains(&format!("[possible values: {}]", names.join(", "))), "{help}");
}

#[test]
fn a_minimised_log_keeps_its_names_and_its_lines() {
    let folder = folder();
    let import = ["import", &log("addref.wrong.log"), "--as", "addref", "-o", "wrong.trace"];
    assert_eq!(heapproof(folder.path(), &import).0, 0);
    let text = std::fs::read_to_string(folder.path().join("wrong.trace")).unwrap();
    let found = Counterexample::of(Property::Lockstep, &HEAP, &program(&text)).unwrap();
    let lines = "heapproof trace 1\n\
        x7f8a4c02d000 = table  # log 2 0x7f8a4c02d000\n\
        take x7f8a4c02d000  # log 9 0x7f8a4c02d000\n\
        take x7f8a4c02d000  # log 13 0x7f8a4c02d000\n\
        expect x7f8a4c02d000 3  # log 13 0x7f8a4c02d000\n\
        drop x7f8a4c02d000  # log 15 0x7f8a4c02d000\n\
        expect x7f8a4c02d000 1  # log 15 0x7f8a4c02d000\n";
    assert_eq!(found.minimized.program.to_string(), lines);
    assert!(found.minimized.is_minimal);
    assert_eq!(program(lines).to_string(), lines, "notes are read as they are written");
}

#[test]
fn a_log_of_ones_own_is_read_by_a_mapping_of_ones_own() {
    let folder = folder();
    let text = std::fs::read_to_string("docs/logs.md").unwrap();
    let parts: Vec<&str> = text.split("```\n").collect();
    let mapping = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/own_log.toml").display().to_string();
    for (log, begins, told) in [
        (
            "heap.log",
            "12:00:01.000",
            "7 of 8 lines became 9 lines of a trace; 1 mean nothing to the mapping, the first is heap.log:1",
        ),
        ("code.log", "12:00:02.000", "9 of 9 lines became 8 lines of a trace\n"),
    ] {
        let at = parts.iter().position(|part| part.starts_with(begins)).unwrap();
        std::fs::write(folder.path().join(log), parts[at]).unwrap();
        let (code, out, error) = heapproof(folder.path(), &["import", log, "--mapping", &mapping]);
        assert_eq!((code, out), (0, parts[at + 2].replace("examples/own_log.toml", &mapping)), "{error}");
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn what_user_code_did_stands_inside_it_and_runs_where_its_object_dies() {
    let folder = folder();
    let import = ["import", &log("cpython-finalizers.right.log"), "--as", "cpython", "-o", "code.trace"];
    let (_, _, error) = heapproof(folder.path(), &import);
    assert!(error.contains("; 2 claims are left out, as no line of user code expects, the first is "), "{error}");
    let text = std::fs::read_to_string(folder.path().join("code.trace")).unwrap();
    let (one, two) = ("x7f08375d4050", "x7f08375d4090");
    let begins = text.find(&format!("{one} = table  # log 4 0x7f08375d4050\n")).unwrap();
    let lines: Vec<&str> = text[begins..].lines().map(|line| line.split("  #").next().unwrap()).take(6).collect();
    let free = "x7f08375cba10.\"on free\" = x7f08375cbfd0";
    let wanted = [
        format!("{one} = table"),
        format!("on {one}: {free}"),
        format!("on {one}: self.beside = nil"),
        format!("{two} = table"),
        format!("on {two}: {free}"),
        format!("on {two}: self.beside = nil"),
    ];
    assert_eq!(lines, wanted);
}

#[test]
fn what_user_code_allocates_can_be_named_in_it_and_nowhere_else() {
    let folder = folder();
    let imported = |log: &str| {
        std::fs::write(folder.path().join("code.log"), log).unwrap();
        heapproof(folder.path(), &["import", "code.log", "--as", "cpython"])
    };
    let begun = "new <N 0xa>\nnew <N 0xb>\n__del__ begins <N 0xa>\n";
    let within = "new <N 0xc>\nset <N 0xc>.f = <N 0xa>\nset <N 0xd>.c = <N 0xc>\n__del__ begins <N 0xc>\ndel <N 0xd>\n__del__ ends <N 0xc>\n";
    let (code, out, error) = imported(&format!("{begun}{within}__del__ ends <N 0xa>\ndel <N 0xa>\n"));
    let lines: Vec<&str> = out.lines().skip(2).map(|line| line.split("  #").next().unwrap()).collect();
    let wanted = [
        "xa = table",
        "on xa: xc = table",
        "on xa: on xc: drop xd",
        "on xa: xc.f = self",
        "xd = table",
        "on xa: xd.c = xc",
        "xb = table",
        "drop xa",
    ];
    assert_eq!((code, lines), (0, wanted.to_vec()), "{error}");
    for (log, told) in [
        (
            format!("{begun}new <N 0xc>\n__del__ ends <N 0xa>\ndel <N 0xc>\n"),
            "code.log:6:1: 0xc was allocated in the user code of 0xa, and no line outside of that code can name it",
        ),
        (
            "__del__ begins <N 0xa>\n".to_owned(),
            "code.log:1:1: the user code of 0xa begins, but no line before names 0xa: nothing can set its code off",
        ),
        (
            format!("{begun}__del__ ends <N 0xb>\n"),
            "code.log:4:1: the user code of 0xb ends, but that of 0xa, which began at line 3, must end first",
        ),
        (
            format!("{begun}__del__ ends <N 0xa>\n__del__ ends <N 0xa>\n"),
            "code.log:5:1: the user code of 0xa ends, but no user code has begun",
        ),
        (
            format!("{begun}__del__ ends <N 0xa>\n__del__ begins <N 0xa>\n"),
            "code.log:5:1: the user code of 0xa begins again; it began at line 3, and runs once",
        ),
        (
            format!("{begun}{}", "ref <N 0xb>\n".repeat(1_001)),
            "code.log:1004:1: all user code of a trace together carries out no more than 1000 operations (SPEC 2.12)",
        ),
    ] {
        let (code, out, error) = imported(&log);
        assert!(code == 2 && out.is_empty() && error.contains(told), "{told}: {code} {out}{error}");
    }
    let (code, out, error) =
        imported(&format!("{begun}new <N 0xc>\n__del__ ends <N 0xa>\ngetrefcount <N 0xc> = 2\nnew <N 0xc>\n"));
    assert!(code == 0 && error.contains("; 2 claims are left out") && out.contains("xc_2 = table"), "{out}{error}");
    let (code, out, _) = imported(&format!("{begun}del <N 0xb>\n"));
    assert!(code == 0 && out.contains("on xa: drop xb"), "the log may end in code: {out}");
}

#[test]
fn any_beginning_of_a_log_can_be_read() {
    let folder = folder();
    let whole = std::fs::read_to_string(log("addref.right.log")).unwrap();
    for end in (320..whole.len()).step_by(37) {
        std::fs::write(folder.path().join("cut.log"), &whole[..end]).unwrap();
        assert_eq!(heapproof(folder.path(), &["import", "cut.log", "--as", "addref", "-o", "cut.trace"]).0, 0, "{end}");
        assert_eq!(heapproof(folder.path(), &["judge", "cut.trace"]).0, 0, "{end}");
    }
}

#[test]
fn what_can_not_be_read_is_told_in_a_line_with_its_place() {
    let folder = folder();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("empty.log", "");
    write("other.log", "nothing of it\nis known\n");
    write("far.log", "node a 999999\n");
    write("twice.log", "node a 1\nnode b 1\nnode a 2\n");
    write("none.log", "a -> b\ngarbage c\n");
    write("one.log", "x 5\n");
    write("syntax.toml", "about = \"x\"\n[[line]]\npattern = \n");
    write("word.toml", "about = \"x\"\n[[line]]\npatern = 'x'\n");
    write("regex.toml", "about = \"x\"\n[[line]]\npattern = '(x'\n");
    write("group.toml", "about = \"x\"\n[[line]]\npattern = 'x'\nlines = [\"take {object}\"]\n");
    write(
        "code.toml",
        "about = \"x\"\n[[line]]\npattern = '(?<object>x)'\nbegins = \"object\"\nlines = [\"collect\"]\n",
    );
    write("line.toml", "about = \"x\"\n[[line]]\npattern = 'x (?<n>.)'\nlines = [\"tke {n}\"]\n");
    for (arguments, told) in [
        (&["nowhere.log", "--as", "addref"][..], "can't read nowhere.log: "),
        (&[".", "--as", "addref"], "can't read .: "),
        (&["empty.log", "--as", "addref"], "empty.log:1:1: it is empty"),
        (&["other.log", "--as", "addref"], "other.log:1:1: no line is of AddRef"),
        (&["far.log", "--as", "snapshot"], "far.log:1:1: a is held 999999 times; at most 10000 can be said"),
        (&["twice.log", "--as", "snapshot"], "twice.log:3:1: a is an object of line 1 already"),
        (&["none.log", "--as", "snapshot"], "none.log:2:1: c is no object of the snapshot"),
        (&["one.log", "--as", "adref"], "addref"),
        (&["one.log"], "--mapping <FILE>"),
        (&["one.log", "--mapping", "syntax.toml"], "syntax.toml:3:"),
        (&["one.log", "--mapping", "word.toml"], "word.toml:3:1: unknown field `patern`"),
        (&["one.log", "--mapping", "regex.toml"], "regex.toml:3:11: no pattern: unclosed group"),
        (&["one.log", "--mapping", "group.toml"], "group.toml:3:11: the pattern has no group `object`"),
        (
            &["one.log", "--mapping", "code.toml"],
            "code.toml:3:11: where user code `begins` or `ends` the line means nothing else",
        ),
        (&["one.log", "--mapping", "line.toml"], "one.log:1:1: it becomes `tke 5`, which is no line of a trace: "),
    ] {
        let (code, out, error) = heapproof(folder.path(), &[&["import"], arguments].concat());
        assert!(code == 2 && out.is_empty() && error.contains(told), "{arguments:?}: {code} {out}{error}");
    }
}

#[test]
fn many_files_are_told_by_signature_and_each_once() {
    let folder = folder();
    std::fs::create_dir_all(folder.path().join("logs/deep")).unwrap();
    for number in 0..30 {
        let (text, at) = match number % 3 {
            0 => ("a = table\nexpect a 1\n", ""),
            1 => ("a = table\nexpect a 2\n", "deep/"),
            _ => ("a = table\nexpect live 3\n", ""),
        };
        std::fs::write(folder.path().join(format!("logs/{at}{number}.trace")), text).unwrap();
    }
    let (code, out, _) = heapproof(folder.path(), &["judge", "logs"]);
    assert_eq!(code, 1);
    assert_eq!(out.matches("the line says").count(), 2, "{out}");
    let summary = "30 files: 10 passed, 20 failed\n  \
                   expected-live-at-2_more        10, as logs/11.trace\n  \
                   expected-strong-at-1_more      10, as logs/deep/1.trace\n";
    assert!(out.ends_with(summary), "{out}");
    for command in ["judge", "replay"] {
        let (code, out, _) = heapproof(folder.path(), &[command, "logs", "--format", "json"]);
        let objects: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((code, objects.len()), (1, 31), "{out}");
        assert_eq!(objects.iter().filter(|object| object["explanation"].is_object()).count(), 2);
        assert_eq!((&objects[30]["type"], &objects[30]["failed"]), (&"files".into(), &20.into()));
    }
    std::fs::write(folder.path().join("logs/bad.trace"), "a = tabel\n").unwrap();
    let (code, out, error) = heapproof(folder.path(), &["judge", "logs"]);
    assert!(code == 2 && out.contains("31 files: 10 passed, 20 failed, 1 not read"), "{out}");
    assert!(error.contains("logs/bad.trace:1:5: ") && error.contains("1 file could not be read"), "{error}");
    std::fs::create_dir(folder.path().join("none")).unwrap();
    let (code, _, error) = heapproof(folder.path(), &["judge", "none"]);
    assert!(code == 2 && error.contains("none is a folder without a file `*.trace`"), "{error}");
}

#[test]
fn a_log_is_minimised_to_the_line_that_was_wrong_and_not_to_one_that_was_right() {
    let folder = folder();
    let log = "<D> 0x10 1 Create\n<D> 0x10 1 AddRef 1\n<D> 0x10 1 AddRef 2\n<D> 0x10 1 Release 1\n<D> 0x10 1 AddRef 2\n<D> 0x10 1 AddRef 2\n";
    std::fs::write(folder.path().join("s.log"), log).unwrap();
    let (code, ..) = heapproof(folder.path(), &["import", "--as", "addref", "s.log", "-o", "s.trace"]);
    assert_eq!(code, 0);
    let (_, out, errors) = heapproof(folder.path(), &["minimize", "s.trace", "-o", "m.trace"]);
    assert!(out.contains("from line 6 of the log") || errors.contains("from line 6 of the log"), "{out}{errors}");
}

#[test]
fn what_a_log_frees_and_then_uses_is_told_there() {
    let folder = folder();
    let log = |last: &str| format!("<D> 0x10 1 Create\n<D> 0x10 1 AddRef 1\n<D> 0x10 1 Release 0\n<D> 0x10 1 {last}\n");
    let judged = |last: &str| {
        std::fs::write(folder.path().join("f.log"), log(last)).unwrap();
        assert_eq!(heapproof(folder.path(), &["import", "--as", "addref", "f.log", "-o", "f.trace"]).0, 0);
        heapproof(folder.path(), &["judge", "f.trace"])
    };
    let (code, out, _) = judged("AddRef 2");
    assert!(code == 1 && out.contains("from line 4 of the log"), "{out}");
    let (code, out, _) = judged("Release 0");
    assert!(code == 0 && out.contains("`drop x10`, is refused (stale)"), "{out}");
    let (code, ..) = judged("Create\n<D> 0x10 2 AddRef 1");
    assert_eq!(code, 0);
}

#[test]
fn an_address_that_is_allocated_again_says_that_the_object_there_had_died() {
    let folder = folder();
    let judged = |log: &str| {
        std::fs::write(folder.path().join("again.log"), log).unwrap();
        assert_eq!(heapproof(folder.path(), &["import", "--as", "addref", "again.log", "-o", "again.trace"]).0, 0);
        heapproof(folder.path(), &["judge", "again.trace"])
    };
    let lost = "<D> 0x10 1 Create\n<D> 0x10 1 AddRef 1\n<D> 0x10 1 AddRef 2\n<D> 0x10 2 Create\n<D> 0x10 2 AddRef 1\n";
    let (code, out, _) = judged(lost);
    assert!(code == 1 && out.contains(">   5  expect dead x10  # log 4 0x10, is allocated again"), "{out}");
    let freed =
        "<D> 0x10 1 Create\n<D> 0x10 1 AddRef 1\n<D> 0x10 1 Release 0\n<D> 0x10 2 Create\n<D> 0x10 2 AddRef 1\n";
    let (code, out, _) = judged(freed);
    assert!(code == 0 && out.contains("passed"), "{out}");
    let marked = format!("\u{feff}{freed}");
    assert_eq!(judged(&marked), (code, out, String::new()), "a mark at the beginning belongs to no line");
}

#[test]
fn where_nothing_is_compared_nothing_has_passed() {
    let folder = folder();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("none.trace", "a = table\ntake a\n");
    write("unbound.trace", "a = table\nexpect b 3\n");
    write("some.trace", "a = table\nexpect a 1\n");
    for file in ["none.trace", "unbound.trace"] {
        let (code, out, error) = heapproof(folder.path(), &["judge", file]);
        assert!(code == 2 && out.contains(&format!("{file}: nothing was compared; ")), "{out}");
        assert!(error.contains("nothing was compared in 1 file: no line `expect ...` stands there"), "{error}");
        let (_, out, _) = heapproof(folder.path(), &["judge", file, "--format", "json"]);
        assert!(out.contains("\"passed\":false"), "{out}");
    }
    let (code, out, _) = heapproof(folder.path(), &["judge", "some.trace", "none.trace"]);
    assert!(code == 2 && out.contains("some.trace: passed, 1 expectation holds"), "{out}");
}

#[test]
fn of_many_results_the_first_ten_are_explained_and_what_was_not_read_is_a_line_too() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("logs")).unwrap();
    for number in 10..22 {
        let text = format!("a = chain {number}\nb = a.next\nexpect b {number}\nexpect a {number}\n")
            .replace("expect b", "expect a");
        std::fs::write(folder.path().join(format!("logs/{number}.trace")), text).unwrap();
    }
    std::fs::write(folder.path().join("logs/bad.trace"), "a = tabel\n").unwrap();
    for command in ["judge", "replay"] {
        let (code, out, _) = heapproof(folder.path(), &[command, "logs", "--format", "json"]);
        let objects: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((code, objects.len()), (2, 14), "{out}");
        assert_eq!(objects.iter().filter(|object| object["explanation"].is_object()).count(), 10);
        let bad = objects.iter().find(|object| object["type"] == "not_read").unwrap();
        assert!(bad["message"].as_str().unwrap().starts_with("logs/bad.trace:1:5: "), "{bad}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_is_entered_once_whatever_links_lead_to_it() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("logs")).unwrap();
    std::os::unix::fs::symlink("..", folder.path().join("logs/up")).unwrap();
    std::fs::write(folder.path().join("logs/a.trace"), "a = table\nexpect a 1\n").unwrap();
    let (code, out, _) = heapproof(folder.path(), &["judge", "logs"]);
    assert_eq!((code, out.lines().count()), (0, 1), "{out}");
}

#[test]
fn what_bytes_do_not_have_is_said() {
    let folder = folder();
    std::fs::write(folder.path().join("a.trace"), "a = table\nexpect a 1\nexpect live 1\n").unwrap();
    let (code, _, error) = heapproof(folder.path(), &["convert", "a.trace", "-o", "a.bytes"]);
    assert_eq!(code, 0);
    assert_eq!(
        error,
        "2 of 3 lines are left out: bytes have no expectations, no fields in quotes, and no more than 65534 names\nwrote a.bytes\n"
    );
}
