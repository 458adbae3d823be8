//! The arithmetic behind figures: counts, statistics (SPEC 4, 9), budgets.

use super::Telling;
use crate::failure::explain::history::{Moment, Which};
use crate::failure::explain::story::{Cause, Lines};
use heapproof_model::definitions::Graph;
use heapproof_model::{Code, Contents, Counts, Event, Object, Operation, Outcome, Reference, Statistics, Value};

/// What paces checks if no interval does: from which moment on, after how many allocations a check is due, and how many objects it may
/// touch for each.
struct Debt {
    moment: usize,
    allocations: u64,
    objects: u64,
}

impl Telling<'_> {
    /// Tells which references count, and how each side counted at the failing call.
    pub(super) fn counts(&mut self, object: Object, model: Counts, subject: Counts) {
        self.referred_to(object);
        let story = self.story;
        let last = |which| story.counts(which, object).last().copied();
        let mut lines = Lines::new();
        let when = story.when(story.at, &mut lines);
        let step = |which, now: Counts| match last(which) {
            Some((moment, before, _)) if moment == story.at => before,
            _ => now,
        };
        let (was_model, was_subject) = (step(Which::Model, model), step(Which::Subject, subject));
        let parts = [
            ("external", was_model.external, model.external, was_subject.external, subject.external),
            ("internal", was_model.internal, model.internal, was_subject.internal, subject.internal),
            ("weak", was_model.weak, model.weak, was_subject.weak, subject.weak),
        ];
        for (which, was, is, had, has) in parts.into_iter().filter(|(_, _, is, _, has)| is != has) {
            let went =
                |was: u32, is: u32| if was == is { format!("stays {is}") } else { format!("goes {was} -> {is}") };
            let text = format!("at {when} the {which} count {}; the subject's {}", went(was, is), went(had, has));
            self.add(text, lines.clone());
        }
    }

    /// Tells in which places an object differs, and since when these hold what the model says.
    pub(super) fn contents(&mut self, object: Object, model: &Contents, subject: &Contents) {
        let names = &self.story.history.names;
        let told =
            |value: Option<&Value<Object>>| value.map_or_else(|| "nothing".to_owned(), |value| names.value(value));
        let most = model.values.len().max(subject.values.len());
        let differs = |index: &usize| {
            (model.values.get(*index), model.fields.get(*index))
                != (subject.values.get(*index), subject.fields.get(*index))
        };
        if model.fields != subject.fields {
            let mut lines = Lines::new();
            let told = model.fields.iter().enumerate().take(6).map(|(index, field)| {
                let since = self.written_at(object, index).map(|moment| self.story.when(moment, &mut lines));
                format!("`{field}`{}", since.map_or_else(String::new, |since| format!(" ({since})")))
            });
            let told = told.collect::<Vec<_>>().join(", ");
            self.add(format!("its fields, in the order in which they were first stored: {told}"), lines);
            return;
        }
        for index in (0..most).filter(differs).take(3) {
            let mut lines = Lines::new();
            let field = model.fields.get(index).or(subject.fields.get(index)).map(|field| format!("field `{field}`"));
            let place = field.unwrap_or_else(|| format!("value {index}"));
            let since = self.written_at(object, index);
            let since =
                since.map_or_else(String::new, |moment| format!(", since {}", self.story.when(moment, &mut lines)));
            let (should, has) = (told(model.values.get(index)), told(subject.values.get(index)));
            let text =
                format!("{place} of {}: {should} by the model{since}; the subject has {has}", names.object(object));
            self.add(text, lines);
        }
        self.written(object);
    }

    /// The moment at which a place of an object got its present value.
    fn written_at(&self, object: Object, index: usize) -> Option<usize> {
        let (mut since, mut last) = (None, None);
        for (moment, happened) in self.story.history.moments.iter().enumerate() {
            for (_, look) in happened.model.changes.iter().filter(|(changed, _)| *changed == object) {
                let value = look.as_ref().and_then(|look| look.contents.values.get(index)).cloned();
                if value != last {
                    since = Some(moment);
                }
                last = value;
            }
        }
        since.filter(|_| last.is_some())
    }

    /// Tells how a counter got its value.
    pub(super) fn statistics(&mut self, which: &str) {
        let story = self.story;
        // The model has no counter for what only runs that are compared differ in.
        if self.settings().named().into_iter().all(|(name, _)| name != which) {
            return;
        }
        let of = |moment: usize| story.history.moments[moment].model.statistics;
        let before = story.at.checked_sub(1).map_or_else(|| self.settings(), of);
        let after = of(story.at);
        let value = |statistics: &Statistics| {
            statistics.named().into_iter().find(|(name, _)| *name == which).map_or(0, |(_, value)| value)
        };
        let is = value(&after);
        let mut lines = Lines::new();
        let value_at = |moment: usize| value(&of(moment));
        let changes = (0..=story.at).filter_map(|moment| {
            let before = moment.checked_sub(1).map_or(value(&self.settings()), value_at);
            (before != value_at(moment)).then(|| (moment, before, value_at(moment)))
        });
        let changes: Vec<_> = changes.collect();
        let last = &changes[changes.len().saturating_sub(6)..];
        let told = last.iter().map(|(moment, _, to)| format!("{to} at {}", story.when(*moment, &mut lines)));
        let told = told.collect::<Vec<_>>().join(", ");
        let counter = which.replace('_', " ");
        match &changes[..] {
            [] => self.add(format!("{counter} has always been {is}"), lines),
            all if all.len() > last.len() => self.add(format!("{counter} at last became {told}"), lines),
            _ => self.add(format!("{counter} became {told}"), lines),
        }
        if after.checks > before.checks && ["average_rate", "interval"].contains(&which) {
            self.tuning();
        }
        if which == "checks" || which == "operations_since_check" {
            self.due(&before);
        }
    }

    /// Tells whether a check is due (SPEC 4.2, 4.9).
    fn due(&mut self, before: &Statistics) {
        let word = |due| if due { "so a check is due" } else { "so no check is due" };
        let text = match self.debt() {
            Some(Debt { allocations, .. }) => {
                let counted = self.allocated_since_check();
                let word = word(counted >= allocations);
                format!("{counted} allocations since the last check, which is due after {allocations}: {word}")
            }
            None => {
                let (operations, interval) = (before.operations_since_check, before.interval);
                let word = word(operations >= interval);
                format!("{operations} operations since the last check, interval {interval}: {word}")
            }
        };
        self.add(text, Lines::new());
    }

    /// The debt that paces checks, if no interval does.
    fn debt(&self) -> Option<Debt> {
        let moments = self.story.history.moments.get(..self.story.at)?.iter().enumerate().rev();
        let mut done = moments.filter(|(_, moment)| matches!(moment.model.outcome, Some(Outcome::Done(_))));
        done.find_map(|(moment, it)| match *it.operation.as_ref()? {
            Operation::SetDebt { allocations, objects } => {
                Some(Some(Debt { moment, allocations: allocations.into(), objects: objects.into() }))
            }
            Operation::SetInterval { .. } | Operation::SetBounds { .. } => Some(None),
            _ => None,
        })?
    }

    /// How many objects were allocated after the last check, and before what is looked at.
    fn allocated_since_check(&self) -> u64 {
        let moments = &self.story.history.moments;
        let before = |moment: usize| moment.checked_sub(1).map(|before| moments[before].model.statistics);
        let is_check = |moment: &usize| {
            moments[*moment].model.statistics.checks > before(*moment).map_or(0, |statistics| statistics.checks)
        };
        let allocations = |moment: usize| before(moment).map_or(0, |statistics| statistics.allocations);
        let at_check = (0..self.story.at).rev().find(is_check).map_or(0, allocations);
        allocations(self.story.at).saturating_sub(at_check)
    }

    /// The counters of an empty heap.
    fn settings(&self) -> Statistics {
        Reference::new().statistics()
    }

    /// Tells what a check computes (SPEC 4.3, 4.4).
    fn tuning(&mut self) {
        let story = self.story;
        let moments = &story.history.moments;
        let of = |moment: usize| match moment.checked_sub(1) {
            Some(before) => moments[before].model.statistics,
            None => self.settings(),
        };
        let (before, after) = (of(story.at), moments[story.at].model.statistics);
        let (allocations, operations) = (self.allocated_since_check(), before.operations_since_check);
        if let Some(rate) = (1_000 * allocations).checked_div(operations) {
            let (old, new) = (before.average_rate, after.average_rate);
            let text = format!(
                "rate = 1000 * {allocations} allocations / {operations} operations = {rate}; \
                 average = (7 * {old} + 3 * {rate}) / 10 = {new}"
            );
            self.add(text, Lines::new());
        }
        if let Some(Debt { moment, .. }) = self.debt() {
            let mut lines = Lines::new();
            let text =
                format!("the interval is not tuned, since debt paces checks since {}", story.when(moment, &mut lines));
            return self.add(text, lines);
        }
        let (was, is) = (before.interval, after.interval);
        let found = after.cycles_collected > before.cycles_collected;
        let by = if found {
            "4/5, since cycles were collected"
        } else {
            "6/5 (at least 1 more), since no cycle was collected"
        };
        let high = if after.average_rate > 100 { ", then 9/10, since the average is above 100" } else { "" };
        self.add(format!("interval {was} -> {is}: {by}{high}, then clamped into the bounds"), Lines::new());
    }

    /// Tells where the budget comes from (SPEC 4.3, 6.1, 9.2).
    pub(super) fn budget(&mut self, budget: u64) {
        let story = self.story;
        let mut lines = Lines::new();
        let frame = story.last_line(&[Code::Begin, Code::End]);
        let frame =
            frame.filter(|moment| matches!(story.history.moments[*moment].operation, Some(Operation::Begin { .. })));
        // If debt paces checks and no lower budget is set.
        let owed = self.debt().filter(|debt| debt.objects.saturating_mul(self.allocated_since_check()) == budget);
        let text = match (&story.now().operation, frame, owed, story.last_line(&[Code::SetBudget])) {
            _ if budget == 0 => "tried on a copy: a detection right after another must touch nothing".to_owned(),
            (Some(Operation::CollectSlice { .. } | Operation::DetectSlice { .. }), ..) => {
                format!("the call itself gives a budget of {budget}")
            }
            (_, Some(begin), ..) => format!("the frame of {} gives the budget", story.when(begin, &mut lines)),
            (_, None, Some(debt), _) => {
                let set = story.when(debt.moment, &mut lines);
                let allocated = self.allocated_since_check();
                format!("{set} gives a budget for each allocation since the last check, and there are {allocated}")
            }
            (_, None, None, Some(set)) => format!("the budget is set at {}", story.when(set, &mut lines)),
            (_, None, None, None) => format!("the budget is {budget} objects unless one is set"),
        };
        self.add(text, lines);
    }

    /// Tells what there was to do in the call (SPEC 9.6).
    pub(super) fn work(&mut self, touched: u64) {
        let (before, after) = (self.story.before.living().count(), self.story.after.living().count());
        let named = self.story.now().operation.as_ref().map_or(0, |operation| operation.objects().len());
        self.add(format!("the subject says that it touched {touched}, and the call names {named}"), Lines::new());
        self.add(format!("{before} objects live before the call, {after} behind it"), Lines::new());
    }

    /// Tells how much memory a run of the program leaves behind (SPEC 9.5).
    pub(super) fn grows(&mut self, early: u64, late: u64, rounds: u64) {
        // The first figure is of the first quarter of the rounds.
        let each = late.saturating_sub(early) / (rounds - rounds / 4).max(1);
        let text =
            format!("nothing lives at the end of each run of these lines, and each leaves about {each} bytes behind");
        self.add(text, Lines::new());
    }

    /// Tells what a peak leaves behind (SPEC 9.8).
    pub(super) fn peak(&mut self, low: u64, high: u64) {
        let left = high.saturating_sub(low);
        let text = format!("nothing lives, and {left} bytes more are reserved than after a peak of fewer objects");
        self.add(text, Lines::new());
    }

    /// Tells how often slices may pause (SPEC 3.6, 5.5).
    pub(super) fn pauses(&mut self) {
        let story = self.story;
        let now = |moment: &usize| &story.history.moments[*moment];
        let Some(Operation::CollectSlice { .. } | Operation::DetectSlice { .. }) = &now(&story.at).operation else {
            return;
        };
        let collects = matches!(now(&story.at).operation, Some(Operation::CollectSlice { .. }));
        let mut row: Vec<Cause<'_>> = Vec::new();
        let before = story.at.checked_sub(1).into_iter().flat_map(|last| story.done_until(last)).rev();
        for (cause, operation, outcome) in before {
            let paused = *outcome == Outcome::Done(Value::Bool(false));
            match operation {
                Operation::CollectSlice { .. } if collects && !paused => break,
                Operation::DetectSlice { .. } if !collects && !paused => break,
                Operation::CollectSlice { .. } if collects => row.push(cause),
                Operation::DetectSlice { .. } if !collects => row.push(cause),
                // A check and a collection belong to the same sliced collection.
                Operation::Collect {} | Operation::Recover {} | Operation::RecoverRoots {} if collects => break,
                _ if !collects && ends_a_row(operation, outcome) => break,
                _ => {}
            }
            if !collects && matches!(cause, Cause::Call(moment) if has_a_death(now(&moment))) {
                break;
            }
        }
        let mut lines = Lines::new();
        let first = row.last().copied().unwrap_or(Cause::Call(story.at));
        let since = story.cause(&first, &mut lines);
        let (Cause::Call(first) | Cause::Inside(first, _) | Cause::Leftovers(first)) = first;
        let rule = if collects {
            let living = story.history.state(Which::Model, first).living().count();
            format!("{living} objects lived at its beginning, so the last of 4 * {living} + 4 calls may not pause")
        } else {
            let living = story.before.living().count();
            format!("{living} objects live, so at most 2 * {living} + 2 may pause in a row")
        };
        self.add(format!("this is call {} of what began at {since}; {rule}", row.len() + 1), lines);
    }
}

/// Whether the count of pauses of a detection starts anew after an operation (SPEC 5.5).
fn ends_a_row(operation: &Operation<Object>, outcome: &Outcome) -> bool {
    let code = operation.code();
    matches!(outcome, Outcome::Done(_)) && !code.reads() && code != Code::DetectSlice
}

fn has_a_death(moment: &Moment) -> bool {
    moment.model.events.iter().any(|event| matches!(event, Event::Died(_)))
}
