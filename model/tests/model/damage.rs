//! Faults, and what recovery may lose and make up.

use heapproof_model::{
    Event, Fault, Finding, FindingKind, Machine, Object, Outcome, Program, Reference, Value, script,
};

/// Carries out lines as a subject would that lets those events happen; what happened in the last.
fn then(heap: &mut Reference, text: &str, events: Vec<Event>) -> (Outcome, Vec<Event>) {
    let program: Program = text.parse().unwrap();
    let mut outcome = Outcome::Skipped;
    for (line, events) in program.lines().iter().zip(std::iter::repeat_n(events, program.len())) {
        heap.script().journal.clear();
        heap.follow(events);
        outcome = script::step(heap, line);
    }
    heap.follow(Vec::new());
    (outcome, std::mem::take(&mut heap.script().journal))
}

/// A heap of `trace` to whose object 0 that fault was done.
fn damaged(trace: &str, fault: Fault) -> Reference {
    let mut heap = Reference::new();
    then(&mut heap, trace, Vec::new());
    let fault = format!("{trace}\nfault {} a", fault.word());
    let program: Program = fault.parse().unwrap();
    heap.follow(vec![Event::Damaged(Some(Object(0)))]);
    assert_eq!(script::step(&mut heap, program.lines().last().unwrap()), Outcome::Done(Value::Nil));
    heap
}

fn recovered(lost: &[(u32, usize)], externals: &[(u32, u32)]) -> Vec<Event> {
    let lost = lost.iter().map(|(object, place)| (Object(*object), *place)).collect();
    let externals = externals.iter().map(|(object, external)| (Object(*object), *external)).collect();
    vec![Event::Recovered { lost, externals }]
}

#[test]
fn a_damaged_heap_is_only_verified_and_recovered() {
    let mut heap = damaged("a = table", Fault::ExternalHigh);
    assert!(heap.is_damaged());
    for skipped in ["b = table", "take nil", "collect", "end"] {
        assert_eq!(then(&mut heap, skipped, Vec::new()).0, Outcome::Skipped, "{skipped}");
    }
    assert_eq!(then(&mut heap, "verify", Vec::new()).0, Outcome::Done(Value::Nil));
    assert!(heap.is_damaged());
    assert_eq!(then(&mut heap, "recover roots", recovered(&[], &[])).1, recovered(&[], &[]));
    assert_eq!(then(&mut heap, "b = table", Vec::new()).0, Outcome::Done(Value::Reference(Object(1))));
}

#[test]
fn a_fault_is_found_where_it_is_and_by_its_kind() {
    let found = |trace, fault| damaged(trace, fault).damages()[0].finding;
    let at = |kind| Finding { kind, object: Some(Object(0)) };
    assert_eq!(found("a = table", Fault::ExternalHigh), at(FindingKind::CountMismatch));
    assert_eq!(found("a = table\na.me = a\ndrop a", Fault::ExternalHigh), at(FindingKind::Orphaned));
    assert_eq!(found("a = table", Fault::InternalHigh), at(FindingKind::Orphaned));
    assert_eq!(found("a = table\na.me = a", Fault::InternalHigh), at(FindingKind::CountMismatch));
    assert_eq!(found("a = table", Fault::FreeLive), at(FindingKind::DoubleFreed));
}

#[test]
fn a_fault_at_another_object_is_not_followed() {
    let fault = |trace: &str, fault: &str, site| {
        let mut heap = Reference::new();
        then(&mut heap, trace, Vec::new());
        let program: Program = format!("{trace}\nfault {fault} a").parse().unwrap();
        heap.follow(vec![Event::Damaged(site)]);
        script::step(&mut heap, program.lines().last().unwrap());
        heap.is_damaged()
    };
    let (two, one_dead) = ("a = table\nb = table", "a = table\nb = table\ndrop b");
    assert!(!fault(two, "external_high", Some(Object(1))));
    assert!(!fault(two, "external_high", None));
    assert!(fault(two, "live_low", None) && !fault(two, "live_low", Some(Object(0))));
    assert!(fault(one_dead, "free_twice", Some(Object(1))) && fault(one_dead, "free_missing", None));
    assert!(!fault(two, "free_twice", Some(Object(1))) && !fault(two, "free_beyond", Some(Object(7))));
}

#[test]
fn a_reference_that_dangled_may_be_lost_and_no_other() {
    let trace = "a = table\nb = table\na.x = b\na.y = 1\ndrop b";
    let mut heap = damaged(trace, Fault::DanglingField);
    let lost = recovered(&[(0, 0)], &[]);
    assert_eq!(then(&mut heap, "recover roots", lost.clone()).1, [lost, vec![Event::Died(Object(1))]].concat());
    for wrong in [(0, 1), (0, 2), (1, 0)] {
        let mut heap = damaged(trace, Fault::DanglingField);
        assert_eq!(then(&mut heap, "recover roots", recovered(&[wrong], &[])).1, recovered(&[], &[]), "{wrong:?}");
    }
    let mut heap = damaged(trace, Fault::IndexMissing);
    assert_eq!(then(&mut heap, "recover roots", recovered(&[(0, 0)], &[])).1, recovered(&[], &[]));
}

#[test]
fn without_roots_what_nothing_would_hold_is_held_once() {
    let mut heap = damaged("a = table\nb = table\na.x = b\ndrop b", Fault::DanglingField);
    let events = recovered(&[(0, 0)], &[(0, 1), (1, 1)]);
    assert_eq!(then(&mut heap, "recover", events.clone()).1, events);
    assert_eq!(heap.external(Object(1)), 1);
}

#[test]
fn without_roots_an_external_count_that_was_damaged_may_become_another() {
    for (fault, reported, model) in [
        (Fault::ExternalHigh, 3, 3),
        (Fault::ExternalLow, 0, 1),
        (Fault::ExternalWrapped, u32::MAX, 2),
        (Fault::InternalLow, 3, 2),
    ] {
        let mut heap = damaged("a = table\ntake a", fault);
        then(&mut heap, "recover", recovered(&[], &[(0, reported)]));
        assert_eq!(heap.external(Object(0)), model, "{}", fault.word());
    }
    let mut heap = damaged("a = table\na.me = a", Fault::ExternalLow);
    then(&mut heap, "recover", recovered(&[], &[(0, 0)]));
    assert_eq!(heap.external(Object(0)), 0);
}

#[test]
fn the_recovery_of_a_healthy_heap_changes_nothing() {
    let trace = "a = table\ntake a\nb = table\na.x = b\ndrop b";
    let mut heap = Reference::new();
    then(&mut heap, trace, Vec::new());
    assert_eq!(then(&mut heap, "recover", Vec::new()).1, recovered(&[], &[(0, 2), (1, 0)]));
    assert_eq!(then(&mut heap, "recover roots", Vec::new()).1, recovered(&[], &[]));
    assert_eq!(heap.counts().map(|(_, counts)| counts.external).collect::<Vec<_>>(), [2, 0]);
}

#[test]
fn a_temporary_whose_mark_was_wrong_is_none_after_recovery() {
    for (fault, external) in [(Fault::TemporaryFlag, 1), (Fault::QueueFlag, 0)] {
        let mut heap = damaged("begin 9\na = temp table\na.me = a\nk = box a", fault);
        then(&mut heap, "recover roots", Vec::new());
        then(&mut heap, "end", Vec::new());
        assert_eq!(heap.external(Object(0)), external, "{}", fault.word());
    }
}
