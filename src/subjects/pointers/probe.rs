//! What a node keeps so that it can be told from others, and its death be seen.

use super::Pointers;
use super::state::State;
use heapproof_model::Object;
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

/// What is shared by a heap and its nodes. Crates call user code wherever a handle goes, so it is never borrowed while the
/// crate is called.
pub(super) type Shared<P> = Rc<RefCell<State<P>>>;

/// What each node keeps for the adapter.
pub struct Probe<P: Pointers> {
    pub(super) shared: Shared<P>,
    /// Numbers are given after the allocation, in which others may come first.
    pub(super) number: Cell<Option<Object>>,
    /// The target of a weak object.
    pub(super) target: OnceCell<P::Weak>,
    /// A way to a handle of the node itself, for finalizers.
    pub(super) own: OnceCell<P::Weak>,
}

impl<P: Pointers> Probe<P> {
    pub(super) fn new(shared: &Shared<P>) -> Probe<P> {
        Probe { shared: shared.clone(), number: Cell::new(None), target: OnceCell::new(), own: OnceCell::new() }
    }

    /// The number of its node, once it has one.
    pub fn number(&self) -> Option<Object> {
        self.number.get()
    }
}
