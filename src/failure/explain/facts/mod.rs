//! Why the model is right: a chain of facts from the definitions, each with the lines that it depends on.

mod calls;
mod closing;
mod damage;
mod expected;
mod figures;
mod lives;
mod notation;
mod outcomes;
mod returned;

use super::story::{Lines, Story};
use crate::judge::lockstep::Failure;
use crate::judge::violation::Violation;
use heapproof_model::Program;

/// A fact, which follows from the definitions or was observed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Fact {
    /// The fact in a sentence.
    pub text: String,
    /// The numbers of the lines that it depends on, from 1.
    pub lines: Vec<usize>,
}

/// The facts behind a failure of a program. There is no story where nothing was done before it, or where no heap is in it; `knows`
/// says whether the story has all that they are about.
pub fn facts(story: Option<&Story<'_>>, program: &Program, failure: &Failure, knows: bool) -> Vec<Fact> {
    let violation = &failure.violation;
    if violation.is_of_notation() {
        return notation::facts(program, violation);
    }
    let Some(story) = story else {
        let text = "it is the first call, so nothing was done before it".to_owned();
        return vec![Fact { text, lines: Vec::new() }];
    };
    if !knows {
        let text = "of so long a program only what concerns some objects is known, and this concerns none".to_owned();
        return vec![Fact { text, lines: Vec::new() }];
    }
    let mut telling = Telling { story, facts: Vec::new() };
    if violation.ends_the_process() {
        let line = program.lines().get(failure.step);
        let named = line.map(|line| story.history.names.named(program, line)).unwrap_or_default();
        telling.last_before(&named);
        return telling.facts;
    }
    telling.tell(violation);
    telling.refused(&violation.objects());
    if telling.facts.is_empty() {
        telling.call();
    }
    telling.facts
}

struct Telling<'a> {
    story: &'a Story<'a>,
    facts: Vec<Fact>,
}

impl Telling<'_> {
    fn add(&mut self, text: String, lines: Lines) {
        let fact = Fact { text, lines: lines.into_iter().collect() };
        if !self.facts.contains(&fact) {
            self.facts.push(fact);
        }
    }

    fn tell(&mut self, violation: &Violation) {
        match violation {
            Violation::FreedTooEarly { object } => {
                self.lives(*object);
                self.freed_by_subject(*object);
            }
            Violation::CollectsLive { object } => self.lives(*object),
            Violation::NotFreed { object } => self.gone(*object),
            Violation::LeavesGarbage { object } => self.unreached(&self.story.after, *object),
            Violation::LeaksCycle { object } => self.unreached(&self.story.before, *object),
            Violation::Counts { object, model, subject } => self.counts(*object, *model, *subject),
            Violation::Strong { object, .. } => self.referred_to(*object),
            Violation::Contents { object, model, subject } => self.contents(*object, model, subject),
            Violation::Outcome { model, subject } => self.outcome(model, subject),
            Violation::Journal { model, subject } => self.journal(model.as_ref(), subject.as_ref()),
            Violation::Statistics { which, .. } => self.statistics(which),
            Violation::Cycles { model, subject } => {
                self.known();
                self.cycles(model, subject);
            }
            Violation::Detection { model, subject } => self.cycles(model, subject),
            Violation::Expected { expected, found } => self.expected(expected, found),
            Violation::OverBudget { budget, .. } => self.budget(*budget),
            Violation::NoCandidate { object } => self.unreached(&self.story.after, *object),
            Violation::DeadCandidate { object } => self.gone(*object),
            Violation::AtEnd { object, begins } => self.at_end(*object, *begins),
            Violation::Contradiction { .. } => self.call(),
            Violation::Visits { touched, .. } => self.work(*touched),
            Violation::Returned { figure, .. } => self.returned(*figure),
            Violation::Footprint { early, late, rounds } => self.grows(*early, *late, *rounds),
            Violation::Peak { low, high } => self.peak(*low, *high),
            Violation::Verification { found } => self.found(*found),
            Violation::FaultMissed { fault, wanted, .. } => self.fault_missed(*fault, *wanted),
            Violation::Score { found, wanted, .. } => self.score(found, *wanted),
            Violation::RepairedAgain { .. } => self.repaired(),
            Violation::Undetermined { which, difference } => {
                let part = difference.kind().replace(['-', '_'], " ");
                self.add(format!("{which} is given the same lines, and what differs is: {part}"), Lines::new());
                self.call();
                self.tell(difference);
            }
            Violation::Panicked { .. } | Violation::Lost(_) | Violation::Told { .. } => self.call(),
            // Those that end the process have been told, and so have those of notation.
            Violation::Crashed { .. }
            | Violation::Hung { .. }
            | Violation::OutOfMemory { .. }
            | Violation::NotMade(_)
            | Violation::Misplaced { .. }
            | Violation::RoundTrip { .. } => {}
        }
    }
}
