//! `std::rc`: counts and nothing else. A floor.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use super::pointer::{pointer_peer, weak_pointer};

/// An object.
pub struct Node {
    edges: RefCell<Vec<Rc<Self>>>,
}

pointer_peer!(StdRc, Rc, {
    const NAME: &'static str = "std::rc";
    const VERSION: &'static str = "";
    const CYCLES: bool = false;

    fn new() -> Self {
        Self
    }

    fn collect(&mut self) {}

    weak_pointer!(Weak<Node>, Rc::downgrade);
});
