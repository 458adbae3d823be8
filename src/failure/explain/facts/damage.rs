//! What verification and recovery have to say (SPEC 7, 8): which faults were made, what each finding means, how a score follows.

use super::Telling;
use crate::failure::explain::story::Lines;
use heapproof_model::definitions::Graph;
use heapproof_model::{Event, Fault, Finding, FindingKind, Object, Operation, Outcome};

impl Telling<'_> {
    /// Tells what a finding means, and what is known of its object.
    pub(super) fn found(&mut self, found: Finding) {
        let story = self.story;
        let word = found.kind.word().replace('_', " ");
        self.add(format!("{word}: {}", meaning(found.kind)), Lines::new());
        match found.object {
            Some(object) if story.after.look(object).is_some() => self.referred_to(object),
            Some(object) => self.gone(object),
            None => {
                let living = story.after.living().count();
                self.add(format!("no object is named; {living} objects live"), Lines::new());
            }
        }
        self.made_faults();
    }

    /// Tells which faults were made, up to the failure.
    pub(super) fn made_faults(&mut self) {
        let story = self.story;
        let mut lines = Lines::new();
        let (mut open, mut recovered) = (Vec::new(), None);
        for (moment, happened) in story.history.moments.iter().enumerate() {
            let done = matches!(happened.model.outcome, Some(Outcome::Done(_)));
            match &happened.operation {
                Some(Operation::Fault { fault, object: Some(object) }) if done => open.push((moment, *fault, *object)),
                Some(Operation::Recover {} | Operation::RecoverRoots {}) if moment < story.at => {
                    recovered = Some(moment);
                    open.clear();
                }
                _ => {}
            }
        }
        let told = open.iter().map(|(moment, fault, object)| {
            format!("`{}` of {} at {}", fault.word(), story.name(*object), story.when(*moment, &mut lines))
        });
        let told = told.collect::<Vec<_>>().join(", ");
        let text = match (&open[..], recovered) {
            ([], None) => "nothing has damaged the heap".to_owned(),
            ([], Some(moment)) => {
                format!("nothing has damaged the heap since it was recovered at {}", story.when(moment, &mut lines))
            }
            ([_], _) => format!("the heap is damaged by {told}"),
            _ => format!("the heap is damaged by {told}; of several faults one may hide another"),
        };
        self.add(text, lines);
    }

    /// Tells why verification has to find a fault.
    pub(super) fn fault_missed(&mut self, fault: Fault, wanted: Finding) {
        self.made_faults();
        let word = wanted.kind.word().replace('_', " ");
        let text = format!("`{}` has to be found as {word}: {}", fault.word(), meaning(wanted.kind));
        self.add(text, Lines::new());
        if let Some(object) = wanted.object {
            self.referred_to(object);
        }
    }

    /// Tells how a score follows from findings (SPEC 7.4).
    pub(super) fn score(&mut self, found: &[Finding], wanted: f64) {
        let objects = self.story.after.living().count();
        let is_warning = |found: &&Finding| matches!(found.kind, FindingKind::Dirty | FindingKind::Leak);
        let warnings = found.iter().filter(is_warning).count();
        let errors = found.len() - warnings;
        let text = format!(
            "{errors} errors, {warnings} warnings, {objects} objects: max(0, 1 - (10 * {errors} + {warnings}) / \
             max(5 * {objects}, 10)) = {wanted}, and 1 for a clean heap"
        );
        self.add(text, Lines::new());
        self.made_faults();
    }

    /// Tells which recovery has left nothing to repair.
    pub(super) fn repaired(&mut self) {
        let story = self.story;
        let recovers =
            |operation: &Operation<Object>| matches!(operation, Operation::Recover {} | Operation::RecoverRoots {});
        let before = story.at.checked_sub(1).into_iter().flat_map(|last| story.done_until(last)).rev();
        let mut lines = Lines::new();
        let first = before.into_iter().find(|(_, operation, _)| recovers(operation));
        let text = match first {
            Some((cause, ..)) => format!(
                "the recovery of {} has just repaired all that there was, and nothing happened since",
                story.cause(&cause, &mut lines)
            ),
            None => "the recovery before this one has repaired all that there was".to_owned(),
        };
        self.add(text, lines);
    }

    /// Tells what a recovery has to report: what was lost, and what is held from outside (SPEC 8.2, 8.3).
    pub(super) fn recovered(&mut self, model: Option<&Event>, subject: Option<&Event>) {
        let of = |event: Option<&Event>| match event {
            Some(Event::Recovered { lost, externals }) => Some((lost.clone(), externals.clone())),
            _ => None,
        };
        let (model, subject) = match (of(model), of(subject)) {
            (None, None) => return,
            both => both,
        };
        self.made_faults();
        let (Some(model), Some(subject)) = (model, subject) else {
            let text = "a recovery reports once, as the first thing that happens in it, what was lost";
            return self.add(text.to_owned(), Lines::new());
        };
        if model.0 != subject.0 {
            let text = "a reference may be lost only where a fault has made it dangle; each other is still there";
            self.add(text.to_owned(), Lines::new());
        }
        let parted = model.1.iter().filter(|held| !subject.1.contains(held));
        parted.take(3).for_each(|(object, _)| self.referred_to(*object));
    }
}

/// What is wrong where verification finds this (SPEC 7.2, 7.3).
fn meaning(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Dangling => "a reference or a weak target is of no living object",
        FindingKind::DoubleFreed => "a living object is listed as free, or a slot is listed twice",
        FindingKind::Negative => "a count has wrapped below zero",
        FindingKind::Dirty => "an object is marked as changed and not listed, or listed and not marked",
        FindingKind::Leak => "garbage that no candidate reaches and no pass has, or a free slot that nothing would use",
        FindingKind::CountMismatch => "a count is not what is counted",
        FindingKind::Orphaned => {
            "an internal count above 0 where nothing refers to the object, or an external one that no root explains"
        }
        FindingKind::ReferenceMismatch => "what the heap has recorded of references is not what objects contain",
        FindingKind::WeakCorruption => "what the heap has recorded of weak objects is not what targets the object",
    }
}
