//! Finalizers: user code in the midst of the heap's own.

use std::cell::Cell;
use std::panic::resume_unwind;
use std::rc::Rc;

use heapproof_heap::{HeapError, ObjectId, Value};

use crate::support::{TestHeap, assert_exact, drop_ref, external, garbage_ring, heap, internal, link, on, table};

#[test]
fn a_finalizer_runs_once_before_the_object_dies() {
    let mut heap = heap();
    let (a, b) = (table(&mut heap), table(&mut heap));
    link(&mut heap, a, "b", b);
    drop_ref(&mut heap, b);
    on(&mut heap, a, move |heap, a| {
        assert_eq!(heap.get_field(a, "b"), Ok(b.into()));
        assert_eq!(heap.counts(a).unwrap().strong(), 0);
        assert!(heap.host().deaths.is_empty());
    });
    assert_eq!(heap.arm_finalizer(a), Ok(true));
    drop_ref(&mut heap, a);
    assert_eq!((heap.host().finalized.len(), heap.host().deaths.len()), (1, 2));
    assert_eq!(heap.finalizer_panics(), 0, "{:?}", heap.take_finalizer_panics());
}

#[test]
fn a_heap_that_is_dropped_runs_no_finalizer_of_what_lives() {
    let runs = Rc::new(Cell::new(0));
    let mut heap = heap();
    let (held, ring) = (table(&mut heap), garbage_ring(&mut heap, 2)[0]);
    for object in [held, ring] {
        let runs = Rc::clone(&runs);
        on(&mut heap, object, move |_, _| runs.set(runs.get() + 1));
    }
    assert_eq!(heap.len(), 3);
    drop(heap);
    assert_eq!(runs.get(), 0);
}

#[test]
fn an_object_of_any_kind_may_have_a_finalizer() {
    let mut heap = heap();
    let a = table(&mut heap);
    let objects = [
        heap.allocate_array(&[]).unwrap(),
        heap.allocate_closure(0, &[]).unwrap(),
        heap.allocate_box(Value::Nil).unwrap(),
        heap.allocate_scalar(Value::Nil).unwrap(),
        heap.allocate_weak(a).unwrap(),
        a,
    ];
    for object in objects {
        assert_eq!(heap.arm_finalizer(object), Ok(true));
        drop_ref(&mut heap, object);
    }
    assert_eq!(heap.host().finalized, objects);
    assert!(heap.is_empty());
}

#[test]
fn arming_a_finalizer_that_has_begun_has_no_effect() {
    let mut heap = heap();
    let a = table(&mut heap);
    on(&mut heap, a, |heap, a| {
        assert_eq!(heap.arm_finalizer(a), Ok(false));
        heap.inc_ref(a).unwrap();
    });
    drop_ref(&mut heap, a);
    assert_eq!(heap.finalizer_panics(), 0);
    assert_eq!(heap.arm_finalizer(a), Ok(false));
    assert!(!heap.has_finalizer(a));
    drop_ref(&mut heap, a);
    assert_eq!(heap.host().finalized, [a]);
    assert!(heap.is_empty());
}

#[test]
fn a_new_tenant_of_the_slot_has_no_finalizer() {
    let mut heap = heap();
    let a = table(&mut heap);
    heap.arm_finalizer(a).unwrap();
    drop_ref(&mut heap, a);
    let b = table(&mut heap);
    assert_eq!(a.slot(), b.slot());
    assert!(!heap.has_finalizer(b));
    assert_eq!(heap.arm_finalizer(b), Ok(true));
}

#[test]
fn an_object_that_its_finalizer_stores_lives_on() {
    let mut heap = heap();
    let (a, keeper) = (table(&mut heap), table(&mut heap));
    on(&mut heap, a, move |heap, a| link(heap, keeper, "kept", a));
    drop_ref(&mut heap, a);
    assert_eq!((external(&heap, a), internal(&heap, a)), (0, 1));
    assert_exact(&heap);
    heap.set_field(keeper, "kept", Value::Nil).unwrap();
    assert_eq!(heap.host().deaths, [a]);
    assert_eq!(heap.host().finalized, [a]);
}

