//! Pins: objects that live as long as the program, and cost no collection anything.

use heapproof_heap::{HeapError, ObjectId};

use crate::support::{TestHeap, assert_exact, drop_ref, heap, link, on, table};

/// A ring of two that only a pin on its first object keeps.
fn pinned_ring(heap: &mut TestHeap) -> [ObjectId; 2] {
    let [a, b] = [table(heap), table(heap)];
    link(heap, a, "next", b);
    link(heap, b, "next", a);
    heap.pin(a).unwrap();
    drop_ref(heap, a);
    drop_ref(heap, b);
    [a, b]
}

#[test]
fn what_a_pin_keeps_is_garbage_when_the_pin_is_taken_back() {
    let mut heap = heap();
    let [a, b] = pinned_ring(&mut heap);
    heap.collect_cycles().unwrap();
    assert!(heap.contains(a) && heap.contains(b) && heap.is_pinned(a) && !heap.is_pinned(b));
    heap.unpin(a).unwrap();
    assert_exact(&heap);
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
}

#[test]
fn a_collection_does_not_examine_what_is_pinned() {
    let mut heap = heap();
    pinned_ring(&mut heap);
    heap.collect_cycles().unwrap();
    let before = heap.statistics().objects_touched;
    heap.collect_cycles().unwrap();
    assert_eq!(heap.statistics().objects_touched, before);
}

#[test]
fn a_pinned_object_is_released_with_its_last_reference() {
    let mut heap = heap();
    let a = table(&mut heap);
    heap.pin(a).unwrap();
    drop_ref(&mut heap, a);
    assert_eq!((heap.contains(a), heap.pin(a)), (false, Err(HeapError::Stale { object: a })));
    let next = table(&mut heap);
    assert!(!heap.is_pinned(next), "a pin does not go to the next tenant");
}

#[test]
fn a_pin_in_a_finalizer_saves_a_member_of_the_set_and_no_object_in_its_turn() {
    let mut heap = heap();
    let [a, b] = [table(&mut heap), table(&mut heap)];
    link(&mut heap, a, "me", a);
    on(&mut heap, a, move |heap, _| heap.pin(a).unwrap());
    on(&mut heap, b, move |heap, _| heap.pin(b).unwrap());
    drop_ref(&mut heap, a);
    drop_ref(&mut heap, b);
    heap.collect_cycles().unwrap();
    assert_eq!((heap.contains(a), heap.contains(b)), (true, false));
}

#[test]
fn an_object_pinned_while_a_collection_is_under_way_is_spared_by_it() {
    for budget in 1..6 {
        let mut heap = heap();
        let [a, b] = pinned_ring(&mut heap);
        heap.unpin(a).unwrap();
        heap.collect_slice(budget).unwrap();
        if heap.contains(a) {
            heap.pin(a).unwrap();
            while !heap.collect_slice(budget).unwrap().complete {}
            assert!(heap.contains(a) && heap.contains(b), "{budget}");
        }
        assert_exact(&heap);
    }
}
