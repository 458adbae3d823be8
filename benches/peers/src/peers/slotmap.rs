//! slotmap with counts: an arena by ids as one would write it in an hour, without a collector. A floor.

use slotmap::{DefaultKey, SlotMap};

use crate::peer::Peer;

/// An object.
pub struct Node {
    count: u32,
    edges: Vec<DefaultKey>,
}

/// An arena, and what is to be freed.
pub struct CountedSlots {
    objects: SlotMap<DefaultKey, Node>,
    dying: Vec<DefaultKey>,
}

impl CountedSlots {
    /// Gives up a reference; what dies by that waits.
    #[inline]
    fn let_go(&mut self, object: DefaultKey) {
        let node = &mut self.objects[object];
        node.count -= 1;
        if node.count == 0 {
            self.dying.push(object);
        }
    }

    #[inline(never)]
    fn bury(&mut self) {
        while let Some(object) = self.dying.pop() {
            if let Some(node) = self.objects.remove(object) {
                node.edges.into_iter().for_each(|it| self.let_go(it));
            }
        }
    }
}

impl Peer for CountedSlots {
    const NAME: &'static str = "slotmap";
    const VERSION: &'static str = "1.1.1";
    const CYCLES: bool = false;

    type Handle = DefaultKey;
    type Weak = DefaultKey;
    type WeakObject = DefaultKey;

    fn new() -> Self {
        Self { objects: SlotMap::new(), dying: Vec::new() }
    }

    #[inline]
    fn make(&mut self, edges: usize) -> DefaultKey {
        self.objects.insert(Node { count: 1, edges: Vec::with_capacity(edges) })
    }

    #[inline]
    fn hold(&mut self, object: &DefaultKey) -> DefaultKey {
        self.objects[*object].count += 1;
        *object
    }

    #[inline]
    fn give_up(&mut self, object: DefaultKey) {
        self.let_go(object);
        if !self.dying.is_empty() {
            self.bury();
        }
    }

    #[inline]
    fn add_edge(&mut self, from: &DefaultKey, _edge: usize, to: &DefaultKey) {
        let to = self.hold(to);
        self.objects[*from].edges.push(to);
    }

    #[inline]
    fn set_edge(&mut self, from: &DefaultKey, edge: usize, to: &DefaultKey) {
        let new = self.hold(to);
        let old = std::mem::replace(&mut self.objects[*from].edges[edge], new);
        self.give_up(old);
    }

    fn collect(&mut self) {}

    #[inline]
    fn weak(&mut self, object: &DefaultKey) -> DefaultKey {
        *object
    }

    #[inline]
    fn try_hold(&mut self, weak: &DefaultKey) -> Option<DefaultKey> {
        self.objects.get_mut(*weak)?.count += 1;
        Some(*weak)
    }

    #[inline]
    fn make_weak(&mut self, object: &DefaultKey) -> DefaultKey {
        *object
    }

    #[inline]
    fn upgrade(&mut self, weak: &DefaultKey) -> Option<DefaultKey> {
        self.try_hold(weak)
    }

    #[inline]
    fn drop_weak(&mut self, _weak: DefaultKey) {}
}
