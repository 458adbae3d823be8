//! The workloads: what each row does, the same for every peer.

pub mod beside;
pub mod bytes;
mod graph;
mod hot;
pub mod plan;
mod release;
mod rings;
pub mod steady;

use std::collections::BTreeMap;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::peer::Peer;
use crate::twin::Twin;

/// What a workload has measured, by the name of the figure.
pub type Figures = BTreeMap<String, f64>;

/// The figure of a workload that has one.
pub const TIME: &str = "time";

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    SetSymbol,
    /// See [`hot::overwrite`].
    SetSite,
    /// See [`hot::weak`].
    TryHold,
    /// See [`hot::weak_dead`].
    TryHoldDead,
    /// See [`hot::weak_object`].
    WeakObject,
    /// See [`rings::rings`].
    Rings,
    /// See [`beside::beside`].
    Beside,
    /// See [`steady::isolated`].
    Steady,
    /// See [`steady::into_live`].
    SteadyIntoLive,
    /// See [`steady::growing`].
    Growing,
    /// See [`release::list`].
    List,
    /// See [`release::tree`].
    ReleasedTree,
    /// See [`release::set`].
    GarbageSet,
    /// See [`release::parents`].
    Parents,
    /// See [`bytes::bytes`].
    Bytes,
}

impl Work {
    /// Its name on the command line and of its file of results.
    pub fn name(self) -> String {
        self.to_possible_value().map(|it| it.get_name().to_owned()).unwrap_or_default()
    }
}

/// Does what is asked with a heap of this peer.
pub fn run<P: Peer>(request: &Request) -> Figures {
    match request.work {
        Work::Hold => hot::hold::<P>(request),
        Work::Leaf => hot::leaf::<P>(request),
        Work::Tree => hot::tree::<P>(request),
        Work::SetSlot => hot::overwrite::<P>(request, hot::By::Slot),
        Work::SetName => hot::overwrite::<P>(request, hot::By::Name),
        Work::SetSymbol => hot::overwrite::<P>(request, hot::By::Symbol),
        Work::SetSite => hot::overwrite::<P>(request, hot::By::Site),
        Work::TryHold => hot::weak::<P>(request),
        Work::TryHoldDead => hot::weak_dead::<P>(request),
        Work::WeakObject => hot::weak_object::<P>(request),
        Work::Rings => rings::rings::<P>(request),
        Work::Beside => beside::beside::<P>(request),
        Work::Steady => steady::isolated::<P>(request),
        Work::SteadyIntoLive => steady::into_live::<P>(request),
        Work::Growing => steady::growing::<P>(request),
        Work::List => release::list::<P>(request),
        Work::ReleasedTree => release::tree::<P>(request),
        Work::GarbageSet => release::set::<P>(request),
        Work::Parents => release::parents::<P>(request),
        Work::Bytes => bytes::bytes::<P>(request),
    }
}
