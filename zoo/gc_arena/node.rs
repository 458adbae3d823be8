//! The nodes, and the arena's root.

use gc_arena::lock::RefLock;
use gc_arena::{Collect, Gc, GcWeak, Mutation};
use heapproof::model::{Contents, Field, Kind, Object, Value};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The nodes that were dropped, in that order.
#[derive(Clone, Default)]
pub struct Deaths(Rc<RefCell<Vec<Object>>>);

impl Deaths {
    pub fn take(&self) -> Vec<Object> {
        self.0.take()
    }
}

/// The number of a node, which tells when it is dropped. (Nodes themselves must have no `Drop`, as it could follow pointers.)
pub struct Number {
    pub object: Object,
    pub deaths: Deaths,
}

impl Drop for Number {
    fn drop(&mut self) {
        self.deaths.0.borrow_mut().push(self.object);
    }
}

pub type NodeIn<'gc> = Gc<'gc, Node<'gc>>;
pub type RootsIn<'gc> = Gc<'gc, RefLock<Roots<'gc>>>;

#[derive(Collect)]
#[collect(no_drop)]
pub struct Node<'gc> {
    #[collect(require_static)]
    pub number: Number,
    #[collect(require_static)]
    pub kind: Kind,
    #[collect(require_static)]
    pub function: u32,
    pub target: Option<GcWeak<'gc, Node<'gc>>>,
    pub slots: RefLock<Slots<'gc>>,
}

/// What changes in a node.
#[derive(Collect, Default)]
#[collect(no_drop)]
pub struct Slots<'gc> {
    #[collect(require_static)]
    pub fields: Vec<Field>,
    pub values: Vec<Slot<'gc>>,
}

#[derive(Collect, Clone)]
#[collect(no_drop)]
pub enum Slot<'gc> {
    Plain(#[collect(require_static)] Value<Object>),
    Edge(NodeIn<'gc>),
}

impl Slot<'_> {
    pub fn shown(&self) -> Value<Object> {
        match self {
            Slot::Plain(value) => value.clone(),
            Slot::Edge(node) => Value::Reference(node.number.object),
        }
    }
}

impl<'gc> Node<'gc> {
    pub fn object(&self) -> Object {
        self.number.object
    }

    /// Shows what is there.
    pub fn show(&self, mc: &Mutation<'gc>, contents: &mut Contents) {
        let slots = self.slots.borrow();
        contents.kind = self.kind;
        contents.function = self.function;
        contents.fields.clone_from(&slots.fields);
        contents.values = slots.values.iter().map(Slot::shown).collect();
        contents.target = self.target.and_then(|weak| weak.upgrade(mc)).map(|node| node.object());
    }
}

/// The arena's root.
#[derive(Collect, Default)]
#[collect(no_drop)]
pub struct Roots<'gc> {
    /// What the program holds: by number, a pointer for each reference.
    pub held: BTreeMap<u32, Vec<NodeIn<'gc>>>,
    /// What has code.
    pub coded: BTreeMap<u32, GcWeak<'gc, Node<'gc>>>,
    /// What code has allocated in this cycle.
    pub fresh: Vec<NodeIn<'gc>>,
}

impl<'gc> Roots<'gc> {
    pub fn hold(&mut self, node: NodeIn<'gc>) {
        self.held.entry(node.object().0).or_default().push(node);
    }

    /// A cycle is over.
    pub fn forget_dropped(&mut self) {
        self.coded.retain(|_, weak| !weak.is_dropped());
        self.fresh.clear();
    }

    /// The node of an object, if the root leads to it, or the object whose code runs.
    pub fn find(&self, object: Object, own: Option<NodeIn<'gc>>) -> Option<NodeIn<'gc>> {
        if let Some(node) = self.held.get(&object.0).and_then(|held| held.first()) {
            return Some(*node);
        }
        let mut open: Vec<NodeIn<'gc>> =
            self.held.values().filter_map(|held| held.first().copied()).chain(own).collect();
        let mut seen: BTreeSet<Object> = open.iter().map(|node| node.object()).collect();
        while let Some(node) = open.pop() {
            if node.object() == object {
                return Some(node);
            }
            for slot in &node.as_ref().slots.borrow().values {
                if let Slot::Edge(next) = slot
                    && seen.insert(next.object())
                {
                    open.push(*next);
                }
            }
        }
        None
    }
}
