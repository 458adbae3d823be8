//! `heapproof dialect`: whether a heap declares no more than it needs.
//!
//! A clause that is answered too loosely hides mistakes. So the heap is held to each answer that allows less than its own:
//! there it has to fail, and the trace shows why it needs its answer. With `--all` it is held to every other answer, which
//! finds the dialect of a heap that nobody has written down.

mod far;
mod report;
mod verdict;

use super::arguments::{Format, duration, operation, seed};
use super::isolate::Isolate;
use super::output::Output;
use super::{Context, End, Trouble};
use crate::programs::generate::MOST_LINES;
use clap::Args;
use far::Far;
use heapproof_model::dialect::{CLAUSES, Clause};
use heapproof_model::{Code, Dialect};
use report::Reporter;
use std::path::PathBuf;
use std::time::Duration;
use verdict::{Trials, Verdict};

#[derive(Debug, Args)]
pub(super) struct Strictness {
    /// The heap; the first of `list subjects` unless given
    #[arg(long, value_name = "NAME")]
    subject: Option<String>,
    /// How many random programs are tried for each answer
    #[arg(long, value_name = "N", default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(1..))]
    cases: u64,
    /// How long they may take for each answer, as in `10s`; then fewer are tried
    #[arg(long, value_name = "TIME", value_parser = duration)]
    time: Option<Duration>,
    /// The most lines of a program
    #[arg(long, value_name = "MAX", default_value_t = MOST_LINES as u32, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    ops: u32,
    /// The seed of these programs
    #[arg(long, value_name = "SEED", default_value_t = 1, value_parser = seed)]
    seed: u64,
    /// How many threads; by default one for each processor
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// An operation that no program uses, by its name in `list operations`; may be given several times
    #[arg(long, value_name = "OPERATION", value_delimiter = ',', value_parser = operation)]
    without: Vec<Code>,
    /// Try every other answer, not the stricter ones alone
    #[arg(long)]
    all: bool,
    /// Do not minimise what fails
    #[arg(long)]
    brief: bool,
    /// A folder for the traces, one for each answer that fails: `CLAUSE-ANSWER.trace`
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
    /// The form of the results
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    isolate: Isolate,
}

pub(super) fn dialect(context: &Context<'_>, arguments: &Strictness, output: &mut Output) -> Result<End, Trouble> {
    let subject = context.subject(arguments.subject.as_deref())?;
    let declared = *subject.abilities()?.dialect();
    let trials = Trials { context, arguments };
    let mut reporter = Reporter::new(arguments, output)?;
    context.catch_interrupts()?;
    reporter.start(subject, &declared)?;
    let tried = tried(&declared, arguments.all);
    // The first is the dialect that the heap declares.
    let mut far = Far::new(1 + tried.iter().map(|(_, answers)| answers.len()).sum::<usize>());
    let verdict = trials.of(subject, &far)?;
    far.suspend(|| reporter.as_declared(subject, &verdict))?;
    match verdict {
        Verdict::Fails { .. } => return Ok(End::Violation),
        Verdict::Interrupted => return Ok(End::Interrupted),
        Verdict::Passes { .. } => {}
    }
    let mut end = End::Passed;
    for (clause, answers) in tried {
        let mut passing = Vec::new();
        for answer in answers {
            let other = subject.clone().held_to(clause.with(&declared, answer));
            far.next();
            let verdict = trials.of(&other, &far)?;
            match verdict {
                Verdict::Interrupted => return Ok(End::Interrupted),
                Verdict::Passes { .. } => passing.push(answer),
                Verdict::Fails { .. } => {}
            }
            let is_stricter = clause.stricter(clause.of(&declared)).contains(&answer);
            far.suspend(|| reporter.answer(clause, (answer, is_stricter), &other, &verdict))?;
        }
        let advice = advice(clause, clause.of(&declared), &passing);
        far.suspend(|| reporter.advice(clause, &advice))?;
        if matches!(advice, Advice::Declare(_)) {
            end = End::Violation;
        }
    }
    far.suspend(|| reporter.end(end == End::Passed))?;
    Ok(end)
}

/// What follows from the answers of a clause as which a heap passes.
enum Advice {
    /// Nothing stricter than what it declares.
    Keep,
    /// This is stricter, and the heap has to declare it.
    Declare(usize),
    /// These are stricter, and contradict each other: no program tells them apart on this heap.
    NotTold(Vec<usize>),
}

/// The clauses of which there is another answer to try, and these answers.
fn tried(declared: &Dialect, all: bool) -> Vec<(&'static Clause, Vec<usize>)> {
    let of = |clause: &'static Clause| {
        let own = clause.of(declared);
        let stricter = clause.stricter(own);
        let others = (0..clause.answers().len()).filter(|answer| *answer != own);
        (clause, others.filter(|answer| all || stricter.contains(answer)).collect::<Vec<_>>())
    };
    CLAUSES.iter().map(of).filter(|(_, answers)| !answers.is_empty()).collect()
}

/// The strictest of the stricter answers that pass, if there is one.
fn advice(clause: &Clause, declared: usize, passing: &[usize]) -> Advice {
    let stricter: Vec<usize> =
        passing.iter().copied().filter(|answer| clause.stricter(declared).contains(answer)).collect();
    let is_strictest = |answer: &usize| !clause.stricter(*answer).iter().any(|other| stricter.contains(other));
    let strictest: Vec<usize> = stricter.iter().copied().filter(is_strictest).collect();
    match strictest[..] {
        [] => Advice::Keep,
        [only] => Advice::Declare(only),
        _ => Advice::NotTold(strictest),
    }
}
