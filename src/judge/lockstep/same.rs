//! When values, outcomes and events are the same: which plain values are told apart (SPEC 11.11), and whether reasons of
//! refusals are shown.

use crate::judge::subject::{Abilities, Observation};
use heapproof_model::dialect::PlainValues;
use heapproof_model::{Dialect, Event, Object, Outcome, Value};

/// Whether two values are the same for that dialect.
pub(super) fn same_value(dialect: &Dialect, one: &Value<Object>, other: &Value<Object>) -> bool {
    match (dialect.plain_values, one, other) {
        (PlainValues::Exact, ..) => one == other,
        (_, Value::Reference(one), Value::Reference(other)) => one == other,
        (_, Value::Reference(_), _) | (_, _, Value::Reference(_)) => false,
        (PlainValues::NumbersAlike, ..) => one == other || number(one).is_some_and(|one| Some(one) == number(other)),
        (PlainValues::References, ..) => true,
    }
}

/// The same of several values.
pub(super) fn same_values(dialect: &Dialect, one: &[Value<Object>], other: &[Value<Object>]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same_value(dialect, one, other))
}

/// The same of what operations give.
pub(super) fn same_outcome(abilities: &Abilities, one: &Outcome, other: &Outcome) -> bool {
    match (one, other) {
        (Outcome::Done(one), Outcome::Done(other)) => same_value(abilities.dialect(), one, other),
        (Outcome::Refused(_), Outcome::Refused(_)) if !abilities.shows(Observation::Refusals) => true,
        _ => one == other,
    }
}

/// The same of events.
pub(super) fn same_event(abilities: &Abilities, one: &Event, other: &Event) -> bool {
    match (one, other) {
        (Event::Did(one), Event::Did(other)) => same_outcome(abilities, one, other),
        _ => one == other,
    }
}

fn number(value: &Value<Object>) -> Option<f64> {
    match value {
        Value::Int(value) => Some(*value as f64),
        Value::Float(value) => Some(value.get()),
        _ => None,
    }
}
