//! Collection: what is garbage, what is freed together, what lives on.

use heapproof_heap::{Collection, ObjectId, Value};

use crate::support::{TestHeap, assert_exact, drop_ref, external, garbage_ring, heap, internal, link, on, table};

fn collect(heap: &mut TestHeap) -> (u64, u64) {
    let Collection { objects, cycles, .. } = heap.collect_cycles().unwrap();
    assert_exact(heap);
    assert_eq!(heap.finalizer_panics(), 0, "{:?}", heap.clone().take_finalizer_panics());
    (objects, cycles)
}

#[test]
fn nothing_is_found_in_an_empty_heap_and_in_one_without_garbage() {
    let mut heap = heap();
    assert_eq!(collect(&mut heap), (0, 0));
    let (a, b) = (table(&mut heap), table(&mut heap));
    link(&mut heap, a, "b", b);
    link(&mut heap, b, "a", a);
    drop_ref(&mut heap, b);
    assert_eq!(collect(&mut heap), (0, 0));
    assert_eq!(heap.len(), 2);
}

#[test]
fn a_pair_whose_strong_counts_are_one_is_collected() {
    let mut heap = heap();
    let pair = garbage_ring(&mut heap, 2);
    assert!(pair.iter().all(|&it| heap.counts(it).unwrap().strong() == 1));
    assert_eq!(collect(&mut heap), (2, 1));
    assert!(heap.is_empty());
    assert_eq!(heap.host().deaths.len(), 2);
}

#[test]
fn an_object_that_refers_to_itself_is_collected() {
    let mut heap = heap();
    garbage_ring(&mut heap, 1);
    assert_eq!(collect(&mut heap), (1, 1));
}

#[test]
fn every_kind_that_holds_references_is_traced() {
    let mut heap = heap();
    let holder = table(&mut heap);
    let cell = heap.allocate_box(holder.into()).unwrap();
    let closure = heap.allocate_closure(0, &[Value::Nil, cell.into()]).unwrap();
    let array = heap.allocate_array(&[Value::Int(1), closure.into()]).unwrap();
    link(&mut heap, holder, "array", array);
    for object in [cell, closure, array] {
        drop_ref(&mut heap, object);
    }
    assert_eq!(collect(&mut heap), (0, 0));
    drop_ref(&mut heap, holder);
    assert_eq!(collect(&mut heap), (4, 1));
}

#[test]
fn what_hangs_off_a_garbage_cycle_goes_with_it_and_what_is_held_stays() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 3);
    let (tail, held) = (table(&mut heap), table(&mut heap));
    link(&mut heap, ring[1], "tail", tail);
    link(&mut heap, ring[2], "held", held);
    drop_ref(&mut heap, tail);
    assert_eq!(collect(&mut heap), (4, 1));
    assert!(heap.contains(held));
    assert_eq!((external(&heap, held), internal(&heap, held)), (1, 0));
}

#[test]
fn a_cycle_that_is_reached_from_a_held_object_stays() {
    let mut heap = heap();
    let root = table(&mut heap);
    let ring = garbage_ring(&mut heap, 4);
    heap.set_field(root, "ring", ring[2].into()).unwrap();
    assert_eq!(collect(&mut heap), (0, 0));
    heap.set_field(root, "ring", Value::Nil).unwrap();
    assert_eq!(collect(&mut heap), (4, 1));
}

#[test]
fn garbage_becomes_live_again_until_it_dies() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 2);
    heap.inc_ref(ring[0]).unwrap();
    assert_eq!(collect(&mut heap), (0, 0));
    let root = table(&mut heap);
    link(&mut heap, root, "x", ring[1]);
    drop_ref(&mut heap, ring[0]);
    assert_eq!(collect(&mut heap), (0, 0));
    drop_ref(&mut heap, root);
    assert_eq!(collect(&mut heap), (2, 1));
}

