//! Heaps in other processes: those that keep to the protocol, and those that don't.
#![cfg(unix)]

#[cfg(target_os = "linux")]
use crate::command_line::command;
use crate::command_line::{folder, heapproof};
use std::path::Path;
#[cfg(target_os = "linux")]
use std::{
    process::Stdio,
    time::{Duration, Instant},
};

/// Counted tables in a shell. When it has read so many commands it does something else.
const TABLES: &str = r#"
printf 'heapproof 1\nname tables 1\noperations Table Take Drop\n'
printf 'dialect names held, wrong-calls skipped, garbage never\nbegin anew\nready\n'
n=0; i=0
while read -r line; do
  i=$((i + 1))
  if [ "$i" -eq "$1" ]; then eval "$2"; fi
  o=${line#*#}
  case "$line" in
    begin) n=0; echo done;;
    table) eval "c$n=1"; echo "done #$n"; n=$((n + 1));;
    take*) eval "c$o=\$((c$o + 1))"; echo done;;
    drop*) eval "c$o=\$((c$o - 1)); c=\$c$o"; [ "$c" -eq 0 ] && echo "died $o"; echo done;;
  esac
done
"#;

/// Runs a command on that shell; in which folder.
fn on(folder: &Path, words: &[&str], at: u32, what: &str) -> (i32, String, String) {
    std::fs::write(folder.join("tables.sh"), TABLES).unwrap();
    let subject = format!("exec:sh tables.sh {at} '{what}'");
    heapproof(folder, &[words, &["--subject", &subject]].concat())
}

const CHECK: &[&str] = &["check", "--seed", "1", "--jobs", "1", "--limit-time", "300ms", "--cases"];

#[test]
fn a_right_heap_in_a_shell_passes() {
    let folder = folder();
    let (code, out, error) = on(folder.path(), &[CHECK, &["200"]].concat(), 0, "");
    assert_eq!(code, 0, "{out}{error}");
    assert!(out.contains("passed: 5 properties hold for `process:tables-1` in all 200 programs"), "{out}");
}

/// One table with a destructor, whose code has no words for `take self`.
const DESTRUCTOR: &str = r#"
printf 'heapproof 1\nname destructor 1\noperations Table Take Drop On\nobservations journal\n'
printf 'dialect names held, release nested, garbage never, code destructor, panics never\nbegin anew\nready\n'
while read -r line; do
  case "$line" in
    table) echo 'done #0';;
    drop*) echo 'began 0';;
    take*) echo skipped;;
    return) printf 'died 0\ndone\n';;
    *) echo done;;
  esac
done
"#;

#[test]
fn a_line_that_has_no_words_is_skipped_in_user_code_and_nowhere_else() {
    let folder = folder();
    std::fs::write(folder.path().join("destructor.sh"), DESTRUCTOR).unwrap();
    let replay = |trace: &str| {
        std::fs::write(folder.path().join("a.trace"), format!("heapproof trace 1\n{trace}\n")).unwrap();
        heapproof(folder.path(), &["replay", "a.trace", "--subject", "exec:sh destructor.sh"])
    };
    let (code, out, error) = replay("a = table\non a: take self\ndrop a");
    assert_eq!(code, 0, "{out}{error}");
    let (code, out, _) = replay("a = table\ntake a\ndrop a");
    assert!(code == 1 && out.contains("answer-untimely-at-count") && out.contains("it writes \"skipped\""), "{out}");
}

/// A heap in which the code of the second object drops the first, whose code takes itself.
const NESTED: &str = r#"
printf 'heapproof 1\nname nested 1\noperations Table Take Drop On\nobservations journal\n'
printf 'dialect names held, release nested, garbage never, code destructor, panics never\nbegin anew\nready\n'
n=0
while read -r line; do
  case "$line" in
    table) echo "done #$n"; n=$((n + 1));;
    'drop #1') echo 'began 1';;
    'drop #0') echo 'began 0'; inner=yes;;
    take*) echo skipped;;
    return) if [ "$inner" ]; then echo 'died 0'; inner=; else echo 'died 1'; fi; echo done;;
    begin*) n=0; echo done;;
    *) echo done;;
  esac
