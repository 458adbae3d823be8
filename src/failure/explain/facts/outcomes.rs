//! Why a call has its outcome, and what happens inside it (SPEC 1, 2).

use super::Telling;
use crate::failure::explain::history::Which;
use crate::failure::explain::sides::kind_in_words;
use crate::failure::explain::story::Lines;
use crate::judge::code::Sort;
use crate::judge::signature::refusal;
use heapproof_model::definitions::Graph;
use heapproof_model::{Code, Event, Object, Operation, Outcome, Refusal, Value};

impl Telling<'_> {
    /// Tells why a call is done or refused.
    pub(super) fn outcome(&mut self, model: &Outcome, subject: &Outcome) {
        match (model, subject) {
            (Outcome::Refused(reason), _) => {
                let mut lines = Lines::new();
                let (when, word) = (self.story.when(self.story.at, &mut lines), refusal(*reason).replace('_', " "));
                self.add(format!("{when} is refused ({word}), and changes nothing"), lines);
                self.refusal(*reason);
            }
            (Outcome::Done(_), Outcome::Refused(reason)) => {
                self.not_refused(*reason);
                self.story.named().into_iter().for_each(|object| self.written(object));
            }
            (Outcome::Done(model), Outcome::Done(subject)) => self.value(model, subject),
            _ => {}
        }
    }

    /// Tells why a call gives a value.
    fn value(&mut self, model: &Value<Object>, subject: &Value<Object>) {
        let names = &self.story.history.names;
        let (gives, other) = (names.value(model), names.value(subject));
        self.pauses();
        for object in self.story.named() {
            self.written(object);
        }
        match self.story.now().operation {
            Some(Operation::Collect {} | Operation::CollectSlice { .. } | Operation::Check {}) => self.sets(),
            Some(Operation::TryTake { object: Some(object) } | Operation::Drop { object: Some(object) }) => {
                self.referred_to(object);
                self.stale(object);
            }
            _ => {}
        }
        if let Some(Operation::Upgrade { weak: Some(weak) }) = self.story.now().operation
            && let Some(target) = [model, subject].into_iter().find_map(Value::reference)
        {
            match model.reference() {
                Some(_) => self.lives(target),
                None => self.gone(target),
            }
            self.written(weak);
        }
        self.add(format!("both sides do the call; what differs is what it gives, {gives} or {other}"), Lines::new());
    }

    /// Tells why a call is not refused for that reason.
    fn not_refused(&mut self, refusal: Refusal) {
        let story = self.story;
        let mut lines = Lines::new();
        let text = match refusal {
            Refusal::Frame => match self.frame() {
                Some(begin) => format!("a frame is open since {}", story.when(begin, &mut lines)),
                None => "no frame is open".to_owned(),
            },
            Refusal::Capacity => {
                let living = story.before.living().count();
                let set = story.last_line(&[Code::SetCapacity]).map(|moment| story.when(moment, &mut lines));
                let set = set.map_or_else(|| "1000000, as none is set".to_owned(), |when| format!("set at {when}"));
                format!("{living} objects live before it; the capacity is {set}")
            }
            Refusal::Overflow => {
                let set = story.last_line(&[Code::SetCounts]).map(|moment| story.when(moment, &mut lines));
                format!(
                    "the ceiling of counts is {}",
                    set.map_or_else(|| "2^32 - 1, as none is set".to_owned(), |when| format!("set at {when}"))
                )
            }
            Refusal::NotHeld => return story.named().into_iter().for_each(|object| self.referred_to(object)),
            Refusal::Setting => "no number of it is 0, and no bounds cross".to_owned(),
            Refusal::Reentrant => "no finalizer runs".to_owned(),
            Refusal::Nil => "no nil stands where it needs an object".to_owned(),
            Refusal::Stale | Refusal::StaleValue => {
                for object in story.named() {
                    self.referred_to(object);
                }
                return;
            }
            Refusal::Kind | Refusal::Index | Refusal::Field | Refusal::NotPlain => return,
            Refusal::Inapplicable | Refusal::Panicked => "the model follows the subject in this".to_owned(),
        };
        self.add(text, lines);
    }

    /// The moment at which the frame was opened that is open, if one is.
    fn frame(&self) -> Option<usize> {
        let story = self.story;
        let last = story.last_line(&[Code::Begin, Code::End])?;
        matches!(story.history.moments[last].operation, Some(Operation::Begin { .. })).then_some(last)
    }

    /// Tells since when an object lives, which references it holds, and which lines stored them.
    pub(super) fn written(&mut self, object: Object) {
        let story = self.story;
        let Some(look) = story.before.look(object).or(story.after.look(object)) else { return };
        let mut lines = Lines::new();
        let name = story.name(object);
        let changes = story.history.moments.iter().enumerate().filter(|(_, moment)| {
            moment.model.changes.iter().any(|(changed, look)| *changed == object && look.is_some())
        });
        let changed: Vec<usize> = changes.map(|(index, _)| index).collect();
        let told = changed.iter().rev().take(4).rev().map(|moment| story.when(*moment, &mut lines));
        let told = told.collect::<Vec<_>>().join(", ");
        let kind = kind_in_words(look.contents.kind);
        self.add(format!("{name} lives and is {kind}; it was made or changed at {told}"), lines);
    }

    fn refusal(&mut self, refusal: Refusal) {
        let story = self.story;
        let named = story.named();
        let mut lines = Lines::new();
        let text = match refusal {
            Refusal::Stale | Refusal::StaleValue => return named.into_iter().for_each(|object| self.stale(object)),
            Refusal::NotHeld => {
                let Some(object) = named.first() else { return };
                format!("the mutator holds no {}: {}", story.name(*object), story.ledger(*object, &mut lines))
            }
            Refusal::Kind | Refusal::Index | Refusal::Field => {
                return named.first().into_iter().for_each(|object| self.written(*object));
            }
            Refusal::Overflow => {
                let set = story.last_line(&[Code::SetCounts]);
                let by = set.map_or_else(String::new, |moment| format!(", set at {}", story.when(moment, &mut lines)));
                self.add(format!("a count is at its ceiling{by}"), lines);
                return named.into_iter().for_each(|object| self.referred_to(object));
            }
            Refusal::Capacity => {
                let live = story.now().model.statistics.live_objects;
                let set = story.last_line(&[Code::SetCapacity]);
                let by = set.map_or_else(String::new, |moment| {
                    format!(", the capacity set at {}", story.when(moment, &mut lines))
                });
                format!("{live} objects live{by}")
            }
            Refusal::Frame => match self.frame() {
                Some(begin) => format!("a frame is open since {}", story.when(begin, &mut lines)),
                None => "no frame is open".to_owned(),
            },
            Refusal::Nil => "nil stands where an object is needed".to_owned(),
            Refusal::NotPlain => "a scalar holds no reference".to_owned(),
            Refusal::Setting => "a setting or budget of 0, or bounds that cross, is refused".to_owned(),
            Refusal::Panicked => "user code panics in it, and this dialect passes panics to the caller".to_owned(),
            Refusal::Inapplicable => "the subject says that it finds nothing to damage".to_owned(),
            Refusal::Reentrant => "it is not allowed within the finalizer that runs".to_owned(),
        };
        self.add(text, lines);
    }

    /// Tells that an object was dead before the call, since when and why.
    fn stale(&mut self, object: Object) {
        if self.story.before.look(object).is_none() {
            self.gone(object);
        }
    }

    /// Tells what happened in the call before the two journals differ, and why the model's next event is right.
    pub(super) fn journal(&mut self, model: Option<&Event>, subject: Option<&Event>) {
        let story = self.story;
        let now = story.now();
        let same =
            now.model.events.iter().zip(&now.subject.events).take_while(|(model, subject)| model == subject).count();
        if same > 0 {
            let earlier = if same > 4 { format!("{} things, then ", same - 4) } else { String::new() };
            let last = now.model.events[same.saturating_sub(4)..same].iter();
            let told = last.map(|event| story.history.names.event(Some(event))).collect::<Vec<_>>().join("; ");
            self.add(format!("before, in this call: {earlier}{told}"), Lines::new());
        }
        self.in_code(same, model.or(subject));
        self.recovered(model, subject);
        match model {
            Some(Event::Paused) => self.pauses(),
            Some(Event::Damaged(_)) => self.made_faults(),
            Some(Event::Died(object)) => self.gone(*object),
            Some(event @ (Event::Began(_) | Event::Called(_))) => {
                Sort::begun(event).into_iter().for_each(|(object, sort)| self.armed(object, sort));
            }
            Some(Event::Took(set)) => set.iter().take(2).for_each(|object| self.unreached(&story.before, *object)),
            _ => {}
        }
        match subject {
            Some(Event::Died(object) | Event::Began(object) | Event::Called(object)) if model.is_none() => {
                self.lives(*object);
            }
            Some(Event::Paused) => self.pauses(),
            Some(Event::Damaged(_)) => self.made_faults(),
            Some(Event::Took(set)) => {
                let live = set.iter().find(|object| story.after.path(**object).is_some());
                live.or(set.first()).into_iter().for_each(|object| self.lives(*object));
            }
            _ => {}
        }
    }

    /// Tells which lines gave an object its finalizer or callback.
    pub(super) fn armed(&mut self, object: Object, sort: Sort) {
        let story = self.story;
        let mut lines = Lines::new();
        let by = story.given(object, sort);
        let by = by.iter().map(|cause| story.cause(cause, &mut lines)).collect::<Vec<_>>().join(", ");
        if !by.is_empty() {
            self.add(format!("the {} of {} is made by {by}", sort.word(), story.name(object)), lines);
        }
        if story.gone_at(Which::Model, object).is_some() {
            self.gone(object);
        }
    }
}
