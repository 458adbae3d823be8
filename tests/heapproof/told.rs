//! No explanation is empty, and none credits a line with what a finalizer did.

use crate::canaries::{FOUND, canaries_of, caught, kind};
use crate::program;
use heapproof::explain::{Explanation, explain};
use heapproof::lockstep::{self, Failure};
use heapproof::lost::{Loss, Lost};
use heapproof::properties::Property;
use heapproof::signature::Signature;
use heapproof::subjects::{Canary, HEAP, all};
use heapproof::violation::{Crash, Hang, Violation};
use std::collections::BTreeSet;
use std::time::Duration;

/// The explanation of a trace that fails on a canary.
fn explained(canary: &str, trace: &str) -> Explanation {
    let (subject, program) = (all().into_iter().find(|kind| kind.name == canary).unwrap(), program(trace));
    let failure = lockstep::run(&subject, &program).failure.unwrap();
    explain(&subject, &program, &failure)
}

fn facts(canary: &str, trace: &str) -> Vec<String> {
    explained(canary, trace).facts.into_iter().map(|fact| fact.text).collect()
}

/// The kinds of failure whose explanations by every property that catches them have facts.
fn kinds_of_canaries() -> BTreeSet<String> {
    let mut kinds = BTreeSet::new();
    for property in Property::ALL.iter().copied() {
        for canary in canaries_of(property) {
            let own = property == canary.property;
            let (program, signature) = caught(property, canary, if own { Canary::is_for } else { |_, _| true });
            let failure = property.check(&canary.kind, &program).failure.unwrap();
            let told = explain(&canary.kind, &program, &failure);
            assert!(!told.facts.is_empty(), "{} by {}: {signature}\n{program}", canary.kind.name, property.name());
            kinds.insert(kind(&signature));
        }
    }
    kinds
}

/// Failures that no heap in this process can have.
fn elsewhere() -> Vec<Violation> {
    let limit = Duration::from_secs(1);
    let crashes = [Crash::Aborted, Crash::StackOverflow, Crash::Signal(11), Crash::Exited(0)];
    let losses = [
        Loss::Closed,
        Loss::Garbled("?".into()),
        Loss::Untimely("?".into()),
        Loss::Endless(9),
        Loss::Flooded(9),
        Loss::Contradicted("?".into()),
    ];
    let mut all: Vec<Violation> = crashes.into_iter().map(|how| Violation::Crashed { how }).collect();
    all.extend(losses.map(|how| Violation::Lost(Box::new(Lost { looked: false, how, said: Vec::new() }))));
    all.push(Violation::Hung { how: Hang::Busy, limit });
    all.push(Violation::OutOfMemory { limit: 9 });
    all.push(Violation::Misplaced { error: "line 9".into(), text: "a = table".into() });
    all.extend(["text", "bytes"].map(|form| Violation::RoundTrip { form, back: "a = table".into() }));
    all
}

