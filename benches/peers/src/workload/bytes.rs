//! Bytes for each live object.

use std::mem::forget;

use super::graph::Graph;
use super::{Figures, Request};
use crate::peer::Peer;
use crate::section::Section;

/// Bytes of an object without edges.
pub const LEAF: &str = "leaf";
/// Bytes of an object with three edges.
pub const THREE: &str = "three";
/// Bytes that a collection of all takes on top, for each live object.
pub const COLLECTOR: &str = "collector";

/// All of them.
pub const FIGURES: [&str; 3] = [LEAF, THREE, COLLECTOR];

/// The three figures; none where bytes are not counted.
pub fn bytes<P: Peer>(request: &Request) -> Figures {
    let mut figures = Figures::new();
    let per_object = |bytes: usize| bytes as f64 / request.size as f64;
    let mut peer = P::new();
    peer.be_quiet();
    let mut leaves = Vec::with_capacity(request.size);
    let section = Section::begin();
    leaves.extend((0..request.size).map(|_| peer.make(0)));
    figures.insert(LEAF.to_owned(), per_object(section.bytes()));
    forget((leaves, peer));

    let mut peer = P::new();
    peer.be_quiet();
    let section = Section::begin();
    let mut graph = Graph::new(&mut peer, request.size);
    graph.complete(&mut peer);
    figures.insert(THREE.to_owned(), per_object(section.bytes()));
    let section = Section::begin();
    peer.collect_full();
    figures.insert(COLLECTOR.to_owned(), per_object(section.most_bytes()));
    forget((graph, peer));
    figures
}
