//! rust-cc: trial deletion from a buffer of candidates; an allocation collects when the heap has grown enough.

use std::cell::RefCell;

use rust_cc::config::config;
use rust_cc::weak::Weak;
use rust_cc::{Cc, Finalize, Trace, collect_cycles};

use super::pointer::{pointer_peer, weak_pointer};

/// An object.
#[derive(Trace, Finalize)]
pub struct Node {
    edges: RefCell<Vec<Cc<Self>>>,
}

pointer_peer!(RustCc, Cc, {
    const NAME: &'static str = "rust-cc";
    const VERSION: &'static str = "0.6.2";
    const OWN_TRIGGER: bool = true;

    fn new() -> Self {
        Self
    }

    fn collect(&mut self) {
        collect_cycles();
    }

    fn be_quiet(&mut self) {
        // It is refused while the configuration is in use, which it is not here.
        _ = config(|it| it.set_auto_collect(false));
    }

    weak_pointer!(Weak<Node>, Cc::downgrade);
});
