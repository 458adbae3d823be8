//! Shapes: the names of small tables, which all tables that have the same names share.
//!
//! A shape is a list of names in order of insertion. Shapes form a tree: the root is the shape
//! without names, and the child of a shape by a name is the shape with that name added at the end.
//! So a list of names is a path from the root, and each list has one shape: tables have the same
//! names in the same order if and only if they have the same shape number. A table then keeps that
//! number and its values, and where a field lies is known from the number alone. (The *maps* of
//! Chambers, Ungar and Lee, "An efficient implementation of SELF", OOPSLA 1989.)
//!
//! A shape never changes and is never given back. What was once learned of a number is therefore
//! true for as long as the heap exists, which is what [`FieldSite`](crate::FieldSite) builds on.
//! For this to be no leak there are bounds on how many shapes there are, how many names each has
//! and how long a name is, so that all shapes together take some 3 MB at most. A table that fits no
//! shape has a [`Directory`](crate::directory::Directory) of its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::digest::{Digest, Parts};
use crate::footprint::Reserved;
use crate::symbols::{FieldName, Symbol};

/// The most names of a shape; so many are searched one by one.
pub(crate) const FEW: usize = 12;

/// The most shapes of a heap. Programs have a few for each of their constructors; more than this
/// has a program that uses tables as dictionaries.
pub(crate) const MOST_SHAPES: usize = 4_096;

/// The longest name in a shape, in bytes.
pub(crate) const LONGEST_NAME: usize = 64;

/// The number of no shape.
pub(crate) const NO_SHAPE: u32 = u32::MAX;

/// A list of names, and its place in the tree of such lists.
#[derive(Debug)]
pub(crate) struct Shape {
    /// The shape without the last name; the root has none.
    pub(crate) parent: u32,
    /// In order of insertion.
    pub(crate) names: Arc<[Symbol]>,
    /// The shapes with one name more, by that name.
    pub(crate) children: BTreeMap<Arc<str>, u32>,
}

impl Clone for Shape {
    fn clone(&self) -> Self {
        Self { parent: self.parent, names: Arc::clone(&self.names), children: self.children.clone() }
    }

    /// Most shapes of a copy are those of the former one: what is equal stays.
    fn clone_from(&mut self, source: &Self) {
        let Self { parent, names, children } = source;
        self.parent = *parent;
        if !Arc::ptr_eq(&self.names, names) {
            self.names = Arc::clone(names);
        }
        if self.children != *children {
            self.children.clone_from(children);
        }
    }
}

/// The shapes of a heap, by number.
#[derive(Debug)]
pub(crate) struct Shapes {
    /// What tells these numbers from those of all other heaps, clones included; never 0.
    id: u64,
    /// A parent comes before its children.
    pub(crate) list: Vec<Shape>,
}

impl Shapes {
    /// The number of the shape without names.
    pub(crate) const EMPTY: u32 = 0;

    #[inline]
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// The names of a shape, in order of insertion.
    #[inline]
    pub(crate) fn names(&self, shape: u32) -> &[Symbol] {
        self.list.get(shape as usize).map_or(&[], |shape| &shape.names)
    }

    /// Where a name is in a shape.
    #[inline(always)]
    pub(crate) fn place(&self, shape: u32, name: FieldName<'_>) -> Option<usize> {
        let names = self.names(shape);
        if name.is_long() { place_of_long(names, name) } else { names.iter().position(|known| name.has_word(known)) }
    }

    /// The shape with a name added, which must be a new one; none if no shape may have so many
    /// names, or such a long one, or if there are too many shapes.
    pub(crate) fn grow(&mut self, shape: u32, name: &str) -> Option<u32> {
        let parent = self.list.get(shape as usize)?;
        if let Some(&child) = parent.children.get(name) {
            return Some(child);
        }
        if parent.names.len() >= FEW || name.len() > LONGEST_NAME || self.list.len() >= MOST_SHAPES {
            return None;
        }
        let names = parent.names.iter().cloned().chain([Symbol::new(name)]).collect();
        let child = self.list.len() as u32;
        self.list.push(Shape { parent: shape, names, children: BTreeMap::new() });
        self.link(child);
        Some(child)
    }

    /// The shape with the name at a place taken out; none if there are too many shapes.
    pub(crate) fn without(&mut self, shape: u32, place: usize) -> Option<u32> {
        let names = Arc::clone(&self.list.get(shape as usize)?.names);
        // The shapes on the way to the root have the first names, one less each.
        let mut rest = shape;
        for _ in place..names.len() {
            rest = self.list.get(rest as usize)?.parent;
        }
        for name in names.get(place + 1..)? {
            rest = self.grow(rest, name.as_str())?;
        }
        Some(rest)
    }

    /// Makes a shape known to its parent.
    fn link(&mut self, child: u32) {
        let Some(Shape { parent, names, .. }) = self.list.get(child as usize) else {
            return;
        };
        let (parent, name) = (*parent, names.last().map(|name| Arc::clone(name.name())));
        if let (Some(parent), Some(name)) = (self.list.get_mut(parent as usize), name) {
            parent.children.entry(name).or_insert(child);
        }
    }

    /// See [`crate::footprint`].
    pub(crate) fn reserved(&self) -> u64 {
        let Self { id: _, list } = self;
        let of = |Shape { parent: _, names, children }: &Shape| {
            names.reserved() + names.last().map_or(0, |name| name.name().reserved()) + children.reserved()
        };
        list.reserved() + list.iter().map(of).sum::<u64>()
    }

