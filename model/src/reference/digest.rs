//! A digest of everything on which the future of the reference depends, for searches through all states.
//!
//! Two references with equal digests answer every sequence of calls alike, as long as it counts fewer than [`NEAR`]
//! operations, except for the numbers of objects and for totals. Objects are named by their order among the living,
//! since their numbers are only compared with each other and looked up. What is left out, and why:
//!
//! - dead objects, and finalizers, temporaries and known cycles of such: nothing reads them again;
//! - totals (allocations, frees, cycles, checks, panics, verifications): nothing reads them; they are compared after
//!   each call;
//! - the counter for a check or a verification, if that is further away than [`NEAR`];
//! - how objects of a sliced collection looked when it began: objects that have changed are removed after each call;
//! - what the subject chose in the last call: it is replaced before the next;
//! - what is there only while a call is carried out (references that are still to be given up, finalizers that run);
//! - the dialect, which never changes.

use super::frames::Frame;
use super::slices::Sliced;
use super::{Damage, Reference, Statistics, Thing};
use crate::definitions::Graph;
use crate::parts::Parts;
use crate::value::{Contents, Object, Value};
use std::hash::Hash;

/// Sequences of calls that count fewer operations than this can't distinguish references with equal digests.
pub const NEAR: u64 = 256;

/// The label of an object: its index among the living, or what the caller says for a dead one.
type Label<'a> = &'a dyn Fn(Object) -> (bool, u64);

impl Reference {
    /// Feeds everything on which its future depends to `state`. `dead` distinguishes dead objects, since finalizers may
    /// still use their names.
    pub fn digest(&self, dead: &dyn Fn(Object) -> u64, state: &mut impl Parts) {
        let Reference {
            objects,
            queue,
            releasing,
            owed: _,
            torn: _,
            left: _,
            running: _,
            due,
            jobs: _,
            doomed: _,
            hidden: _,
            immortal,
            ephemerons: _,
            overdue,
            early: _,
            checking: _,
            passing: _,
            given_up: _,
            cycles: _,
            settings,
            statistics: _,
            allocations_since_check: _,
            operations_since_verification: _,
            frame,
            sliced,
            pauses,
            damages,
            script,
            dialect: _,
            choices: _,
            gone: _,
            answer: _,
            silent,
            gives_no_reasons: _, // the same for all of a kind
        } = self;
        let mut order = vec![None; self.bound()];
        self.living().zip(0..).for_each(|(object, place)| order[object.index()] = Some(place));
        let label: Label<'_> =
            &|object| order[object.index()].map_or_else(|| (false, dead(object)), |place| (true, place));
        let labels = |objects: &mut dyn Iterator<Item = Object>, state: &mut _| {
            for object in objects {
                (true, label(object)).hash(state);
            }
            false.hash(state);
        };
        state.part("objects.length");
        self.living().count().hash(state);
        for thing in objects.iter().flatten() {
            self.digest_thing(thing, label, state);
        }
        state.part("queue");
        labels(&mut queue.iter().copied(), state);
        state.part("due");
        labels(&mut due.iter().copied().filter(|weak| self.lives(*weak)), state);
        state.part("immortal");
        labels(&mut immortal.iter().copied(), state);
        state.part("overdue");
        labels(&mut overdue.iter().copied().filter(|object| self.lives(*object)), state);
        state.part("releasing");
        releasing.hash(state);
        state.part("settings");
        settings.hash(state);
        state.part("pauses");
        pauses.hash(state);
        state.part("silent");
        silent.hash(state);
        state.part("cycles");
        for cycle in self.cycles() {
            labels(&mut cycle.iter().copied(), state);
        }
        self.digest_counted(state);
        state.part("frame");
        frame.is_some().hash(state);
        if let Some(Frame { budget, temporaries }) = frame {
            state.part("frame.budget");
            budget.hash(state);
            state.part("frame.temporaries");
            labels(&mut temporaries.iter().copied().filter(|object| self.lives(*object)), state);
        }
        state.part("sliced");
        sliced.is_some().hash(state);
        if let Some(Sliced { calls, most, alone }) = sliced {
            state.part("sliced.calls");
            (calls, most).hash(state);
            state.part("sliced.alone");
            labels(&mut alone.keys().copied(), state);
        }
        state.part("damages");
        damages.len().hash(state);
        for Damage { fault, object, finding } in damages {
            (fault, label(*object), finding.kind, finding.object.map(label)).hash(state);
        }
        script.digest(label, state);
    }

    fn digest_thing(
        &self,
        Thing { contents, external, pinned, begun }: &Thing,
        label: Label<'_>,
        state: &mut impl Parts,
    ) {
        let Contents { kind, function, fields, values, target } = contents;
        let target = target.filter(|target| self.lives(*target)).map(label);
        state.part("thing.kind");
        kind.hash(state);
        state.part("thing.function");
        function.hash(state);
        state.part("thing.fields");
        fields.hash(state);
        state.part("thing.target");
        target.hash(state);
        state.part("thing.external");
        external.hash(state);
        state.part("thing.pinned");
        pinned.hash(state);
        state.part("thing.begun");
        begun.hash(state);
        state.part("thing.values");
        values.len().hash(state);
        for value in values {
            match value {
                Value::Reference(object) => label(*object).hash(state),
                plain => plain.hash(state),
            }
        }
    }

    /// Whether so few operations or allocations are left until a check is due that they are in the digest.
    pub fn is_check_near(&self) -> bool {
        let left = match self.settings.debt {
            Some((allocations, _)) => allocations.saturating_sub(self.allocations_since_check),
            None => self.settings.interval.saturating_sub(self.statistics.operations_since_check),
        };
        left <= NEAR
    }

    /// Feeds the counters for the next check and verification, if these are near.
    fn digest_counted(&self, state: &mut impl Parts) {
        let Statistics { average_rate, operations_since_check, .. } = self.statistics;
        state.part("average_rate");
        average_rate.hash(state);
        if self.is_check_near() {
            state.part("operations_since_check");
            operations_since_check.hash(state);
            state.part("allocations_since_check");
            self.allocations_since_check.hash(state);
        }
        if self.settings.verify.is_some() {
            state.part("operations_since_verification");
            self.operations_since_verification.hash(state);
        }
    }
}
