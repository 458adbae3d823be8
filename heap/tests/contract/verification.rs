//! Verification: healthy heaps have no errors, and what the mutator says it holds is compared.

use heapproof_heap::{Configuration, ErrorSeverity, Heap, ObjectId, Value, VerificationErrorKind};

use crate::support::{TestHeap, World, assert_clean, drop_ref, garbage_ring, heap, held, link, on, table};

#[test]
fn an_empty_heap_is_clean() {
    let heap = heap();
    let report = heap.verify_heap();
    assert!(report.is_clean() && report.total_objects == 0);
    assert!((report.heap_health_score() - 1.0).abs() < f64::EPSILON);
}

#[test]
fn objects_of_all_kinds_are_clean() {
    let mut heap = heap();
    let a = table(&mut heap);
    heap.allocate_array(&[a.into(), Value::Nil, a.into()]).unwrap();
    heap.allocate_closure(0, &[Value::Nil, a.into()]).unwrap();
    heap.allocate_box(a.into()).unwrap();
    heap.allocate_scalar(Value::from("text")).unwrap();
    let weak = heap.allocate_weak(a).unwrap();
    heap.allocate_weak(weak).unwrap();
    for number in 0..30 {
        link(&mut heap, a, &format!("f{number}"), a);
    }
    for number in 0..20 {
        heap.remove_field(a, &format!("f{number}")).unwrap();
    }
    assert_clean(&heap);
}

#[test]
fn garbage_that_waits_for_a_collection_is_no_error() {
    let mut heap = heap();
    garbage_ring(&mut heap, 5);
    assert_clean(&heap);
    heap.collect_cycles().unwrap();
    assert_clean(&heap);
}

#[test]
fn garbage_that_a_collection_in_slices_has_taken_is_no_error() {
    for budget in [1, 7, 60] {
        let mut heap = heap();
        let ring = garbage_ring(&mut heap, 40);
        garbage_ring(&mut heap, 3);
        let outside = table(&mut heap);
        for slice in 0.. {
            if heap.collect_slice(budget).unwrap().complete {
                break;
            }
            assert_clean(&heap);
            if slice % 5 == 0 && heap.contains(ring[slice % 40]) {
                heap.set_field(ring[slice % 40], "outside", outside.into()).unwrap();
                assert_clean(&heap);
            }
        }
        assert_clean(&heap);
    }
}

#[test]
fn a_heap_is_clean_within_finalizers_of_both_sorts() {
    let mut heap = heap();
    let (a, b) = (table(&mut heap), table(&mut heap));
    link(&mut heap, a, "b", b);
    drop_ref(&mut heap, b);
    heap.allocate_weak(a).unwrap();
    on(&mut heap, a, |heap, _| {
        for member in garbage_ring(heap, 3) {
            on(heap, member, |heap, _| assert_clean(heap));
        }
        heap.collect_cycles().unwrap();
        assert_clean(heap);
        assert_clean(&heap.clone());
    });
    drop_ref(&mut heap, a);
    assert_eq!(heap.finalizer_panics(), 0, "{:?}", heap.take_finalizer_panics());
    assert_eq!(heap.host().finalized.len(), 4);
    assert_clean(&heap);
}

#[test]
fn retired_slots_are_no_leak() {
    let configuration = Configuration::default().with_generation_ceiling(2).unwrap();
    let mut heap = crate::support::heap_with(configuration);
    for _ in 0..5 {
        let a = table(&mut heap);
        drop_ref(&mut heap, a);
        assert_clean(&heap);
    }
}

#[test]
fn roots_that_differ_from_what_is_held_are_found() {
    let mut heap = heap();
    let (a, b, c) = (table(&mut heap), table(&mut heap), table(&mut heap));
    heap.inc_ref(a).unwrap();
    assert!(heap.verify_heap_with_roots(&[a, ObjectId::NIL, b, a, c]).is_clean());
    let report = heap.verify_heap_with_roots(&[a, b, b]);
    let found: Vec<_> = report.errors.iter().map(|it| (it.kind, it.object)).collect();
    let mismatch = VerificationErrorKind::RefCountMismatch;
    assert_eq!(found, [(mismatch, a), (mismatch, b), (VerificationErrorKind::OrphanedObject, c)]);
}

