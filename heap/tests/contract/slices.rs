//! Collection in slices: what it may touch, what it must find, and what may happen in between.

use heapproof_heap::{Budget, Collection, Configuration, Heap, HeapError, New, ObjectId, Value};

use crate::support::{
    TestHeap, assert_exact, assert_findable, assert_no_panics, drop_ref, garbage, garbage_ring, heap, heap_with, link,
    on, table,
};

fn slice(heap: &mut TestHeap, objects: u32) -> Collection {
    let before = heap.statistics().objects_touched;
    let collection = heap.collect_slice(objects).unwrap();
    assert!(heap.statistics().objects_touched - before <= u64::from(objects));
    assert_exact(heap);
    assert_findable(heap);
    collection
}

/// Goes on until the collection under way is complete; what it freed, and in how many slices.
fn finish(heap: &mut TestHeap, objects: u32) -> (u64, u64, usize) {
    let (mut freed, mut cycles) = (0, 0);
    for slices in 1..100_000 {
        let collection = slice(heap, objects);
        freed += collection.objects;
        cycles += collection.cycles;
        if collection.complete {
            return (freed, cycles, slices);
        }
    }
    panic!("it never ends");
}

/// A garbage ring that is too long for a trial in slices of 10, beside a mark that has begun.
fn half_searched(heap: &mut TestHeap, length: usize) -> Vec<ObjectId> {
    let ring = garbage_ring(heap, length);
    assert!(!slice(heap, 10).complete);
    ring
}

#[test]
fn a_slice_of_nothing_is_refused() {
    let mut heap = heap();
    let refusal = heap.collect_slice(0).unwrap_err();
    assert_eq!(refusal.to_string(), "slice must be at least 1");
    assert_eq!(heap.collect_slice(1), Ok(Collection { objects: 0, cycles: 0, complete: true }));
}

#[test]
fn small_sets_die_as_soon_as_a_slice_has_room_for_them() {
    let mut heap = heap();
    let rings = [garbage_ring(&mut heap, 2), garbage_ring(&mut heap, 3), garbage_ring(&mut heap, 4)];
    assert!(!slice(&mut heap, 5).complete);
    assert_eq!(finish(&mut heap, 5).0 + heap.host().collections[0].objects, 9);
    let mut sets: Vec<Vec<ObjectId>> = heap.host().sets.clone();
    sets.iter_mut().for_each(|set| set.sort());
    assert_eq!(sets, [[&rings[0][..], &rings[1]].concat(), rings[2].clone()]);
    assert!(heap.is_empty());
}

#[test]
fn a_set_that_is_larger_than_any_slice_dies_as_one() {
    for budget in [1, 2, 7, 40, 1_000] {
        let mut heap = heap();
        let mut ring = garbage_ring(&mut heap, 100);
        let (freed, cycles, slices) = finish(&mut heap, budget);
        assert_eq!((freed, cycles), (100, 1));
        assert!(slices <= 404, "{slices} slices of {budget}");
        let mut sets = heap.host().sets.clone();
        sets[0].sort();
        ring.sort();
        assert_eq!(sets, [ring]);
    }
}

#[test]
fn garbage_beside_something_large_is_freed_without_going_through_it() {
    let mut heap = heap();
    let holder = table(&mut heap);
    let mut last = holder;
    for _ in 0..1_000 {
        let next = heap.allocate_box(Value::Nil).unwrap();
        heap.set_field(holder, "last", next.into()).unwrap();
        link(&mut heap, holder, "first", next);
        if last != holder {
            heap.set_box(last, next.into()).unwrap();
        } else {
            link(&mut heap, holder, "shared", next);
        }
        drop_ref(&mut heap, next);
        last = next;
    }
    heap.collect_cycles().unwrap();
    let shared = heap.get_field(holder, "shared").unwrap();
    let ring = garbage_ring(&mut heap, 3);
    heap.set_field(ring[0], "shared", shared).unwrap();
    assert_eq!(slice(&mut heap, 100).objects, 3);
    assert_eq!(finish(&mut heap, 100).0, 0);
    assert_eq!(heap.len(), 1_001);
}

