//! Continues from one state in several ways, for the search through all programs.
//!
//! The model is copied. The subject is not: a new one is made and gets the same calls again. So the search runs exactly
//! what a program runs, and does not depend on how a subject copies itself. Where the subject's dialect leaves it choices, it
//! may make others now; then the model gets the calls again too.

use super::{Checked, Everything, Failed, Inspection, Lockstep};
use crate::judge::digest::Gathered;
use crate::judge::panics;
use crate::judge::subject::{Subject, SubjectKind};
use crate::judge::violation::Violation;
use heapproof_model::definitions::Graph;
use heapproof_model::{Line, Name, Object, Operation, Outcome, Value};
use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A part of a state that the lockstep does not know: its name, and what feeds it.
pub(crate) type Fed<'a> = (&'static str, &'a dyn Fn(&mut Gathered));

/// The calls that the subject of a lockstep got so far.
#[derive(Debug, Default)]
pub(crate) struct Past {
    calls: Vec<Call>,
}

#[derive(Debug)]
struct Call {
    operation: Operation<Object>,
    bound: Option<(Name, Object)>,
    /// The roots that the subject got, if the call is a recovery with roots.
    roots: Option<Vec<Object>>,
}

/// Digests of states from which the end of a program is known to pass, shared by threads.
#[derive(Debug)]
pub(crate) struct Ends {
    parts: Vec<Mutex<HashSet<u128>>>,
}

/// How many digests each part of [`Ends`] remembers: some 150 megabytes in all.
const MOST_ENDS: usize = 100_000;

impl Default for Ends {
    fn default() -> Ends {
        Ends { parts: (0..64).map(|_| Mutex::default()).collect() }
    }
}

impl Ends {
    fn contains(&self, digest: u128) -> bool {
        self.part(digest).contains(&digest)
    }

    fn insert(&self, digest: u128) {
        self.part(digest).insert(digest);
    }

    /// How many digests there is room for.
    pub(crate) fn capacity(&self) -> usize {
        self.parts.iter().map(|part| part.lock().unwrap_or_else(PoisonError::into_inner).capacity()).sum()
    }

    /// Forgets the digests where they take much memory. They only save work.
    pub(crate) fn forget_many(&mut self) {
        for part in &mut self.parts {
            let part = part.get_mut().unwrap_or_else(PoisonError::into_inner);
            if part.len() > MOST_ENDS {
                *part = HashSet::new();
            }
        }
    }

    fn part(&self, digest: u128) -> MutexGuard<'_, HashSet<u128>> {
        self.parts[digest as usize % self.parts.len()].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Past {
    /// A new lockstep that got the same calls, where a subject may choose otherwise when they are repeated.
    fn repeated(&self, kind: &SubjectKind) -> Result<Lockstep, Violation> {
        let mut lockstep = Lockstep::new(kind)?;
        for Call { operation, bound, .. } in &self.calls {
            lockstep.carry_out(operation, bound.map(|(name, _)| name))?;
        }
        Ok(lockstep)
    }

    /// A new subject that got the same calls.
    fn again(&self, kind: &SubjectKind) -> Result<Box<dyn Subject>, Violation> {
        let mut subject = kind.make()?;
        for Call { operation, bound, roots } in &self.calls {
            match operation {
                Operation::Recover {} => subject.recover(None),
                Operation::RecoverRoots {} => subject.recover(roots.as_deref()),
                // It returns what it returned before.
                other => drop(subject.call(other)),
            }
            subject.take_journal();
            if let Some((name, object)) = bound {
                subject.bind(*name, *object);
            }
            if let Some(violation) = subject.broken() {
                return Err(violation);
            }
        }
        Ok(subject)
    }
}

impl Lockstep {
    /// Carries out a line, and compares its outcome and the counters that a digest leaves out. All else depends on the
    /// state alone, see [`Lockstep::inspect`].
    pub(crate) fn advance(&mut self, line: &Line) -> Result<Outcome, Violation> {
        guarded(|| match self.resolved(line) {
            Some(operation) => self.call_and_count(&operation, line.bind),
            None => Ok(Outcome::Skipped),
        })
    }