#[test]
fn cycles_that_share_an_object_count_once_and_linked_cycles_each() {
    let mut heap = heap();
    let (a, b, c) = (table(&mut heap), table(&mut heap), table(&mut heap));
    for (from, to) in [(a, b), (b, a), (b, c), (c, b)] {
        link(&mut heap, from, &format!("to {to}"), to);
    }
    let other = garbage_ring(&mut heap, 3);
    link(&mut heap, c, "other", other[0]);
    for object in [a, b, c] {
        drop_ref(&mut heap, object);
    }
    assert_eq!(collect(&mut heap), (6, 2));
    assert_eq!(heap.statistics().cycles_collected, 2);
    assert_eq!(heap.statistics().frees, 6);
}

#[test]
fn members_are_all_stale_before_any_contents_are_given_up() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 3);
    let (child, other) = (table(&mut heap), table(&mut heap));
    link(&mut heap, ring[0], "child", child);
    let seen = ring.clone();
    on(&mut heap, child, move |heap, _| {
        assert!(seen.iter().all(|&member| !heap.contains(member)));
    });
    on(&mut heap, ring[1], move |heap, _| drop_ref(heap, child));
    drop_ref(&mut heap, other);
    // The finalizer of the ring lets go of the child, which then hangs on the ring alone: it is
    // no member of the set, and released by the set's death.
    assert_eq!(collect(&mut heap), (3, 1));
    assert_eq!(heap.host().finalized, [ring[1], child]);
    assert_eq!(heap.host().deaths.last(), Some(&child));
    assert!(heap.is_empty());
}

#[test]
fn all_finalizers_of_a_set_run_before_any_member_dies() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 4);
    let weak = heap.allocate_weak(ring[3]).unwrap();
    for &member in &ring {
        let all = ring.clone();
        on(&mut heap, member, move |heap, _| {
            assert!(all.iter().all(|&it| heap.contains(it)));
            let target = heap.upgrade(weak).unwrap();
            assert_eq!(target, all[3]);
            drop_ref(heap, target);
        });
    }
    assert_eq!(collect(&mut heap), (4, 1));
    assert_eq!(heap.host().finalized.len(), 4);
    assert_eq!(heap.upgrade(weak), Ok(ObjectId::NIL));
}

#[test]
fn a_finalizer_that_is_armed_by_another_of_the_set_runs_too() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 3);
    let outsider = table(&mut heap);
    let others = [ring[0], ring[2]];
    on(&mut heap, ring[1], move |heap, _| {
        for other in others {
            assert_eq!(heap.arm_finalizer(other), Ok(true));
        }
        let new = table(heap);
        heap.arm_finalizer(new).unwrap();
        heap.arm_finalizer(outsider).unwrap();
    });
    assert_eq!(collect(&mut heap), (3, 1));
    let mut finalized = heap.host().finalized.clone();
    finalized.sort();
    assert_eq!(finalized, ring);
    assert!(heap.has_finalizer(outsider));
}

#[test]
fn a_member_that_a_finalizer_holds_lives_on_with_what_it_reaches() {
    let mut heap = heap();
    let (a, b, c) = (table(&mut heap), table(&mut heap), table(&mut heap));
    for (from, to) in [(a, b), (b, a), (b, c)] {
        link(&mut heap, from, &format!("to {to}"), to);
    }
    let ring = garbage_ring(&mut heap, 2);
    link(&mut heap, ring[0], "a", a);
    for object in [a, b, c] {
        drop_ref(&mut heap, object);
    }
    on(&mut heap, ring[0], move |heap, _| heap.inc_ref(b).unwrap());
    assert_eq!(collect(&mut heap), (2, 1));
    assert_eq!(heap.len(), 3);
    drop_ref(&mut heap, b);
    assert_eq!(collect(&mut heap), (3, 1));
    assert_eq!(heap.host().finalized, [ring[0]]);
}

#[test]
fn a_member_that_garbage_outside_the_set_refers_to_lives_on_for_one_pass() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 2);
    let keeper = ring[0];
    on(&mut heap, ring[0], move |heap, _| {
        let new = table(heap);
        link(heap, new, "self", new);
        link(heap, new, "kept", keeper);
        drop_ref(heap, new);
    });
    // The first pass spares both; the second takes them with the new garbage.
    assert_eq!(collect(&mut heap), (3, 2));
    assert_eq!(heap.host().finalized, [ring[0]]);
    assert!(heap.is_empty());
}

