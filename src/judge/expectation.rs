//! Expectations: lines that say what the heap must be, and ask the model whether that is so (SPEC 10.20).
//!
//! A log or a snapshot says more than what was done: how often an object was referred to, what had died. Each such claim is
//! compared with the model alone, so no heap is needed for it. How far the two are apart is part of the failure's signature:
//! logs that count one too many are one failure, and a minimiser does not turn it into another.

use super::counted::Counted;
use heapproof_model::definitions::Graph;
use heapproof_model::{Code, Counts, Event, Kind, Object, Operation, Reference, Value};
use std::collections::HashMap;

/// What is so by the model, where a line expects something else.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// Another number.
    Number {
        /// How many there are.
        found: i64,
        /// How many there were when trace and model agreed last.
        agreed: Option<i64>,
    },
    /// The object has died, or is nil.
    Dead,
    /// The object lives, with these counts; whether a root reaches it.
    Lives(Counts, bool),
    /// Another value in the field.
    Value(Value<Object>),
    /// The object is of another kind, and has no fields.
    OtherKind(Kind),
}

impl Found {
    /// The place of a signature: how far it is from what is expected.
    pub(super) fn place(&self, expected: &Operation<Object>) -> String {
        match self {
            Found::Number { found, .. } => {
                let expected = number(expected).unwrap_or(0);
                let word = if expected > *found { "more" } else { "less" };
                format!("{}_{word}", expected.abs_diff(*found))
            }
            Found::Dead => "dead".to_owned(),
            Found::Lives(counts, _) if counts.external > 0 => "held".to_owned(),
            Found::Lives(_, true) => "referred".to_owned(),
            Found::Lives(_, false) => "garbage".to_owned(),
            Found::Value(Value::Reference(_)) => "another".to_owned(),
            Found::Value(Value::Nil) => "nil".to_owned(),
            Found::Value(_) => "plain".to_owned(),
            Found::OtherKind(kind) => kind.word().to_owned(),
        }
    }
}

/// What trace and model have agreed on so far: the last number of each kind for each object.
#[derive(Debug, Default)]
pub struct Agreements {
    numbers: HashMap<(Code, Option<Object>), i64>,
    counted: Counted,
}

impl Agreements {
    /// Asks the model whether what an expectation says is so. Anything else than an expectation says nothing.
    ///
    /// # Errors
    /// What is so, if it is something else.
    pub fn ask(&mut self, model: &Reference, expected: &Operation<Object>) -> Result<(), Found> {
        let about = (expected.code(), expected.objects().first().copied());
        let agreed = self.numbers.get(&about).copied();
        match found(model, expected, agreed, &mut self.counted) {
            None => {
                number(expected).map(|number| self.numbers.insert(about, number));
                Ok(())
            }
            Some(found) => Err(found),
        }
    }

    /// Takes note of a call of the model, and of what happened in it.
    pub(super) fn called(&mut self, model: &Reference, operation: &Operation<Object>, events: &[Event]) {
        self.counted.called(model, operation, events);
    }
}

/// The word of an expectation in signatures.
pub(super) fn word(expected: &Operation<Object>) -> &'static str {
    match expected {
        Operation::ExpectLive { .. } => "live",
        Operation::ExpectDead { .. } => "dead",
        Operation::ExpectExternal { .. } => "external",
        Operation::ExpectField { .. } => "field",
        _ => "strong",
    }
}

/// The number that is expected, if it is one.
fn number(expected: &Operation<Object>) -> Option<i64> {
    match expected {
        Operation::ExpectLive { objects } => Some((*objects).into()),
        Operation::ExpectStrong { count, .. } | Operation::ExpectExternal { count, .. } => Some(*count),
        _ => None,
    }
}

/// What is so, if it is something else.
fn found(model: &Reference, expected: &Operation<Object>, agreed: Option<i64>, counted: &mut Counted) -> Option<Found> {
    let unless_so = |found: i64| (number(expected) != Some(found)).then_some(Found::Number { found, agreed });
    let living = |object: Option<Object>| object.filter(|object| model.lives(*object));
    match expected {
        Operation::ExpectLive { .. } => unless_so(model.living().count() as i64),
        Operation::ExpectDead { object } => {
            let object = living(*object)?;
            let counts = model.counts().find(|(counted, _)| *counted == object).map(|(_, counts)| counts);
            let reached = !model.garbage().contains(&object);
            Some(Found::Lives(counts.unwrap_or_default(), reached))
        }
        Operation::ExpectStrong { object, .. } | Operation::ExpectExternal { object, .. } => {
            let Some(object) = living(*object) else { return Some(Found::Dead) };
            let external = i64::from(model.external(object));
            let is_strong = matches!(expected, Operation::ExpectStrong { .. });
            unless_so(if is_strong { external + counted.of(model, object) } else { external })
        }
        Operation::ExpectField { object, field, value } => {
            let Some(object) = living(*object) else { return Some(Found::Dead) };
            let contents = model.contents(object)?;
            if contents.kind != Kind::Table {
                return Some(Found::OtherKind(contents.kind));
            }
            let place = contents.fields.iter().position(|have| have == field);
            let is = place.map_or(Value::Nil, |place| contents.values[place].clone());
            (is != *value).then_some(Found::Value(is))
        }
        _ => None,
    }
}
