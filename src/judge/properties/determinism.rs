//! Determinism: a program does the same on two subjects, and on a copy that is copied anew after every line.
//!
//! There is no model here, only what the subjects show: outcomes, the journal, who lives, contents, counts, statistics
//! and cycles. After each line, all this is hashed to one number for each subject. The [`digest`] of a run hashes its
//! numbers. Of a subject whose dialect leaves it choices, only the outcomes are compared that depend on none.

use super::alone::Alone;
use crate::judge::lockstep::{Failure, Lockstep, Verdict, begins};
use crate::judge::panics;
use crate::judge::subject::{Looks, Observation, SubjectKind};
use crate::judge::tally::Tally;
use crate::judge::violation::Violation;
use heapproof_model::dialect::Names;
use heapproof_model::{Code, Contents, Counts, Dialect, Event, Line, Object, Outcome, Program, Statistics};
use std::hash::{Hash, Hasher};
use xxhash_rust::xxh3::Xxh3;

pub(super) fn check(kind: &SubjectKind, program: &Program) -> Verdict {
    let mut tally = Tally::default();
    let failure =
        panics::catch(|| compare(kind, program, &mut tally)).unwrap_or_else(|panic| Err((program.len(), panic.into())));
    let failure = failure.err().map(|(step, violation)| Failure::new(step, violation));
    Verdict { tally, failure }
}

/// A digest of everything that a subject shows during a program.
///
/// # Errors
/// Why there is no subject, or how it is lost.
pub fn digest(kind: &SubjectKind, program: &Program) -> Result<u64, Violation> {
    let mut run = Alone::of(kind)?;
    let mut digest = Xxh3::new();
    for line in program.lines() {
        digest.write_u64(taken(&mut run, line)?.digest);
    }
    Ok(digest.finish())
}

fn compare(kind: &SubjectKind, program: &Program, tally: &mut Tally) -> Result<(), (usize, Violation)> {
    let run = || Alone::of(kind).map_err(|violation| (0, violation));
    let (mut first, mut second) = (run()?, run()?);
    let mut copied = first.copied();
    let said = said(kind, program).map_err(|violation| (0, violation))?;
    for (step, line) in program.lines().iter().enumerate().take(said.len()).filter(|(step, _)| said[*step]) {
        begins(step);
        let at = |violation| (step, violation);
        let shown = taken(&mut first, line).map_err(at)?;
        tally.add(line.operation.code(), &shown.outcome);
        shown.compare(&taken(&mut second, line).map_err(at)?, "a second run").map_err(at)?;
        if let Some(copy) = &mut copied {
            shown.compare(&taken(copy, line).map_err(at)?, "a copy").map_err(at)?;
            copied = copy.copied();
        }
    }
    Ok(())
}

/// Which lines the dialect of the subject has words for (SPEC 10.8). A model beside a subject says so; where these two differ
/// it ends.
fn said(kind: &SubjectKind, program: &Program) -> Result<Vec<bool>, Violation> {
    let mut lockstep = Lockstep::new(kind)?;
    if *lockstep.abilities().dialect() == Dialect::default() {
        return Ok(vec![true; program.len()]);
    }
    let outcomes = program.lines().iter().map_while(|line| lockstep.follow(line).ok());
    Ok(outcomes.map(|outcome| outcome != Outcome::Skipped).collect())
}

/// What a subject shows after a line.
struct Shown {
    outcome: Outcome,
    journal: Vec<Event>,
    /// A digest of the fields above and of everything else that it shows.
    digest: u64,
}

impl Shown {
    fn compare(&self, other: &Shown, which: &'static str) -> Result<(), Violation> {
        if self.digest == other.digest {
            return Ok(());
        }
        let (first, second) = (self.outcome.clone(), other.outcome.clone());
        if first != second {
            return Err(Violation::Undetermined { which, what: "outcome", first, second });
        }
        let what = if self.journal == other.journal { "state" } else { "journal" };
        Err(Violation::Undetermined { which, what, first, second })
    }
}

/// Carries out a line, and gives what the subject then shows.
fn taken(run: &mut Alone, line: &Line) -> Result<Shown, Violation> {
    let Some((outcome, journal)) = run.carry_out(line)? else {
        return Ok(Shown { outcome: Outcome::Skipped, journal: Vec::new(), digest: 0 });
    };
    let digest = match run.abilities.dialect().has_choices() {
        true => promised(run, line, &outcome),
        false => shown(run, &outcome, &journal),
    };
    run.unless_lost()?;
    Ok(Shown { outcome, journal, digest })
}

/// A digest of what a subject promises that has choices: what a line gives that names only objects which held
/// references reach, unless the outcome is a choice.
fn promised(run: &Alone, line: &Line, outcome: &Outcome) -> u64 {
    let dialect = run.abilities.dialect();
    let is_chosen = matches!(line.operation.code(), Code::Upgrade | Code::Collect | Code::CollectSlice);
    let mut digest = Xxh3::new();
    if dialect.names == Names::Held && !is_chosen {
        outcome.hash(&mut digest);
    }
    digest.finish()
}

/// A digest of everything that the subject shows.
fn shown(run: &mut Alone, outcome: &Outcome, journal: &[Event]) -> u64 {
    let mut digest = Xxh3::new();
    (outcome, journal).hash(&mut digest);
    run.subject.take_returned().hash(&mut digest);
    // What a subject does not show it may not even understand to be asked for.
    let shows = |observation| run.abilities.shows(observation);
    let statistics = if shows(Observation::Statistics) { run.subject.statistics() } else { Statistics::default() };
    // A damaged heap can only be verified.
    if run.damaged.is_empty() && run.abilities.looks() != Looks::Disturbing {
        statistics.named().hash(&mut digest);
        for object in (0..run.objects).map(Object).filter(|object| run.subject.lives(*object)) {
            look(run, object).hash(&mut digest);
        }
        let mut cycles = if shows(Observation::Cycles) { run.subject.cycles() } else { Vec::new() };
        cycles.sort_unstable();
        cycles.hash(&mut digest);
    }
    digest.finish()
}

/// What the subject shows of an object.
fn look(run: &Alone, object: Object) -> (Object, Contents, Option<Counts>, Option<u64>) {
    let shows = |observation| run.abilities.shows(observation);
    let mut contents = Contents::default();
    if shows(Observation::Contents) {
        run.subject.look(object, &mut contents);
    }
    let counts = shows(Observation::Counts).then(|| run.subject.counts(object));
    let strong = shows(Observation::Strong).then(|| run.subject.strong(object));
    (object, contents, counts, strong)
}
