//! Each heap with one mistake is caught, as what it is, by every property that should catch it.

use crate::{corpus, program};
use heapproof::generate::{Recipe, case};
use heapproof::lost::Loss;
use heapproof::model::{Code, Fault, Line, Program};
use heapproof::proof::Counterexample;
use heapproof::properties::Property;
use heapproof::signature::Signature;
use heapproof::subjects::{Canary, all, ending, family};
use std::collections::BTreeSet;
use std::fs::read_to_string;
use std::sync::LazyLock;

/// So many programs are enough for each.
const PROGRAMS: u64 = 2_000;

/// The canaries that a property must catch, by the beginnings of their names; others it may.
fn catches(property: Property) -> &'static [&'static str] {
    match property {
        Property::Lockstep => &[
            "returned",
            "panicked",
            "result",
            "outcome",
            "freed",
            "not-freed",
            "leaks",
            "contents",
            "counts",
            "statistics",
            "cycles",
            "detection",
            "collects",
            "leaves",
            "over-budget",
            "visits",
            "candidate",
            "contradiction",
            "ending",
            "journal",
            "verification",
            "fault-missed",
        ],
        Property::Cycles => &["cycles", "detection", "result-pauses"],
        Property::Collect => &["freed", "not-freed", "counts-internal", "collects", "leaves", "journal-took"],
        Property::Release => &["freed", "not-freed", "contents", "counts", "journal-died", "journal-began"],
        Property::Verify => &["verification", "score", "fault-missed"],
        Property::Recover => {
            &["repaired-again", "verification", "counts-internal", "journal-recovered", "outcome-inapplicable"]
        }
        Property::Slices => &["over-budget", "not-freed-temporary", "result-pauses", "journal-took"],
        Property::Tuning => &["statistics", "over-budget-check"],
        // There is no subject in these: they are tried on wrong notations.
        Property::Text | Property::Bytes => &[],
        Property::Memory => &["footprint", "peak"],
        Property::Determinism => &["undetermined", "panicked"],
    }
}

pub fn canaries_of(property: Property) -> impl Iterator<Item = &'static Canary> {
    let names = catches(property);
    // All others copy into new memory.
    let is_for = move |name: &str| property == Property::Lockstep || !name.ends_with("in-a-former-copy");
    family().filter(move |canary| {
        let name = name_of(canary);
        is_for(name) && names.iter().any(|beginning| name.starts_with(beginning))
    })
}

/// Its name within the family.
fn name_of(canary: &Canary) -> &str {
    canary.kind.name.strip_prefix("canary:").unwrap()
}

/// The first random program for which a property does not hold with a signature that is wanted.
pub fn caught(property: Property, canary: &Canary, wanted: fn(&Canary, &Signature) -> bool) -> (Program, Signature) {
    let abilities = canary.kind.abilities().unwrap();
    let recipe = Recipe { profile: property.profile(), ..Recipe::default() };
    let programs = (0..PROGRAMS).map(|number| case(1, number, &recipe, &|code| abilities.has(code)));
    let mut found = programs.filter_map(|program| {
        let failure = property.check(&canary.kind, &program).failure?;
        let signature = failure.signature(&program);
        wanted(canary, &signature).then_some((program, signature))
    });
    found.next().unwrap_or_else(|| panic!("{} is not caught by {}", canary.kind.name, property.name()))
}

/// What the lockstep finds of each canary that it must catch.
pub static FOUND: LazyLock<Vec<(&Canary, Counterexample)>> = LazyLock::new(|| {
    let counterexample = |canary: &'static Canary| {
        let (program, _) = caught(Property::Lockstep, canary, Canary::is_for);
        (canary, Counterexample::of(Property::Lockstep, &canary.kind, &program).unwrap())
    };
    canaries_of(Property::Lockstep).map(counterexample).collect()
});

