//! The JSON objects and the message of a failure that several commands print.

use super::escaped;
use crate::failure::explain::Paint;
use crate::failure::proof::{Counterexample, quoted};
use crate::judge::lockstep::Failure;
use crate::judge::signature::Signature;
use serde_json::{Value, json};
use std::path::Path;

/// What is said where a shard prints nothing that can be merged.
pub(super) const NO_RESULT: &str = "`heapproof merge` puts shards together from what they print with `--format json`";

/// This call as it was typed.
pub(super) fn typed() -> String {
    std::env::args().map(|word| quoted(&word)).collect::<Vec<_>>().join(" ")
}

/// What [`found_line`](crate::failure::proof::found_line) says, as a JSON object.
pub(super) fn found_object(signature: &Signature, failure: &Failure, lines: usize, path: Option<&Path>) -> Value {
    json!({
        "type": "found",
        "signature": signature.as_str(),
        "step": failure.step + 1,
        "lines": lines,
        "path": path,
    })
}

/// What another run has printed of a minimised failure, for people.
pub(super) fn told(violation: &Value) -> String {
    let text = |field: &str| escaped(violation[field].as_str().unwrap_or_default());
    format!("{}saved as {}\nreplay it: {}\n", text("report"), text("path"), text("replay"))
}

/// A minimised failure. `name` is the name of this executable.
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
        "report": counterexample.told(&explanation, Paint::Plain),
        "found_lines": counterexample.found_length,
        "executions": counterexample.minimized.executions,
        "path": counterexample.path,
        "replay": counterexample.replay_command(name),
    })
}
