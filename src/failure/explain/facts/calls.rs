//! What a call is and comes to: the failing one, one that did not return, what was refused in it.

use super::Telling;
use crate::failure::explain::code::Done;
use crate::failure::explain::history::When;
use crate::failure::explain::story::{Cause, Lines};
use crate::judge::code::Sort;
use crate::judge::signature::refusal;
use heapproof_model::{Event, Gives, Object, Outcome};

/// The most refused operations of one call that are told.
const MOST_REFUSED: usize = 4;

impl Telling<'_> {
    /// Tells what the failing call comes to in the model, and what happens in it.
    pub(super) fn call(&mut self) {
        let story = self.story;
        let now = story.now();
        let mut lines = Lines::new();
        let names = &story.history.names;
        let Some(operation) = &now.operation else {
            let when = story.when(story.at, &mut lines);
            return self.add(format!("{when} is skipped: it calls nothing, and changes nothing"), lines);
        };
        let when = story.when(story.at, &mut lines);
        let outcome = match &now.model.outcome {
            Some(Outcome::Done(value)) if operation.code().gives() != Gives::Nothing => {
                format!("done, giving {}", names.value(value))
            }
            Some(outcome) => names.outcome(outcome),
            None => "not known".to_owned(),
        };
        self.add(format!("by the model {} at {when} is {outcome}", names.call(operation)), lines);
        let events: Vec<String> = now.model.events.iter().take(6).map(|event| names.event(Some(event))).collect();
        if !events.is_empty() {
            self.add(format!("in it: {}", events.join("; ")), Lines::new());
        }
        for object in story.named() {
            self.written(object);
        }
    }

    /// Tells what was done last before a call that did not return.
    pub(super) fn last_before(&mut self, named: &[Object]) {
        let story = self.story;
        let names = &story.history.names;
        let mut lines = Lines::new();
        let when = story.when(story.at, &mut lines);
        let outcome = story.now().model.outcome.as_ref().map(|outcome| names.outcome(outcome)).unwrap_or_default();
        self.add(format!("all before it is as it must be; {when} is {outcome}"), lines);
        for object in named {
            match story.after.look(*object) {
                Some(_) => self.referred_to(*object),
                None => self.gone(*object),
            }
        }
    }

    /// Tells which operations were refused in the failing call, in finalizers, and which lines before it that name the objects
    /// of the failure.
    pub(super) fn refused(&mut self, objects: &[Object]) {
        let story = self.story;
        let inside = story.now().inside.iter();
        for done in inside.filter(|done| matches!(done.outcome, Outcome::Refused(_))).take(MOST_REFUSED) {
            self.refused_inside(done);
        }
        let Some(last) = story.at.checked_sub(1) else { return };
        let concerns = |named: Vec<Object>| named.iter().any(|object| objects.contains(object));
        let earlier = story.done_until(last).filter_map(|(cause, operation, outcome)| match outcome {
            Outcome::Refused(reason) if concerns(operation.objects()) => Some((cause, operation, *reason)),
            _ => None,
        });
        let earlier: Vec<_> = earlier.collect();
        for (cause, operation, reason) in earlier.into_iter().rev().take(2) {
            let mut lines = Lines::new();
            let (when, reason) = (story.cause(&cause, &mut lines), refusal(reason).replace('_', " "));
            let line = match cause {
                Cause::Call(moment) if !matches!(story.history.moments[moment].when, When::Line(_)) => {
                    format!("{} at {when}", story.history.names.call(operation))
                }
                _ => when,
            };
            self.add(format!("{line} is refused ({reason}), and changes nothing"), lines);
        }
    }

    fn refused_inside(&mut self, done: &Done) {
        let Outcome::Refused(reason) = done.outcome else { return };
        let mut lines = Lines::new();
        let text = self.story.inside(done, &mut lines);
        self.add(format!("{text} is refused ({})", refusal(reason).replace('_', " ")), lines);
    }

    /// Tells which operation of user code an event of the failing call is about.
    pub(super) fn in_code(&mut self, at: usize, event: Option<&Event>) {
        if !matches!(event, Some(Event::Did(_) | Event::Ended(_))) {
            return;
        }
        let story = self.story;
        let now = story.now();
        let mut lines = Lines::new();
        let text = match now.inside.iter().find(|done| done.event == at) {
            Some(done) => format!("this is {}", story.inside(done, &mut lines)),
            None => {
                let began = now.model.events.iter().take(at).rev();
                let Some((of, sort)) = began.into_iter().find_map(Sort::begun) else { return };
                let last = now.inside.iter().rfind(|done| done.event < at && done.of == of);
                let after = last.map_or_else(String::new, |done| format!(", after {}", story.inside(done, &mut lines)));
                self.armed(of, sort);
                format!("this is the {} of {}{after}", sort.word(), story.name(of))
            }
        };
        self.add(text, lines);
    }
}
