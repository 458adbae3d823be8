//! References that are stored and given up in one call.

use heapproof_heap::{FieldSite, HeapError, ObjectId, To, Value};

use crate::support::{TestHeap, assert_clean, assert_findable, drop_ref, external, heap, internal, link, on, table};

fn is_candidate(heap: &TestHeap, object: ObjectId) -> bool {
    heap.marks(object).any(|mark| mark == "candidate")
}

#[test]
fn a_transfer_moves_a_reference_to_every_place_that_stores_one() {
    let mut heap = heap();
    let holder = table(&mut heap);
    let array = heap.allocate_array(&[Value::Nil]).unwrap();
    let closure = heap.allocate_closure(0, &[Value::Nil]).unwrap();
    let cell = heap.allocate_box(Value::Nil).unwrap();
    let mut site = FieldSite::new("at");
    let places = [
        (holder, To::Field("x".into())),
        (holder, To::FieldAt(&mut site)),
        (array, To::Element(0)),
        (array, To::Before(1)),
        (array, To::End),
        (closure, To::Capture(0)),
        (cell, To::Box),
    ];
    for (holder, to) in places {
        let child = table(&mut heap);
        heap.transfer(holder, to, child.into()).unwrap();
        assert_eq!((external(&heap, child), internal(&heap, child)), (0, 1));
        assert!(!is_candidate(&heap, child));
    }
    assert_eq!(heap.length(array), Ok(3));
    assert_clean(&heap);
    [holder, array, closure, cell].into_iter().for_each(|holder| drop_ref(&mut heap, holder));
    assert!(heap.is_empty());
}

#[test]
fn a_young_object_is_no_candidate_and_one_that_may_lead_back_is() {
    let mut heap = heap();
    let root = table(&mut heap);
    let parent = table(&mut heap);
    heap.transfer(root, To::Field("parent".into()), parent.into()).unwrap();
    let leaf = table(&mut heap);
    heap.transfer(parent, To::Field("leaf".into()), leaf.into()).unwrap();
    let back = table(&mut heap);
    link(&mut heap, back, "up", parent);
    heap.transfer(parent, To::Field("back".into()), back.into()).unwrap();
    assert_eq!([parent, leaf, back].map(|object| is_candidate(&heap, object)), [false, false, true]);
    assert_findable(&heap);
    drop_ref(&mut heap, root);
    assert_eq!(heap.collect_cycles().unwrap().objects, 3);
}

#[test]
fn a_ring_that_a_transfer_lets_go_is_found() {
    let mut heap = heap();
    let own = table(&mut heap);
    heap.transfer(own, To::Field("own".into()), own.into()).unwrap();
    let (one, other) = (table(&mut heap), table(&mut heap));
    link(&mut heap, other, "one", one);
    drop_ref(&mut heap, one);
    heap.transfer(one, To::Field("other".into()), other.into()).unwrap();
    assert_findable(&heap);
    assert_eq!(heap.collect_cycles().unwrap().objects, 3);
}

#[test]
fn a_refused_transfer_leaves_all_counts() {
    let mut heap = heap();
    let (holder, child, gone) = (table(&mut heap), table(&mut heap), table(&mut heap));
    drop_ref(&mut heap, gone);
    assert!(matches!(heap.transfer(holder, To::End, child.into()), Err(HeapError::Kind { .. })));
    assert!(matches!(heap.transfer(holder, To::Field("x".into()), gone.into()), Err(HeapError::Stale { .. })));
    let array = heap.allocate_array(&[]).unwrap();
    for (to, index) in [(To::Before(1), 1), (To::Element(0), 0)] {
        let refused = heap.transfer(array, to, child.into());
        assert_eq!(refused, Err(HeapError::Index { object: array, index, length: 0 }));
    }
    link(&mut heap, holder, "x", child);
    drop_ref(&mut heap, child);
    assert_eq!(heap.transfer(array, To::End, child.into()), Err(HeapError::NotHeld { object: child }));
    assert_eq!((external(&heap, child), internal(&heap, child), heap.length(array)), (0, 1, Ok(0)));
    assert_clean(&heap);
}

#[test]
fn what_a_transfer_replaces_finds_the_reference_given_up() {
    let mut heap = heap();
    let (holder, old, new) = (table(&mut heap), table(&mut heap), table(&mut heap));
    link(&mut heap, holder, "x", old);
    on(&mut heap, old, move |heap, _| assert_eq!(heap.counts(new).unwrap().external, 0));
    drop_ref(&mut heap, old);
    heap.transfer(holder, To::Field("x".into()), new.into()).unwrap();
    crate::support::assert_no_panics(&mut heap);
    assert!(!heap.contains(old));
}
