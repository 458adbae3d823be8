//! Compares what a subject shows with what the model says.

use super::{Checked, Lockstep};
use crate::judge::subject::{Looks, Observation, Subject};
use crate::judge::violation::Violation;
use heapproof_model::definitions::Graph;
use heapproof_model::dialect::Names;
use heapproof_model::reference::Damage;
use heapproof_model::{Contents, Counts, Dialect, Event, Finding, Kind, Object, Outcome, Statistics};
use std::collections::BTreeSet;

impl Lockstep {
    /// Objects that died in this call must be gone.
    pub(super) fn compare_deaths(&self, events: &[Event]) -> Checked {
        for event in events {
            if let Event::Died(object) = event
                && self.subject.look(|subject| subject.lives(*object) && subject.knows(*object))?
            {
                return Err(Violation::NotFreed { object: *object });
            }
        }
        Ok(())
    }

    /// Exactly the objects that live in the model live in the subject. Where the subject does not know whether one lives,
    /// it need not say so unless a root reaches the object.
    pub(crate) fn compare_lives(&self) -> Checked {
        self.subject.looks(|subject| {
            for object in self.ever() {
                match (self.model.lives(object), subject.lives(object)) {
                    (true, false) => self.unless_unknown(subject, object, Violation::FreedTooEarly { object })?,
                    // It is not freed late. It is back: its id reaches another object, or it was freed and is still kept.
                    (false, true) => self.unless_unknown(subject, object, Violation::NotFreed { object })?,
                    _ => {}
                }
            }
            Ok(())
        })
    }

    /// All objects that there have ever been.
    fn ever(&self) -> impl Iterator<Item = Object> + use<> {
        (0..self.model.bound()).map(|number| Object(number as u32))
    }

    /// That violation, unless nothing can be asked of the object: the subject does not know whether it lives, and no root
    /// reaches it. Few subjects don't know, so they are asked only where something differs.
    fn unless_unknown(&self, subject: &dyn Subject, object: Object, violation: Violation) -> Checked {
        let is_reached = || self.model.lives(object) && !self.model.possible_garbage().contains(&object);
        if subject.knows(object) || is_reached() { Err(violation) } else { Ok(()) }
    }

    /// The same of what is shown of the object: with `names held` a subject may leave out what no handle leads to, garbage and what
    /// only a root reaches that was lost.
    fn unless_hidden(&self, subject: &dyn Subject, object: Object, violation: Violation) -> Checked {
        let is_handled = || self.abilities.dialect().names == Names::Any || self.model.handled()[object.index()];
        if subject.knows(object) || is_handled() { self.unless_unknown(subject, object, violation) } else { Ok(()) }
    }

    /// Whether a look now would change what comes after it.
    pub(super) fn would_disturb(&self) -> bool {
        self.abilities.looks() == Looks::Disturbing && !self.is_over
    }

    /// Whether two outcomes are the same, as far as the subject shows them.
    pub(super) fn same_outcome(&self, model: &Outcome, subject: &Outcome) -> bool {
        let reasons = self.abilities.shows(Observation::Refusals);
        self.abilities.dialect().same_outcome(reasons, model, subject)
    }

    pub(super) fn compare_journals(&self, model: &[Event], subject: &[Event]) -> Checked {
        let reasons = self.abilities.shows(Observation::Refusals);
        let same = |(model, subject): &(&Event, &Event)| self.abilities.dialect().same_event(reasons, model, subject);
        let at = model.iter().zip(subject).take_while(same).count();
        match (model.get(at), subject.get(at)) {
            (None, None) => Ok(()),
            (model, subject) => Err(Violation::Journal { model: model.cloned(), subject: subject.cloned() }),
        }
    }

    /// Compares everything that the subject shows of every object and of the heap.
    pub(crate) fn compare(&mut self) -> Checked {
        self.compare_lives()?;
        // What is dear is compared where the program ends.
        if !self.is_in_haste() || self.is_over {
            self.compare_contents()?;
            self.compare_counts()?;
        }
        self.compare_statistics()?;
        self.compare_cycles()?;
        self.compare_candidates()?;
        self.compare_verification()
    }

    /// Compares counts, or their sums where the subject does not tell them apart.
    pub(crate) fn compare_counts(&self) -> Checked {
        if self.would_disturb() {
            return Ok(());
        }
        if !self.abilities.shows(Observation::Counts) {
            return self.compare_sums();
        }
        self.subject.looks(|subject| {
            for (object, model) in self.model.counts() {
                let shown = subject.counts(object);
                if model != shown {
                    self.unless_hidden(subject, object, Violation::Counts { object, model, subject: shown })?;
                }
            }
            Ok(())
        })
    }

    fn compare_sums(&self) -> Checked {
        if !self.abilities.shows(Observation::Strong) {
            return Ok(());
        }
        // What no handle leads to can't be asked: garbage, and what only a root reaches that was lost.
        let handled = (self.abilities.dialect().names == Names::Held).then(|| self.model.handled());
        let can_be_asked = |object: Object| handled.as_ref().is_none_or(|handled| handled[object.index()]);
        self.subject.looks(|subject| {
            for (object, counts) in self.model.counts() {
                let (model, shown) = (sum(counts), subject.strong(object));
                if model != shown && can_be_asked(object) {
                    self.unless_hidden(subject, object, Violation::Strong { object, model, subject: shown })?;
                }
            }
            Ok(())
        })
    }

    pub(crate) fn compare_statistics(&self) -> Checked {
        if !self.abilities.shows(Observation::Statistics) {
            return Ok(());
        }
        statistics(&self.model.statistics(), &self.subject.look(|subject| subject.statistics())?)
    }

