//! Large structures that die.

use std::mem::forget;

use super::{Figures, Request, TIME};
use crate::peer::Peer;
use crate::section::Section;

/// The head of a list is given up.
pub fn list<P: Peer>(request: &Request) -> Figures {
    die(request, |peer: &mut P, size| {
        let head = peer.make(1);
        let mut last = peer.hold(&head);
        for _ in 1..size {
            let next = peer.make(1);
            peer.add_edge(&last, 0, &next);
            peer.give_up(std::mem::replace(&mut last, next));
        }
        peer.give_up(last);
        head
    })
}

/// The top of a tree is given up: no object of it refers upwards, and counts alone free it.
pub fn tree<P: Peer>(request: &Request) -> Figures {
    die(request, |peer: &mut P, size| full_tree(peer, size, false))
}

/// The top of a tree is given up in which each object refers to its parent: one set of garbage.
pub fn set<P: Peer>(request: &Request) -> Figures {
    die(request, |peer: &mut P, size| full_tree(peer, size, true))
}

/// Trees with parent pointers are built, given up and collected.
pub fn parents<P: Peer>(request: &Request) -> Figures {
    let mut figures = Figures::new();
    let mut peer = P::new();
    let trees = request.times / request.size;
    let section = Section::begin();
    for number in 0..trees {
        let top = full_tree(&mut peer, request.size, true);
        peer.give_up(top);
        request.pace(&mut peer, number, request.size);
    }
    peer.collect_full();
    section.end(TIME, trees * request.size, &mut figures);
    forget(peer);
    figures
}

/// Makes a structure, and measures how it is given up and collected.
fn die<P: Peer>(request: &Request, make: impl FnOnce(&mut P, usize) -> P::Handle) -> Figures {
    let mut figures = Figures::new();
    let mut peer = P::new();
    peer.be_quiet();
    let held = make(&mut peer, request.size);
    // What the construction has left to look at is not what is measured.
    peer.collect_full();
    let section = Section::begin();
    peer.give_up(held);
    peer.collect_full();
    section.end(TIME, request.size, &mut figures);
    forget(peer);
    figures
}

/// A binary tree of so many objects, level by level.
fn full_tree<P: Peer>(peer: &mut P, size: usize, with_parents: bool) -> P::Handle {
    let mut level = vec![peer.make(2)];
    let top = peer.hold(&level[0]);
    let mut made = 1;
    while made < size {
        let mut next = Vec::with_capacity(2 * level.len());
        for parent in &level {
            for edge in 0..2.min(size - made) {
                // Edge 0 of a child is its parent, so that edges are made in order.
                let child = peer.make(if with_parents { 3 } else { 2 });
                if with_parents {
                    peer.add_edge(&child, 0, parent);
                }
                let is_child = with_parents && made > 2;
                peer.add_edge(parent, edge + usize::from(is_child), &child);
                next.push(child);
                made += 1;
            }
        }
        std::mem::replace(&mut level, next).into_iter().for_each(|it| peer.give_up(it));
    }
    level.into_iter().for_each(|it| peer.give_up(it));
    top
}