#[test]
fn a_root_that_is_gone_is_dangling() {
    let mut heap = heap();
    let a = table(&mut heap);
    drop_ref(&mut heap, a);
    let b = table(&mut heap);
    assert_eq!(a.slot(), b.slot());
    let report = heap.verify_heap_with_roots(&[b, a]);
    assert_eq!(report.findings(), 1);
    assert_eq!((report.errors[0].kind, report.errors[0].object), (VerificationErrorKind::DanglingReference, a));
}

#[test]
fn the_score_falls_by_errors_and_less_by_warnings() {
    let mut heap = heap();
    let objects: Vec<_> = (0..100).map(|_| table(&mut heap)).collect();
    let report = heap.verify_heap_with_roots(&objects[1..]);
    assert!((report.heap_health_score() - 0.98).abs() < 1e-9);
    let report = heap.verify_heap_with_roots(&[]);
    assert!(report.heap_health_score().abs() < 1e-9);
    assert_eq!(report.errors.len(), 100);
}

#[test]
fn a_written_report_is_short_and_puts_critical_errors_first() {
    let mut heap = heap();
    let gone = table(&mut heap);
    drop_ref(&mut heap, gone);
    for _ in 0..500 {
        table(&mut heap);
    }
    let text = heap.verify_heap_with_roots(&[gone]).format_report();
    assert!(text.lines().count() < 50, "{text}");
    assert!(text.starts_with("*** CRITICAL: 1 errors"), "{text}");
    assert!(text.contains("500 x orphaned object (error)"), "{text}");
    let first = text.lines().find(|line| line.starts_with("critical:")).unwrap();
    assert!(first.contains(&gone.to_string()) && first.contains("it is gone"), "{text}");
    assert!(text.ends_with("and 471 more"), "{text}");
}

#[test]
fn severities_are_as_they_are_documented() {
    use VerificationErrorKind as Kind;
    for kind in [Kind::DanglingReference, Kind::DoubleFreed, Kind::NegativeRefCount] {
        assert_eq!(kind.severity(), ErrorSeverity::Critical);
    }
    for kind in [Kind::DirtyInconsistency, Kind::MemoryLeak] {
        assert_eq!(kind.severity(), ErrorSeverity::Warning);
    }
    for kind in [Kind::RefCountMismatch, Kind::OrphanedObject, Kind::FieldRefMismatch, Kind::WeakRefCorruption] {
        assert_eq!(kind.severity(), ErrorSeverity::Error);
    }
}

#[test]
fn a_heap_whose_host_panicked_while_objects_died_is_clean() {
    struct Fragile(u32);
    impl heapproof_heap::Host for Fragile {
        fn died(&mut self, _: ObjectId) {
            self.0 += 1;
            if self.0 == 2 {
                std::panic::resume_unwind(Box::new("host"));
            }
        }
    }
    let mut heap = Heap::with_configuration(Fragile(0), Configuration::default());
    let parts: Vec<Value> = (0..4).map(|_| heap.allocate_table().unwrap().into()).collect();
    let whole = heap.allocate_array(&parts).unwrap();
    parts.iter().filter_map(Value::reference).for_each(|part| heap.dec_ref(part).unwrap());
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| heap.dec_ref(whole)));
    assert!(outcome.is_err() && heap.len() == 3);
    assert!(heap.verify_heap_with_roots(&[]).is_clean());
}

#[test]
fn verification_changes_nothing() {
    let mut heap = heap();
    garbage_ring(&mut heap, 3);
    let (before, roots) = (heap.statistics(), held(&heap));
    let _ = heap.verify_heap_with_roots(&roots);
    assert_eq!(heap.statistics(), before);
}

fn verified_every(operations: u32, automatic_checks: bool) -> TestHeap {
    let configuration = Configuration::default().with_verification_interval(Some(operations)).unwrap();
    TestHeap::with_configuration(World::default(), configuration.with_automatic_checks(automatic_checks))
}

