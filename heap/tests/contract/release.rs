//! Release: who dies when, and in which order.

use heapproof_heap::Value;

use crate::support::{TestHeap, assert_exact, drop_ref, heap, link, on, table};

/// Allocates tables and returns them.
fn tables<const N: usize>(heap: &mut TestHeap) -> [heapproof_heap::ObjectId; N] {
    std::array::from_fn(|_| table(heap))
}

#[test]
fn an_object_dies_when_its_last_strong_reference_goes() {
    let mut heap = heap();
    let [a, b] = tables(&mut heap);
    link(&mut heap, a, "b", b);
    heap.inc_ref(a).unwrap();
    drop_ref(&mut heap, b);
    drop_ref(&mut heap, a);
    assert_eq!(heap.len(), 2);
    drop_ref(&mut heap, a);
    assert!(heap.is_empty());
    assert_eq!(heap.statistics().frees, 2);
}

#[test]
fn objects_die_first_in_first_out() {
    let mut heap = heap();
    let [root, a, b, c, d] = tables(&mut heap);
    link(&mut heap, root, "a", a);
    link(&mut heap, root, "b", b);
    link(&mut heap, a, "c", c);
    link(&mut heap, b, "d", d);
    for object in [a, b, c, d, root] {
        drop_ref(&mut heap, object);
    }
    assert_eq!(heap.host().deaths, [root, a, b, c, d]);
}

#[test]
fn contents_are_given_up_in_order_of_insertion_and_index() {
    let mut heap = heap();
    let [root, a, b, c, x] = tables(&mut heap);
    link(&mut heap, root, "z", a);
    link(&mut heap, root, "y", b);
    link(&mut heap, root, "x", x);
    heap.remove_field(root, "z").unwrap();
    drop_ref(&mut heap, a);
    link(&mut heap, root, "z", a);
    let array = heap.allocate_array(&[c.into(), root.into()]).unwrap();
    for object in [a, b, c, x, root] {
        drop_ref(&mut heap, object);
    }
    drop_ref(&mut heap, array);
    assert_eq!(heap.host().deaths, [array, c, root, b, x, a]);
}

#[test]
fn contents_of_every_kind_are_given_up() {
    let mut heap = heap();
    let child = table(&mut heap);
    let array = heap.allocate_array(&[child.into()]).unwrap();
    let closure = heap.allocate_closure(0, &[Value::Nil, child.into()]).unwrap();
    let cell = heap.allocate_box(child.into()).unwrap();
    let holder = table(&mut heap);
    link(&mut heap, holder, "x", child);
    drop_ref(&mut heap, child);
    for object in [array, closure, cell, holder] {
        assert!(heap.contains(child));
        drop_ref(&mut heap, object);
        assert_exact(&heap);
    }
    assert!(heap.is_empty());
}

#[test]
fn a_large_table_gives_up_its_fields_in_order() {
    let mut heap = heap();
    let holder = table(&mut heap);
    let children: Vec<_> = (0..100).map(|_| table(&mut heap)).collect();
    for (number, &child) in children.iter().enumerate() {
        link(&mut heap, holder, &format!("f{number}"), child);
        drop_ref(&mut heap, child);
    }
    for number in (0..100).step_by(3) {
        heap.set_field(holder, &format!("f{number}"), Value::Nil).unwrap();
        heap.remove_field(holder, &format!("f{number}")).unwrap();
    }
    let removed = heap.host().deaths.len();
    drop_ref(&mut heap, holder);
    let left = children.iter().enumerate().filter(|(number, _)| number % 3 != 0);
    let expected: Vec<_> = [holder].into_iter().chain(left.map(|(_, &child)| child)).collect();
    assert_eq!(heap.host().deaths[removed..], expected);
}

#[test]
fn an_object_that_is_queued_and_referred_to_again_stays_and_keeps_its_finalizer() {
    let mut heap = heap();
    let [first, second, keeper] = tables(&mut heap);
    let cell = heap.allocate_array(&[first.into(), second.into()]).unwrap();
    on(&mut heap, first, move |heap, _| link(heap, keeper, "kept", second));
    on(&mut heap, second, |_, _| ());
    drop_ref(&mut heap, first);
    drop_ref(&mut heap, second);
    drop_ref(&mut heap, cell);
    assert_eq!(heap.host().finalized, [first]);
    assert!(!heap.contains(first) && heap.contains(second));
    assert!(heap.has_finalizer(second));
    heap.set_field(keeper, "kept", Value::Nil).unwrap();
    assert_eq!(heap.host().finalized, [first, second]);
    assert_eq!(heap.host().deaths, [cell, first, second]);
}
