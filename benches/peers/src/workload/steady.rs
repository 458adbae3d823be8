//! Pauses: a program that makes garbage at every step, beside a live graph. Each peer collects when it thinks fit.
//!
//! A step is too short for the clock, so the longest of some steps is measured; a pause is far longer than they are.

use std::mem::forget;

use super::graph::{Graph, drop_pair};
use super::{Figures, Request};
use crate::clock;
use crate::peer::Peer;
use crate::section::Section;

/// The longest run of [`GROUP`] steps, in nanoseconds.
pub const PAUSE: &str = "pause";
/// Steps a second.
pub const STEPS: &str = "steps";
/// The live objects at the end.
pub const REACHED: &str = "reached";
/// The whole, of which the bytes are measured.
pub const ALL: &str = "all";

/// Steps between two looks at the clock.
const GROUP: usize = 16;
/// How long a live graph is looked at that stays as it is, in nanoseconds: each trigger comes within that time or within all steps.
const LONGEST: f64 = 5e9;
/// How long one that grows.
const LONGEST_GROWING: f64 = 10e9;

/// Dead pairs of which nothing refers to a live object.
pub fn isolated<P: Peer>(request: &Request) -> Figures {
    beside::<P>(request, |peer, _| drop_pair(peer, None))
}

/// Dead pairs that refer to live objects, and a live edge is rewritten at each step.
pub fn into_live<P: Peer>(request: &Request) -> Figures {
    beside::<P>(request, |peer, graph| {
        graph.rewrite(peer);
        pair_into(peer, graph);
    })
}

/// The same while the graph grows: at each step by an object.
pub fn growing<P: Peer>(request: &Request) -> Figures {
    const SMALL: usize = 10_000;
    let mut peer = P::new();
    let graph = Graph::new(&mut peer, SMALL);
    let mut live = SMALL;
    let mut figures = steps(request.size - SMALL, LONGEST_GROWING, peer, graph, |peer, graph| {
        graph.grow(peer);
        live += 1;
        pair_into(peer, graph);
    });
    figures.insert(REACHED.to_owned(), live as f64);
    figures
}

fn pair_into<P: Peer>(peer: &mut P, graph: &mut Graph<P>) {
    let first = peer.hold(graph.any());
    drop_pair(peer, Some([&first, graph.any()]));
    peer.give_up(first);
}

fn beside<P: Peer>(request: &Request, step: impl FnMut(&mut P, &mut Graph<P>)) -> Figures {
    let mut peer = P::new();
    let mut graph = Graph::new(&mut peer, request.size);
    graph.complete(&mut peer);
    peer.collect_full();
    steps(request.times, LONGEST, peer, graph, step)
}

/// Makes so many steps, if there is time, and lets a peer without a trigger collect after each ten thousand.
fn steps<P: Peer>(
    times: usize,
    longest_time: f64,
    mut peer: P,
    mut graph: Graph<P>,
    mut step: impl FnMut(&mut P, &mut Graph<P>),
) -> Figures {
    const BETWEEN: usize = 10_000;
    let mut figures = Figures::new();
    let section = Section::begin();
    let start = clock::now();
    let (mut before, mut longest, mut made) = (start, 0_f64, 0);
    while made < times && before - start < longest_time {
        for _ in 0..GROUP {
            step(&mut peer, &mut graph);
            made += 1;
            if P::OWN_TRIGGER {
                peer.safe_point();
            } else if made % BETWEEN == 0 {
                peer.collect();
            }
        }
        let now = clock::now();
        longest = longest.max(now - before);
        before = now;
    }
    section.end(ALL, made, &mut figures);
    figures.insert(PAUSE.to_owned(), longest);
    figures.insert(STEPS.to_owned(), made as f64 / (before - start) * 1e9);
    forget((graph, peer));
    figures
}
