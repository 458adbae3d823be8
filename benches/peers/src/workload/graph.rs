//! A live graph: each object has three edges, and all are reached from one root.
//!
//! It grows object by object. The workload holds a *window* of objects besides the root. A new object is led to from one of
//! the window and takes the place of one; that one's edges that were free then lead to others of the window.

use crate::peer::Peer;

/// The edges of an object.
pub const EDGES: usize = 3;
/// How many objects are held.
pub const WINDOW: usize = 4_096;

/// An object in the window, and how many of its edges it has.
struct Held<H> {
    object: H,
    edges: usize,
}

/// A live graph.
pub struct Graph<P: Peer> {
    window: Vec<Held<P::Handle>>,
    random: fastrand::Rng,
}

impl<P: Peer> Graph<P> {
    /// A graph of so many objects.
    pub fn new(peer: &mut P, size: usize) -> Self {
        let root = peer.make(EDGES);
        let first = Held { object: peer.hold(&root), edges: 0 };
        // It is held as long as the heap is there, which is not taken down.
        std::mem::forget(root);
        let mut graph = Self { window: vec![first], random: fastrand::Rng::with_seed(3) };
        for _ in 1..size {
            graph.grow(peer);
        }
        graph
    }

    /// Makes it an object larger.
    pub fn grow(&mut self, peer: &mut P) {
        let new = Held { object: peer.make(EDGES), edges: 0 };
        let parent = self.with_room();
        self.lead(peer, parent, &new.object);
        if self.window.len() < WINDOW {
            self.window.push(new);
            return;
        }
        let place = if self.window[parent].edges == EDGES { parent } else { self.random.usize(..WINDOW) };
        self.fill(peer, place);
        peer.give_up(std::mem::replace(&mut self.window[place], new).object);
    }

    /// Gives each object in the window all its edges.
    pub fn complete(&mut self, peer: &mut P) {
        (0..self.window.len()).for_each(|place| self.fill(peer, place));
    }

    /// Lets go of so many objects of the window, after `work` has had them: nobody holds them then.
    pub fn let_go(&mut self, peer: &mut P, objects: usize, work: impl FnOnce(&mut P, &[P::Handle])) {
        let from = self.window.len().saturating_sub(objects);
        let objects: Vec<_> = self.window.drain(from..).map(|it| it.object).collect();
        work(peer, &objects);
        objects.into_iter().for_each(|it| peer.give_up(it));
    }

    /// Leads a random edge of an object in the window to another one.
    pub fn rewrite(&mut self, peer: &mut P) {
        let [from, to] = [0; 2].map(|_| self.random.usize(..self.window.len()));
        let edge = self.random.usize(..EDGES);
        let (from, to) = (&self.window[from], &self.window[to]);
        if edge < from.edges {
            peer.set_edge(&from.object, edge, &to.object);
        }
    }

    /// A random object of the window.
    pub fn any(&mut self) -> &P::Handle {
        let place = self.random.usize(..self.window.len());
        &self.window[place].object
    }

    fn with_room(&mut self) -> usize {
        loop {
            let place = self.random.usize(..self.window.len());
            if self.window[place].edges < EDGES {
                return place;
            }
        }
    }

    fn lead(&mut self, peer: &mut P, place: usize, to: &P::Handle) {
        let from = &mut self.window[place];
        peer.add_edge(&from.object, from.edges, to);
        from.edges += 1;
    }

    fn fill(&mut self, peer: &mut P, place: usize) {
        while self.window[place].edges < EDGES {
            let to = self.random.usize(..self.window.len());
            let to = peer.hold(&self.window[to].object);
            self.lead(peer, place, &to);
            peer.give_up(to);
        }
    }
}

/// Two objects that refer to each other, that nobody holds. They may refer to others too.
pub fn drop_pair<P: Peer>(peer: &mut P, others: Option<[&P::Handle; 2]>) {
    let pair = [peer.make(2), peer.make(2)];
    peer.add_edge(&pair[0], 0, &pair[1]);
    peer.add_edge(&pair[1], 0, &pair[0]);
    if let Some(others) = others {
        for (object, other) in pair.iter().zip(others) {
            peer.add_edge(object, 1, other);
        }
    }
    pair.into_iter().for_each(|it| peer.give_up(it));
}
