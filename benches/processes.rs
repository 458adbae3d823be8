//! Measures how many answers a second a heap in another process gives: asked ahead and looked at where a program ends, as
//! `check` does it; asked line by line; looked at after each line; and with a process for each program.
//!
//! `HEAPPROOF_EXEC='./counted' cargo bench --bench processes` measures that command. Rows of one run are comparable. Two
//! processes on two processors wait for each other to wake up; `taskset -c 1` before it measures one processor.

use divan::Bencher;
use divan::counter::ItemsCount;
use heapproof::generate::{self, Recipe};
use heapproof::lockstep::{self, Everything, Failed, Inspection, Lockstep};
use heapproof::model::{Event, Program};
use heapproof::subject::SubjectKind;
use heapproof::subjects::process;
use heapproof::violation::Violation;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

fn main() {
    divan::main();
}

const CASES: u64 = 200;

/// The heap under measurement. Without one there is nothing to measure.
fn subject() -> Option<SubjectKind> {
    let words = std::env::var("HEAPPROOF_EXEC").ok()?;
    match process::kind(words.split_whitespace().map(str::to_owned).collect(), Duration::from_secs(10)) {
        Ok(kind) => Some(kind),
        Err(error) => {
            eprintln!("HEAPPROOF_EXEC: {error}");
            None
        }
    }
}

/// The default mix of its dialect.
fn programs(kind: &SubjectKind) -> Vec<Program> {
    let Ok(abilities) = kind.abilities() else { return Vec::new() };
    let recipe = Recipe { dialect: *abilities.dialect(), ..Recipe::default() };
    (0..CASES).map(|case| generate::case(1, case, &recipe, &|code| abilities.supports(code))).collect()
}

/// How many answers these programs get: one for each call, those of a program's end and of user code too.
fn answers(kind: &SubjectKind, programs: &[Program]) -> ItemsCount {
    let answers = Rc::new(Cell::new(0_u64));
    for program in programs {
        let Ok(mut lockstep) = Lockstep::new(kind) else { continue };
        let counted = Rc::clone(&answers);
        lockstep.watch(Box::new(move |_, called| {
            let within = called.events.iter().filter(|event| matches!(event, Event::Did(_))).count();
            counted.set(counted.get() + 1 + within as u64);
        }));
        let all = program.lines().iter().all(|line| lockstep.follow(line).is_ok());
        assert!(all && lockstep.end().is_ok(), "a heap that fails is measured by nobody");
    }
    ItemsCount::new(answers.get())
}

fn measure(bencher: Bencher<'_, '_>, of: impl Fn(SubjectKind) -> SubjectKind, inspection: &dyn Inspection) {
    let Some(kind) = subject() else { return bencher.bench(|| ()) };
    let programs = programs(&kind);
    let answers = answers(&kind, &programs);
    let kind = of(kind);
    bencher.counter(answers).bench_local(|| {
        for program in &programs {
            assert_eq!(lockstep::run_with(&kind, program, inspection).failure, None);
        }
    });
}

/// Compares everything, once, where the program ends.
struct AtTheEnd;

impl Inspection for AtTheEnd {
    fn look(&self, _lockstep: &mut Lockstep) -> Result<(), Violation> {
        Ok(())
    }

    fn end(&self, lockstep: &mut Lockstep) -> Result<(), Failed> {
        Ok(Everything.look(lockstep)?)
    }
}

#[divan::bench(sample_count = 20)]
fn asked_ahead(bencher: Bencher<'_, '_>) {
    measure(bencher, |kind| kind, &Everything);
}

#[divan::bench(sample_count = 20)]
fn line_by_line(bencher: Bencher<'_, '_>) {
    measure(bencher, SubjectKind::patient, &AtTheEnd);
}

#[divan::bench(sample_count = 10)]
fn looked_at_after_each_line(bencher: Bencher<'_, '_>) {
    measure(bencher, SubjectKind::patient, &Everything);
}

#[divan::bench(sample_count = 3)]
fn with_a_process_for_each_program(bencher: Bencher<'_, '_>) {
    measure(bencher, SubjectKind::fresh, &Everything);
}