#[test]
fn an_object_that_takes_and_drops_itself_in_its_finalizer_dies_once() {
    let mut heap = heap();
    let a = table(&mut heap);
    on(&mut heap, a, |heap, a| {
        for _ in 0..3 {
            heap.inc_ref(a).unwrap();
            heap.dec_ref(a).unwrap();
        }
    });
    drop_ref(&mut heap, a);
    assert_eq!(heap.host().deaths, [a]);
    let (b, c) = (table(&mut heap), table(&mut heap));
    assert_ne!(b.slot(), c.slot(), "the slot was given out twice");
}

#[test]
fn an_object_that_refers_to_itself_after_its_finalizer_is_garbage_for_a_collection() {
    let mut heap = heap();
    let a = table(&mut heap);
    on(&mut heap, a, |heap, a| link(heap, a, "self", a));
    drop_ref(&mut heap, a);
    assert!(heap.contains(a));
    let collection = heap.collect_cycles().unwrap();
    assert_eq!((collection.objects, collection.cycles), (1, 1));
    assert_eq!(heap.host().finalized, [a]);
}

#[test]
fn finalizers_never_nest() {
    let mut heap = heap();
    let (a, b) = (table(&mut heap), table(&mut heap));
    on(&mut heap, a, move |heap, _| {
        drop_ref(heap, b);
        assert_eq!(heap.host().finalized.len(), 1);
        assert!(heap.contains(b), "it waits for its turn");
        assert_eq!(heap.get_field(b, "x"), Ok(Value::Nil));
    });
    on(&mut heap, b, |_, _| ());
    drop_ref(&mut heap, a);
    assert_eq!(heap.finalizer_panics(), 0);
    assert_eq!(heap.host().finalized, [a, b]);
    assert_eq!(heap.host().deaths, [a, b]);
}

#[test]
fn a_queued_object_can_be_saved_by_a_finalizer_that_runs_before_its_turn() {
    let mut heap = heap();
    let (a, b) = (table(&mut heap), table(&mut heap));
    on(&mut heap, a, move |heap, _| {
        drop_ref(heap, b);
        heap.inc_ref(b).unwrap();
    });
    drop_ref(&mut heap, a);
    assert!(heap.contains(b));
    assert_eq!(external(&heap, b), 1);
    drop_ref(&mut heap, b);
    assert!(heap.is_empty());
}

#[test]
fn a_finalizer_may_allocate_and_what_it_lets_go_dies() {
    let mut heap = heap();
    let a = table(&mut heap);
    on(&mut heap, a, |heap, a| {
        let new = heap.allocate_array(&[a.into()]).unwrap();
        heap.allocate_weak(new).unwrap();
        heap.set_element(new, 0, Value::Nil).unwrap();
        drop_ref(heap, new);
    });
    drop_ref(&mut heap, a);
    assert_eq!(heap.finalizer_panics(), 0);
    assert_eq!(heap.len(), 1, "the weak object is held");
    assert_exact(&heap);
}

#[test]
fn finalizers_may_arm_finalizers_of_what_they_allocate() {
    fn chain(heap: &mut TestHeap, left: usize) -> ObjectId {
        let object = table(heap);
        on(heap, object, move |heap, _| {
            if left > 0 {
                let next = chain(heap, left - 1);
                drop_ref(heap, next);
            }
        });
        object
    }
    let mut heap = heap();
    let first = chain(&mut heap, 1_000);
    drop_ref(&mut heap, first);
    assert_eq!(heap.host().finalized.len(), 1_001);
    assert!(heap.is_empty());
}

