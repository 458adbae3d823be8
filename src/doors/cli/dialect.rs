//! `heapproof dialect`: whether a heap declares no more than it needs.
//!
//! A clause that is answered too loosely hides mistakes. So the heap is held to each answer that allows less than its own:
//! there it has to fail, and the trace shows why it needs its answer. With `--all` it is held to every other answer, which
//! finds the dialect of a heap that nobody has written down.

use super::output::Output;
use super::{Context, End, Trouble};
use crate::failure::proof::Counterexample;
use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use crate::programs::generate::{self, Recipe};
use clap::Args;
use heapproof_model::dialect::CLAUSES;
use std::io::Write;
use std::sync::atomic::Ordering;

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
    if let Some(failing) = failing(context, subject, arguments)? {
        writeln!(output, "it fails as what it declares, after {} programs:\n{}", failing.after, failing.trace)?;
        return Ok(End::Violation);
    }
    writeln!(output, "it passes {} programs as what it declares", arguments.cases)?;
    if !arguments.all && CLAUSES.iter().all(|clause| clause.stricter(clause.of(&dialect)).is_empty()) {
        writeln!(output, "no other answer is stricter than one of these; `--all` tries every other answer")?;
    }
    let mut end = End::Passed;
    output.flush()?;
    for clause in CLAUSES {
        let (own, answers) = (clause.of(&dialect), clause.answers());
        let stricter = clause.stricter(own);
        for (answer, (word, _)) in answers.iter().enumerate().filter(|(answer, _)| *answer != own) {
            let is_stricter = stricter.contains(&answer);
            if !is_stricter && !arguments.all {
                continue;
            }
            let held = subject.clone().held_to(clause.with(&dialect, answer));
            let name = clause.name;
            match failing(context, &held, arguments)? {
                Some(Failing { after, signature, trace }) => {
                    writeln!(output, "{name} {word}: fails in {after} programs, {signature}\n{trace}")?;
                }
                None if is_stricter => {
                    end = End::Violation;
                    writeln!(output, "{name} {word}: passes, so it is what the heap has to declare")?;
                }
                None => writeln!(output, "{name} {word}: passes")?,
            }
            output.flush()?;
        }
        if context.stop.load(Ordering::Relaxed) {
            return Ok(End::Interrupted);
        }
    }
    Ok(end)
}

/// How a heap fails that is held to an answer.
struct Failing {
    after: u64,
    signature: String,
    trace: String,
}

/// How a heap fails in random programs, if it does: the first failure, minimised.
fn failing(context: &Context<'_>, subject: &SubjectKind, arguments: &Strictness) -> Result<Option<Failing>, Trouble> {
    let abilities = subject.abilities()?;
    let recipe = Recipe { dialect: *abilities.dialect(), ..Recipe::default() };
    for case in 0..arguments.cases {
        if context.stop.load(Ordering::Relaxed) {
            break;
        }
        let program = generate::case(arguments.seed, case, &recipe, &|code| abilities.has(code));
        if let Some(found) = Counterexample::of(Property::Lockstep, subject, &program) {
            let trace = found.minimized.program.to_string();
            let signature = found.signature.to_string();
            return Ok(Some(Failing { after: case + 1, signature, trace }));
        }
    }
    Ok(None)
}
