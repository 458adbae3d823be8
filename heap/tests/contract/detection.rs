//! Detection: which cycles there are, live or garbage.

use heapproof_heap::Value;

use crate::support::{TestHeap, cycles, drop_ref, garbage_ring, heap, link, on, table, touched};

/// Detects by what has changed, and compares that with a detection of everything.
fn detect(heap: &mut TestHeap) -> usize {
    let before = heap.statistics();
    let mut twin = heap.clone();
    let found = heap.detect_cycles();
    assert_eq!(found, heap.cycles().count());
    assert_eq!(heap.statistics().cycles_detected, before.cycles_detected + found as u64);
    assert_eq!(twin.detect_cycles_full(), found);
    assert_eq!(cycles(heap), cycles(&twin));
    assert_eq!(heap.statistics().cycles_detected, twin.statistics().cycles_detected);
    assert_eq!(touched(heap, |heap| assert_eq!(heap.detect_cycles(), found)), 0, "nothing has changed");
    found
}

#[test]
fn there_are_no_cycles_before_the_first_detection_nor_in_a_tree() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 2);
    heap.inc_ref(ring[0]).unwrap();
    assert_eq!(heap.cycles().count(), 0);
    let mut heap = crate::support::heap();
    let (a, b, c) = (table(&mut heap), table(&mut heap), table(&mut heap));
    for (from, to) in [(a, b), (a, c), (b, c)] {
        link(&mut heap, from, &format!("{to}"), to);
    }
    assert_eq!(detect(&mut heap), 0);
}

#[test]
fn live_cycles_and_garbage_are_found_alike() {
    let mut heap = heap();
    let garbage = garbage_ring(&mut heap, 3);
    let live = garbage_ring(&mut heap, 2);
    heap.inc_ref(live[1]).unwrap();
    assert_eq!(detect(&mut heap), 2);
    assert_eq!(cycles(&heap), [garbage, live]);
}

#[test]
fn an_object_that_refers_to_itself_is_a_cycle_and_a_childless_one_is_none() {
    let mut heap = heap();
    let (a, b) = (table(&mut heap), table(&mut heap));
    link(&mut heap, a, "b", b);
    link(&mut heap, a, "self", a);
    assert_eq!(detect(&mut heap), 1);
    assert_eq!(cycles(&heap), [[a]]);
    heap.set_field(a, "self", Value::Nil).unwrap();
    assert_eq!(detect(&mut heap), 0);
}

#[test]
fn a_removed_edge_may_leave_a_smaller_cycle() {
    let mut heap = heap();
    let all: Vec<_> = (0..4).map(|_| table(&mut heap)).collect();
    for (from, to) in [(0, 1), (1, 2), (2, 1), (2, 3), (3, 0)] {
        link(&mut heap, all[from], &format!("to {to}"), all[to]);
    }
    assert_eq!(detect(&mut heap), 1);
    assert_eq!(cycles(&heap)[0].len(), 4);
    heap.set_field(all[3], "to 0", Value::Nil).unwrap();
    assert_eq!(detect(&mut heap), 1);
    assert_eq!(cycles(&heap), [[all[1], all[2]]]);
}

#[test]
fn components_of_a_larger_graph_are_found() {
    let mut heap = heap();
    let all: Vec<_> = (0..8).map(|_| heap.allocate_array(&[]).unwrap()).collect();
    // Cycles: 0, 1, 2; 3, 5; 4 with itself; 7 with itself. None: 6.
    let edges = [
        (0, 1),
        (1, 2),
        (2, 0),
        (3, 1),
        (3, 5),
        (5, 3),
        (5, 2),
        (4, 4),
        (4, 3),
        (6, 5),
        (6, 7),
        (7, 7),
        (0, 1),
        (4, 6),
    ];
    for (from, to) in edges {
        heap.push(all[from], all[to].into()).unwrap();
    }
    assert_eq!(detect(&mut heap), 4);
    let expected = [vec![all[0], all[1], all[2]], vec![all[3], all[5]], vec![all[4]], vec![all[7]]];
    assert_eq!(cycles(&heap), expected);
}

