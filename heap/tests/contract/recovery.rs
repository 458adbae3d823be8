//! Recovery: a damaged heap is clean afterwards, is what it was before as far as that can be known,
//! and goes on working.

use heapproof_heap::{
    Budget, Fault, Heap, HeapError, HeapStats, Lost, New, ObjectId, Recovery, RecoveryAction, Unknown, Value, View,
};

use crate::faults::{each_injection, pause_in_a_pass, populated};
use crate::random::{Rng, empty, step};
use crate::support::{
    TestHeap, assert_clean, assert_exact, assert_findable, cycles, drop_ref, external, garbage, garbage_ring, heap,
    held, internal, link, on, table, true_cycles, values,
};

/// All that can be seen of the objects of a heap, a line each.
pub(crate) fn picture(heap: &TestHeap) -> Vec<String> {
    let line = |object| {
        let contents = match heap.object(object) {
            Some(View::Table(fields)) => format!("{:?}", fields.iter().collect::<Vec<_>>()),
            other => format!("{other:?}"),
        };
        format!("{object}: {:?} {contents} {}", heap.counts(object), heap.has_finalizer(object))
    };
    heap.objects().map(line).collect()
}

fn recover(heap: &mut TestHeap, roots: Option<&[ObjectId]>) -> Recovery {
    let report = heap.verify_heap();
    let recovery = heap.attempt_recovery(&report, roots).unwrap();
    assert!(recovery.is_clean(), "{recovery}");
    assert_eq!(recovery.fixed(), recovery.before.findings(), "{recovery}");
    recovery
}

/// Checks that a second recovery finds nothing to do.
fn assert_done(heap: &mut TestHeap, roots: Option<&[ObjectId]>) {
    let before = picture(heap);
    let again = recover(heap, roots);
    assert!(again.actions.is_empty() && again.unknown.is_empty(), "{again}");
    assert_eq!(picture(heap), before);
}

/// Lets a heap work on, and checks that all is right and that in the end it can be emptied.
fn assert_works(mut heap: TestHeap, seed: u64) {
    let mut rng = Rng::new(seed);
    for _ in 0..8 {
        for _ in 0..5 {
            step(&mut heap, &mut rng, true);
        }
        assert_exact(&heap);
        assert_clean(&heap);
    }
    empty(&mut heap);
    assert_clean(&heap);
}

fn is_dangling(fault: Fault) -> bool {
    fault.word().starts_with("dangling")
}

/// Does on a healthy heap what recovery had to do on a damaged one: writes nil to a place.
fn write_nil(heap: &mut TestHeap, Lost { holder, place }: Lost) {
    let index = place as u32;
    let name = match heap.object(holder) {
        Some(View::Table(fields)) => fields.iter().nth(place).unwrap().0.to_owned(),
        _ => String::new(),
    };
    let done = heap.set_field(holder, &name, Value::Nil);
    let done = done.or_else(|_| heap.set_element(holder, index, Value::Nil));
    let done = done.or_else(|_| heap.set_capture(holder, index, Value::Nil));
    done.or_else(|_| heap.set_box(holder, Value::Nil)).unwrap();
}

#[test]
fn with_roots_each_fault_is_repaired_to_what_was() {
    for seed in 1..3 {
        let heap = populated(&mut Rng::new(seed), 250);
        let roots = held(&heap);
        for &fault in Fault::ALL {
            each_injection(&heap, fault, |mut damaged, object, _| {
                let recovery = recover(&mut damaged, Some(&roots));
                assert_eq!(recovery.lost.len(), usize::from(is_dangling(fault)), "{fault} at {object}: {recovery}");
                let mut twin = heap.clone();
                match recovery.lost.first() {
                    None => assert_done(&mut damaged, Some(&roots)),
                    Some(&lost) => {
                        assert_eq!(lost.holder, object);
                        if fault != Fault::DanglingWeak {
                            assert!(values(&twin, object)[lost.place].reference().is_some());
                            write_nil(&mut twin, lost);
                        }
                    }
                }
                if fault == Fault::DanglingWeak {
                    assert!(matches!(damaged.object(object), Some(View::Weak(ObjectId::NIL))));
                    assert_exact(&damaged);
                } else {
                    assert_eq!(picture(&damaged), picture(&twin), "{fault} at {object}: {recovery}");
                }
                assert_eq!(cycles(&damaged), cycles(&heap), "{fault} at {object}");
                assert_clean(&damaged);
                assert_findable(&damaged);
                assert_works(damaged, seed + 1);
            });
        }
    }
}

