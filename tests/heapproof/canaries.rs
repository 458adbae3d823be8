//! Each heap with one mistake is caught, as what it is, by every property that should catch it.

use crate::{corpus, program};
use heapproof::generate::{Recipe, case};
use heapproof::model::{Code, Fault, Line, Program};
use heapproof::proof::Counterexample;
use heapproof::properties::Property;
use heapproof::signature::Signature;
use heapproof::subject::SubjectKind;
use heapproof::subjects::{Canary, all, family};
use std::collections::BTreeSet;
use std::fs::read_to_string;
use std::sync::LazyLock;

/// So many programs are enough for each.
const PROGRAMS: u64 = 500;

/// The first random program for which a property does not hold.
fn caught(property: Property, subject: &SubjectKind) -> Option<Program> {
    let supports = subject.make();
    let mut programs = (0..PROGRAMS).map(|number| case(1, number, &Recipe::default(), &|code| supports.supports(code)));
    programs.find(|program| property.check(subject, program).failure.is_some())
}

/// What a property finds of a canary, minimised.
fn minimized(property: Property, canary: &Canary) -> Counterexample {
    let program = caught(property, &canary.kind)
        .unwrap_or_else(|| panic!("{} is not caught by {}", canary.kind.name, property.name()));
    Counterexample::of(property, &canary.kind, &program).unwrap()
}

/// What the lockstep finds of each canary.
static FOUND: LazyLock<Vec<(&Canary, Counterexample)>> =
    LazyLock::new(|| family().map(|canary| (canary, minimized(Property::Lockstep, canary))).collect());

#[test]
fn each_canary_is_caught_as_what_it_is_and_cut_to_a_few_lines() {
    let mut lengths = Vec::new();
    for (canary, found) in &*FOUND {
        let length = found.minimized.program.len();
        assert!(canary.allows(found.signature.as_str()), "{}", found.report("heapproof"));
        assert!(length <= 13, "{}", found.report("heapproof"));
        lengths.push(length);
    }
    lengths.sort_unstable();
    assert!(lengths[lengths.len() / 2] <= 4, "{lengths:?}");
}

#[test]
fn each_kind_of_violation_has_a_canary() {
    let found: BTreeSet<String> = FOUND.iter().map(|(_, found)| kind(&found.signature)).collect();
    let kinds: BTreeSet<String> = Signature::all().iter().map(kind).collect();
    // These the lockstep does not look for; other properties do.
    let elsewhere = |kind: &str| {
        ["round-trip-", "misplaced", "score", "undetermined-"].into_iter().any(|other| kind.starts_with(other))
    };
    let without: Vec<&String> = kinds.difference(&found).filter(|kind| !elsewhere(kind)).collect();
    assert_eq!(without, [""; 0]);
}

/// What one canary is enough for: a signature, but for those that are made of pairs of outcomes or of events, or of a
/// fault, which has a test of its own.
fn kind(signature: &Signature) -> String {
    let text = signature.as_str();
    let many = ["outcome-", "journal-", "fault-missed-"].into_iter().find(|many| text.starts_with(many));
    many.unwrap_or(text).to_owned()
}

#[test]
fn every_canary_has_a_name_of_its_own_and_is_on_the_command_line() {
    let names: BTreeSet<&str> = all().iter().map(|kind| kind.name).collect();
    assert_eq!(names.len(), all().len());
    assert!(family().all(|canary| canary.kind.name.starts_with("canary:") && names.contains(canary.kind.name)));
}

#[test]
fn every_fault_of_the_corpus_is_missed_by_the_canary_that_finds_nothing() {
    let blind = family().find(|canary| canary.kind.name == "canary:fault-missed").unwrap();
    let mut missed = BTreeSet::new();
    for path in corpus() {
        let program = program(&read_to_string(path).unwrap());
        let is_fault = |line: &Line| line.operation.code() == Code::Fault;
        let faults = (0..program.len()).filter(|at| is_fault(&program.lines()[*at]));
        for fault in faults {
            // Behind the first that is missed nothing would be looked at.
            let lines = program.lines().iter().enumerate().filter(|(at, line)| *at == fault || !is_fault(line));
            let program = program.with_lines(lines.map(|(_, line)| line.clone()).collect());
            let failure = Property::Lockstep.check(&blind.kind, &program).failure;
            missed.extend(failure.map(|failure| failure.violation.signature().to_string()));
        }
    }
    let every: BTreeSet<String> = Fault::ALL.iter().map(|fault| format!("fault-missed-{}", fault.word())).collect();
    assert_eq!(missed, every);
}
