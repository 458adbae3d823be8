//! Measures the cost of a random program: drawing it, the model alone, the heap alone, and both in lockstep with all
//! comparisons. Compare only rows of one run, never rows of different machines.

#[path = "operations/parts.rs"]
mod parts;

use divan::Bencher;
use divan::counter::ItemsCount;
use heapproof::generate::{self, Recipe};
use heapproof::lockstep;
use heapproof::model::Program;
use heapproof::subjects::HEAP;

fn main() {
    divan::main();
}

const CASES: u64 = 200;

fn programs() -> Vec<Program> {
    (0..CASES).map(|case| generate::case(1, case, &Recipe::default(), &|_| true)).collect()
}

/// The number of operations that these programs carry out.
fn operations(programs: &[Program]) -> ItemsCount {
    let total = programs.iter().map(|program| lockstep::run(&HEAP, program).tally.total());
    ItemsCount::new(total.map(|total| total.done + total.refused).sum::<u64>())
}

#[divan::bench]
fn drawn(bencher: Bencher<'_, '_>) {
    bencher.counter(operations(&programs())).bench(programs);
}

#[divan::bench]
fn on_the_model(bencher: Bencher<'_, '_>) {
    let programs = programs();
    bencher.counter(operations(&programs)).bench(|| programs.iter().for_each(parts::on_the_model));
}

#[divan::bench]
fn on_the_heap(bencher: Bencher<'_, '_>) {
    let programs = programs();
    bencher.counter(operations(&programs)).bench(|| programs.iter().for_each(parts::on_the_heap));
}

#[divan::bench]
fn in_lockstep(bencher: Bencher<'_, '_>) {
    let programs = programs();
    bencher.counter(operations(&programs)).bench(|| {
        for program in &programs {
            assert_eq!(lockstep::run(&HEAP, program).failure, None);
        }
    });
}
