//! Detection in slices: it pauses when it has looked at as many objects as it may, and what it
//! says once it is complete is so at that moment.

use heapproof_heap::{HeapError, ObjectId, Value};

use crate::support::{TestHeap, cycles, drop_ref, garbage_ring, heap, link, table, touched, true_cycles};

/// Goes on until it is complete, and says how often it has paused.
fn finish(heap: &mut TestHeap, objects: u32) -> usize {
    let mut pauses = 0;
    let known = cycles(heap);
    let counted = heap.statistics().cycles_detected;
    loop {
        let mut complete = false;
        let touched = touched(heap, |heap| complete = heap.detect_slice(objects).unwrap());
        assert!(touched <= u64::from(objects));
        if complete {
            assert_eq!(heap.statistics().cycles_detected, counted + heap.cycles().count() as u64);
            return pauses;
        }
        assert_eq!(touched, u64::from(objects), "it pauses only when it may go no further");
        assert_eq!(cycles(heap), known, "until then all stays as it was");
        assert_eq!(heap.statistics().cycles_detected, counted);
        pauses += 1;
    }
}

#[test]
fn a_slice_of_nothing_is_refused() {
    let refused = heap().detect_slice(0).unwrap_err();
    assert_eq!(refused, HeapError::Setting { name: "slice", rule: "at least 1" });
}

#[test]
fn slices_of_any_size_come_to_the_same_result() {
    for (objects, pauses) in [(1, 29), (2, 14), (3, 9), (7, 4), (29, 1), (30, 0), (u32::MAX, 0)] {
        let mut heap = heap();
        let rings = [garbage_ring(&mut heap, 10), garbage_ring(&mut heap, 20)];
        assert_eq!(finish(&mut heap, objects), pauses);
        assert_eq!(cycles(&heap), rings);
        assert_eq!(finish(&mut heap, objects), 0, "nothing has changed");
    }
}

#[test]
fn a_detection_completes_the_one_under_way_without_touching_an_object_again() {
    let mut heap = heap();
    garbage_ring(&mut heap, 10);
    let all = touched(&mut heap, |heap| {
        assert_eq!(heap.detect_slice(4), Ok(false));
        assert_eq!(heap.detect_slice(3), Ok(false));
        assert_eq!(heap.detect_cycles(), 1);
    });
    assert_eq!(all, 10);
    assert_eq!(heap.statistics().cycles_detected, 1);
}

#[test]
fn a_full_detection_takes_the_place_of_the_one_under_way() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 10);
    assert_eq!(heap.detect_slice(4), Ok(false));
    assert_eq!(touched(&mut heap, TestHeap::detect_cycles_full), 10);
    assert_eq!(cycles(&heap), [ring]);
    assert_eq!(touched(&mut heap, |heap| assert_eq!(heap.detect_slice(1), Ok(true))), 0);
}

/// A change between slices, of an object that is dirty already and that the walk has passed.
fn changed_meanwhile(change: impl FnOnce(&mut TestHeap, &[ObjectId])) {
    let mut heap = heap();
    let ring: Vec<_> = (0..6).map(|_| table(&mut heap)).collect();
    for (place, &object) in ring.iter().enumerate() {
        link(&mut heap, object, "next", ring[(place + 1) % 6]);
    }
    assert_eq!(heap.detect_slice(5), Ok(false));
    change(&mut heap, &ring);
    finish(&mut heap, 1);
    assert_eq!(cycles(&heap), true_cycles(&heap));
}

#[test]
fn what_changes_between_slices_is_seen() {
    for place in 0..6 {
        changed_meanwhile(|heap, ring| heap.set_field(ring[place], "next", Value::Nil).unwrap());
        changed_meanwhile(|heap, ring| link(heap, ring[place], "self", ring[place]));
        changed_meanwhile(|heap, ring| link(heap, ring[place], "next", ring[(place + 3) % 6]));
        changed_meanwhile(|heap, ring| {
            drop_ref(heap, ring[place]);
            heap.set_field(ring[(place + 5) % 6], "next", Value::Nil).unwrap();
            assert!(!heap.contains(ring[place]));
            let tenant = table(heap);
            assert_eq!(tenant.slot(), ring[place].slot());
            link(heap, tenant, "self", tenant);
        });
    }
    changed_meanwhile(|heap, ring| {
        ring.iter().for_each(|&object| drop_ref(heap, object));
        heap.collect_cycles().unwrap();
        assert!(heap.is_empty());
    });
}

#[test]
fn a_release_between_slices_hides_no_change() {
    let mut heap = heap();
    let (passed, leaf) = (table(&mut heap), table(&mut heap));
    link(&mut heap, passed, "leaf", leaf);
    let rings = [garbage_ring(&mut heap, 2), garbage_ring(&mut heap, 1)];
    assert_eq!(heap.detect_slice(1), Ok(false));
    drop_ref(&mut heap, passed);
    assert!(!heap.contains(passed));
    finish(&mut heap, 1);
    assert_eq!(cycles(&heap), rings);
}

#[test]
fn counts_reads_and_new_objects_do_not_disturb_it() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 10);
    let all = touched(&mut heap, |heap| {
        while !heap.detect_slice(1).unwrap() {
            heap.inc_ref(ring[3]).unwrap();
            heap.get_field(ring[4], "next").unwrap();
            table(heap);
        }
    });
    assert_eq!(all, 10);
}

#[test]
fn a_clone_goes_on_where_the_heap_was() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 10);
    assert_eq!(heap.detect_slice(4), Ok(false));
    let mut twin = heap.clone();
    heap.collect_cycles().unwrap();
    assert_eq!(touched(&mut twin, TestHeap::detect_cycles), 6);
    assert_eq!(cycles(&twin), [ring]);
    assert_eq!(heap.detect_slice(1), Ok(true));
    assert_eq!(heap.cycles().count(), 0);
}