#[test]
fn without_roots_each_fault_is_repaired_as_far_as_can_be_known() {
    for seed in 11..13 {
        let heap = populated(&mut Rng::new(seed), 250);
        for &fault in Fault::ALL {
            each_injection(&heap, fault, |mut damaged, object, _| {
                let recovery = recover(&mut damaged, None);
                assert_done(&mut damaged, None);
                assert_clean(&damaged);
                assert_exact(&damaged);
                assert_eq!(cycles(&damaged), cycles(&heap), "{fault} at {object}");
                assert!(heap.objects().eq(damaged.objects()), "{fault} at {object}: {recovery}");
                let changed: Vec<_> =
                    heap.objects().filter(|&it| external(&heap, it) != external(&damaged, it)).collect();
                assert!(changed.len() <= usize::from(is_dangling(fault) || fault.word().starts_with("external")));
                for it in changed {
                    assert!(it == object && external(&damaged, it) < 1 << 31 || external(&damaged, it) == 1);
                }
                if !is_dangling(fault) {
                    assert!(heap.objects().all(|it| values(&heap, it) == values(&damaged, it)));
                    assert!(heap.objects().all(|it| internal(&heap, it) == internal(&damaged, it)));
                }
                assert_works(damaged, seed);
            });
        }
    }
}

#[test]
fn several_faults_at_once_end_clean_and_never_worse() {
    for seed in 1..150 {
        let mut rng = Rng::new(seed * 7_919);
        let mut heap = populated(&mut rng, 150);
        let (roots, objects): (_, Vec<_>) = (held(&heap), heap.objects().collect());
        for _ in 0..2 + rng.below(30) {
            let fault = Fault::ALL[rng.below(Fault::ALL.len())];
            let _ = heap.inject(fault, rng.pick(&objects));
        }
        let mut twin = heap.clone();
        recover(&mut heap, None);
        assert_done(&mut heap, None);
        assert_clean(&heap);
        assert!(objects.iter().all(|&it| heap.contains(it)));
        assert_works(heap, seed);

        recover(&mut twin, Some(&roots));
        assert!(roots.iter().all(|&it| twin.contains(it)) || !twin.host().finalized.is_empty());
        assert_exact(&twin);
        assert_clean(&twin);
        assert_works(twin, seed);
    }
}

#[test]
fn a_healthy_heap_is_left_as_it_is() {
    for seed in 1..30 {
        let mut heap = populated(&mut Rng::new(seed), 100);
        let (before, statistics, roots) = (picture(&heap), heap.statistics(), held(&heap));
        let recovery = recover(&mut heap, None);
        assert!(recovery.actions.iter().all(|it| *it == RecoveryAction::EndedCollection), "{recovery}");
        for roots in [None, Some(&*roots)] {
            let recovery = recover(&mut heap, roots);
            assert_eq!((recovery.actions.len(), recovery.unknown.len(), recovery.fixed()), (0, 0, 0));
        }
        let but_candidates = |statistics| HeapStats { candidates: 0, ..statistics };
        let statistics = [statistics, heap.statistics()].map(but_candidates);
        assert_eq!((picture(&heap), statistics[1]), (before, statistics[0]));
    }
}

