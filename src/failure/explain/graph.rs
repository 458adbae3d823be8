//! The graph around the failing call as a table: before it, after it in the model, and after it in the subject.

use super::state::Look;
use super::story::Story;
use crate::judge::violation::describe;
use heapproof_model::{Counts, Kind, Object, Value};
use std::collections::BTreeSet;

/// The most objects that are shown.
const MOST_ROWS: usize = 10;

/// The most values of an object that are shown.
const MOST_VALUES: usize = 6;

/// An object around the failing call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Row {
    /// Its name.
    pub object: String,
    /// Its look before the call, in the model.
    pub before: String,
    /// Its look after the call, in the model.
    pub model: String,
    /// Its look after the call, in the subject.
    pub subject: String,
}

/// The objects of the failure and those that the call changes, and how many more there would be.
pub fn rows(story: &Story<'_>, concerned: &[Object]) -> (Vec<Row>, usize) {
    let now = story.now();
    let mut objects: Vec<Object> = concerned.to_vec();
    objects.extend(story.named());
    objects.extend(now.model.changes.iter().chain(&now.subject.changes).map(|(object, _)| *object));
    let path = concerned.iter().filter_map(|object| story.after.path(*object)).flat_map(|(_, path)| path);
    objects.extend(path.map(|edge| edge.from));
    let mut seen = BTreeSet::new();
    objects.retain(|object| seen.insert(*object));
    let left_out = objects.len().saturating_sub(MOST_ROWS);
    objects.truncate(MOST_ROWS);
    objects.sort_unstable();
    let row = |object: Object| {
        let model = cell(story, story.after.look(object), true);
        let subject = match story.subject.look(object) {
            Some(_) if !story.history.shows_contents => "lives".to_owned(),
            look => cell(story, look, story.history.shows_counts),
        };
        let before = cell(story, story.before.look(object), true);
        Row { object: story.history.names.short(object), before, model, subject }
    };
    (objects.into_iter().map(row).collect(), left_out)
}

fn cell(story: &Story<'_>, look: Option<&Look>, counts: bool) -> String {
    let Some(look) = look else { return "-".to_owned() };
    let kind = look.word();
    let Counts { external, internal, weak } = look.counts;
    let counts = match weak {
        _ if !counts => String::new(),
        0 => format!(" {external}+{internal}"),
        weak => format!(" {external}+{internal}~{weak}"),
    };
    format!("{kind}{counts}{}", held(story, look))
}

/// The contents of an object, in the brackets of its kind.
fn held(story: &Story<'_>, look: &Look) -> String {
    let names = &story.history.names;
    let told = |value: &Value<Object>| match value {
        Value::Reference(object) => names.short(*object),
        plain => describe(plain),
    };
    let mut parts: Vec<String> = look.contents.values.iter().take(MOST_VALUES).map(told).collect();
    for (part, field) in parts.iter_mut().zip(&look.contents.fields) {
        *part = format!("{field}: {part}");
    }
    if look.values > MOST_VALUES {
        parts.push(format!("{} more", look.values - MOST_VALUES));
    }
    let parts = parts.join(", ");
    match look.contents.kind {
        Kind::Table if parts.is_empty() => String::new(),
        Kind::Table => format!(" {{{parts}}}"),
        Kind::Array => format!(" [{parts}]"),
        Kind::Closure => format!(" {}({parts})", look.contents.function),
        Kind::Box | Kind::Scalar => format!(" {parts}"),
        Kind::Weak => {
            let target = look.contents.target.map_or_else(|| "nil".to_owned(), |target| names.short(target));
            if look.contents.is_ephemeron() { format!(" of {target}: {parts}") } else { format!(" of {target}") }
        }
    }
}
