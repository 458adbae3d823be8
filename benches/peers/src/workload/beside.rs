//! Collections beside a live graph: what does garbage cost, and what do live objects?
//!
//! No peer collects by itself here: the collections are timed alone.

use std::mem::forget;

use super::graph::{Graph, drop_pair};
use super::{Figures, Request};
use crate::peer::Peer;
use crate::section::Section;

/// The collection of all, with a new graph.
pub const FULL: &str = "full";
/// A collection of dead pairs.
pub const PAIRS: &str = "pairs";
/// The same, and they refer to live objects.
pub const INTO_LIVE: &str = "into-live";
/// A collection when live edges were rewritten, and nothing is garbage.
pub const REWRITTEN: &str = "rewritten";

/// How many pairs, or edges.
const MANY: usize = 1_000;
/// The four collections, one after the other.
pub fn beside<P: Peer>(request: &Request) -> Figures {
    let mut figures = Figures::new();
    let mut peer = P::new();
    peer.be_quiet();
    let mut graph = Graph::new(&mut peer, request.size);
    graph.complete(&mut peer);
    collect(&mut peer, FULL, &mut figures);
    peer.collect_full();
    (0..MANY).for_each(|_| graph.rewrite(&mut peer));
    collect(&mut peer, REWRITTEN, &mut figures);
    (0..MANY).for_each(|_| drop_pair(&mut peer, None));
    collect(&mut peer, PAIRS, &mut figures);
    graph.let_go(&mut peer, MANY, |peer, live| {
        for (first, second) in live.iter().zip(live.iter().rev()) {
            drop_pair(peer, Some([first, second]));
        }
    });
    collect(&mut peer, INTO_LIVE, &mut figures);
    forget((graph, peer));
    figures
}

fn collect<P: Peer>(peer: &mut P, figure: &str, figures: &mut Figures) {
    let section = Section::begin();
    peer.collect();
    section.end(figure, 1, figures);
}
