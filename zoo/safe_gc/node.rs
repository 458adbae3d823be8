//! The nodes, and what leads to them.
//!
//! The crate keeps an arena for each type and marks them in turn. So there are two types of nodes, and objects are of the
//! one and the other alternately.

use heapproof::model::{Field, Kind, Object, Value};
use safe_gc::{Collector, Gc, Heap, Root, Trace};
use std::cell::RefCell;
use std::rc::Rc;

/// The nodes that were dropped, in that order.
#[derive(Clone, Default)]
pub struct Deaths(Rc<RefCell<Vec<Object>>>);

impl Deaths {
    pub fn take(&self) -> Vec<Object> {
        self.0.take()
    }
}

/// What a node consists of.
pub struct Node {
    pub number: Object,
    pub kind: Kind,
    pub function: u32,
    pub fields: Vec<Field>,
    pub values: Vec<Value<Handle>>,
    deaths: Deaths,
}

impl Drop for Node {
    fn drop(&mut self) {
        self.deaths.0.borrow_mut().push(self.number);
    }
}

pub struct Even(Node);
pub struct Odd(Node);

impl Trace for Even {
    fn trace(&self, collector: &mut Collector) {
        self.0.trace(collector);
    }
}

impl Trace for Odd {
    fn trace(&self, collector: &mut Collector) {
        self.0.trace(collector);
    }
}

impl Node {
    pub fn new(number: Object, kind: Kind, deaths: &Deaths) -> Node {
        Node { number, kind, function: 0, fields: Vec::new(), values: Vec::new(), deaths: deaths.clone() }
    }

    fn trace(&self, collector: &mut Collector) {
        for value in &self.values {
            match value.reference() {
                Some(Handle::Even(gc)) => collector.edge(gc),
                Some(Handle::Odd(gc)) => collector.edge(gc),
                None => {}
            }
        }
    }
}

/// A `Gc` of one of the types.
#[derive(Clone, Copy)]
pub enum Handle {
    Even(Gc<Even>),
    Odd(Gc<Odd>),
}

/// A `Root` of one of the types.
pub enum Held {
    Even(Root<Even>),
    Odd(Root<Odd>),
}

impl Held {
    /// Puts a node into the heap.
    pub fn new(heap: &mut Heap, node: Node) -> Held {
        match node.number.0 % 2 {
            0 => Held::Even(heap.alloc(Even(node))),
            _ => Held::Odd(heap.alloc(Odd(node))),
        }
    }

    pub fn handle(&self) -> Handle {
        match self {
            Held::Even(root) => Handle::Even(root.unrooted()),
            Held::Odd(root) => Handle::Odd(root.unrooted()),
        }
    }
}

impl Handle {
    pub fn root(self, heap: &Heap) -> Held {
        match self {
            Handle::Even(gc) => Held::Even(heap.root(gc)),
            Handle::Odd(gc) => Held::Odd(heap.root(gc)),
        }
    }

    pub fn get(self, heap: &Heap) -> &Node {
        match self {
            Handle::Even(gc) => &heap.get(gc).0,
            Handle::Odd(gc) => &heap.get(gc).0,
        }
    }

    pub fn get_mut(self, heap: &mut Heap) -> &mut Node {
        match self {
            Handle::Even(gc) => &mut heap.get_mut(gc).0,
            Handle::Odd(gc) => &mut heap.get_mut(gc).0,
        }
    }
}
