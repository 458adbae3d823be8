use heapproof::model::{
    Contents, Counts, End, Event, Fault, Finding, FindingKind, Kind, Object, Outcome, Refusal, Value,
};
use heapproof::signature::Signature;
use heapproof::violation::{Crash, Hang, Violation};
use std::collections::BTreeSet;
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
        Violation::Panicked { message: "x".into() },
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
        Violation::OverBudget { touched: 2, budget: 1 },
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

#[test]
fn every_violation_has_a_signature_that_is_known_and_can_be_a_file_name() {
    for violation in violations() {
        let signature = violation.signature();
        assert_eq!(Signature::parse(signature.as_str()), Ok(signature.clone()));
        assert!(signature.as_str().chars().all(|c| c.is_ascii_lowercase() || "-_".contains(c)), "{signature}");
    }
}

#[test]
fn a_signature_that_is_mistyped_is_answered_with_the_nearest() {
    assert_eq!(Signature::parse("not-fred").unwrap_err().as_str(), "not-freed");
}
