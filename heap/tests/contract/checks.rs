//! When checks for cycles run, and how their interval is tuned.

use heapproof_heap::{Collection, Configuration, Heap, HeapError, HeapStats, Value};

use crate::support::{TestHeap, World, drop_ref, garbage_ring, link, on, table};

fn heap(interval: u32, shortest: u32, longest: u32) -> TestHeap {
    let configuration = Configuration::default()
        .with_interval(interval)
        .and_then(|it| it.with_bounds(shortest, longest))
        .unwrap()
        .with_automatic_checks(false);
    Heap::with_configuration(World::default(), configuration.with_cycle_counts(true))
}

fn operations(heap: &TestHeap) -> u64 {
    heap.statistics().operations_since_check
}

#[test]
fn allocations_writes_and_references_given_up_are_counted_and_nothing_else() {
    let mut heap = heap(1_000, 1, 1_000);
    let a = table(&mut heap);
    let array = heap.allocate_array(&[Value::Nil]).unwrap();
    let closure = heap.allocate_closure(0, &[Value::Nil]).unwrap();
    let cell = heap.allocate_box(Value::Nil).unwrap();
    heap.allocate_scalar(Value::Nil).unwrap();
    let weak = heap.allocate_weak(a).unwrap();
    assert_eq!(operations(&heap), 6);
    heap.set_field(a, "x", Value::Nil).unwrap();
    heap.set_element(array, 0, Value::Nil).unwrap();
    heap.set_capture(closure, 0, Value::Nil).unwrap();
    heap.set_box(cell, Value::Nil).unwrap();
    heap.push(array, Value::Nil).unwrap();
    heap.pop(array).unwrap();
    heap.remove_field(a, "x").unwrap();
    assert_eq!(operations(&heap), 13);
    heap.inc_ref(a).unwrap();
    heap.upgrade(weak).unwrap();
    heap.get_field(a, "x").unwrap();
    heap.get_element(array, 0).unwrap();
    heap.arm_finalizer(a).unwrap();
    heap.collect_cycles().unwrap();
    heap.detect_cycles_full();
    assert_eq!(operations(&heap), 13);
    drop_ref(&mut heap, a);
    assert_eq!(operations(&heap), 14);
}

#[test]
fn refused_calls_and_what_the_heap_gives_up_are_not_counted() {
    let mut heap = heap(1_000, 1, 1_000);
    let (a, b) = (table(&mut heap), table(&mut heap));
    link(&mut heap, a, "b", b);
    drop_ref(&mut heap, b);
    let before = operations(&heap);
    assert!(heap.dec_ref(b).is_err());
    assert!(heap.set_box(a, Value::Nil).is_err());
    assert!(heap.remove_field(a, "x").is_err());
    assert!(heap.allocate_scalar(a.into()).is_err());
    assert_eq!(operations(&heap), before);
    drop_ref(&mut heap, a);
    assert_eq!(operations(&heap), before + 1, "b was given up by the heap");
}

#[test]
fn operations_of_finalizers_are_counted() {
    let mut heap = heap(1_000, 1, 1_000);
    let a = table(&mut heap);
    on(&mut heap, a, |heap, _| {
        let b = table(heap);
        drop_ref(heap, b);
    });
    drop_ref(&mut heap, a);
    assert_eq!(operations(&heap), 4);
}

#[test]
fn a_check_is_due_after_the_interval_and_not_before() {
    let mut heap = heap(3, 1, 100);
    let a = table(&mut heap);
    heap.set_field(a, "x", Value::Nil).unwrap();
    assert_eq!(heap.maybe_check_cycles(), None);
    heap.set_field(a, "x", Value::Nil).unwrap();
    assert!(heap.maybe_check_cycles().is_some());
    assert_eq!((operations(&heap), heap.statistics().checks), (0, 1));
    assert_eq!(heap.maybe_check_cycles(), None);
}

#[test]
fn a_check_frees_garbage_and_tunes() {
    let mut heap = heap(8, 1, 100);
    garbage_ring(&mut heap, 2);
    assert_eq!(operations(&heap), 6);
    let a = table(&mut heap);
    drop_ref(&mut heap, a);
    let collection = heap.maybe_check_cycles().unwrap();
    assert_eq!((collection.objects, collection.cycles), (2, 1));
    let HeapStats { average_rate, interval, cycles_collected, .. } = heap.statistics();
    // 3 of 8 operations were allocations: 3 * 375 / 10; 8 * 4 / 5 = 6, and then 6 * 9 / 10 = 5.
    assert_eq!((average_rate, interval, cycles_collected), (112, 5, 1));
}