done
"#;

#[test]
fn a_call_is_not_skipped_because_code_inside_it_has_skipped_a_line() {
    let folder = folder();
    std::fs::write(folder.path().join("nested.sh"), NESTED).unwrap();
    let trace = "heapproof trace 1\na = table\nb = table\non a: take self\non b: drop a\ndrop b\n";
    std::fs::write(folder.path().join("a.trace"), trace).unwrap();
    let (code, out, error) = heapproof(folder.path(), &["replay", "a.trace", "--subject", "exec:sh nested.sh"]);
    assert_eq!(code, 0, "{out}{error}");
}

/// What a child does, what that is called, and what is said of it.
const WRONG: &[(&str, &str, &str)] = &[
    ("exit 3", "crashed-exited", "it ends its process, with exit code 3"),
    ("kill -SEGV $$", "crashed-signal", "its process is ended by signal 11"),
    ("kill -ABRT $$", "crashed-aborted", "it aborts its process"),
    ("while :; do :; done", "hung", "one call had used a processor for 0.3 s"),
    ("sleep 100", "hung", "for 0.3 s no thread of it had run"),
    ("echo hello", "answer-garbled", "it writes \"hello\", which is no answer of the protocol"),
    ("echo died 7", "answer-contradicted", "it says that object 7 dies, which has died or was never there"),
    ("exec >&-; sleep 100", "closed-its-output", "it closes its output while an answer is due"),
    ("echo began 0; echo so it ends >&2; exit 4", "crashed-exited", "| so it ends"),
    ("n=7", "answer-contradicted", "it gives `#7` for a new object, where `#0` is the next"),
    ("yes >&2", "flooded-standard-error", "to its standard error\n    | y"),
    ("cat /dev/zero", "answer-endless", "it writes a line of more than"),
];

#[test]
fn an_answer_that_nobody_asked_for_is_told_where_the_next_is_due() {
    let folder = folder();
    let (code, out, error) =
        on(folder.path(), &[CHECK, &["50"]].concat(), 1, r#"printf "done #0\ndone\n"; n=1; c0=1; continue"#);
    assert_eq!(code, 1, "{out}{error}");
    assert!(
        out.contains("answer-untimely-at-") && out.contains("it writes \"done\", which nothing has asked for"),
        "{out}"
    );
}

/// The minimised trace that a run has saved.
fn saved(folder: &Path) -> String {
    let files = std::fs::read_dir(folder.join("heapproof.out/failures")).unwrap();
    let mut files = files.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    files.next().unwrap().to_string_lossy().into_owned()
}

#[test]
fn whatever_breaks_is_a_violation_of_its_own_that_is_minimised_and_replays() {
    for (what, kind, said) in WRONG {
        let folder = folder();
        let (code, out, error) = on(folder.path(), &[CHECK, &["50"]].concat(), 1, what);
        assert_eq!(code, 1, "{what}: {out}{error}");
        assert!(out.contains(&format!("{kind}-at-allocate-table: `process:tables-1` does not hold")), "{what}: {out}");
        assert!(out.contains(said) && out.contains(">   1  a = table"), "{what}: {out}");
        let trace = saved(folder.path());
        let replay = ["replay", "--limit-time", "300ms", "--html", "page.html", &trace];
        let (code, out, error) = on(folder.path(), &replay, 1, what);
        assert!(code == 1 && out.contains(said), "{what}: {out}{error}");
        assert!(std::fs::read_to_string(folder.path().join("page.html")).unwrap().contains("a = table"), "{what}");
    }
}

#[test]
fn a_process_that_closes_its_output_and_stays_at_work_is_ended() {
    let folder = folder();
    std::fs::write(folder.path().join("a.trace"), "a = table\n").unwrap();
    let (code, out, error) = on(folder.path(), &["replay", "a.trace"], 1, "exec >&-; while :; do :; done");
    assert!(code == 1 && out.contains("it closes its output while an answer is due"), "{out}{error}");
}

/// A heap of tables that ends where it is looked at.
const LOOKED_AT: &str = r#"
printf 'heapproof 1\nname looked-at 1\noperations Table\nobservations contents\nbegin anew\nready\n'
n=0
while read -r l
do case $l in look) exit 3;; begin) n=0; echo done;; *) echo "done #$n"; n=$((n + 1));; esac
done
"#;

