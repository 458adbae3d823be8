// The node of `unsync_1.rs` alone. `emit-test` puts it in its tests, which bring `dropped` and need nothing of this harness.
/// A `Gc` that is followed by its raw pointer: while a collection runs, `Deref` of a `Gc` panics, of living ones too.
#[derive(Clone)]
struct Handle(dumpster::unsync::Gc<Node>);

impl std::ops::Deref for Handle {
    type Target = Node;

    fn deref(&self) -> &Node {
        // SAFETY: it is not used where it is dead, and what it leads to lives as long as it does.
        unsafe { &*dumpster::unsync::Gc::as_ptr(&self.0) }
    }
}

// SAFETY: its only `Gc` is visited.
unsafe impl dumpster::Trace for Handle {
    fn accept<V: dumpster::Visitor>(&self, visitor: &mut V) -> Result<(), ()> {
        self.0.accept(visitor)
    }
}

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
unsafe impl dumpster::Trace for Node {
    fn accept<V: dumpster::Visitor>(&self, visitor: &mut V) -> Result<(), ()> {
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
    Handle(dumpster::unsync::Gc::new(Node { number, edges: Default::default() }))
}

fn collect() {
    dumpster::unsync::collect();
}
