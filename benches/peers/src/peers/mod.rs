//! The peers, a file each.

mod ours;

use crate::peer::Peer;
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

/// All, in the order of the tables.
pub const PEERS: &[PeerKind] = &[OURS];

/// The peer of this name.
pub fn find(name: &str) -> Option<PeerKind> {
    PEERS.iter().copied().find(|it| it.name == name)
}
