//! Reading and writing, and how they count.

use heapproof_heap::{Configuration, Heap, HeapError, ObjectId, Value, View};

use crate::support::{assert_exact, drop_ref, external, heap, internal, link, table, values};

#[test]
fn storing_adds_an_internal_reference_and_leaves_external_alone() {
    let mut heap = heap();
    let child = table(&mut heap);
    let holder = table(&mut heap);
    let array = heap.allocate_array(&[Value::Nil]).unwrap();
    let closure = heap.allocate_closure(0, &[Value::Nil]).unwrap();
    let cell = heap.allocate_box(Value::Nil).unwrap();
    heap.set_field(holder, "x", child.into()).unwrap();
    heap.set_element(array, 0, child.into()).unwrap();
    heap.push(array, child.into()).unwrap();
    heap.set_capture(closure, 0, child.into()).unwrap();
    heap.set_box(cell, child.into()).unwrap();
    assert_eq!((external(&heap, child), internal(&heap, child)), (1, 5));
    assert_exact(&heap);
    for holder in [holder, array, closure, cell] {
        drop_ref(&mut heap, holder);
    }
    assert_eq!((external(&heap, child), internal(&heap, child)), (1, 0));
}

#[test]
fn contents_given_at_allocation_are_counted() {
    let mut heap = heap();
    let child = table(&mut heap);
    heap.allocate_array(&[child.into(), Value::Int(1), child.into()]).unwrap();
    heap.allocate_closure(1, &[child.into()]).unwrap();
    heap.allocate_box(child.into()).unwrap();
    assert_eq!(internal(&heap, child), 4);
    assert_exact(&heap);
}

#[test]
fn reading_counts_nothing() {
    let mut heap = heap();
    let (a, b) = (table(&mut heap), table(&mut heap));
    link(&mut heap, a, "b", b);
    let before = heap.counts(b);
    assert_eq!(heap.get_field(a, "b"), Ok(b.into()));
    assert_eq!(heap.counts(b), before);
}

#[test]
fn a_missing_field_reads_as_nil_and_a_field_of_nil_stays() {
    let mut heap = heap();
    let a = table(&mut heap);
    assert_eq!(heap.get_field(a, "x"), Ok(Value::Nil));
    heap.set_field(a, "x", Value::Nil).unwrap();
    assert_eq!(values(&heap, a), [Value::Nil]);
    assert_eq!(heap.remove_field(a, "x"), Ok(Value::Nil));
    assert_eq!(heap.remove_field(a, "x"), Err(HeapError::Field { object: a }));
}

#[test]
fn a_reference_to_nil_is_stored_as_nil() {
    let mut heap = heap();
    let nil = Value::Reference(ObjectId::NIL);
    let a = table(&mut heap);
    heap.set_field(a, "x", nil.clone()).unwrap();
    assert_eq!(values(&heap, a), [Value::Nil]);
    let array = heap.allocate_array(std::slice::from_ref(&nil)).unwrap();
    heap.push(array, nil.clone()).unwrap();
    heap.set_element(array, 0, nil.clone()).unwrap();
    assert_eq!(values(&heap, array), [Value::Nil, Value::Nil]);
    for object in [
        heap.allocate_box(nil.clone()).unwrap(),
        heap.allocate_scalar(nil.clone()).unwrap(),
        heap.allocate_closure(0, &[nil]).unwrap(),
    ] {
        assert_eq!(values(&heap, object), [Value::Nil]);
    }
}

#[test]
fn overwriting_a_field_with_its_own_value_changes_nothing() {
    let mut heap = heap();
    let (a, b) = (table(&mut heap), table(&mut heap));
    link(&mut heap, a, "x", b);
    drop_ref(&mut heap, b);
    let value = heap.get_field(a, "x").unwrap();
    heap.set_field(a, "x", value).unwrap();
    assert!(heap.contains(b));
    assert_eq!(internal(&heap, b), 1);
    let array = heap.allocate_array(&[b.into()]).unwrap();
    heap.set_element(array, 0, b.into()).unwrap();
    let cell = heap.allocate_box(b.into()).unwrap();
    heap.set_box(cell, b.into()).unwrap();
    assert_eq!(internal(&heap, b), 3);
    assert_exact(&heap);
}

#[test]
fn overwriting_gives_up_the_old_value_after_the_new_one_is_stored() {
    let mut heap = heap();
    let (a, old, new) = (table(&mut heap), table(&mut heap), table(&mut heap));
    link(&mut heap, old, "new", new);
    link(&mut heap, a, "x", old);
    drop_ref(&mut heap, old);
    drop_ref(&mut heap, new);
    link(&mut heap, a, "x", new);
    assert!(!heap.contains(old));
    assert_eq!(heap.get_field(a, "x"), Ok(new.into()));
    assert_eq!(internal(&heap, new), 1);
    heap.set_field(a, "x", Value::Nil).unwrap();
    assert!(!heap.contains(new));
}

