//! The workloads: what each row does, the same for every peer.

mod hot;

use std::collections::BTreeMap;

use clap::ValueEnum;

use crate::peer::Peer;
use crate::twin::Twin;

/// What a workload has measured, by the name of the figure.
pub type Figures = BTreeMap<&'static str, f64>;

/// What a process is to measure.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// The workload.
    pub work: Work,
    /// How many objects it has, where that differs.
    pub size: usize,
    /// How often it repeats its operation.
    pub times: usize,
    /// The state of the heap meanwhile.
    pub twin: Twin,
}

impl Request {
    /// Lets a peer collect after an operation that has made so many objects: when it thinks fit, or else after every
    /// thousand objects.
    #[inline]
    fn pace<P: Peer>(&self, peer: &mut P, time: usize, objects: usize) {
        const OBJECTS: usize = 1_000;
        if P::OWN_TRIGGER {
            peer.safe_point();
        } else if P::CYCLES && (time + 1).is_multiple_of(OBJECTS.div_ceil(objects)) {
            peer.collect();
        }
    }
}

/// A workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "kebab-case")]
pub enum Work {
    /// See [`hot::hold`].
    Hold,
    /// See [`hot::leaf`].
    Leaf,
    /// See [`hot::tree`].
    Tree,
    /// See [`hot::overwrite`].
    SetSlot,
    /// See [`hot::overwrite`].
    SetName,
    /// See [`hot::overwrite`].
    SetSite,
    /// See [`hot::weak`].
    TryHold,
    /// See [`hot::weak_dead`].
    TryHoldDead,
    /// See [`hot::weak_object`].
    WeakObject,
}

/// Does what is asked with a heap of this peer.
pub fn run<P: Peer>(request: &Request) -> Figures {
    match request.work {
        Work::Hold => hot::hold::<P>(request),
        Work::Leaf => hot::leaf::<P>(request),
        Work::Tree => hot::tree::<P>(request),
        Work::SetSlot => hot::overwrite::<P>(request, hot::By::Slot),
        Work::SetName => hot::overwrite::<P>(request, hot::By::Name),
        Work::SetSite => hot::overwrite::<P>(request, hot::By::Site),
        Work::TryHold => hot::weak::<P>(request),
        Work::TryHoldDead => hot::weak_dead::<P>(request),
        Work::WeakObject => hot::weak_object::<P>(request),
    }
}
