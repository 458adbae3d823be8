//! Detection in slices: it pauses when it has looked at as many objects as it may, and what it
//! says once it is complete is so at that moment.

use heapproof_heap::{HeapError, ObjectId, Value};

use crate::support::{TestHeap, cycles, drop_ref, garbage_ring, heap, link, table, touched, true_cycles};

/// Goes on until it is complete, and says how often it has paused.
fn finish(heap: &mut TestHeap, objects: u32) -> usize {
    let mut pauses = 0;
    let known = cycles(heap);
    let counted = heap.statistics().cycles_detected;
    loop {
        let mut complete = false;
        let touched = touched(heap, |heap| complete = heap.detect_slice(objects).unwrap());
        assert!(touched <= u64::from(objects));
        if complete {
            assert_eq!(heap.statistics().cycles_detected, counted + heap.cycles().count() as u64);
            return pauses;
        }
        assert_eq!(touched, u64::from(objects), "it pauses only when it may go no further");
        assert_eq!(cycles(heap), known, "until then all stays as it was");
        assert_eq!(heap.statistics().cycles_detected, counted);
        pauses += 1;
    }
}

#[test]
fn a_slice_of_nothing_is_refused() {
    let refused = heap().detect_slice(0).unwrap_err();
    assert_eq!(refused, HeapError::Setting { name: "slice", rule: "at least 1" });
}

#[test]
fn slices_of_any_size_come_to_the_same_result() {
    for (objects, pauses) in [(1, 29), (2, 14), (3, 9), (7, 4), (29, 1), (30, 0), (u32::MAX, 0)] {
        let mut heap = heap();
        let rings = [garbage_ring(&mut heap, 10), garbage_ring(&mut heap, 20)];
        assert_eq!(finish(&mut heap, objects), pauses);
        assert_eq!(cycles(&heap), rings);
        assert_eq!(finish(&mut heap, objects), 0, "nothing has changed");
    }
}

#[test]
fn a_detection_completes_the_one_under_way_without_touching_an_object_again() {
    let mut heap = heap();
    garbage_ring(&mut heap, 10);
    let all = touched(&mut heap, |heap| {
        assert_eq!(heap.detect_slice(4), Ok(false));
        assert_eq!(heap.detect_slice(3), Ok(false));
        assert_eq!(heap.detect_cycles(), 1);
    });
    assert_eq!(all, 10);
    assert_eq!(heap.statistics().cycles_detected, 1);
}

#[test]
fn a_full_detection_takes_the_place_of_the_one_under_way() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 10);
    assert_eq!(heap.detect_slice(4), Ok(false));
    assert_eq!(touched(&mut heap, TestHeap::detect_cycles_full), 10);
    assert_eq!(cycles(&heap), [ring]);
    assert_eq!(touched(&mut heap, |heap| assert_eq!(heap.detect_slice(1), Ok(true))), 0);
}

/// A change between slices, of an object that is dirty already and that the walk has passed.
fn changed_meanwhile(change: impl FnOnce(&mut TestHeap, &[ObjectId])) {
    let mut heap = heap();
    let ring: Vec<_> = (0..6).map(|_| table(&mut heap)).collect();
    for (place, &object) in ring.iter().enumerate() {
        link(&mut heap, object, "next", ring[(place + 1) % 6]);
    }
    assert_eq!(heap.detect_slice(5), Ok(false));
    change(&mut heap, &ring);
    finish(&mut heap, 1);
    assert_eq!(cycles(&heap), true_cycles(&heap));
}

#[test]
fn what_changes_between_slices_is_seen() {
    for place in 0..6 {
        changed_meanwhile(|heap, ring| heap.set_field(ring[place], "next", Value::Nil).unwrap());
        changed_meanwhile(|heap, ring| link(heap, ring[place], "self", ring[place]));
        changed_meanwhile(|heap, ring| link(heap, ring[place], "next", ring[(place + 3) % 6]));
        changed_meanwhile(|heap, ring| {
            drop_ref(heap, ring[place]);
            heap.set_field(ring[(place + 5) % 6], "next", Value::Nil).unwrap();
            assert!(!heap.contains(ring[place]));
            let tenant = table(heap);
            assert_eq!(tenant.slot(), ring[place].slot());
            link(heap, tenant, "self", tenant);
        });
    }
    changed_meanwhile(|heap, ring| {
        ring.iter().for_each(|&object| drop_ref(heap, object));
        heap.collect_cycles().unwrap();
        assert!(heap.is_empty());
    });
}

/// A ring of a table and two boxes, to both of which the table refers; plain fields stand in front of the references
/// and between them.
fn wide_ring(heap: &mut TestHeap, plain: usize) -> ObjectId {
    let ring = table(heap);
    for (place, name) in ["first", "second"].into_iter().enumerate() {
        for number in 0..plain {
            heap.set_field(ring, &format!("{place}.{number}"), Value::Nil).unwrap();
        }
        let member = heap.allocate_box(ring.into()).unwrap();
        link(heap, ring, name, member);
    }
    ring
}

/// Plain values that are stored, added or taken out of a table while a detection has paused.
fn plain_meanwhile(plain: usize, objects: u32, change: impl FnOnce(&mut TestHeap, ObjectId)) {
    let mut heap = heap();
    let ring = wide_ring(&mut heap, plain);
    assert_eq!(heap.detect_slice(objects), Ok(false));
    change(&mut heap, ring);
    finish(&mut heap, 1);
    assert_eq!(cycles(&heap), true_cycles(&heap), "{plain} plain fields, {objects} objects");
}

