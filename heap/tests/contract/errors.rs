//! Every error, what comes first where several apply, and that a refused call changes nothing.

use heapproof_heap::{Configuration, HeapError, Kind, ObjectId, Value};

use crate::support::{TestHeap, assert_exact, drop_ref, external, heap, heap_with, internal, link, table};

/// All that can be seen of a heap, to be compared.
fn picture(heap: &TestHeap) -> String {
    let objects = heap.objects().map(|object| {
        let (counts, view) = (heap.counts(object), heap.object(object));
        format!("{object}: {counts:?} {view:?} {}\n", heap.has_finalizer(object))
    });
    format!("{}{:?}", objects.collect::<String>(), heap.statistics())
}

/// Makes a call that must be refused with this error and change nothing.
fn refused<T: std::fmt::Debug + PartialEq>(
    heap: &mut TestHeap,
    error: HeapError,
    call: impl FnOnce(&mut TestHeap) -> Result<T, HeapError>,
) {
    let before = picture(heap);
    assert_eq!(call(heap), Err(error));
    assert_eq!(picture(heap), before);
}

fn stale_object(heap: &mut TestHeap) -> ObjectId {
    let object = table(heap);
    drop_ref(heap, object);
    object
}

type Call = fn(&mut TestHeap, ObjectId, Value) -> Result<(), HeapError>;

/// Every call that is for objects of one kind, with that kind.
const CALLS: [(Kind, Call); 13] = [
    (Kind::Table, |heap, object, _| heap.get_field(object, "x").map(drop)),
    (Kind::Table, |heap, object, value| heap.set_field(object, "x", value)),
    (Kind::Table, |heap, object, _| heap.remove_field(object, "x").map(drop)),
    (Kind::Array, |heap, object, _| heap.get_element(object, 9).map(drop)),
    (Kind::Array, |heap, object, value| heap.set_element(object, 9, value)),
    (Kind::Array, |heap, object, value| heap.push(object, value)),
    (Kind::Array, |heap, object, _| heap.pop(object).map(drop)),
    (Kind::Closure, |heap, object, _| heap.get_capture(object, 9).map(drop)),
    (Kind::Closure, |heap, object, value| heap.set_capture(object, 9, value)),
    (Kind::Box, |heap, object, _| heap.get_box(object).map(drop)),
    (Kind::Box, |heap, object, value| heap.set_box(object, value)),
    (Kind::Scalar, |heap, object, _| heap.get_scalar(object).map(drop)),
    (Kind::Weak, |heap, object, _| heap.upgrade(object).map(drop)),
];

#[test]
fn nil_stale_and_kind_come_before_index_and_values() {
    let mut heap = heap();
    let stale = stale_object(&mut heap);
    let one = table(&mut heap);
    let objects = [
        one,
        heap.allocate_array(&[]).unwrap(),
        heap.allocate_closure(0, &[]).unwrap(),
        heap.allocate_box(Value::Nil).unwrap(),
        heap.allocate_scalar(Value::Nil).unwrap(),
        heap.allocate_weak(one).unwrap(),
    ];
    let bad = Value::Reference(stale);
    for (expected, call) in CALLS {
        refused(&mut heap, HeapError::Nil, |heap| call(heap, ObjectId::NIL, bad.clone()));
        refused(&mut heap, HeapError::Stale { object: stale }, |heap| call(heap, stale, bad.clone()));
        for object in objects {
            let found = heap.kind(object).unwrap();
            if found != expected {
                let error = HeapError::Kind { object, expected, found };
                refused(&mut heap, error, |heap| call(heap, object, bad.clone()));
            }
        }
    }
}

#[test]
fn calls_for_any_kind_refuse_nil_and_stale() {
    let mut heap = heap();
    let stale = stale_object(&mut heap);
    let error = HeapError::Stale { object: stale };
    refused(&mut heap, error, |heap| heap.inc_ref(stale));
    refused(&mut heap, error, |heap| heap.dec_ref(stale));
    refused(&mut heap, error, |heap| heap.arm_finalizer(stale));
    refused(&mut heap, error, |heap| heap.allocate_weak(stale));
    refused(&mut heap, HeapError::Nil, |heap| heap.arm_finalizer(ObjectId::NIL));
    refused(&mut heap, HeapError::Nil, |heap| heap.allocate_weak(ObjectId::NIL));
}