#[test]
fn large_cycles_and_wide_objects_are_not_cut() {
    let mut heap = heap();
    garbage_ring(&mut heap, 1_000);
    let wide = heap.allocate_array(&[]).unwrap();
    for _ in 0..500 {
        let child = heap.allocate_box(wide.into()).unwrap();
        heap.push(wide, child.into()).unwrap();
    }
    assert_eq!(detect(&mut heap), 2);
    let sizes: Vec<usize> = cycles(&heap).iter().map(Vec::len).collect();
    assert_eq!(sizes, [1_000, 501]);
}

#[test]
fn the_cycles_stand_until_the_next_detection_less_those_of_which_an_object_died() {
    let mut heap = heap();
    let (one, two) = (garbage_ring(&mut heap, 2), garbage_ring(&mut heap, 2));
    heap.inc_ref(two[0]).unwrap();
    detect(&mut heap);
    heap.set_field(two[0], "next", Value::Nil).unwrap();
    assert!(!heap.contains(two[1]));
    assert_eq!(cycles(&heap), std::slice::from_ref(&one));
    heap.set_field(one[0], "more", Value::Nil).unwrap();
    assert_eq!(cycles(&heap), std::slice::from_ref(&one));
    heap.collect_cycles().unwrap();
    assert_eq!(heap.cycles().count(), 0);
    let again = garbage_ring(&mut heap, 2);
    assert_eq!(heap.cycles().count(), 0, "the next tenants of the slots are no members");
    detect(&mut heap);
    assert_eq!(cycles(&heap).len(), 1);
    assert_eq!(cycles(&heap)[0].len(), again.len());
}

#[test]
fn detection_frees_nothing_and_counts_as_no_operation() {
    let mut heap = heap();
    garbage_ring(&mut heap, 2);
    let before = heap.statistics();
    heap.detect_cycles();
    heap.detect_cycles_full();
    let after = heap.statistics();
    assert_eq!((after.frees, after.checks), (0, 0));
    assert_eq!(after.operations_since_check, before.operations_since_check);
    assert_eq!(after.cycles_detected, 2, "each detection counts what it finds");
}

#[test]
fn a_clone_keeps_the_cycles_that_were_found() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 2);
    detect(&mut heap);
    let twin = heap.clone();
    heap.collect_cycles().unwrap();
    drop_ref_all(&mut heap);
    assert_eq!(cycles(&twin), [ring]);
    assert_eq!(cycles(&heap).len(), 0);
}

fn drop_ref_all(heap: &mut TestHeap) {
    let held: Vec<_> = heap.objects().collect();
    for object in held {
        drop_ref(heap, object);
    }
}

/// Objects with references between them, each held, after a detection.
fn graph(heap: &mut TestHeap, count: usize, edges: &[(usize, usize)]) -> Vec<heapproof_heap::ObjectId> {
    let all: Vec<_> = (0..count).map(|_| table(heap)).collect();
    for &(from, to) in edges {
        link(heap, all[from], &format!("to {to}"), all[to]);
    }
    detect(heap);
    all
}

#[test]
fn a_new_reference_merges_cycles_and_its_removal_splits_them() {
    let mut heap = heap();
    let all = graph(&mut heap, 6, &[(0, 1), (1, 0), (2, 3), (3, 2), (4, 5), (5, 4), (1, 2), (3, 4)]);
    assert_eq!(cycles(&heap), [&all[..2], &all[2..4], &all[4..]]);
    link(&mut heap, all[5], "back", all[0]);
    detect(&mut heap);
    assert_eq!(cycles(&heap), [&all[..]]);
    link(&mut heap, all[5], "back", all[2]);
    detect(&mut heap);
    assert_eq!(cycles(&heap), [&all[..2], &all[2..]]);
    heap.set_field(all[1], "to 2", Value::Nil).unwrap();
    heap.set_field(all[5], "back", Value::Nil).unwrap();
    assert_eq!(detect(&mut heap), 3);
}

