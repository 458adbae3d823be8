//! What a run has reached: the shapes of its heaps, its conditions, and how many different states it has seen.
//!
//! A run without a violation proves only as much as its programs are worth. These numbers say how much that is, and
//! [`health`] warns where it is little.

mod condition;
mod distinct;
mod distribution;
pub mod health;
mod lifetimes;
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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize))]
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
    /// The same where other cases come before: what was seen at these times, since their numbers depend on what those saw.
    marks: Vec<Mark>,
}

/// All that was seen up to one time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize))]
struct Mark {
    observed: u64,
    states: Distinct,
    situations: Distinct,
}

/// How much was seen up to one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize))]
pub struct Growth {
    /// After so many observed programs.
    pub observed: u64,
    /// Different abstract states.
    pub states: u64,
    /// Different situations.
    pub situations: u64,
}

impl Statistics {
    /// Adds a program, the `number`th that a run observes, from 1. Programs are added in the order of their cases, so that the
    /// growth depends on them alone. `is_from_start` says whether the first of them is the run's first.
    pub fn add(&mut self, number: u64, is_from_start: bool, program: &Observed) {
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
        if number.is_power_of_two() {
            match is_from_start {
                true => self.growth.push(self.now()),
                false => self.marks.push(self.mark()),
            }
        }
    }

    /// Adds the statistics of the programs that follow.
    pub fn join(&mut self, next: Statistics) {
        for Mark { observed, states, situations } in next.marks {
            let joined = |mine: &Distinct, theirs: &Distinct| {
                let mut both = mine.clone();
                both.join(theirs);
                both
            };
            let (states, situations) = (joined(&self.states, &states), joined(&self.situations, &situations));
            self.growth.push(Growth {
                observed: self.observed + observed,
                states: states.count(),
                situations: situations.count(),
            });
        }
        self.observed += next.observed;
        self.operations += next.operations;
        add(&mut self.by_condition, &next.by_condition);
        add(&mut self.by_encounter, &next.by_encounter);
        self.shapes.merge(&next.shapes);
        self.states.join(&next.states);
        self.situations.join(&next.situations);
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

    fn mark(&self) -> Mark {
        Mark { observed: self.observed, states: self.states.clone(), situations: self.situations.clone() }
    }

    fn now(&self) -> Growth {
        let (states, situations) = (self.states.count(), self.situations.count());
        Growth { observed: self.observed, states, situations }
    }
}

/// Adds counts to others, of which there may be none yet.
fn add(mine: &mut Vec<u64>, theirs: &[u64]) {
    mine.resize(mine.len().max(theirs.len()), 0);
    mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
}
