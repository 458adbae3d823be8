//! Compares the work of a call with what there was to do.
//!
//! Budgets are in objects that collections touch, and that figure comes from the subject. So one that does more than it says would
//! meet them all, at a pause that its users notice and its tests do not. A subject that counts where it reaches objects
//! ([`Observation::Visits`]) is held to SPEC 9.6 as well: what it reaches follows what it says that it touched, what was
//! allocated, died or was named, and what earlier calls have left for this one to do.
//!
//! The bounds leave room: what a heap notes of an object is its own affair, and it may come to it several times. What they
//! rule out is work that grows with the heap where no call has asked for it.

use super::{Checked, Lockstep};
use crate::judge::subject::{Observation, Visits};
use crate::judge::violation::{Violation, Visited};
use heapproof_model::definitions::Graph;
use heapproof_model::{Code, Kind, Object, Operation, Statistics};

/// How often an object may be reached for each thing that there is to do, and how often at all.
const CONTENTS: [u64; 2] = [5, 8];
/// The same of headers, beside those to which contents lead.
const HEADERS: [u64; 2] = [5, 24];
/// How often headers are reached for each time that contents are, and for each place in them.
const BEHIND: u64 = 6;
/// How many headers a step of a collection or detection may pass over in a row, or more where few objects have been left of many, or have
/// become many: so many that there are at most a quarter as many such steps as objects.
const STRETCH: u64 = 128;
/// How many such headers count as much as contents that are read again.
const AGAIN: u64 = 8;

/// What is left for later calls to do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    /// What has happened since anything was collected.
    collecting: u64,
    /// What has happened since cycles were detected.
    detecting: u64,
    /// The most objects that can have lived at once.
    most: u64,
    /// How many headers a step may pass over in a row.
    stretch: u64,
}

impl Default for Due {
    fn default() -> Due {
        Due { collecting: 0, detecting: 0, most: 0, stretch: STRETCH }
    }
}

/// A call that both sides have answered alike.
pub(super) struct Worked<'a> {
    pub operation: &'a Operation<Object>,
    /// Whether it was neither refused nor skipped.
    pub is_done: bool,
    pub before: &'a Statistics,
    /// Whether user code has begun in it.
    pub has_code: bool,
    pub touched: u64,
    pub made: Visits,
}

impl Lockstep {
    /// How often the subject has reached objects so far.
    pub(super) fn visits(&self) -> Visits {
        self.subject.subject().visits()
    }

    /// Compares what a call has reached with what there was to do.
    pub(super) fn compare_work(&mut self, worked: &Worked<'_>) -> Checked {
        if !self.abilities.shows(Observation::Visits) {
            return Ok(());
        }
        let (before, now) = (worked.before, self.model.counters());
        let named = worked.operation.objects().len() as u64;
        let happened = 1 + named + (now.frees - before.frees) + (now.allocations - before.allocations);
        let (left, checked) = (self.due, now.checks > before.checks);
        self.due.note(worked, checked, happened, &now);

        let verifies = now.verifications > before.verifications;
        if worked.has_code || verifies || is_unbounded(worked.operation.code()) || self.model.is_damaged() {
            return Ok(());
        }
        // To pass over what is none of its objects takes steps too, which a detection does not call touches.
        let steps =
            if let Operation::DetectSlice { objects } = worked.operation { (*objects).into() } else { worked.touched };
        let passed = self.due.stretch.saturating_mul(steps.saturating_add(1));
        let todo = worked.touched + happened;
        let exceeds = |more: u64| exceeding(worked.made, todo + more, left.left_for(worked.operation, checked), passed);
        // What may come on top is counted only where it may matter.
        if exceeds(0).is_some()
            && let Some((what, times, most)) = exceeds(self.more(worked.operation))
        {
            return Err(Violation::Visits { what, times, most, touched: worked.touched });
        }
        Ok(())
    }

    /// What else there may be to do: who dies clears the weak objects that refer to it, and a detection that is complete takes over
    /// the cycles that were found.
    fn more(&self, operation: &Operation<Object>) -> u64 {
        let is_weak = |object: &Object| self.model.contents(*object).is_some_and(|it| it.kind == Kind::Weak);
        let weak = self.model.living().filter(is_weak).count();
        let detects = matches!(operation, Operation::DetectSlice { .. });
        let known: usize = self.model.cycles().filter(|_| detects).map(|cycle| cycle.len()).sum();
        (weak + known) as u64
    }
}

impl Due {
    /// How many headers earlier calls have left for this one to come to.
    fn left_for(&self, operation: &Operation<Object>, checked: bool) -> u64 {
        match operation {
            Operation::Collect {} => self.collecting + self.most,
            Operation::Detect {} | Operation::DetectFull {} => self.detecting + self.most,
            Operation::DetectSlice { .. } => self.detecting,
            Operation::CollectSlice { .. } | Operation::End {} => self.collecting,
            _ if checked => self.collecting,
            _ => 0,
        }
    }

    /// Notes what has happened in a call, behind which the figures are these. A collection leaves to the next what its code has made.
    fn note(&mut self, worked: &Worked<'_>, checked: bool, happened: u64, now: &Statistics) {
        let (operation, before) = (worked.operation, worked.before);
        let collects = worked.is_done
            && matches!(operation, Operation::Collect {} | Operation::CollectSlice { .. } | Operation::End {});
        let earlier = if collects || checked { 0 } else { self.collecting };
        self.collecting = if (collects || checked) && !worked.has_code { 0 } else { earlier + happened };
        let detects = worked.is_done && matches!(operation, Operation::Detect {} | Operation::DetectFull {});
        // A slice need not be the last one.
        self.detecting = if detects { 0 } else { self.detecting + happened };
        // A mark can begin in it, and passes over what there was before the call or code in it has made, beside what lived before it and
        // has not died.
        let can_have_lived = self.most.max(now.allocations - before.frees);
        if collects || checked || worked.has_code {
            let passed = if worked.has_code { can_have_lived } else { self.most };
            let lived = before.allocations.saturating_sub(now.frees);
            self.stretch = self.stretch.max(4 * passed / (lived + 1) + 1);
        }
        self.most = can_have_lived;
    }
}

/// Whether what it does follows the whole heap by definition.
fn is_unbounded(code: Code) -> bool {
    matches!(code, Code::Shrink | Code::Verify | Code::Fault | Code::Recover | Code::RecoverRoots)
}

/// What was reached more often than there is a reason for, how often, and how often it might have been.
fn exceeding(made: Visits, todo: u64, left: u64, passed: u64) -> Option<(Visited, u64, u64)> {
    let contents = CONTENTS[0] * todo + CONTENTS[1] + passed / AGAIN;
    if made.contents > contents {
        return Some((Visited::Contents, made.contents, contents));
    }
    let behind = BEHIND * (made.contents + made.places);
    let headers = (HEADERS[0] * (todo + left) + HEADERS[1] + behind).saturating_add(passed);
    (made.headers > headers).then_some((Visited::Headers, made.headers, headers))
}
