//! Announces operations to the subject before it has answered those that come earlier.
//!
//! A subject in another process is as slow as the time between two answers, if each question waits for the answer to the one
//! before. Which operations a program's lines call depends on answers: names stand for objects that the subject has given, and
//! a line may be skipped. So a copy of the model goes ahead and says what they will be, as long as that does not depend on what
//! the subject chooses. Lines wait
//!
//! - behind each in which user code may run: its lines come first;
//! - behind a result that the dialect leaves open, as of an upgrade of what no held reference reaches.
//!
//! Where model and subject differ, what was announced may be wrong. Then the call that differs is a violation, and nothing that
//! comes after it is asked for.

use super::Lockstep;
use super::ending::{held, pinned};
use crate::judge::subject::{Coming, Looks, Observation};
use heapproof_model::definitions::{Graph, reachable};
use heapproof_model::dialect::{Ceiling, WeakObjects, WrongCalls};
use heapproof_model::{Code, Event, Kind, Line, Machine, Name, Object, Operation, Reference, Value};
use std::collections::VecDeque;

/// How many operations are announced at once; more are of no use, and fewer wait for each other.
const MOST: usize = 64;

/// A copy of the model, which is ahead of it.
pub(super) struct Ahead {
    model: Reference,
    /// How many of the lines to come have been looked at.
    lines: usize,
    /// Whether what comes next has to wait until all before it is answered.
    waits: bool,
    coming: Vec<Coming>,
    /// How many calls of the program's end are announced.
    ending: usize,
}

/// What follows the last line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// The program's end, see [`Lockstep::end`].
    End,
    /// Nothing.
    Nothing,
}

impl Lockstep {
    /// Announces what these lines will call, as far as that is known, and what follows the last. The first of them is carried
    /// out next.
    pub(crate) fn announce_lines(&mut self, lines: &[Line], then: Then) {
        if !self.is_in_haste() || !self.resolves_alike() {
            return;
        }
        let mut ahead = self.ahead.take().filter(|ahead| ahead.lines > 0).unwrap_or_else(|| Ahead::of(&self.model));
        if !ahead.waits && ahead.lines <= MOST / 2 && ahead.ending == 0 {
            for line in lines.iter().skip(ahead.lines).take(MOST - ahead.lines) {
                ahead.look_at(line, self);
                ahead.lines += 1;
                if ahead.waits {
                    break;
                }
            }
            let ends = then == Then::End && ahead.lines == lines.len() && !ahead.waits;
            if ends && self.abilities.has(Code::Collect) && ahead.knows_the_end() {
                let looks = self.looks_at_last() && ahead.model.living().next().is_some();
                ahead.coming.extend(looks.then_some(Coming::Look));
                ahead.foresee_end(None);
            }
            self.announce(&mut ahead);
        }
        ahead.lines -= 1;
        self.ahead = Some(ahead);
    }

    /// How many calls of a program's end are announced already.
    pub(super) fn announced_ending(&mut self) -> usize {
        self.ahead.take().map_or(0, |ahead| ahead.ending)
    }

    /// Announces what the end of a program goes on with, as far as that is known: a collection, if one is next, and drops of
    /// what is held, or `left` of that; then a collection again. Says how many calls that are.
    pub(super) fn announce_end(&mut self, left: Option<&VecDeque<(Object, u32)>>) -> usize {
        // Where the garbage of the model is gone by itself, nothing is known.
        if !self.is_in_haste() || !self.resolves_alike() || !self.abilities.has(Code::Collect) {
            return usize::MAX;
        }
        let mut ahead = Ahead::of(&self.model);
        ahead.foresee_end(left);
        self.announce(&mut ahead);
        ahead.ending
    }

    /// Announces the first of these calls, as far as that is known, and says how many.
    pub(super) fn announce_calls(&mut self, calls: &[(Operation<Object>, Option<Name>)]) -> usize {
        if !self.is_in_haste() || !self.resolves_alike() {
            return usize::MAX;
        }
        let mut ahead = Ahead::of(&self.model);
        let mut foreseen = 0;
        for (operation, bind) in calls.iter().take(MOST) {
            ahead.foresee(operation.clone(), *bind);
            foreseen += 1;
            if ahead.waits {
                break;
            }
        }
        self.announce(&mut ahead);
        foreseen
    }

    fn announce(&mut self, ahead: &mut Ahead) {
        if !ahead.coming.is_empty() {
            // A subject that is lost says so when it is called.
            let _ = self.subject.call(|subject| subject.announce(&ahead.coming));
            ahead.coming.clear();
        }
    }

