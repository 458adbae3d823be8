//! Why an object lives, or does not: reachability, counts, cycles (SPEC 2, 3, 5).

use super::Telling;
use crate::failure::explain::history::Which;
use crate::failure::explain::state::{Edge, PINNED, State};
use crate::failure::explain::story::{Cause, Lines};
use heapproof_model::definitions::Graph;
use heapproof_model::{Counts, Event, Object, Operation, Outcome, Value};
use std::collections::BTreeSet;

impl Telling<'_> {
    /// Tells why an object lives after the failing call.
    pub(super) fn lives(&mut self, object: Object) {
        let story = self.story;
        let state = &story.after;
        if state.look(object).is_none() {
            return;
        }
        let mut lines = Lines::new();
        let name = story.name(object);
        let text = match state.path(object) {
            Some((_, path)) if path.is_empty() => {
                format!("{name} is a root: {}", self.held(state, object, &mut lines))
            }
            Some((root, path)) => {
                let held = self.held(state, root, &mut lines);
                let told = story.references(&path, &mut lines);
                let keys = path.iter().filter_map(|edge| Some((edge.from, state.key(edge.from)?)));
                let keys = keys.map(|(of, key)| {
                    format!(", {} is the key of {}, and reachable too", story.name(key), story.name(of))
                });
                let keys: String = keys.collect();
                format!("{name} is reachable: root {} ({held}), {told}{keys}", story.name(root))
            }
            None if !story.is_whole() => return,
            None => format!(
                "{name} is garbage, but what still has references goes by a collection alone, and none has taken it"
            ),
        };
        self.add(text, lines);
        self.referred_to(object);
    }

    /// The references to a root that the mutator holds, in words, and what has pinned it.
    fn held(&self, state: &State, object: Object, lines: &mut Lines) -> String {
        let external = state.look(object).map_or(0, |look| look.counts.external);
        let held = format!("external {external}: {}", self.story.ledger(object, lines));
        match self.pinned(state, object, lines) {
            Some(pinned) => format!("{held}; {pinned}"),
            None => held,
        }
    }

    /// What has pinned an object that is pinned, in words.
    fn pinned(&self, state: &State, object: Object, lines: &mut Lines) -> Option<String> {
        state.look(object).filter(|look| look.marks.contains(&PINNED))?;
        let pins = |operation: &Operation<Object>| *operation == Operation::Pin { object: Some(object) };
        let mut done = self.story.done_until(self.story.at).rev();
        let (cause, ..) =
            done.find(|(_, operation, outcome)| pins(operation) && matches!(outcome, Outcome::Done(_)))?;
        Some(format!("pinned by {}", self.story.cause(&cause, lines)))
    }

    /// Tells which references to an object count, and which line made each.
    pub(super) fn referred_to(&mut self, object: Object) {
        let story = self.story;
        let Some(look) = story.after.look(object) else { return };
        let mut lines = Lines::new();
        let Counts { external, internal, weak } = look.counts;
        let mut parts = vec![format!("external {external} ({})", story.ledger(object, &mut lines))];
        if internal > 0 {
            let edges = story.after.edges_to(object);
            parts.push(format!("internal {internal}: {}", story.references(&edges, &mut lines)));
        }
        if weak > 0 {
            let targeting = story.after.weak_to(object);
            parts.push(format!("weak {weak}: {}", story.history.names.objects(&targeting)));
        }
        self.add(format!("what counts for {}: {}", story.name(object), parts.join("; ")), lines);
    }

    /// Tells when the subject freed an object that lives, and which references it can't have counted.
    pub(super) fn freed_by_subject(&mut self, object: Object) {
        let story = self.story;
        let Some(moment) = story.gone_at(Which::Subject, object) else { return };
        let mut lines = Lines::new();
        let name = story.name(object);
        let when = story.when(moment, &mut lines);
        let strong = |state: &State| state.look(object).map_or(0, |look| look.counts.external + look.counts.internal);
        let before = story.history.state(Which::Model, moment);
        let (was, is) = (strong(&before), strong(&story.history.state(Which::Model, moment + 1)));
        let mut text = format!("the subject freed {name} at {when}");
        if let Some((at, model, subject)) = story.counts_parted(object).filter(|(at, ..)| *at < moment) {
            let at = story.when(at, &mut lines);
            text += &format!("; since {at} it has counted {} where {} are", told(subject), told(model));
        } else if is < was {
            text += &format!(", where the count goes {was} -> {is}");
            match self.not_counted(object, &mut lines) {
                missed if missed.is_empty() => {}
                missed => text += &format!("; not counted: {missed}"),
            }
        } else if was > 0 {
            text += &format!(", though the count stays {is}");
        }
        self.add(text, lines);
    }

    /// The remaining references to an object. A subject that freed it has counted none of them.
    fn not_counted(&self, object: Object, lines: &mut Lines) -> String {
        let story = self.story;
        let mut missed: Vec<String> = Vec::new();
        for cause in story.still_held(object) {
            let how = match cause {
                Cause::Call(moment) => match &story.history.moments[moment].operation {
                    Some(Operation::Take { .. }) => "taken at ",
                    _ => "given at ",
                },
                Cause::Inside(..) | Cause::Leftovers(_) => "that comes of ",
            };
            let told = format!("the reference {how}{}", story.cause(&cause, lines));
            if !missed.contains(&told) {
                missed.push(told);
            }
        }
        let edges = story.after.edges_to(object);
        if !edges.is_empty() {
            missed.push(story.references(&edges, lines));
        }
        missed.join(", ")
    }

    /// Tells why an object is gone in the model.
    pub(super) fn gone(&mut self, object: Object) {
        let story = self.story;
        let Some(moment) = story.gone_at(Which::Model, object) else { return };
        let happened = &story.history.moments[moment];
        let before = story.history.state(Which::Model, moment);
        let in_a_set =
            happened.model.events.iter().any(|event| matches!(event, Event::Took(set) if set.contains(&object)));
        let collects = matches!(happened.operation, Some(Operation::Collect {} | Operation::CollectSlice { .. }));
        if in_a_set || collects {
            let mut lines = Lines::new();
            let when = story.when(moment, &mut lines);
            self.add(format!("{} is freed as garbage at {when}", story.name(object)), lines);
            self.unreached(&before, object);
        } else {
            self.released(&before, object, moment);
        }
    }

    /// Tells how the last reference to an object went away.
    fn released(&mut self, before: &State, object: Object, moment: usize) {
        let story = self.story;
        let Some(look) = before.look(object) else { return };
        let mut lines = Lines::new();
        let name = story.name(object);
        let when = story.when(moment, &mut lines);
        let Counts { external, internal, .. } = look.counts;
        let mut text = format!("the count of {name} goes {} -> 0 at {when}", external + internal);
        let edges = before.edges_to(object);
        let dead = |edge: &&Edge| edge.from != object && story.gone_at(Which::Model, edge.from) == Some(moment);
        let mut dying: Vec<Object> = edges.iter().filter(dead).map(|edge| edge.from).collect();
        let keys = edges.iter().filter_map(|edge| before.key(edge.from));
        dying.extend(keys.filter(|key| story.gone_at(Which::Model, *key) == Some(moment)));
        if external > 0 {
            text += &format!(": external {external} before ({})", story.ledger(object, &mut lines));
        }
        if !edges.is_empty() {
            text += &format!(": internal {internal} before, by {}", story.references(&edges, &mut lines));
        }
        if !dying.is_empty() {
            text += &format!("; {} died there", story.history.names.objects(&dying));
        }
        self.add(text, lines);
    }

    /// Tells why an object is garbage: no root reaches it, what still refers to it, and which cycle keeps that.
    /// If it is the value of an ephemeron, the same of its key.
    pub(super) fn unreached(&mut self, state: &State, object: Object) {
        if let Some(key) = self.unreached_by_itself(state, object).filter(|key| *key != object) {
            self.unreached_by_itself(state, key);
        }
    }

    /// Tells that of one object, and gives the key for which an ephemeron has it that is reached.
    fn unreached_by_itself(&mut self, state: &State, object: Object) -> Option<Object> {
        let story = self.story;
        if state.look(object).is_none() || !story.is_whole() || state.path(object).is_some() {
            return None;
        }
        let mut lines = Lines::new();
        let name = story.name(object);
        let mut text = format!("no root reaches {name}: external 0 ({})", story.ledger(object, &mut lines));
        let (edges, waiting): (Vec<Edge>, Vec<Edge>) =
            state.edges_to(object).into_iter().partition(|edge| state.path(edge.from).is_none());
        if !edges.is_empty() {
            text += &format!("; what refers to it is garbage too: {}", story.references(&edges, &mut lines));
        }
        if !waiting.is_empty() {
            let references = story.references(&waiting, &mut lines);
            text += &format!("; an ephemeron keeps it only while its key is reachable: {references}");
        }
        self.add(text, lines);
        if let Some(cyclic) = self.cycle_behind(state, object) {
            self.cycle(state, cyclic);
        }
        waiting.first().and_then(|edge| state.key(edge.from))
    }

    /// The nearest object in a cycle from which that one can be reached.
    fn cycle_behind(&self, state: &State, object: Object) -> Option<Object> {
        let (mut seen, mut open) = (BTreeSet::new(), vec![object]);
        while let Some(object) = open.pop() {
            if state.round(object).is_some() {
                return Some(object);
            }
            if seen.insert(object) {
                open.extend(state.edges_to(object).into_iter().map(|edge| edge.from));
            }
        }
        None
    }

    /// Tells why an object is in a cycle: a path from it back to itself.
    pub(super) fn cycle(&mut self, state: &State, object: Object) {
        let Some(round) = state.round(object) else { return };
        let mut lines = Lines::new();
        let path = self.story.references(&round, &mut lines);
        self.add(format!("{} is in a cycle: {path}", self.story.name(object)), lines);
    }

    /// Tells since when cycles are known (SPEC 5.3).
    pub(super) fn known(&mut self) {
        let story = self.story;
        let detects = |operation: &Operation<Object>, outcome: &Outcome| match operation {
            Operation::Detect {} | Operation::DetectFull {} => matches!(outcome, Outcome::Done(_)),
            Operation::DetectSlice { .. } => *outcome == Outcome::Done(Value::Bool(true)),
            _ => false,
        };
        let mut lines = Lines::new();
        let mut all = story.done_until(story.at).rev();
        let text = match all.find(|(_, operation, outcome)| detects(operation, outcome)) {
            Some((cause, ..)) => format!(
                "known is what the detection of {} found, less the cycles of which an object has died since",
                story.cause(&cause, &mut lines)
            ),
            None => "no detection has been made, so no cycle is known".to_owned(),
        };
        self.add(text, lines);
    }

    /// Tells why sets of objects are cycles, or are not.
    pub(super) fn cycles(&mut self, model: &[BTreeSet<Object>], subject: &[BTreeSet<Object>]) {
        let state = &self.story.after;
        for missed in model.iter().filter(|cycle| !subject.contains(cycle)).take(2) {
            let first = missed.first().copied();
            first.into_iter().for_each(|object| self.cycle(state, object));
        }
        for invented in subject.iter().filter(|cycle| !model.contains(cycle)).take(2) {
            self.no_cycle(invented);
        }
    }

    /// Tells why a set is not a cycle: a member is gone, or no longer reaches itself, or the set lacks an object of its
    /// cycle.
    fn no_cycle(&mut self, set: &BTreeSet<Object>) {
        let story = self.story;
        let state = &story.after;
        let mut lines = Lines::new();
        let text = if let Some(dead) = set.iter().find(|object| state.look(**object).is_none()) {
            let Some(moment) = story.gone_at(Which::Model, *dead) else { return };
            format!("{} died at {}", story.name(*dead), story.when(moment, &mut lines))
        } else if let Some(open) = set.iter().find(|object| state.round(**object).is_none()) {
            let edges: Vec<Edge> = state.edges(*open).collect();
            let has = if edges.is_empty() { "none".to_owned() } else { story.references(&edges, &mut lines) };
            format!("no references lead from {} back to it; it has {has}", story.name(*open))
        } else {
            let members = story.history.names.objects(set);
            format!("{{{members}}} is no whole cycle: more than one, or a part of one")
        };
        self.add(text, lines);
    }
}

fn told(counts: Counts) -> String {
    format!("external {} and internal {}", counts.external, counts.internal)
}