#[test]
fn rings_that_share_an_object_are_one_cycle_until_it_is_cut_out() {
    let mut heap = heap();
    let all = graph(&mut heap, 5, &[(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 2)]);
    assert_eq!(cycles(&heap), [&all[..]]);
    heap.set_field(all[2], "to 0", Value::Nil).unwrap();
    detect(&mut heap);
    assert_eq!(cycles(&heap), [&all[2..]]);
    heap.set_field(all[2], "to 3", Value::Nil).unwrap();
    assert_eq!(detect(&mut heap), 0);
}

#[test]
fn a_cut_may_leave_a_cycle_that_the_changed_object_reaches_no_more() {
    let mut heap = heap();
    let all = graph(&mut heap, 4, &[(0, 1), (1, 2), (2, 1), (2, 3), (3, 0)]);
    assert_eq!(cycles(&heap), [&all[..]]);
    heap.set_field(all[0], "to 1", Value::Nil).unwrap();
    detect(&mut heap);
    assert_eq!(cycles(&heap), [&all[1..3]]);
}

#[test]
fn a_death_may_leave_a_smaller_cycle() {
    let mut heap = heap();
    let all = graph(&mut heap, 4, &[(0, 1), (1, 2), (2, 3), (3, 0), (1, 3), (3, 1)]);
    assert_eq!(cycles(&heap), [&all[..]]);
    drop_ref(&mut heap, all[2]);
    let gone = heap.remove_field(all[1], "to 2").unwrap();
    drop_ref(&mut heap, gone.reference().unwrap());
    assert!(!heap.contains(all[2]));
    assert_eq!(heap.cycles().count(), 0, "a member has died");
    detect(&mut heap);
    assert_eq!(cycles(&heap), [[all[0], all[1], all[3]]]);
}

#[test]
fn an_edge_that_left_and_came_back_changes_nothing() {
    let mut heap = heap();
    let all = graph(&mut heap, 3, &[(0, 1), (1, 2), (2, 0)]);
    heap.set_field(all[1], "to 2", Value::Nil).unwrap();
    link(&mut heap, all[1], "to 2", all[2]);
    detect(&mut heap);
    assert_eq!(cycles(&heap), [&all[..]]);
}

#[test]
fn the_next_tenants_of_the_slots_of_a_cycle_are_in_none_of_its_kind() {
    let mut heap = heap();
    garbage_ring(&mut heap, 3);
    detect(&mut heap);
    heap.collect_cycles().unwrap();
    let all: Vec<_> = (0..3).map(|_| table(&mut heap)).collect();
    assert!(all.iter().all(|object| object.generation() == 2));
    link(&mut heap, all[0], "next", all[1]);
    assert_eq!(detect(&mut heap), 0);
    link(&mut heap, all[1], "next", all[0]);
    detect(&mut heap);
    assert_eq!(cycles(&heap).len(), 1);
}

#[test]
fn a_detection_may_be_made_in_any_finalizer() {
    let mut heap = heap();
    let live = graph(&mut heap, 2, &[(0, 1), (1, 0)]);
    let ring = garbage_ring(&mut heap, 3);
    on(&mut heap, ring[0], move |heap, own| {
        assert_eq!(detect(heap), 2);
        heap.set_field(own, "next", Value::Nil).unwrap();
        assert_eq!(detect(heap), 1);
        assert_eq!(heap.detect_slice(1), Ok(true));
    });
    let single = table(&mut heap);
    on(&mut heap, single, |heap, own| {
        link(heap, own, "self", own);
        assert_eq!(detect(heap), 2);
        heap.set_field(own, "self", Value::Nil).unwrap();
    });
    let collection = heap.collect_cycles().unwrap();
    assert_eq!((collection.objects, collection.cycles), (3, 0));
    drop_ref(&mut heap, single);
    detect(&mut heap);
    assert_eq!(cycles(&heap), [live]);
}
