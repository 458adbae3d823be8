//! Counts that are kept: `counts.json` says what the operations of our heap cost when somebody last said that it is right so,
//! `results/counts.json` what those of all peers did.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Cost, Table};
use crate::circumstances::Circumstances;

/// The share by which a count may change.
const TOLERANCE: f64 = 0.05;

/// A file of counts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    /// When and where they were last counted. Another compiler makes other instructions.
    pub circumstances: Circumstances,
    /// By row, and by twin or peer.
    pub counts: Table,
}

/// Which file.
#[derive(Clone, Copy, Debug)]
pub enum Of {
    /// Our heap, by twin.
    Ours,
    /// All peers.
    Peers,
}

impl Of {
    fn path(self) -> PathBuf {
        let name = match self {
            Self::Ours => "counts.json",
            Self::Peers => "results/counts.json",
        };
        Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
    }

    /// What is kept, if the file is there.
    pub fn read(self) -> Result<Option<Kept>, String> {
        let path = self.path();
        if !path.exists() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        serde_json::from_str(&text).map(Some).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Keeps these, and leaves all other rows and columns as they are.
    pub fn write(self, counted: Table) -> Result<(), String> {
        let mut counts = self.read()?.map(|it| it.counts).unwrap_or_default();
        for (row, costs) in counted {
            let rounded = costs.into_iter().map(|(column, cost)| (column, rounded(cost)));
            counts.entry(row).or_default().extend(rounded);
        }
        let kept = Kept { circumstances: Circumstances::now(), counts };
        let text = serde_json::to_string_pretty(&kept).map_err(|error| error.to_string())?;
        crate::files::write(&self.path(), &(text + "\n"))
    }
}

/// Two places are enough, and keep differences between files short.
fn rounded(cost: Cost) -> Cost {
    let round = |it: f64| (it.max(0.0) * 100.0).round() / 100.0;
    Cost { instructions: round(cost.instructions), misses: round(cost.misses) }
}

/// What to say if the instructions have changed by too much. Fewer are a change too: the file should say so.
pub fn change(before: &Cost, now: &Cost) -> Option<String> {
    let share = now.instructions / before.instructions - 1.0;
    // What is no number is not the same either.
    let is_same = share.abs() <= TOLERANCE;
    let words =
        || format!("{:.1} instructions were {:.1} ({:+.1} %)", now.instructions, before.instructions, 100.0 * share);
    (!is_same).then(words)
}

#[cfg(test)]
mod tests {
    use super::{Cost, change};

    fn cost(instructions: f64) -> Cost {
        Cost { instructions, misses: 0.0 }
    }

    #[test]
    fn a_count_may_change_by_a_twentieth() {
        assert_eq!(change(&cost(100.0), &cost(104.0)), None);
        assert_eq!(change(&cost(100.0), &cost(96.0)), None);
        assert!(change(&cost(100.0), &cost(106.0)).is_some());
        assert!(change(&cost(100.0), &cost(94.0)).is_some());
        assert!(change(&cost(0.0), &cost(0.0)).is_some());
    }
}
