//! dumpster, the collector of one thread: counts, and a search from what was dropped when enough was.

use std::cell::RefCell;

use dumpster::Trace;
use dumpster::unsync::{Gc, collect, set_collect_condition};

use super::pointer::{no_weak, pointer_peer};

/// An object.
#[derive(Trace)]
pub struct Node {
    edges: RefCell<Vec<Gc<Self>>>,
}

pointer_peer!(Dumpster, Gc, {
    const NAME: &'static str = "dumpster";
    const VERSION: &'static str = "2.1.0";
    const OWN_TRIGGER: bool = true;

    fn new() -> Self {
        Self
    }

    fn collect(&mut self) {
        collect();
    }

    fn be_quiet(&mut self) {
        set_collect_condition(|_| false);
    }

    no_weak!();
});
