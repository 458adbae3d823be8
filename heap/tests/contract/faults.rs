//! Each fault is found as what it is, where it is; and no damage makes the heap panic or hang.

use std::collections::HashSet;

use heapproof_heap::{Budget, Configuration, Fault, Heap, HeapError, New, ObjectId, Value, VerificationErrorKind};

use crate::random::{Rng, step};
use crate::support::{TestHeap, World, assert_clean, drop_ref, garbage_ring, heap, held, link, on, table};

/// As what a fault is found, with roots.
fn expected(fault: Fault, heap: &TestHeap, object: ObjectId) -> VerificationErrorKind {
    use VerificationErrorKind as Kind;
    let counts = heap.counts(object).unwrap();
    let word = fault.word();
    match fault {
        Fault::ExternalHigh if counts.external == 0 => Kind::OrphanedObject,
        Fault::InternalHigh if counts.internal == 0 => Kind::OrphanedObject,
        Fault::FreeLive | Fault::FreeTwice => Kind::DoubleFreed,
        Fault::FreeMissing => Kind::MemoryLeak,
        Fault::DanglingWeak => Kind::WeakRefCorruption,
        _ if word.starts_with("weak_entry") => Kind::WeakRefCorruption,
        _ if word.ends_with("_wrapped") => Kind::NegativeRefCount,
        _ if word.ends_with("_high") || word.ends_with("_low") => Kind::RefCountMismatch,
        _ if word.starts_with("dangling") => Kind::DanglingReference,
        _ if word.starts_with("dirty") => Kind::DirtyInconsistency,
        _ => Kind::FieldRefMismatch,
    }
}

/// A heap in which every fault can be made somewhere.
pub(crate) fn populated(rng: &mut Rng, steps: usize) -> TestHeap {
    let configuration = Configuration::default().with_generation_ceiling(50).unwrap().with_automatic_checks(false);
    let mut heap = TestHeap::with_configuration(World::default(), configuration);
    let big = table(&mut heap);
    for number in 0..20 {
        link(&mut heap, big, &format!("f{number}"), big);
    }
    heap.remove_field(big, "f3").unwrap();
    (0..100).for_each(|_| heap.inc_ref(big).unwrap());
    for _ in 0..10 {
        let lone = table(&mut heap);
        heap.allocate_weak(lone).unwrap();
        heap.allocate_weak(lone).unwrap();
        heap.allocate_closure(0, &[Value::Nil, lone.into()]).unwrap();
        heap.allocate_box(lone.into()).unwrap();
        heap.allocate_array(&[lone.into(), lone.into()]).unwrap();
    }
    for _ in 0..steps {
        step(&mut heap, rng, true);
    }
    heap.detect_cycles();
    let _ = heap.begin_frame(Budget::Objects(1_000));
    (0..3).for_each(|_| _ = heap.allocate_temporary(New::Table).unwrap());
    pause_in_a_pass(&mut heap);
    let gone: Vec<_> = (0..4).map(|_| table(&mut heap)).collect();
    gone.into_iter().for_each(|it| drop_ref(&mut heap, it));
    assert_clean(&heap);
    heap
}

/// Leaves a mark under way that has come to some objects, and not to all.
pub(crate) fn pause_in_a_pass(heap: &mut TestHeap) {
    while !heap.collect_slice(1_000).unwrap().complete {}
    let held = table(heap);
    for number in 0..20 {
        let child = table(heap);
        link(heap, held, &format!("child{number}"), child);
        drop_ref(heap, child);
    }
    garbage_ring(heap, 30);
    let objects: Vec<_> = heap.objects().collect();
    for _ in 0..100 {
        assert!(!heap.collect_slice(8).unwrap().complete);
        if objects.iter().any(|&it| heap.clone().inject(Fault::PassEntryMissing, it).is_ok()) {
            return;
        }
    }
    panic!("no mark in 100 slices");
}

/// Makes a fault in a copy of a heap wherever it can be made, or at some of the places.
pub(crate) fn each_injection(heap: &TestHeap, fault: Fault, mut each: impl FnMut(TestHeap, ObjectId, ObjectId)) {
    let objects: Vec<_> = heap.objects().collect();
    let (mut made, mut damaged) = (0, heap.clone());
    for number in 0..objects.len() {
        // A large prime leads all over the heap.
        let object = objects[number * 7_919 % objects.len()];
        match damaged.inject(fault, object) {
            Ok(reported) => each(std::mem::replace(&mut damaged, heap.clone()), object, reported),
            Err(error) => {
                assert_eq!(error, HeapError::Inapplicable);
                continue;
            }
        }
        made += 1;
        if made == 12 {
            break;
        }
    }
    assert_clean(&damaged);
    assert!(made > 0, "{fault} could be made nowhere");
}