#[test]
fn a_check_without_garbage_cycles_makes_the_next_come_later() {
    let mut heap = heap(10, 1, 13);
    let a = table(&mut heap);
    let mut intervals = Vec::new();
    for _ in 0..3 {
        while heap.maybe_check_cycles().is_none() {
            heap.set_field(a, "self", a.into()).unwrap();
        }
        intervals.push(heap.statistics().interval);
    }
    assert_eq!(intervals, [12, 13, 13], "a live cycle is no reason to look more often");
}

#[test]
fn garbage_whose_cycles_were_cut_by_finalizers_counts_as_no_cycle() {
    let mut heap = heap(100, 1, 1_000);
    let ring = garbage_ring(&mut heap, 2);
    on(&mut heap, ring[0], |heap, member| heap.set_field(member, "next", Value::Nil).unwrap());
    let held = heap.allocate_box(Value::Nil).unwrap();
    while operations(&heap) < 100 {
        heap.set_box(held, Value::Nil).unwrap();
    }
    let collection = heap.maybe_check_cycles().unwrap();
    assert_eq!((collection.objects, collection.cycles), (2, 0));
    assert_eq!(heap.statistics().interval, 120);
}

#[test]
fn where_cycles_are_not_counted_any_object_collected_shortens_the_interval() {
    let configuration = Configuration::default().with_interval(6).and_then(|it| it.with_bounds(1, 100)).unwrap();
    let mut heap = TestHeap::with_configuration(World::default(), configuration);
    garbage_ring(&mut heap, 2);
    assert_eq!(heap.maybe_check_cycles(), Some(Collection { objects: 2, cycles: 0, complete: true }));
    assert_eq!((heap.statistics().cycles_collected, heap.statistics().interval), (0, 4));
}

/// A heap whose checks are paced by debt.
fn indebted(allocations: u32, objects: u32) -> TestHeap {
    let configuration = Configuration::default().with_debt(allocations, objects).unwrap();
    TestHeap::with_configuration(World::default(), configuration)
}

#[test]
fn by_debt_a_check_is_due_after_so_many_allocations_whatever_else_was_done() {
    let mut heap = indebted(3, 8);
    let ring = garbage_ring(&mut heap, 2);
    let held = heap.allocate_box(Value::Nil).unwrap();
    for _ in 0..100 {
        heap.set_box(held, Value::Nil).unwrap();
    }
    assert!(heap.contains(ring[0]), "an allocation checks before it is counted");
    table(&mut heap);
    assert!(!heap.contains(ring[0]));
    assert_eq!((heap.statistics().checks, heap.statistics().interval), (1, 1_000));
    assert!(heap.maybe_check_cycles().is_none(), "one was made since");
}

#[test]
fn by_debt_a_check_touches_so_many_objects_for_each_allocation_and_no_more_than_the_budget() {
    let touched = |heap: &mut TestHeap| {
        let before = heap.statistics().objects_touched;
        heap.maybe_check_cycles().unwrap();
        heap.statistics().objects_touched - before
    };
    let mut heap = indebted(10, 2);
    heap.set_automatic_checks(false);
    garbage_ring(&mut heap, 100);
    assert_eq!(touched(&mut heap), 100, "100 allocations give a budget of 200");
    let configuration = Configuration::default().with_debt(10, 2).and_then(|it| it.with_budget(5)).unwrap();
    let mut heap = TestHeap::with_configuration(World::default(), configuration.with_automatic_checks(false));
    garbage_ring(&mut heap, 100);
    assert_eq!(touched(&mut heap), 5);
}

#[test]
fn by_debt_as_released_garbage_does_not_pile_up() {
    let mut heap = Heap::<()>::new();
    let mut most = 0;
    for _ in 0..10_000 {
        let one = heap.allocate_box(Value::Nil).unwrap();
        heap.set_box(one, one.into()).unwrap();
        heap.dec_ref(one).unwrap();
        most = most.max(heap.len());
    }
    assert!(most <= 49, "{most}");
}

#[test]
fn the_average_rate_moves_by_three_tenths() {
    let mut heap = heap(2, 2, 2);
    let mut rates = Vec::new();
    for _ in 0..3 {
        let a = table(&mut heap);
        drop_ref(&mut heap, a);
        heap.maybe_check_cycles().unwrap();
        rates.push(heap.statistics().average_rate);
    }
    assert_eq!(rates, [150, 255, 328]);
}

