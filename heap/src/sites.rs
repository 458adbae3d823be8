//! Lookup handles: what one place in a program has learned of where its field lies.
//!
//! Most places in a program meet tables of one shape only. So a place remembers the shape that it
//! met last and where its field lay there; if the next table has the same shape, one comparison of
//! numbers replaces the search. (The *inline caches* of Deutsch and Schiffman, "Efficient
//! implementation of the Smalltalk-80 system", POPL 1984.) A place that stores a new field
//! remembers the shapes before and after, too: an object that is built field by field, as its kind
//! always is, hashes no name and compares none.
//!
//! **Why a site is never wrong.** It believes what it knows only for shapes of the registry that
//! it learned it from, by an identity that no two heaps share, be one a clone of the other, and
//! that is never used again. There a shape never changes, nor does what it grows into. Of a table
//! without a shape it knows where its field might be, and looks whether that is so.

use std::hash::Hasher;
use std::sync::Arc;

use crate::directory::Directory;
use crate::fields::{Fields, Values};
use crate::shapes::{NO_SHAPE, Shapes};
use crate::{Heap, Host};

/// The place of a field in a shape that has not got it.
const ABSENT: u32 = u32::MAX;

/// One place in a program that names a field, to read or store it in one table after another.
///
/// [`Heap::get_field_at`](crate::Heap::get_field_at) and
/// [`Heap::set_field_at`](crate::Heap::set_field_at) do what
/// [`get_field`](crate::Heap::get_field) and [`set_field`](crate::Heap::set_field) do, and
/// remember in the site where they found the field. They need not search again as long as the
/// tables have the same fields. A virtual machine has a site for each instruction that names a
/// field. Any site may be used with any table of any heap, though it is only fast with those that
/// are like the ones before.
///
/// ```
/// use heapproof_heap::{FieldSite, Heap, Value};
///
/// let mut heap = Heap::<()>::new();
/// let mut x = FieldSite::new("x");
/// let points = [heap.allocate_table()?, heap.allocate_table()?];
/// for point in points {
///     heap.set_field_at(point, &mut x, Value::Int(3))?;
/// }
/// assert_eq!(heap.get_field_at(points[0], &mut x)?, Value::Int(3));
/// assert_eq!(heap.get_field(points[1], "x")?, Value::Int(3));
/// # Ok::<(), heapproof_heap::HeapError>(())
/// ```
#[derive(Clone, Debug)]
pub struct FieldSite {
    name: Arc<str>,
    /// Whose shapes these are.
    registry: u64,
    /// A shape that has the field, and where.
    shape: u32,
    place: u32,
    /// A shape that has not got the field, and the one that it grows into if that is known.
    before: u32,
    after: u32,
    /// Where the field was in a table that had no shape.
    hint: usize,
}

impl FieldSite {
    /// A site that names this field, and knows nothing yet.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            registry: 0,
            shape: NO_SHAPE,
            place: ABSENT,
            before: NO_SHAPE,
            after: NO_SHAPE,
            hint: usize::MAX,
        }
    }

    /// The name of the field.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Feeds what the site has learned to `state`, as [`Heap::digest`] does with all else that a heap's answers could
    /// depend on. Of other heaps' shapes it believes nothing.
    pub fn digest<H: Host>(&self, heap: &Heap<H>, state: &mut impl Hasher) {
        let Self { name, registry, shape, place, before, after, hint } = self;
        state.write_usize(name.len());
        state.write(name.as_bytes());
        state.write_usize(*hint);
        let is_own = *registry == heap.shapes.id();
        state.write_u8(is_own.into());
        if is_own {
            [shape, place, before, after].into_iter().for_each(|number| state.write_u32(*number));
        }
    }

    pub(crate) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    /// Where the field is in a table.
    #[inline]
    pub(crate) fn place(&mut self, fields: Fields<'_>) -> Option<usize> {
        if let Values::Directory(directory) = fields.values {
            return self.place_in_directory(directory);
        }
        let place = if self.registry != fields.shapes.id() {
            self.learn(fields.shapes, fields.shape)
        } else if self.shape == fields.shape {
            self.place
        } else if self.before == fields.shape {
            ABSENT
        } else {
            self.learn(fields.shapes, fields.shape)
        };
        (place != ABSENT).then_some(place as usize)
    }

    /// Where the field is in a shape of this registry, if that is known.
    #[inline(always)]
    pub(crate) fn known_place(&self, registry: u64, shape: u32) -> Option<usize> {
        let is_known = self.registry == registry && self.shape == shape;
        is_known.then_some(self.place as usize)
    }

    /// Finds out where the field is in a shape, and remembers it.
    #[cold]
    fn learn(&mut self, shapes: &Shapes, shape: u32) -> u32 {
        self.forget_others(shapes);
        let place = shapes.place(shape, (&*self.name).into()).map_or(ABSENT, |place| place as u32);
        if place == ABSENT {
            (self.before, self.after) = (shape, NO_SHAPE);
        } else {
            (self.shape, self.place) = (shape, place);
        }
        place
    }

    /// Forgets what is known of the shapes of any other registry.
    fn forget_others(&mut self, shapes: &Shapes) {
        if self.registry != shapes.id() {
            self.registry = shapes.id();
            (self.shape, self.place) = (NO_SHAPE, ABSENT);
            (self.before, self.after) = (NO_SHAPE, NO_SHAPE);
        }
    }

    /// The shape into which one that lacks the field grows with it, if that is known.
    #[inline]
    pub(crate) fn growth(&self, shapes: &Shapes, before: u32) -> Option<u32> {
        let known = self.registry == shapes.id() && self.before == before && self.after != NO_SHAPE;
        known.then_some(self.after)
    }

    /// Learns that a table had one shape before the field was added to it, and has another now.
    pub(crate) fn learn_growth(&mut self, shapes: &Shapes, before: u32, after: u32) {
        if before != NO_SHAPE && after != NO_SHAPE {
            self.forget_others(shapes);
            (self.before, self.after) = (before, after);
            (self.shape, self.place) = (after, shapes.names(before).len() as u32);
        }
    }

    fn place_in_directory(&mut self, directory: &Directory) -> Option<usize> {
        let is_here = |name: &Arc<str>| Arc::ptr_eq(name, &self.name) || *name == self.name;
        if directory.at(self.hint).is_some_and(|field| is_here(&field.name)) {
            return Some(self.hint);
        }
        let place = directory.place(&self.name)?;
        self.hint = place;
        // With the table's own copy of the name, the next comparison is one of addresses.
        self.name = Arc::clone(&directory.at(place)?.name);
        Some(place)
    }
}