#[test]
fn every_fault_is_found_where_it_was_made() {
    for seed in 1..8 {
        let heap = populated(&mut Rng::new(seed), 300);
        let roots = held(&heap);
        for &fault in Fault::ALL {
            each_injection(&heap, fault, |damaged, object, reported| {
                let kind = expected(fault, &heap, object);
                let report = damaged.verify_heap_with_roots(&roots);
                let found = report.iter().any(|it| it.kind == kind && it.object == reported);
                assert!(found, "{fault} at {object}, to be reported at {reported}:\n{report}");
                let only_with_roots = matches!(fault, Fault::ExternalHigh | Fault::ExternalLow);
                let report = damaged.verify_heap();
                let found = report.iter().any(|it| it.kind == kind && it.object == reported);
                assert!(found || only_with_roots, "{fault} at {object} without roots:\n{report}");
            });
        }
    }
}

#[test]
fn faults_are_found_in_large_heaps() {
    let mut heap = heap();
    let mut last = table(&mut heap);
    for _ in 0..20_000 {
        let next = table(&mut heap);
        link(&mut heap, next, "next", last);
        heap.allocate_weak(last).unwrap();
        drop_ref(&mut heap, last);
        last = next;
    }
    let roots = held(&heap);
    for number in 0..10 {
        let object = heap.objects().nth(number * 3_001).unwrap();
        for fault in [Fault::InternalHigh, Fault::DanglingField, Fault::WeakEntryMissing, Fault::FreeLive] {
            let mut damaged = heap.clone();
            if let Ok(reported) = damaged.inject(fault, object) {
                let report = damaged.verify_heap_with_roots(&roots);
                assert!(report.errors.iter().any(|it| it.object == reported), "{fault}");
            }
        }
    }
}

type Found = Vec<(VerificationErrorKind, ObjectId)>;

/// What is found in a copy of a heap after one fault.
fn found_after(heap: &TestHeap, fault: Fault, object: ObjectId) -> Found {
    let (mut damaged, roots) = (heap.clone(), held(heap));
    damaged.inject(fault, object).unwrap();
    damaged.verify_heap_with_roots(&roots).iter().map(|it| (it.kind, it.object)).collect()
}

#[test]
fn a_fault_that_has_no_consequences_is_all_that_is_found() {
    use VerificationErrorKind as Kind;
    let mut heap = heap();
    let (a, b) = (table(&mut heap), table(&mut heap));
    link(&mut heap, a, "b", b);
    let weak = heap.allocate_weak(b).unwrap();
    let cycle = heap.allocate_box(Value::Nil).unwrap();
    heap.set_box(cycle, cycle.into()).unwrap();
    heap.detect_cycles();
    heap.set_field(a, "b", b.into()).unwrap();
    heap.begin_frame(Budget::Objects(10)).unwrap();
    let temporary = heap.allocate_temporary(New::Table).unwrap();
    let gone = table(&mut heap);
    drop_ref(&mut heap, gone);
    let nil = ObjectId::NIL;
    let cases = [
        (Fault::ExternalHigh, a, Kind::RefCountMismatch, a),
        (Fault::ExternalLow, b, Kind::RefCountMismatch, b),
        (Fault::InternalHigh, a, Kind::OrphanedObject, a),
        (Fault::InternalHigh, b, Kind::RefCountMismatch, b),
        (Fault::InternalWrapped, b, Kind::NegativeRefCount, b),
        (Fault::ExternalWrapped, a, Kind::NegativeRefCount, a),
        (Fault::WeakLow, b, Kind::RefCountMismatch, b),
        (Fault::WeakWrapped, b, Kind::NegativeRefCount, b),
        (Fault::LiveLow, a, Kind::RefCountMismatch, nil),
        (Fault::LiveWrapped, a, Kind::NegativeRefCount, nil),
        (Fault::WeakEntryMissing, weak, Kind::WeakRefCorruption, weak),
        (Fault::DirtyFlag, b, Kind::DirtyInconsistency, b),
        (Fault::DirtyEntry, a, Kind::DirtyInconsistency, a),
        (Fault::CandidateFlag, a, Kind::FieldRefMismatch, a),
        (Fault::CandidateEntry, a, Kind::FieldRefMismatch, a),
        (Fault::QueueFlag, a, Kind::FieldRefMismatch, a),
        (Fault::QueueEntry, a, Kind::FieldRefMismatch, a),
        (Fault::ShapeLinkMissing, a, Kind::FieldRefMismatch, a),
        (Fault::ShapeLinkExtra, a, Kind::FieldRefMismatch, a),
        (Fault::CycleEntryMissing, cycle, Kind::FieldRefMismatch, cycle),
        (Fault::CycleEntryExtra, a, Kind::FieldRefMismatch, a),
        (Fault::PassEntryExtra, a, Kind::FieldRefMismatch, a),
        (Fault::TemporaryFlag, temporary, Kind::FieldRefMismatch, temporary),
        (Fault::TemporaryFlag, a, Kind::FieldRefMismatch, a),
        (Fault::TemporaryEntry, temporary, Kind::FieldRefMismatch, temporary),
        (Fault::TemporaryEntry, a, Kind::FieldRefMismatch, a),
        (Fault::FreeLive, a, Kind::DoubleFreed, a),
        (Fault::FreeTwice, a, Kind::DoubleFreed, gone),
        (Fault::FreeBeyond, a, Kind::FieldRefMismatch, gone),
        (Fault::FreeMissing, a, Kind::MemoryLeak, gone),
    ];
    for (fault, object, kind, reported) in cases {
        assert_eq!(found_after(&heap, fault, object), [(kind, reported)], "{fault} at {object}");
    }
    let dangling = found_after(&heap, Fault::DanglingField, a);
    assert_eq!(dangling, [(Kind::DanglingReference, a), (Kind::OrphanedObject, b)]);
}

