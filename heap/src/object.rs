//! What an object is: its kind, its contents, and how they look from outside.

use std::fmt;

use crate::digest::{Digest, Parts};
use crate::elements::Elements;
use crate::ephemerons::Ephemeron;
use crate::fields::{Fields, Values};
use crate::footprint::{Reserved, texts};
use crate::shapes::Shapes;
use crate::weak::WeakLink;
use crate::{HeapError, ObjectId, Value};

/// The kinds of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Kind {
    /// Named fields, in order of insertion.
    Table,
    /// Elements, by index.
    Array,
    /// The index of a function, and the values that it has captured.
    Closure,
    /// One value, which may be a reference.
    Box,
    /// One value, which is no reference and never changes.
    Scalar,
    /// A target, which this does not keep alive.
    Weak,
    /// A key, which this does not keep alive, and a value, which it keeps alive with its key.
    Ephemeron,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Table => "table",
            Self::Array => "array",
            Self::Closure => "closure",
            Self::Box => "box",
            Self::Scalar => "scalar",
            Self::Weak => "weak",
            Self::Ephemeron => "ephemeron",
        })
    }
}

/// An object as it is now, to be looked at; see [`Heap::object`](crate::Heap::object).
#[derive(Clone, Copy, Debug)]
pub enum View<'a> {
    /// A table and its fields.
    Table(Fields<'a>),
    /// An array and its elements.
    Array(&'a [Value]),
    /// A closure.
    Closure {
        /// The index of its function.
        function: u32,
        /// What it has captured.
        captures: &'a [Value],
    },
    /// A box and its value.
    Box(&'a Value),
    /// A scalar and its value.
    Scalar(&'a Value),
    /// A weak object and its target, which is nil once the target has died.
    Weak(ObjectId),
    /// An ephemeron.
    Ephemeron {
        /// Its key, which is nil once that has died.
        key: ObjectId,
        /// Its value, which is nil once the key has died.
        value: &'a Value,
    },
}

/// The contents of a slot, in 24 bytes: a single value lies in the slot itself, and so do the
/// pointer and length of a list.
#[derive(Debug)]
pub(crate) enum Content {
    /// No object: the last generation that the slot has had, and the next vacant slot.
    Vacant {
        generation: u32,
        next: u32,
    },
    Table {
        shape: u32,
        values: Values,
    },
    Array(Elements),
    Closure {
        function: u32,
        captures: Box<[Value]>,
    },
    Box(Value),
    Scalar(Value),
    Weak(WeakLink),
    Ephemeron(Box<Ephemeron>),
}

impl Clone for Content {
    fn clone(&self) -> Self {
        match self {
            Self::Vacant { generation, next } => Self::Vacant { generation: *generation, next: *next },
            Self::Table { shape, values } => Self::Table { shape: *shape, values: values.clone() },
            Self::Array(elements) => Self::Array(elements.clone()),
            Self::Closure { function, captures } => Self::Closure { function: *function, captures: captures.clone() },
            Self::Box(value) => Self::Box(value.clone()),
            Self::Scalar(value) => Self::Scalar(value.clone()),
            Self::Weak(link) => Self::Weak(*link),
            Self::Ephemeron(it) => Self::Ephemeron(it.clone()),
        }
    }

    /// A list is copied into a list, the rest takes no memory.
    fn clone_from(&mut self, source: &Self) {
        match (&mut *self, source) {
            (Self::Table { shape, values }, Self::Table { shape: other, values: others }) => {
                *shape = *other;
                values.clone_from(others);
            }
            (Self::Array(elements), Self::Array(others)) => elements.clone_from(others),
            (Self::Closure { function, captures }, Self::Closure { function: other, captures: others }) => {
                *function = *other;
                captures.clone_from(others);
            }
            _ => *self = source.clone(),
        }
    }
}

impl Content {
    /// A table without fields.
    pub(crate) fn empty_table() -> Self {
        Self::Table { shape: Shapes::EMPTY, values: Values::default() }
    }

    /// Whether nothing follows from it when its object dies: it refers to nothing, strongly or weakly, and has nothing to drop.
    #[inline(always)]
    pub(crate) fn is_bare(&self) -> bool {
        match self {
            Self::Array(Elements::Few(list))
            | Self::Table { values: Values::Shaped(list), .. }
            | Self::Closure { captures: list, .. } => list.is_empty(),
            Self::Box(value) | Self::Scalar(value) => !matches!(value, Value::Reference(_) | Value::Text(_)),
            _ => false,
        }
    }

    /// An array without elements.
    pub(crate) fn empty_array() -> Self {
        Self::Array(Elements::Few(Box::default()))
    }

    #[inline]
    pub(crate) fn view<'a>(&'a self, shapes: &'a Shapes) -> Option<View<'a>> {
        match self {
            Self::Vacant { .. } => None,
            Self::Table { shape, values } => Some(View::Table(Fields { shapes, shape: *shape, values })),
            Self::Array(elements) => Some(View::Array(elements)),
            Self::Closure { function, captures } => Some(View::Closure { function: *function, captures }),
            Self::Box(value) => Some(View::Box(value)),
            Self::Scalar(value) => Some(View::Scalar(value)),
            Self::Weak(link) => Some(View::Weak(link.target)),
            Self::Ephemeron(it) => Some(View::Ephemeron { key: it.link.target, value: &it.value }),
        }
    }

    /// How many places for values it has, which is how much work it is to read it.
    #[inline]
    pub(crate) fn width(&self) -> usize {
        match self {
            Self::Table { values, .. } => values.places(),
            Self::Array(elements) => elements.len(),
            Self::Closure { captures, .. } => captures.len(),
            Self::Vacant { .. } | Self::Box(_) | Self::Scalar(_) | Self::Weak(_) | Self::Ephemeron(_) => 1,
        }
    }

    pub(crate) fn kind(&self) -> Option<Kind> {
        match self {
            Self::Vacant { .. } => None,
            Self::Table { .. } => Some(Kind::Table),
            Self::Array(_) => Some(Kind::Array),
            Self::Closure { .. } => Some(Kind::Closure),
            Self::Box(_) => Some(Kind::Box),
            Self::Scalar(_) => Some(Kind::Scalar),
            Self::Weak(_) => Some(Kind::Weak),
            Self::Ephemeron(_) => Some(Kind::Ephemeron),
        }
    }

    /// See [`crate::digest`].
    pub(crate) fn digest(&self, digest: &mut Digest<'_, impl Parts>) {
        digest.part("contents.kind");
        let tag: u32 = self.kind().map_or(u32::MAX, |kind| kind as u32);
        digest.number(tag);
        match self {
            Self::Vacant { generation, next } => {
                digest.part("vacant.next");
                digest.number(*next);
                digest.part("vacant.generation");
                digest.number(if digest.counts_generations() { *generation } else { 0 });
            }
            Self::Table { shape, values } => {
                digest.part("table.shape");
                digest.number(*shape);
                digest.part("table.values");
                values.digest(digest);
            }
            Self::Array(elements) => {
                digest.part("array.elements");
                digest.list(elements.iter(), |digest, value| digest.value(value));
            }
            Self::Closure { function, captures } => {
                digest.part("closure.function");
                digest.number(*function);
                digest.part("closure.captures");
                digest.list(captures.iter(), |digest, value| digest.value(value));
            }
            Self::Box(value) | Self::Scalar(value) => {
                digest.part("box.value");
                digest.value(value);
            }
            Self::Weak(link) => link.digest(digest),
            Self::Ephemeron(it) => {
                // How old it is shows in the list that it is linked into.
                let Ephemeron { link, value, age: _ } = &**it;
                link.digest(digest);
                digest.part("ephemeron.value");
                digest.value(value);
            }
        }
    }

    /// The link of what has a target: a weak object or an ephemeron.
    #[inline]
    pub(crate) fn weak_link(&self) -> Option<&WeakLink> {
        match self {
            Self::Weak(link) => Some(link),
            Self::Ephemeron(it) => Some(&it.link),
            _ => None,
        }
    }

    /// The same, to be changed.
    #[inline]
    pub(crate) fn weak_link_mut(&mut self) -> Option<&mut WeakLink> {
        match self {
            Self::Weak(link) => Some(link),
            Self::Ephemeron(it) => Some(&mut it.link),
            _ => None,
        }
    }

    /// See [`crate::footprint`].
    pub(crate) fn reserved(&self) -> u64 {
        match self {
            Self::Vacant { .. } | Self::Weak(_) => 0,
            Self::Ephemeron(it) => size_of::<Ephemeron>() as u64 + texts([&it.value]),
            Self::Table { values: Values::Shaped(values), .. } => values.reserved() + texts(values),
            Self::Table { values: Values::Directory(directory), .. } => directory.reserved(),
            Self::Array(elements) => elements.reserved() + texts(elements.iter()),
            Self::Closure { captures, .. } => captures.reserved() + texts(captures),
            Self::Box(value) | Self::Scalar(value) => texts([value]),
        }
    }

    /// The error of a call that is for objects of kind `expected`.
    #[cold]
    pub(crate) fn mismatch(&self, object: ObjectId, expected: Kind) -> HeapError {
        match self.kind() {
            Some(found) => HeapError::Kind { object, expected, found },
            None => HeapError::Stale { object },
        }
    }

    /// The first reference at `place` or after it, and the place to go on from. Places count the
    /// values in the order in which they are given up, from 0.
    ///
    /// All tracing is built on this: a walk can stop after any reference and needs to remember
    /// only a place.
    #[inline]
    pub(crate) fn next_reference(&self, place: usize) -> Option<(ObjectId, usize)> {
        match self {
            Self::Table { values, .. } => values.next_reference(place),
            Self::Array(elements) => next_reference(elements, place, Value::reference),
            Self::Closure { captures, .. } => next_reference(captures, place, Value::reference),
            Self::Box(value) => next_reference(std::slice::from_ref(value), place, Value::reference),
            Self::Ephemeron(it) => next_reference(std::slice::from_ref(&it.value), place, Value::reference),
            Self::Vacant { .. } | Self::Scalar(_) | Self::Weak(_) => None,
        }
    }

    /// Does something with each reference, in the order in which they are given up.
    ///
    /// It is the short way through contents: who may stop or be interrupted goes by
    /// [`next_reference`](Self::next_reference).
    #[inline(always)]
    pub(crate) fn each_reference(&self, mut each: impl FnMut(ObjectId)) {
        let values: &[Value] = match self {
            Self::Table { values: Values::Shaped(values), .. } => values,
            Self::Table { values: Values::Directory(directory), .. } => {
                directory.values().filter_map(Value::reference).for_each(each);
                return;
            }
            Self::Array(elements) => elements,
            Self::Closure { captures, .. } => captures,
            Self::Box(value) => std::slice::from_ref(value),
            Self::Ephemeron(it) => std::slice::from_ref(&it.value),
            Self::Vacant { .. } | Self::Scalar(_) | Self::Weak(_) => return,
        };
        for value in values {
            if let Some(object) = value.reference() {
                each(object);
            }
        }
    }

    /// All references, in the order in which they are given up.
    #[inline]
    pub(crate) fn references(&self) -> impl Iterator<Item = ObjectId> {
        let mut place = 0;
        std::iter::from_fn(move || {
            let (object, next) = self.next_reference(place)?;
            place = next;
            Some(object)
        })
    }
}

/// The first reference of a list at `place` or after it, and the place behind it.
#[inline]
pub(crate) fn next_reference<T>(
    list: &[T],
    place: usize,
    reference: impl Fn(&T) -> Option<ObjectId>,
) -> Option<(ObjectId, usize)> {
    let rest = list.get(place..)?;
    let found = |(ahead, item): (usize, &T)| Some((reference(item)?, place + ahead + 1));
    rest.iter().enumerate().find_map(found)
}
