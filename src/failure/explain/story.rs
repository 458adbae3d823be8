//! Answers questions about a history: since when, by which line, how often. Each answer names the lines that it depends
//! on.

use super::history::{History, MOST_OBJECTS, Moment, When, Which};
use super::state::{Edge, State};
use heapproof_model::{Code, Counts, Object, Outcome};
use std::collections::{BTreeSet, VecDeque};

/// The most parts of a path or a list that are named.
const MOST_TOLD: usize = 6;

/// The numbers of lines, from 1.
pub type Lines = BTreeSet<usize>;

/// A program's history up to the call at which it fails.
pub struct Story<'a> {
    /// The history.
    pub history: &'a History,
    /// The moment at which it fails.
    pub at: usize,
    /// The model's state before that moment.
    pub before: State,
    /// The model's state after it.
    pub after: State,
    /// The subject's state after it.
    pub subject: State,
}

impl<'a> Story<'a> {
    /// The story of a history that ends in a failure; `None` where nothing happened.
    pub fn new(history: &'a History) -> Option<Story<'a>> {
        let at = history.moments.len().checked_sub(1)?;
        let (before, after) = (history.state(Which::Model, at), history.state(Which::Model, at + 1));
        Some(Story { history, at, before, after, subject: history.state(Which::Subject, at + 1) })
    }

    /// Whether the history has all objects and values, so that what it lacks did not exist.
    pub fn is_whole(&self) -> bool {
        self.history.objects <= MOST_OBJECTS
            && !self.history.is_partial
            && self.after.is_whole()
            && self.before.is_whole()
    }

    /// The moment at which it fails.
    pub fn now(&self) -> &Moment {
        &self.history.moments[self.at]
    }

    /// When a moment was, in words.
    pub fn when(&self, moment: usize, lines: &mut Lines) -> String {
        match self.history.moments.get(moment).map_or(When::End, |moment| moment.when) {
            When::Line(index) => {
                lines.insert(index + 1);
                format!("line {}", index + 1)
            }
            When::End => "the end".to_owned(),
            When::Copy => "the copy".to_owned(),
        }
    }

    /// The objects that a call names.
    pub fn named(&self) -> Vec<Object> {
        self.now().operation.as_ref().map(|operation| operation.objects()).unwrap_or_default()
    }

    /// The name of an object.
    pub fn name(&self, object: Object) -> String {
        self.history.names.object(object)
    }

    /// The last call before the failing one that did one of those operations.
    pub fn last_line(&self, wanted: &[Code]) -> Option<usize> {
        let moments = self.history.moments[..self.at].iter().enumerate().rev();
        let code = |moment: &Moment| moment.operation.as_ref().map(|operation| operation.code());
        let done = |moment: &Moment| matches!(moment.model.outcome, Some(Outcome::Done(_)));
        let mut found =
            moments.filter(|(_, moment)| done(moment) && code(moment).is_some_and(|code| wanted.contains(&code)));
        found.next().map(|(index, _)| index)
    }

    /// The moment at which a reference was last stored in its place.
    pub fn made(&self, edge: &Edge) -> Option<usize> {
        let (mut made, mut is_there) = (None, false);
        for (index, moment) in self.history.moments.iter().enumerate() {
            for (_, look) in moment.model.changes.iter().filter(|(object, _)| *object == edge.from) {
                let stands = |(place, to, _)| place == edge.place && to == edge.to;
                let has = look.as_ref().is_some_and(|look| look.references().any(stands));
                if has && !is_there {
                    made = Some(index);
                }
                is_there = has;
            }
        }
        made
    }

    /// A reference as in a trace, with the line that made it.
    pub fn reference(&self, edge: &Edge, lines: &mut Lines) -> String {
        let names = &self.history.names;
        let by = self.made(edge).map_or_else(String::new, |moment| format!(" ({})", self.when(moment, lines)));
        format!("`{} = {}`{by}", edge.place.of(&names.short(edge.from)), names.short(edge.to))
    }

    /// A list of references; a long one is cut in the middle.
    pub fn references(&self, edges: &[Edge], lines: &mut Lines) -> String {
        let told = |edges: &[Edge], lines: &mut Lines| {
            edges.iter().map(|edge| self.reference(edge, lines)).collect::<Vec<_>>().join(", ")
        };
        if edges.len() <= MOST_TOLD {
            return told(edges, lines);
        }
        let (first, last) = (&edges[..MOST_TOLD / 2], &edges[edges.len() - 2..]);
        let between = edges.len() - first.len() - last.len();
        format!("{}, {between} more, {}", told(first, lines), told(last, lines))
    }

    /// The changes of an object's counts on a side: the moment, the counts before, and the counts after.
    pub fn counts(&self, which: Which, object: Object) -> Vec<(usize, Counts, Counts)> {
        let mut last = Counts::default();
        let mut changes = Vec::new();
        for (index, moment) in self.history.moments.iter().enumerate() {
            for (_, look) in moment.side(which).changes.iter().filter(|(changed, _)| *changed == object) {
                let counts = look.as_ref().map_or_else(Counts::default, |look| look.counts);
                if counts != last {
                    changes.push((index, last, counts));
                }
                last = counts;
            }
        }
        changes
    }

    /// The changes of the number of references that the mutator holds, in words.
    pub fn ledger(&self, object: Object, lines: &mut Lines) -> String {
        let changes = self.counts(Which::Model, object);
        let changes = changes.into_iter().filter(|(_, before, after)| before.external != after.external);
        let changes: Vec<(usize, i64)> = changes
            .map(|(moment, before, after)| (moment, i64::from(after.external) - i64::from(before.external)))
            .collect();
        let told = |changes: &[(usize, i64)], lines: &mut Lines| {
            let each = changes.iter().map(|(moment, by)| format!("{by:+} {}", self.when(*moment, lines)));
            each.collect::<Vec<_>>().join(", ")
        };
        match changes.len() {
            0 => "never held".to_owned(),
            few if few <= MOST_TOLD => told(&changes, lines),
            many => format!("{many} changes, the last: {}", told(&changes[many - 3..], lines)),
        }
    }

    /// For each reference that the mutator still holds, the moment since when; it is taken to drop the oldest first.
    pub fn held_since(&self, object: Object) -> Vec<usize> {
        let mut held = VecDeque::new();
        for (moment, before, after) in self.counts(Which::Model, object) {
            for _ in before.external..after.external.min(before.external + 16) {
                held.push_back(moment);
            }
            for _ in after.external..before.external {
                held.pop_front();
            }
        }
        held.into()
    }

    /// The moment at which an object died on a side.
    pub fn gone_at(&self, which: Which, object: Object) -> Option<usize> {
        let went =
            |moment: &Moment| moment.side(which).changes.iter().any(|(gone, look)| *gone == object && look.is_none());
        self.history.moments.iter().rposition(went)
    }

    /// The first moment after which an object lived on both sides with different counts.
    pub fn counts_parted(&self, object: Object) -> Option<(usize, Counts, Counts)> {
        if !self.history.shows_counts {
            return None;
        }
        let (mut model, mut subject) = (None, None);
        for (index, moment) in self.history.moments.iter().enumerate() {
            for (which, last) in [(Which::Model, &mut model), (Which::Subject, &mut subject)] {
                for (_, look) in moment.side(which).changes.iter().filter(|(changed, _)| *changed == object) {
                    *last = look.as_ref().map(|look| look.counts);
                }
            }
            if let (Some(model), Some(subject)) = (model, subject)
                && model != subject
            {
                return Some((index, model, subject));
            }
        }
        None
    }
}