#[test]
fn faults_are_refused_where_there_is_nothing_to_damage() {
    let mut heap = heap();
    let a = table(&mut heap);
    let stale = table(&mut heap);
    assert_eq!(heap.inject(Fault::FreeTwice, a), Err(HeapError::Inapplicable));
    assert_eq!(heap.inject(Fault::FreeMissing, a), Err(HeapError::Inapplicable));
    drop_ref(&mut heap, stale);
    assert_eq!(heap.inject(Fault::LiveHigh, ObjectId::NIL), Err(HeapError::Nil));
    assert_eq!(heap.inject(Fault::LiveHigh, stale), Err(HeapError::Stale { object: stale }));
    let faults = [
        Fault::InternalLow,
        Fault::WeakHigh,
        Fault::WeakLow,
        Fault::WeakWrapped,
        Fault::DanglingField,
        Fault::DanglingElement,
        Fault::DanglingWeak,
        Fault::WeakEntryMissing,
        Fault::WeakEntryExtra,
        Fault::IndexMissing,
        Fault::IndexExtra,
        Fault::ShapeLinkMissing,
        Fault::ShapeLinkExtra,
        Fault::CycleEntryMissing,
        Fault::CycleEntryExtra,
        Fault::PassEntryMissing,
        Fault::TemporaryEntry,
    ];
    for fault in faults {
        assert_eq!(heap.inject(fault, a), Err(HeapError::Inapplicable), "{fault}");
        assert_clean(&heap);
    }
}

#[test]
fn an_object_that_lost_its_colour_is_all_that_is_found() {
    let mut heap = heap();
    pause_in_a_pass(&mut heap);
    let objects: Vec<_> = heap.objects().collect();
    let mut members = 0;
    for object in objects {
        if heap.clone().inject(Fault::PassEntryMissing, object).is_ok() {
            members += 1;
            let found = found_after(&heap, Fault::PassEntryMissing, object);
            assert_eq!(found, [(VerificationErrorKind::FieldRefMismatch, object)]);
        }
    }
    assert!(members > 1);
}

#[test]
fn a_fault_of_a_shape_is_found_at_every_table_that_has_it() {
    let mut heap = heap();
    let tables = [(); 3].map(|()| table(&mut heap));
    for (place, &object) in tables.iter().enumerate() {
        heap.set_field(object, "x", Value::Nil).unwrap();
        if place == 2 {
            heap.set_field(object, "y", Value::Nil).unwrap();
        }
    }
    for fault in [Fault::ShapeLinkMissing, Fault::ShapeLinkExtra] {
        let kind = VerificationErrorKind::FieldRefMismatch;
        assert_eq!(found_after(&heap, fault, tables[1]), [(kind, tables[0]), (kind, tables[1])]);
        assert_eq!(found_after(&heap, fault, tables[2]), [(kind, tables[2])]);
    }
}