    /// Whether what is dear is looked at where the program ends.
    pub(super) fn looks_at_last(&self) -> bool {
        let sees = [Observation::Contents, Observation::Counts, Observation::Strong];
        self.is_in_haste()
            && self.abilities.looks() == Looks::Dear
            && sees.iter().any(|observation| self.abilities.shows(*observation))
    }

    /// Whether the subject gains by it.
    pub(super) fn is_in_haste(&self) -> bool {
        self.abilities.looks() != Looks::Free && !self.kind.is_careful()
    }

    /// Whether anything can be announced in this dialect: whether which lines are skipped, and what numbers objects get,
    /// depends on no choice.
    fn resolves_alike(&self) -> bool {
        let dialect = self.abilities.dialect();
        let depends = dialect.wrong_calls == WrongCalls::Skipped || dialect.ceiling == Ceiling::Panics;
        !(self.model.is_damaged() || dialect.has_choices() && depends)
    }
}

impl Ahead {
    fn of(model: &Reference) -> Ahead {
        Ahead { model: model.clone(), lines: 0, waits: false, coming: Vec::new(), ending: 0 }
    }

    fn look_at(&mut self, line: &Line, lockstep: &Lockstep) {
        let script = self.model.script();
        let resolved = line.operation.resolve(&|name| script.object(name));
        let called = !line.operation.code().is_expectation() && lockstep.abilities.supports_line(line);
        let resolved = resolved.filter(|_| called);
        if let Some(operation) = resolved.filter(|operation| self.model.permits(operation)) {
            self.foresee(operation, line.bind);
        }
    }

    /// Whether it is known how the program's end begins: no frame has to be ended, and it is nobody's choice whether the heap is
    /// empty, at which nobody looks.
    fn knows_the_end(&self) -> bool {
        let is_choice = self.model.dialect().has_choices() && held(&self.model).is_empty();
        !self.model.has_frame() && !is_choice
    }

    /// Foresees the calls of a program's end.
    fn foresee_end(&mut self, left: Option<&VecDeque<(Object, u32)>>) {
        let before = self.coming.len();
        if left.is_none() {
            self.foresee(Operation::Collect {}, None);
            for object in pinned(&self.model) {
                if !self.waits && self.coming.len() < 2 * MOST {
                    self.foresee(Operation::Unpin { object: Some(object) }, None);
                }
            }
        }
        let calls = self.coming.len();
        for (object, external) in left.cloned().unwrap_or_else(|| held(&self.model)) {
            for _ in 0..external {
                // User code has given it up. Whether it lives until its turn is the subject's choice.
                self.waits |= self.model.external(object) == 0 && self.model.dialect().has_choices();
                if !self.waits && self.coming.len() < 2 * MOST && self.model.lives(object) {
                    self.foresee(Operation::Drop { object: Some(object) }, None);
                }
            }
        }
        if self.coming.len() > calls && !self.waits && self.coming.len() < 2 * MOST {
            self.foresee(Operation::Collect {}, None);
        }
        self.ending = self.coming.len() - before;
    }

    /// Carries out an operation on the copy, and notes that it will be called.
    fn foresee(&mut self, operation: Operation<Object>, bind: Option<Name>) {
        self.waits = self.is_choice(&operation);
        let is_called = self.model.script().is_call(&operation);
        let outcome = self.model.call(&operation);
        let events = std::mem::take(&mut self.model.script().journal);
        if let (Some(name), Ok(Value::Reference(object))) = (bind, outcome) {
            self.model.script().bind(name, object);
        }
        self.waits |= events.iter().any(|event| matches!(event, Event::Began(_) | Event::Called(_)));
        self.coming.extend(is_called.then_some(Coming::Call(operation)));
    }

    /// Whether what it does is the subject's choice: whether user code runs in it, whether it reaches a limit, or, where it names an object that nothing held
    /// reaches, whether that lives.
    fn is_choice(&mut self, operation: &Operation<Object>) -> bool {
        if !self.model.dialect().has_choices() {
            return false;
        }
        if operation.code().arms() || self.model.script().has_code() || self.model.is_limited() {
            return true;
        }
        // Whether there is a weak object of that target is a choice too.
        if operation.allocated() == Some(Kind::Weak) && self.model.dialect().weak_objects == WeakObjects::Shared {
            return true;
        }
        let held = self.model.living().filter(|object| self.model.is_kept(*object));
        let reached = reachable(&self.model, held);
        let is_reached = |object: Object| self.model.lives(object) && reached[object.index()];
        let weak = match operation {
            // A target that is dead in the copy may live in the subject.
            Operation::Upgrade { weak } => weak.and_then(|weak| self.model.contents(weak)?.target),
            _ => None,
        };
        !operation.objects().into_iter().chain(weak).all(is_reached)
    }
}