#[test]
fn a_panic_ends_its_finalizer_and_nothing_else() {
    let mut heap = heap();
    let (a, b, kept) = (table(&mut heap), table(&mut heap), table(&mut heap));
    on(&mut heap, a, move |heap, _| {
        drop_ref(heap, b);
        heap.set_field(kept, "seen", Value::Bool(true)).unwrap();
        resume_unwind(Box::new("out of ink"));
    });
    on(&mut heap, b, |_, _| resume_unwind(Box::new(String::from("no paper"))));
    assert_eq!(heap.dec_ref(a), Ok(()));
    assert_eq!(heap.host().deaths, [a, b]);
    assert_eq!(heap.get_field(kept, "seen"), Ok(Value::Bool(true)));

    let mut twin = heap.clone();
    for heap in [&mut heap, &mut twin] {
        assert_eq!(heap.finalizer_panics(), 2);
        let panics = heap.take_finalizer_panics();
        let messages: Vec<_> = panics.iter().map(|it| (it.object, it.message.as_str())).collect();
        assert_eq!(messages, [(a, "out of ink"), (b, "no paper")]);
        assert_eq!(heap.finalizer_panics(), 0);
    }
}

#[test]
fn a_panic_after_a_resurrection_leaves_the_object_alive() {
    let mut heap = heap();
    let a = table(&mut heap);
    on(&mut heap, a, |heap, a| {
        heap.inc_ref(a).unwrap();
        resume_unwind(Box::new(7));
    });
    drop_ref(&mut heap, a);
    assert!(heap.contains(a));
    assert_eq!(heap.take_finalizer_panics()[0].message, "a panic without a message");
}

#[test]
fn after_a_panic_in_a_collection_the_heap_collects_as_before() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 3);
    on(&mut heap, ring[1], |_, _| resume_unwind(Box::new("no")));
    assert_eq!(heap.collect_cycles().unwrap().objects, 3);
    assert_eq!(heap.finalizer_panics(), 1);
    garbage_ring(&mut heap, 2);
    assert_eq!(heap.collect_cycles().unwrap().objects, 2);
}

#[test]
fn a_collection_in_a_finalizer_of_a_release_frees_its_set_inside_the_call() {
    let mut heap = heap();
    let a = table(&mut heap);
    let ring = garbage_ring(&mut heap, 2);
    let hanging = table(&mut heap);
    let held = table(&mut heap);
    link(&mut heap, ring[0], "out", hanging);
    link(&mut heap, a, "held", held);
    drop_ref(&mut heap, held);
    drop_ref(&mut heap, hanging);
    on(&mut heap, ring[0], |_, _| ());
    on(&mut heap, a, move |heap, a| {
        let collection = heap.collect_cycles().unwrap();
        assert_eq!((collection.objects, collection.cycles), (3, 1));
        assert!(heap.contains(a) && heap.contains(held), "the object being released is a root");
        assert_eq!(heap.host().deaths.len(), 3);
    });
    drop_ref(&mut heap, a);
    assert_eq!(heap.finalizer_panics(), 0, "{:?}", heap.take_finalizer_panics());
    assert_eq!(heap.host().finalized, [a, ring[0]]);
    assert!(heap.is_empty());
}

#[test]
fn what_a_collection_in_a_finalizer_lets_go_waits_in_the_queue() {
    let mut heap = heap();
    let (a, b) = (table(&mut heap), table(&mut heap));
    let ring = garbage_ring(&mut heap, 1);
    on(&mut heap, ring[0], move |heap, _| drop_ref(heap, b));
    on(&mut heap, a, move |heap, _| {
        assert_eq!(heap.collect_cycles().unwrap().objects, 1);
        assert!(heap.contains(b), "queued objects are roots and wait");
        assert_eq!(heap.collect_cycles().unwrap().objects, 0);
    });
    drop_ref(&mut heap, a);
    assert_eq!(heap.finalizer_panics(), 0, "{:?}", heap.take_finalizer_panics());
    assert_eq!(heap.host().deaths, [ring[0], a, b]);
}

