//! Answers questions about a history: since when, by which line, how often. Each answer names the lines that it depends
//! on.

use super::code::{Done, moves};
use super::history::{History, MOST_OBJECTS, Moment, When, Which};
use super::state::{Edge, Place, State};
use crate::judge::code::Sort;
use heapproof_model::{Code, Counts, Event, Object, Operation, Outcome, Store};
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

/// What caused something.
#[derive(Debug, Clone, Copy)]
pub enum Cause<'a> {
    /// The call of that moment by itself.
    Call(usize),
    /// An operation of a finalizer that ran in it.
    Inside(usize, &'a Done),
    /// What finalizers that ran in it held at their end, and gave up.
    Leftovers(usize),
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

    /// What last stored a reference in its place.
    pub fn made(&self, edge: &Edge) -> Option<Cause<'a>> {
        let (mut made, mut is_there) = (None, false);
        for (index, moment) in self.history.moments.iter().enumerate() {
            let was_there = is_there;
            for (_, look) in moment.model.changes.iter().filter(|(object, _)| *object == edge.from) {
                let stands = |(place, to, _)| place == edge.place && to == edge.to;
                is_there = look.as_ref().is_some_and(|look| look.references().any(stands));
            }
            // Where it stood before, only a write to that very place has renewed it.
            let stored = stored_by(index, moment).filter(|(_, operation)| stores(operation, edge, !was_there));
            let cause = stored.last().map(|(cause, _)| cause);
            if is_there && (!was_there || cause.is_some()) {
                made = Some(cause.unwrap_or(Cause::Call(index)));
            }
        }
        made
    }

    /// A reference as in a trace, with the line that made it.
    pub fn reference(&self, edge: &Edge, lines: &mut Lines) -> String {
        let names = &self.history.names;
        let by = self.made(edge).map_or_else(String::new, |cause| format!(" ({})", self.cause(&cause, lines)));
        format!("`{} = {}`{by}", edge.place.of(&names.short(edge.from)), names.short(edge.to))
    }

    /// What gave an object the code that it had: the lines of it, or the finalizer of another in place of those before. One that gave nobody's gave
    /// nothing.
    pub fn given(&self, object: Object, sort: Sort) -> Vec<Cause<'a>> {
        let (mut have, mut given) = (BTreeSet::new(), Vec::new());
        for (cause, operation, outcome) in self.done_until(self.at) {
            let Some(of) = Sort::given_to(operation).filter(|_| matches!(outcome, Outcome::Done(_))) else { continue };
            match operation {
                Operation::Inherit { from, .. }
                    if !from.is_some_and(|from| have.contains(&(from, Sort::Finalizer))) =>
                {
                    continue;
                }
                Operation::Inherit { .. } if of == (object, sort) => given.clear(),
                _ => {}
            }
            have.insert(of);
            given.extend((of == (object, sort)).then_some(cause));
        }
        given
    }

    /// What caused something, in words.
    pub fn cause(&self, cause: &Cause<'_>, lines: &mut Lines) -> String {
        match cause {
            Cause::Call(moment) => self.when(*moment, lines),
            Cause::Inside(moment, done) => format!("{} at {}", self.inside(done, lines), self.when(*moment, lines)),
            Cause::Leftovers(moment) => format!("what finalizers leave over at {}", self.when(*moment, lines)),
        }
    }

    /// An operation of a finalizer, in words.
    pub fn inside(&self, done: &Done, lines: &mut Lines) -> String {
        let armed = done.line.map_or_else(String::new, |line| {
            lines.insert(line + 1);
            format!(", line {},", line + 1)
        });
        format!("`{}` in the {} of {}{armed}", done.text, done.sort.word(), self.name(done.of))
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

    /// The changes of the number of references to an object that the mutator holds, by what made each. Where user code ran,
    /// what they did is told apart from what the call did by itself.
    pub fn held(&self, object: Object) -> Vec<(i64, Cause<'a>)> {
        let mut changes = self.counts(Which::Model, object).into_iter().peekable();
        let mut held = Vec::new();
        for (index, moment) in self.history.moments.iter().enumerate() {
            let change = changes.next_if(|(at, ..)| *at == index);
            let net = change.map_or(0, |(_, before, after)| i64::from(after.external) - i64::from(before.external));
            if !moment.model.events.iter().any(|event| matches!(event, Event::Began(_) | Event::Called(_))) {
                held.push((net, Cause::Call(index)));
                continue;
            }
            let mut parts = vec![(self.moves(index, object), Cause::Call(index))];
            parts.extend(moment.inside.iter().map(|done| (done.moves(object), Cause::Inside(index, done))));
            if moment.operation.as_ref().is_some_and(|operation| operation.code().allocates()) {
                // The check comes first.
                parts.rotate_left(1);
            }
            let left = net - parts.iter().map(|(by, _)| by).sum::<i64>();
            held.extend(parts);
            held.push((left, Cause::Leftovers(index)));
        }
        held.retain(|(by, _)| *by != 0);
        held
    }

    /// The change that a call makes by itself to the number of references to an object that the mutator holds.
    fn moves(&self, index: usize, object: Object) -> i64 {
        let moment = &self.history.moments[index];
        let (Some(operation), Some(outcome)) = (&moment.operation, &moment.model.outcome) else { return 0 };
        if !matches!(operation, Operation::End {}) {
            return moves(operation, outcome, object);
        }
        let code = |moment: &Moment| moment.operation.as_ref().map(Operation::code);
        let frame = self.history.moments[..index].iter().rev();
        let frame = frame.take_while(|moment| !matches!(code(moment), Some(Code::Begin | Code::End)));
        let gives = |moment: &&Moment| match &moment.model.outcome {
            Some(Outcome::Done(value)) => value.reference() == Some(object),
            _ => false,
        };
        let is_temporary = frame.filter(|moment| code(moment) == Some(Code::Temp)).any(|moment| gives(&moment));
        let was = self.history.state(Which::Model, index);
        let is_held = was.look(object).is_some_and(|look| look.counts.external > 0);
        -i64::from(is_temporary && is_held)
    }

    /// The changes of the number of references that the mutator holds, in words.
    pub fn ledger(&self, object: Object, lines: &mut Lines) -> String {
        let changes = self.held(object);
        let told = |changes: &[(i64, Cause<'_>)], lines: &mut Lines| {
            let each = changes.iter().map(|(by, cause)| format!("{by:+} {}", self.cause(cause, lines)));
            each.collect::<Vec<_>>().join(", ")
        };
        match changes.len() {
            0 => "never held".to_owned(),
            few if few <= MOST_TOLD => told(&changes, lines),
            many => format!("{many} changes, the last: {}", told(&changes[many - 3..], lines)),
        }
    }

    /// For each reference that the mutator still holds, what gave it; it is taken to drop the oldest first.
    pub fn still_held(&self, object: Object) -> Vec<Cause<'a>> {
        let mut held = VecDeque::new();
        for (by, cause) in self.held(object) {
            for _ in 0..by.min(16) {
                held.push_back(cause);
            }
            for _ in by..0 {
                held.pop_front();
            }
        }
        held.into()
    }

    /// The operations that were done up to a moment, those of finalizers included, each in its order; a call comes after
    /// what finalizers did in it.
    pub fn done_until(
        &self,
        last: usize,
    ) -> impl DoubleEndedIterator<Item = (Cause<'a>, &'a Operation<Object>, &'a Outcome)> {
        let moments: &'a [Moment] = &self.history.moments;
        moments.iter().enumerate().take(last + 1).flat_map(|(index, moment)| {
            let inside = moment
                .inside
                .iter()
                .map(move |done| (Cause::Inside(index, done), done.operation.as_ref(), Some(&done.outcome)));
            let call = (Cause::Call(index), moment.operation.as_ref(), moment.model.outcome.as_ref());
            inside.chain([call]).filter_map(|(cause, operation, outcome)| Some((cause, operation?, outcome?)))
        })
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

/// The operations that were done at a moment, those of finalizers first.
fn stored_by(index: usize, moment: &Moment) -> impl Iterator<Item = (Cause<'_>, &Operation<Object>)> {
    let inside = moment.inside.iter().filter(|done| matches!(done.outcome, Outcome::Done(_)));
    let inside = inside.filter_map(move |done| Some((Cause::Inside(index, done), done.operation.as_ref()?)));
    let call = moment.operation.as_ref().filter(|_| matches!(moment.model.outcome, Some(Outcome::Done(_))));
    let call = call.map(|operation| (Cause::Call(index), operation));
    // An allocation checks before it stores; any other call stores before finalizers run.
    let first = call.filter(|(_, operation)| !operation.code().allocates());
    let last = call.filter(|(_, operation)| operation.code().allocates());
    first.into_iter().chain(inside).chain(last)
}

/// Whether an operation stores a reference in that place. Where elements move, only `is_new` says that it is this one.
fn stores(operation: &Operation<Object>, edge: &Edge, is_new: bool) -> bool {
    if let Operation::Transfer { store: Store(store) } = operation {
        return stores(store, edge, is_new);
    }
    let value = operation.stored().and_then(|value| value.reference()) == Some(edge.to);
    match (operation, &edge.place) {
        (Operation::WriteField { object, field, .. }, Place::Field(place)) => {
            value && *object == Some(edge.from) && field.to_string() == *place
        }
        (Operation::WriteElement { object, index, .. }, Place::Element(place))
        | (Operation::WriteCapture { object, index, .. }, Place::Capture(place)) => {
            value && *object == Some(edge.from) && *index as usize == *place
        }
        (Operation::WriteBox { object, .. }, Place::Content) => value && *object == Some(edge.from),
        (Operation::Push { object, .. } | Operation::Insert { object, .. }, Place::Element(_)) => {
            is_new && value && *object == Some(edge.from)
        }
        (Operation::Swap { object, index, other, place: with }, Place::Element(place)) => {
            let is_here = |array: &Option<Object>, index: &u32| (*array, *index as usize) == (Some(edge.from), *place);
            is_new && (is_here(object, index) || is_here(other, with))
        }
        (Operation::Fill { object, index, count, value }, Place::Element(place)) => {
            let range = u64::from(*index)..u64::from(*index) + u64::from(*count);
            value.reference() == Some(edge.to) && *object == Some(edge.from) && range.contains(&(*place as u64))
        }
        _ => false,
    }
}
