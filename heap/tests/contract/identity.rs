//! Ids, generations, capacity, counts.

use heapproof_heap::{Configuration, Heap, HeapError, Kind, ObjectId, Value};

use crate::support::{assert_exact, drop_ref, external, heap, heap_with, internal, link, table};

#[test]
fn a_new_object_is_held_once() {
    let mut heap = heap();
    let objects = [
        heap.allocate_table().unwrap(),
        heap.allocate_array(&[]).unwrap(),
        heap.allocate_closure(7, &[]).unwrap(),
        heap.allocate_box(Value::Nil).unwrap(),
        heap.allocate_scalar(Value::Int(1)).unwrap(),
    ];
    let weak = heap.allocate_weak(objects[0]).unwrap();
    for object in objects.into_iter().chain([weak]) {
        let counts = heap.counts(object).unwrap();
        assert_eq!((counts.external, counts.internal, counts.strong()), (1, 0, 1));
    }
    assert_eq!(heap.counts(objects[0]).unwrap().weak, 1);
}

#[test]
fn an_id_never_reaches_the_next_tenant_of_its_slot() {
    let mut heap = heap();
    let old = table(&mut heap);
    drop_ref(&mut heap, old);
    let new = table(&mut heap);
    assert_eq!(old.slot(), new.slot());
    assert_ne!(old, new);
    assert_eq!(heap.get_field(old, "x"), Err(HeapError::Stale { object: old }));
    assert_eq!(heap.inc_ref(old), Err(HeapError::Stale { object: old }));
    assert!(!heap.contains(old) && heap.contains(new));
    assert_eq!((heap.kind(old), heap.counts(old)), (None, None));
    assert!(heap.object(old).is_none());
}

#[test]
fn bits_that_were_never_given_out_reach_nothing() {
    let mut heap = heap();
    let object = table(&mut heap);
    drop_ref(&mut heap, object);
    for bits in [u64::MAX, 2 << 32, 1 << 32, (1 << 32) + 5, u64::from(u32::MAX)] {
        let forged = ObjectId::from_bits(bits);
        assert!(heap.get_box(forged).is_err());
        assert!(!heap.contains(forged));
    }
}

#[test]
fn an_id_works_as_long_as_its_object_lives_held_or_not() {
    let mut heap = heap();
    let (a, b) = (table(&mut heap), table(&mut heap));
    link(&mut heap, a, "b", b);
    drop_ref(&mut heap, b);
    assert_eq!(external(&heap, b), 0);
    heap.set_field(b, "x", Value::Int(5)).unwrap();
    assert_eq!(heap.get_field(b, "x"), Ok(Value::Int(5)));
    heap.inc_ref(b).unwrap();
    assert_eq!(external(&heap, b), 1);
}

#[test]
fn a_slot_whose_generations_are_used_up_is_retired() {
    let mut heap = heap_with(Configuration::default().with_generation_ceiling(3).unwrap());
    let mut seen = Vec::new();
    for _ in 0..9 {
        let object = table(&mut heap);
        assert!(!seen.contains(&object));
        seen.push(object);
        drop_ref(&mut heap, object);
    }
    let slots: Vec<u32> = seen.iter().map(|object| object.slot()).collect();
    assert_eq!(slots, [0, 0, 0, 1, 1, 1, 2, 2, 2]);
    assert!(seen.iter().all(|&object| !heap.contains(object)));
}

#[test]
fn a_slot_of_many_tenants_is_not_given_back() {
    let after = |tenants: u32| {
        let mut heap = heap_with(Configuration::default().with_generation_ceiling(8).unwrap());
        let mut last = ObjectId::NIL;
        for _ in 0..tenants {
            last = table(&mut heap);
            drop_ref(&mut heap, last);
        }
        heap.shrink().unwrap();
        // The slot that comes next to that of the first new object: it shows where new ones begin.
        let new = [table(&mut heap), table(&mut heap)].map(|object| (object.slot(), object.generation()));
        assert!(!heap.contains(last));
        new
    };
    assert_eq!(after(4), [(0, 5), (1, 5)], "it was cut off, and both slots are new");
    assert_eq!(after(5), [(0, 6), (1, 1)], "only half were left to all new slots");
}

#[test]
fn nil_is_counted_nowhere() {
    let mut heap = heap();
    heap.inc_ref(ObjectId::NIL).unwrap();
    heap.dec_ref(ObjectId::NIL).unwrap();
    assert_eq!(heap.statistics().operations_since_check, 0);
    assert!(heap.is_empty());
}

#[test]
fn capacity_counts_living_objects() {
    let mut heap = heap_with(Configuration::default().with_capacity(2).unwrap());
    let (a, b) = (table(&mut heap), table(&mut heap));
    assert_eq!(heap.allocate_table(), Err(HeapError::Capacity));
    drop_ref(&mut heap, a);
    let c = heap.allocate_box(b.into()).unwrap();
    assert_eq!(heap.allocate_array(&[b.into(), c.into()]), Err(HeapError::Capacity));
    assert_eq!(heap.allocate_weak(b), Err(HeapError::Capacity));
    assert_eq!((internal(&heap, b), internal(&heap, c)), (1, 0));
    assert_eq!(heap.counts(b).unwrap().weak, 0);
    assert_exact(&heap);
}

#[test]
fn each_kind_says_what_it_is() {
    let mut heap = heap();
    let box_ = heap.allocate_box(Value::Nil).unwrap();
    let closure = heap.allocate_closure(3, &[Value::Int(1)]).unwrap();
    let weak = heap.allocate_weak(box_).unwrap();
    assert_eq!(heap.kind(box_), Some(Kind::Box));
    assert_eq!(heap.kind(closure), Some(Kind::Closure));
    assert_eq!(heap.kind(weak), Some(Kind::Weak));
    assert_eq!(heap.kind(ObjectId::NIL), None);
}

#[test]
fn a_clone_is_a_heap_of_its_own() {
    let mut heap = heap();
    let (a, b) = (table(&mut heap), table(&mut heap));
    link(&mut heap, a, "b", b);
    let mut twin = heap.clone();
    drop_ref(&mut twin, a);
    drop_ref(&mut twin, b);
    assert!(twin.is_empty());
    assert_eq!((heap.len(), heap.host().deaths.len()), (2, 0));
    assert_eq!(twin.host().deaths, [a, b]);
    assert_exact(&heap);
}

#[test]
fn a_heap_can_be_sent_to_another_thread() {
    fn is_send<T: Send + Sync>() {}
    is_send::<Heap<()>>();
}
