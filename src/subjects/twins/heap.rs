//! A naive heap with counts that are kept, in every dialect.
//!
//! It shares no code with the model, and not its way either: it keeps each count where the model counts anew, and releases
//! by calling itself where the model has lists. Where its dialect leaves a choice, it takes now this and now that, by a
//! counter in its own state.

use super::Shows;
use super::wrong::Mistake;
use crate::judge::code::Finalizers;
use heapproof_model::dialect::{CollectInCode, CollectInSet, Dialect, Ephemerons};
use heapproof_model::{Contents, Event, Kind, Object, Value};
use std::collections::VecDeque;

/// A living object.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub contents: Contents,
    pub external: u32,
    pub internal: u32,
    pub weak: u32,
    /// Whether its code has run as often as it may.
    pub done: bool,
    /// Whether it lives whatever becomes of its counts.
    pub for_ever: bool,
    /// Whether its death is under way, so that nothing saves it.
    pub doomed: bool,
    /// Whether weak references to it give nil for a while.
    pub hidden: bool,
}

/// Code that runs.
#[derive(Debug, Clone)]
pub(super) struct Code {
    pub object: Object,
    /// The set whose member the object is, or before whose code a callback runs; none in a release.
    pub set: Option<Vec<Object>>,
    /// Whether it is a callback.
    pub calls_back: bool,
}

/// The heap.
#[derive(Debug, Clone)]
pub struct Twin {
    pub(super) dialect: Dialect,
    pub(super) shows: Shows,
    pub(super) mistake: Option<Mistake>,
    pub(super) nodes: Vec<Option<Node>>,
    pub(super) finalizers: Finalizers,
    pub(super) capacity: u64,
    pub(super) ceiling: u32,
    /// Objects without references that have not had their turn.
    pub(super) waiting: VecDeque<Object>,
    /// What dead objects are still to give up.
    pub(super) owed: Vec<Object>,
    pub(super) running: Vec<Code>,
    pub(super) jobs: VecDeque<Object>,
    /// Weak objects whose callbacks are due.
    pub(super) due: Vec<Object>,
    /// What was garbage when the last collection ended.
    pub(super) overdue: Vec<Object>,
    /// Whether waiting objects have their turns.
    pub(super) releasing: bool,
    /// Whether a panic is on its way out.
    pub(super) panicking: bool,
    /// Whether it ends what is being done.
    pub(super) ends_at_once: bool,
    pub(super) figures: Figures,
    /// Whether it is asked only what is refused: then nothing is released, or each release in another would be made twice.
    pub(super) tries: bool,
    luck: u64,
}

/// What it counts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Figures {
    pub allocations: u64,
    pub frees: u64,
    pub cycles: u64,
    pub operations: u64,
    pub panics: u64,
}

impl Twin {
    pub(super) fn new(dialect: Dialect, shows: Shows, mistake: Option<Mistake>) -> Twin {
        Twin {
            dialect,
            shows,
            mistake,
            nodes: Vec::new(),
            finalizers: Finalizers::default(),
            capacity: 1_000_000,
            ceiling: u32::MAX,
            waiting: VecDeque::new(),
            owed: Vec::new(),
            running: Vec::new(),
            jobs: VecDeque::new(),
            due: Vec::new(),
            overdue: Vec::new(),
            releasing: false,
            panicking: false,
            ends_at_once: false,
            figures: Figures::default(),
            tries: false,
            luck: 1,
        }
    }

    /// Whether it makes that mistake.
    pub(super) fn errs(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    /// A number below `bound`, another one each time.
    pub(super) fn luck(&mut self, bound: usize) -> usize {
        self.luck = self.luck.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.luck >> 33) as usize % bound.max(1)
    }

    pub(super) fn node(&self, object: Object) -> Option<&Node> {
        self.nodes.get(object.index())?.as_ref()
    }

    pub(super) fn node_mut(&mut self, object: Object) -> Option<&mut Node> {
        self.nodes.get_mut(object.index())?.as_mut()
    }

    pub(super) fn alive(&self, object: Object) -> bool {
        self.node(object).is_some()
    }

    /// Everything that lives, in order of numbers.
    pub(super) fn all(&self) -> Vec<Object> {
        let numbered = self.nodes.iter().enumerate();
        numbered.filter(|(_, node)| node.is_some()).map(|(number, _)| Object(number as u32)).collect()
    }

    /// Puts an object into the heap, held once, and counts what it refers to.
    pub(super) fn place(&mut self, contents: Contents, external: u32, done: bool) -> Object {
        let object = Object(self.nodes.len() as u32);
        contents.references().for_each(|target| self.refer(target));
        if let Some(target) = contents.target.and_then(|target| self.node_mut(target)) {
            target.weak += 1;
        }
        let (internal, weak) = (0, 0);
        let node = Node { contents, external, internal, weak, done, for_ever: false, doomed: false, hidden: false };
        self.nodes.push(Some(node));
        self.figures.allocations += 1;
        object
    }

    /// Counts a reference from contents.
    pub(super) fn refer(&mut self, object: Object) {
        if let Some(node) = self.node_mut(object) {
            node.internal += 1;
        }
    }

    /// Counts a reference from contents less.
    pub(super) fn unrefer(&mut self, object: Object) {
        if let Some(node) = self.node_mut(object) {
            node.internal = node.internal.saturating_sub(1);
        }
    }

