//! The values of an object, by their place among them.

use super::error::Place;
use crate::object::Content;
use crate::{Value, View};

/// Calls `each` with every value, and with a function that says where it lies.
pub(super) fn each_value<'a>(view: View<'a>, mut each: impl FnMut(&'a Value, &dyn Fn() -> Place)) {
    match view {
        View::Table(fields) => {
            fields.iter().for_each(|(name, value)| each(value, &|| Place::Field(name.to_owned())));
        }
        View::Array(elements) => {
            elements.iter().enumerate().for_each(|(index, value)| each(value, &|| Place::Element(index)));
        }
        View::Closure { captures, .. } => {
            captures.iter().enumerate().for_each(|(index, value)| each(value, &|| Place::Capture(index)));
        }
        View::Box(value) | View::Ephemeron { value, .. } => each(value, &|| Place::Box),
        View::Scalar(_) | View::Weak(_) => {}
    }
}

/// Calls `each` with every value, to be changed, and its place among the values.
pub(crate) fn with_values_mut(content: &mut Content, mut each: impl FnMut(usize, &mut Value)) {
    let mut all = |values: &mut [Value]| values.iter_mut().enumerate().for_each(|(index, value)| each(index, value));
    match content {
        Content::Array(values) => all(values),
        Content::Closure { captures, .. } => all(captures),
        Content::Box(value) => all(std::slice::from_mut(value)),
        Content::Ephemeron(it) => all(std::slice::from_mut(&mut it.value)),
        Content::Table { values, .. } => values.iter_mut().enumerate().for_each(|(index, value)| each(index, value)),
        Content::Scalar(_) | Content::Weak(_) | Content::Vacant { .. } => {}
    }
}

/// How many places for values an object has; some of a table's may be without value.
pub(super) fn value_places(content: &Content) -> usize {
    match content {
        Content::Array(values) => values.len(),
        Content::Closure { captures, .. } => captures.len(),
        Content::Box(_) | Content::Ephemeron(_) => 1,
        Content::Table { values, .. } => values.places(),
        Content::Scalar(_) | Content::Weak(_) | Content::Vacant { .. } => 0,
    }
}

/// The value at one of these places, in constant time.
pub(super) fn value_at(content: &Content, place: usize) -> Option<&Value> {
    match content {
        Content::Array(values) => values.get(place),
        Content::Closure { captures, .. } => captures.get(place),
        Content::Box(value) => (place == 0).then_some(value),
        Content::Ephemeron(it) => (place == 0).then_some(&it.value),
        Content::Table { values, .. } => values.get(place),
        Content::Scalar(_) | Content::Weak(_) | Content::Vacant { .. } => None,
    }
}