#[test]
fn a_collection_in_a_finalizer_of_a_set_is_refused() {
    let mut heap = heap();
    let ring = garbage_ring(&mut heap, 2);
    on(&mut heap, ring[0], |heap, _| {
        assert_eq!(heap.collect_cycles(), Err(HeapError::Reentrant));
    });
    assert_eq!(heap.collect_cycles().unwrap().objects, 2);
    assert_eq!(heap.finalizer_panics(), 0);
    assert_eq!(heap.collect_cycles().unwrap().objects, 0, "and afterwards it is allowed");
}

#[test]
fn a_release_that_a_collection_caused_may_collect() {
    let mut heap = heap();
    let held = table(&mut heap);
    let ring = garbage_ring(&mut heap, 2);
    on(&mut heap, ring[0], move |heap, _| drop_ref(heap, held));
    on(&mut heap, held, |heap, _| {
        garbage_ring(heap, 3);
        assert_eq!(heap.collect_cycles().unwrap().objects, 3);
    });
    let collection = heap.collect_cycles().unwrap();
    assert_eq!((collection.objects, collection.cycles), (2, 1), "each counts its own");
    assert_eq!(heap.finalizer_panics(), 0, "{:?}", heap.take_finalizer_panics());
    assert_eq!(heap.statistics().cycles_collected, 2);
    assert!(heap.is_empty());
}

thread_local! {
    static TWIN: std::cell::RefCell<Option<TestHeap>> = const { std::cell::RefCell::new(None) };
}

/// A finalizer that keeps a clone of its heap.
fn keep(heap: &mut TestHeap, _: ObjectId) {
    TWIN.with(|twin| *twin.borrow_mut() = Some(heap.clone()));
}

#[test]
fn an_object_whose_finalizer_makes_a_clone_heads_the_queue_of_the_clone() {
    let mut heap = heap();
    let (a, b, c) = (table(&mut heap), table(&mut heap), table(&mut heap));
    on(&mut heap, a, move |heap, a| {
        drop_ref(heap, b);
        keep(heap, a);
    });
    drop_ref(&mut heap, a);
    let mut twin = TWIN.take().unwrap();
    drop_ref(&mut twin, c);
    assert_eq!(twin.host().deaths, [a, b, c]);
}

#[test]
fn a_clone_made_inside_a_finalizer_is_a_working_heap() {
    let mut heap = heap();
    let (a, b) = (table(&mut heap), table(&mut heap));
    on(&mut heap, a, keep);
    drop_ref(&mut heap, a);
    let mut twin = TWIN.take().unwrap();
    assert!(twin.contains(a));
    let mut other = twin.clone();
    assert_eq!(other.collect_cycles().unwrap().objects, 0);
    assert!(!other.contains(a), "a collection releases first what waits");
    drop_ref(&mut twin, b);
    assert!(twin.is_empty(), "both were released, the one in its finalizer without running it again");
    assert_eq!(twin.host().finalized, [a]);

    let ring = garbage_ring(&mut heap, 2);
    on(&mut heap, ring[0], keep);
    heap.collect_cycles().unwrap();
    let mut twin = TWIN.take().unwrap();
    assert_eq!(twin.collect_cycles().unwrap().objects, 2);
    assert_exact(&twin);
}

#[test]
fn a_finalizer_that_replaces_the_whole_heap_harms_nobody() {
    let mut heap = heap();
    for _ in 0..20 {
        table(&mut heap);
    }
    let ring = garbage_ring(&mut heap, 2);
    on(&mut heap, ring[0], |heap, _| *heap = TestHeap::new());
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
    let a = table(&mut heap);
    on(&mut heap, a, |heap, _| {
        let mut other = TestHeap::new();
        table(&mut other);
        *heap = other;
    });
    drop_ref(&mut heap, a);
    assert_eq!(heap.len(), 1);
    assert_exact(&heap);
}