#[test]
fn values_that_move_between_slices_hide_no_reference() {
    // With 1 plain field in front of each reference the table has a shape, with 8 a directory.
    for (plain, objects) in [(1, 1), (1, 2), (8, 1), (8, 2)] {
        let numbers = move || (0..2 * plain).map(move |at| format!("{}.{}", at / plain, at % plain));
        for taken in 1..=2 * plain {
            plain_meanwhile(plain, objects, |heap, ring| {
                numbers().take(taken).for_each(|name| drop(heap.remove_field(ring, &name).unwrap()));
            });
            plain_meanwhile(plain, objects, |heap, ring| {
                numbers().skip(2 * plain - taken).for_each(|name| drop(heap.remove_field(ring, &name).unwrap()));
            });
        }
        plain_meanwhile(plain, objects, |heap, ring| {
            numbers().for_each(|name| heap.set_field(ring, &name, Value::Int(1)).unwrap());
            (0..40).for_each(|number| heap.set_field(ring, &number.to_string(), Value::Nil).unwrap());
        });
        plain_meanwhile(plain, objects, |heap, ring| {
            heap.set_field(ring, &"long".repeat(100), Value::Nil).unwrap();
            heap.remove_field(ring, "0.0").unwrap();
        });
    }
}

#[test]
fn elements_that_come_and_go_between_slices_hide_no_reference() {
    for objects in 1..=3 {
        let mut heap = heap();
        let members: Vec<_> = (0..3).map(|_| heap.allocate_box(Value::Nil).unwrap()).collect();
        let elements: Vec<_> = members.iter().flat_map(|&member| [member.into(), Value::Nil]).collect();
        let array = heap.allocate_array(&elements).unwrap();
        members.iter().for_each(|&member| heap.set_box(member, array.into()).unwrap());
        assert_eq!(heap.detect_slice(objects), Ok(false));
        heap.pop(array).unwrap();
        (0..40).for_each(|number| heap.push(array, Value::Int(number)).unwrap());
        heap.set_element(array, 1, Value::Bool(true)).unwrap();
        (0..40).for_each(|_| drop(heap.pop(array).unwrap()));
        finish(&mut heap, 1);
        assert_eq!(cycles(&heap), true_cycles(&heap));
    }
}

#[test]
fn elements_that_move_between_slices_hide_no_reference() {
    let changes: [fn(&mut TestHeap, ObjectId); 4] = [
        |heap, array| drop(heap.remove_element(array, 0).unwrap()),
        |heap, array| drop(heap.swap_remove(array, 0).unwrap()),
        |heap, array| heap.insert_element(array, 0, Value::Nil).unwrap(),
        |heap, array| heap.fill(array, 0, 2, Value::Int(1)).unwrap(),
    ];
    for (objects, change) in (1..=3).flat_map(|objects| changes.map(|change| (objects, change))) {
        let mut heap = heap();
        let members: Vec<_> = (0..3).map(|_| heap.allocate_box(Value::Nil).unwrap()).collect();
        let plain = [Value::Nil, Value::Nil].into_iter();
        let array = heap.allocate_array(&plain.chain(members.iter().map(|&it| it.into())).collect::<Vec<_>>()).unwrap();
        members.iter().for_each(|&member| heap.set_box(member, array.into()).unwrap());
        assert_eq!(heap.detect_slice(objects), Ok(false));
        (0..2).for_each(|_| change(&mut heap, array));
        finish(&mut heap, 1);
        assert_eq!(cycles(&heap), true_cycles(&heap));
    }
}

#[test]
fn a_field_that_is_taken_out_elsewhere_does_not_disturb_it() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 10);
    let other = table(&mut heap);
    let all = touched(&mut heap, |heap| {
        while !heap.detect_slice(1).unwrap() {
            heap.set_field(other, "plain", Value::Nil).unwrap();
            heap.remove_field(other, "plain").unwrap();
        }
    });
    assert_eq!((all, cycles(&heap)), (10, vec![ring]));
}

#[test]
fn a_release_between_slices_hides_no_change() {
    let mut heap = heap();
    let (passed, leaf) = (table(&mut heap), table(&mut heap));
    link(&mut heap, passed, "leaf", leaf);
    let rings = [garbage_ring(&mut heap, 2), garbage_ring(&mut heap, 1)];
    assert_eq!(heap.detect_slice(1), Ok(false));
    drop_ref(&mut heap, passed);
    assert!(!heap.contains(passed));
    finish(&mut heap, 1);
    assert_eq!(cycles(&heap), rings);
}

#[test]
fn counts_reads_and_new_objects_do_not_disturb_it() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 10);
    let all = touched(&mut heap, |heap| {
        while !heap.detect_slice(1).unwrap() {
            heap.inc_ref(ring[3]).unwrap();
            heap.get_field(ring[4], "next").unwrap();
            table(heap);
        }
    });
    assert_eq!(all, 10);
}

#[test]
fn a_clone_goes_on_where_the_heap_was() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 10);
    assert_eq!(heap.detect_slice(4), Ok(false));
    let mut twin = heap.clone();
    heap.collect_cycles().unwrap();
    assert_eq!(touched(&mut twin, TestHeap::detect_cycles), 6);
    assert_eq!(cycles(&twin), [ring]);
    assert_eq!(heap.detect_slice(1), Ok(true));
    assert_eq!(heap.cycles().count(), 0);
}
