//! Random graphs that change: after long stretches without a look, a detection by what has changed
//! finds what a full one does and what trying all ways does, and looks at nothing it need not.

use std::collections::{HashMap, HashSet};

use heapproof_heap::{Configuration, ObjectId, Value};

use crate::random::Rng;
use crate::support::{TestHeap, World, cycles, on, touched, true_cycles, values};

/// A heap of few objects, so that slots have many tenants.
fn heap(capacity: u32) -> TestHeap {
    let configuration = Configuration::default().with_capacity(capacity).unwrap();
    TestHeap::with_configuration(World::default(), configuration.with_automatic_checks(false))
}

fn rng(seed: u64) -> Rng {
    Rng::new(seed)
}

fn live(heap: &TestHeap) -> Vec<ObjectId> {
    heap.objects().collect()
}

/// Lets the mutator give up what a removal gave it.
fn give_up(heap: &mut TestHeap, removed: Result<Value, heapproof_heap::HeapError>) {
    let object = removed.ok().and_then(|value| value.reference()).unwrap_or_default();
    heap.dec_ref(object).unwrap();
}

/// One change; the more nils are stored, the sparser the graph. Gives the object that was written.
fn change(heap: &mut TestHeap, rng: &mut Rng, nils: usize) -> ObjectId {
    let objects = live(heap);
    let (one, two, three) = (rng.pick(&objects), rng.pick(&objects), rng.pick(&objects));
    let field = ["a", "b", "c", "d"][rng.below(4)];
    let value = if rng.below(10) < nils { Value::Nil } else { two.into() };
    let kind = rng.below(20);
    match kind {
        0 | 1 => drop(heap.allocate_table()),
        2 => drop(heap.allocate_array(&[value, three.into()])),
        3 => drop(heap.allocate_box(value)),
        4 => drop(heap.allocate_closure(0, &[three.into(), value])),
        5..=8 => drop(heap.set_field(one, field, value)),
        9 => drop(heap.set_element(one, rng.below(3) as u32, value)),
        10 => drop(heap.set_box(one, value)),
        11 => drop(heap.set_capture(one, rng.below(2) as u32, value)),
        12 => drop(heap.push(one, value)),
        13 => {
            let removed = heap.pop(one);
            give_up(heap, removed);
        }
        14 | 15 => {
            let removed = heap.remove_field(one, field);
            give_up(heap, removed);
        }
        16..=18 => drop(heap.dec_ref(one)),
        _ if rng.below(6) == 0 => drop(heap.collect_cycles()),
        _ => drop(heap.inc_ref(one)),
    }
    if (5..16).contains(&kind) { one } else { ObjectId::NIL }
}

fn children(heap: &TestHeap, object: ObjectId) -> Vec<ObjectId> {
    values(heap, object).iter().filter_map(Value::reference).collect()
}

type Edges = HashMap<ObjectId, Vec<ObjectId>>;

fn edges(heap: &TestHeap) -> Edges {
    heap.objects().map(|object| (object, children(heap, object))).collect()
}

/// What a detection may look at: what changed objects reach, if something refers to them, and what
/// is left of cycles that have changed.
fn region(heap: &TestHeap, changed: &HashSet<ObjectId>, known: &[Vec<ObjectId>]) -> HashSet<ObjectId> {
    let referred = |object: &&ObjectId| heap.counts(**object).is_some_and(|counts| counts.internal > 0);
    let mut left: Vec<ObjectId> = changed.iter().filter(referred).copied().collect();
    let mut region = HashSet::new();
    while let Some(object) = left.pop() {
        if region.insert(object) {
            left.extend(children(heap, object));
        }
    }
    let touched = |cycle: &&Vec<ObjectId>| cycle.iter().any(|it| changed.contains(it) || !heap.contains(*it));
    region.extend(known.iter().filter(touched).flatten().filter(|it| heap.contains(**it)));
    region
}

fn lives(heap: &TestHeap, known: &[Vec<ObjectId>]) -> Vec<Vec<ObjectId>> {
    known.iter().filter(|cycle| cycle.iter().all(|&it| heap.contains(it))).cloned().collect()
}