    /// Compares the cycles that the last complete detection found.
    pub(crate) fn compare_cycles(&self) -> Checked {
        if !self.abilities.shows(Observation::Cycles) {
            return Ok(());
        }
        let subject = self.subject.look(|subject| subject.cycles())?;
        same_cycles(self.model.cycles(), subject, |model, subject| Violation::Cycles { model, subject })
    }

    /// Verification with roots finds nothing in an undamaged heap.
    pub(crate) fn compare_verification(&self) -> Checked {
        if !self.abilities.shows(Observation::Verification) {
            return Ok(());
        }
        clean(&self.subject.look(|subject| subject.verify(Some(&self.model.roots())))?)
    }

    /// Verification without roots finds nothing either. It sees less, so it is done only where a program verifies, and
    /// at its end.
    pub(crate) fn compare_verification_without_roots(&self) -> Checked {
        if !self.abilities.shows(Observation::Verification) {
            return Ok(());
        }
        clean(&self.subject.look(|subject| subject.verify(None))?)
    }

    /// Of a damaged heap only this is known: what verification with roots must find. If there are several faults, one
    /// may hide another; then it must find something. Of two at one object, one may undo the other.
    pub(crate) fn compare_damage(&self) -> Checked {
        let damages = self.model.damages();
        let is_alone = |damage: &Damage| damages.iter().filter(|other| other.object == damage.object).count() == 1;
        let stays = |damage: &&Damage| damages.len() == 1 || !damage.fault.can_be_undone() && is_alone(damage);
        let Some(damage) = damages.iter().find(stays) else {
            return Ok(());
        };
        if !self.abilities.shows(Observation::Verification) {
            return Ok(());
        }
        let (fault, wanted) = (damage.fault, damage.finding);
        let found = self.subject.look(|subject| subject.verify(Some(&self.model.roots())))?;
        let is_found = if damages.len() == 1 { found.contains(&wanted) } else { !found.is_empty() };
        if is_found { Ok(()) } else { Err(Violation::FaultMissed { fault, wanted, found }) }
    }

    /// Compares the targets of weak objects.
    pub(crate) fn compare_targets(&mut self) -> Checked {
        if !self.abilities.shows(Observation::Contents) || self.would_disturb() {
            return Ok(());
        }
        let is_weak = |object: &Object| self.model.contents(*object).is_some_and(|it| it.kind == Kind::Weak);
        let weak: Vec<Object> = self.model.living().filter(is_weak).collect();
        self.compare_each(weak, |_, shown, _, target| shown.target == target)
    }

    pub(crate) fn compare_contents(&mut self) -> Checked {
        self.compare_contents_of(self.ever())
    }

    /// Compares the contents of those of the objects that live.
    pub(super) fn compare_contents_of(&mut self, objects: impl IntoIterator<Item = Object>) -> Checked {
        if !self.abilities.shows(Observation::Contents) || self.would_disturb() {
            return Ok(());
        }
        self.compare_each(objects, |dialect, shown, model, target| {
            shown.kind == model.kind
                && shown.function == model.function
                && shown.target == target
                && shown.fields == model.fields
                && dialect.same_values(&shown.values, &model.values)
        })
    }

    /// Compares those of the objects that live, in the manner that `same` says: of the contents that are shown, the model's, and
    /// the living target.
    fn compare_each(
        &mut self,
        objects: impl IntoIterator<Item = Object>,
        same: impl Fn(&Dialect, &Contents, &Contents, Option<Object>) -> bool,
    ) -> Checked {
        let mut shown = std::mem::take(&mut self.seen);
        let compared = self.subject.looks(|subject| {
            for object in objects {
                let Some(contents) = self.model.contents(object) else { continue };
                subject.look(object, &mut shown);
                let target = self.model.target(object);
                if !same(self.abilities.dialect(), &shown, contents, target) {
                    let model = Box::new(Contents { target, ..contents.clone() });
                    let violation = Violation::Contents { object, model, subject: Box::new(shown.clone()) };
                    self.unless_hidden(subject, object, violation)?;
                }
            }
            Ok(())
        });
        self.seen = shown;
        compared
    }
}

fn clean(found: &[Finding]) -> Checked {
    found.first().map_or(Ok(()), |found| Err(Violation::Verification { found: *found }))
}

/// Compares cycles. Those of the model are in order, each by its first object, since they are disjoint.
pub(super) fn same_cycles<'a>(
    model: impl Iterator<Item = &'a BTreeSet<Object>> + Clone,
    mut subject: Vec<Vec<Object>>,
    violation: impl FnOnce(Vec<BTreeSet<Object>>, Vec<BTreeSet<Object>>) -> Violation,
) -> Checked {
    for cycle in &mut subject {
        cycle.sort_unstable();
        cycle.dedup();
    }
    subject.sort_unstable();
    let mut others = subject.iter();
    let mut agrees = |cycle: &BTreeSet<Object>| others.next().is_some_and(|other| cycle.iter().eq(other));
    if model.clone().all(&mut agrees) && others.next().is_none() {
        return Ok(());
    }
    Err(violation(model.cloned().collect(), subject.into_iter().map(BTreeSet::from_iter).collect()))
}

fn sum(counts: Counts) -> u64 {
    u64::from(counts.external) + u64::from(counts.internal)
}

fn statistics(model: &Statistics, subject: &Statistics) -> Checked {
    if model == subject {
        return Ok(());
    }
    for ((which, model), (_, subject)) in model.named().into_iter().zip(subject.named()) {
        if model != subject {
            return Err(Violation::Statistics { which, model, subject });
        }
    }
    Ok(())
}
