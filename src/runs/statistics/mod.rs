//! What a run has reached: the shapes of its heaps, its conditions, and how many different states it has seen.
//!
//! A run without a violation proves only as much as its programs are worth. These numbers say how much that is, and
//! [`health`] warns where it is little.

mod condition;
mod distinct;
mod distribution;
pub mod health;
mod meanwhile;
mod observer;
mod reachable;
mod shapes;
mod state;
mod was;

pub use condition::{Condition, Conditions};
pub use distinct::Distinct;
pub use distribution::Distribution;
pub use meanwhile::{Encounter, Kept, Touch};
pub use observer::{Observed, observe};
pub use reachable::Reach;
pub use shapes::Shapes;

/// The statistics of observed programs.
#[derive(Debug, Clone, Default)]
pub struct Statistics {
    /// How many programs were observed.
    pub observed: u64,
    /// How many operations they carried out.
    pub operations: u64,
    /// How many of them reached each condition, in the order of [`Condition::ALL`].
    by_condition: Vec<u64>,
    /// In how many of them each encounter happened, in the order of [`Encounter::all`].
    by_encounter: Vec<u64>,
    /// The shapes of their heaps.
    pub shapes: Shapes,
    /// Their different abstract states.
    states: Distinct,
    /// Their different situations.
    situations: Distinct,
    /// How both grew: their numbers whenever the number of programs reached a power of two, and now.
    growth: Vec<Growth>,
}

/// How much was seen up to one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Growth {
    /// After so many observed programs.
    pub observed: u64,
    /// Different abstract states.
    pub states: u64,
    /// Different situations.
    pub situations: u64,
}

impl Statistics {
    /// Adds a program. Programs are added in the order of their cases, so that the growth depends on them alone.
    pub fn add(&mut self, program: &Observed) {
        self.observed += 1;
        self.operations += program.operations;
        self.by_condition.resize(Condition::ALL.len(), 0);
        let reached = Condition::ALL.iter().map(|condition| u64::from(program.conditions.has(*condition)));
        self.by_condition.iter_mut().zip(reached).for_each(|(count, reached)| *count += reached);
        self.by_encounter.resize(Encounter::all().count(), 0);
        program.encounters.iter().for_each(|encounter| self.by_encounter[encounter.number()] += 1);
        self.shapes.merge(&program.shapes);
        program.states.iter().for_each(|state| self.states.add(*state));
        program.situations.iter().for_each(|situation| self.situations.add(*situation));
        if self.observed.is_power_of_two() {
            self.growth.push(self.now());
        }
    }

    /// How many programs reached each condition.
    pub fn conditions(&self) -> impl Iterator<Item = (Condition, u64)> + '_ {
        let count = |condition: &Condition| self.by_condition.get(*condition as usize).copied().unwrap_or(0);
        Condition::ALL.iter().map(move |condition| (*condition, count(condition)))
    }

    /// For each possible encounter, in how many programs it happened.
    pub fn encounters(&self) -> impl Iterator<Item = (Encounter, u64)> + '_ {
        let count = |encounter: Encounter| self.by_encounter.get(encounter.number()).copied().unwrap_or(0);
        Encounter::all().filter(|it| it.is_possible()).map(move |encounter| (encounter, count(encounter)))
    }

    /// How the numbers of states and situations grew, up to now.
    pub fn growth(&self) -> Vec<Growth> {
        let now = Some(self.now()).filter(|now| now.observed > 0 && self.growth.last() != Some(now));
        self.growth.iter().copied().chain(now).collect()
    }

    fn now(&self) -> Growth {
        let (states, situations) = (self.states.count(), self.situations.count());
        Growth { observed: self.observed, states, situations }
    }
}
