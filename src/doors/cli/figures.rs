//! Prints the statistics of a run, for people and as JSON.

use crate::programs::generate::Profile;
use crate::runs::campaign::{Campaign, Summary};
use crate::runs::statistics::{Condition, Encounter, Growth, Kept, Reach, Statistics, Touch, health};
use heapproof_model::Code;
use heapproof_model::dialect::WrongCalls;
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// How many operations that were never done are named.
const MOST_NAMED: usize = 6;

/// If the later half of the programs brings less than this percentage of all steps, a longer run brings little.
const LITTLE: u64 = 5;

/// The object `statistics`, which `docs/output.md` describes.
pub(super) fn object(campaign: &Campaign, summary: &Summary) -> Value {
    let Summary { tally, statistics, elapsed, programs, violations, .. } = summary;
    let total = tally.total();
    let reachable = Reachable::new(campaign, statistics);
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
        "seed": campaign.seed,
        "programs": programs,
        "operations": total.done + total.refused,
        "seconds": elapsed.as_secs_f64(),
        "violations": violations.values().sum::<u64>(),
        "observed": statistics.observed,
        "conditions": conditions,
        "meanwhile": meanwhile(&reachable.encounters),
        "shapes": shapes,
        "growth": growth,
        "warnings": warnings(campaign, summary),
    })
}

/// Conditions and encounters that are possible for the subject, with how many programs reached each.
struct Reachable {
    conditions: Vec<(Condition, u64)>,
    encounters: Vec<(Encounter, u64)>,
}

impl Reachable {
    fn new(campaign: &Campaign, statistics: &Statistics) -> Reachable {
        let profiles = campaign.mix.profiles();
        let drawn = |code: Code| profiles.iter().any(|profile| profile.weight(code) > 0);
        let reach = campaign.subject.abilities().ok().map(|abilities| Reach::new(abilities, &drawn));
        let can = |reaches: &dyn Fn(&Reach<'_>) -> bool| reach.as_ref().is_none_or(reaches);
        let conditions = statistics.conditions().filter(|(it, count)| *count > 0 || can(&|reach| reach.condition(*it)));
        let encounters = statistics.encounters().filter(|(it, count)| *count > 0 || can(&|reach| reach.encounter(*it)));
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
pub(super) fn print(campaign: &Campaign, summary: &Summary, out: &mut impl Write) -> io::Result<()> {
    let statistics = &summary.statistics;
    if statistics.observed > 0 {
        writeln!(out, "\n{:16} {:>12} {:>10}   of 1 program in {}", "shape", "median", "largest", campaign.observed())?;
        for (name, words, spread) in statistics.shapes.named() {
            writeln!(out, "{name:16} {:>12} {:>10}   {words}", spread.median(), spread.largest())?;
        }
        print_reached(&Reachable::new(campaign, statistics), out)?;
        print_growth(&statistics.growth(), out)?;
    }
    for warning in warnings(campaign, summary) {
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

fn warnings(campaign: &Campaign, summary: &Summary) -> Vec<String> {
    let Summary { tally, statistics, elapsed, .. } = summary;
    let Ok(abilities) = campaign.subject.abilities() else { return Vec::new() };
    let total = tally.total();
    // Other profiles draw so few of some operations that wrong calls are rare too.
    let errs =
        campaign.mix.main().profile == Profile::Default && abilities.dialect().wrong_calls == WrongCalls::Refused;
    let profiles = campaign.mix.profiles();
    let drawn = |code| abilities.has(code) && profiles.iter().any(|profile| profile.weight(code) > 0);
    let mut warnings = health::warnings(tally, statistics, errs, &drawn);
    for property in campaign.mix.properties().iter().filter(|property| !property.is_about(&abilities)) {
        let (property, subject) = (property.name(), &campaign.subject.name);
        warnings.push(format!("`{subject}` has nothing that `{property}` is about, so it passes whatever it does"));
    }
    warnings.extend(health::slow(total.done + total.refused, *elapsed, campaign.jobs, statistics));
    warnings
}
