//! The heap goes away with objects alive: whose code begins is judged (SPEC 2.14), in this process and in others.

use crate::command_line::{folder, heapproof, python};
use crate::program;
use heapproof::explain::explain;
use heapproof::lockstep;
use heapproof::subject::SubjectKind;
use heapproof::subjects::twins::{twin, wrong};
use heapproof::subjects::{HEAP, all};
use std::path::Path;

const ALIVE: &str = "a = table\nb = ring 1\non a: a.x = 1\non b: b.x = 1\ndrop b";

/// The kind of the failure of a program, if it fails.
fn fails(kind: &SubjectKind, text: &str) -> Option<String> {
    lockstep::run(kind, &program(text)).failure.map(|failure| failure.violation.kind())
}

#[test]
fn what_begins_as_the_heap_goes_away_lives_and_begins_once() {
    assert_eq!(fails(&HEAP, ALIVE), None);
    for (answer, held_to, wanted) in [
        ("finalized", "nothing", Some("ending-began")),
        ("nothing", "finalized", Some("ending-nothing")),
        ("nothing", "some", None),
        ("finalized", "some", None),
    ] {
        let dialect = |answer: &str| format!("at-end {answer}").parse().unwrap();
        let found = fails(&twin(dialect(answer)).held_to(dialect(held_to)), ALIVE);
        assert_eq!(found.as_deref(), wanted, "{answer}, held to {held_to}");
    }
    let twice = wrong().find(|twin| (twin.clause, twin.answer) == ("at-end", "some")).unwrap();
    let of_many = (0..9).map(|n| format!("a{n} = table\non a{n}: drop nil\n")).collect::<String>();
    assert_eq!(fails(&twice.kind, &of_many).as_deref(), Some("ending-began"));
    let canary = all().into_iter().find(|kind| kind.name == "canary:ending-began").unwrap();
    assert_eq!(fails(&canary, ALIVE).as_deref(), Some("ending-began"));
}

#[test]
fn it_is_told_who_has_code_and_by_which_line() {
    let kind = twin("at-end finalized".parse().unwrap()).held_to(Default::default());
    let program = program(ALIVE);
    let told = explain(&kind, &program, &lockstep::run(&kind, &program).failure.unwrap());
    assert_eq!(told.place, "after the last line; on a copy, after the heap has gone away");
    assert_eq!((&*told.model, &*told.subject), ("the code of `a` does not begin", "the code of `a` begins"));
    assert_eq!(told.facts[0].lines, [3], "{:?}", told.facts);
}

/// A heap in Python whose code runs as it goes away: `--all`, or that of the first object alone; `--exit`: the process ends.
const CHILD: &str = r#"
import os, sys
sys.path.insert(0, sys.argv[1])
from counted import Counted
import heapproof

class Closing(Counted):
    def close(self):
        coded = [cell for cell in self.all if cell.coded and not cell.begun]
        for cell in coded if "--all" in sys.argv else coded[:1]:
            cell.begun = True
            heapproof.run_code(cell)
        if "--exit" in sys.argv:
            sys.exit(0)

heapproof.run(Closing(False), "closing", "1", observations="refusals journal", panics=True, dialect="at-end finalized")
"#;

#[test]
fn a_process_says_whose_code_begins_as_its_heap_goes_away() {
    let Some(python) = python() else { return eprintln!("skipped: there is no `python3` here") };
    let folder = folder();
    std::fs::write(folder.path().join("child.py"), CHILD).unwrap();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("sdk/python/examples");
    std::fs::write(folder.path().join("alive.trace"), format!("heapproof trace 1\n{ALIVE}\n")).unwrap();
    let check = ["check", "--seed", "1", "--cases", "20"];
    let replay = ["replay", "alive.trace"];
    for (command, words, code, wanted) in [
        (&check[..], "--all", 0, ""),
        (&check, "--all --exit", 0, ""),
        (&replay, "--all", 0, ""),
        (&replay, "", 1, "ending-nothing"),
    ] {
        let subject = format!("exec:{python} child.py {} {words}", examples.display());
        let (ended, out, error) = heapproof(folder.path(), &[command, &["--subject", &subject]].concat());
        assert!(ended == code && out.contains(wanted), "{command:?} {words}: {out}{error}");
    }
}
