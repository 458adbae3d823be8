//! A node, and what its heap knows of it.

mod calls;

pub(super) use calls::Caller;

use super::Pointers;
use heapproof_model::{Event, Field, Kind, Object, Script, Value, script};
use std::cell::RefCell;
use std::rc::{Rc, Weak};

/// The strong pointers that a node contains, by number.
pub type Edges<P> = RefCell<Vec<Option<<P as Pointers>::Strong>>>;

/// What stands behind a pointer: its edges, and who is told of its death.
pub struct Node<P: Pointers> {
    object: Object,
    heap: Weak<Shared<P>>,
    edges: Edges<P>,
}

impl<P: Pointers> Node<P> {
    pub(super) fn new(object: Object, heap: &Rc<Shared<P>>) -> Node<P> {
        Node { object, heap: Rc::downgrade(heap), edges: RefCell::default() }
    }

    /// Its edges, for crates that trace.
    pub fn edges(&self) -> &Edges<P> {
        &self.edges
    }

    pub(super) fn object(&self) -> Object {
        self.object
    }

    /// Its finalizer begins: to be called where the crate finalizes before it drops.
    pub fn finalizing(&self) {
        if let Some(heap) = self.heap.upgrade() {
            heap.run_code(self.object, &self.edges);
        }
    }
}

/// Its code runs, if that has not happened; then it is dead. Its edges are dropped after this, in their order. A heap that
/// is gone, with the program that it was made for, is told nothing.
impl<P: Pointers> Drop for Node<P> {
    fn drop(&mut self) {
        let Some(heap) = self.heap.upgrade() else { return };
        heap.run_code(self.object, &self.edges);
        heap.script.borrow_mut().journal.push(Event::Died(self.object));
        let record = heap.records.borrow_mut().get_mut(self.object.index()).map(|record| {
            record.alive = false;
            record.weak.take()
        });
        drop(record);
    }
}

/// What a heap knows of an object.
pub(super) struct Record<P: Pointers> {
    pub kind: Kind,
    pub alive: bool,
    /// The handles that the program holds.
    pub held: Vec<P::Strong>,
    pub fields: Vec<Field>,
    /// The values: of references those that are edges, for who has no handle any more.
    pub values: Vec<Value<Object>>,
    /// What a weak object points to.
    pub weak: Option<P::Weak>,
    pub target: Option<Object>,
}

/// The state of a heap, which its nodes share. No borrow of it is kept where the crate is called.
pub(super) struct Shared<P: Pointers> {
    pub script: RefCell<Script>,
    pub records: RefCell<Vec<Record<P>>>,
}

impl<P: Pointers> Default for Shared<P> {
    fn default() -> Shared<P> {
        Shared { script: RefCell::default(), records: RefCell::default() }
    }
}

impl<P: Pointers> Shared<P> {
    /// Runs an object's code, once in its life.
    fn run_code(self: &Rc<Self>, object: Object, edges: &Edges<P>) {
        if self.script.borrow().has_finalizer(object) {
            let script = self.script.take();
            let mut caller = Caller { heap: Rc::clone(self), own: Some((object, edges)), script };
            script::finalize(&mut caller, object);
            *self.script.borrow_mut() = caller.script;
        }
    }
}
