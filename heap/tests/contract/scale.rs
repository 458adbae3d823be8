//! Depth and size: no chain is too long, and nothing is quadratic.

use heapproof_heap::{Configuration, Heap, ObjectId, Value};

/// No checks, and no verification by itself: there, each takes time in proportion to the heap.
fn configuration() -> Configuration {
    Configuration::default()
        .with_automatic_checks(false)
        .with_cycle_counts(true)
        .with_verification_interval(None)
        .unwrap()
}

fn heap() -> Heap {
    Heap::with_configuration((), configuration())
}

/// Boxes that each refer to the one allocated before; the mutator holds the last.
fn chain(heap: &mut Heap, length: usize) -> (ObjectId, ObjectId) {
    let first = heap.allocate_box(Value::Nil).unwrap();
    let mut last = first;
    for _ in 1..length {
        let next = heap.allocate_box(last.into()).unwrap();
        heap.dec_ref(last).unwrap();
        last = next;
    }
    (first, last)
}

#[test]
fn ten_million_objects_are_released_and_collected_in_constant_stack() {
    const LENGTH: usize = 10_000_000;
    let work = || {
        let mut heap = heap();
        let (_, head) = chain(&mut heap, LENGTH);
        heap.dec_ref(head).unwrap();
        assert!(heap.is_empty());

        let (end, head) = chain(&mut heap, LENGTH);
        heap.set_box(end, head.into()).unwrap();
        heap.dec_ref(head).unwrap();
        assert_eq!(heap.len(), LENGTH);
        let collection = heap.collect_cycles().unwrap();
        assert_eq!((collection.objects, collection.cycles), (LENGTH as u64, 1));
        assert!(heap.is_empty());

        chain(&mut heap, LENGTH / 10);
    };
    let small_stack = std::thread::Builder::new().stack_size(64 * 1024);
    small_stack.spawn(work).unwrap().join().unwrap();
}

#[test]
fn ten_million_objects_are_detected_in_constant_stack() {
    const LENGTH: usize = 10_000_000;
    let work = || {
        let mut heap = heap();
        let (end, head) = chain(&mut heap, LENGTH);
        assert_eq!(heap.detect_cycles(), 0);
        assert_eq!(heap.statistics().objects_touched, LENGTH as u64 - 1, "nothing refers to the first");
        heap.set_box(end, head.into()).unwrap();
        assert_eq!(heap.detect_cycles(), 1);
        assert_eq!(heap.cycles().next().map(<[ObjectId]>::len), Some(LENGTH));
        heap.set_box(end, Value::Nil).unwrap();
        assert_eq!(heap.detect_cycles(), 0);
    };
    let small_stack = std::thread::Builder::new().stack_size(64 * 1024);
    small_stack.spawn(work).unwrap().join().unwrap();
}

#[test]
fn a_long_chain_is_verified_and_recovered_in_constant_stack() {
    let work = || {
        let mut heap = heap();
        let (_, head) = chain(&mut heap, 500_000);
        let report = heap.verify_heap_with_roots(&[head]);
        assert!(report.is_clean());
        let recovery = heap.attempt_recovery(&report, Some(&[])).unwrap();
        assert!(recovery.is_clean() && recovery.fixed() == 1 && heap.is_empty());
    };
    let small_stack = std::thread::Builder::new().stack_size(64 * 1024);
    small_stack.spawn(work).unwrap().join().unwrap();
}

#[test]
fn a_wide_object_is_released_at_once() {
    let mut heap = heap();
    let array = heap.allocate_array(&[]).unwrap();
    for _ in 0..500_000 {
        let child = heap.allocate_box(Value::Nil).unwrap();
        heap.push(array, child.into()).unwrap();
        heap.dec_ref(child).unwrap();
    }
    heap.dec_ref(array).unwrap();
    assert!(heap.is_empty());
}

#[test]
fn a_table_of_many_fields_is_not_quadratic() {
    let mut heap = heap();
    let table = heap.allocate_table().unwrap();
    for number in 0..100_000 {
        heap.set_field(table, &number.to_string(), Value::Int(number)).unwrap();
    }
    for number in 0..100_000 {
        assert_eq!(heap.remove_field(table, &number.to_string()), Ok(Value::Int(number)));
    }
}

#[test]
fn a_finalizer_that_arms_the_one_before_it_is_not_quadratic() {
    struct Chain;
    impl heapproof_heap::Host for Chain {
        fn finalize(heap: &mut Heap<Self>, object: ObjectId) {
            let next = heap.get_box(object).unwrap_or_default().reference();
            heap.arm_finalizer(next.unwrap_or_default()).unwrap_or_default();
        }
    }
    let mut heap = Heap::with_configuration(Chain, configuration());
    let end = heap.allocate_box(Value::Nil).unwrap();
    let mut head = end;
    for _ in 0..100_000 {
        let next = heap.allocate_box(head.into()).unwrap();
        heap.dec_ref(head).unwrap();
        head = next;
    }
    heap.set_box(end, head.into()).unwrap();
    heap.arm_finalizer(head).unwrap();
    heap.dec_ref(head).unwrap();
    assert_eq!(heap.collect_cycles().unwrap().objects, 100_001);
}

#[test]
fn what_an_array_took_is_given_back_as_it_is_emptied() {
    let mut heap = heap();
    let array = heap.allocate_array(&[]).unwrap();
    (0..10_000).for_each(|_| heap.push(array, Value::Nil).unwrap());
    let full = heap.footprint();
    while heap.length(array).unwrap() > 100 {
        heap.pop(array).unwrap();
    }
    assert!(heap.footprint() < full / 4, "{} of {full} bytes", heap.footprint());
}
