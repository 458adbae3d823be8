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
use crate::value::{Contents, Object, Value};
use std::hash::{Hash, Hasher};

/// Sequences of calls that count fewer operations than this can't distinguish references with equal digests.
pub const NEAR: u64 = 256;

/// The label of an object: its index among the living, or what the caller says for a dead one.
type Label<'a> = &'a dyn Fn(Object) -> (bool, u64);

impl Reference {
    /// Feeds everything on which its future depends to `state`. `dead` distinguishes dead objects, since finalizers may
    /// still use their names.
    pub fn digest(&self, dead: &dyn Fn(Object) -> u64, state: &mut impl Hasher) {
        let Reference {
            objects,
            queue,
            releasing,
            owed: _,
            torn: _,
            running: _,
            jobs: _,
            doomed: _,
            hidden: _,
            pinned,
            overdue,
            early: _,
            checking: _,
            passing: _,
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
        self.living().count().hash(state);
        for thing in objects.iter().flatten() {
            self.digest_thing(thing, label, state);
        }
        labels(&mut queue.iter().copied(), state);
        labels(&mut pinned.iter().copied(), state);
        labels(&mut overdue.iter().copied().filter(|object| self.lives(*object)), state);
        (releasing, settings, pauses, silent).hash(state);
        for cycle in self.cycles() {
            labels(&mut cycle.iter().copied(), state);
        }
        self.digest_counted(state);
        if let Some(Frame { budget, temporaries }) = frame {
            budget.hash(state);
            labels(&mut temporaries.iter().copied().filter(|object| self.lives(*object)), state);
        }
        if let Some(Sliced { calls, most, alone }) = sliced {
            (calls, most).hash(state);
            labels(&mut alone.keys().copied(), state);
        }
        damages.len().hash(state);
        for Damage { fault, object, finding } in damages {
            (fault, label(*object), finding.kind, finding.object.map(label)).hash(state);
        }
        script.digest(label, state);
    }

    fn digest_thing(&self, Thing { contents, external, begun }: &Thing, label: Label<'_>, state: &mut impl Hasher) {
        let Contents { kind, function, fields, values, target } = contents;
        let target = target.filter(|target| self.lives(*target)).map(label);
        (kind, function, fields, target, external, begun, values.len()).hash(state);
        for value in values {
            match value {
                Value::Reference(object) => label(*object).hash(state),
                plain => plain.hash(state),
            }
        }
    }

    /// Feeds the counters for the next check and verification, if these are near.
    fn digest_counted(&self, state: &mut impl Hasher) {
        let Statistics { average_rate, operations_since_check, .. } = self.statistics;
        average_rate.hash(state);
        if self.settings.interval.saturating_sub(operations_since_check) <= NEAR {
            (operations_since_check, self.allocations_since_check).hash(state);
        }
        if self.settings.verify.is_some() {
            self.operations_since_verification.hash(state);
        }
    }
}