    /// See [`crate::digest`].
    pub(crate) fn digest(&self, digest: &mut Digest<'_, impl Parts>) {
        let Self { id: _, list } = self;
        digest.part("shapes");
        digest.list(list.iter(), |digest, Shape { parent, names, children }| {
            digest.number(*parent);
            digest.list(names.iter(), |digest, name| digest.text(name.as_str()));
            digest.list(children.iter(), |digest, (name, child)| {
                digest.text(name);
                digest.number(*child);
            });
        });
    }

    /// Makes the links to children anew, from the links to parents.
    pub(crate) fn relink(&mut self) {
        for shape in &mut self.list {
            shape.children.clear();
        }
        for child in 0..self.list.len() as u32 {
            self.link(child);
        }
    }
}

/// Where a name is of which the word does not say all. It is a function of its own so that looking for other names stays short.
#[inline(never)]
fn place_of_long(names: &[Symbol], name: FieldName<'_>) -> Option<usize> {
    names.iter().position(|known| name.is(known))
}

/// An identity that no other registry of shapes has or will have.
fn new_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Default for Shapes {
    fn default() -> Self {
        let empty = Shape { parent: NO_SHAPE, names: Arc::default(), children: BTreeMap::new() };
        Self { id: new_id(), list: vec![empty] }
    }
}

/// A clone goes its own way: from now on a number may mean different shapes in the two.
impl Clone for Shapes {
    fn clone(&self) -> Self {
        Self { id: new_id(), list: self.list.clone() }
    }

    fn clone_from(&mut self, source: &Self) {
        self.id = new_id();
        self.list.clone_from(&source.list);
    }
}

#[cfg(test)]
mod tests {
    use super::{FEW, LONGEST_NAME, MOST_SHAPES, Shapes};
    use crate::symbols::Symbol;

    fn grown(shapes: &mut Shapes, names: &[&str]) -> u32 {
        names.iter().fold(Shapes::EMPTY, |shape, name| shapes.grow(shape, name).unwrap())
    }

    fn names(shapes: &Shapes, shape: u32) -> Vec<&str> {
        shapes.names(shape).iter().map(Symbol::as_str).collect()
    }

    #[test]
    fn equal_lists_of_names_have_one_shape_and_others_another() {
        let mut shapes = Shapes::default();
        let one = grown(&mut shapes, &["x", "y"]);
        assert_eq!(grown(&mut shapes, &["x", "y"]), one);
        assert_ne!(grown(&mut shapes, &["y", "x"]), one);
        assert_eq!(names(&shapes, one), ["x", "y"]);
        assert_eq!(shapes.place(one, "y".into()), Some(1));
        assert_eq!(shapes.place(one, "z".into()), None);
        assert_eq!(shapes.list.len(), 5);
    }

    #[test]
    fn taking_a_name_out_leads_to_the_shape_of_the_others() {
        let mut shapes = Shapes::default();
        let all = grown(&mut shapes, &["a", "b", "c"]);
        for (place, rest) in [["b", "c"], ["a", "c"], ["a", "b"]].iter().enumerate() {
            let without = shapes.without(all, place).unwrap();
            assert_eq!(names(&shapes, without), rest);
            assert_eq!(grown(&mut shapes, rest), without);
        }
        assert_eq!(shapes.without(all, 3), None);
        let one = grown(&mut shapes, &["c"]);
        assert_eq!(shapes.without(one, 0), Some(Shapes::EMPTY));
    }

    #[test]
    fn the_registry_is_bounded() {
        let mut shapes = Shapes::default();
        for number in 0..2 * MOST_SHAPES {
            let grown = shapes.grow(Shapes::EMPTY, &number.to_string());
            assert_eq!(grown.is_some(), number < MOST_SHAPES - 1);
        }
        assert_eq!(shapes.list.len(), MOST_SHAPES);
        assert_eq!(shapes.grow(Shapes::EMPTY, "7"), Some(8));
        assert_eq!(shapes.grow(8, "8"), None);
    }

    #[test]
    fn a_shape_has_few_names_of_moderate_length() {
        let mut shapes = Shapes::default();
        let letters: Vec<String> = ('a'..='z').map(String::from).collect();
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        let full = grown(&mut shapes, &letters[..FEW]);
        assert_eq!(shapes.grow(full, letters[FEW]), None);
        assert!(shapes.grow(Shapes::EMPTY, &"n".repeat(LONGEST_NAME)).is_some());
        assert_eq!(shapes.grow(Shapes::EMPTY, &"n".repeat(LONGEST_NAME + 1)), None);
    }

    #[test]
    fn no_two_registries_have_the_same_identity() {
        let shapes = Shapes::default();
        assert_ne!(shapes.id(), shapes.clone().id());
        assert_ne!(shapes.id(), Shapes::default().id());
    }

    #[test]
    fn links_to_children_can_be_made_from_those_to_parents() {
        let mut shapes = Shapes::default();
        for list in [["x", "y"], ["x", "z"], ["y", "x"]] {
            grown(&mut shapes, &list);
        }
        let links = |shapes: &Shapes| shapes.list.iter().map(|shape| shape.children.clone()).collect::<Vec<_>>();
        let intact = links(&shapes);
        shapes.list[0].children.remove("x");
        shapes.list[1].children.insert("x".into(), 2);
        assert_ne!(links(&shapes), intact);
        shapes.relink();
        assert_eq!(links(&shapes), intact);
    }
}
