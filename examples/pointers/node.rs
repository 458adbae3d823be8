// The node of `pointers.rs` alone. `emit-test` puts it in its tests, which bring `dropped` and need nothing of this harness.
type Handle = std::rc::Rc<Node>;

struct Node {
    number: u32,
    edges: std::cell::RefCell<Vec<Option<Handle>>>,
    target: std::cell::OnceCell<std::rc::Weak<Node>>,
}

impl Node {
    fn edges<R>(&self, act: impl FnOnce(&mut Vec<Option<Handle>>) -> R) -> R {
        act(&mut self.edges.borrow_mut())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        dropped(self);
        if BACKWARDS {
            self.edges.get_mut().reverse();
        }
    }
}

fn node(number: u32) -> Handle {
    Handle::new(Node { number, edges: Default::default(), target: Default::default() })
}

fn downgrade(handle: &Handle) -> std::rc::Weak<Node> {
    Handle::downgrade(handle)
}

fn upgrade(pointer: &std::rc::Weak<Node>) -> Option<Handle> {
    pointer.upgrade()
}
