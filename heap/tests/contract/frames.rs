//! Frames: their budgets, and what becomes of temporaries.

use heapproof_heap::{Budget, Configuration, FrameStats, HeapError, Kind, New, ObjectId, Value};

use crate::support::{
    TestHeap, World, assert_clean, assert_exact, assert_findable, assert_no_panics, drop_ref, external, garbage,
    garbage_ring, heap, heap_with, link, on, table,
};

fn begin(heap: &mut TestHeap, objects: u32) {
    heap.begin_frame(Budget::Objects(objects)).unwrap();
}

fn temporary(heap: &mut TestHeap) -> ObjectId {
    heap.allocate_temporary(New::Table).unwrap()
}

/// A ring of temporaries.
fn ring(heap: &mut TestHeap, length: usize) -> Vec<ObjectId> {
    let ring: Vec<ObjectId> = (0..length).map(|_| temporary(heap)).collect();
    for (place, &member) in ring.iter().enumerate() {
        link(heap, member, "next", ring[(place + 1) % length]);
    }
    ring
}

fn end(heap: &mut TestHeap) -> FrameStats {
    let before = heap.statistics().objects_touched;
    let budget = heap.frame_stats().unwrap().budget;
    let statistics = heap.end_frame().unwrap();
    if let Budget::Objects(objects) = budget {
        assert!(heap.statistics().objects_touched - before <= u64::from(objects));
    }
    assert_no_panics(heap);
    assert_exact(heap);
    assert_findable(heap);
    assert_clean(heap);
    statistics
}

#[test]
fn what_does_not_fit_the_frame_is_refused() {
    let mut heap = heap();
    assert_eq!(heap.end_frame(), Err(HeapError::Frame));
    assert_eq!(heap.allocate_temporary(New::Weak(ObjectId::NIL)), Err(HeapError::Frame));
    assert_eq!(heap.frame_stats(), None);
    assert!(matches!(heap.begin_frame(Budget::Objects(0)), Err(HeapError::Setting { .. })));
    assert!(matches!(heap.begin_frame(Budget::Microseconds(0)), Err(HeapError::Setting { .. })));
    begin(&mut heap, 1);
    assert_eq!(heap.begin_frame(Budget::Objects(0)), Err(HeapError::Frame));
    assert_eq!(heap.allocate_temporary(New::Weak(ObjectId::NIL)), Err(HeapError::Nil));
    heap.end_frame().unwrap();
    assert_eq!(heap.end_frame(), Err(HeapError::Frame));
}

#[test]
fn frames_are_no_business_of_finalizers() {
    let mut heap = heap();
    let refused = |heap: &mut TestHeap, _| {
        assert_eq!(heap.begin_frame(Budget::Objects(0)), Err(HeapError::Reentrant));
        assert_eq!(heap.end_frame(), Err(HeapError::Reentrant));
        assert_eq!(heap.allocate_temporary(New::Table), Err(HeapError::Reentrant));
    };
    begin(&mut heap, 10);
    let released = table(&mut heap);
    on(&mut heap, released, refused);
    drop_ref(&mut heap, released);
    let member = garbage_ring(&mut heap, 2)[0];
    on(&mut heap, member, refused);
    heap.collect_cycles().unwrap();
    assert_eq!(heap.host().finalized, [released, member]);
    end(&mut heap);
}

#[test]
fn temporaries_of_all_kinds_are_given_up_at_the_end() {
    let mut heap = heap();
    let held = table(&mut heap);
    begin(&mut heap, 10);
    let kinds = [
        (New::Table, Kind::Table),
        (New::Array(&[Value::Int(1), held.into()]), Kind::Array),
        (New::Closure { function: 1, captures: &[held.into()] }, Kind::Closure),
        (New::Box(held.into()), Kind::Box),
        (New::Scalar(Value::Int(1)), Kind::Scalar),
        (New::Weak(held), Kind::Weak),
    ];
    let objects = kinds.map(|(new, kind)| {
        let object = heap.allocate_temporary(new).unwrap();
        assert_eq!((heap.kind(object), external(&heap, object)), (Some(kind), 1));
        object
    });
    assert_eq!(heap.frame_stats().unwrap().temporaries, 6);
    let statistics = end(&mut heap);
    assert_eq!((statistics.temporaries, statistics.objects_collected), (6, 0));
    assert_eq!(heap.host().deaths, objects);
    assert_eq!(heap.frame_stats(), None);
}

