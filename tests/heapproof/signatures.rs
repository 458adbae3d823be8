use crate::pretender::{Manner, Pretender};
use crate::program;
use heapproof::generate::{Recipe, case};
use heapproof::lockstep::{self, Failure};
use heapproof::model::{
    Contents, Counts, End, Event, Fault, Finding, FindingKind, Kind, Object, Outcome, Program, Refusal, Value,
};
use heapproof::proof::Counterexample;
use heapproof::properties::Property;
use heapproof::signature::Signature;
use heapproof::subject::{Figure, SubjectKind};
use heapproof::violation::{Crash, Hang, Violation, Visited};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// One violation of each kind, and of some kinds several.
fn violations() -> Vec<Violation> {
    let object = Object(0);
    let outcomes = [Outcome::Done(Value::Nil), Outcome::Refused(Refusal::StaleValue), Outcome::Skipped];
    let events = [
        Event::Began(object),
        Event::Died(object),
        Event::Ended(End::OutOfFuel),
        Event::Did(outcomes[1].clone()),
        Event::Took(BTreeSet::from([object])),
        Event::Paused,
        Event::Damaged(None),
        Event::Recovered { lost: Vec::new(), externals: Vec::new() },
    ];
    let cycle = || vec![BTreeSet::from([object])];
    let contents =
        |contents: Contents| Violation::Contents { object, model: Box::default(), subject: Box::new(contents) };
    let counts = |subject: Counts| Violation::Counts { object, model: Counts::default(), subject };
    let mut violations = vec![
        Violation::Panicked { message: "x".into(), place: None },
        Violation::Panicked { message: "x".into(), place: Some("C:\\Heap.rs:1:2".into()) },
        Violation::Crashed { how: Crash::Aborted },
        Violation::Crashed { how: Crash::StackOverflow },
        Violation::Crashed { how: Crash::Signal(11) },
        Violation::Crashed { how: Crash::Exited(0) },
        Violation::Hung { how: Hang::Busy, limit: Duration::from_secs(1) },
        Violation::OutOfMemory { limit: 256 },
        Violation::Outcome { model: Outcome::Done(Value::Nil), subject: Outcome::Done(Value::Int(1)) },
        Violation::FreedTooEarly { object },
        Violation::NotFreed { object },
        Violation::LeaksCycle { object },
        contents(Contents { kind: Kind::Array, ..Contents::default() }),
        contents(Contents { function: 1, ..Contents::default() }),
        contents(Contents { values: vec![Value::Nil], ..Contents::default() }),
        contents(Contents { target: Some(object), ..Contents::default() }),
        counts(Counts { external: 1, ..Counts::default() }),
        counts(Counts { internal: 1, ..Counts::default() }),
        counts(Counts { weak: 1, ..Counts::default() }),
        Violation::Statistics { which: "operations_since_check", model: 0, subject: 1 },
        Violation::Cycles { model: cycle(), subject: Vec::new() },
        Violation::Detection { model: cycle(), subject: Vec::new() },
        Violation::Detection { model: Vec::new(), subject: cycle() },
        Violation::CollectsLive { object },
        Violation::LeavesGarbage { object },
        Violation::Returned { figure: Figure::Objects, model: 1, subject: 0 },
        Violation::Footprint { early: 1, late: 2, rounds: 3 },
        Violation::Peak { low: 1, high: 2 },
        Violation::OverBudget { touched: 2, budget: 1 },
        Violation::NoCandidate { object },
        Violation::DeadCandidate { object },
        Violation::AtEnd { object, begins: false },
        Violation::AtEnd { object, begins: true },
        Violation::Contradiction { told: "x".into() },
        Violation::Visits { what: Visited::Contents, times: 2, most: 1, touched: 0 },
        Violation::Visits { what: Visited::Headers, times: 2, most: 1, touched: 0 },
        Violation::RoundTrip { form: "text", back: String::new() },
        Violation::RoundTrip { form: "bytes", back: String::new() },
    ];
    for (model, subject) in [(0, 1), (1, 2), (2, 0)] {
        violations.push(Violation::Outcome { model: outcomes[model].clone(), subject: outcomes[subject].clone() });
    }
    violations.extend(
        FindingKind::ALL
            .iter()
            .map(|kind| Violation::Verification { found: Finding { kind: *kind, object: Some(object) } }),
    );
    violations.extend(Fault::ALL.iter().map(|fault| Violation::FaultMissed {
        fault: *fault,
        wanted: Finding { kind: fault.kind(), object: None },
        found: Vec::new(),
    }));
    for event in events {
        violations.push(Violation::Journal { model: None, subject: Some(event) });
    }
    violations
}