#[test]
fn what_is_under_way_is_forgotten_even_in_a_healthy_heap() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 3);
    on(&mut heap, ring[0], |_, _| {});
    assert_eq!(heap.detect_slice(1), Ok(false));
    pause_in_a_pass(&mut heap);
    assert_eq!(heap.detect_slice(1), Ok(false));
    let waits = garbage(&heap).len();
    assert_clean(&heap);
    let recovery = recover(&mut heap, None);
    assert_eq!(recovery.actions, [RecoveryAction::EndedCollection, RecoveryAction::EndedDetection]);
    assert_clean(&heap);
    assert_findable(&heap);
    assert_eq!(heap.collect_slice(1_000_000).unwrap().objects, waits as u64);
    assert!(garbage(&heap).is_empty());
}

#[test]
fn an_object_that_only_seems_to_be_a_temporary_is_none_and_the_frame_stays_open() {
    for fault in [Fault::TemporaryFlag, Fault::TemporaryEntry] {
        let mut heap = heap();
        let other = table(&mut heap);
        heap.begin_frame(Budget::Objects(10)).unwrap();
        let [first, second] = [(); 2].map(|()| heap.allocate_temporary(New::Table).unwrap());
        for object in [other, first] {
            heap.inject(fault, object).unwrap();
            recover(&mut heap, None);
        }
        assert!(heap.frame_stats().is_some_and(|it| it.temporaries == 2));
        heap.end_frame().unwrap();
        assert!([other, first].iter().all(|&it| external(&heap, it) == 1));
        assert!(!heap.contains(second));
    }
    let mut heap = heap();
    let a = table(&mut heap);
    heap.inject(Fault::TemporaryFlag, a).unwrap();
    recover(&mut heap, None);
    assert_clean(&heap);
}

#[test]
fn tables_share_their_shapes_again() {
    for fault in [Fault::ShapeLinkMissing, Fault::ShapeLinkExtra] {
        let mut heap = heap();
        let tables = [(); 2].map(|()| table(&mut heap));
        let add =
            |heap: &mut TestHeap, name| tables.iter().for_each(|&it| heap.set_field(it, name, Value::Nil).unwrap());
        add(&mut heap, "x");
        heap.inject(fault, tables[0]).unwrap();
        recover(&mut heap, None);
        add(&mut heap, "y");
        assert_clean(&heap);
        heap.remove_field(tables[0], "x").unwrap();
        heap.set_field(tables[0], "x", Value::Nil).unwrap();
        assert_clean(&heap);
    }
}

#[test]
fn cycles_are_found_after_a_recovery_whatever_was_damaged() {
    for seed in 1..20 {
        let mut rng = Rng::new(seed * 31);
        let mut heap = populated(&mut rng, 40);
        let objects: Vec<_> = heap.objects().collect();
        for _ in 0..10 {
            let faults = [Fault::CycleEntryMissing, Fault::CycleEntryExtra, Fault::DirtyFlag, Fault::DirtyEntry];
            let _ = heap.inject(faults[rng.below(4)], rng.pick(&objects));
        }
        let before = cycles(&heap);
        recover(&mut heap, None);
        assert_eq!(cycles(&heap), before);
        heap.detect_cycles();
        assert_eq!(cycles(&heap), true_cycles(&heap));
    }
}

#[test]
fn what_a_lost_reference_kept_alive_is_released_with_roots_and_kept_without() {
    let mut heap = heap();
    let (a, b, c) = (table(&mut heap), table(&mut heap), table(&mut heap));
    link(&mut heap, a, "x", a);
    link(&mut heap, a, "b", b);
    link(&mut heap, b, "c", c);
    drop_ref(&mut heap, b);
    drop_ref(&mut heap, c);
    on(&mut heap, b, |heap, _| assert_clean(heap));
    heap.inject(Fault::DanglingField, a).unwrap();

    let mut kept = heap.clone();
    let recovery = recover(&mut kept, None);
    assert_eq!(recovery.lost, [Lost { holder: a, place: 1 }]);
    assert!(recovery.unknown.contains(&Unknown::Reference(recovery.lost[0])));
    assert!(recovery.unknown.contains(&Unknown::External { object: b, assumed: 1 }));
    assert!(recovery.unknown.contains(&Unknown::Externals));
    assert_eq!((external(&kept, b), kept.len()), (1, 3));

    let recovery = recover(&mut heap, Some(&[a]));
    assert!(recovery.actions.contains(&RecoveryAction::Released { object: b }));
    assert_eq!((heap.host().finalized.clone(), heap.host().deaths.clone()), (vec![b], vec![b, c]));
    assert_eq!((heap.finalizer_panics(), heap.len()), (0, 1));
}

