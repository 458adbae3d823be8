//! What a call sets off, and how the subject's choices in it are followed.

use super::{Reference, Reply};
use crate::operation::{Code, Operation};
use crate::script::{Event, Machine, Outcome, Refusal, Script};
use crate::value::Object;

/// How many divisions of what dies around an allocation are tried before that in which all dies first.
const MOST_EARLY: u32 = 4;

impl Machine for Reference {
    /// Where the dialect leaves choices, objects may die before an allocation looks at its arguments, or after it; and at
    /// the end of code, after one reference that it held is dropped or after the next. The journal does not say where it
    /// divides, so each division is tried: all are allowed. The one that the next event speaks for comes first, and behind an event
    /// that differs none is tried, or each call of code that calls code would be tried as often as all around it together.
    fn call(&mut self, operation: &Operation<Object>) -> Reply {
        let drops = operation.code() == Code::Drop && !self.running.is_empty() && self.dialect.has_free_turns();
        let allocates = operation.code().allocates();
        if (drops || allocates && self.dialect.has_choices()) && self.agrees() {
            let few_first = allocates || matches!(self.choice(), Some(Event::Did(_) | Event::Ended(_)));
            let mut divisions: Vec<u32> = (0..MOST_EARLY).chain([u32::MAX]).collect();
            divisions.rotate_right(usize::from(!few_first));
            for most in divisions {
                let mut attempt = self.clone();
                let reply = attempt.carry_out(operation, most);
                if attempt.explains(&reply, drops) {
                    *self = attempt;
                    return reply;
                }
            }
        }
        self.carry_out(operation, if allocates { 0 } else { u32::MAX })
    }

    fn script(&mut self) -> &mut Script {
        &mut self.script
    }

    fn permits(&self, operation: &Operation<Object>) -> bool {
        let did = || matches!(self.choice(), Some(Event::Did(outcome)) if *outcome != Outcome::Skipped);
        (operation.suits_damage() || !self.is_damaged())
            && (self.can_say(operation) || !self.running.is_empty() && did())
    }
}

impl Reference {
    /// Whether what has happened so far is what happened in the subject. What the end of code drops has no outcome there.
    fn explains(&self, reply: &Reply, may_be_silent: bool) -> bool {
        let outcome = reply.clone().map_or_else(Outcome::Refused, Outcome::Done);
        let next = match self.running.is_empty() {
            true => self.answer.clone().map(Event::Did),
            false => self.choice().cloned(),
        };
        // More may still come in code that is not yet at its end.
        let is_all = !self.running.is_empty() || self.choices.len() <= self.script.journal.len();
        is_all
            && next.is_none_or(|next| {
                may_be_silent && !matches!(next, Event::Did(_)) || self.same(&next, &Event::Did(outcome))
            })
            && self.agrees()
    }

    /// Whether nothing has happened that has not happened in the subject.
    fn agrees(&self) -> bool {
        self.choices.iter().zip(&self.script.journal).all(|(choice, event)| self.same(choice, event))
    }

    fn same(&self, one: &Event, other: &Event) -> bool {
        self.dialect.same_event(!self.gives_no_reasons, one, other)
    }

    /// Carries out an operation and all that it sets off; `most` says how many turns and sets may come before an allocation,
    /// or behind any other call.
    fn carry_out(&mut self, operation: &Operation<Object>, most: u32) -> Reply {
        let outer = self.outer();
        if operation.code().allocates() {
            self.verify_by_itself();
            if self.settings.checks {
                self.check();
            }
            let further_out = self.early.replace(most);
            self.die_by_themselves(outer);
            self.early = further_out;
        }
        let mut reply = self.perform(operation);
        if reply.is_ok() {
            self.count(operation);
            self.disturb(operation);
        }
        let behind = if operation.code().allocates() { None } else { Some(most) };
        let further_out = std::mem::replace(&mut self.early, behind);
        self.settle(outer);
        self.die_by_themselves(outer);
        self.early = further_out;
        if self.running.is_empty() {
            self.run_jobs();
            self.given_up = false;
            if std::mem::take(&mut self.passing) {
                reply = Err(Refusal::Panicked);
            }
        }
        self.strike_out();
        reply
    }
}