#[test]
fn an_object_may_refer_to_itself_and_to_one_child_twice() {
    let mut heap = heap();
    let (a, b) = (table(&mut heap), table(&mut heap));
    link(&mut heap, a, "self", a);
    link(&mut heap, a, "one", b);
    link(&mut heap, a, "two", b);
    assert_eq!((internal(&heap, a), internal(&heap, b)), (1, 2));
    drop_ref(&mut heap, b);
    heap.set_field(a, "one", Value::Nil).unwrap();
    assert!(heap.contains(b));
    heap.set_field(a, "self", Value::Nil).unwrap();
    drop_ref(&mut heap, a);
    assert!(heap.is_empty());
}

#[test]
fn pop_and_remove_hand_the_reference_to_the_mutator() {
    let mut heap = heap();
    let (a, b) = (table(&mut heap), table(&mut heap));
    let array = heap.allocate_array(&[b.into()]).unwrap();
    link(&mut heap, a, "b", b);
    drop_ref(&mut heap, b);
    assert_eq!(heap.pop(array), Ok(b.into()));
    assert_eq!((external(&heap, b), internal(&heap, b)), (1, 1));
    assert_eq!(heap.remove_field(a, "b"), Ok(b.into()));
    assert_eq!((external(&heap, b), internal(&heap, b)), (2, 0));
    assert!(heap.get_element(array, 0).is_err());
    heap.push(array, Value::from("last")).unwrap();
    assert_eq!(heap.pop(array), Ok(Value::from("last")));
}

#[test]
fn fields_keep_the_order_of_insertion() {
    let mut heap = heap();
    let a = table(&mut heap);
    for (number, name) in ["z", "a", "m", "k"].into_iter().enumerate() {
        heap.set_field(a, name, Value::Int(number as i64)).unwrap();
    }
    heap.set_field(a, "z", Value::Int(9)).unwrap();
    heap.remove_field(a, "a").unwrap();
    heap.set_field(a, "a", Value::Int(7)).unwrap();
    let Some(View::Table(fields)) = heap.object(a) else { panic!("a table") };
    let seen: Vec<_> = fields.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
    let expected = [("z", 9), ("m", 2), ("k", 3), ("a", 7)];
    assert_eq!(seen, expected.map(|(name, number)| (name.to_owned(), Value::Int(number))));
    assert_eq!((fields.len(), fields.get("k"), fields.get("q")), (4, Some(&Value::Int(3)), None));
}

#[test]
fn all_kinds_of_values_come_back_as_they_were_stored() {
    let mut heap = heap();
    let values = [
        Value::Nil,
        Value::Bool(true),
        Value::Char('\u{1F980}'),
        Value::Int(i64::MIN),
        Value::Float(-0.0),
        Value::Float(f64::from_bits(0x7ff8_dead_beef_0001)),
        Value::from("text"),
    ];
    let array = heap.allocate_array(&values).unwrap();
    for (index, value) in values.iter().enumerate() {
        assert_eq!(heap.get_element(array, index as u32).as_ref(), Ok(value));
        let scalar = heap.allocate_scalar(value.clone()).unwrap();
        assert_eq!(heap.get_scalar(scalar).as_ref(), Ok(value));
    }
    let closure = heap.allocate_closure(42, &values).unwrap();
    let Some(View::Closure { function, captures }) = heap.object(closure) else { panic!("a closure") };
    assert_eq!((function, captures), (42, &values[..]));
}

#[test]
fn elements_are_added_and_taken_out_anywhere_and_counted() {
    let mut heap = heap();
    let (a, b) = (table(&mut heap), table(&mut heap));
    let array = heap.allocate_array(&[1_i64.into(), a.into(), 3_i64.into()]).unwrap();
    heap.insert_element(array, 0, b.into()).unwrap();
    heap.insert_element(array, 4, a.into()).unwrap();
    assert_eq!(heap.length(array), Ok(5));
    assert_eq!(values(&heap, array), [b.into(), 1_i64.into(), a.into(), 3_i64.into(), a.into()]);
    assert_eq!((internal(&heap, a), internal(&heap, b)), (2, 1));
    assert_eq!(heap.remove_element(array, 0), Ok(b.into()));
    assert_eq!((external(&heap, b), internal(&heap, b)), (2, 0));
    assert_eq!(heap.swap_remove(array, 0), Ok(1_i64.into()));
    assert_eq!(values(&heap, array), [a.into(), a.into(), 3_i64.into()]);
    assert_eq!(heap.swap_remove(array, 2), Ok(3_i64.into()));
    assert!(heap.insert_element(array, 3, Value::Nil).is_err() && heap.swap_remove(array, 2).is_err());
    assert_exact(&heap);
}

