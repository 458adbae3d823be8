//! Detection of all cycles, live or garbage.
//!
//! An object to which no object refers can't be in a cycle, so the walk leaves it out. (That the
//! strong count is 1 would not be enough: after `a.x = b; b.x = a` and once the mutator has let go
//! of both, each has the strong count 1.)

use super::components::Components;
use crate::counts::Header;
use crate::{Heap, Host, ObjectId};

/// The cycles that a detection has found, one behind the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct CycleSet {
    members: Vec<ObjectId>,
    /// For each cycle, where in the members it ends.
    ends: Vec<usize>,
}

impl CycleSet {
    fn iter(&self) -> impl Iterator<Item = &[ObjectId]> {
        let mut start = 0;
        self.ends.iter().filter_map(move |&end| {
            let cycle = self.members.get(start..end);
            start = end;
            cycle
        })
    }
}

impl<H: Host> Heap<H> {
    /// Looks for cycles in the whole heap, live ones and garbage, and returns how many there are.
    /// [`cycles`](Self::cycles) then gives them. Nothing is freed, and no check is influenced.
    pub fn detect_cycles_full(&mut self) -> usize {
        let mut found = CycleSet::default();
        let headers = self.arena.headers.all();
        let referred = |header: &Header| header.is_live() && header.internal > 0;
        if headers.iter().any(referred) {
            let slots = headers.iter().zip(0..).filter(|(header, _)| referred(header));
            let components = Components::among(&self.arena, slots.map(|(_, slot)| slot));
            components.each_cycle(|cycle| {
                let named = |&slot: &u32| ObjectId::new(slot, headers[slot as usize].generation);
                found.members.extend(cycle.iter().map(named));
                found.ends.push(found.members.len());
            });
        }
        let count = found.ends.len();
        self.cycles = found;
        self.totals.cycles_detected += count as u64;
        count
    }

    /// The cycles that the last detection found, less those of which an object has died since.
    /// Neither they nor the objects in them are in a particular order.
    pub fn cycles(&self) -> impl Iterator<Item = &[ObjectId]> {
        let lives = |cycle: &&[ObjectId]| cycle.iter().all(|&object| self.contains(object));
        self.cycles.iter().filter(lives)
    }
}
