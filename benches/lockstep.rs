//! Measures the cost of a random program: drawing it, the model alone, the heap alone, and both in lockstep with all
//! comparisons. Compare only rows of one run, never rows of different machines.

use divan::Bencher;
use divan::counter::ItemsCount;
use heapproof::generate::{self, Recipe};
use heapproof::lockstep;
use heapproof::model::{Program, Reference, Script, Value, script};
use heapproof::subject::Subject;
use heapproof::subjects::{HEAP, HeapSubject};

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
    bencher.counter(operations(&programs)).bench(|| {
        for program in &programs {
            let mut model = Reference::new();
            program.lines().iter().for_each(|line| drop(script::step(&mut model, line)));
        }
    });
}

#[divan::bench]
fn on_the_heap(bencher: Bencher<'_, '_>) {
    let programs = programs();
    bencher.counter(operations(&programs)).bench(|| {
        for program in &programs {
            let mut heap = HeapSubject::default();
            let mut names = Script::default();
            for line in program.lines() {
                let Some(operation) = line.operation.resolve(&|name| names.object(name)) else { continue };
                let given = heap.call(&operation);
                if let (Some(name), Ok(Value::Reference(object))) = (line.bind, given) {
                    names.bind(name, object);
                    heap.bind(name, object);
                }
            }
        }
    });
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