#[test]
fn an_index_comes_before_the_value() {
    let mut heap = heap();
    let stale = stale_object(&mut heap);
    let array = heap.allocate_array(&[Value::Nil]).unwrap();
    let closure = heap.allocate_closure(0, &[Value::Nil, Value::Nil]).unwrap();
    let error = |object, index, length| HeapError::Index { object, index, length };
    refused(&mut heap, error(array, 1, 1), |heap| heap.get_element(array, 1));
    refused(&mut heap, error(array, 1, 1), |heap| heap.set_element(array, 1, stale.into()));
    refused(&mut heap, error(array, u32::MAX, 1), |heap| heap.get_element(array, u32::MAX));
    refused(&mut heap, error(closure, 2, 2), |heap| heap.get_capture(closure, 2));
    refused(&mut heap, error(closure, 2, 2), |heap| heap.set_capture(closure, 2, stale.into()));
    heap.pop(array).unwrap();
    refused(&mut heap, error(array, 0, 0), |heap| heap.pop(array));
}

#[test]
fn a_missing_field_can_not_be_removed() {
    let mut heap = heap();
    let a = table(&mut heap);
    refused(&mut heap, HeapError::Field { object: a }, |heap| heap.remove_field(a, "x"));
}

#[test]
fn a_stale_value_is_refused_everywhere() {
    let mut heap = heap();
    let bad = stale_object(&mut heap);
    let fine = table(&mut heap);
    let array = heap.allocate_array(&[Value::Nil]).unwrap();
    let closure = heap.allocate_closure(0, &[Value::Nil]).unwrap();
    let cell = heap.allocate_box(Value::Nil).unwrap();
    let error = HeapError::Stale { object: bad };
    refused(&mut heap, error, |heap| heap.set_field(fine, "x", bad.into()));
    refused(&mut heap, error, |heap| heap.set_element(array, 0, bad.into()));
    refused(&mut heap, error, |heap| heap.push(array, bad.into()));
    refused(&mut heap, error, |heap| heap.set_capture(closure, 0, bad.into()));
    refused(&mut heap, error, |heap| heap.set_box(cell, bad.into()));
    refused(&mut heap, error, |heap| heap.allocate_box(bad.into()));
    refused(&mut heap, error, |heap| heap.allocate_scalar(bad.into()));
    refused(&mut heap, error, |heap| heap.allocate_array(&[fine.into(), bad.into()]));
    refused(&mut heap, error, |heap| heap.allocate_closure(0, &[fine.into(), bad.into()]));
    assert_exact(&heap);
}

#[test]
fn values_are_judged_from_left_to_right() {
    let mut heap = heap();
    let (one, two) = (table(&mut heap), table(&mut heap));
    drop_ref(&mut heap, one);
    drop_ref(&mut heap, two);
    let error = HeapError::Stale { object: two };
    refused(&mut heap, error, |heap| heap.allocate_array(&[Value::Nil, two.into(), one.into()]));
}

#[test]
fn a_scalar_refuses_a_reference() {
    let mut heap = heap_with(Configuration::default().with_capacity(1).unwrap());
    let object = table(&mut heap);
    refused(&mut heap, HeapError::ScalarReference { object }, |heap| heap.allocate_scalar(object.into()));
    refused(&mut heap, HeapError::Capacity, |heap| heap.allocate_scalar(Value::Int(1)));
}

#[test]
fn a_reference_that_is_not_held_can_not_be_given_up() {
    let mut heap = heap();
    let (a, b) = (table(&mut heap), table(&mut heap));
    link(&mut heap, a, "b", b);
    drop_ref(&mut heap, b);
    refused(&mut heap, HeapError::NotHeld { object: b }, |heap| heap.dec_ref(b));
}

fn ceiling(ceiling: u32) -> TestHeap {
    heap_with(Configuration::default().with_count_ceiling(ceiling).unwrap())
}

#[test]
fn the_external_count_has_a_ceiling() {
    let mut heap = ceiling(2);
    let a = table(&mut heap);
    let holder = table(&mut heap);
    let array = heap.allocate_array(&[a.into()]).unwrap();
    let weak = heap.allocate_weak(a).unwrap();
    link(&mut heap, holder, "a", a);
    heap.inc_ref(a).unwrap();
    let error = HeapError::Overflow { object: a };
    refused(&mut heap, error, |heap| heap.inc_ref(a));
    refused(&mut heap, error, |heap| heap.upgrade(weak));
    refused(&mut heap, error, |heap| heap.pop(array));
    refused(&mut heap, error, |heap| heap.remove_field(holder, "a"));
    drop_ref(&mut heap, a);
    assert_eq!(heap.upgrade(weak), Ok(a));
    assert_eq!(external(&heap, a), 2);
    assert_exact(&heap);
}