#[test]
fn an_allocation_checks_first_and_is_counted_for_the_next() {
    let mut heap = heap(6, 6, 6);
    heap.set_automatic_checks(true);
    let ring = garbage_ring(&mut heap, 2);
    assert!(heap.contains(ring[0]));
    let a = table(&mut heap);
    assert_eq!((heap.len(), heap.statistics().checks), (1, 1));
    assert_eq!(operations(&heap), 1);
    drop_ref(&mut heap, a);
}

#[test]
fn an_allocation_that_is_refused_has_made_its_check() {
    let mut heap = heap(6, 6, 6);
    heap.set_automatic_checks(true);
    let ring = garbage_ring(&mut heap, 2);
    // Its argument lives when it is called, and dies in the check.
    let refusal = heap.allocate_box(ring[0].into());
    assert_eq!(refusal, Err(HeapError::Stale { object: ring[0] }));
    assert_eq!((heap.statistics().checks, operations(&heap)), (1, 0));
    assert!(heap.is_empty());
}

#[test]
fn a_check_makes_room_for_the_allocation_that_made_it() {
    let configuration = Configuration::default().with_capacity(2).and_then(|it| it.with_interval(6)).unwrap();
    let mut heap = TestHeap::with_configuration(World::default(), configuration);
    garbage_ring(&mut heap, 2);
    assert!(heap.allocate_table().is_ok());
}

#[test]
fn without_automatic_checks_allocations_check_nothing() {
    let mut heap = heap(2, 1, 10);
    for _ in 0..10 {
        table(&mut heap);
    }
    assert_eq!(heap.statistics().checks, 0);
    assert!(!heap.configuration().automatic_checks());
    assert!(heap.maybe_check_cycles().is_some(), "the mutator still may");
}

#[test]
fn no_check_runs_inside_finalizers() {
    let mut heap = heap(1, 1, 1);
    let a = table(&mut heap);
    heap.set_automatic_checks(true);
    let ring = garbage_ring(&mut heap, 1);
    let checks = heap.statistics().checks;
    let inside = move |heap: &mut TestHeap, _| {
        let b = table(heap);
        drop_ref(heap, b);
        assert_eq!(heap.maybe_check_cycles(), None);
    };
    on(&mut heap, a, inside);
    on(&mut heap, ring[0], inside);
    drop_ref(&mut heap, a);
    assert_eq!(heap.statistics().checks, checks);
    heap.collect_cycles().unwrap();
    assert_eq!(heap.statistics().checks, checks);
    assert_eq!(heap.finalizer_panics(), 0, "{:?}", heap.take_finalizer_panics());
}

#[test]
fn what_finalizers_of_a_check_do_counts_towards_the_next() {
    let mut heap = heap(5, 1, 100);
    let ring = garbage_ring(&mut heap, 1);
    on(&mut heap, ring[0], |heap, member| {
        heap.set_field(member, "x", Value::Nil).unwrap();
        heap.set_field(member, "x", Value::Nil).unwrap();
    });
    let a = table(&mut heap);
    drop_ref(&mut heap, a);
    assert_eq!(heap.maybe_check_cycles().map(|it| it.cycles), Some(1));
    assert_eq!(operations(&heap), 2);
}

#[test]
fn an_explicit_collection_neither_tunes_nor_resets() {
    let mut heap = heap(100, 1, 1_000);
    garbage_ring(&mut heap, 3);
    let before = heap.statistics();
    heap.collect_cycles().unwrap();
    let after = heap.statistics();
    assert_eq!(after.interval, before.interval);
    assert_eq!(after.operations_since_check, before.operations_since_check);
    assert_eq!((after.checks, after.average_rate), (0, 0));
}

#[test]
fn an_interval_outside_the_bounds_stands_until_the_first_check() {
    let mut heap = heap(2, 50, 60);
    assert_eq!(heap.statistics().interval, 2);
    let a = table(&mut heap);
    drop_ref(&mut heap, a);
    heap.maybe_check_cycles().unwrap();
    assert_eq!(heap.statistics().interval, 50);
}

#[test]
fn statistics_are_written_for_people() {
    let mut heap = TestHeap::default();
    table(&mut heap);
    let text = heap.statistics().to_string();
    assert!(text.contains("live objects: 1"), "{text}");
    assert!(text.contains("interval: 1000 operations"), "{text}");
    assert!(format!("{heap:?}").starts_with("Heap"));
}
