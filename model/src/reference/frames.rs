//! Frames and their temporaries (SPEC 6).

use super::checks::Settings;
use super::{Event, Reference, Refusal, Reply};
use crate::definitions::{Graph, led_to, reachable};
use crate::operation::Operation;
use crate::value::{Object, Value};
use std::collections::BTreeSet;

/// An open frame.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub budget: u64,
    /// The temporaries, in order of allocation.
    pub temporaries: Vec<Object>,
}

impl Reference {
    /// Whether a program has set how many objects may live, or how high counts may go.
    pub fn is_limited(&self) -> bool {
        let Settings { capacity, counts, .. } = Settings::default();
        self.settings.capacity != capacity || self.settings.counts != counts
    }

    /// Whether a frame is open.
    pub fn has_frame(&self) -> bool {
        self.frame.is_some()
    }

    /// How many objects a check may touch now, and so may the end of the open frame.
    pub fn budget(&self) -> u64 {
        let owed = self.settings.debt.map_or(u64::MAX, |(_, objects)| objects * self.allocations_since_check);
        self.frame.as_ref().map_or(owed.min(self.settings.budget), |frame| frame.budget)
    }

    pub(super) fn begin(&mut self, objects: u32) -> Reply {
        match (&self.frame, objects) {
            (Some(_), _) => Err(Refusal::Frame),
            (None, 0) => Err(Refusal::Setting),
            (None, _) => {
                self.frame = Some(Frame { budget: objects.into(), temporaries: Vec::new() });
                Ok(Value::Nil)
            }
        }
    }

    pub(super) fn temporary(&mut self, allocation: &Operation<Object>) -> Reply {
        if self.frame.is_none() {
            return Err(Refusal::Frame);
        }
        let reply = self.make(allocation)?;
        if let Some(frame) = &mut self.frame {
            frame.temporaries.extend(reply.reference());
        }
        Ok(reply)
    }

    /// Closes the frame: gives up its references, then frees what only its temporaries reach, if the budget allows.
    /// Where the heap may free it or not, the subject chooses.
    pub(super) fn end(&mut self) -> Reply {
        let Frame { budget, mut temporaries } = self.frame.take().ok_or(Refusal::Frame)?;
        temporaries.retain(|object| self.lives(*object));
        let held: Vec<Object> = temporaries.iter().copied().filter(|object| self.external(*object) > 0).collect();
        for object in &held {
            self.thing_mut(*object).into_iter().for_each(|thing| thing.external -= 1);
        }
        self.lose(held);
        let looked_at = led_to(self, temporaries.into_iter(), |object| !self.is_left_alone(object));
        let set = self.held_by_none_but(&looked_at);
        let fits = set.len() as u64 <= budget;
        let must = self.silent || looked_at.iter().filter(|is_it| **is_it).count() as u64 <= budget;
        let chosen = matches!(self.choice(), Some(Event::Took(chosen)) if *chosen == set);
        if !set.is_empty() && fits && (must || chosen) {
            self.free(&set);
        }
        Ok(Value::Nil)
    }

    /// Those objects, except roots, and what is reached from such objects or from elsewhere.
    fn held_by_none_but(&self, reached: &[bool]) -> BTreeSet<Object> {
        let elsewhere = self.living().filter(|object| !reached[object.index()] || self.is_left_alone(*object));
        let kept = reachable(self, elsewhere);
        self.living().filter(|object| reached[object.index()] && !kept[object.index()]).collect()
    }

    fn is_left_alone(&self, object: Object) -> bool {
        self.is_kept(object) || self.queue.contains(&object)
    }
}
