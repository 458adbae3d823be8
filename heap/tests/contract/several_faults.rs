//! More than one fault at one object, and damage that the heap meets while it verifies itself.

use heapproof_heap::{Configuration, Fault, ObjectId};

use crate::faults::{each_injection, populated};
use crate::random::Rng;
use crate::recovery::picture;
use crate::support::{TestHeap, World, assert_clean, held, link, table};

/// Every pair of faults at some object at which both can be made, one after the other.
fn each_pair(heap: &TestHeap, mut each: impl FnMut(TestHeap, [Fault; 2], ObjectId)) {
    let mut pairs = 0;
    for &first in Fault::ALL {
        let mut open: Vec<Fault> = Fault::ALL.to_vec();
        each_injection(heap, first, |damaged, object, _| {
            open.retain(|&second| {
                let mut twice = damaged.clone();
                let is_made = twice.inject(second, object).is_ok();
                if is_made {
                    each(twice, [first, second], object);
                    pairs += 1;
                }
                !is_made
            });
        });
    }
    assert!(pairs > 1_000, "{pairs}");
}

#[test]
fn two_faults_at_one_object_are_found_unless_one_has_undone_the_other() {
    let heap = populated(&mut Rng::new(3), 200);
    let (roots, before) = (held(&heap), picture(&heap));
    each_pair(&heap, |damaged, faults, object| {
        let report = damaged.verify_heap_with_roots(&roots);
        assert!(!report.is_clean() || picture(&damaged) == before, "{faults:?} at {object}");
    });
}

#[test]
fn two_faults_at_one_object_are_repaired_at_once() {
    let heap = populated(&mut Rng::new(4), 200);
    let (roots, before) = (held(&heap), picture(&heap));
    each_pair(&heap, |mut damaged, faults, object| {
        let report = damaged.verify_heap();
        let recovery = damaged.attempt_recovery(&report, Some(&roots)).unwrap();
        assert!(recovery.is_clean(), "{faults:?} at {object}: {recovery}");
        assert!(damaged.verify_heap_with_roots(&roots).is_clean(), "{faults:?} at {object}");
        assert_clean(&damaged);
        let loses = faults.iter().any(|fault| fault.word().starts_with("dangling"));
        assert!(loses || picture(&damaged) == before, "{faults:?} at {object}");
    });
}

#[test]
fn a_verification_by_itself_finds_every_fault_that_needs_no_roots_and_changes_nothing() {
    let mut seen = 0;
    for &fault in Fault::ALL {
        let configuration = Configuration::default().with_verification_interval(Some(3)).unwrap();
        let mut heap = TestHeap::with_configuration(World::default(), configuration);
        let (a, b) = (table(&mut heap), table(&mut heap));
        link(&mut heap, a, "b", b);
        assert!(heap.maybe_verify_heap().is_some_and(|report| report.is_clean()));
        for _ in 0..3 {
            link(&mut heap, b, "a", a);
        }
        if heap.inject(fault, a).is_err() {
            continue;
        }
        let (before, expected) = (picture(&heap), heap.verify_heap());
        let report = heap.maybe_verify_heap().unwrap();
        assert_eq!(report.iter().collect::<Vec<_>>(), expected.iter().collect::<Vec<_>>(), "{fault}");
        assert_eq!(picture(&heap), before, "{fault}");
        assert_eq!(heap.host().reports.is_empty(), report.is_clean(), "{fault}");
        assert_eq!(heap.last_verification().map(|last| last.findings()), Some(report.findings()));
        assert!(heap.maybe_verify_heap().is_none(), "{fault}: the count begins anew");
        seen += 1;
    }
    assert!(seen > 15, "{seen}");
}