#[test]
fn verification_is_due_after_so_many_operations_with_checks_on_and_off() {
    for automatic_checks in [true, false] {
        let mut heap = verified_every(3, automatic_checks);
        let a = table(&mut heap);
        link(&mut heap, a, "a", a);
        assert!(heap.maybe_verify_heap().is_none() && heap.last_verification().is_none());
        table(&mut heap);
        assert_eq!(heap.maybe_verify_heap().map(|it| it.total_objects), Some(2));
        assert!(heap.maybe_verify_heap().is_none());
        for _ in 0..4 {
            table(&mut heap);
        }
        let seen = heap.last_verification().map(|it| it.total_objects);
        assert_eq!(seen, Some(5), "the allocation that came after three operations verified first");
    }
}

#[test]
fn checks_do_not_delay_verification() {
    let configuration = Configuration::default().with_interval(2).and_then(|it| it.with_bounds(2, 2)).unwrap();
    let configuration = configuration.with_verification_interval(Some(7)).unwrap();
    let mut heap = TestHeap::with_configuration(World::default(), configuration);
    for objects in 1..40 {
        table(&mut heap);
        let seen = heap.last_verification().map(|it| it.total_objects);
        assert_eq!(seen, (objects > 7).then_some((objects - 1) / 7 * 7), "{objects}");
    }
    assert_eq!(heap.statistics().checks, 19);
}

#[test]
fn verifications_are_counted_by_the_operations_between_them_whatever_checks_run() {
    for (interval, automatic_checks) in [(3, true), (3, false), (5, true), (40, true), (7, false)] {
        let configuration = Configuration::default().with_interval(4).and_then(|it| it.with_bounds(1, 9)).unwrap();
        let configuration = configuration.with_verification_interval(Some(interval)).unwrap();
        let mut heap = TestHeap::with_configuration(World::default(), configuration);
        heap.set_automatic_checks(automatic_checks);
        let (mut counted, mut expected) = (0, 0);
        let look = |counted: &mut u32, expected: &mut u64| {
            if *counted >= interval {
                (*counted, *expected) = (0, *expected + 1);
            }
        };
        for round in 0..200 {
            look(&mut counted, &mut expected);
            let a = table(&mut heap);
            link(&mut heap, a, "a", a);
            drop_ref(&mut heap, a);
            counted += 3;
            if round % 3 == 0 {
                heap.maybe_check_cycles();
            }
            if round % 5 == 0 {
                look(&mut counted, &mut expected);
                let before = heap.statistics().verifications;
                let ran = heap.maybe_verify_heap().is_some();
                assert_eq!(heap.statistics().verifications - before, u64::from(ran));
            }
            if round % 7 == 0 {
                look(&mut counted, &mut expected);
                assert!(heap.allocate_weak(ObjectId::NIL).is_err(), "refused, and begun all the same");
            }
            assert_eq!(heap.statistics().verifications, expected, "every {interval}, round {round}");
        }
        assert!(heap.statistics().checks > 0);
    }
}

#[test]
fn a_heap_is_not_verified_by_itself_in_finalizers_or_if_that_is_off() {
    let mut heap = verified_every(1, false);
    let a = table(&mut heap);
    on(&mut heap, a, |heap, _| {
        table(heap);
        table(heap);
        assert!(heap.maybe_verify_heap().is_none() && heap.last_verification().is_none());
    });
    drop_ref(&mut heap, a);
    assert_eq!(heap.finalizer_panics(), 0);
    table(&mut heap);
    assert!(heap.last_verification().is_some());

    let never = Configuration::default().with_verification_interval(None).unwrap();
    let mut heap = crate::support::heap_with(never);
    for _ in 0..20_000 {
        table(&mut heap);
    }
    assert!(heap.maybe_verify_heap().is_none() && heap.last_verification().is_none());
}

#[test]
fn automatic_checks_can_be_turned_on_when_one_is_due() {
    let configuration = Configuration::default().with_interval(5).unwrap();
    let mut heap = crate::support::heap_with(configuration);
    garbage_ring(&mut heap, 3);
    table(&mut heap);
    assert_eq!(heap.statistics().checks, 0);
    heap.set_automatic_checks(true);
    table(&mut heap);
    assert_eq!((heap.statistics().checks, heap.len()), (1, 2));
}

#[test]
#[cfg(target_pointer_width = "64")]
fn faults_cost_no_memory_where_they_can_be_made() {
    // The same figure with the feature for faults and without.
    assert_eq!(size_of::<Heap<()>>(), 1_528);
}
