//! The peers, a file each.

mod bacon_rajan;
mod dumpster;
mod gc_arena;
mod gcmodule;
mod jrsonnet;
mod ours;
mod pointer;
mod rust_cc;
mod safe_gc;
mod slotmap;
mod std_rc;

use crate::peer::Peer;
use crate::workload::plan::{Needs, Plan};
use crate::workload::{Figures, Request};

/// What is known of a peer without making one.
#[derive(Clone, Copy, Debug)]
pub struct PeerKind {
    /// See [`Peer::NAME`].
    pub name: &'static str,
    /// See [`Peer::VERSION`].
    pub version: &'static str,
    /// See [`Peer::CYCLES`].
    pub cycles: bool,
    /// See [`Peer::WEAK`].
    pub weak: bool,
    /// See [`Peer::OWN_TRIGGER`].
    pub own_trigger: bool,
    /// Measures one workload with it, in this thread.
    pub run: fn(&Request) -> Figures,
}

impl PeerKind {
    /// Whether a workload can be run with it.
    pub fn suits(&self, plan: &Plan) -> bool {
        match plan.needs {
            Needs::Nothing => true,
            Needs::Weak => self.weak,
            Needs::Cycles => self.cycles,
        }
    }
}

const fn kind<P: Peer>() -> PeerKind {
    PeerKind {
        name: P::NAME,
        version: P::VERSION,
        cycles: P::CYCLES,
        weak: P::WEAK,
        own_trigger: P::OWN_TRIGGER,
        run: crate::workload::run::<P>,
    }
}

/// Our own heap.
pub const OURS: PeerKind = kind::<ours::Ours>();

/// All, in the order of the tables: our own, the peers, the floors.
pub const PEERS: &[PeerKind] = &[
    OURS,
    kind::<jrsonnet::JrsonnetGcmodule>(),
    kind::<gcmodule::Gcmodule>(),
    kind::<rust_cc::RustCc>(),
    kind::<dumpster::Dumpster>(),
    kind::<bacon_rajan::BaconRajan>(),
    kind::<gc_arena::GcArena>(),
    kind::<safe_gc::SafeGc>(),
    kind::<std_rc::StdRc>(),
    kind::<slotmap::CountedSlots>(),
];

/// The peer of this name.
pub fn find(name: &str) -> Option<PeerKind> {
    PEERS.iter().copied().find(|it| it.name == name)
}