#[test]
fn a_count_that_wrapped_becomes_one_without_roots() {
    let mut heap = heap();
    let a = table(&mut heap);
    heap.inc_ref(a).unwrap();
    heap.inject(Fault::ExternalWrapped, a).unwrap();
    let mut twin = heap.clone();
    recover(&mut heap, None);
    assert_eq!(external(&heap, a), 1);
    recover(&mut twin, Some(&[a, a]));
    assert_eq!(external(&twin, a), 2);
}

#[test]
fn garbage_of_which_all_candidates_were_lost_is_collected_again() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 5);
    ring.iter().for_each(|&it| assert_eq!(heap.inject(Fault::CandidateFlag, it), Ok(it)));
    recover(&mut heap, None);
    assert_eq!(heap.collect_cycles().unwrap().objects, 5);
}

#[test]
fn a_root_that_is_gone_is_told_and_does_no_harm() {
    let mut heap = heap();
    let (a, gone) = (table(&mut heap), table(&mut heap));
    drop_ref(&mut heap, gone);
    let recovery = heap.attempt_recovery(&heap.verify_heap(), Some(&[gone, a, ObjectId::NIL])).unwrap();
    assert!(!recovery.is_clean() && recovery.actions.is_empty());
    assert_eq!((recovery.fixed(), recovery.unknown), (0, vec![Unknown::Root(gone)]));
    assert!(heap.contains(a) && heap.verify_heap().is_clean());
}

#[test]
fn recovery_is_refused_in_finalizers_and_works_in_clones_made_there() {
    let mut heap = heap();
    let (a, b) = (table(&mut heap), table(&mut heap));
    on(&mut heap, a, move |heap, a| {
        let report = heap.verify_heap();
        assert_eq!(heap.attempt_recovery(&report, None).err(), Some(HeapError::Reentrant));
        let mut twin = heap.clone();
        twin.inject(Fault::ExternalHigh, b).unwrap();
        recover(&mut twin, Some(&[b]));
        assert!(!twin.contains(a) && twin.contains(b));
        assert_exact(&twin);
    });
    drop_ref(&mut heap, a);
    assert_eq!(heap.finalizer_panics(), 0, "{:?}", heap.take_finalizer_panics());
}

#[test]
fn the_given_report_is_only_a_hint() {
    let mut heap = heap();
    let a = table(&mut heap);
    let mut other = heap.clone();
    other.inject(Fault::LiveHigh, a).unwrap();
    let recovery = heap.attempt_recovery(&other.verify_heap(), None).unwrap();
    assert_eq!((recovery.outdated, recovery.actions.len()), (1, 0));
    let clean = heap.verify_heap();
    let recovery = other.attempt_recovery(&clean, None).unwrap();
    assert_eq!((recovery.outdated, recovery.fixed(), other.len()), (0, 1, 1));
}

#[test]
fn a_written_recovery_says_what_was_done_and_what_is_not_known() {
    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    let b = heap.allocate_box(a.into()).unwrap();
    heap.inject(Fault::DanglingBox, b).unwrap();
    let recovery = heap.attempt_recovery(&heap.verify_heap(), None).unwrap();
    let text = recovery.to_string();
    assert!(text.starts_with("recovery: 2 of 2 errors repaired, 1 references lost"), "{text}");
    assert!(text.contains(&format!("did: made value 0 of {b} nil")), "{text}");
    assert!(text.contains(&format!("did: set the internal count of {a} from 1 to 0")), "{text}");
    assert!(text.contains(&format!("unknown: what value 0 of {b} referred to")), "{text}");
    assert!(text.ends_with("heap is clean: 2 objects, health 1.000"), "{text}");
}