#[test]
fn a_look_that_ends_the_process_is_told_from_a_call_that_does() {
    let folder = folder();
    std::fs::write(folder.path().join("looked-at.sh"), LOOKED_AT).unwrap();
    std::fs::write(folder.path().join("a.trace"), "a = table\n").unwrap();
    let (code, out, error) = heapproof(folder.path(), &["replay", "a.trace", "--subject", "exec:sh looked-at.sh"]);
    println!("{out}{error}");
    assert!(code == 1 && out.contains("it ends its process, with exit code 3, when it is asked to `look`"));
}

#[test]
fn what_breaks_is_found_by_a_search_and_cut_down_like_any_failure() {
    let folder = folder();
    let enumerate = ["enumerate", "--ops", "2", "--kinds", "table", "--jobs", "1"];
    let (code, out, error) = on(folder.path(), &enumerate, 2, "exit 3");
    assert_eq!(code, 1, "{out}{error}");
    assert!(out.contains("crashed-exited"), "{out}");
    std::fs::write(folder.path().join("long.trace"), "a = table\nb = table\ntake a\ntake b\ndrop a\ndrop b\n").unwrap();
    let (code, out, error) = on(folder.path(), &["minimize", "long.trace"], 3, "exit 3");
    assert_eq!(code, 1, "{out}{error}");
    assert!(out.contains("# signature crashed-exited-at-"), "{out}");
}

/// Minimises a program on a heap that frees what is held five times more, where `so` holds of the number `p` of the program in its process;
/// how often a process was started, and what is said.
fn minimised_where(so: &str) -> (usize, String) {
    let folder = folder();
    let wrong = TABLES.replace("$c\" -eq 0 ]", &format!("$c\" -eq 0 -o {so} -a \"$c\" -eq 5 ]"));
    let wrong = wrong.replace("begin) n=0;", "begin) p=$((p + 1)); n=0;");
    assert_eq!(wrong.matches(" -o ").count() + wrong.matches("p + 1").count(), 2);
    std::fs::write(folder.path().join("wrong.sh"), format!("p=1; echo >> starts\n{wrong}")).unwrap();
    let others = (0..9).map(|n| format!("b{n} = table\ntake a\ntake b{n}\ndrop b{n}\n")).collect::<String>();
    let lines = format!("a = table\n{others}drop a\n");
    std::fs::write(folder.path().join("long.trace"), lines).unwrap();
    let minimize = ["minimize", "long.trace", "--jobs", "1", "--subject", "exec:sh wrong.sh 0 -"];
    let (code, out, error) = heapproof(folder.path(), &minimize);
    assert_eq!(code, 1, "{out}{error}");
    assert!(out.ends_with(&format!("\na = table\n{}", "take a\n".repeat(5))), "{out}{error}");
    (std::fs::read_to_string(folder.path().join("starts")).unwrap().lines().count(), error)
}

#[test]
fn what_passes_while_a_program_is_minimised_starts_no_process() {
    let (starts, said) = minimised_where("0 -eq 0");
    let executions = said.split_once(" lines to 6 in ").unwrap().1.split(' ').next().unwrap();
    println!("{starts} starts, {executions} executions");
    assert!(executions.parse::<usize>().unwrap() > 2 * starts, "{said}");
}

#[test]
fn a_heap_that_remembers_earlier_programs_is_minimised_in_fresh_processes() {
    minimised_where("\"$p\" -le 4");
}

#[test]
fn a_failure_that_needs_earlier_programs_names_them() {
    let folder = folder();
    // No program has as many commands.
    let (code, out, error) = on(folder.path(), &[CHECK, &["200"]].concat(), 500, "echo oops");
    assert_eq!(code, 1, "{out}{error}");
    let said = "it passes in a fresh process, so it depends on the programs that its process ran before: ";
    let (_, cases) = error.split_once(said).unwrap();
    let cases: Vec<u64> = cases.trim().split(", ").map(|case| case.parse().unwrap()).collect();
    assert!(cases.len() > 2 && cases.is_sorted(), "{error}");
}

