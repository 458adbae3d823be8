//! safe-gc: marks and sweeps an arena by ids; roots are counted handles. An allocation collects when the arena is full.

use safe_gc::{Collector, Gc, Heap, Root, Trace};

use super::pointer::no_weak;
use crate::peer::Peer;

/// An object.
pub struct Node {
    edges: Vec<Gc<Self>>,
}

impl Trace for Node {
    fn trace(&self, collector: &mut Collector) {
        for edge in &self.edges {
            collector.edge(*edge);
        }
    }
}

/// A heap.
pub struct SafeGc(Heap);

impl Peer for SafeGc {
    const NAME: &'static str = "safe-gc";
    const VERSION: &'static str = "1.1.1";
    const OWN_TRIGGER: bool = true;

    type Handle = Root<Node>;

    fn new() -> Self {
        Self(Heap::new())
    }

    #[inline]
    fn make(&mut self, edges: usize) -> Root<Node> {
        self.0.alloc(Node { edges: Vec::with_capacity(edges) })
    }

    #[inline]
    fn hold(&mut self, object: &Root<Node>) -> Root<Node> {
        object.clone()
    }

    #[inline]
    fn give_up(&mut self, object: Root<Node>) {
        drop(object);
    }

    #[inline]
    fn add_edge(&mut self, from: &Root<Node>, _edge: usize, to: &Root<Node>) {
        self.0.get_mut(from).edges.push(to.unrooted());
    }

    #[inline]
    fn set_edge(&mut self, from: &Root<Node>, edge: usize, to: &Root<Node>) {
        self.0.get_mut(from).edges[edge] = to.unrooted();
    }

    fn collect(&mut self) {
        self.0.gc();
    }

    no_weak!();
}
