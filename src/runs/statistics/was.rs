//! The heap before an operation, as far as it is needed to tell what the operation changes.

use super::state::Colours;
use heapproof_model::definitions::{Graph, reachable};
use heapproof_model::{Contents, Object, Reference, Statistics};
use std::collections::BTreeSet;

/// The heap at one time.
#[derive(Default)]
pub(super) struct Was {
    /// Whether each object is garbage, by its number.
    garbage: Vec<bool>,
    /// The references, as pairs of referrer and target.
    pub references: Vec<(Object, Object)>,
    /// Weak objects with their living targets.
    pub weak: Vec<(Object, Object)>,
    pub statistics: Statistics,
    pub colours: Colours,
    /// How many objects were garbage.
    pub lost: u64,
    /// The members of known cycles.
    pub cyclic: BTreeSet<Object>,
    /// What is pinned.
    pub pinned: Vec<Object>,
    /// Ephemerons with their living keys, and the objects that are their values.
    pub ephemerons: Vec<(Object, Object, Object)>,
}

impl Was {
    pub fn is_garbage(&self, object: Object) -> bool {
        self.garbage.get(object.index()).copied().unwrap_or(false)
    }

    pub fn of(model: &Reference) -> Was {
        let reached = reachable(model, model.living().filter(|object| model.is_kept(*object)));
        let mut garbage = vec![false; model.bound()];
        model.living().for_each(|object| garbage[object.index()] = !reached[object.index()]);
        let references =
            model.living().flat_map(|object| model.references(object).map(move |target| (object, target))).collect();
        let weak = model.living().filter_map(|object| Some((object, model.target(object)?))).collect();
        let lost = garbage.iter().filter(|garbage| **garbage).count() as u64;
        let colours = Colours::of(model, &|object| garbage[object.index()]);
        let cyclic = model.cycles().flatten().copied().collect();
        let pinned = model.living().filter(|object| model.is_pinned(*object)).collect();
        let is_ephemeron = |object| model.contents(object).is_some_and(Contents::is_ephemeron);
        let value = |object| model.references(object).next().filter(|_| is_ephemeron(object));
        let entry = |object| Some((object, model.target(object)?, value(object)?));
        let ephemerons = model.living().filter_map(entry).collect();
        Was { garbage, references, weak, statistics: model.statistics(), colours, lost, cyclic, pinned, ephemerons }
    }
}