#[test]
fn what_is_wrong_with_a_command_or_its_greeting_is_said_in_a_line() {
    let folder = folder();
    let greet = |line: &str| format!("exec:printf 'heapproof 1\\nname a 1\\noperations Table\\n{line}\\nready\\n'");
    for (subject, said) in [
        ("exec:", "expected a command, as in `exec:python3 my_heap.py`"),
        ("exec:sh 'x", "the quotes in the command do not close"),
        ("exec:no-such-program", "can't run `no-such-program`: No such file or directory"),
        ("exec:true", "before its greeting is complete it ends its process, with exit code 0"),
        ("exec:echo hello", "it greets with \"hello\", and not with `heapproof 1`"),
        (&greet("operations Tabel"), "there is no operation `Tabel`; did you mean `Table`?"),
        (&greet("begin now"), "expected `anew` or `fresh`"),
        (&greet("runs away"), "expected `differ` or `alike`"),
    ] {
        let (code, _, error) = heapproof(folder.path(), &["check", "--subject", subject]);
        assert_eq!((code, error.lines().count()), (2, 1), "{subject}: {error}");
        assert!(error.contains(said), "{subject}: {error}");
    }
}

#[test]
fn a_property_that_is_about_nothing_of_the_heap_says_so() {
    let folder = folder();
    for property in ["recover", "verify", "cycles", "slices", "tuning", "collect"] {
        let check = [CHECK, &["20", "--property", property]].concat();
        let (code, out, error) = on(folder.path(), &check, 0, "");
        let said = format!("`process:tables-1` has nothing that `{property}` is about, so it passes whatever it does");
        assert!(code == 0 && out.contains(&said), "{out}{error}");
    }
}

#[test]
fn a_trace_never_says_which_command_to_run() {
    let folder = folder();
    let (code, out, _) = on(folder.path(), &[CHECK, &["50"]].concat(), 1, "exit 3");
    assert_eq!(code, 1, "{out}");
    let trace = saved(folder.path());
    let text = std::fs::read_to_string(&trace).unwrap();
    assert!(text.contains("subject process:tables-1, dialect ") && !text.contains("exec"), "{text}");
    let (code, _, error) = heapproof(folder.path(), &["replay", &trace]);
    assert_eq!(code, 2);
    assert!(error.contains("the heap of another process, `process:tables-1`"), "{error}");
    assert!(error.contains(&format!("replay {trace} --subject 'exec:COMMAND'")), "{error}");
    std::fs::write(folder.path().join("odd.trace"), text.replace("process:tables-1", "exec:touch odd")).unwrap();
    let (code, _, error) = heapproof(folder.path(), &["replay", "odd.trace"]);
    assert!(code == 2 && error.contains("odd.trace:2:1: can't read what this trace was found with"), "{error}");
}

/// Whether a process runs whose command line is that.
#[cfg(target_os = "linux")]
fn runs(words: &[&str]) -> bool {
    let wanted: Vec<u8> = words.iter().flat_map(|word| word.bytes().chain([0])).collect();
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    processes.map(|entry| std::fs::read(entry.path().join("cmdline"))).any(|line| line.is_ok_and(|line| line == wanted))
}

#[test]
#[cfg(target_os = "linux")]
fn no_child_survives_its_parent() {
    let folder = folder();
    std::fs::write(folder.path().join("tables.sh"), TABLES).unwrap();
    let time = format!("97531.{}", std::process::id());
    let subject = format!("exec:sh tables.sh 1 'exec sleep {time}'");
    let mut parent = command(folder.path(), &["check", "--subject", &subject]);
    let mut parent = parent.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let wait_until = |wanted: bool| {
        let (began, is_so) = (Instant::now(), || runs(&["sleep", &time]) == wanted);
        while !is_so() && began.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(20));
        }
        is_so()
    };
    assert!(wait_until(true));
    parent.kill().unwrap();
    parent.wait().unwrap();
    assert!(wait_until(false));
}
