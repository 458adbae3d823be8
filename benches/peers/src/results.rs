//! Results: a file for each workload in `results/`, so that one can be measured again without the others.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::circumstances::Circumstances;
use crate::workload::{Figures, Work};

/// What was measured, by workload.
pub type Measured = BTreeMap<Work, Results>;

/// What was measured of a workload.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Results {
    /// When, where and how.
    pub circumstances: Circumstances,
    /// Of each peer with each size.
    pub measurements: Vec<Measurement>,
}

/// What was measured of a peer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Measurement {
    /// The peer.
    pub peer: String,
    /// How many objects.
    pub size: usize,
    /// The figures of each round.
    pub rounds: Vec<Figures>,
    /// The bytes, which were measured once.
    pub memory: Figures,
    /// How it ended if there is nothing, or less, to show.
    pub failure: Option<String>,
}

impl Measurement {
    /// The median of the rounds, or the figure of the memory.
    pub fn median(&self, figure: &str) -> Option<f64> {
        let mut figures: Vec<f64> = self.rounds.iter().filter_map(|it| it.get(figure).copied()).collect();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).or_else(|| self.memory.get(figure)).copied()
    }
}

impl Results {
    fn path(work: Work) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("results").join(work.name() + ".json")
    }

    /// Those that are kept, if some are.
    ///
    /// # Errors
    /// A file that is there and can't be read.
    pub fn read(work: Work) -> Result<Option<Self>, String> {
        let path = Self::path(work);
        if !path.exists() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        serde_json::from_str(&text).map(Some).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Keeps them.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn write(&self, work: Work) -> Result<(), String> {
        let text = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        crate::files::write(&Self::path(work), &(text + "\n"))
    }

    /// What was measured of this peer with this size.
    pub fn find(&self, peer: &str, size: usize) -> Option<&Measurement> {
        self.measurements.iter().find(|it| it.peer == peer && it.size == size)
    }
}