/// Long stretches of changes, a detection after each.
fn stretches(seed: u64, count: usize) {
    let mut rng = rng(seed);
    let mut heap = heap(8 + rng.below(40) as u32);
    // Changes are followed from the first detection on.
    heap.detect_cycles();
    let (nils, longest) = (rng.below(7), 1 + rng.below(60));
    let mut known = Vec::new();
    for _ in 0..count {
        let mut changed = HashSet::new();
        for _ in 0..=rng.below(longest) {
            let before = edges(&heap);
            changed.insert(change(&mut heap, &mut rng, nils));
            let differs = |(object, edges): &(&ObjectId, &Vec<ObjectId>)| {
                before.get(object).map_or(&[][..], |before| before) != *edges
            };
            changed.extend(edges(&heap).iter().filter(differs).map(|(&object, _)| object));
            assert_eq!(cycles(&heap), lives(&heap, &known), "seed {seed}");
        }
        changed.retain(|&object| heap.contains(object));
        let may_touch = region(&heap, &changed, &known).len() as u64;
        let mut twin = heap.clone();
        let expected = true_cycles(&heap);
        let detected = heap.statistics().cycles_detected;
        let touched = touched(&mut heap, |heap| assert_eq!(heap.detect_cycles(), expected.len()));
        assert!(touched <= may_touch, "seed {seed}: {touched} of {may_touch}");
        assert_eq!(cycles(&heap), expected, "seed {seed}");
        assert_eq!(heap.statistics().cycles_detected, detected + expected.len() as u64);
        twin.detect_cycles_full();
        assert_eq!(cycles(&twin), expected, "seed {seed}");
        known = expected;
    }
}

#[test]
fn what_has_changed_is_enough_to_find_all_cycles() {
    for seed in 0..200 {
        stretches(seed, 30);
    }
}

/// Slices of random sizes with changes in between.
fn slices(seed: u64, count: usize) {
    let mut rng = rng(seed);
    let mut heap = heap(8 + rng.below(40) as u32);
    let (nils, rest) = (rng.below(7), 1 + rng.below(30));
    let mut known = Vec::new();
    let mut pauses = 0;
    for _ in 0..count {
        if rng.below(rest) == 0 {
            let most = 1 + rng.below(40);
            for _ in 0..=rng.below(most) {
                change(&mut heap, &mut rng, nils);
            }
            pauses = 0;
        }
        known = lives(&heap, &known);
        let objects = 1 + rng.below(6) as u32;
        let detected = heap.statistics().cycles_detected;
        let mut complete = false;
        let touched = touched(&mut heap, |heap| complete = heap.detect_slice(objects).unwrap());
        assert!(touched <= u64::from(objects));
        if complete {
            known = true_cycles(&heap);
        } else {
            let mut twin = heap.clone();
            twin.detect_cycles();
            assert_eq!(cycles(&twin), true_cycles(&twin), "seed {seed}");
        }
        let grown = heap.statistics().cycles_detected - detected;
        assert_eq!(grown, if complete { known.len() as u64 } else { 0 });
        assert_eq!(cycles(&heap), known, "seed {seed}");
        pauses = if complete { 0 } else { pauses + 1 };
        assert!(pauses <= heap.len(), "seed {seed}");
    }
}

#[test]
fn slices_between_changes_find_all_cycles_as_of_the_one_that_completes() {
    for seed in 0..600 {
        slices(seed, 150);
    }
}

/// Finalizers that change the graph, detect in all ways and panic, before releases and collections.
fn finalizers(seed: u64, count: usize) {
    let mut rng = rng(seed);
    let mut heap = heap(30);
    for _ in 0..count {
        change(&mut heap, &mut rng, 3);
        let object = rng.pick(&live(&heap));
        if rng.below(4) == 0 && heap.arm_finalizer(object) == Ok(true) {
            let seed = rng.below(usize::MAX) as u64 | 1;
            on(&mut heap, object, move |heap, _| finalize(heap, &mut Rng::new(seed)));
        }
        if rng.below(6) == 0 {
            heap.detect_cycles();
            assert_eq!(cycles(&heap), true_cycles(&heap), "seed {seed}");
        }
    }
}

fn finalize(heap: &mut TestHeap, rng: &mut Rng) {
    for _ in 0..rng.below(6) {
        match rng.below(4) {
            0 if rng.below(4) == 0 => std::panic::resume_unwind(Box::new("random")),
            0 => drop(heap.detect_slice(1 + rng.below(5) as u32)),
            1 => {
                heap.detect_cycles();
                assert_eq!(cycles(heap), true_cycles(heap));
            }
            _ => drop(change(heap, rng, 3)),
        }
    }
}

#[test]
fn finalizers_may_detect_whenever_they_run() {
    for seed in 0..400 {
        finalizers(seed, 200);
    }
}