#[test]
fn one_reference_is_given_up_if_there_is_one() {
    let mut heap = heap();
    let keeper = table(&mut heap);
    begin(&mut heap, 10);
    let [twice, stored, let_go, gone] = [(); 4].map(|()| temporary(&mut heap));
    heap.inc_ref(twice).unwrap();
    link(&mut heap, keeper, "stored", stored);
    link(&mut heap, keeper, "let go", let_go);
    drop_ref(&mut heap, let_go);
    drop_ref(&mut heap, gone);
    let tenant = table(&mut heap);
    assert_eq!(tenant.slot(), gone.slot());
    let operations = heap.statistics().operations_since_check;
    end(&mut heap);
    assert_eq!(heap.statistics().operations_since_check, operations);
    assert_eq!([twice, stored, let_go, tenant].map(|object| external(&heap, object)), [1, 0, 0, 1]);
}

#[test]
fn a_ring_of_temporaries_dies_as_one_set_before_what_it_lets_go() {
    let mut heap = heap();
    begin(&mut heap, 5);
    let ring = ring(&mut heap, 4);
    let hanging = temporary(&mut heap);
    link(&mut heap, ring[2], "hanging", hanging);
    let alone = temporary(&mut heap);
    on(&mut heap, ring[0], move |heap, _| {
        assert_eq!(heap.frame_stats(), None, "the frame is closed");
        assert!(heap.contains(alone), "and the queue rests");
    });
    let statistics = end(&mut heap);
    assert_eq!((statistics.objects_collected, statistics.cycles_collected), (5, 1));
    assert_eq!(heap.host().sets.len(), 1);
    assert_eq!(heap.host().deaths.last(), Some(&alone));
    assert!(heap.is_empty());
}

#[test]
fn what_is_reached_from_elsewhere_lives_on() {
    let mut heap = heap();
    let held = table(&mut heap);
    let outside = garbage_ring(&mut heap, 2);
    begin(&mut heap, 20);
    let [first, second, third, fourth] = [(); 4].map(|_| ring(&mut heap, 2));
    link(&mut heap, held, "first", first[0]);
    heap.inc_ref(second[1]).unwrap();
    link(&mut heap, outside[0], "third", third[0]);
    link(&mut heap, third[1], "fourth", fourth[0]);
    let fifth = ring(&mut heap, 3);
    link(&mut heap, fifth[0], "held", held);
    assert_eq!(end(&mut heap).objects_collected, 3);
    assert_eq!(heap.len(), 1 + 2 + 8);
    assert_eq!(heap.collect_cycles().unwrap().objects, 6);
}

#[test]
fn what_is_too_much_for_the_budget_is_left_to_collections() {
    let mut heap = heap();
    begin(&mut heap, 9);
    ring(&mut heap, 10);
    assert_eq!(end(&mut heap).objects_collected, 0);
    assert_eq!(garbage(&heap).len(), 10);
    assert_eq!(heap.collect_slice(100).unwrap().objects, 10);
    begin(&mut heap, 10);
    ring(&mut heap, 10);
    assert_eq!(end(&mut heap).objects_collected, 10);
}

#[test]
fn a_member_that_its_finalizer_saves_lives_on() {
    let mut heap = heap();
    begin(&mut heap, 10);
    let ring = ring(&mut heap, 3);
    let saved = ring[2];
    on(&mut heap, ring[0], move |heap, _| heap.inc_ref(saved).unwrap());
    assert_eq!(end(&mut heap).objects_collected, 0);
    assert_eq!(heap.len(), 3);
    drop_ref(&mut heap, saved);
    assert_eq!(heap.collect_cycles().unwrap().objects, 3);
}

#[test]
fn checks_in_a_frame_have_its_budget() {
    let configuration = Configuration::default().with_interval(100).unwrap();
    let mut heap = heap_with(configuration);
    garbage_ring(&mut heap, 100);
    begin(&mut heap, 5);
    let before = heap.statistics().objects_touched;
    let collection = heap.maybe_check_cycles().unwrap();
    assert!(!collection.complete);
    let statistics = heap.frame_stats().unwrap();
    assert_eq!((statistics.checks, statistics.objects_touched), (1, 5));
    assert_eq!(heap.statistics().objects_touched - before, 5);
    end(&mut heap);
}

