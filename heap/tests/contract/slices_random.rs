//! Random programs between slices, against marking from the roots.
//!
//! Without finalizers everything can be demanded: a slice frees garbage and nothing else, keeps to
//! its budget, and the collection ends in time; what was garbage when it began, and was left alone
//! since, is then dead.

use std::collections::{HashMap, HashSet};

use heapproof_heap::{Counts, ObjectId, Value};

use crate::random::Rng;
use crate::support::{
    TestHeap, assert_clean, assert_exact, assert_findable, garbage, heap, link, reachable, reached_from, table, values,
};

/// What an object was like when a collection began.
type Likeness = (Counts, Vec<Value>);

/// The sliced collection under way.
struct UnderWay {
    calls: usize,
    most_calls: usize,
    /// What was garbage when it began, and has been left alone.
    left_alone: HashMap<ObjectId, Likeness>,
}

fn likeness(heap: &TestHeap, object: ObjectId) -> Option<Likeness> {
    Some((heap.counts(object)?, values(heap, object)))
}

struct Run {
    heap: TestHeap,
    rng: Rng,
    most_objects: usize,
    under_way: Option<UnderWay>,
    /// How many objects had to be dead when a collection ended.
    demanded: usize,
}

impl Run {
    fn new(seed: u64, most_objects: usize) -> Self {
        Self { heap: heap(), rng: Rng::new(seed), most_objects, under_way: None, demanded: 0 }
    }

    /// Tables that refer to each other at random, of which few are held.
    fn grow(&mut self) {
        let objects: Vec<ObjectId> =
            (0..1 + self.rng.below(self.most_objects / 4)).map(|_| table(&mut self.heap)).collect();
        for &object in &objects {
            for field in ["a", "b", "c"].into_iter().take(self.rng.below(4)) {
                let other = self.rng.pick(&objects);
                link(&mut self.heap, object, field, other);
            }
        }
        for (place, object) in objects.into_iter().enumerate() {
            if place > 0 || self.rng.below(2) == 0 {
                self.heap.dec_ref(object).unwrap();
            }
        }
    }

    fn mutate(&mut self) {
        let objects: Vec<ObjectId> = self.heap.objects().collect();
        let (one, two) = (self.rng.pick(&objects), self.rng.pick(&objects));
        let field = ["a", "b", "c"][self.rng.below(3)];
        match self.rng.below(10) {
            0 if objects.len() < self.most_objects => self.grow(),
            1 => drop(self.heap.set_field(one, field, two.into())),
            2 => drop(self.heap.set_field(one, field, Value::Nil)),
            3 => drop(self.heap.remove_field(one, field)),
            4 => drop(self.heap.inc_ref(one)),
            5 if objects.len() < self.most_objects => drop(self.heap.allocate_weak(one)),
            6 => drop(self.heap.upgrade(one)),
            _ => drop(self.heap.dec_ref(one)),
        }
        if let Some(under_way) = &mut self.under_way {
            under_way.left_alone.remove(&one);
            under_way.left_alone.remove(&two);
        }
        self.strike_out();
    }

    /// Strikes out what was not left alone.
    fn strike_out(&mut self) {
        let Some(under_way) = &mut self.under_way else {
            return;
        };
        let garbage = garbage(&self.heap);
        under_way.left_alone.retain(|object, before| {
            !self.heap.contains(*object)
                || garbage.contains(object) && likeness(&self.heap, *object).as_ref() == Some(before)
        });
    }

    fn begin(&mut self) {
        let left_alone = garbage(&self.heap).into_iter();
        let left_alone = left_alone.filter_map(|object| Some((object, likeness(&self.heap, object)?)));
        self.under_way =
            Some(UnderWay { calls: 0, most_calls: 4 * self.heap.len() + 4, left_alone: left_alone.collect() });
    }

    fn slice(&mut self) {
        if self.under_way.is_none() {
            self.begin();
        }
        let budget = 1 + self.rng.below(1 + self.most_objects / 6) as u32;
        let reachable = reachable(&self.heap);
        let before = self.heap.statistics();
        let collection = self.heap.collect_slice(budget).unwrap();
        let after = self.heap.statistics();
        assert!(after.objects_touched - before.objects_touched <= u64::from(budget));
        assert!(reachable.iter().all(|&object| self.heap.contains(object)), "something reachable was freed");
        self.strike_out();
        let under_way = self.under_way.as_mut().unwrap();
        under_way.calls += 1;
        assert!(under_way.calls <= under_way.most_calls, "{} calls", under_way.calls);
        if collection.complete {
            self.end();
        }
    }

    /// Looks whether what had to be freed was.
    fn end(&mut self) {
        let left_alone: HashSet<ObjectId> = self.under_way.take().unwrap().left_alone.into_keys().collect();
        let others = self.heap.objects().filter(|object| !left_alone.contains(object));
        let excused = reached_from(&self.heap, others);
        for object in left_alone {
            self.demanded += 1;
            assert!(!self.heap.contains(object) || excused.contains(&object), "{object} was left alone, and not freed");
        }
    }
}

fn run(seed: u64, most_objects: usize, operations: usize) -> usize {
    let mut run = Run::new(seed, most_objects);
    let mutations = 1 + seed as usize % 7;
    for operation in 0..operations {
        match run.rng.below(mutations + 1) {
            0 => run.slice(),
            _ => run.mutate(),
        }
        if run.rng.below(500) == 0 {
            run.heap.collect_cycles().unwrap();
            run.under_way = None;
            assert!(garbage(&run.heap).is_empty());
        }
        assert_exact(&run.heap);
        assert_findable(&run.heap);
        if operation % 4 == 0 {
            assert_clean(&run.heap);
        }
    }
    run.demanded
}

#[test]
fn slices_keep_all_promises_in_small_heaps() {
    let demanded: usize = (0..200).map(|seed| run(seed, 20, 300)).sum();
    assert!(demanded > 1_000, "only {demanded} objects had to be freed");
}

#[test]
fn slices_keep_all_promises_in_larger_heaps() {
    let demanded: usize = (0..20).map(|seed| run(seed, 250, 600)).sum();
    assert!(demanded > 1_000, "only {demanded} objects had to be freed");
}
