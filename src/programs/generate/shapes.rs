//! Shapes that random references rarely make, built step by step.
//!
//! A shape is a number of objects and the references among them. Its objects are of any kinds that have room for their
//! references. In some shapes plain values stand in front of the references, so that references move when these values
//! are removed. Some shapes are then referred to from outside, refer to other objects, get weak objects, or get
//! finalizers. At last the program drops the shape, whole or all but one object. So there is garbage that garbage
//! refers to, and garbage that refers to what lives.

use super::operands::Place;
use super::{Generator, Profile};
use heapproof_model::{Code, Contents, Field, Kind, Line, Name, Operation, Value};
use rand::{Rng, RngExt};

/// Ways in which objects refer to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Each to the next, the last to the first.
    Ring,
    /// Each to the next.
    Chain,
    /// Each to the next and to the one before.
    BothWays,
    /// The first to all others.
    Star,
    /// The first to all others, and they to it, as children to their parent.
    Family,
    /// Two columns: each to the one beside it and to the one below.
    Lattice,
    /// All to the last, which they share, and each to the next.
    Shared,
    /// A ring with a smaller one in it.
    Nested,
}

impl Shape {
    const ALL: [Shape; 8] = [
        Shape::Ring,
        Shape::Chain,
        Shape::BothWays,
        Shape::Star,
        Shape::Family,
        Shape::Lattice,
        Shape::Shared,
        Shape::Nested,
    ];

    /// The references among that many objects, as pairs of referrer and target.
    pub(crate) fn references(self, count: usize) -> Vec<(usize, usize)> {
        let next = (1..count).map(|object| (object - 1, object));
        let back = next.clone().map(|(object, next)| (next, object));
        let others = (1..count).map(|object| (0, object));
        match self {
            Shape::Ring => next.chain([(count - 1, 0)]).collect(),
            Shape::Chain => next.collect(),
            Shape::BothWays => next.chain(back).collect(),
            Shape::Star => others.collect(),
            Shape::Family => others.clone().chain(others.map(|(parent, child)| (child, parent))).collect(),
            Shape::Lattice => {
                let beside = next.filter(|(object, _)| object % 2 == 0);
                beside.chain((2..count).map(|object| (object - 2, object))).collect()
            }
            Shape::Shared => next.chain((0..count.saturating_sub(2)).map(|object| (object, count - 1))).collect(),
            Shape::Nested => next.chain([(count - 1, 0), (count / 2, 0)]).collect(),
        }
    }

    /// One of them.
    pub(crate) fn any(rng: &mut dyn Rng) -> Shape {
        Shape::ALL[rng.random_range(0..Shape::ALL.len())]
    }
}

