//! Ephemerons: values that live with both the ephemeron and its key.

#[cfg(feature = "fault-injection")]
use heapproof_heap::Fault;
use heapproof_heap::{HeapError, Kind, ObjectId, Value};

use crate::support::{TestHeap, assert_exact, drop_ref, heap, link, table};

/// A key that is held, a value that is not, and a held ephemeron that has it.
fn entry(heap: &mut TestHeap) -> [ObjectId; 3] {
    let (key, value) = (table(heap), table(heap));
    let ephemeron = heap.allocate_ephemeron(key, value.into()).unwrap();
    drop_ref(heap, value);
    [key, value, ephemeron]
}

/// Collects in slices of one object until that is complete.
fn collect_in_slices(heap: &mut TestHeap) {
    while !heap.collect_slice(1).unwrap().complete {
        assert_exact(heap);
    }
}

#[test]
fn a_value_dies_with_its_key_or_with_its_ephemeron() {
    for dies in [0, 2] {
        let mut heap = heap();
        let all = entry(&mut heap);
        heap.collect_cycles().unwrap();
        assert_eq!(heap.get_box(all[2]), Ok(all[1].into()));
        drop_ref(&mut heap, all[dies]);
        assert!(!heap.contains(all[1]));
        assert_exact(&heap);
    }
}

#[test]
fn a_value_that_refers_to_its_key_does_not_keep_it_alive() {
    for collect in [|heap: &mut TestHeap| heap.collect_cycles().map(drop).unwrap(), collect_in_slices] {
        let mut heap = heap();
        let [key, value, ephemeron] = entry(&mut heap);
        link(&mut heap, value, "key", key);
        collect(&mut heap);
        assert!(heap.contains(value));
        drop_ref(&mut heap, key);
        assert_exact(&heap);
        collect(&mut heap);
        assert!(!heap.contains(key) && !heap.contains(value));
        assert_eq!(heap.get_box(ephemeron), Ok(Value::Nil));
        assert_exact(&heap);
    }
}

#[test]
fn a_value_that_refers_to_its_ephemeron_does_not_keep_it_alive() {
    let mut heap = heap();
    let [key, value, ephemeron] = entry(&mut heap);
    link(&mut heap, value, "ephemeron", ephemeron);
    drop_ref(&mut heap, ephemeron);
    heap.collect_cycles().unwrap();
    assert!(heap.contains(key) && !heap.contains(value) && !heap.contains(ephemeron));
    assert_exact(&heap);
}

#[test]
fn a_chain_of_entries_goes_from_its_first_key_on() {
    for length in [1, 2, 100] {
        let mut heap = heap();
        let keys: Vec<ObjectId> = (0..=length).map(|_| table(&mut heap)).collect();
        let entries: Vec<ObjectId> =
            keys.windows(2).map(|pair| heap.allocate_ephemeron(pair[0], pair[1].into()).unwrap()).collect();
        link(&mut heap, keys[0], "itself", keys[0]);
        keys[1..].iter().for_each(|&key| drop_ref(&mut heap, key));
        collect_in_slices(&mut heap);
        assert_eq!(heap.len(), 2 * length + 1);
        drop_ref(&mut heap, keys[0]);
        collect_in_slices(&mut heap);
        assert!(entries.iter().all(|&entry| heap.get_box(entry) == Ok(Value::Nil)));
        assert_eq!(heap.len(), length);
        assert_exact(&heap);
    }
}

#[cfg(feature = "fault-injection")]
#[test]
fn a_key_gives_up_the_value_of_the_youngest_ephemeron_first_also_after_a_recovery() {
    for damaged in [false, true] {
        let mut heap = heap();
        let (filler, key) = (table(&mut heap), table(&mut heap));
        let values = [table(&mut heap), table(&mut heap)];
        heap.allocate_ephemeron(key, values[0].into()).unwrap();
        drop_ref(&mut heap, filler);
        // It takes the slot of the filler, in front of the older one's.
        let young = heap.allocate_ephemeron(key, values[1].into()).unwrap();
        values.iter().for_each(|&value| drop_ref(&mut heap, value));
        if damaged {
            heap.inject(Fault::WeakEntryMissing, young).unwrap();
            let report = heap.verify_heap();
            assert!(heap.attempt_recovery(&report, None).unwrap().is_clean());
        }
        heap.host_mut().deaths.clear();
        drop_ref(&mut heap, key);
        assert_eq!(heap.host().deaths, [key, values[1], values[0]], "{damaged}");
    }
}

#[test]
fn calls_are_refused_for_the_key_before_the_value() {
    let mut heap = heap();
    let (dead, living) = (table(&mut heap), table(&mut heap));
    drop_ref(&mut heap, dead);
    assert_eq!(heap.allocate_ephemeron(ObjectId::NIL, dead.into()), Err(HeapError::Nil));
    assert_eq!(heap.allocate_ephemeron(dead, Value::Nil), Err(HeapError::Stale { object: dead }));
    assert_eq!(heap.allocate_ephemeron(living, dead.into()), Err(HeapError::Stale { object: dead }));
    let ephemeron = heap.allocate_ephemeron(living, Value::Nil).unwrap();
    let expected = HeapError::Kind { object: ephemeron, expected: Kind::Box, found: Kind::Ephemeron };
    assert_eq!(heap.set_box(ephemeron, Value::Nil), Err(expected));
    assert_exact(&heap);
}

#[test]
fn weak_objects_without_values_cost_a_collection_nothing() {
    for (weak, touched) in [(0, 3), (1_000, 3)] {
        let mut heap = heap();
        let [key, value, _] = entry(&mut heap);
        link(&mut heap, value, "key", key);
        (0..weak).for_each(|_| _ = heap.allocate_weak(key).unwrap());
        drop_ref(&mut heap, key);
        let before = heap.statistics().objects_touched;
        heap.collect_slice(100).unwrap();
        assert!(!heap.contains(key) && heap.statistics().objects_touched - before <= touched);
    }
}

#[test]
fn a_key_of_many_ephemerons_is_left_for_the_mark() {
    let mut heap = heap();
    let key = table(&mut heap);
    (0..100).for_each(|number| _ = heap.allocate_ephemeron(key, Value::Int(number)).unwrap());
    link(&mut heap, key, "itself", key);
    drop_ref(&mut heap, key);
    assert!(!heap.collect_slice(1).unwrap().complete);
    collect_in_slices(&mut heap);
    assert!(!heap.contains(key));
    assert_exact(&heap);
}
