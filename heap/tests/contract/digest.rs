//! Digests of states.

use heapproof_heap::{Budget, Configuration, FieldSite, Heap, Value};
use std::hash::{DefaultHasher, Hasher};

fn digest(heap: &Heap) -> u64 {
    let mut state = DefaultHasher::new();
    heap.digest(&mut state);
    state.finish()
}

/// The digest of a heap to which that was done.
fn after(configuration: Configuration, work: impl FnOnce(&mut Heap)) -> u64 {
    let mut heap = Heap::with_configuration((), configuration);
    work(&mut heap);
    digest(&heap)
}

fn come_and_gone(heap: &mut Heap) {
    let table = heap.allocate_table().unwrap();
    heap.dec_ref(table).unwrap();
}

#[test]
fn generations_and_totals_are_left_out_unless_slots_are_retired_by_them() {
    let twice = |heap: &mut Heap| (0..2).for_each(|_| come_and_gone(heap));
    let usual = Configuration::default().with_interval(1_000).unwrap();
    assert_eq!(after(usual, come_and_gone), after(usual, twice));
    assert_ne!(after(usual, come_and_gone), after(usual, |_| {}));
    let retiring = usual.with_generation_ceiling(3).unwrap();
    assert_ne!(after(retiring, come_and_gone), after(retiring, twice));
}

#[test]
fn what_is_counted_is_left_out_until_a_check_is_near() {
    let usual = Configuration::default().with_interval(1_000).unwrap();
    let often = usual.with_interval(10).unwrap();
    let [seldom, soon] = [1_000, 10].map(|allocations| usual.with_debt(allocations, 1).unwrap());
    let counts = |times| {
        move |heap: &mut Heap| {
            let object = heap.allocate_box(Value::Nil).unwrap();
            (0..times).for_each(|_| heap.set_box(object, Value::Nil).unwrap());
        }
    };
    assert_eq!(after(usual, counts(1)), after(usual, counts(2)));
    assert_ne!(after(usual, counts(800)), after(usual, counts(801)));
    assert_ne!(after(often, counts(1)), after(often, counts(2)));
    assert_eq!(after(seldom, counts(800)), after(seldom, counts(801)), "no allocation brings a check nearer");
    assert_ne!(after(soon, counts(1)), after(soon, counts(2)), "the check would tell by the rate");
}

#[test]
fn the_order_of_slots_and_lists_is_in_it() {
    let dropped = |order: [usize; 2]| {
        after(Configuration::default(), |heap| {
            let objects = [heap.allocate_table().unwrap(), heap.allocate_table().unwrap()];
            order.into_iter().for_each(|object| heap.dec_ref(objects[object]).unwrap());
        })
    };
    assert_ne!(dropped([0, 1]), dropped([1, 0]), "the free list");
    let rings = |order: [usize; 2]| {
        after(Configuration::default(), |heap| {
            let objects = [heap.allocate_box(Value::Nil).unwrap(), heap.allocate_box(Value::Nil).unwrap()];
            objects.into_iter().for_each(|object| heap.set_box(object, object.into()).unwrap());
            heap.detect_cycles();
            order.into_iter().for_each(|object| heap.dec_ref(objects[object]).unwrap());
        })
    };
    assert_ne!(rings([0, 1]), rings([1, 0]), "the candidates");
    let changed = |order: [usize; 2]| {
        after(Configuration::default(), |heap| {
            let objects = [heap.allocate_box(Value::Nil).unwrap(), heap.allocate_box(Value::Nil).unwrap()];
            heap.detect_cycles();
            order.into_iter().for_each(|at| heap.set_box(objects[at], objects[at].into()).unwrap());
        })
    };
    assert_ne!(changed([0, 1]), changed([1, 0]), "the dirty set");
}

#[test]
fn each_thing_that_is_under_way_is_in_it() {
    let mut heap = Heap::<()>::new();
    let mut seen = vec![digest(&heap)];
    let mut is_new = |heap: &Heap| {
        let now = digest(heap);
        assert!(!seen.contains(&now), "state {}", seen.len());
        seen.push(now);
    };
    let ring: Vec<_> = (0..3).map(|_| heap.allocate_table().unwrap()).collect();
    is_new(&heap);
    (0..3).for_each(|at| heap.set_field(ring[at], "next", ring[(at + 1) % 3].into()).unwrap());
    is_new(&heap);
    heap.detect_slice(1).unwrap();
    is_new(&heap);
    heap.detect_slice(1).unwrap();
    is_new(&heap);
    heap.detect_cycles();
    is_new(&heap);
    ring.iter().for_each(|object| heap.dec_ref(*object).unwrap());
    is_new(&heap);
    heap.collect_slice(1).unwrap();
    is_new(&heap);
    heap.collect_slice(1).unwrap();
    is_new(&heap);
    heap.begin_frame(Budget::Objects(1)).unwrap();
    is_new(&heap);
    let held = heap.allocate_scalar(Value::Int(1)).unwrap();
    is_new(&heap);
    heap.allocate_weak(held).unwrap();
    is_new(&heap);
    heap.arm_finalizer(held).unwrap();
    is_new(&heap);
}

#[test]
fn a_site_has_the_digest_of_what_it_has_learned() {
    let mut heap = Heap::<()>::new();
    let table = heap.allocate_table().unwrap();
    let mut site = FieldSite::new("x");
    let digest = |site: &FieldSite, heap: &Heap| {
        let mut state = DefaultHasher::new();
        site.digest(heap, &mut state);
        state.finish()
    };
    let new = digest(&site, &heap);
    heap.get_field_at(table, &mut site).unwrap();
    let missed = digest(&site, &heap);
    heap.set_field_at(table, &mut site, Value::Nil).unwrap();
    let found = digest(&site, &heap);
    assert!(new != missed && missed != found && new != found);
    assert_eq!(digest(&site, &heap.clone()), new, "another heap's shapes say nothing");
}

#[test]
fn values_that_differ_are_told_apart() {
    use Value::{Bool, Char, Float, Int, Nil, Text};
    let texts = ["", "a", "b", "ab"].map(|text| Text(text.into()));
    let values =
        [Nil, Bool(false), Bool(true), Char('a'), Char('b'), Int(0), Int(1), Int(-1), Int(97), Float(0.0), Float(1.0)];
    let of =
        |value: &Value| after(Configuration::default(), |heap| assert!(heap.allocate_scalar(value.clone()).is_ok()));
    let values: Vec<Value> = values.into_iter().chain(texts).collect();
    let digests: Vec<u64> = values.iter().map(of).collect();
    for (one, value) in values.iter().enumerate() {
        for other in 0..one {
            assert_ne!(digests[one], digests[other], "{value:?} and {:?}", values[other]);
        }
    }
}
