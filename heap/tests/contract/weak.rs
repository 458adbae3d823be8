//! Weak references.

use heapproof_heap::{ObjectId, View};

use crate::support::{TestHeap, assert_exact, drop_ref, external, garbage_ring, heap, link, on, table};

fn target(heap: &TestHeap, weak: ObjectId) -> ObjectId {
    match heap.object(weak) {
        Some(View::Weak(target)) => target,
        _ => panic!("{weak} is no weak object"),
    }
}

fn weak_count(heap: &TestHeap, object: ObjectId) -> u32 {
    heap.counts(object).unwrap().weak
}

#[test]
fn a_weak_reference_does_not_keep_its_target_alive() {
    let mut heap = heap();
    let a = table(&mut heap);
    let weak = heap.allocate_weak(a).unwrap();
    assert_eq!(target(&heap, weak), a);
    drop_ref(&mut heap, a);
    assert!(!heap.contains(a));
    assert_eq!(target(&heap, weak), ObjectId::NIL);
    assert_eq!(heap.upgrade(weak), Ok(ObjectId::NIL));
}

#[test]
fn upgrade_gives_a_reference_that_the_mutator_holds() {
    let mut heap = heap();
    let a = table(&mut heap);
    let weak = heap.allocate_weak(a).unwrap();
    assert_eq!(heap.upgrade(weak), Ok(a));
    assert_eq!(external(&heap, a), 2);
    drop_ref(&mut heap, a);
    assert!(heap.contains(a));
}

#[test]
fn a_weak_object_is_referred_to_strongly() {
    let mut heap = heap();
    let (a, holder) = (table(&mut heap), table(&mut heap));
    let weak = heap.allocate_weak(a).unwrap();
    link(&mut heap, holder, "weak", weak);
    drop_ref(&mut heap, weak);
    assert_eq!(heap.upgrade(weak), Ok(a));
    drop_ref(&mut heap, holder);
    assert!(!heap.contains(weak));
}

#[test]
fn a_dying_weak_object_gives_back_its_targets_weak_count() {
    let mut heap = heap();
    let a = table(&mut heap);
    let weak: Vec<_> = (0..5).map(|_| heap.allocate_weak(a).unwrap()).collect();
    for (left, place) in [(4, 2), (3, 0), (2, 4), (1, 1), (0, 3)] {
        drop_ref(&mut heap, weak[place]);
        assert_eq!(weak_count(&heap, a), left);
        assert_exact(&heap);
    }
    let again = heap.allocate_weak(a).unwrap();
    drop_ref(&mut heap, a);
    assert_eq!(target(&heap, again), ObjectId::NIL);
}

#[test]
fn weak_objects_that_died_one_by_one_leave_no_trace_in_the_list() {
    for order in [[0, 1], [1, 0], [1, 2], [2, 1], [0, 2], [2, 0]] {
        let mut heap = heap();
        let (a, b) = (table(&mut heap), table(&mut heap));
        let to_a: Vec<_> = (0..3).map(|_| heap.allocate_weak(a).unwrap()).collect();
        for place in order {
            drop_ref(&mut heap, to_a[place]);
        }
        // These take the slots of the dead, and must not be cleared with what is left.
        let to_b: Vec<_> = (0..2).map(|_| heap.allocate_weak(b).unwrap()).collect();
        drop_ref(&mut heap, a);
        assert!(to_b.iter().all(|&weak| target(&heap, weak) == b));
        assert_exact(&heap);
    }
}

#[test]
fn all_weak_objects_of_a_released_object_are_cleared() {
    let mut heap = heap();
    let (a, b) = (table(&mut heap), table(&mut heap));
    let to_a: Vec<_> = (0..4).map(|_| heap.allocate_weak(a).unwrap()).collect();
    let to_b = heap.allocate_weak(b).unwrap();
    drop_ref(&mut heap, to_a[1]);
    drop_ref(&mut heap, a);
    for &weak in to_a.iter().filter(|&&weak| heap.contains(weak)) {
        assert_eq!(target(&heap, weak), ObjectId::NIL);
    }
    assert_eq!(target(&heap, to_b), b);
    assert_exact(&heap);
}

#[test]
fn a_cleared_weak_object_never_sees_the_next_tenant() {
    let mut heap = heap();
    let a = table(&mut heap);
    let weak = heap.allocate_weak(a).unwrap();
    drop_ref(&mut heap, a);
    let next = table(&mut heap);
    assert_eq!(next.slot(), a.slot());
    assert_eq!(heap.upgrade(weak), Ok(ObjectId::NIL));
    assert_eq!(weak_count(&heap, next), 0);
    drop_ref(&mut heap, weak);
    assert_exact(&heap);
}

#[test]
fn a_weak_object_may_target_a_weak_object() {
    let mut heap = heap();
    let a = table(&mut heap);
    let inner = heap.allocate_weak(a).unwrap();
    let outer = heap.allocate_weak(inner).unwrap();
    drop_ref(&mut heap, inner);
    assert_eq!(target(&heap, outer), ObjectId::NIL);
    assert_eq!(weak_count(&heap, a), 0);
}

