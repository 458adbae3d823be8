//! Compares what calls return beside their values: how much a collection has freed, how many cycles a detection knows, what
//! a frame has seen.
//!
//! The model returns nothing of the kind. It knows its sets, its cycles and its counters, and what a call returns is what these
//! have become by it, or since the frame was opened.

use super::{Checked, Lockstep};
use crate::judge::subject::{Figure, Observation};
use crate::judge::violation::Violation;
use heapproof_model::{Event, Object, Operation, Outcome, Statistics};

/// What has happened in the frame that is open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Framed {
    /// The counters when it was opened.
    before: Statistics,
    /// The objects that died in sets; not known once a finalizer has run, since a set may live on.
    objects: Option<u64>,
    temporaries: u64,
}

impl Lockstep {
    /// Compares what the subject has returned for a call, which both sides have answered alike.
    pub(super) fn compare_returned(
        &mut self,
        operation: &Operation<Object>,
        before: &Statistics,
        outcome: &Outcome,
        events: &[Event],
    ) -> Checked {
        if let Some(framed) = &mut self.framed {
            framed.objects = framed.objects.zip(freed(events)).map(|(before, freed)| before + freed);
        }
        let is_done = matches!(outcome, Outcome::Done(_));
        // Without its sets it is not known what a collection has freed.
        let needed = [Observation::Returned, Observation::Journal, Observation::Sets];
        let is_known = || needed.iter().all(|observation| self.abilities.shows(*observation));
        let expected = if is_done { self.expected(operation, before, events) } else { Vec::new() };
        if !expected.is_empty() && is_known() && !self.model.is_damaged() {
            for (figure, subject) in self.subject.call(|subject| subject.take_returned())? {
                let model = expected.iter().find(|(known, _)| *known == figure).map(|(_, model)| *model);
                if let Some(model) = model.filter(|model| *model != subject) {
                    return Err(Violation::Returned { figure, model, subject });
                }
            }
        }
        match operation {
            Operation::Begin { .. } if is_done => {
                self.framed = Some(Framed { before: self.model.statistics(), objects: Some(0), temporaries: 0 });
            }
            Operation::End {} | Operation::Recover {} | Operation::RecoverRoots {} if is_done => self.framed = None,
            Operation::Temp { .. } if is_done => {
                self.framed.iter_mut().for_each(|framed| framed.temporaries += 1);
            }
            _ => {}
        }
        Ok(())
    }

    /// What the model says of it, as far as it can be said.
    fn expected(&self, operation: &Operation<Object>, before: &Statistics, events: &[Event]) -> Vec<(Figure, u64)> {
        let since = |before: &Statistics| {
            let now = self.model.statistics();
            let cycles = now.cycles_collected - before.cycles_collected;
            [(Figure::Cycles, cycles), (Figure::Checks, now.checks - before.checks)]
        };
        match operation {
            // Collections that finalizers ask for return what they free to them.
            Operation::Collect {} | Operation::CollectSlice { .. } | Operation::Check {} => {
                let objects = freed(events).map(|objects| (Figure::Objects, objects));
                objects.into_iter().flat_map(|objects| [objects].into_iter().chain(since(before))).collect()
            }
            Operation::Detect {} | Operation::DetectFull {} => {
                vec![(Figure::Cycles, self.model.cycles().count() as u64)]
            }
            Operation::End {} => {
                let Some(framed) = &self.framed else { return Vec::new() };
                let own = framed.objects.map(|objects| (Figure::Objects, objects));
                let temporaries = (Figure::Temporaries, framed.temporaries);
                own.into_iter().chain([temporaries]).chain(since(&framed.before)).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// How many objects the sets have that are freed; not known where user code runs, since a set may live on then.
fn freed(events: &[Event]) -> Option<u64> {
    let sets = events.iter().map(|event| match event {
        Event::Began(_) | Event::Called(_) => None,
        Event::Took(set) => Some(set.len() as u64),
        _ => Some(0),
    });
    sets.sum()
}