#[test]
fn what_only_garbage_of_a_partial_search_reaches_is_freed_in_the_same_collection() {
    let mut heap = heap();
    let tail = garbage_ring(&mut heap, 200);
    let ring = garbage_ring(&mut heap, 2);
    link(&mut heap, ring[0], "tail", tail[7]);
    heap.collect_slice(1).unwrap();
    finish(&mut heap, 50);
    assert!(heap.is_empty());

    let tail = garbage_ring(&mut heap, 200);
    let holder = heap.allocate_box(tail[0].into()).unwrap();
    heap.collect_cycles().unwrap();
    assert_eq!(heap.candidates().count(), 0);
    let ring = garbage_ring(&mut heap, 1);
    link(&mut heap, ring[0], "holder", holder);
    drop_ref(&mut heap, holder);
    assert_eq!(finish(&mut heap, 50).0, 202, "the tail has lost its last reference from outside just now");
    assert!(heap.is_empty());
}

#[test]
fn members_that_come_back_to_life_between_slices_live_on() {
    let saves: [fn(&mut TestHeap, ObjectId, ObjectId); 4] = [
        |heap, member, _| heap.inc_ref(member).unwrap(),
        |heap, member, root| link(heap, root, "kept", member),
        |heap, member, root| {
            let weak = heap.allocate_weak(member).unwrap();
            link(heap, root, "weak", weak);
            assert_eq!(heap.upgrade(weak), Ok(member));
        },
        |heap, member, _| {
            let taken = heap.remove_field(member, "next").unwrap().reference().unwrap();
            link(heap, member, "next", taken);
        },
    ];
    for save in saves {
        for slices in 0..90 {
            let mut heap = heap();
            let root = table(&mut heap);
            let ring = garbage_ring(&mut heap, 30);
            for _ in 0..slices {
                if heap.is_empty() || slice(&mut heap, 4).complete {
                    break;
                }
            }
            if heap.contains(ring[11]) {
                save(&mut heap, ring[11], root);
                finish(&mut heap, 4);
                assert!(ring.iter().all(|&member| heap.contains(member)), "after {slices} slices");
            }
        }
    }
}

#[test]
fn garbage_that_was_disturbed_is_found_by_the_next_collection() {
    let mut heap = heap();
    let ring = half_searched(&mut heap, 60);
    heap.inc_ref(ring[3]).unwrap();
    drop_ref(&mut heap, ring[3]);
    assert_eq!(finish(&mut heap, 10).0, 0);
    assert_eq!(finish(&mut heap, 10).0, 60);
}

#[test]
fn a_ring_that_is_cut_between_slices_is_released_and_its_slots_are_used_again() {
    let mut heap = heap();
    let ring = half_searched(&mut heap, 60);
    heap.set_field(ring[20], "next", Value::Nil).unwrap();
    assert!(heap.is_empty(), "the rest was released");
    let new: Vec<ObjectId> = (0..60).map(|_| table(&mut heap)).collect();
    assert_eq!(finish(&mut heap, 10).0, 0);
    assert!(new.iter().all(|&object| heap.contains(object)));
    new.iter().for_each(|&object| drop_ref(&mut heap, object));
    assert!(heap.is_empty());
}

#[test]
fn a_new_object_saves_what_it_refers_to() {
    let mut heap = heap();
    let ring = half_searched(&mut heap, 60);
    let saviour = heap.allocate_box(ring[50].into()).unwrap();
    finish(&mut heap, 10);
    assert_eq!(heap.len(), 61);
    // And then it becomes garbage with it.
    link(&mut heap, ring[0], "saviour", saviour);
    drop_ref(&mut heap, saviour);
    assert_eq!(finish(&mut heap, 10).0, 61);
    assert!(heap.is_empty());
}

#[test]
fn what_the_mutator_adds_meanwhile_does_not_prolong_the_collection() {
    let mut heap = heap();
    // Some of what is added has slots that there were before, and the rest has new ones.
    let gone: Vec<ObjectId> = (0..500).map(|_| table(&mut heap)).collect();
    let ring = garbage_ring(&mut heap, 30);
    gone.into_iter().for_each(|object| drop_ref(&mut heap, object));
    let most_slices = 4 * heap.len() + 4;
    for slices in 1.. {
        assert!(slices <= most_slices);
        if heap.collect_slice(1).unwrap().complete {
            break;
        }
        for number in 0..20 {
            let new = table(&mut heap);
            link(&mut heap, ring[slices % 30], &format!("{number} {slices}"), new);
            drop_ref(&mut heap, new);
        }
    }
    assert_findable(&heap);
    finish(&mut heap, 1_000);
    assert!(heap.is_empty());
}

