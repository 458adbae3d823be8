//! Expands a state: carries out every line that can come next.

use super::lines::lines;
use super::situation::{Names, Situation};
use super::space::Space;
use crate::judge::lockstep::{Ends, Failure, Lockstep, Past};
use crate::judge::subject::SubjectKind;
use crate::judge::violation::{NotMade, Violation};
use heapproof_model::{Line, Outcome, Program, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// A state, and a program that leads to it.
pub(super) struct State {
    pub(super) lockstep: Lockstep,
    past: Past,
    pub(super) names: Names,
    program: Vec<Line>,
    digest: Option<u128>,
}

/// The result of a line.
pub(super) enum Step<'a> {
    /// The same state as before.
    Same,
    /// A state; `None` where the subject has no digest.
    State(Option<u128>, &'a mut Lockstep),
    /// Subject and model differ.
    Failed(Violation),
}

/// Makes states, and caches the lines of situations.
pub(super) struct Expander<'a> {
    space: &'a Space,
    subject: &'a SubjectKind,
    known: HashMap<Situation, Arc<[Line]>>,
}

impl<'a> Expander<'a> {
    pub(super) fn new(space: &'a Space, subject: &'a SubjectKind) -> Expander<'a> {
        Expander { space, subject, known: HashMap::new() }
    }

    /// The state before the first line.
    pub(super) fn start(&self) -> Result<State, NotMade> {
        let lockstep = Lockstep::new(self.subject)?;
        let names = Names::default();
        let digest = names.digest(&lockstep);
        Ok(State { lockstep, past: Past::default(), names, program: Vec::new(), digest })
    }

    /// The state to which choices of lines lead. A difference on the way is a failure too.
    pub(super) fn state(&mut self, choices: impl Iterator<Item = u16>) -> Result<State, Violation> {
        let mut state = self.start()?;
        for choice in choices {
            let lines = self.lines(&state);
            let Some(line) = lines.get(usize::from(choice)) else { return Err(unsteady()) };
            let outcome = state.lockstep.advance_noting(line, &mut state.past)?;
            state.names.note(line, &outcome);
            state.program.push(line.clone());
        }
        state.digest = state.names.digest(&state.lockstep);
        Ok(state)
    }

    /// The lines that can follow.
    pub(super) fn lines(&mut self, state: &State) -> Arc<[Line]> {
        let situation = Situation::of(&state.lockstep, &state.names);
        if let Some(lines) = self.known.get(&situation) {
            return Arc::clone(lines);
        }
        let mut made = lines(self.space, &situation);
        made.retain(|line| state.lockstep.abilities().supports_line(line));
        let made: Arc<[Line]> = made.into();
        self.known.insert(situation, Arc::clone(&made));
        made
    }

    /// Carries out every line that can follow, and calls `each` with its result. Returns how many were done, and how
    /// many were refused.
    pub(super) fn expand(&mut self, state: &State, each: &mut dyn FnMut(u16, Step<'_>)) -> (u64, u64) {
        let (mut done, mut refused) = (0, 0);
        // After a line that changes nothing, the next line can use the same lockstep.
        let mut spare: Option<Lockstep> = None;
        for (choice, line) in (0..).zip(self.lines(state).iter()) {
            let carried_out = spare.take().map_or_else(|| self.branch(state), Ok).and_then(|mut lockstep| {
                let outcome = lockstep.advance(line)?;
                Ok((lockstep, outcome))
            });
            let (mut lockstep, outcome) = match carried_out {
                Ok(carried_out) => carried_out,
                Err(violation) => {
                    each(choice, Step::Failed(violation));
                    continue;
                }
            };
            match outcome {
                Outcome::Done(_) => done += 1,
                _ => refused += 1,
            }
            let mut names = state.names.clone();
            names.note(line, &outcome);
            let digest = names.digest(&lockstep);
            if digest.is_none() || digest != state.digest {
                each(choice, Step::State(digest, &mut lockstep));
                continue;
            }
            each(choice, Step::Same);
            if !binds(line, &outcome) {
                spare = Some(lockstep);
            }
        }
        (done, refused)
    }

    fn branch(&self, state: &State) -> Result<Lockstep, Violation> {
        state.lockstep.branch(self.subject, &state.past)
    }
}

/// The violation of a subject that behaves differently when it gets the same calls.
fn unsteady() -> Violation {
    Violation::Panicked { message: "it did not do again what it had done".to_owned(), place: None }
}

fn binds(line: &Line, outcome: &Outcome) -> bool {
    line.bind.is_some() && matches!(outcome, Outcome::Done(Value::Reference(_)))
}

impl State {
    /// The digest of the state.
    pub(super) fn digest(&self) -> Option<u128> {
        self.digest
    }

    /// The program that leads to the state, with further lines.
    pub(super) fn program(&self, further: &[Line]) -> Program {
        Program::new(self.program.iter().chain(further).cloned().collect())
    }
}

impl State {
    /// Carries out one more line.
    pub(super) fn go_on(&mut self, line: &Line) -> Result<Outcome, Violation> {
        self.program.push(line.clone());
        let outcome = self.lockstep.advance(line)?;
        self.names.note(line, &outcome);
        Ok(outcome)
    }
}

/// Compares a new state in full, then ends the program there; `lines` is the length of the program.
pub(super) fn check(lockstep: &mut Lockstep, lines: usize, ends: &Ends) -> Result<(), Failure> {
    lockstep.inspect().map_err(|violation| Failure::new(lines - 1, violation))?;
    let ended = lockstep.finish_unless(ends);
    ended.map_err(|violation| Failure { ending: lockstep.ending(), ..Failure::new(lines, violation) })
}