#[test]
fn each_canary_is_caught_in_lockstep_as_what_it_is_and_cut_to_a_few_lines() {
    let mut lengths = Vec::new();
    for (canary, found) in &*FOUND {
        let length = found.minimized.program.len();
        assert!(canary.is_for(&found.signature), "{}", found.report("heapproof"));
        assert!(length <= 13, "{}", found.report("heapproof"));
        lengths.push(length);
    }
    lengths.sort_unstable();
    assert!(lengths[lengths.len() / 2] <= 4, "{lengths:?}");
}

#[test]
fn no_property_passes_on_its_canaries() {
    let mut others = Vec::new();
    for property in Property::ALL.iter().copied().filter(|property| *property != Property::Lockstep) {
        let mut canaries = 0;
        for canary in canaries_of(property) {
            let (program, signature) = caught(property, canary, |_, _| true);
            if !canary.allows(&signature) {
                others.push(format!("{} is caught by {} as {signature}\n{program}", canary.kind.name, property.name()));
            }
            canaries += 1;
        }
        assert!(canaries > 0 || matches!(property, Property::Text | Property::Bytes), "{}", property.name());
    }
    assert!(others.is_empty(), "{}", others.join("\n"));
}

#[test]
fn each_canary_has_a_property_that_must_catch_it() {
    for canary in family() {
        let catches = |property: &&Property| canaries_of(**property).any(|one| one.kind.name == canary.kind.name);
        assert!(Property::ALL.iter().any(|property| catches(&property)), "{}", canary.kind.name);
    }
}

#[test]
fn each_canary_is_caught_by_the_property_that_is_listed_with_it() {
    for canary in family() {
        let must = canaries_of(canary.property).any(|one| one.kind.name == canary.kind.name);
        assert!(must, "{} by {}", canary.kind.name, canary.property.name());
    }
}

#[test]
fn each_kind_of_violation_has_a_canary() {
    let mut found: BTreeSet<String> = FOUND.iter().map(|(_, found)| kind(&found.signature)).collect();
    for property in [Property::Verify, Property::Recover, Property::Memory, Property::Determinism] {
        found.extend(canaries_of(property).map(|canary| kind(&caught(property, canary, Canary::is_for).1)));
    }
    let kinds: BTreeSet<String> = Signature::kinds().iter().map(kind).collect();
    let of_no_subject = ["round-trip-text", "round-trip-bytes", "misplaced"];
    // What ends its process is met in the tests of isolation; no signal but an abort can be had without `unsafe`.
    let ends = |kind: &str| kind == "crashed-signal" || ending().any(|canary| name_of(canary) == kind);
    // What only a process can do is met in the tests of processes.
    // What a trace expects is judged by the model, and met in the tests of expectations.
    let expected = |kind: &str| kind.starts_with("expected-");
    let met = |kind: &str| of_no_subject.contains(&kind) || Loss::KINDS.contains(&kind) || ends(kind) || expected(kind);
    let without: Vec<&String> = kinds.difference(&found).filter(|kind| !met(kind.as_str())).collect();
    assert_eq!(without, [""; 0]);
}

/// What one canary is enough for: a signature, but for those that are made of pairs of outcomes or of events, or of a
/// fault, which has a test of its own.
pub fn kind(signature: &Signature) -> String {
    let text = signature.kind();
    let many = ["outcome-", "journal-", "fault-missed-"].into_iter().find(|many| text.starts_with(many));
    many.unwrap_or(text).to_owned()
}

#[test]
fn every_canary_is_called_what_it_is_caught_as_and_is_on_the_command_line() {
    let all = all();
    let names: BTreeSet<&str> = all.iter().map(|kind| &*kind.name).collect();
    assert_eq!(names.len(), all.len());
    for canary in family() {
        assert!(names.contains(&*canary.kind.name) && name_of(canary).starts_with(canary.signatures[0]));
    }
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
            missed.extend(failure.map(|failure| failure.violation.kind()));
        }
    }
    let every: BTreeSet<String> = Fault::ALL.iter().map(|fault| format!("fault-missed-{}", fault.word())).collect();
    assert_eq!(missed, every);
}
