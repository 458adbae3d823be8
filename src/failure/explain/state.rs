//! The state of one side at one moment, and what follows from it by definition.

use heapproof_model::definitions::{Graph, reachable};
use heapproof_model::dialect::{Dialect, Ephemerons};
use heapproof_model::{Contents, Counts, Kind, Object};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

/// The mark of an object that is pinned.
pub const PINNED: &str = "pinned";

/// The most values of an object that are kept.
pub const MOST_VALUES: usize = 256;

/// The look of an object: what its heap shows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Its contents, as far as they are kept.
    pub contents: Contents,
    /// How many values it holds, including those that are not kept.
    pub values: usize,
    /// Its counts.
    pub counts: Counts,
    /// The marks that its heap has set on it, in words; of the model, whether it is pinned.
    pub marks: Vec<&'static str>,
}

impl Look {
    /// The look of an object with those contents.
    pub fn new(contents: &Contents, target: Option<Object>, counts: Counts, marks: Vec<&'static str>) -> Look {
        let kept = contents.values.len().min(MOST_VALUES);
        let kept = Contents {
            kind: contents.kind,
            function: contents.function,
            fields: contents.fields.iter().take(kept).cloned().collect(),
            values: contents.values[..kept].to_vec(),
            target,
        };
        Look { contents: kept, values: contents.values.len(), counts, marks }
    }

    /// Whether it is the look of an object with those contents.
    pub fn is_of(&self, contents: &Contents, target: Option<Object>, counts: Counts, marks: &[&'static str]) -> bool {
        let kept = self.contents.values.len();
        self.counts == counts
            && self.values == contents.values.len()
            && self.contents.kind == contents.kind
            && self.contents.function == contents.function
            && self.contents.target == target
            && self.marks == marks
            && contents.values.get(..kept) == Some(&self.contents.values[..])
            && contents.fields.iter().take(MOST_VALUES).eq(&self.contents.fields)
    }

    /// Whether contents and counts are the same as another's; marks may differ.
    #[cfg(feature = "cli")]
    pub fn is_same(&self, other: &Look) -> bool {
        self.contents == other.contents && self.values == other.values && self.counts == other.counts
    }

    /// What the object is, in a word.
    pub fn word(&self) -> &'static str {
        if self.contents.is_ephemeron() { "ephemeron" } else { self.contents.kind.word() }
    }

    /// Whether the mutator holds or has pinned the object.
    pub fn is_root(&self) -> bool {
        self.counts.external > 0 || self.marks.contains(&PINNED)
    }

    /// The references in it: the place, the target, and whether it is weak.
    pub fn references(&self) -> impl Iterator<Item = (Place, Object, bool)> + '_ {
        let Contents { kind, fields, values, target, .. } = &self.contents;
        let place = move |index: usize| match kind {
            Kind::Table => Place::Field(fields.get(index).map_or_else(String::new, |field| field.to_string())),
            Kind::Array => Place::Element(index),
            Kind::Closure => Place::Capture(index),
            Kind::Box | Kind::Scalar | Kind::Weak => Place::Content,
        };
        let strong =
            values.iter().enumerate().filter_map(move |(index, value)| Some((place(index), value.reference()?, false)));
        strong.chain(target.map(|target| (Place::Target, target, true)))
    }
}

/// A place in an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A table's field, as traces write it.
    Field(String),
    /// An array's element.
    Element(usize),
    /// A closure's capture.
    Capture(usize),
    /// The value of a box, a scalar or an ephemeron.
    Content,
    /// A weak object's target.
    Target,
}

impl Place {
    /// The place in an object of that name, as traces write it.
    pub fn of(&self, name: &str) -> String {
        match self {
            Place::Field(field) => format!("{name}.{field}"),
            Place::Element(index) => format!("{name}[{index}]"),
            Place::Capture(index) => format!("{name}{{{index}}}"),
            Place::Content => format!("*{name}"),
            Place::Target => format!("the target of {name}"),
        }
    }
}

impl Place {
    /// The place by itself, for pictures.
    #[cfg(feature = "cli")]
    pub fn short(&self) -> String {
        match self {
            Place::Field(field) => field.clone(),
            Place::Target => "weak".to_owned(),
            other => other.of(""),
        }
    }
}

/// A reference: its object, its place there, and its target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The object that holds it.
    pub from: Object,
    /// Its place in that object.
    pub place: Place,
    /// The object that it refers to.
    pub to: Object,
}

/// The living objects and their looks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    looks: BTreeMap<Object, Rc<Look>>,
    /// The dialect, which says what ephemerons reach.
    dialect: Dialect,
}