    /// Does the same, and notes the call in `past`.
    pub(crate) fn advance_noting(&mut self, line: &Line, past: &mut Past) -> Result<Outcome, Violation> {
        let Some(operation) = self.resolved(line) else { return Ok(Outcome::Skipped) };
        let roots = matches!(operation, Operation::RecoverRoots {}).then(|| self.model.roots());
        let outcome = guarded(|| self.call_and_count(&operation, line.bind))?;
        let bound = match outcome {
            Outcome::Done(Value::Reference(object)) => line.bind.map(|name| (name, object)),
            _ => None,
        };
        past.calls.push(Call { operation, bound, roots });
        Ok(outcome)
    }

    fn call_and_count(&mut self, operation: &Operation<Object>, bind: Option<Name>) -> Result<Outcome, Violation> {
        let outcome = self.carry_out(operation, bind)?;
        if !self.model.is_damaged() {
            self.compare_statistics()?;
        }
        Ok(outcome)
    }

    /// Another lockstep in the same state; `past` is the past of this one.
    pub(crate) fn branch(&self, kind: &SubjectKind, past: &Past) -> Result<Lockstep, Violation> {
        guarded(|| {
            if !self.abilities.repeats() {
                return past.repeated(kind);
            }
            let mut branch = self.beside(past.again(kind)?, self.model.clone());
            branch.history.clone_from(&self.history);
            Ok(branch)
        })
    }

    /// Compares all that can be seen of the state, and what a detection and a collection would find in it.
    pub(crate) fn inspect(&mut self) -> Checked {
        guarded(|| match self.model.is_damaged() {
            true => self.compare_damage(),
            false => self.compare().and_then(|()| self.compare_fork()),
        })
    }

    /// Ends the program as [`Lockstep::end`] does, and stops at a state from which that is known to pass.
    pub(crate) fn finish_unless(&mut self, ends: &Ends) -> Checked {
        let inspection = UnlessKnown { ends, done: RefCell::default() };
        let checked = guarded(|| self.finish(&inspection).map_err(|failed| failed.violation));
        if checked.is_ok() {
            inspection.done.into_inner().into_iter().for_each(|digest| ends.insert(digest));
        }
        checked
    }

    /// A digest of the state of both sides and of `names`, those that the next lines may use. `None` where the subject
    /// has no digest.
    pub(crate) fn digest(&self, names: &[Fed<'_>]) -> Option<u128> {
        let seen = self.subject.subject();
        let subject = seen.digest()?;
        let mut state = Gathered::of("model");
        self.model.digest(&|object| seen.place(object), &mut state);
        state.owner("search");
        state.part("subject");
        subject.hash(&mut state);
        for (part, feed) in names {
            state.part(part);
            feed(&mut state);
        }
        Some(state.digest())
    }
}

/// Compares everything, and stops where the rest is known to pass. It knows that by a digest of the state and of the
/// references that are still to be dropped.
struct UnlessKnown<'a> {
    ends: &'a Ends,
    done: RefCell<Vec<u128>>,
}

impl Inspection for UnlessKnown<'_> {
    fn look(&self, lockstep: &mut Lockstep) -> Checked {
        Everything.look(lockstep)
    }

    fn end(&self, lockstep: &mut Lockstep) -> Result<(), Failed> {
        Everything.end(lockstep)
    }

    fn was_ended(&self, lockstep: &Lockstep, left: &[(Object, u32)]) -> bool {
        let order = |object: Object| lockstep.model.living().position(|living| living == object);
        let left: Vec<_> = left.iter().filter_map(|(object, times)| Some((order(*object)?, times))).collect();
        let Some(digest) = lockstep.digest(&[("left", &|state| left.hash(state))]) else { return false };
        self.done.borrow_mut().push(digest);
        self.ends.contains(digest)
    }
}

/// The result of `work`; a panic is a violation.
fn guarded<T>(work: impl FnOnce() -> Result<T, Violation>) -> Result<T, Violation> {
    panics::catch(work).unwrap_or_else(|panic| Err(panic.into()))
}
