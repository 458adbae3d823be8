// The node of `unsync.rs` alone. `emit-test` puts it in its tests, which bring `dropped` and need nothing of this harness.
type Handle = dumpster::unsync::Gc<Node>;

struct Node {
    number: u32,
    edges: std::cell::RefCell<Vec<Option<Handle>>>,
}

impl Node {
    fn edges<R>(&self, act: impl FnOnce(&mut Vec<Option<Handle>>) -> R) -> R {
        act(&mut self.edges.borrow_mut())
    }
}

// SAFETY: every `Gc` of a node is in its edges, and all of them are visited.
unsafe impl<V: dumpster::Visitor> dumpster::TraceWith<V> for Node {
    fn accept(&self, visitor: &mut V) -> Result<(), ()> {
        self.edges.accept(visitor)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        dropped(self);
    }
}

fn node(number: u32) -> Handle {
    dumpster::unsync::set_collect_condition(|_| false);
    Handle::new(Node { number, edges: Default::default() })
}

fn collect() {
    dumpster::unsync::collect();
}
