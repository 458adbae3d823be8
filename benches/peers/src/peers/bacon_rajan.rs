//! bacon_rajan_cc: trial deletion from a buffer of candidates, when it is asked for.

use std::cell::RefCell;

use bacon_rajan_cc::{Cc, Trace, Tracer, Weak, collect_cycles};

use super::pointer::{pointer_peer, weak_pointer};

/// An object.
pub struct Node {
    edges: RefCell<Vec<Cc<Self>>>,
}

impl Trace for Node {
    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.edges.trace(tracer);
    }
}

pointer_peer!(BaconRajan, Cc, {
    const NAME: &'static str = "bacon_rajan_cc";
    const VERSION: &'static str = "0.4.0";

    fn new() -> Self {
        Self
    }

    fn collect(&mut self) {
        collect_cycles();
    }

    weak_pointer!(Weak<Node>, Cc::downgrade);
});
