//! The scene of a step: the objects and references of one side, and what follows for them by definition.

use crate::failure::explain::history::{History, Moment, Which};
use crate::failure::explain::state::{Look, State};
use heapproof_model::definitions::{self, Graph};
use heapproof_model::{Counts, Object};
use std::collections::{BTreeMap, BTreeSet};

/// One side's graph.
pub struct Scene {
    /// The name of the side.
    pub title: &'static str,
    /// Its objects, including those that died at this step.
    pub nodes: Vec<Node>,
    /// Its references.
    pub edges: Vec<Edge>,
}

/// The references from one object to another.
pub struct Edge {
    /// The object that holds them.
    pub from: Object,
    /// Their target.
    pub to: Object,
    /// Their places in the object.
    pub label: String,
    /// Whether they are weak.
    pub weak: bool,
}

/// An object in a picture.
pub struct Node {
    /// The object.
    pub object: Object,
    /// Its name.
    pub name: String,
    /// Its kind and counts, as far as the side shows them.
    pub about: String,
    /// What follows for it by definition, in words.
    pub words: Vec<&'static str>,
    /// Whether the mutator holds it.
    pub root: bool,
    /// The number of its cycle.
    pub cycle: Option<usize>,
    /// What happened to it at this step.
    pub change: Change,
    /// Whether the other side shows something else.
    pub differs: bool,
}

/// What happened to an object at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    Same,
    /// It is new.
    New,
    /// Its contents or counts changed.
    Changed,
    /// It died.
    Gone,
}

/// The states of both sides.
#[derive(Debug, Clone, Default)]
pub struct Sides {
    model: State,
    subject: State,
}

impl Sides {
    /// The states after so many moments.
    pub fn after(history: &History, moments: usize) -> Sides {
        Sides { model: history.state(Which::Model, moments), subject: history.state(Which::Subject, moments) }
    }

    /// Applies one more moment.
    pub fn apply(&mut self, moment: &Moment) {
        self.model.apply(&moment.model.changes);
        self.subject.apply(&moment.subject.changes);
    }
}

/// The pictures of a step: one where both sides look alike, else the model's and the subject's.
pub fn scenes(history: &History, before: &Sides, now: &Sides) -> Vec<Scene> {
    let apart = apart(history, &now.model, &now.subject);
    let scene = |title, which, before, now, marked| {
        let mut scene = scene(history, title, which, before, now, marked);
        scene.nodes.iter_mut().for_each(|node| node.differs = apart.contains(&node.object));
        scene
    };
    if apart.is_empty() {
        return vec![scene("model and subject", Which::Model, &before.model, &now.model, &now.subject)];
    }
    vec![
        scene("model", Which::Model, &before.model, &now.model, &now.model),
        scene("subject", Which::Subject, &before.subject, &now.subject, &now.subject),
    ]
}

/// The objects of which the subject shows something else than the model.
fn apart(history: &History, model: &State, subject: &State) -> BTreeSet<Object> {
    let same = |object: Object| match (model.look(object), subject.look(object)) {
        (Some(model), Some(subject)) => {
            (!history.shows_contents || (&model.contents, model.values) == (&subject.contents, subject.values))
                && (!history.shows_counts || model.counts == subject.counts)
        }
        _ => false,
    };
    model.living().chain(subject.living()).filter(|object| !same(*object)).collect()
}

/// The graph of one side; `marked` is the state whose marks are shown.
fn scene(history: &History, title: &'static str, which: Which, before: &State, now: &State, marked: &State) -> Scene {
    let (counts, contents) = match which {
        Which::Model => (true, true),
        Which::Subject => (history.shows_counts, history.shows_contents),
    };
    let reached = definitions::reachable(now, now.roots());
    let cycles = definitions::cycles(now, now.living());
    let numbered = cycles.iter().enumerate();
    let cycles: BTreeMap<Object, usize> =
        numbered.flat_map(|(number, cycle)| cycle.iter().map(move |object| (*object, number))).collect();
    let node = |object: Object, look: &Look, change| {
        let (root, cycle) = (counts && look.is_root(), cycles.get(&object).copied());
        let lost = counts && contents && change != Change::Gone && !reached[object.index()];
        let known =
            [(root, "root"), (cycle.is_some(), "in a cycle"), (lost, "garbage"), (change == Change::Gone, "gone")];
        let mut words: Vec<&'static str> = known.into_iter().filter(|(so, _)| *so).map(|(_, word)| word).collect();
        words.extend(marked.look(object).into_iter().flat_map(|look| &look.marks));
        let about = about(look, counts, contents);
        Node { object, name: history.names.short(object), about, words, root, cycle, change, differs: false }
    };
    let living = now.living().filter_map(|object| {
        let look = now.look(object)?;
        let change = match before.look(object) {
            None => Change::New,
            Some(last) if last == look => Change::Same,
            Some(_) => Change::Changed,
        };
        Some(node(object, look, change))
    });
    let gone = before.living().filter(|object| now.look(*object).is_none());
    let gone = gone.filter_map(|object| Some(node(object, before.look(object)?, Change::Gone)));
    let nodes = living.chain(gone).collect();
    Scene { title, nodes, edges: edges(now) }
}

/// The references; several from one object to another are drawn as one edge.
fn edges(state: &State) -> Vec<Edge> {
    let mut edges: BTreeMap<(Object, Object, bool), String> = BTreeMap::new();
    for from in state.living() {
        for (place, to, weak) in state.look(from).into_iter().flat_map(Look::references) {
            let label = edges.entry((from, to, weak)).or_default();
            if !label.is_empty() {
                label.push_str(", ");
            }
            label.push_str(&place.short());
        }
    }
    edges.into_iter().map(|((from, to, weak), label)| Edge { from, to, label, weak }).collect()
}

fn about(look: &Look, counts: bool, contents: bool) -> String {
    let kind = if contents { look.word() } else { "lives" };
    let Counts { external, internal, weak } = look.counts;
    match weak {
        _ if !counts => kind.to_owned(),
        0 => format!("{kind} {external}+{internal}"),
        weak => format!("{kind} {external}+{internal}~{weak}"),
    }
}
