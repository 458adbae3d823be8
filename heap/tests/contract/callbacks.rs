//! Callbacks of weak objects: user code that runs when a target has died.

use std::panic::resume_unwind;

use heapproof_heap::{HeapError, Kind, ObjectId, Value};

use crate::support::{TestHeap, assert_exact, drop_ref, garbage_ring, heap, link, on, table, when};

fn weak(heap: &mut TestHeap, target: ObjectId) -> ObjectId {
    heap.allocate_weak(target).unwrap()
}

#[test]
fn a_callback_runs_once_when_the_target_and_what_it_held_are_dead() {
    let mut heap = heap();
    let (a, b) = (table(&mut heap), table(&mut heap));
    link(&mut heap, a, "b", b);
    drop_ref(&mut heap, b);
    let watch = weak(&mut heap, a);
    when(&mut heap, watch, move |heap, watch| {
        assert_eq!(heap.upgrade(watch), Ok(ObjectId::NIL));
        assert_eq!(heap.host().deaths, [a, b]);
        assert!(!heap.has_callback(watch));
    });
    assert!(heap.has_callback(watch));
    drop_ref(&mut heap, a);
    assert_eq!(heap.host().called, [watch]);
    assert_eq!(heap.finalizer_panics(), 0, "{:?}", heap.take_finalizer_panics());
    assert_eq!(heap.arm_callback(watch), Ok(false));
    drop_ref(&mut heap, watch);
    assert_exact(&heap);
}

#[test]
fn only_a_living_weak_object_has_a_callback() {
    let mut heap = heap();
    let a = table(&mut heap);
    let watch = weak(&mut heap, a);
    assert_eq!(heap.arm_callback(ObjectId::NIL), Err(HeapError::Nil));
    assert!(matches!(heap.arm_callback(a), Err(HeapError::Kind { expected: Kind::Weak, .. })));
    drop_ref(&mut heap, watch);
    assert_eq!(heap.arm_callback(watch), Err(HeapError::Stale { object: watch }));
    assert!(!heap.has_callback(watch) && !heap.has_callback(a));
}

#[test]
fn a_callback_dies_with_its_weak_object_also_in_one_set() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 3);
    let watch = weak(&mut heap, ring[1]);
    link(&mut heap, ring[0], "watch", watch);
    drop_ref(&mut heap, watch);
    when(&mut heap, watch, |_, _| panic!("it is dead"));
    heap.collect_cycles().unwrap();
    assert_eq!((heap.len(), heap.host().called.len(), heap.finalizer_panics()), (0, 0, 0));
}

#[test]
fn one_callback_can_take_another_away() {
    let mut heap = heap();
    let a = table(&mut heap);
    let (one, other) = (weak(&mut heap, a), weak(&mut heap, a));
    when(&mut heap, one, move |heap, _| drop_ref(heap, other));
    when(&mut heap, other, move |heap, _| drop_ref(heap, one));
    drop_ref(&mut heap, a);
    assert_eq!((heap.host().called.len(), heap.len()), (1, 1));
    assert_exact(&heap);
}

#[test]
fn what_a_callback_lets_go_waits_and_is_gone_before_the_next() {
    let mut heap = heap();
    let (a, b) = (table(&mut heap), table(&mut heap));
    let watches = [weak(&mut heap, a), weak(&mut heap, a)];
    for watch in watches {
        when(&mut heap, watch, move |heap, _| {
            assert_eq!(heap.contains(b), heap.host().called.len() == 1);
            if heap.contains(b) {
                drop_ref(heap, b);
                assert!(heap.contains(b), "it waits");
            }
        });
    }
    drop_ref(&mut heap, a);
    assert_eq!(heap.host().called.len(), 2);
    assert_eq!(heap.finalizer_panics(), 0, "{:?}", heap.take_finalizer_panics());
}

#[test]
fn a_callback_may_collect_and_panic_and_lose_its_own_weak_object() {
    let mut heap = heap();
    let a = table(&mut heap);
    let ring = garbage_ring(&mut heap, 2);
    let watch = weak(&mut heap, a);
    when(&mut heap, watch, move |heap, watch| {
        heap.collect_cycles().unwrap();
        assert!(!heap.contains(ring[0]));
        assert_eq!(heap.begin_frame(heapproof_heap::Budget::Objects(1)), Err(HeapError::Reentrant));
        drop_ref(heap, watch);
        assert!(heap.contains(watch));
        resume_unwind(Box::new("enough"));
    });
    drop_ref(&mut heap, a);
    assert!(heap.is_empty());
    assert_eq!(heap.take_finalizer_panics()[0].message, "enough");
}

#[test]
fn a_target_that_its_finalizer_saves_calls_nobody() {
    let mut heap = heap();
    let a = table(&mut heap);
    let watch = weak(&mut heap, a);
    when(&mut heap, watch, |_, _| {});
    on(&mut heap, a, |heap, a| heap.inc_ref(a).unwrap());
    drop_ref(&mut heap, a);
    assert!(heap.host().called.is_empty() && heap.has_callback(watch));
    drop_ref(&mut heap, a);
    assert_eq!(heap.host().called, [watch]);
}

#[test]
fn a_copy_calls_back_for_itself() {
    let mut heap = heap();
    let a = table(&mut heap);
    let watch = weak(&mut heap, a);
    when(&mut heap, watch, |_, _| {});
    let mut copy = heap.clone();
    let mut former = TestHeap::new();
    former.clone_from(&heap);
    drop_ref(&mut heap, a);
    assert!(copy.host().called.is_empty() && copy.has_callback(watch) && former.has_callback(watch));
    drop_ref(&mut copy, a);
    drop_ref(&mut former, a);
    assert_eq!([&heap.host().called, &copy.host().called, &former.host().called], [&[watch]; 3]);
}

#[test]
fn a_copy_made_in_a_callback_has_the_others_still_due() {
    let mut heap = heap();
    let a = table(&mut heap);
    for _ in 0..3 {
        let watch = weak(&mut heap, a);
        when(&mut heap, watch, |heap, _| {
            if heap.host().called.len() == 1 {
                let mut copy = heap.clone();
                let other = table(&mut copy);
                drop_ref(&mut copy, other);
                assert_eq!(copy.host().called.len(), 3);
            }
        });
    }
    drop_ref(&mut heap, a);
    assert_eq!(heap.host().called.len(), 3);
    assert_eq!(heap.finalizer_panics(), 0, "{:?}", heap.take_finalizer_panics());
}

#[test]
fn weak_objects_by_the_thousand_are_called_back_in_one_death() {
    let mut heap = heap();
    let a = heap.allocate_box(Value::Nil).unwrap();
    let watches: Vec<_> = (0..3_000).map(|_| weak(&mut heap, a)).collect();
    for &watch in &watches {
        when(&mut heap, watch, drop_ref);
    }
    drop_ref(&mut heap, a);
    assert_eq!((heap.host().called.len(), heap.len()), (3_000, 0));
}