impl Graph for State {
    fn contents(&self, object: Object) -> Option<&Contents> {
        self.look(object).map(|look| &look.contents)
    }

    fn living(&self) -> impl Iterator<Item = Object> + Clone + '_ {
        self.looks.keys().copied()
    }

    fn bound(&self) -> usize {
        self.looks.last_key_value().map_or(0, |(object, _)| object.index() + 1)
    }

    fn keys(&self) -> bool {
        self.dialect.ephemerons == Ephemerons::Both
    }

    /// The references to living objects; a wrong or damaged heap may also refer to others.
    fn references(&self, object: Object) -> impl Iterator<Item = Object> + Clone + '_ {
        let contents = self.contents(object).into_iter().flat_map(Contents::references);
        contents.filter(|target| self.looks.contains_key(target))
    }
}

impl State {
    /// That of an empty heap of that dialect.
    pub fn empty(dialect: Dialect) -> State {
        State { dialect, ..State::default() }
    }

    /// Applies changes.
    pub fn apply(&mut self, changes: &[(Object, Option<Rc<Look>>)]) {
        for (object, look) in changes {
            match look {
                Some(look) => drop(self.looks.insert(*object, Rc::clone(look))),
                None => drop(self.looks.remove(object)),
            }
        }
    }

    /// The look of a living object.
    pub fn look(&self, object: Object) -> Option<&Look> {
        self.looks.get(&object).map(|look| &**look)
    }

    /// Whether all values of all objects are kept.
    pub fn is_whole(&self) -> bool {
        self.looks.values().all(|look| look.values == look.contents.values.len())
    }

    /// The strong references in an object.
    pub fn edges(&self, from: Object) -> impl Iterator<Item = Edge> + '_ {
        let references = self.look(from).into_iter().flat_map(Look::references).filter(|(.., weak)| !weak);
        references.map(move |(place, to, _)| Edge { from, place, to })
    }

    /// The strong references to an object.
    pub fn edges_to(&self, object: Object) -> Vec<Edge> {
        self.living().flat_map(|from| self.edges(from)).filter(|edge| edge.to == object).collect()
    }

    /// The weak objects that target an object.
    pub fn weak_to(&self, object: Object) -> Vec<Object> {
        let targets = |from: &Object| self.look(*from).is_some_and(|look| look.contents.target == Some(object));
        self.living().filter(targets).collect()
    }

    /// The objects that the mutator holds or has pinned.
    pub fn roots(&self) -> impl Iterator<Item = Object> + '_ {
        let roots = self.looks.iter().filter(|(_, look)| look.is_root());
        roots.map(|(object, _)| *object)
    }

    /// A shortest path from a root to an object: the root, and the references from there; `None` where it is garbage.
    pub fn path(&self, to: Object) -> Option<(Object, Vec<Edge>)> {
        let reached = reachable(self, self.roots());
        let is_kept = |edge: &Edge| self.key(edge.from).is_none_or(|key| reached.get(key.index()) == Some(&true));
        let path = self.shortest(self.roots().collect(), to, is_kept)?;
        Some((path.first().map_or(to, |edge| edge.from), path))
    }

    /// A shortest path from an object back to itself.
    pub fn round(&self, object: Object) -> Option<Vec<Edge>> {
        let mut rounds = self.edges(object).filter_map(|edge| {
            let mut path = self.shortest(vec![edge.to], object, |_| true)?;
            path.insert(0, edge);
            Some(path)
        });
        let first = rounds.next()?;
        Some(rounds.fold(first, |best, next| if next.len() < best.len() { next } else { best }))
    }

    /// A shortest path from one of those objects by references that count, by breadth first search.
    fn shortest(&self, from: Vec<Object>, to: Object, counts: impl Fn(&Edge) -> bool) -> Option<Vec<Edge>> {
        let mut came_by: BTreeMap<Object, Option<Edge>> = from.iter().map(|object| (*object, None)).collect();
        let mut open = VecDeque::from(from);
        while let Some(object) = open.pop_front() {
            if object == to {
                let step = |at: &Edge| came_by.get(&at.from).cloned().flatten();
                let last = came_by.get(&to).cloned().flatten();
                let mut path: Vec<Edge> = std::iter::successors(last, step).collect();
                path.reverse();
                return Some(path);
            }
            for edge in self.edges(object).filter(&counts) {
                if let Entry::Vacant(unmet) = came_by.entry(edge.to) {
                    open.push_back(edge.to);
                    unmet.insert(Some(edge));
                }
            }
        }
        None
    }
}