#[test]
fn faults_are_refused_in_finalizers() {
    let mut heap = heap();
    let a = table(&mut heap);
    on(&mut heap, a, |heap, own| assert_eq!(heap.inject(Fault::LiveHigh, own), Err(HeapError::Reentrant)));
    drop_ref(&mut heap, a);
    assert_eq!(heap.finalizer_panics(), 0);
}

#[test]
fn every_fault_has_a_word_and_a_number_of_its_own() {
    let words: HashSet<&str> = Fault::ALL.iter().map(|it| it.word()).collect();
    assert_eq!((words.len(), Fault::ALL.len()), (40, 40));
    assert!(Fault::ALL.iter().enumerate().all(|(number, &fault)| fault as usize == number));
    assert_eq!((Fault::ExternalWrapped as usize, Fault::QueueEntry.to_string()), (8, "queue_entry".to_owned()));
}

#[test]
fn a_heap_that_was_damaged_in_many_ways_is_verified_cloned_and_dropped() {
    for seed in 1..60 {
        let mut rng = Rng::new(seed * 77);
        let mut heap = populated(&mut rng, 200);
        let objects: Vec<_> = heap.objects().collect();
        for _ in 0..60 {
            let fault = Fault::ALL[rng.below(Fault::ALL.len())];
            let _ = heap.inject(fault, rng.pick(&objects));
            assert!(heap.verify_heap().findings() < 2_000);
        }
        assert!(!heap.verify_heap().is_clean());
        drop(heap.clone());
    }
}

#[test]
fn a_heap_of_no_host_can_be_damaged() {
    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    assert_eq!(heap.inject(Fault::ExternalHigh, a), Ok(a));
    assert!(heap.verify_heap().is_clean() && !heap.verify_heap_with_roots(&[a]).is_clean());
}

#[test]
fn damage_is_noticed_by_verification_by_itself_and_the_host_is_told() {
    let configuration = Configuration::default().with_verification_interval(Some(2)).unwrap();
    let mut heap = TestHeap::with_configuration(World::default(), configuration);
    let a = table(&mut heap);
    let weak = heap.allocate_weak(a).unwrap();
    assert!(heap.maybe_verify_heap().is_some_and(|it| it.is_clean()));
    assert!(heap.host().reports.is_empty());
    heap.inject(Fault::WeakEntryMissing, weak).unwrap();
    table(&mut heap);
    table(&mut heap);
    let report = heap.maybe_verify_heap().unwrap();
    assert_eq!(heap.host().reports, [report.to_string()]);
    assert_eq!(heap.last_verification(), Some(&report));
    assert_eq!(report.findings(), 1);
}

#[test]
fn the_quick_check_sees_what_it_says_it_sees() {
    let seen = [
        Fault::ExternalWrapped,
        Fault::InternalWrapped,
        Fault::LiveHigh,
        Fault::LiveWrapped,
        Fault::DanglingElement,
        Fault::DanglingCapture,
        Fault::DanglingBox,
        Fault::DanglingWeak,
        Fault::DirtyFlag,
        Fault::DirtyEntry,
        Fault::CandidateFlag,
        Fault::CandidateEntry,
        Fault::QueueFlag,
        Fault::TemporaryFlag,
    ];
    let heap = {
        let mut heap = heap();
        let a = table(&mut heap);
        heap.allocate_weak(a).unwrap();
        heap.allocate_closure(0, &[Value::Nil, a.into()]).unwrap();
        heap.allocate_box(a.into()).unwrap();
        heap.allocate_array(&[a.into(), a.into()]).unwrap();
        pause_in_a_pass(&mut heap);
        heap
    };
    assert!(heap.quick_health_check());
    for fault in seen {
        each_injection(&heap, fault, |damaged, _, _| assert!(!damaged.quick_health_check(), "{fault}"));
    }
    let mut at_rest = heap;
    while !at_rest.collect_slice(8).unwrap().complete {}
    each_injection(&at_rest, Fault::PassEntryExtra, |damaged, _, _| assert!(!damaged.quick_health_check()));
}

#[test]
fn the_quick_check_looks_everywhere_in_the_course_of_time() {
    let mut heap = heap();
    let objects: Vec<_> = (0..3_000).map(|_| table(&mut heap)).collect();
    for number in [0, 1_234, 2_999] {
        let mut damaged = heap.clone();
        damaged.inject(Fault::DirtyEntry, objects[number]).unwrap();
        let work = |damaged: &mut TestHeap| damaged.set_field(objects[5], "x", Value::Nil).unwrap();
        let noticed = (0..3_000).find(|_| {
            work(&mut damaged);
            !damaged.quick_health_check()
        });
        assert!(noticed.is_some(), "{number}");
    }
}