    /// The target of a weak object.
    pub(super) fn target_of(&self, weak: Object) -> Option<Object> {
        self.node(weak)?.contents.target.filter(|target| self.alive(*target))
    }

    /// What is reached from those objects.
    pub(super) fn reached(&self, from: Vec<Object>) -> Vec<bool> {
        let keyed = (self.dialect.ephemerons == Ephemerons::Both) != self.errs(Mistake::KeysOtherwise);
        let mut marks = vec![false; self.nodes.len()];
        let mut open = from;
        while let Some(object) = open.pop() {
            let Some(node) = self.node(object) else { continue };
            if std::mem::replace(&mut marks[object.index()], true) {
                continue;
            }
            if !(keyed && self.lacks_its_key(node, &marks)) {
                open.extend(node.contents.references());
            }
            if node.weak > 0 {
                open.extend(self.kept_for(object, &marks));
            }
        }
        marks
    }

    /// Whether it is an ephemeron whose key is not marked.
    fn lacks_its_key(&self, node: &Node, marks: &[bool]) -> bool {
        node.contents.is_ephemeron() && node.contents.target.is_some_and(|key| !marks[key.index()])
    }

    /// What marked ephemerons have for a key.
    fn kept_for(&self, key: Object, marks: &[bool]) -> Vec<Object> {
        let of_key = |object: &Object| {
            let contents = self.node(*object).map(|node| &node.contents);
            marks[object.index()] && contents.is_some_and(|one| one.is_ephemeron() && one.target == Some(key))
        };
        let ephemerons = self.all().into_iter().filter(of_key).filter_map(|object| self.node(object));
        ephemerons.flat_map(|node| node.contents.references()).collect()
    }

    /// What refers to that object, directly or through others, and itself; an ephemeron and its key both refer to the value.
    pub(super) fn leading_to(&self, object: Object) -> Vec<Object> {
        let mut found = vec![object];
        let mut at = 0;
        while let Some(&to) = found.get(at) {
            at += 1;
            for from in self.all() {
                let Some(node) = self.node(from).filter(|node| node.contents.references().any(|one| one == to)) else {
                    continue;
                };
                let key = node.contents.target.filter(|_| node.contents.is_ephemeron());
                for one in [Some(from), key].into_iter().flatten() {
                    if !found.contains(&one) {
                        found.push(one);
                    }
                }
            }
        }
        found
    }

    /// What no root reaches.
    pub(super) fn garbage(&self) -> Vec<Object> {
        let held = |node: &Node| node.external > 0 || node.for_ever;
        let mut roots: Vec<Object> =
            self.all().into_iter().filter(|object| self.node(*object).is_some_and(held)).collect();
        roots.extend(self.waiting.iter().chain(&self.owed).copied());
        for code in &self.running {
            match &code.set {
                _ if self.errs(Mistake::CollectsItself) => {}
                Some(set) if matches!(self.dialect.collect_in_set, CollectInSet::Works | CollectInSet::Partly) => {
                    roots.extend(set);
                }
                None if !code.calls_back => roots.push(code.object),
                Some(_) | None => {}
            }
        }
        let marks = self.reached(roots);
        self.all().into_iter().filter(|object| !marks[object.index()]).collect()
    }

    /// What a collection does that is called now.
    pub(super) fn collection_now(&self) -> CollectInCode {
        let in_set = self.running.iter().any(|code| code.set.is_some());
        match (self.running.is_empty(), in_set) {
            (true, _) => CollectInCode::Works,
            (_, false) => self.dialect.collect_in_code,
            (_, true) => match self.dialect.collect_in_set {
                CollectInSet::Refused => CollectInCode::Refused,
                CollectInSet::Nothing => CollectInCode::Nothing,
                CollectInSet::Works => CollectInCode::Works,
                CollectInSet::Partly => CollectInCode::Partly,
            },
        }
    }

    pub(super) fn tell(&mut self, event: Event) {
        self.finalizers.journal.push(event);
    }

    /// How many cycles there are among those objects: sets that reach each other, or themselves.
    pub(super) fn cycles_among(&self, members: &[Object]) -> u64 {
        let within = |from: Object| -> Vec<Object> {
            let next = |object: Object| -> Vec<Object> {
                let references = self.node(object).into_iter().flat_map(|node| node.contents.references());
                references.filter(|target| members.contains(target)).collect()
            };
            let mut seen = Vec::new();
            let mut open = next(from);
            while let Some(object) = open.pop() {
                if !seen.contains(&object) {
                    seen.push(object);
                    open.extend(next(object));
                }
            }
            seen
        };
        let reach: Vec<(Object, Vec<Object>)> = members.iter().map(|member| (*member, within(*member))).collect();
        let is_first = |(member, seen): &&(Object, Vec<Object>)| {
            let mutual = |other: &&(Object, Vec<Object>)| seen.contains(&other.0) && other.1.contains(member);
            seen.contains(member) && reach.iter().find(mutual).is_none_or(|first| first.0 >= *member)
        };
        reach.iter().filter(is_first).count() as u64
    }
}

/// Whether a value refers to an object.
pub(super) fn refers(value: &Value<Object>) -> bool {
    value.reference().is_some()
}

/// The contents of a weak object.
pub(super) fn weak_to(target: Object) -> Contents {
    Contents { kind: Kind::Weak, target: Some(target), ..Contents::default() }
}
