//! Why what a line expects is not so: when trace and model agreed last, and what has changed since (SPEC 10.20).

use super::Telling;
use crate::failure::explain::history::Which;
use crate::failure::explain::story::Lines;
use crate::judge::expectation::Found;
use heapproof_model::{Counts, Object, Operation};

/// How many changes are told.
const MOST_TOLD: usize = 8;

impl Telling<'_> {
    /// Tells why something else is so.
    pub(super) fn expected(&mut self, expected: &Operation<Object>, found: &Found) {
        let Some(object) = expected.objects().first().copied() else {
            if matches!(expected, Operation::ExpectLive { .. }) {
                self.living();
            }
            return;
        };
        match (found, expected) {
            (Found::Dead, _) => self.gone(object),
            (Found::Lives(..), _) => self.lives(object),
            (_, Operation::ExpectField { .. }) => self.written(object),
            _ => {
                self.since(object, expected);
                self.referred_to(object);
            }
        }
    }

    /// The last moment at which a line before expected the same kind of thing of the same object, and it was so.
    fn agreed(&self, expected: &Operation<Object>) -> Option<usize> {
        let alike = |other: &Operation<Object>| {
            other.code() == expected.code() && other.objects().first() == expected.objects().first()
        };
        let before = self.story.history.moments[..self.story.at].iter();
        before.enumerate().rev().find(|(_, moment)| moment.operation.as_ref().is_some_and(alike)).map(|(at, _)| at)
    }

    /// Tells which references to an object were made and given up since trace and model agreed.
    fn since(&mut self, object: Object, expected: &Operation<Object>) {
        let story = self.story;
        let counts = |counts: Counts| match expected {
            Operation::ExpectExternal { .. } => i64::from(counts.external),
            _ => i64::from(counts.external) + i64::from(counts.internal),
        };
        let agreed = self.agreed(expected);
        let changes = story.counts(Which::Model, object).into_iter();
        let changes = changes.filter(|(moment, ..)| agreed.is_none_or(|agreed| *moment > agreed));
        let changes = changes.map(|(moment, before, after)| (moment, counts(after) - counts(before)));
        self.changes(agreed, changes.collect());
    }

    /// Tells which lines have changed how many objects live since trace and model agreed.
    fn living(&mut self) {
        let story = self.story;
        let agreed = self.agreed(&Operation::ExpectLive { objects: 0 });
        let live = |moment: usize| story.history.moments[moment].model.statistics.live_objects as i64;
        let first = agreed.map_or(0, |agreed| agreed + 1);
        let change = |moment: usize| (moment, live(moment) - moment.checked_sub(1).map_or(0, live));
        self.changes(agreed, (first..story.at).map(change).collect());
    }

    fn changes(&mut self, agreed: Option<usize>, mut changes: Vec<(usize, i64)>) {
        let story = self.story;
        changes.retain(|(_, by)| *by != 0);
        let mut lines = Lines::new();
        let since = match agreed {
            Some(moment) => format!("trace and model agreed last at {}; since then", story.when(moment, &mut lines)),
            None => "since the beginning".to_owned(),
        };
        let left_out = changes.len().saturating_sub(MOST_TOLD);
        let told = changes[left_out..].iter().map(|(moment, by)| format!("{by:+} {}", story.when(*moment, &mut lines)));
        let told = told.collect::<Vec<_>>().join(", ");
        let told = if told.is_empty() { "nothing has changed it".to_owned() } else { told };
        let more = if left_out > 0 { format!("{left_out} changes, then ") } else { String::new() };
        self.add(format!("{since}: {more}{told}"), lines);
    }
}
