//! Faults and recovery (SPEC 7, 8).
//!
//! The model's own state is never damaged: it still says what the subject's state should be. The model only notes a
//! fault, and a recovery changes only what could not be restored.

use super::{Event, Reference, Refusal, Reply, counted};
use crate::definitions::Graph;
use crate::fault::{Fault, Finding, FindingKind};
use crate::value::{Kind, Object, Value};
use std::collections::BTreeSet;

/// The greatest external count that a recovery may invent: the references must be few enough to be listed.
pub const MOST_MADE_UP: u32 = 65_535;

/// A fault that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damage {
    /// The fault.
    pub fault: Fault,
    /// The object at which it was made.
    pub object: Object,
    /// What verification with roots must report, among other things.
    pub finding: Finding,
}

impl Reference {
    /// The faults since the last recovery.
    pub fn damages(&self) -> &[Damage] {
        &self.damages
    }

    /// Whether there are such faults.
    pub fn is_damaged(&self) -> bool {
        !self.damages.is_empty()
    }

    /// All references that the mutator holds, an entry for each, in the order of objects.
    pub fn roots(&self) -> Vec<Object> {
        self.living().flat_map(|object| std::iter::repeat_n(object, self.external(object) as usize)).collect()
    }

    /// Notes a fault, unless the subject found nothing to damage or damaged something else.
    pub(super) fn fault(&mut self, fault: Fault, object: Option<Object>) -> Reply {
        let (object, _) = self.find(object, None)?;
        let site = match self.choice() {
            // After an earlier fault, the list of free slots, for example, may lead anywhere.
            Some(Event::Damaged(site)) if self.is_damaged() || self.may_be_damaged(fault, object, *site) => *site,
            _ => return Err(Refusal::Inapplicable),
        };
        let orphaned = match fault {
            Fault::ExternalHigh => self.external(object) == 0,
            Fault::InternalHigh => counted(self)[object.index()] == 0,
            _ => false,
        };
        let kind = if orphaned { FindingKind::Orphaned } else { fault.kind() };
        self.damages.push(Damage { fault, object, finding: Finding { kind, object: site } });
        self.script.journal.push(Event::Damaged(site));
        Ok(Value::Nil)
    }

    /// Whether the subject may report a fault at that object there.
    fn may_be_damaged(&self, fault: Fault, object: Object, site: Option<Object>) -> bool {
        match site {
            _ if fault.is_of_the_heap() => site.is_none(),
            Some(site) if fault.is_of_free_slots() => site.index() < self.bound() && !self.lives(site),
            None => fault.is_of_free_slots(),
            Some(site) => site == object,
        }
    }

    /// Restores everything, except what the subject says is lost, if that may be lost.
    pub(super) fn recover(&mut self, with_roots: bool) -> Value<Object> {
        self.sliced = None;
        let damages = std::mem::take(&mut self.damages);
        let (lost, made_up) = match self.choice() {
            Some(Event::Recovered { lost, externals }) => (lost.clone(), externals.clone()),
            _ => Default::default(),
        };
        let mut may_lose: Vec<Object> = damages.iter().filter(|it| it.fault.dangles()).map(|it| it.object).collect();
        let may_be_lost = |(holder, place): &(Object, usize)| {
            let fault =
                may_lose.iter().position(|object| object == holder).filter(|_| self.has_to_lose(*holder, *place));
            fault.map(|fault| may_lose.swap_remove(fault)).is_some()
        };
        let lost: BTreeSet<(Object, usize)> = BTreeSet::from_iter(lost).into_iter().filter(may_be_lost).collect();
        let mut given_up = lost.iter().map(|(object, place)| self.take_away(*object, *place)).collect::<Vec<_>>();
        given_up.sort_by_key(|value| self.turn_of(value));
        let externals = if with_roots { Vec::new() } else { self.without_roots(&damages, &made_up) };
        for (object, external) in &externals {
            self.objects[object.index()].iter_mut().for_each(|thing| thing.external = *external);
        }
        let undone = |damage: &&Damage| matches!(damage.fault, Fault::TemporaryFlag | Fault::TemporaryEntry);
        for Damage { object, .. } in damages.iter().filter(undone) {
            self.frame.iter_mut().for_each(|frame| frame.temporaries.retain(|temporary| temporary != object));
        }
        self.script.journal.push(Event::Recovered { lost: lost.into_iter().collect(), externals });
        self.lose(given_up.iter().filter_map(Value::reference));
        Value::Nil
    }

    /// Whether a fault may have put an id of no object there in place of a reference.
    fn has_to_lose(&self, holder: Object, place: usize) -> bool {
        let Some(contents) = self.contents(holder) else { return false };
        match contents.kind {
            Kind::Weak => place == 0 && self.target(holder).is_some(),
            _ => contents.values.get(place).and_then(Value::reference).is_some(),
        }
    }

    /// Replaces a reference by nil, and returns it if it was strong.
    fn take_away(&mut self, holder: Object, place: usize) -> Value<Object> {
        let Some(thing) = self.thing_mut(holder) else { return Value::Nil };
        thing.contents.target = None;
        thing.contents.values.get_mut(place).map_or(Value::Nil, |value| std::mem::replace(value, Value::Nil))
    }

    /// When an object has its turn, by the subject's events: the order of several objects without references is free.
    fn turn_of(&self, value: &Value<Object>) -> usize {
        let is_its_turn = |event: &Event| match event {
            Event::Began(object) | Event::Died(object) => value.reference() == Some(*object),
            _ => false,
        };
        self.choices.iter().position(is_its_turn).unwrap_or(usize::MAX)
    }

    /// The external counts after a recovery without roots: the old ones, but for damaged ones those that the subject
    /// reports; and 1 for an object that nothing else would keep.
    fn without_roots(&self, damages: &[Damage], made_up: &[(Object, u32)]) -> Vec<(Object, u32)> {
        let internal = counted(self);
        let is_damaged = |object| damages.iter().any(|damage| damage.fault.is_external() && damage.object == object);
        let made_up = |object: Object| made_up.iter().find(|(of, external)| *of == object && *external <= MOST_MADE_UP);
        let externals = self.living().map(|object| {
            let open = Some(object).filter(|object| is_damaged(*object)).and_then(made_up);
            let external = open.map_or(self.external(object), |(_, external)| *external);
            let held = external > 0 || internal[object.index()] > 0 || self.queue.contains(&object);
            (object, if held { external } else { 1 })
        });
        externals.collect()
    }
}
