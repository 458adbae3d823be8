//! When values, outcomes and events are the same: which plain values are told apart (SPEC 11.11).

use super::{Dialect, PlainValues};
use crate::script::{Event, Outcome};
use crate::value::{Object, Value};

impl Dialect {
    /// Whether two values are the same.
    pub fn same_value(&self, one: &Value<Object>, other: &Value<Object>) -> bool {
        match (self.plain_values, one, other) {
            (PlainValues::Exact, ..) => one == other,
            (_, Value::Reference(one), Value::Reference(other)) => one == other,
            (_, Value::Reference(_), _) | (_, _, Value::Reference(_)) => false,
            (PlainValues::NumbersAlike, ..) => {
                one == other || number(one).is_some_and(|one| Some(one) == number(other))
            }
            (PlainValues::References, ..) => true,
        }
    }

    /// Whether two rows of values are the same.
    pub fn same_values(&self, one: &[Value<Object>], other: &[Value<Object>]) -> bool {
        one.len() == other.len() && one.iter().zip(other).all(|(one, other)| self.same_value(one, other))
    }

    /// Whether two outcomes are the same; `reasons` says whether reasons of refusals have to be.
    pub fn same_outcome(&self, reasons: bool, one: &Outcome, other: &Outcome) -> bool {
        match (one, other) {
            (Outcome::Done(one), Outcome::Done(other)) => self.same_value(one, other),
            (Outcome::Refused(_), Outcome::Refused(_)) if !reasons => true,
            _ => one == other,
        }
    }

    /// Whether two events are the same; `reasons` says whether reasons of refusals have to be.
    pub fn same_event(&self, reasons: bool, one: &Event, other: &Event) -> bool {
        match (one, other) {
            (Event::Did(one), Event::Did(other)) => self.same_outcome(reasons, one, other),
            _ => one == other,
        }
    }
}

fn number(value: &Value<Object>) -> Option<f64> {
    match value {
        Value::Int(value) => Some(*value as f64),
        Value::Float(value) => Some(value.get()),
        _ => None,
    }
}