/// A line at each place.
const PLACES: &str = "\
a = table
a.x = 1
a.x
b = closure 0 nil
b{0} = a
f = a.x
c = weak b
drop nil
c.x = 1
d = temp array
collect";

fn signature(violation: Violation, program: &Program, step: usize) -> String {
    let signature = Failure::new(step, violation).signature(program);
    assert_eq!(Signature::parse(signature.as_str()), Ok(signature.clone()));
    signature.to_string()
}

#[test]
fn every_violation_has_a_signature_that_is_known_and_can_be_a_file_name() {
    let program = program(PLACES);
    for violation in violations() {
        for step in 0..=program.len() {
            let signature = signature(violation.clone(), &program, step);
            assert!(signature.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_')), "{signature}");
        }
    }
}

#[test]
fn the_place_is_what_is_done_to_contents_and_of_what_kind() {
    let program = program(PLACES);
    let place =
        |step| signature(Violation::NotFreed { object: Object(0) }, &program, step).split_off("not-freed-at-".len());
    let places: Vec<String> = (0..=program.len()).map(place).collect();
    assert_eq!(
        places,
        [
            "allocate-table",
            "write-table",
            "read-table",
            "allocate-closure",
            "write-closure",
            "read-table",
            "allocate-weak",
            "count",
            "write-weak",
            "allocate-array",
            "manage",
            "manage"
        ]
    );
}

#[test]
fn panics_are_told_apart_by_where_they_come_from_and_never_by_what_they_say() {
    let told = |message: &str, place: Option<&str>| {
        let violation = Violation::Panicked { message: message.to_owned(), place: place.map(str::to_owned) };
        signature(violation, &Program::default(), 0)
    };
    assert_eq!(told("no `a`", Some("/home/me/src/Heap.rs:12:5")), "panicked-at-heap_rs_12_5");
    assert_eq!(told("no `b`", Some("src/Heap.rs:12:5")), "panicked-at-heap_rs_12_5");
    assert_eq!(told("no `a`", Some("src/heap.rs:13:5")), "panicked-at-heap_rs_13_5");
    assert_eq!(told("no `a`", None), "panicked");
    let canary = heapproof::subjects::all().into_iter().find(|kind| kind.name == "canary:panicked").unwrap();
    let upgrades = program("a = table\nb = weak a\ndrop a\nc = upgrade b");
    let failure = lockstep::run(&canary, &upgrades).failure.unwrap();
    assert!(failure.signature(&upgrades).as_str().starts_with("panicked-at-doing_rs_"));
}

#[test]
fn a_kind_stands_for_each_of_its_places() {
    let parsed = |text| Signature::parse(text).unwrap();
    let (kind, place, other) =
        (parsed("not-freed"), parsed("not-freed-at-write-closure"), parsed("not-freed-at-write-table"));
    assert!(place.is_a(&kind) && place.is_a(&place) && !place.is_a(&other) && !kind.is_a(&place));
    assert!(Signature::kinds().contains(&kind) && !Signature::kinds().contains(&place));
}

#[test]
fn a_signature_that_is_mistyped_is_answered_with_the_nearest() {
    assert_eq!(Signature::parse("not-fred").unwrap_err().as_str(), "not-freed");
    assert_eq!(Signature::parse("not-fred-at-wrte-table").unwrap_err().as_str(), "not-freed-at-write-table");
}

/// A heap that forgets to count what tables hold, one that forgets what closures hold, and one that forgets both.
fn forgetful() -> [SubjectKind; 3] {
    macro_rules! forgets {
        ($($kind:ident),*) => {
            SubjectKind::new("forgetful", "", || Box::new(Pretender::new(Manner::CountsNothingIn(&[$(Kind::$kind),*]))))
        };
    }
    [forgets!(Table), forgets!(Closure), forgets!(Table, Closure)]
}

#[test]
fn of_two_mistakes_in_stores_each_is_kept_a_trace_of() {
    let [tables, closures, both] = forgetful();
    let programs = (0..300).map(|number| case(1, number, &Recipe::default(), &|_| true));
    let mut kept = BTreeMap::new();
    for program in programs {
        let Some(failure) = lockstep::run(&both, &program).failure else { continue };
        let minimized = || Counterexample::of(Property::Lockstep, &both, &program).unwrap().minimized.program;
        kept.entry(failure.signature(&program)).or_insert_with(minimized);
    }
    for left in [tables, closures] {
        assert!(kept.values().any(|trace| lockstep::run(&left, trace).failure.is_some()), "{kept:?}");
    }
}
