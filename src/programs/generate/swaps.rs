//! Swaps: objects change hands, and no count moves.
//!
//! Two random elements of two random arrays are mostly plain values, and who holds the arrays is held anyway. What a swap can spoil is an
//! object whose only holder it becomes that is garbage, or will be: an array that the object itself leads to. So most swaps are of that sort,
//! or of what slices examine ([`super::slices`]).

use super::Generator;
use super::operands::Place;
use heapproof_model::definitions::Graph;
use heapproof_model::{Contents, Kind, Name, Object, Operation, Value};
use rand::RngExt;
use std::collections::BTreeSet;

/// An array is looked for that stands so few references behind an object.
const NEAR: usize = 3;

impl Generator<'_> {
    pub(super) fn swap(&mut self, place: &Place) -> Option<Operation<Name>> {
        if self.rng.random_bool(0.6)
            && let Some(operation) = self.swapped_with_its_own()
        {
            return Some(operation);
        }
        let (object, other) = (self.of(Kind::Array, place)?, self.of(Kind::Array, place)?);
        Some(Operation::Swap { object, index: self.index(object), other, place: self.index(other) })
    }

    /// A reference to an object changes places with an element of an array to which that leads.
    fn swapped_with_its_own(&mut self) -> Option<Operation<Name>> {
        let holder = self.any_bound(|generator, object| refers(&generator.model, object, |_| true))?;
        let references: Vec<Object> = self.model.references(self.object_of(holder)?).collect();
        let moved = references[self.rng.random_range(0..references.len())];
        let mut behind = BTreeSet::from([moved]);
        for _ in 0..NEAR {
            let further: Vec<Object> = behind.iter().flat_map(|object| self.model.references(*object)).collect();
            behind.extend(further);
        }
        self.swapped(holder, moved, |object| behind.contains(&object))
    }

    /// A reference to the object changes places with an element of another array.
    pub(super) fn swapped_away(&mut self, name: Name) -> Option<Operation<Name>> {
        let moved = self.object_of(name)?;
        let holder = self.any_bound(|generator, object| refers(&generator.model, object, |to| to == moved))?;
        self.swapped(holder, moved, |_| true)
    }

    fn swapped(&mut self, holder: Name, moved: Object, with: impl Fn(Object) -> bool) -> Option<Operation<Name>> {
        let object = Some(holder);
        let place = |value: &Value<Object>| value.reference() == Some(moved);
        let index = self.contents(object)?.values.iter().position(place)? as u32;
        let other = self.any_bound(|generator, object| {
            let has_elements = |contents: &Contents| contents.kind == Kind::Array && !contents.values.is_empty();
            with(object) && generator.model.contents(object).is_some_and(has_elements)
        })?;
        Some(Operation::Swap { object, index, other: Some(other), place: self.index(Some(other)) })
    }
}

/// Whether an object is an array that refers to one of those.
fn refers(model: &impl Graph, array: Object, to: impl Fn(Object) -> bool) -> bool {
    model.contents(array).is_some_and(|contents| contents.kind == Kind::Array && contents.references().any(to))
}
