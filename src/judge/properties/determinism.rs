//! Determinism: a program does the same on two subjects, and on a copy that is copied anew after every line.
//!
//! There is no model here, only what the subjects show: outcomes, the journal, who lives, contents, counts, statistics
//! and cycles. After each line, all this is hashed to one number for each subject. The [`digest`] of a run hashes its
//! numbers. Of a subject that may choose otherwise in each run, only those outcomes are compared that depend on no choice.

use super::bare::Bare;
use crate::judge::figure::Figure;
use crate::judge::lockstep::{Failure, Lockstep, Verdict, begins};
use crate::judge::panics;
use crate::judge::subject::{Looks, Observation, SubjectKind};
use crate::judge::tally::Tally;
use crate::judge::violation::Violation;
use heapproof_model::dialect::Names;
use heapproof_model::{Code, Contents, Counts, Dialect, Event, Line, Object, Outcome, Program, Statistics};
use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use xxhash_rust::xxh3::Xxh3;

pub(super) fn check(kind: &SubjectKind, program: &Program) -> Verdict {
    let (mut tally, mut at) = (Tally::default(), 0);
    let compared = panics::catch(|| compare(kind, program, &mut tally, &mut at));
    let failure = compared.unwrap_or_else(|panic| Err(panic.into())).err();
    Verdict { tally, failure: failure.map(|violation| Failure::new(at, violation)) }
}

/// A digest of everything that a subject shows during a program.
///
/// # Errors
/// Why there is no subject, or how it is lost.
pub fn digest(kind: &SubjectKind, program: &Program) -> Result<u64, Violation> {
    let mut run = Bare::of(kind)?;
    let mut digest = Xxh3::new();
    for line in program.lines() {
        digest.write_u64(run.step(line)?.digest);
    }
    Ok(digest.finish())
}