#[test]
fn a_clone_made_by_a_finalizer_of_a_set_has_lost_track_of_nothing() {
    thread_local! {
        static TWINS: std::cell::RefCell<Vec<TestHeap>> = const { std::cell::RefCell::new(Vec::new()) };
    }
    for length in [3, 60] {
        let mut heap = heap();
        let ring = garbage_ring(&mut heap, length);
        on(&mut heap, ring[0], |heap, _| TWINS.with_borrow_mut(|twins| twins.push(heap.clone())));
        finish(&mut heap, 10);
        for mut twin in TWINS.take() {
            assert_findable(&twin);
            assert_eq!(finish(&mut twin, 10).0, length as u64);
        }
    }
}

#[test]
fn a_full_collection_takes_over_what_slices_have_begun() {
    let mut heap = heap();
    half_searched(&mut heap, 60);
    assert_eq!(heap.collect_cycles(), Ok(Collection { objects: 60, cycles: 1, complete: true }));
    let ring = half_searched(&mut heap, 60);
    heap.inc_ref(ring[0]).unwrap();
    heap.collect_cycles().unwrap();
    drop_ref(&mut heap, ring[0]);
    assert_eq!(finish(&mut heap, 10).0, 60);
}

#[test]
fn a_clone_goes_on_with_its_own_collection() {
    let mut heap = heap();
    let ring = half_searched(&mut heap, 60);
    let mut twin = heap.clone();
    twin.inc_ref(ring[0]).unwrap();
    assert_eq!(finish(&mut heap, 10).0, 60);
    assert_eq!(finish(&mut twin, 10).0, 0);
    drop_ref(&mut twin, ring[0]);
    assert_eq!(finish(&mut twin, 10).0, 60);
}

#[test]
fn a_set_of_the_end_of_a_frame_may_take_members_of_the_pass() {
    let mut heap = heap();
    let ring = half_searched(&mut heap, 60);
    heap.begin_frame(Budget::Objects(1_000)).unwrap();
    let temporary = heap.allocate_temporary(New::Table).unwrap();
    link(&mut heap, ring[5], "temporary", temporary);
    link(&mut heap, temporary, "ring", ring[9]);
    assert_eq!(heap.end_frame().unwrap().objects_collected, 61);
    let new = garbage_ring(&mut heap, 60);
    finish(&mut heap, 10);
    assert!(new.iter().all(|&object| heap.contains(object)), "they are younger than the collection");
    finish(&mut heap, 10);
    assert!(heap.is_empty());
}

#[test]
fn finalizers_of_a_set_run_before_it_dies_and_may_save_members() {
    for length in [3, 60] {
        let mut heap = heap();
        let ring = garbage_ring(&mut heap, length);
        let (first, last) = (ring[0], ring[length - 1]);
        on(&mut heap, first, move |heap, first| {
            assert_eq!(heap.collect_cycles(), Err(HeapError::Reentrant));
            assert_eq!(heap.collect_slice(0), Err(HeapError::Reentrant));
            assert_eq!(heap.host().sets.len(), 1);
            assert!(heap.contains(last));
            link(heap, first, "me", first);
            heap.inc_ref(last).unwrap();
        });
        assert_eq!(finish(&mut heap, 10).0, 0);
        assert_no_panics(&mut heap);
        assert_eq!(heap.len(), length);
        drop_ref(&mut heap, last);
        assert_eq!(finish(&mut heap, 10).0, length as u64);
        assert_eq!(heap.host().finalized, [first]);
    }
}

#[test]
fn garbage_that_a_finalizer_makes_is_found_while_the_budget_lasts() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 2);
    on(&mut heap, ring[0], |heap, _| drop(garbage_ring(heap, 2)));
    assert_eq!(slice(&mut heap, 2).objects, 2);
    assert_eq!(garbage(&heap).len(), 2);
    assert_eq!(finish(&mut heap, 100).0, 2);
    assert!(heap.is_empty());
}

#[test]
fn finalizers_of_a_release_may_collect_in_the_midst_of_a_slice() {
    let inner: [fn(&mut TestHeap, ObjectId); 3] = [
        |heap, _| _ = heap.collect_cycles().unwrap(),
        |heap, _| _ = heap.collect_slice(3).unwrap(),
        |heap, _| while !heap.collect_slice(3).unwrap().complete {},
    ];
    for collect in inner {
        let mut heap = heap();
        for length in [50, 3, 2] {
            let ring = garbage_ring(&mut heap, length);
            let hanging = table(&mut heap);
            link(&mut heap, ring[0], "hanging", hanging);
            on(&mut heap, hanging, collect);
            // Not part of the set, since a finalizer takes it out; so it is released after that.
            on(&mut heap, ring[1], move |heap, _| {
                drop_ref(heap, hanging);
            });
        }
        for _ in 0..400 {
            heap.collect_slice(7).unwrap();
            assert_exact(&heap);
            assert_findable(&heap);
        }
        assert_no_panics(&mut heap);
        assert!(heap.is_empty());
    }
}

