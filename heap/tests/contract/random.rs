//! Random programs with finalizers that do everything: after each operation all counts are exact,
//! a collection leaves what can be reached and nothing else, and in the end the heap is empty.

use std::collections::HashSet;

use heapproof_heap::{Budget, Configuration, New, ObjectId, Value};

use crate::support::{TestHeap, World, assert_clean, assert_exact, assert_findable, held, on, reachable};

/// Xorshift; good enough to mix operations.
#[derive(Clone, Copy)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % bound
    }

    pub(crate) fn pick(&mut self, objects: &[ObjectId]) -> ObjectId {
        if objects.is_empty() {
            return ObjectId::NIL;
        }
        objects[self.below(objects.len())]
    }
}

fn allocate(heap: &mut TestHeap, rng: &mut Rng, one: ObjectId, two: ObjectId) {
    let _ = match rng.below(7) {
        0 | 1 => heap.allocate_table(),
        2 => heap.allocate_array(&[one.into(), Value::Int(1), two.into()]),
        3 => heap.allocate_closure(1, &[two.into(), one.into()]),
        4 => heap.allocate_box(one.into()),
        5 => heap.allocate_scalar(Value::from("text")),
        _ => heap.allocate_weak(one),
    };
}

/// One operation on objects that live, or just did; most are done, some refused.
pub(crate) fn step(heap: &mut TestHeap, rng: &mut Rng, may_arm: bool) {
    let objects: Vec<ObjectId> = heap.objects().collect();
    let (one, two) = (rng.pick(&objects), rng.pick(&objects));
    let field = ["a", "b", "c"][rng.below(3)];
    let value = if rng.below(5) == 0 { Value::Nil } else { two.into() };
    match rng.below(20) {
        0 | 1 => allocate(heap, rng, one, two),
        2 | 3 => drop(heap.set_field(one, field, value)),
        4 => drop(heap.set_element(one, rng.below(4) as u32, value)),
        5 => drop(heap.set_capture(one, rng.below(2) as u32, value)),
        6 => drop(heap.set_box(one, value)),
        7 => drop(heap.push(one, value)),
        8 => drop(heap.pop(one)),
        9 => drop(heap.remove_field(one, field)),
        10 => drop(heap.upgrade(one)),
        11 => drop(heap.inc_ref(one)),
        12..=15 => drop(heap.dec_ref(one)),
        16 if may_arm && rng.below(3) == 0 => arm(heap, rng, one),
        16 => drop(heap.maybe_check_cycles()),
        17 => drop(heap.collect_slice(rng.below(9) as u32)),
        18 => frame(heap, rng, one, two),
        _ if rng.below(4) == 0 => drop(heap.collect_cycles()),
        _ => detect(heap, rng),
    }
}

fn detect(heap: &mut TestHeap, rng: &mut Rng) {
    let _ = match rng.below(6) {
        0 => heap.detect_cycles_full(),
        1 => heap.detect_cycles(),
        objects => usize::from(heap.detect_slice(objects as u32).unwrap()),
    };
}

/// Opens a frame, allocates in it, or closes it.
fn frame(heap: &mut TestHeap, rng: &mut Rng, one: ObjectId, two: ObjectId) {
    match rng.below(6) {
        0 => drop(heap.begin_frame(Budget::Objects(rng.below(9) as u32))),
        1 => drop(heap.begin_frame(Budget::Microseconds(rng.below(9) as u32))),
        2 => drop(heap.end_frame()),
        3 => drop(heap.allocate_temporary(New::Array(&[one.into(), two.into()]))),
        4 => drop(heap.allocate_temporary(New::Weak(one))),
        _ => drop(heap.allocate_temporary(New::Table)),
    }
}

/// Gives an object a finalizer of a few random operations, which may arm others in turn.
fn arm(heap: &mut TestHeap, rng: &mut Rng, object: ObjectId) {
    if !heap.contains(object) || heap.arm_finalizer(object) != Ok(true) {
        return;
    }
    let seed = rng.below(usize::MAX) as u64 | 1;
    on(heap, object, move |heap, own| {
        let mut rng = Rng(seed);
        for _ in 0..rng.below(8) {
            match rng.below(6) {
                0 => drop(heap.inc_ref(own)),
                1 => std::panic::resume_unwind(Box::new("random")),
                _ => step(heap, &mut rng, heap.len() < 30),
            }
            verify_inside(heap);
        }
    });
}

/// Verifies a heap, and a clone, in the midst of a finalizer, where a failure would be taken for its
/// own panic.
fn verify_inside(heap: &mut TestHeap) {
    let twin = heap.clone();
    let reports = [heap.verify_heap_with_roots(&held(heap)), heap.verify_heap(), twin.verify_heap()];
    let slow = if heap.quick_health_check() { None } else { Some("the quick check differs".to_owned()) };
    let unclean = reports.iter().filter(|it| !it.is_clean()).map(ToString::to_string).chain(slow);
    heap.host_mut().unclean.extend(unclean);
}

pub(crate) fn empty(heap: &mut TestHeap) {
    for _ in 0..100_000 {
        let held = |&object: &ObjectId| heap.counts(object).is_some_and(|counts| counts.external > 0);
        let object = heap.objects().find(held);
        match object {
            Some(object) => heap.dec_ref(object).unwrap(),
            None if heap.is_empty() => return,
            None => drop(heap.collect_cycles().unwrap()),
        }
    }
    panic!("the heap can't be emptied");
}

fn run(seed: u64, operations: usize) {
    let mut rng = Rng::new(seed);
    let configuration = Configuration::default()
        .with_interval(7)
        .and_then(|it| it.with_bounds(3, 20))
        .and_then(|it| it.with_count_ceiling(4))
        .and_then(|it| it.with_capacity(40))
        .and_then(|it| it.with_generation_ceiling(3))
        .and_then(|it| it.with_budget(1 + (seed % 10) as u32))
        .and_then(|it| it.with_verification_interval(Some(2)))
        .unwrap()
        .with_automatic_checks(seed.is_multiple_of(2));
    let mut heap = TestHeap::with_configuration(World::default(), configuration);
    for _ in 0..operations {
        step(&mut heap, &mut rng, true);
        assert_exact(&heap);
        assert_findable(&heap);
        assert_clean(&heap);
        assert!(heap.quick_health_check());
        assert_eq!(heap.host().reports, [""; 0], "seed {seed}");
        assert_eq!(heap.host().unclean, [""; 0], "seed {seed}");
        let mut twin = heap.clone();
        twin.collect_cycles().unwrap();
        let living: HashSet<ObjectId> = twin.objects().collect();
        assert_eq!(living, reachable(&twin), "seed {seed}");
        assert!(reachable(&heap).iter().all(|it| living.contains(it)) || !twin.host().finalized.is_empty());
    }
    empty(&mut heap);
    let mut deaths = heap.host().deaths.clone();
    deaths.sort();
    deaths.dedup();
    assert_eq!(deaths.len(), heap.host().deaths.len(), "an object died twice");
    assert_eq!(deaths.len() as u64, heap.statistics().allocations);
}

#[test]
fn random_programs_with_finalizers_keep_all_promises() {
    for seed in 0..400 {
        run(seed, 120);
    }
}
