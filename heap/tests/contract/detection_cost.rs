//! What a detection looks at: what has changed, and not how much else there is.

use heapproof_heap::{ObjectId, Value};

use crate::support::{TestHeap, cycles, drop_ref, garbage_ring, heap_of_many, link, table, touched};

const MANY: usize = 1_000_000;

/// A million live objects, in rings of a thousand that refer to one another, all of them clean.
fn large() -> (TestHeap, Vec<ObjectId>) {
    let mut heap = heap_of_many();
    let all: Vec<ObjectId> = (0..MANY).map(|_| table(&mut heap)).collect();
    for (place, &object) in all.iter().enumerate() {
        let start = place / 1_000 * 1_000;
        link(&mut heap, object, "next", all[start + (place + 1) % 1_000]);
        if place % 1_000 == 0 && place > 0 {
            link(&mut heap, object, "back", all[place - 1]);
        }
    }
    assert_eq!(touched(&mut heap, TestHeap::detect_cycles), MANY as u64);
    assert_eq!(heap.cycles().count(), 1_000);
    (heap, all)
}

fn detect(heap: &mut TestHeap) -> (usize, u64) {
    let mut found = 0;
    let touched = touched(heap, |heap| found = heap.detect_cycles());
    (found, touched)
}

#[test]
fn a_detection_beside_a_million_clean_objects_touches_what_has_changed() {
    let (mut heap, all) = large();
    assert_eq!(detect(&mut heap), (1_000, 0), "nothing has changed");

    let pair = garbage_ring(&mut heap, 2);
    assert_eq!(detect(&mut heap), (1_001, 2));
    heap.collect_cycles().unwrap();
    assert!(!heap.contains(pair[0]));
    assert_eq!(heap.cycles().count(), 1_000);
    assert_eq!(detect(&mut heap), (1_000, 0), "all that has changed is dead");

    let held = table(&mut heap);
    link(&mut heap, held, "large", all[MANY - 1]);
    assert_eq!(detect(&mut heap), (1_000, 0), "nothing refers to what has changed");

    heap.set_field(all[500], "next", Value::Nil).unwrap();
    assert_eq!(detect(&mut heap), (999, 999), "the ring that was, less an object that nothing refers to");
    link(&mut heap, all[500], "next", all[501]);
    assert_eq!(detect(&mut heap), (1_000, 1_000));

    let end = all[MANY - 1];
    link(&mut heap, end, "large", held);
    assert_eq!(detect(&mut heap).0, 1_000);
    assert_eq!(cycles(&heap).iter().map(Vec::len).max(), Some(1_001));
}

#[test]
fn a_cut_far_from_what_it_breaks_costs_what_was_one_cycle() {
    let (mut heap, all) = large();
    // What has changed reaches nothing more; what is left of its cycle leads to all others.
    heap.set_field(all[MANY - 1], "next", Value::Nil).unwrap();
    assert_eq!(detect(&mut heap), (999, 999));
    link(&mut heap, all[MANY - 1], "next", all[MANY - 1_000]);
    assert_eq!(detect(&mut heap), (1_000, MANY as u64), "a new reference has to be followed");
}

#[test]
fn no_object_is_touched_twice_however_many_have_changed() {
    let (mut heap, all) = large();
    for &object in &all {
        let next = heap.get_field(object, "next").unwrap();
        heap.set_field(object, "next", next).unwrap();
    }
    assert_eq!(detect(&mut heap), (1_000, MANY as u64));
    let found = touched(&mut heap, TestHeap::detect_cycles_full);
    assert_eq!(found, MANY as u64);
}

#[test]
fn a_great_many_detections_beside_a_large_heap_are_quick() {
    let (mut heap, _) = large();
    for _ in 0..100_000 {
        let object = table(&mut heap);
        link(&mut heap, object, "self", object);
        assert_eq!(detect(&mut heap), (1_001, 1));
        heap.set_field(object, "self", Value::Nil).unwrap();
        drop_ref(&mut heap, object);
        assert_eq!(detect(&mut heap), (1_000, 0));
    }
}

#[test]
fn to_count_the_cycles_of_small_sets_beside_a_large_heap_is_quick() {
    let (mut heap, _) = large();
    let mut rings = Vec::new();
    for _ in 0..1_000 {
        rings.push(garbage_ring(&mut heap, 3));
    }
    let collection = heap.collect_cycles().unwrap();
    assert_eq!((collection.objects, collection.cycles), (3_000, 1_000));
}
