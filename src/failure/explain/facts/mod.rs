//! Why the model is right: a chain of facts from the definitions, each with the lines that it depends on.

mod expected;
mod figures;
mod lives;
mod outcomes;
mod returned;

use super::story::{Lines, Story};
use crate::judge::violation::Violation;

/// A fact, which follows from the definitions or was observed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Fact {
    /// The fact in a sentence.
    pub text: String,
    /// The numbers of the lines that it depends on, from 1.
    pub lines: Vec<usize>,
}

/// The facts behind a violation.
pub fn facts(story: &Story<'_>, violation: &Violation) -> Vec<Fact> {
    let mut telling = Telling { story, facts: Vec::new() };
    telling.tell(violation);
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
            Violation::Outcome { model, .. } => self.outcome(model),
            Violation::Journal { model, subject } => self.journal(model.as_ref(), subject.as_ref()),
            Violation::Statistics { which, .. } => self.statistics(which),
            Violation::Cycles { model, subject } => {
                self.known();
                self.cycles(model, subject);
            }
            Violation::Detection { model, subject } => self.cycles(model, subject),
            Violation::Expected { expected, found } => self.expected(expected, found),
            Violation::OverBudget { budget, .. } => self.budget(*budget),
            Violation::Returned { figure, .. } => self.returned(*figure),
            Violation::Verification { .. } => {
                for object in violation.objects() {
                    self.referred_to(object);
                }
            }
            _ => {}
        }
    }
}
