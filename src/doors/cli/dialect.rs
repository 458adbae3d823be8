//! `heapproof dialect`: whether a heap declares no more than it needs.
//!
//! A clause that is answered too loosely hides mistakes. So the heap is held to each answer that allows less than its own:
//! there it has to fail, and the trace shows why it needs its answer. With `--all` it is held to every other answer, which
//! finds the dialect of a heap that nobody has written down.

use super::output::Output;
use super::{Context, End, Trouble};
use crate::failure::minimize::Options;
use crate::failure::proof::Counterexample;
use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use crate::programs::generate::Recipe;
use crate::runs::campaign::{Campaign, Found};
use crate::runs::threads;
use clap::Args;
use heapproof_model::dialect::CLAUSES;
use heapproof_model::{Dialect, Program};
use std::collections::BTreeSet;
use std::io::Write;

#[derive(Debug, Args)]
pub(super) struct Strictness {
    /// The heap; the first of `list subjects` unless given
    #[arg(long, value_name = "NAME")]
    subject: Option<String>,
    /// How many random programs are tried for each answer
    #[arg(long, value_name = "N", default_value_t = 5_000)]
    cases: u64,
    /// The seed of these programs
    #[arg(long, value_name = "SEED", default_value_t = 1, value_parser = super::arguments::seed)]
    seed: u64,
    /// Try every other answer, not the stricter ones alone
    #[arg(long)]
    all: bool,
}

pub(super) fn dialect(context: &Context<'_>, arguments: &Strictness, output: &mut Output) -> Result<End, Trouble> {
    let subject = context.subject(arguments.subject.as_deref())?;
    let dialect = *subject.abilities()?.dialect();
    context.catch_interrupts()?;
    writeln!(output, "`{}` declares: {dialect}", subject.name)?;
    match verdict(context, subject, arguments)? {
        Verdict::Fails(how) => {
            writeln!(output, "it fails as what it declares, {how}")?;
            return Ok(End::Violation);
        }
        Verdict::Interrupted => return Ok(End::Interrupted),
        Verdict::Passes => writeln!(output, "it passes {} programs as what it declares", arguments.cases)?,
    }
    let tried: Vec<Tried> = tried(&dialect, arguments.all);
    if tried.is_empty() {
        writeln!(output, "no other answer is stricter than one of these; `--all` tries every other answer")?;
    }
    let mut end = End::Passed;
    for Tried { clause, word, is_stricter, dialect } in tried {
        output.flush()?;
        let verdict = match verdict(context, &subject.clone().held_to(dialect), arguments)? {
            Verdict::Fails(how) => format!("fails {how}"),
            Verdict::Interrupted => return Ok(End::Interrupted),
            Verdict::Passes if is_stricter => {
                end = End::Violation;
                "passes, so it is what the heap has to declare".to_owned()
            }
            Verdict::Passes => "passes".to_owned(),
        };
        writeln!(output, "{clause} {word}: {verdict}")?;
    }
    Ok(end)
}

/// Another answer of a clause, and the dialect with it.
struct Tried {
    clause: &'static str,
    word: &'static str,
    is_stricter: bool,
    dialect: Dialect,
}

/// The answers that are stricter than a dialect's, or all others.
fn tried(own: &Dialect, all: bool) -> Vec<Tried> {
    let answers = CLAUSES.iter().flat_map(|clause| {
        let stricter = clause.stricter(clause.of(own));
        let words = clause.answers().into_iter().enumerate().filter(|(answer, _)| *answer != clause.of(own));
        words.map(move |(answer, (word, _))| {
            let is_stricter = stricter.contains(&answer);
            Tried { clause: clause.name, word, is_stricter, dialect: clause.with(own, answer) }
        })
    });
    answers.filter(|tried| all || tried.is_stricter).collect()
}

/// What came of random programs.
enum Verdict {
    Passes,
    /// After how many programs, with which signature, and the minimised trace.
    Fails(String),
    Interrupted,
}

/// What comes of random programs on a heap; the first failure is minimised.
fn verdict(context: &Context<'_>, subject: &SubjectKind, arguments: &Strictness) -> Result<Verdict, Trouble> {
    let property = Property::Lockstep;
    let campaign = Campaign {
        property,
        subject: subject.clone(),
        seed: arguments.seed,
        recipe: Recipe::default(),
        without: Vec::new(),
        known: BTreeSet::new(),
        cases: arguments.cases,
        time: None,
        jobs: threads(),
        keep_going: false,
        feedback: false,
    };
    let mut first: Option<Found> = None;
    let summary = campaign.run(&context.stop, &mut |found| first = first.take().or(Some(found)), &mut |_| {})?;
    let judge = |program: &Program| property.check(subject, program).failure;
    let options = Options { stop: Some(&context.stop), jobs: threads(), ..Options::default() };
    let Some(Found { case, program, .. }) = first else {
        return Ok(if summary.interrupted { Verdict::Interrupted } else { Verdict::Passes });
    };
    Ok(match Counterexample::by(property, subject, &program, &options, &judge) {
        Some(found) => {
            let trace = found.minimized.program.to_string();
            Verdict::Fails(format!("in {} programs, {}\n{trace}", case + 1, found.signature))
        }
        None => Verdict::Fails(format!("in {} programs, but not always\n{program}", case + 1)),
    })
}
