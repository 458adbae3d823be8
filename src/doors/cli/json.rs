//! A failure as an object of JSON, as several commands write it.

use crate::failure::proof::Counterexample;
use serde_json::{Value, json};

/// A failure, minimised; `name` is that of the program.
pub(super) fn violation_object(name: &str, counterexample: &Counterexample) -> Value {
    let explanation = counterexample.explanation();
    json!({
        "type": "violation",
        "signature": counterexample.signature.as_str(),
        "step": counterexample.failure().step + 1,
        "trace": counterexample.minimized.program.to_string(),
        "place": explanation.place,
        "model": explanation.model,
        "subject": explanation.subject,
        "explanation": explanation,
        "found_lines": counterexample.found_length,
        "executions": counterexample.minimized.executions,
        "path": counterexample.path,
        "replay": counterexample.replay_command(name),
    })
}
