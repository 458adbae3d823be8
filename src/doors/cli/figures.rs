//! Prints the statistics of a run, for people and as JSON.

use super::run::{Expected, Run};
use crate::runs::campaign::Summary;
use crate::runs::statistics::{Condition, Encounter, Growth, Kept, Statistics, Touch, health};
use heapproof_model::Code;
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// How many operations that were never done are named.
const MOST_NAMED: usize = 6;

/// If the later half of the programs brings less than this percentage of all steps, a longer run brings little.
const LITTLE: u64 = 5;

/// The object `statistics`, which `docs/output.md` describes.
pub(super) fn object(run: &Run, summary: &Summary) -> Value {
    let Summary { tally, statistics, elapsed, programs, violations, .. } = summary;
    let total = tally.total();
    let reachable = Reachable::new(&run.expected, statistics);
    let conditions = reachable.conditions.iter().map(|(condition, count)| (condition.name().to_owned(), json!(count)));
    let conditions: Map<String, Value> = conditions.collect();
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
        "seed": run.seed,
        "programs": programs,
        "operations": total.done + total.refused,
        "seconds": elapsed.as_secs_f64(),
        "violations": violations.values().sum::<u64>(),
        "observed": statistics.observed,
        "conditions": conditions,
        "meanwhile": meanwhile(&reachable.encounters),
        "shapes": shapes,
        "growth": growth,
        "warnings": warnings(run, summary),
    })
}

/// Conditions and encounters that are possible for the subject, with how many programs reached each.
struct Reachable {
    conditions: Vec<(Condition, u64)>,
    encounters: Vec<(Encounter, u64)>,
}

impl Reachable {
    fn new(expected: &Expected, statistics: &Statistics) -> Reachable {
        let conditions = statistics.conditions().filter(|(it, count)| *count > 0 || expected.conditions.has(*it));
        let encounters = statistics.encounters().filter(|(it, count)| *count > 0 || expected.encounters.contains(it));
        Reachable { conditions: conditions.collect(), encounters: encounters.collect() }
    }
}

/// How many programs did each operation while some state was kept, by that state and by how close the operation came.
fn meanwhile(encounters: &[(Encounter, u64)]) -> Value {
    let mut all = Map::new();
    for (encounter, count) in encounters {
        let by_operation = all.entry(encounter.kept.name()).or_insert_with(|| json!({}));
        by_operation[encounter.code.name()][encounter.touch.name()] = json!(count);
    }
    Value::Object(all)
}

/// Prints shapes, conditions, states, and warnings about the mix.
pub(super) fn print(run: &Run, summary: &Summary, out: &mut impl Write) -> io::Result<()> {
    let statistics = &summary.statistics;
    if statistics.observed > 0 {
        writeln!(out, "\n{:16} {:>12} {:>10}   of 1 program in {}", "shape", "median", "largest", run.expected.every)?;
        for (name, words, spread) in statistics.shapes.named() {
            writeln!(out, "{name:16} {:>12} {:>10}   {words}", spread.median(), spread.largest())?;
        }
        print_reached(&Reachable::new(&run.expected, statistics), out)?;
        print_growth(&statistics.growth(), out)?;
    }
    for warning in warnings(run, summary) {
        writeln!(out, "warning: {warning}")?;
    }
    Ok(())
}

fn print_reached(reachable: &Reachable, out: &mut impl Write) -> io::Result<()> {
    let Reachable { conditions, encounters } = reachable;
    let missing: Vec<&str> =
        conditions.iter().filter(|(_, count)| *count == 0).map(|(condition, _)| condition.name()).collect();
    let not = if missing.is_empty() { String::new() } else { format!("; not {}", missing.join(", ")) };
    let all = conditions.len();
    writeln!(out, "\nconditions: {} of {all} reached{not}", all - missing.len())?;
    let others = Condition::ALL.len() - all;
    if others > 0 {
        writeln!(out, "{others} other conditions need operations that these programs do not have")?;
    }
    for kept in Kept::ALL {
        print_meanwhile(*kept, encounters, out)?;
    }
    Ok(())
}

/// Prints how many of the operations that could spoil a kept state were done during it, and some that were not.
fn print_meanwhile(kept: Kept, encounters: &[(Encounter, u64)], out: &mut impl Write) -> io::Result<()> {
    let all: Vec<_> = encounters.iter().filter(|(encounter, _)| encounter.kept == kept).collect();
    let missing = all.iter().filter(|(_, count)| *count == 0).map(|(encounter, _)| match encounter.touch {
        Touch::Meanwhile => encounter.code.name().to_owned(),
        touch => format!("{} ({})", encounter.code.name(), touch.name()),
    });
    let missing: Vec<String> = missing.collect();
    let (named, rest) = missing.split_at(missing.len().min(MOST_NAMED));
    let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
    let not = if named.is_empty() { String::new() } else { format!("; not {}{more}", named.join(", ")) };
    match all.len() {
        0 => Ok(()),
        count => writeln!(out, "during {}: {} of {count} reached{not}", kept.words(), count - missing.len()),
    }
}

/// Prints whether a longer run is worth its time: how much the later half of the programs has added.
fn print_growth(growth: &[Growth], out: &mut impl Write) -> io::Result<()> {
    let Some(now) = growth.last() else { return Ok(()) };
    writeln!(out, "\ndifferent heaps: {} (objects, references, what is held; without names)", now.states)?;
    writeln!(out, "different steps: {} (an operation, its objects and its outcome)", now.situations)?;
    let Some(before) = growth.iter().rev().find(|at| at.observed * 2 <= now.observed) else { return Ok(()) };
    let percent = |before: u64, now: u64| 100 * now.saturating_sub(before) / now.max(1);
    let (heaps, steps) = (percent(before.states, now.states), percent(before.situations, now.situations));
    let worth = if steps < LITTLE { "a longer run will reach little more" } else { "a longer run will reach more" };
    let (first, all) = (before.observed, now.observed);
    writeln!(
        out,
        "the first {first} of the {all} observed programs did not reach {heaps} % of these heaps and {steps} % of these \
         steps: {worth}"
    )
}

fn warnings(run: &Run, summary: &Summary) -> Vec<String> {
    let Summary { tally, statistics, elapsed, .. } = summary;
    let Run { subject, expected, .. } = run;
    let total = tally.total();
    let drawn = |code: Code| expected.drawn.contains(code.name());
    let mut warnings = health::warnings(tally, statistics, expected.errs, &drawn);
    for property in &expected.blind {
        warnings.push(format!("`{subject}` has nothing that `{property}` is about, so it passes whatever it does"));
    }
    warnings.extend(health::slow(total.done + total.refused, *elapsed, expected.jobs, statistics));
    warnings
}