impl Generator<'_> {
    /// Builds a shape, or two of which one refers to the other. `lost` says that the mutator holds nothing of it in the
    /// end, `padded` that plain values stand in front of references. Returns false where the operations for it are
    /// missing.
    pub(super) fn shape(&mut self, lost: bool, padded: bool) -> bool {
        let mut objects = self.built(padded);
        if objects.is_empty() {
            return false;
        }
        if self.rng.random_ratio(1, 3) {
            let others = self.built(padded);
            let roomy = |contents: &Contents| matches!(contents.kind, Kind::Table | Kind::Array);
            let holder = objects.iter().find(|name| self.contents(Some(**name)).is_some_and(roomy));
            if let (Some(holder), Some(target)) = (holder.copied(), others.first()) {
                self.store(holder, Field::COMMON.len() - 1, *target);
            }
            objects.extend(others);
        }
        self.surroundings(&objects);
        self.let_go(&objects, lost);
        true
    }

    /// A shape of any kind.
    pub(super) fn a_shape(&mut self) -> bool {
        let padded = self.rng.random_ratio(1, 8);
        self.shape(false, padded)
    }

    /// The objects of a shape; the mutator holds all of them.
    fn built(&mut self, padded: bool) -> Vec<Name> {
        let shape = Shape::any(self.rng);
        let count = self.rng.random_range(if shape == Shape::Lattice { 3..=6 } else { 2..=5 });
        let mut references = shape.references(count);
        if self.rng.random_bool(0.5) || self.profile == Profile::Acyclic {
            // Reversed in time: each object is younger than those that it refers to.
            references.iter_mut().for_each(|(from, to)| (*from, *to) = (count - 1 - *from, count - 1 - *to));
        }
        // Only in tables do values move when one of them goes.
        let same = self.rng.random_bool(0.5).then(|| if padded { 0 } else { self.rng.random_range(0..4) });
        let mut objects = Vec::new();
        for object in 0..count {
            let room = references.iter().filter(|(from, _)| *from == object).count();
            objects.extend(self.member(room, same));
            if let Some(name) = objects.last().copied().filter(|_| padded && room > 0) {
                self.pad(name);
            }
        }
        let mut used = vec![0; count];
        for (from, to) in references {
            if let (Some(holder), Some(target)) = (objects.get(from).copied(), objects.get(to).copied()) {
                self.store(holder, used[from], target);
                used[from] += 1;
            }
        }
        objects
    }

    /// An object with room for that many references.
    fn member(&mut self, room: usize, same: Option<usize>) -> Option<Name> {
        const KINDS: [(Code, Code); 4] = [
            (Code::Table, Code::WriteField),
            (Code::Array, Code::Push),
            (Code::Closure, Code::WriteCapture),
            (Code::Box, Code::WriteBox),
        ];
        let start = same.unwrap_or_else(|| self.rng.random_range(0..KINDS.len()));
        let kinds = (0..KINDS.len()).map(|offset| KINDS[(start + offset) % KINDS.len()]);
        let (code, _) = kinds
            .filter(|(kind, write)| self.has(*kind) && self.has(*write))
            .find(|(kind, _)| *kind != Code::Box || room <= 1)?;
        let operation = match code {
            Code::Array => Operation::Array { values: Vec::new() },
            Code::Closure => Operation::Closure { function: 0, values: vec![Value::Nil; room] },
            Code::Box => Operation::Box { value: Value::Nil },
            _ => Operation::Table {},
        };
        let name = self.name();
        self.add(Line { bind: Some(name), operation });
        Some(name)
    }

    /// Gives a table or an array plain values in front of its references.
    fn pad(&mut self, name: Name) {
        let object = Some(name);
        let Some(kind) = self.contents(object).map(|contents| contents.kind) else { return };
        for number in 0..self.rng.random_range(1..=3) {
            let (field, value) = (Field::common(Field::COMMON.len() - 2 - number), Value::Nil);
            let operation = match kind {
                Kind::Table => Operation::WriteField { object, field, value },
                Kind::Array => Operation::Push { object, value },
                _ => return,
            };
            self.add(Line { bind: None, operation });
        }
    }

    /// Stores a reference in an object, in its place of that number.
    pub(super) fn store(&mut self, holder: Name, place: usize, target: Name) {
        let (object, value) = (Some(holder), Value::Reference(target));
        let Some(contents) = self.contents(object) else { return };
        let operation = match contents.kind {
            Kind::Table => Operation::WriteField { object, field: Field::common(place), value },
            Kind::Array => Operation::Push { object, value },
            Kind::Closure => Operation::WriteCapture { object, index: place as u32, value },
            _ => Operation::WriteBox { object, value },
        };
        self.add_if_wanted(operation);
    }

    /// References to the shape, references from it, weak objects and finalizers; mostly none of each.
    fn surroundings(&mut self, objects: &[Name]) {
        let one = |rng: &mut dyn Rng| objects[rng.random_range(0..objects.len())];
        if self.rng.random_ratio(1, 4) {
            let (object, target) = (one(self.rng), one(self.rng));
            let elsewhere = self.of(Kind::Table, &Place::Program).flatten();
            let (holder, target) =
                if self.rng.random_bool(0.5) { (elsewhere, Some(target)) } else { (Some(object), elsewhere) };
            if let (Some(holder), Some(target)) = (holder, target) {
                let place = self.rng.random_range(0..3);
                self.store(holder, place, target);
            }
        }
        if self.rng.random_ratio(1, 4) && self.has(Code::Weak) {
            let target = one(self.rng);
            self.watch(target);
        }
        if self.rng.random_ratio(1, 5) && self.has(Code::Ephemeron) {
            let key = one(self.rng);
            for _ in 0..self.rng.random_range(1..=2) {
                let to = one(self.rng);
                self.attach(key, to);
            }
        }
        if self.rng.random_ratio(1, 4) && self.has(Code::On) {
            let object = Some(one(self.rng));
            let operation = self.finalizer_of(object, &Place::Program);
            operation.into_iter().for_each(|operation| self.add(Line { bind: None, operation }));
        }
    }

    /// Makes a weak object or two of an object, mostly with a callback of a few lines.
    fn watch(&mut self, target: Name) {
        for _ in 0..self.rng.random_range(1..=2) {
            let weak = self.name();
            self.add(Line { bind: Some(weak), operation: Operation::Weak { target: Some(target) } });
            let lines = if self.has(Code::When) { self.rng.random_range(0..3) } else { 0 };
            for _ in 0..lines {
                let operation = self.callback_of(Some(weak), &Place::Program);
                operation.into_iter().for_each(|operation| self.add(Line { bind: None, operation }));
            }
        }
    }

    /// Gives an object a property beside it: a value that an ephemeron has for it, which mostly refers to an object of the shape.
    fn attach(&mut self, key: Name, to: Name) {
        let (value, ephemeron) = (self.name(), self.name());
        self.add(Line { bind: Some(value), operation: Operation::Table {} });
        if self.rng.random_bool(0.7) {
            self.store(value, 0, to);
        }
        let operation = Operation::Ephemeron { key: Some(key), value: Value::Reference(value) };
        self.add(Line { bind: Some(ephemeron), operation });
        if self.rng.random_ratio(1, 3) {
            self.store(value, 1, ephemeron);
        }
        if self.has(Code::Drop) && self.rng.random_bool(0.8) {
            self.add(Line { bind: None, operation: Operation::Drop { object: Some(value) } });
        }
    }

    /// Drops what the mutator holds of the shape: mostly everything, else all but one object, now and then nothing.
    fn let_go(&mut self, objects: &[Name], lost: bool) {
        if !self.has(Code::Drop) {
            return;
        }
        let kept = match self.rng.random_range(0..10) {
            _ if lost => None,
            0 => return,
            1..4 => Some(self.rng.random_range(0..objects.len())),
            _ => None,
        };
        for (_, object) in objects.iter().enumerate().filter(|(at, _)| Some(*at) != kept) {
            self.add(Line { bind: None, operation: Operation::Drop { object: Some(*object) } });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Shape;
    use std::collections::BTreeSet;

    #[test]
    fn the_references_of_a_shape_are_among_its_objects_and_differ() {
        for shape in Shape::ALL {
            for count in 2..=6 {
                let references = shape.references(count);
                assert!(references.iter().all(|(from, to)| *from < count && *to < count), "{shape:?}");
                assert!(references.len() + 1 >= count, "{shape:?} of {count} holds together");
            }
        }
    }

    #[test]
    fn a_lattice_of_four_is_a_square_and_a_family_of_three_has_parents() {
        let of = |shape: Shape, count| shape.references(count).into_iter().collect::<BTreeSet<_>>();
        assert_eq!(of(Shape::Lattice, 4), BTreeSet::from([(0, 1), (2, 3), (0, 2), (1, 3)]));
        assert_eq!(of(Shape::Family, 3), BTreeSet::from([(0, 1), (0, 2), (1, 0), (2, 0)]));
    }
}