#[test]
fn no_explanation_is_empty_whatever_is_wrong() {
    let mut kinds = kinds_of_canaries();
    kinds.extend(FOUND.iter().map(|(_, found)| kind(&found.signature)));
    for expected in ["live 2", "dead a", "a 2", "a external 2", "a.x = 1"] {
        let program = program(&format!("a = table\nexpect {expected}"));
        let failure = lockstep::run(&HEAP, &program).failure.unwrap();
        assert!(!explain(&HEAP, &program, &failure).facts.is_empty(), "{expected}");
        kinds.insert(kind(&failure.signature(&program)));
    }
    for step in [0, 2, 3] {
        for violation in elsewhere() {
            let (program, failure) = (program("a = table\nb = array a\npop b"), Failure::new(step, violation));
            let told = explain(&HEAP, &program, &failure);
            assert!(!told.facts.is_empty(), "{:?}", failure.violation);
            kinds.insert(kind(&failure.signature(&program)));
        }
    }
    let all: BTreeSet<String> = Signature::kinds().iter().map(kind).collect();
    assert_eq!(all.difference(&kinds).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn each_minimised_canary_is_told_with_facts() {
    for (canary, found) in FOUND.iter() {
        assert!(!found.explanation().facts.is_empty(), "{} {}", canary.kind.name, found.report("heapproof"));
    }
}

#[test]
fn what_a_finalizer_takes_is_not_credited_to_the_allocation() {
    let trace = "a = table\non a: take self\ndrop a\na.x = a\na.y = a";
    assert_eq!(
        facts("canary:verification-count_mismatch", trace)[1],
        "what counts for `a`: external 1 (+1 line 1, -1 line 3, \
         +1 `take self` in the finalizer of `a`, line 2, at line 3); \
         internal 2: `a.x = a` (line 4), `a.y = a` (line 5)"
    );
}

#[test]
fn nor_to_the_line_whose_check_ran_it() {
    let trace = "set interval 1\na = table\na.me = a\non a: take self\ndrop a\nz = table\na.x = a";
    let told = facts("canary:verification-count_mismatch", trace);
    let ledger = "(+1 line 2, -1 line 5, +1 `take self` in the finalizer of `a`, line 4, at line 6)";
    assert!(told[1].contains(ledger), "{told:?}");
}

#[test]
fn what_a_finalizer_stores_and_gives_up_is_told_as_its_own() {
    let trace = "k = table\na = table\non a: k.x = self\non a: b = box self\ndrop a\na.y = a";
    let told = facts("canary:verification-count_mismatch", trace);
    let stored = "internal 2: `k.x = a` (`k.x = self` in the finalizer of `a`, line 3, at line 5), `a.y = a` (line 6)";
    assert!(told[1].contains(stored), "{told:?}");
    let trace = "k = table\na = table\non a: k.x = self\non a: b = box 1\non a: k.y = b\non a: take b\n\
                 on a: k.z = b\ndrop a";
    let told = facts("canary:verification-count_mismatch", trace);
    let ledger = "external 0 (+1 `box 1` in the finalizer of `a`, line 4, at line 8, \
                  +1 `take b` in the finalizer of `a`, line 6, at line 8, -2 what finalizers leave over at line 8)";
    assert!(told[1].contains(&ledger.replace("`box 1`", "`b = box 1`")), "{told:?}");
    assert!(told[1].contains("the object #2 that the finalizer of line 4 allocates"), "{told:?}");
}

#[test]
fn what_is_known_of_cycles_may_come_from_a_finalizers_detection() {
    let trace = "a = table\na.x = a\nb = table\non b: detect\ndrop b\na.x = nil";
    let told = facts("canary:cycles", trace);
    assert!(told[0].contains("the detection of `detect` in the finalizer of `b`, line 4, at line 5"), "{told:?}");
}

#[test]
fn a_refused_line_is_named_also_one_of_a_finalizer() {
    let told = facts("canary:journal-reentrant-done", "a = table\non a: take self\non a: end\ndrop a");
    let refused = "`end` in the finalizer of `a`, line 3, is refused (reentrant)";
    assert!(told.iter().any(|fact| fact == refused), "{told:?}");
    let told = facts("canary:outcome-not_held-done", "a = table\nb = box a\ndrop a\ndrop a");
    assert_eq!(told[0], "line 4 is refused (not held), and changes nothing");
    let told = facts("canary:verification-count_mismatch", "a = table\na.x = a\npop a\na.y = a");
    assert!(told.iter().any(|fact| fact == "line 3 is refused (kind), and changes nothing"), "{told:?}");
}

#[test]
fn where_only_the_value_differs_both_values_are_told() {
    let told = explained("canary:result", "a = box 1\n*a");
    assert_eq!((&*told.model, &*told.subject), ("done, giving 1", "done, giving nil"));
}

#[test]
fn a_program_that_is_not_determined_is_told_with_the_part_that_differs() {
    let canary = canaries_of(Property::Determinism).find(|one| one.kind.name.ends_with("undetermined-state")).unwrap();
    let program = program("a = table\na.x = a\na.y = nil");
    let failure = Property::Determinism.check(&canary.kind, &program).failure.unwrap();
    let told = explain(&canary.kind, &program, &failure);
    assert_eq!(told.model, "it does the same in a copy; at first cycles detected: 0");
    assert_eq!(told.subject, "in a copy cycles detected: 1");
    assert!(told.facts[0].text.ends_with("what differs is: statistics cycles detected"), "{:?}", told.facts);
}

#[test]
fn a_panic_that_is_met_by_determinism_is_told_at_its_line() {
    let canary = canaries_of(Property::Determinism).find(|one| one.kind.name.ends_with("panicked")).unwrap();
    let program = program("a = table\nb = weak a\ndrop a\nc = upgrade b\ndrop b");
    let failure = Property::Determinism.check(&canary.kind, &program).failure.unwrap();
    assert_eq!(failure.step, 3);
}
