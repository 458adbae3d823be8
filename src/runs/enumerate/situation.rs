//! The situation of a program: what decides which lines can come next.

use crate::judge::lockstep::Lockstep;
use heapproof_model::definitions::Graph;
use heapproof_model::{Kind, Line, Name, Object, Outcome, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;

/// The names that a program has bound so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    bound: Vec<(Name, Object)>,
    /// How many names the program binds, including those that it binds when a finalizer runs.
    used: u32,
    /// Whether a line was carried out that is not a setting.
    begun: bool,
}

impl Names {
    /// Notes the names that a line binds.
    pub(super) fn note(&mut self, line: &Line, outcome: &Outcome) {
        self.used += line.bound().len() as u32;
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

    /// The digest of a state. The names' part of it is: which living objects have one, in their order; which places have
    /// names of dead objects; and whether settings may still come.
    pub(super) fn digest(&self, lockstep: &Lockstep) -> Option<u128> {
        let named: Vec<bool> = lockstep.model().living().map(|object| self.of(object).is_some()).collect();
        let stale: BTreeSet<u64> = self.stale(lockstep).into_iter().map(|(_, place)| place).collect();
        lockstep.digest(&[
            ("named", &|state| named.hash(state)),
            ("stale", &|state| stale.hash(state)),
            ("begun", &|state| self.begun.hash(state)),
        ])
    }

    /// How the names of this program are called in another one that has come to the same state: those of the living objects
    /// in their order, those of dead objects by their places, and the next. There is no other name for one that only code
    /// binds.
    pub(super) fn translation(&self, lockstep: &Lockstep, other: &Names, beside: &Lockstep) -> BTreeMap<Name, Name> {
        let living = lockstep.model().living().zip(beside.model().living());
        let living = living.filter_map(|(object, twin)| Some((self.of(object)?, other.of(twin)?)));
        let places: BTreeMap<u64, Name> = other.stale(beside).into_iter().map(|(name, place)| (place, name)).collect();
        let stale = self.stale(lockstep).into_iter().filter_map(|(name, place)| Some((name, *places.get(&place)?)));
        living.chain(stale).chain([(Name(self.used), Name(other.used)), (Name::SELF, Name::SELF)]).collect()
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
    /// Whether the same lines can follow, up to names.
    pub(super) fn is_like(&self, other: &Situation) -> bool {
        let kinds = |situation: &Situation| situation.objects.iter().map(|(_, kind)| *kind).collect::<Vec<_>>();
        let Situation { objects: _, stale, living, fresh: _, in_frame, is_damaged, is_new } = self;
        kinds(self) == kinds(other)
            && (stale.len(), *living) == (other.stale.len(), other.living)
            && (*in_frame, *is_damaged, *is_new) == (other.in_frame, other.is_damaged, other.is_new)
    }

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
