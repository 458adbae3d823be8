//! The situation of a program: what decides which lines can come next.

use crate::judge::lockstep::Lockstep;
use heapproof_model::definitions::Graph;
use heapproof_model::{Kind, Line, Name, Object, Outcome, Value};
use std::collections::BTreeSet;

/// The names that a program has bound so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    bound: Vec<(Name, Object)>,
    /// How many names the program binds, including those that it binds when a finalizer runs.
    used: u16,
    /// Whether a line was carried out that is not a setting.
    begun: bool,
}

impl Names {
    /// Notes the names that a line binds.
    pub(super) fn note(&mut self, line: &Line, outcome: &Outcome) {
        self.used += line.bound().len() as u16;
        self.begun |= !line.operation.code().is_setting();
        if let (Some(name), Outcome::Done(Value::Reference(object))) = (line.bind, outcome) {
            self.bound.push((name, *object));
        }
    }

    /// The first name of an object.
    fn of(&self, object: Object) -> Option<Name> {
        self.bound.iter().find(|(_, bound)| *bound == object).map(|(name, _)| *name)
    }

    /// For each place that has names of dead objects, one of them: all are alike.
    fn stale(&self, lockstep: &Lockstep) -> Vec<(Name, u64)> {
        let mut places = BTreeSet::new();
        let dead = self.bound.iter().filter(|(_, object)| !lockstep.model().lives(*object));
        let placed = dead.map(|(name, object)| (*name, lockstep.subject().place(*object)));
        placed.filter(|(_, place)| places.insert(*place)).collect()
    }

    /// The part of the names that belongs to a state: which living objects have one, in their order; which places have
    /// names of dead objects; and whether settings may still come.
    pub(super) fn digested(&self, lockstep: &Lockstep) -> (Vec<bool>, BTreeSet<u64>, bool) {
        let named = lockstep.model().living().map(|object| self.of(object).is_some()).collect();
        (named, self.stale(lockstep).into_iter().map(|(_, place)| place).collect(), self.begun)
    }
}

/// What decides which lines can come next.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Situation {
    /// The living objects that have names, the oldest first.
    pub(super) objects: Vec<(Name, Kind)>,
    /// Names of dead objects, one for each place.
    pub(super) stale: Vec<Name>,
    /// How many objects live.
    pub(super) living: usize,
    /// The next name.
    pub(super) fresh: Name,
    pub(super) in_frame: bool,
    pub(super) is_damaged: bool,
    /// Whether settings may still come.
    pub(super) is_new: bool,
}

impl Situation {
    pub(super) fn of(lockstep: &Lockstep, names: &Names) -> Situation {
        let model = lockstep.model();
        let kind = |object: Object| model.contents(object).map_or(Kind::Table, |contents| contents.kind);
        Situation {
            objects: model.living().filter_map(|object| Some((names.of(object)?, kind(object)))).collect(),
            stale: names.stale(lockstep).into_iter().map(|(name, _)| name).collect(),
            living: model.living().count(),
            fresh: Name(names.used),
            in_frame: model.has_frame(),
            is_damaged: model.is_damaged(),
            is_new: !names.begun,
        }
    }
}