#[test]
fn many_elements_are_replaced_in_one_step_or_not_at_all() {
    let mut heap = heap();
    let (a, b) = (table(&mut heap), table(&mut heap));
    let array = heap.allocate_array(&vec![a.into(); 600]).unwrap();
    let before = heap.statistics().operations_since_check;
    heap.fill(array, 100, 400, b.into()).unwrap();
    assert_eq!((internal(&heap, a), internal(&heap, b)), (200, 400));
    assert!(matches!(heap.fill(array, 300, 301, a.into()), Err(HeapError::Index { index: 600, length: 600, .. })));
    assert_eq!(heap.fill(array, 600, 0, ObjectId::NIL.into()), Ok(()));
    heap.truncate(array, 101).unwrap();
    assert_eq!((internal(&heap, a), internal(&heap, b)), (100, 1));
    heap.truncate(array, 400).unwrap();
    assert_eq!(heap.statistics().operations_since_check, before + 4);
    assert_exact(&heap);
    drop_ref(&mut heap, b);
    heap.fill(array, 0, 101, Value::Nil).unwrap();
    assert!(!heap.contains(b));
    assert_eq!(internal(&heap, a), 0);
}

#[test]
fn what_is_cleared_is_empty_like_a_new_one() {
    let mut heap = heap();
    let (a, table) = (heap.allocate_table().unwrap(), heap.allocate_table().unwrap());
    for fields in [0, 1, 2, 40] {
        let names: Vec<String> = (0..fields).map(|number| format!("f{number}")).collect();
        names.iter().for_each(|name| heap.set_field(table, name, a.into()).unwrap());
        assert_eq!(internal(&heap, a), fields);
        heap.clear(table).unwrap();
        assert_eq!(internal(&heap, a), 0);
        heap.set_field(table, "z", Value::Int(1)).unwrap();
        heap.set_field(table, "f0", Value::Int(2)).unwrap();
        let Some(View::Table(view)) = heap.object(table) else { panic!("it is a table") };
        assert_eq!(view.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["z", "f0"]);
        heap.clear(table).unwrap();
    }
    let array = heap.allocate_array(&vec![a.into(); 40]).unwrap();
    heap.clear(array).unwrap();
    assert_eq!((heap.length(array), internal(&heap, a)), (Ok(0), 0));
    assert!(matches!(heap.clear(ObjectId::NIL), Err(HeapError::Nil)));
    let cell = heap.allocate_box(Value::Nil).unwrap();
    assert!(matches!(heap.clear(cell), Err(HeapError::Kind { .. })));
    assert_exact(&heap);
}

#[test]
fn a_swap_takes_what_a_root_kept_away_without_a_count() {
    let mut heap = heap();
    let (root, other) = (heap.allocate_array(&[Value::Nil]).unwrap(), heap.allocate_array(&[Value::Nil]).unwrap());
    heap.set_element(other, 0, other.into()).unwrap();
    heap.swap(root, 0, other, 0).unwrap();
    drop_ref(&mut heap, other);
    heap.collect_cycles().unwrap();
    let counts = heap.counts(other);
    heap.swap(other, 0, root, 0).unwrap();
    assert_eq!(heap.counts(other), counts);
    assert!(heap.candidates().any(|candidate| candidate == other));
    assert_exact(&heap);
    heap.collect_cycles().unwrap();
    assert!(!heap.contains(other));
    assert!(matches!(heap.swap(root, 1, other, 0), Err(HeapError::Stale { object }) if object == other));
    assert!(matches!(heap.swap(root, 1, root, 0), Err(HeapError::Index { index: 1, length: 1, .. })));
}

#[test]
fn a_fill_needs_room_for_all_its_references_while_the_old_ones_count() {
    let configuration = Configuration::default().with_count_ceiling(300).unwrap();
    let mut heap = Heap::with_configuration((), configuration);
    let a = heap.allocate_table().unwrap();
    let array = heap.allocate_array(&vec![a.into(); 150]).unwrap();
    heap.fill(array, 0, 150, a.into()).unwrap();
    heap.push(array, a.into()).unwrap();
    assert_eq!(heap.fill(array, 0, 150, a.into()), Err(HeapError::Overflow { object: a }));
    assert_eq!(heap.counts(a).unwrap().internal, 151);
    heap.fill(array, 0, 149, a.into()).unwrap();
    assert!(heap.verify_heap().is_clean());
}

#[test]
fn room_that_is_asked_for_changes_nothing_that_can_be_seen() {
    let mut heap = heap();
    for capacity in [0, 1, 12, 13, 100] {
        let array = heap.allocate_array_with_capacity(capacity).unwrap();
        let large = heap.allocate_table_with_capacity(capacity).unwrap();
        assert_eq!(heap.length(array), Ok(0));
        for number in 0..2 * i64::from(capacity) {
            heap.push(array, number.into()).unwrap();
            heap.set_field(large, &format!("f{number}"), number.into()).unwrap();
        }
        assert_eq!(values(&heap, array), values(&heap, large));
        for number in (0..2 * i64::from(capacity)).rev() {
            assert_eq!(heap.pop(array), Ok(number.into()));
            assert_eq!(heap.remove_field(large, &format!("f{number}")), Ok(number.into()));
        }
        assert_exact(&heap);
    }
    assert!(heap.verify_heap().is_clean());
}
