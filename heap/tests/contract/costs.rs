//! What collections cost: they follow what candidates reach, never the heap.

use heapproof_heap::{Budget, Configuration, Heap, New, ObjectId, Value};

const MANY: usize = 1_000_000;

/// No verification by itself, which takes time in proportion to the heap.
fn heap() -> Heap {
    let configuration = Configuration::default().with_verification_interval(None).unwrap();
    Heap::with_configuration((), configuration.with_automatic_checks(false))
}

/// Boxes that each refer to the one before, the last of which is held; none is a candidate.
fn live_chain(heap: &mut Heap, length: usize) -> Vec<ObjectId> {
    let mut chain = vec![heap.allocate_box(Value::Nil).unwrap()];
    for place in 1..length {
        chain.push(heap.allocate_box(chain[place - 1].into()).unwrap());
        heap.dec_ref(chain[place - 1]).unwrap();
    }
    heap.collect_cycles().unwrap();
    assert_eq!(heap.statistics().candidates, 0);
    chain
}

/// Two objects that refer to each other, and the first to another; nobody holds them.
fn garbage_pair(heap: &mut Heap, other: ObjectId) {
    let first = heap.allocate_array(&[Value::Nil, other.into()]).unwrap();
    let second = heap.allocate_box(first.into()).unwrap();
    heap.set_element(first, 0, second.into()).unwrap();
    heap.dec_ref(first).unwrap();
    heap.dec_ref(second).unwrap();
}

fn touched(heap: &mut Heap, act: impl FnOnce(&mut Heap)) -> u64 {
    let before = heap.statistics().objects_touched;
    act(heap);
    heap.statistics().objects_touched - before
}

fn in_slices(heap: &mut Heap) {
    while !heap.collect_slice(1_000).unwrap().complete {}
}

#[test]
fn a_garbage_pair_beside_a_million_live_objects_costs_a_handful() {
    let mut heap = heap();
    let chain = live_chain(&mut heap, MANY);
    for other in [ObjectId::NIL, chain[MANY - 1]] {
        for collect in [|heap: &mut Heap| _ = heap.collect_cycles().unwrap(), in_slices] {
            garbage_pair(&mut heap, other);
            assert!(touched(&mut heap, collect) <= 4);
            assert_eq!(heap.len(), MANY);
        }
    }
    assert_eq!(touched(&mut heap, |heap| _ = heap.collect_cycles().unwrap()), 0);
}

#[test]
fn a_garbage_pair_that_refers_into_the_million_is_freed_by_the_first_slice() {
    let mut heap = heap();
    let chain = live_chain(&mut heap, MANY);
    garbage_pair(&mut heap, chain[MANY - 2]);
    assert_eq!(heap.collect_slice(50).unwrap().objects, 2);
    in_slices(&mut heap);
    assert_eq!(heap.len(), MANY);
}

#[test]
fn a_frame_costs_what_its_temporaries_reach() {
    let mut heap = heap();
    let chain = live_chain(&mut heap, MANY);
    heap.begin_frame(Budget::Objects(1_000)).unwrap();
    let first = heap.allocate_temporary(New::Array(&[Value::Nil, chain[MANY - 1].into()])).unwrap();
    let second = heap.allocate_temporary(New::Box(first.into())).unwrap();
    heap.set_element(first, 0, second.into()).unwrap();
    assert!(touched(&mut heap, |heap| _ = heap.end_frame().unwrap()) <= 4);
    assert_eq!(heap.len(), MANY);
}

#[test]
fn many_candidates_in_one_live_structure_are_searched_from_together() {
    let mut heap = heap();
    const FEWER: usize = 100_000;
    let chain = live_chain(&mut heap, FEWER);
    for &object in &chain {
        heap.inc_ref(object).unwrap();
        heap.dec_ref(object).unwrap();
    }
    let mut twin = heap.clone();
    assert!(touched(&mut heap, |heap| _ = heap.collect_cycles().unwrap()) <= 2 * FEWER as u64);
    // Each object once as it is tried, some of it twice since a slice ended, and once by the mark.
    assert!(touched(&mut twin, in_slices) <= 4 * FEWER as u64);
    assert_eq!((heap.len(), twin.len()), (FEWER, FEWER));
}

#[test]
fn a_live_list_that_was_built_from_its_head_costs_checks_its_length() {
    const LENGTH: usize = 20_000;
    let configuration = Configuration::default().with_interval(1).and_then(|it| it.with_bounds(1, 1)).unwrap();
    let configuration = configuration.with_verification_interval(None).unwrap().with_automatic_checks(false);
    let mut heap = Heap::with_configuration((), configuration);
    let head = heap.allocate_box(Value::Nil).unwrap();
    let mut last = head;
    for _ in 1..LENGTH {
        let next = heap.allocate_box(Value::Nil).unwrap();
        heap.set_box(last, next.into()).unwrap();
        if last != head {
            heap.dec_ref(last).unwrap();
        }
        last = next;
    }
    heap.dec_ref(last).unwrap();
    let held = heap.allocate_box(Value::Nil).unwrap();
    let checks = |heap: &mut Heap| {
        for _ in 0..200 {
            heap.set_box(held, Value::Nil).unwrap();
            heap.maybe_check_cycles().unwrap();
        }
    };
    // Each is a candidate; a check may touch 1,000 objects, and so all of them could 200,000.
    assert!(touched(&mut heap, checks) <= 4 * LENGTH as u64);
    assert_eq!(heap.len(), LENGTH + 1);
}

#[test]
fn many_small_garbage_rings_cost_each_its_size() {
    let mut heap = heap();
    const PAIRS: usize = 10_000;
    for _ in 0..PAIRS {
        garbage_pair(&mut heap, ObjectId::NIL);
    }
    let mut twin = heap.clone();
    assert!(touched(&mut heap, |heap| _ = heap.collect_cycles().unwrap()) <= 2 * PAIRS as u64);
    assert!(heap.is_empty());
    // A mark that is at work beside the trials reads each object once, and comes to it once.
    assert!(touched(&mut twin, in_slices) <= 3 * 2 * PAIRS as u64);
    assert!(twin.is_empty());
}

#[test]
fn many_candidates_that_lead_to_one_wide_object_do_not_read_it_each() {
    let mut heap = Heap::<()>::with_configuration((), Configuration::default().with_automatic_checks(false));
    let leaf = heap.allocate_scalar(Value::Int(1)).unwrap();
    let wide = heap.allocate_array(&vec![leaf.into(); 1_000_000]).unwrap();
    let world = heap.allocate_box(wide.into()).unwrap();
    let held = heap.allocate_array(&[world.into()]).unwrap();
    for _ in 0..2_000 {
        let entity = heap.allocate_box(world.into()).unwrap();
        heap.push(held, entity.into()).unwrap();
        heap.dec_ref(entity).unwrap();
    }
    heap.dec_ref(wide).unwrap();
    heap.dec_ref(world).unwrap();
    // Each of them reading a million values would take minutes.
    while !heap.collect_slice(1_000).unwrap().complete {}
    assert_eq!(heap.len(), 2_004);
}
