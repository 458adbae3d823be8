//! The shards of `check` as the result of one run.

use super::Merge;
use super::piece::Piece;
use super::saved::save;
use crate::doors::cli::output::Output;
use crate::doors::cli::reporter::Reporter;
use crate::doors::cli::run::Run;
use crate::doors::cli::{End, Trouble, figures};
use crate::judge::properties::Property;
use crate::runs::campaign::Summary;
use serde_json::Value;
use std::collections::BTreeMap;

/// Prints the result of all shards, which are in their order, and saves a trace for each signature.
pub(super) fn merge(name: &str, arguments: &Merge, pieces: &[Piece], output: &mut Output) -> Result<End, Trouble> {
    let mut results = pieces.iter().map(result);
    let mut summary = results.next().unwrap_or_else(|| Ok(Summary::default()))?;
    for next in results {
        summary.join(next?);
    }
    let run = pieces.first().map(run).transpose()?;
    let Some(run) = run else { return Ok(End::Passed) };
    let mut reporter = Reporter::new(name, &run, None, arguments.format, output);
    reporter.start()?;
    for (_, events) in failures(pieces) {
        for mut event in events {
            if event["type"] == "violation" {
                let judged_by = judged_by(&run, &event);
                save(&mut event, judged_by, &arguments.out)?;
                reporter.told(&event)?;
            } else {
                // The file is where the shard ran.
                event["path"] = Value::Null;
                reporter.told(&event)?;
            }
        }
    }
    reporter.statistics(&figures::object(&run, &summary))?;
    reporter.summary(&summary)?;
    Ok(if summary.violations.is_empty() { End::Passed } else { End::Violation })
}

/// The comment that says by what the trace of a failure is to be judged.
fn judged_by<'a>(run: &'a Run, failure: &Value) -> &'a str {
    let property = failure["property"].as_str().and_then(Property::from_name);
    property.and_then(|property| run.judged_by.get(&property)).map_or("", String::as_str)
}

/// What a shard came to.
fn result(piece: &Piece) -> Result<Summary, Trouble> {
    let wrong = |why: String| Trouble::Usage(format!("{}: {why}", piece.path.display()));
    let object =
        piece.of_type("shard").last().ok_or_else(|| wrong("it has no object of the type `shard`".to_owned()))?;
    let result: Summary = serde_json::from_value(object["result"].clone()).map_err(|error| wrong(error.to_string()))?;
    let expected = piece.share.zip(piece.run["cases"].as_u64()).map(|(share, cases)| share.count(cases));
    if expected != Some(result.programs) {
        let (programs, all) = (result.programs, expected.unwrap_or_default());
        return Err(Trouble::Fault(format!("{}: {programs} of the {all} programs of its shard", piece.path.display())));
    }
    Ok(result)
}

fn run(piece: &Piece) -> Result<Run, Trouble> {
    let run = serde_json::from_value(Value::Object(piece.run.clone()));
    run.map_err(|error| Trouble::Usage(format!("{}: {error}", piece.path.display())))
}

/// For each signature what was printed of its first failure, by the number of its case, as one run would have done.
fn failures(pieces: &[Piece]) -> BTreeMap<u64, Vec<Value>> {
    let mut first: BTreeMap<&str, u64> = BTreeMap::new();
    let mut failures: BTreeMap<u64, Vec<Value>> = BTreeMap::new();
    for piece in pieces {
        for object in piece.objects.iter().filter(|object| object["type"] == "found" || object["type"] == "violation") {
            let (Some(signature), Some(case)) = (object["signature"].as_str(), object["case"].as_u64()) else {
                continue;
            };
            // Shards come in the order of their cases.
            if *first.entry(signature).or_insert(case) == case {
                failures.entry(case).or_default().push(object.clone());
            }
        }
    }
    failures
}