#[test]
fn being_queued_does_not_save_a_member_but_a_queued_outsider_does() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 2);
    let (first, second) = (ring[0], ring[1]);
    on(&mut heap, first, move |heap, _| heap.set_field(first, "next", Value::Nil).unwrap());
    // `second` reached 0 and was queued, and dies with the set.
    assert_eq!(collect(&mut heap), (2, 0));
    assert_eq!(heap.host().deaths, [first, second]);

    let ring = garbage_ring(&mut heap, 2);
    let first = ring[0];
    on(&mut heap, first, move |heap, _| {
        let outsider = heap.allocate_box(first.into()).unwrap();
        drop_ref(heap, outsider);
    });
    // The outsider is queued; it saves both for this pass, is released, and the next takes them.
    assert_eq!(collect(&mut heap), (2, 1));
    assert!(heap.is_empty());
}

#[test]
fn a_member_that_was_let_go_and_taken_up_again_leaves_the_queue() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 2);
    let (first, second) = (ring[0], ring[1]);
    on(&mut heap, first, move |heap, _| {
        heap.set_field(first, "next", Value::Nil).unwrap();
        heap.inc_ref(second).unwrap();
    });
    heap.arm_finalizer(second).unwrap();
    assert_eq!(collect(&mut heap), (0, 0));
    assert_eq!(heap.len(), 2);
    drop_ref(&mut heap, second);
    assert!(heap.is_empty());
    assert_eq!(heap.host().finalized.len(), 2);
}

#[test]
fn the_queue_rests_while_the_finalizers_of_a_set_run() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 2);
    let other = table(&mut heap);
    on(&mut heap, ring[0], move |heap, _| {
        drop_ref(heap, other);
        assert!(heap.contains(other));
    });
    assert_eq!(collect(&mut heap), (2, 1));
    assert_eq!(heap.host().deaths.last(), Some(&other));
}

#[test]
fn a_collection_repeats_until_a_pass_finds_nothing() {
    let mut heap = heap();
    fn ring_that_makes_another(heap: &mut TestHeap, left: usize) {
        let ring = garbage_ring(heap, 2);
        on(heap, ring[1], move |heap, _| {
            if left > 0 {
                ring_that_makes_another(heap, left - 1);
            }
        });
    }
    ring_that_makes_another(&mut heap, 5);
    assert_eq!(collect(&mut heap), (12, 6));
    assert!(heap.is_empty());
}

#[test]
fn cycles_are_counted_in_the_graph_as_the_objects_die() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 3);
    let (first, second) = (ring[0], ring[1]);
    on(&mut heap, first, move |heap, _| {
        heap.set_field(second, "next", Value::Nil).unwrap();
        link(heap, first, "self", first);
        link(heap, second, "back", first);
    });
    // next: first -> second; back: second -> first; self: first; third -> first.
    assert_eq!(collect(&mut heap), (3, 1));
}

#[test]
fn a_large_table_is_traced_and_collected() {
    let mut heap = heap();
    let holder = table(&mut heap);
    for number in 0..200 {
        let child = table(&mut heap);
        link(&mut heap, child, "back", holder);
        link(&mut heap, holder, &format!("f{number}"), child);
        drop_ref(&mut heap, child);
    }
    for number in 0..90 {
        heap.remove_field(holder, &format!("f{}", 2 * number)).unwrap();
    }
    drop_ref(&mut heap, holder);
    assert_eq!(collect(&mut heap), (0, 0), "the removed ones are held, and refer back");
    let held: Vec<_> = heap.objects().filter(|&it| external(&heap, it) > 0).collect();
    for object in held {
        drop_ref(&mut heap, object);
    }
    assert_eq!(collect(&mut heap), (111, 1));
    assert!(heap.is_empty());
}
