//! A night as an object of JSON, of which `heapproof report` makes a page.

use super::Night;
use super::failure::Failure;
use super::ledger::Line;
use super::results::{Ended, Results};
use super::summary::{again, verdict};
use anyhow::Result;
use serde_json::{Value, json};

/// Its line of the ledger, and all that this only counts.
pub(super) fn object(night: &Night<'_>, results: &Results) -> Result<Value> {
    let mut object = serde_json::to_value(Line::of(night, results))?;
    object["type"] = json!("night");
    object["verdict"] = json!(verdict(results));
    object["repeat"] = json!(again(night));
    if !results.over {
        object["end"] = Value::Null;
    }
    let soaked = results.soak.iter().flat_map(|soak| soak.failures.iter().cloned());
    object["failures"] = results.failures.iter().map(Failure::object).chain(soaked).collect();
    let part = |(part, Ended { verdict, seconds, words }): &(super::Part, Ended)| json!({ "part": part.name(), "verdict": verdict.name(), "seconds": seconds, "words": words });
    object["parts"] = results.parts.iter().map(part).collect();
    object["left_out"] = json!(results.left_out);
    object["trouble"] = json!(results.trouble);
    Ok(object)
}