/// Compares the runs line by line; `at` is the line that is under way.
fn compare(kind: &SubjectKind, program: &Program, tally: &mut Tally, at: &mut usize) -> Result<(), Violation> {
    let (mut first, mut second) = (Bare::of(kind)?, Bare::of(kind)?);
    let mut copied = first.copied();
    let said = said(kind, program)?;
    for (step, line) in program.lines().iter().enumerate().take(said.len()).filter(|(step, _)| said[*step]) {
        begins(step);
        *at = step;
        let shown = first.step(line)?;
        tally.add(line.operation.code(), &shown.outcome);
        let again = second.step(line)?;
        first.compare(&shown, &second, &again, "a second run")?;
        if let Some(copy) = &mut copied {
            let again = copy.step(line)?;
            first.compare(&shown, copy, &again, "a copy")?;
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
    returned: Vec<(Figure, u64)>,
    /// A digest of the fields above and of everything else that it shows.
    digest: u64,
}

impl Bare {
    /// Carries out a line, and gives what the subject then shows.
    fn step(&mut self, line: &Line) -> Result<Shown, Violation> {
        let Some((outcome, journal)) = self.carry_out(line)? else {
            return Ok(Shown { outcome: Outcome::Skipped, journal: Vec::new(), returned: Vec::new(), digest: 0 });
        };
        let returned = self.subject.take_returned();
        let digest = match self.abilities.repeats() {
            true => self.shown(&outcome, &journal, &returned),
            false => self.promised(line, &outcome),
        };
        self.unless_lost()?;
        Ok(Shown { outcome, journal, returned, digest })
    }

    /// Fails with what differs after a line that both have carried out.
    fn compare(&self, shown: &Shown, other: &Bare, again: &Shown, which: &'static str) -> Result<(), Violation> {
        if shown.digest == again.digest {
            return Ok(());
        }
        let difference = Box::new(self.difference(shown, other, again));
        Err(Violation::Undetermined { which, difference })
    }

    /// The first thing in which two runs differ.
    fn difference(&self, shown: &Shown, other: &Bare, again: &Shown) -> Violation {
        let outcome = || Violation::Outcome { model: shown.outcome.clone(), subject: again.outcome.clone() };
        if shown.outcome != again.outcome {
            return outcome();
        }
        if shown.journal != again.journal {
            let same = shown.journal.iter().zip(&again.journal).take_while(|(one, other)| one == other).count();
            let (model, subject) = (shown.journal.get(same).cloned(), again.journal.get(same).cloned());
            return Violation::Journal { model, subject };
        }
        for (one, other) in shown.returned.iter().zip(&again.returned) {
            if one != other {
                return Violation::Returned { figure: one.0, model: one.1, subject: other.1 };
            }
        }
        let (model, subject) = (shown.returned.len() as u64, again.returned.len() as u64);
        if model != subject {
            return Violation::Statistics { which: "figures_returned", model, subject };
        }
        for ((which, model), (_, subject)) in self.statistics().named().into_iter().zip(other.statistics().named()) {
            if model != subject {
                return Violation::Statistics { which, model, subject };
            }
        }
        let objects = (0..self.objects.max(other.objects)).map(Object);
        let parted = objects.into_iter().find_map(|object| self.parted(other, object));
        parted.unwrap_or_else(|| match (self.cycles(), other.cycles()) {
            (model, subject) if model != subject => Violation::Cycles { model, subject },
            _ => outcome(),
        })
    }

    /// How an object looks different in two runs.
    fn parted(&self, other: &Bare, object: Object) -> Option<Violation> {
        match (self.subject.lives(object), other.subject.lives(object)) {
            (true, false) => return Some(Violation::FreedTooEarly { object }),
            (false, true) => return Some(Violation::NotFreed { object }),
            (false, false) => return None,
            (true, true) => {}
        }
        let (one, other) = (self.look(object), other.look(object));
        if one.contents != other.contents {
            let (model, subject) = (Box::new(one.contents), Box::new(other.contents));
            return Some(Violation::Contents { object, model, subject });
        }
        match (one.counts, other.counts, one.strong, other.strong) {
            (Some(model), Some(subject), ..) if model != subject => Some(Violation::Counts { object, model, subject }),
            (_, _, Some(model), Some(subject)) if model != subject => {
                Some(Violation::Strong { object, model, subject })
            }
            _ => None,
        }
    }

    /// A digest of what a subject promises that may choose otherwise in each run: what a line gives. Where its dialect has choices, only
    /// if the line names only objects that held references reach, and its outcome is no choice. And only until code is given
    /// to an object: what that does depends on when it runs, and in which order.
    fn promised(&mut self, line: &Line, outcome: &Outcome) -> u64 {
        let (code, dialect) = (line.operation.code(), self.abilities.dialect());
        let is_chosen =
            dialect.names == Names::Any || matches!(code, Code::Upgrade | Code::Collect | Code::CollectSlice);
        self.has_code |= code.arms();
        let mut digest = Xxh3::new();
        if !(self.has_code || dialect.has_choices() && is_chosen) {
            outcome.hash(&mut digest);
        }
        digest.finish()
    }

    /// A digest of everything that the subject shows.
    fn shown(&self, outcome: &Outcome, journal: &[Event], returned: &[(Figure, u64)]) -> u64 {
        let mut digest = Xxh3::new();
        (outcome, journal).hash(&mut digest);
        returned.hash(&mut digest);
        let statistics = self.statistics();
        // A damaged heap can only be verified.
        if !self.is_damaged && self.abilities.looks() != Looks::Disturbing {
            statistics.named().hash(&mut digest);
            for object in (0..self.objects).map(Object).filter(|object| self.subject.lives(*object)) {
                self.look(object).hash(&mut digest);
            }
            self.cycles().hash(&mut digest);
        }
        digest.finish()
    }

    /// The subject's counters. What it does not show it may not even understand to be asked for.
    fn statistics(&self) -> Statistics {
        let shows = self.abilities.shows(Observation::Statistics);
        if shows { self.subject.statistics() } else { Statistics::default() }
    }

    fn cycles(&self) -> Vec<BTreeSet<Object>> {
        let shows = self.abilities.shows(Observation::Cycles);
        let cycles = if shows { self.subject.cycles() } else { Vec::new() };
        let mut cycles: Vec<BTreeSet<Object>> = cycles.into_iter().map(BTreeSet::from_iter).collect();
        cycles.sort_unstable();
        cycles
    }

    /// What the subject shows of an object.
    fn look(&self, object: Object) -> Look {
        let shows = |observation| self.abilities.shows(observation);
        let mut contents = Contents::default();
        if shows(Observation::Contents) {
            self.subject.look(object, &mut contents);
        }
        let counts = shows(Observation::Counts).then(|| self.subject.counts(object));
        let strong = shows(Observation::Strong).then(|| self.subject.strong(object));
        Look { object, contents, counts, strong }
    }
}

/// What a subject shows of an object.
#[derive(Hash)]
struct Look {
    object: Object,
    contents: Contents,
    counts: Option<Counts>,
    strong: Option<u64>,
}