#[test]
fn the_host_learns_what_each_call_has_done() {
    let mut heap = heap();
    garbage_ring(&mut heap, 50);
    let mut returned = Vec::new();
    while returned.last().is_none_or(|last: &Collection| !last.complete) {
        returned.push(heap.collect_slice(20).unwrap());
    }
    returned.push(heap.collect_cycles().unwrap());
    assert_eq!(heap.host().collections, returned);
}

#[test]
fn checks_keep_to_the_configured_budget_and_go_on_where_the_last_one_stopped() {
    let configuration = Configuration::default()
        .with_budget(10)
        .and_then(|it| it.with_interval(1))
        .and_then(|it| it.with_bounds(1, 1_000))
        .unwrap();
    let mut heap = heap_with(configuration);
    garbage_ring(&mut heap, 100);
    let held = heap.allocate_box(Value::Nil).unwrap();
    let mut checks = 0;
    loop {
        let before = heap.statistics();
        while heap.statistics().operations_since_check < u64::from(before.interval) {
            heap.set_box(held, Value::Nil).unwrap();
        }
        let collection = heap.maybe_check_cycles().unwrap();
        let after = heap.statistics();
        assert!(after.objects_touched - before.objects_touched <= 10);
        checks += 1;
        match collection {
            Collection { complete: true, cycles, .. } => {
                assert_eq!(cycles, 1);
                break;
            }
            _ => assert!(after.interval <= before.interval, "it is not lengthened while there is more to do"),
        }
    }
    assert!(checks > 10);
    assert_eq!(heap.len(), 1);
}

#[test]
fn candidates_are_counted() {
    let mut heap = heap();
    garbage_ring(&mut heap, 60);
    let candidates = |heap: &TestHeap| heap.statistics().candidates;
    assert_eq!((candidates(&heap), heap.candidates().count()), (60, 60));
    slice(&mut heap, 20);
    assert_eq!((candidates(&heap), heap.candidates().count()), (60, 60), "what is taken is one still");
    finish(&mut heap, 20);
    assert_eq!((candidates(&heap), heap.candidates().count()), (0, 0));
    assert_eq!(heap.statistics().dirty, 0);
}

/// A heap whose clock panics when it is asked for that time.
struct Clock {
    asked: std::cell::Cell<u32>,
    panics_at: u32,
}

impl heapproof_heap::Host for Clock {
    fn microseconds(&self) -> u64 {
        self.asked.set(self.asked.get() + 1);
        if self.asked.get() == self.panics_at {
            std::panic::resume_unwind(Box::new("the clock"));
        }
        0
    }
}

#[test]
fn a_clock_that_panics_loses_nothing() {
    for panics_at in 1..400 {
        let configuration = Configuration::default()
            .with_interval(1)
            .and_then(|it| it.with_bounds(1, 1))
            .and_then(|it| it.with_verification_interval(None))
            .unwrap()
            .with_automatic_checks(false);
        let mut heap = Heap::with_configuration(Clock { asked: 0.into(), panics_at }, configuration);
        let held = heap.allocate_table().unwrap();
        let mut last = held;
        for length in 0..80 {
            let next = heap.allocate_table().unwrap();
            let garbage = length >= 40;
            heap.set_field(last, "next", next.into()).unwrap();
            if length == 40 {
                heap.set_field(last, "next", Value::Nil).unwrap();
            }
            heap.set_field(next, "back", if garbage { next.into() } else { held.into() }).unwrap();
            heap.dec_ref(next).unwrap();
            last = next;
        }
        heap.begin_frame(Budget::Microseconds(1_000)).unwrap();
        for _ in 0..10 {
            heap.set_field(held, "turn", Value::Nil).unwrap();
            let check = std::panic::AssertUnwindSafe(|| heap.maybe_check_cycles());
            let _ = std::panic::catch_unwind(check);
            assert!(heap.verify_heap().is_clean(), "{panics_at}: {}", heap.verify_heap());
        }
        heap.host_mut().panics_at = u32::MAX;
        heap.end_frame().unwrap_or_else(|error| panic!("{error}"));
        heap.collect_cycles().unwrap();
        assert_eq!(heap.len(), 41, "{panics_at}");
    }
}
