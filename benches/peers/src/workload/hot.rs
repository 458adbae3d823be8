//! The operations that a program makes all the time.
//!
//! All draws are made before; the loop reads them from a list that it walks in circles, small enough to stay in a cache.

use std::hint::black_box;
use std::mem::forget;

use super::{Figures, Request, TIME};
use crate::peer::{NAMES, Peer};
use crate::section::Section;

/// The length of a list of draws.
const DRAWS: usize = 1 << 16;
/// The objects of workloads that have few.
const FEW: usize = 1_000;

/// The draws of a workload: always the same.
fn draws<T>(mut draw: impl FnMut(&mut fastrand::Rng) -> T) -> Vec<T> {
    let mut random = fastrand::Rng::with_seed(1);
    (0..DRAWS).map(|_| draw(&mut random)).collect()
}

/// Runs the operation so often, in the state of the twin, and gives what one took.
fn repeated<P: Peer>(request: &Request, peer: &mut P, mut operation: impl FnMut(&mut P, usize)) -> Figures {
    let times = request.times;
    let mut figures = Figures::new();
    let section = Section::begin();
    (0..times).for_each(|time| operation(peer, time % DRAWS));
    section.end(TIME, times, &mut figures);
    if !peer.is_prepared(request.twin) {
        eprintln!("the heap left the state of the twin {}", request.twin.name());
        std::process::exit(3);
    }
    figures
}

/// So many objects in a ring: each has an edge, for some peers spare themselves work with objects that have none.
fn few<P: Peer>(peer: &mut P) -> Vec<P::Handle> {
    let objects: Vec<_> = (0..FEW).map(|_| peer.make(1)).collect();
    for (object, next) in objects.iter().zip(objects.iter().cycle().skip(1)) {
        peer.add_edge(object, 0, next);
    }
    objects
}

/// Something is done with one of a thousand objects after the other, in a drawn order.
fn on_few<P: Peer>(request: &Request, act: impl Fn(&mut P, &P::Handle)) -> Figures {
    let mut peer = P::new();
    let objects = few(&mut peer);
    let order = draws(|random| random.u32(..FEW as u32));
    peer.prepare(request.twin, &objects);
    let figures = repeated(request, &mut peer, |peer, time| act(peer, &objects[order[time] as usize]));
    forget((objects, peer));
    figures
}

/// A reference to one of a thousand objects is taken and given up.
pub fn hold<P: Peer>(request: &Request) -> Figures {
    on_few(request, |peer: &mut P, object| {
        let held = peer.hold(object);
        peer.give_up(black_box(held));
    })
}

/// An object without edges is allocated and given up.
pub fn leaf<P: Peer>(request: &Request) -> Figures {
    let mut peer = P::new();
    peer.prepare(request.twin, &[]);
    let figures = repeated(request, &mut peer, |peer, time| {
        let leaf = peer.make(0);
        peer.give_up(black_box(leaf));
        request.pace(peer, time, 1);
    });
    forget(peer);
    figures
}

/// An object with two leaves is allocated and given up.
pub fn tree<P: Peer>(request: &Request) -> Figures {
    let mut peer = P::new();
    peer.prepare(request.twin, &[]);
    let figures = repeated(request, &mut peer, |peer, time| {
        let top = peer.make(2);
        for edge in 0..2 {
            let leaf = peer.make(0);
            peer.add_edge(&top, edge, &leaf);
            peer.give_up(leaf);
        }
        peer.give_up(black_box(top));
        request.pace(peer, time, 3);
    });
    forget(peer);
    figures
}

/// How a workload finds the edge that it overwrites.
#[derive(Clone, Copy, Debug)]
pub enum By {
    /// By its number.
    Slot,
    /// By its name.
    Name,
    /// By its name as a number.
    Symbol,
    /// By a place that has met the name before.
    Site,
}

/// A random edge of one of many objects is led to another.
pub fn overwrite<P: Peer>(request: &Request, by: By) -> Figures {
    let many = request.size;
    let mut peer = P::new();
    let objects: Vec<_> = (0..many)
        .map(|_| match by {
            By::Slot => peer.make(NAMES.len()),
            By::Name | By::Symbol | By::Site => peer.make_named(),
        })
        .collect();
    let mut random = fastrand::Rng::with_seed(2);
    for from in &objects {
        for edge in 0..NAMES.len() {
            let to = &objects[random.usize(..many)];
            match by {
                By::Slot => peer.add_edge(from, edge, to),
                By::Name | By::Symbol | By::Site => peer.add_named(from, edge, to),
            }
        }
    }
    let list = draws(|random| [random.u32(..many as u32), random.u32(..NAMES.len() as u32), random.u32(..many as u32)]);
    peer.prepare(request.twin, &objects);
    let figures = repeated(request, &mut peer, |peer, time| {
        let [from, edge, to] = list[time].map(|it| it as usize);
        let (from, to) = (&objects[from], &objects[to]);
        match by {
            By::Slot => peer.set_edge(from, edge, to),
            By::Name => peer.set_named(from, NAMES[edge], to),
            By::Symbol => peer.set_by_symbol(from, edge, to),
            By::Site => peer.set_at_site(from, edge, to),
        }
    });
    forget((objects, peer));
    figures
}

/// What is named weakly is held and given up.
pub fn weak<P: Peer>(request: &Request) -> Figures {
    let mut peer = P::new();
    let objects = few(&mut peer);
    let weak: Vec<_> = objects.iter().map(|it| peer.weak(it)).collect();
    let order = draws(|random| random.u32(..FEW as u32));
    peer.prepare(request.twin, &objects);
    let figures = repeated(request, &mut peer, |peer, time| {
        if let Some(held) = peer.try_hold(&weak[order[time] as usize]) {
            peer.give_up(black_box(held));
        }
    });
    forget((objects, weak, peer));
    figures
}

/// What is named weakly is dead.
pub fn weak_dead<P: Peer>(request: &Request) -> Figures {
    let mut peer = P::new();
    let objects: Vec<_> = (0..FEW).map(|_| peer.make(0)).collect();
    let weak: Vec<_> = objects.iter().map(|it| peer.weak(it)).collect();
    objects.into_iter().for_each(|it| peer.give_up(it));
    peer.collect_full();
    let order = draws(|random| random.u32(..FEW as u32));
    peer.prepare(request.twin, &[]);
    let mut alive = 0;
    let figures = repeated(request, &mut peer, |peer, time| {
        alive += usize::from(black_box(peer.try_hold(&weak[order[time] as usize])).is_some());
    });
    if alive > 0 {
        eprintln!("{} upgraded what is dead", P::NAME);
        std::process::exit(3);
    }
    forget((weak, peer));
    figures
}

/// A weak object is made, upgraded and dropped.
pub fn weak_object<P: Peer>(request: &Request) -> Figures {
    on_few(request, |peer: &mut P, object| {
        let weak = peer.make_weak(object);
        if let Some(held) = peer.upgrade(&weak) {
            peer.give_up(black_box(held));
        }
        peer.drop_weak(weak);
    })
}