#[test]
fn an_object_that_holds_a_weak_reference_to_itself_dies_with_it() {
    let mut heap = heap();
    let a = table(&mut heap);
    let weak = heap.allocate_weak(a).unwrap();
    link(&mut heap, a, "weak", weak);
    drop_ref(&mut heap, weak);
    drop_ref(&mut heap, a);
    assert!(heap.is_empty());
}

#[test]
fn weak_references_work_in_the_finalizer_and_are_cleared_at_death() {
    let mut heap = heap();
    let a = table(&mut heap);
    let weak = heap.allocate_weak(a).unwrap();
    on(&mut heap, a, move |heap, a| {
        assert_eq!(heap.upgrade(weak), Ok(a));
        drop_ref(heap, a);
    });
    drop_ref(&mut heap, a);
    assert_eq!((heap.host().finalized.len(), heap.finalizer_panics()), (1, 0));
    assert_eq!(target(&heap, weak), ObjectId::NIL);
}

#[test]
fn an_upgrade_in_the_finalizer_makes_the_object_live_again() {
    let mut heap = heap();
    let a = table(&mut heap);
    let weak = heap.allocate_weak(a).unwrap();
    on(&mut heap, a, move |heap, _| assert!(heap.upgrade(weak).is_ok()));
    drop_ref(&mut heap, a);
    assert!(heap.contains(a));
    assert_eq!((external(&heap, a), target(&heap, weak)), (1, a));
    drop_ref(&mut heap, a);
    assert!(!heap.contains(a));
}

#[test]
fn a_collected_set_clears_weak_objects_inside_and_outside_of_it() {
    let mut heap = heap();
    let (a, b, live) = (table(&mut heap), table(&mut heap), table(&mut heap));
    link(&mut heap, a, "b", b);
    link(&mut heap, b, "a", a);
    let outside = heap.allocate_weak(a).unwrap();
    let inside = heap.allocate_weak(b).unwrap();
    let to_live = heap.allocate_weak(live).unwrap();
    link(&mut heap, a, "weak", inside);
    link(&mut heap, b, "weak", to_live);
    for object in [a, b, inside, to_live] {
        drop_ref(&mut heap, object);
    }
    assert_eq!(heap.collect_cycles().unwrap().objects, 4);
    assert_eq!(target(&heap, outside), ObjectId::NIL);
    assert_eq!(weak_count(&heap, live), 0);
    assert_exact(&heap);
}

#[test]
fn an_upgrade_saves_garbage_that_was_not_collected_yet() {
    let mut heap = heap();
    let a = table(&mut heap);
    let weak = heap.allocate_weak(a).unwrap();
    link(&mut heap, a, "a", a);
    drop_ref(&mut heap, a);
    assert_eq!(heap.upgrade(weak), Ok(a));
    assert_eq!(heap.collect_cycles().unwrap().objects, 0);
    assert!(heap.contains(a));
}

#[test]
fn clearing_costs_the_number_of_the_targets_own_weak_objects() {
    let mut heap = heap();
    let keeper = table(&mut heap);
    for _ in 0..50_000 {
        heap.allocate_weak(keeper).unwrap();
    }
    // With a scan of all weak objects this would take billions of steps.
    for _ in 0..50_000 {
        let a = table(&mut heap);
        let weak = heap.allocate_weak(a).unwrap();
        drop_ref(&mut heap, a);
        drop_ref(&mut heap, weak);
    }
    garbage_ring(&mut heap, 3);
    heap.collect_cycles().unwrap();
    assert_eq!(weak_count(&heap, keeper), 50_000);
}

#[test]
fn an_id_that_is_tried_gives_a_reference_to_what_lives_and_is_not_dying() {
    let mut heap = heap();
    let a = table(&mut heap);
    assert_eq!((heap.try_hold(a), heap.try_hold(ObjectId::NIL)), (Ok(true), Ok(false)));
    assert_eq!(external(&heap, a), 2);
    (0..2).for_each(|_| drop_ref(&mut heap, a));
    assert_eq!(heap.try_hold(a), Ok(false));
    let ring = garbage_ring(&mut heap, 3);
    assert_eq!(heap.try_hold(ring[0]), Ok(true));
    drop_ref(&mut heap, ring[0]);
    let alone = table(&mut heap);
    let (first, second) = (ring[0], ring[1]);
    on(&mut heap, alone, |heap, own| assert_eq!(heap.try_hold(own), Ok(false)));
    on(&mut heap, first, move |heap, own| {
        heap.inc_ref(second).unwrap();
        assert_eq!([own, second].map(|it| heap.try_hold(it)), [Ok(false), Ok(true)]);
        let copy = &mut heap.clone();
        assert_eq!(copy.try_hold(own), Ok(true), "in a copy no finalizer runs");
        (0..2).for_each(|_| drop_ref(heap, second));
    });
    drop_ref(&mut heap, alone);
    assert_eq!(heap.collect_cycles().unwrap().objects, 3);
    assert!(heap.is_empty());
    crate::support::assert_no_panics(&mut heap);
}