#[test]
fn collections_in_a_frame_are_counted_for_it() {
    let mut heap = heap();
    garbage_ring(&mut heap, 3);
    heap.collect_cycles().unwrap();
    begin(&mut heap, 5);
    garbage_ring(&mut heap, 2);
    heap.collect_cycles().unwrap();
    garbage_ring(&mut heap, 1);
    heap.collect_slice(10).unwrap();
    let FrameStats { objects_collected, cycles_collected, .. } = end(&mut heap);
    assert_eq!((objects_collected, cycles_collected), (3, 2));
}

#[test]
fn a_budget_of_time_is_looked_at_before_each_object() {
    let mut heap = heap();
    garbage_ring(&mut heap, 100);
    // The clock ticks once when the time begins, and then before an object joins a search and before it
    // is read; the first joins for nothing.
    heap.begin_frame(Budget::Microseconds(7)).unwrap();
    while heap.statistics().operations_since_check < u64::from(heap.statistics().interval) {
        let object = table(&mut heap);
        drop_ref(&mut heap, object);
    }
    let before = heap.statistics().objects_touched;
    heap.maybe_check_cycles().unwrap();
    assert_eq!(heap.statistics().objects_touched - before, 4);
    end(&mut heap);
}

#[test]
fn a_slice_may_have_a_budget_of_time() {
    let mut heap = heap();
    garbage_ring(&mut heap, 100);
    assert!(matches!(heap.collect_slice(Budget::Microseconds(0)), Err(HeapError::Setting { .. })));
    let touched = |heap: &TestHeap| heap.statistics().objects_touched;
    let before = touched(&heap);
    // As in a frame, see above.
    assert!(!heap.collect_slice(Budget::Microseconds(7)).unwrap().complete);
    assert!((1..=7).contains(&(touched(&heap) - before)));
    while !heap.collect_slice(Budget::Microseconds(7)).unwrap().complete {}
    assert!(heap.is_empty());
}

#[test]
fn a_clock_that_jumps_still_lets_every_check_make_progress() {
    let configuration = Configuration::default().with_interval(1).and_then(|it| it.with_bounds(1, 1)).unwrap();
    let mut heap = heap_with(configuration);
    garbage_ring(&mut heap, 20);
    heap.begin_frame(Budget::Microseconds(1)).unwrap();
    let held = table(&mut heap);
    let mut checks = 0;
    while heap.len() > 1 {
        heap.set_field(held, "x", Value::Nil).unwrap();
        heap.maybe_check_cycles().unwrap();
        checks += 1;
        assert!(checks <= 84);
    }
}

#[test]
fn an_allocation_in_a_frame_checks_first() {
    let configuration = Configuration::default().with_interval(6).unwrap();
    let mut heap = TestHeap::with_configuration(World::default(), configuration);
    begin(&mut heap, 100);
    let ring = garbage_ring(&mut heap, 2);
    let refusal = heap.allocate_temporary(New::Box(ring[0].into()));
    assert_eq!(refusal, Err(HeapError::Stale { object: ring[0] }));
    assert_eq!((heap.statistics().checks, heap.frame_stats().unwrap().temporaries), (1, 0));
    end(&mut heap);
    garbage_ring(&mut heap, 34);
    assert_eq!(heap.allocate_temporary(New::Table), Err(HeapError::Frame));
    assert_eq!(heap.statistics().checks, 2);
}

#[test]
fn temporaries_that_have_died_are_not_kept_in_mind() {
    let mut heap = heap();
    begin(&mut heap, 10);
    let mut kept = Vec::new();
    for number in 0..100_000 {
        let object = temporary(&mut heap);
        match number % 1_000 {
            0 => kept.push(object),
            _ => drop_ref(&mut heap, object),
        }
    }
    assert_eq!(end(&mut heap).temporaries, 100_000);
    assert!(heap.is_empty());
    assert!(heap.host().deaths.ends_with(&kept), "in order of allocation");
}

#[test]
fn a_clone_has_the_frame_too() {
    let mut heap = heap();
    begin(&mut heap, 10);
    ring(&mut heap, 3);
    let mut twin = heap.clone();
    assert_eq!(end(&mut twin).objects_collected, 3);
    assert_eq!(end(&mut heap).objects_collected, 3);
}
