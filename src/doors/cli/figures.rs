//! Statistics of a run, for people and as JSON.

use crate::runs::campaign::{Campaign, Summary};
use crate::runs::statistics::{Kept, Statistics, Touch, health};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// How many operations that were never done are named.
const MOST_TOLD: usize = 6;

/// The object `statistics`, which `docs/output.md` describes.
pub(super) fn object(campaign: &Campaign, summary: &Summary) -> Value {
    let Summary { tally, statistics, elapsed, programs, violations, .. } = summary;
    let total = tally.total();
    let conditions: Map<String, Value> =
        statistics.conditions().map(|(condition, count)| (condition.name().to_owned(), json!(count))).collect();
    let shapes: Map<String, Value> = statistics
        .shapes
        .named()
        .into_iter()
        .map(|(name, _, spread)| {
            let buckets: Vec<_> = spread.by_size().collect();
            let (median, largest) = (spread.median(), spread.largest());
            (name.to_owned(), json!({ "median": median, "largest": largest, "buckets": buckets }))
        })
        .collect();
    let growth: Vec<Value> = statistics
        .growth()
        .iter()
        .map(|at| json!({ "observed": at.observed, "states": at.states, "situations": at.situations }))
        .collect();
    json!({
        "type": "statistics",
        "seed": campaign.seed,
        "programs": programs,
        "operations": total.done + total.refused,
        "seconds": elapsed.as_secs_f64(),
        "violations": violations.values().sum::<u64>(),
        "observed": statistics.observed,
        "conditions": conditions,
        "meanwhile": meanwhile(statistics),
        "shapes": shapes,
        "growth": growth,
        "warnings": warnings(campaign, summary),
    })
}

/// In how many programs each operation was done while something was kept, by what was kept and how close it came.
fn meanwhile(statistics: &Statistics) -> Value {
    let mut all = Map::new();
    for (encounter, count) in statistics.encounters() {
        let by_operation = all.entry(encounter.kept.name()).or_insert_with(|| json!({}));
        by_operation[encounter.code.name()][encounter.touch.name()] = json!(count);
    }
    Value::Object(all)
}

/// A few lines about shapes, conditions and states, and what is wrong with the mix.
pub(super) fn print(campaign: &Campaign, summary: &Summary, out: &mut impl Write) -> io::Result<()> {
    let statistics = &summary.statistics;
    if statistics.observed > 0 {
        writeln!(out, "\n{:16} {:>12} {:>10}   of 1 program in {}", "shape", "median", "largest", campaign.observed())?;
        for (name, words, spread) in statistics.shapes.named() {
            writeln!(out, "{name:16} {:>12} {:>10}   {words}", spread.median(), spread.largest())?;
        }
        print_reached(statistics, out)?;
    }
    for warning in warnings(campaign, summary) {
        writeln!(out, "warning: {warning}")?;
    }
    Ok(())
}

fn print_reached(statistics: &Statistics, out: &mut impl Write) -> io::Result<()> {
    let all = statistics.conditions().count();
    let missing: Vec<&str> =
        statistics.conditions().filter(|(_, count)| *count == 0).map(|(condition, _)| condition.name()).collect();
    let not = if missing.is_empty() { String::new() } else { format!("; not {}", missing.join(", ")) };
    writeln!(out, "\nconditions: {} of {all} reached{not}", all - missing.len())?;
    for kept in Kept::ALL {
        print_meanwhile(*kept, statistics, out)?;
    }
    let growth = statistics.growth();
    let Some(now) = growth.last() else { return Ok(()) };
    let before = growth.iter().rev().find(|at| at.observed * 2 <= now.observed);
    let before = before.map_or(String::new(), |at| {
        format!(" ({} and {} after {} of {} programs)", at.states, at.situations, at.observed, now.observed)
    });
    writeln!(out, "different states: {}, situations: {}{before}", now.states, now.situations)
}

/// How many of the operations that could spoil what is kept were done while it was, and some that were not.
fn print_meanwhile(kept: Kept, statistics: &Statistics, out: &mut impl Write) -> io::Result<()> {
    let all: Vec<_> = statistics.encounters().filter(|(encounter, _)| encounter.kept == kept).collect();
    let missing = all.iter().filter(|(_, count)| *count == 0).map(|(encounter, _)| match encounter.touch {
        Touch::Meanwhile => encounter.code.name().to_owned(),
        touch => format!("{} ({})", encounter.code.name(), touch.name()),
    });
    let missing: Vec<String> = missing.collect();
    let (told, rest) = missing.split_at(missing.len().min(MOST_TOLD));
    let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
    let not = if told.is_empty() { String::new() } else { format!("; not {}{more}", told.join(", ")) };
    writeln!(out, "during {}: {} of {} reached{not}", kept.words(), all.len() - missing.len(), all.len())
}

fn warnings(campaign: &Campaign, summary: &Summary) -> Vec<String> {
    let Summary { tally, statistics, elapsed, .. } = summary;
    let Ok(abilities) = campaign.subject.abilities() else { return Vec::new() };
    let total = tally.total();
    let mut warnings =
        health::warnings(tally, statistics, &|code| abilities.has(code) && campaign.recipe.profile.weight(code) > 0);
    warnings.extend(health::slow(total.done + total.refused, *elapsed, campaign.jobs, statistics));
    warnings
}
