//! How each workload is run: with what sizes, how often, with whom.

use super::Work;

/// How a workload is run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The sizes that it is measured with.
    pub sizes: &'static [usize],
    /// How often it repeats its operation when it is timed.
    pub times: usize,
    /// How often in the two runs whose instructions are counted, if they are.
    pub counted: Option<[usize; 2]>,
    /// What a peer must be able to do.
    pub needs: Needs,
}

/// What a peer must be able to do for a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// What all can.
    Nothing,
    /// Weak references.
    Weak,
    /// Freeing cycles.
    Cycles,
}

impl Plan {
    const fn hot(counted: [usize; 2], needs: Needs) -> Self {
        Self { sizes: &[1_000], times: 2_000_000, counted: Some(counted), needs }
    }

    const fn of(sizes: &'static [usize], times: usize, needs: Needs) -> Self {
        Self { sizes, times, counted: None, needs }
    }
}

impl Work {
    /// How it is run.
    pub const fn plan(self) -> Plan {
        const MILLION: usize = 1_000_000;
        match self {
            Self::Hold => Plan::hot([50_000, 150_000], Needs::Nothing),
            Self::Leaf => Plan::hot([50_000, 150_000], Needs::Nothing),
            Self::Tree => Plan::hot([20_000, 70_000], Needs::Nothing),
            Self::SetSlot | Self::SetName | Self::SetSymbol | Self::SetSite => {
                Plan { sizes: &[100_000], ..Plan::hot([20_000, 80_000], Needs::Nothing) }
            }
            Self::TryHold | Self::TryHoldDead => Plan::hot([50_000, 150_000], Needs::Weak),
            Self::WeakObject => Plan::hot([20_000, 70_000], Needs::Weak),
            Self::Rings => Plan::of(&[2, 100, 100_000], MILLION, Needs::Cycles),
            Self::Beside => Plan::of(&[10_000, 100_000, MILLION, 4 * MILLION], 1, Needs::Cycles),
            Self::Steady | Self::SteadyIntoLive => Plan::of(&[MILLION], 2 * MILLION, Needs::Cycles),
            Self::Growing => Plan::of(&[4 * MILLION], 1, Needs::Cycles),
            Self::List => Plan::of(&[MILLION], 1, Needs::Nothing),
            Self::ReleasedTree => Plan::of(&[131_071], 1, Needs::Nothing),
            Self::GarbageSet => Plan::of(&[131_071], 1, Needs::Cycles),
            Self::Parents => Plan::of(&[131_071], 4 * 131_071, Needs::Cycles),
            Self::Bytes => Plan::of(&[MILLION], 1, Needs::Nothing),
        }
    }
}
