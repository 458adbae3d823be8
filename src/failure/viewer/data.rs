//! The history as JSON for the page's script: what changes from one step to the next.
//!
//! A step has the index of its line (`l`, -1 for none), its operation (`t`), its outcomes in the model and in the
//! subject (`o`), its events (`e`, and `j` where the subject's differ), and the changes of objects in the model (`m`)
//! and in the subject (`s`). A change is `[object, look]`, `[object, null]` where the object is gone, or `[object, 1,
//! marks]` where the subject shows what the model has. A look is `[kind, external, internal, weak, values, how many
//! more, marks]`. A value is `[place, text]`, `[place, object]` or, in a weak object, `[place, object, 1]`.

use super::Viewer;
use crate::failure::explain::NONE;
use crate::failure::explain::history::{Moment, Side, Which};
use crate::failure::explain::state::{Look, State};
use heapproof_model::{Contents, Counts, Event, Kind, Object, Value};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// The most values of an object that the page contains.
const MOST_VALUES: usize = 32;

/// How many of the objects without a place are described in words.
const MOST_TOLD: u32 = 500;

fn is_shown(viewer: &Viewer, object: Object) -> bool {
    object.0 < MOST_TOLD || object == NONE || viewer.places.of.contains_key(&object)
}

/// Everything that the page shows.
pub fn data(viewer: &Viewer) -> Json {
    let history = &viewer.history;
    let mut model = State::empty(history.dialect);
    let steps: Vec<Json> = (0..viewer.steps())
        .map(|step| {
            let moment = &history.moments[step];
            model.apply(&moment.model.changes);
            self::step(viewer, moment, step, &model)
        })
        .collect();
    let place = |object: Object| viewer.places.of.get(&object).map(|(x, y)| json!([x.round(), y.round()]));
    let objects: Vec<Json> = objects(viewer)
        .into_iter()
        .map(|object| json!([object.0, history.names.short(object), place(object)]))
        .collect();
    json!({
        "title": viewer.title,
        "about": viewer.about,
        "verdict": viewer.verdict,
        "fails": viewer.fails,
        "lines": viewer.lines,
        "objects": objects,
        "leftOut": viewer.places.left_out,
        "stepsLeftOut": history.moments.len() - viewer.steps(),
        "size": [viewer.places.width.round(), viewer.places.height.round()],
        "box": [super::places::WIDTH, super::places::HEIGHT],
        "shows": { "contents": history.shows_contents, "counts": history.shows_counts },
        "steps": steps,
        "explanation": viewer.explanation,
    })
}

/// All objects that ever change or have a reference to them.
fn objects(viewer: &Viewer) -> BTreeSet<Object> {
    let moments = viewer.history.moments.iter().take(viewer.steps());
    let changes = moments.flat_map(|moment| moment.model.changes.iter().chain(&moment.subject.changes));
    let referred = |look: &Look| look.references().map(|(_, to, _)| to).collect::<Vec<_>>();
    let all = changes
        .flat_map(|(object, look)| std::iter::once(*object).chain(look.as_deref().map(referred).into_iter().flatten()));
    all.filter(|object| is_shown(viewer, *object)).collect()
}

fn step(viewer: &Viewer, moment: &Moment, step: usize, model: &State) -> Json {
    let names = &viewer.history.names;
    let outcome = |side: &Side| side.outcome.as_ref().map_or_else(|| "no answer".to_owned(), |it| names.outcome(it));
    let told = |events: &[Event]| events.iter().take(50).map(|event| names.event(Some(event))).collect::<Vec<_>>();
    let (events, journal) = (&moment.model.events, &moment.subject.events);
    let mut object = json!({
        "l": viewer.line(step).map_or(-1, |line| line as i64),
        "t": viewer.caption(step),
        "o": [outcome(&moment.model), outcome(&moment.subject)],
    });
    let mut put = |key: &str, value: Vec<Json>| {
        if !value.is_empty() {
            object[key] = Json::Array(value);
        }
    };
    put("e", told(events).into_iter().map(Json::String).collect());
    if events != journal && !journal.is_empty() {
        put("j", told(journal).into_iter().map(Json::String).collect());
    }
    let changes = |which| moment.side(which).changes.iter().filter(|(object, _)| is_shown(viewer, *object));
    put("m", changes(Which::Model).map(|(of, look)| json!([of.0, look.as_deref().map(seen)])).collect());
    let of_subject = changes(Which::Subject).map(|(of, look)| match (look.as_deref(), model.look(*of)) {
        (Some(look), Some(same)) if look.is_same(same) => json!([of.0, 1, look.marks]),
        (look, _) => json!([of.0, look.map(seen)]),
    });
    put("s", of_subject.collect());
    object
}

fn seen(look: &Look) -> Json {
    let Contents { kind, function, fields, values, target } = &look.contents;
    let kind_in_words = look.word().to_owned();
    let kind_in_words = if *kind == Kind::Closure { format!("{kind_in_words} {function}") } else { kind_in_words };
    let Counts { external, internal, weak } = look.counts;
    let place = |index: usize| match (kind, fields.get(index)) {
        (Kind::Table, Some(field)) => field.to_string(),
        (Kind::Array, _) => format!("[{index}]"),
        (Kind::Closure, _) => format!("{{{index}}}"),
        _ => "*".to_owned(),
    };
    let value = |(index, value): (usize, &Value<Object>)| match value {
        Value::Reference(object) => json!([place(index), object.0]),
        plain => json!([place(index), crate::judge::violation::describe(plain)]),
    };
    let mut shown: Vec<Json> = values.iter().take(MOST_VALUES).enumerate().map(value).collect();
    shown.extend(target.map(|target| json!(["weak", target.0, 1])));
    let more = look.values.saturating_sub(MOST_VALUES);
    json!([kind_in_words, external, internal, weak, shown, more, look.marks])
}
