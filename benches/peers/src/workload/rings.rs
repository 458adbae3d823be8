//! Garbage rings, made as fast as can be; each peer collects when it thinks fit.

use std::mem::forget;

use super::{Figures, Request, TIME};
use crate::peer::Peer;
use crate::section::Section;

/// Rings of this size until so many objects were made, and what is left is collected.
pub fn rings<P: Peer>(request: &Request) -> Figures {
    let mut figures = Figures::new();
    let mut peer = P::new();
    let rings = request.times / request.size;
    let section = Section::begin();
    for number in 0..rings {
        ring(&mut peer, request.size);
        request.pace(&mut peer, number, request.size);
    }
    peer.collect_full();
    section.end(TIME, rings * request.size, &mut figures);
    forget(peer);
    figures
}

/// A ring that nobody holds.
fn ring<P: Peer>(peer: &mut P, size: usize) {
    let first = peer.make(1);
    let mut last = peer.hold(&first);
    for _ in 1..size {
        let next = peer.make(1);
        peer.add_edge(&last, 0, &next);
        peer.give_up(std::mem::replace(&mut last, next));
    }
    peer.add_edge(&last, 0, &first);
    peer.give_up(last);
    peer.give_up(first);
}
