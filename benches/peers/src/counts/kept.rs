//! `counts.json`: what the operations of our heap cost when somebody last said that it is right so.

use std::path::{Path, PathBuf};

use super::{Cost, Table};

/// The share by which a count may change.
const TOLERANCE: f64 = 0.05;

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("counts.json")
}

/// What is kept.
pub fn read() -> Result<Table, String> {
    let text = std::fs::read_to_string(path()).map_err(|error| format!("counts.json: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("counts.json: {error}"))
}

/// Keeps these, and leaves all other rows and twins as they are.
pub fn write(counted: Table) -> Result<(), String> {
    let mut all = if path().exists() { read()? } else { Table::new() };
    for (row, costs) in counted {
        let rounded = costs.into_iter().map(|(twin, cost)| (twin, rounded(cost)));
        all.entry(row).or_default().extend(rounded);
    }
    let text = serde_json::to_string_pretty(&all).map_err(|error| error.to_string())?;
    crate::files::write(&path(), &(text + "\n"))
}

/// Two places are enough, and keep differences between files short.
fn rounded(cost: Cost) -> Cost {
    let round = |it: f64| (it * 100.0).round() / 100.0;
    Cost { instructions: round(cost.instructions), misses: round(cost.misses) }
}

/// What to say if the instructions have changed by too much. Fewer are a change too: the file should say so.
pub fn change(before: &Cost, now: &Cost) -> Option<String> {
    let share = now.instructions / before.instructions - 1.0;
    // Also true for what is no number.
    let is_same = share.abs() <= TOLERANCE;
    let words =
        || format!("{:.1} instructions were {:.1} ({:+.1} %)", now.instructions, before.instructions, 100.0 * share);
    (!is_same).then(words)
}