#[test]
fn the_internal_count_has_a_ceiling_and_a_write_needs_room_before_the_old_goes() {
    let mut heap = ceiling(1);
    let a = table(&mut heap);
    let holder = table(&mut heap);
    let array = heap.allocate_array(&[Value::Nil]).unwrap();
    let closure = heap.allocate_closure(0, &[Value::Nil]).unwrap();
    let cell = heap.allocate_box(Value::Nil).unwrap();
    link(&mut heap, holder, "x", a);
    let error = HeapError::Overflow { object: a };
    refused(&mut heap, error, |heap| heap.set_field(holder, "x", a.into()));
    refused(&mut heap, error, |heap| heap.set_field(holder, "y", a.into()));
    refused(&mut heap, error, |heap| heap.set_element(array, 0, a.into()));
    refused(&mut heap, error, |heap| heap.push(array, a.into()));
    refused(&mut heap, error, |heap| heap.set_capture(closure, 0, a.into()));
    refused(&mut heap, error, |heap| heap.set_box(cell, a.into()));
    refused(&mut heap, error, |heap| heap.allocate_box(a.into()));
    heap.set_field(holder, "x", Value::Nil).unwrap();
    heap.set_box(cell, a.into()).unwrap();
    assert_eq!(internal(&heap, a), 1);
}

#[test]
fn a_call_with_several_references_has_room_for_all_or_is_refused() {
    let mut heap = ceiling(2);
    let (a, b) = (table(&mut heap), table(&mut heap));
    heap.allocate_box(b.into()).unwrap();
    let error = HeapError::Overflow { object: b };
    let values = [a.into(), b.into(), a.into(), b.into()];
    refused(&mut heap, error, |heap| heap.allocate_array(&values));
    refused(&mut heap, error, |heap| heap.allocate_closure(1, &values));
    heap.allocate_array(&values[..3]).unwrap();
    assert_eq!((internal(&heap, a), internal(&heap, b)), (2, 2));
}

#[test]
fn the_weak_count_has_a_ceiling() {
    let mut heap = ceiling(2);
    let a = table(&mut heap);
    let first = heap.allocate_weak(a).unwrap();
    heap.allocate_weak(a).unwrap();
    refused(&mut heap, HeapError::Overflow { object: a }, |heap| heap.allocate_weak(a));
    drop_ref(&mut heap, first);
    heap.allocate_weak(a).unwrap();
    assert_exact(&heap);
}

#[test]
fn stale_values_come_before_overflow_and_that_before_capacity() {
    let configuration = Configuration::default().with_count_ceiling(1).and_then(|it| it.with_capacity(4)).unwrap();
    let mut heap = heap_with(configuration);
    let stale = stale_object(&mut heap);
    let full = table(&mut heap);
    heap.allocate_box(full.into()).unwrap();
    heap.allocate_weak(full).unwrap();
    heap.allocate_scalar(Value::Nil).unwrap();
    let error = HeapError::Stale { object: stale };
    refused(&mut heap, error, |heap| heap.allocate_array(&[full.into(), stale.into()]));
    let error = HeapError::Overflow { object: full };
    refused(&mut heap, error, |heap| heap.allocate_array(&[full.into()]));
    refused(&mut heap, error, |heap| heap.allocate_weak(full));
    refused(&mut heap, HeapError::Capacity, |heap| heap.allocate_array(&[]));
    refused(&mut heap, HeapError::Capacity, |heap| heap.allocate_table());
}

#[test]
fn errors_say_which_object_and_why() {
    let mut heap = heap();
    let cell = heap.allocate_box(Value::Nil).unwrap();
    let error = heap.push(cell, Value::Nil).unwrap_err();
    assert_eq!(error.to_string(), "object 0.1 is of kind box, not array");
    let array = heap.allocate_array(&[Value::Nil]).unwrap();
    let error = heap.get_element(array, 3).unwrap_err();
    assert_eq!(error.to_string(), "object 1.1 has no index 3, its length is 1");
}
