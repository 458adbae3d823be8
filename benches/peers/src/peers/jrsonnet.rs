//! jrsonnet-gcmodule: gcmodule, kept on for an interpreter of Jsonnet, with weak pointers.

use std::cell::RefCell;

use jrsonnet_gcmodule::{Cc, Trace, Tracer, Weak, collect_thread_cycles};

use super::pointer::{pointer_peer, weak_pointer};

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

pointer_peer!(JrsonnetGcmodule, Cc, {
    const NAME: &'static str = "jrsonnet-gcmodule";
    const VERSION: &'static str = "0.5.0";

    fn new() -> Self {
        Self
    }

    fn collect(&mut self) {
        _ = collect_thread_cycles();
    }

    weak_pointer!(Weak<Node>, Cc::downgrade);
});
