//! gcmodule: counts, and a list of all objects that is walked when a collection is asked for.

use std::cell::RefCell;

use gcmodule::{Cc, Trace, Tracer, collect_thread_cycles};

use super::pointer::{no_weak, pointer_peer};

/// An object.
pub struct Node {
    edges: RefCell<Vec<Cc<Self>>>,
}

impl Trace for Node {
    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.edges.trace(tracer);
    }

    fn is_type_tracked() -> bool {
        true
    }
}

pointer_peer!(Gcmodule, Cc, {
    const NAME: &'static str = "gcmodule";
    const VERSION: &'static str = "0.3.3";

    fn new() -> Self {
        Self
    }

    fn collect(&mut self) {
        collect_thread_cycles();
    }

    no_weak!();
});
