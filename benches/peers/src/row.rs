//! The rows: what is measured, of whom, how often.

use crate::peers::PeerKind;
use crate::workload::Work;

/// A row of the tables.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its name on the command line and in results.
    pub name: &'static str,
    /// What is measured, for a reader.
    pub about: &'static str,
    /// The workload.
    pub work: Work,
    /// The sizes that it is measured with.
    pub sizes: &'static [usize],
    /// How often it repeats its operation when it is timed.
    pub times: usize,
    /// How often in the two runs whose instructions are counted, if they are.
    pub counted: Option<[usize; 2]>,
    /// What a peer must be able to do.
    pub needs: Needs,
}

/// What a peer must be able to do for a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// What all can.
    Nothing,
    /// Weak references.
    Weak,
}

impl Row {
    /// Whether the row can be measured with this peer.
    pub fn suits(&self, peer: &PeerKind) -> bool {
        match self.needs {
            Needs::Nothing => true,
            Needs::Weak => peer.weak,
        }
    }
}

const fn hot(name: &'static str, about: &'static str, work: Work, counted: [usize; 2], needs: Needs) -> Row {
    Row { name, about, work, sizes: &[1_000], times: 2_000_000, counted: Some(counted), needs }
}

const fn edges(name: &'static str, about: &'static str, work: Work) -> Row {
    let (times, counted) = (2_000_000, Some([20_000, 80_000]));
    Row { name, about, work, sizes: &[100_000], times, counted, needs: Needs::Nothing }
}

/// All rows, in the order of the tables.
pub const ROWS: &[Row] = &[
    hot("hold", "a reference to one of 1,000 objects taken and given up", Work::Hold, SHORT, Needs::Nothing),
    hot("leaf", "an object without edges allocated and given up", Work::Leaf, SHORT, Needs::Nothing),
    hot("tree", "an object with two leaves allocated and given up", Work::Tree, LONG, Needs::Nothing),
    edges("set-slot", "a random edge of one of 100,000 objects overwritten, by number", Work::SetSlot),
    edges("set-name", "the same by name", Work::SetName),
    edges("set-site", "the same by a site", Work::SetSite),
    hot("try-hold", "what is named weakly held and given up", Work::TryHold, SHORT, Needs::Weak),
    hot("try-hold-dead", "what is named weakly is dead", Work::TryHoldDead, SHORT, Needs::Weak),
    hot("weak-object", "a weak object made, upgraded and dropped", Work::WeakObject, LONG, Needs::Weak),
];

const SHORT: [usize; 2] = [50_000, 150_000];
const LONG: [usize; 2] = [20_000, 70_000];

/// The rows of these names, or all if none is named.
///
/// # Errors
/// A name that no row has.
pub fn select(names: &[String]) -> Result<Vec<Row>, String> {
    for name in names {
        if !ROWS.iter().any(|it| it.name == name) {
            let all: Vec<_> = ROWS.iter().map(|it| it.name).collect();
            return Err(format!("`{name}` is no row; the rows are {}", all.join(", ")));
        }
    }
    Ok(ROWS.iter().filter(|it| names.is_empty() || names.iter().any(|name| it.name == name)).copied().collect())
}
