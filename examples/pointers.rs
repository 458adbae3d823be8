//! Smart pointers under proof: nodes on `std::rc`, with weak pointers, and code that their `Drop` runs.
//!
//! `cargo run --example pointers -- check` passes: cycles leak, and the dialect says so.
//! `cargo run --example pointers -- check --subject backwards` fails: its edges are dropped in another order than declared.

use heapproof::pointers::{self, Pointers, Probe};
use heapproof::subject::SubjectKind;
use std::cell::RefCell;
use std::process::ExitCode;
use std::rc::{Rc, Weak};

/// What is under proof.
pub const NODES: SubjectKind = pointers::kind::<Node<false>>("nodes", "nodes on std::rc");
/// The same with a mistake.
pub const BACKWARDS: SubjectKind = pointers::kind::<Node<true>>("backwards", "nodes that drop their last edge first");

/// A node, and the handles that it holds.
pub struct Node<const BACKWARDS: bool> {
    probe: Probe<Self>,
    edges: RefCell<Vec<Option<Rc<Self>>>>,
}

impl<const BACKWARDS: bool> Drop for Node<BACKWARDS> {
    fn drop(&mut self) {
        pointers::dropped(self);
        if BACKWARDS {
            self.edges.get_mut().reverse();
        }
    }
}

impl<const BACKWARDS: bool> Pointers for Node<BACKWARDS> {
    type Handle = Rc<Self>;
    type Weak = Weak<Self>;
    const WEAK: bool = true;
    const COUNTS: bool = true;
    const PROGRAM: &'static str = match BACKWARDS {
        false => concat!("const BACKWARDS: bool = false;\n", include_str!("pointers/node.rs")),
        true => concat!("const BACKWARDS: bool = true;\n", include_str!("pointers/node.rs")),
    };

    fn node(probe: Probe<Self>) -> Rc<Self> {
        Rc::new(Node { probe, edges: RefCell::default() })
    }

    fn probe(&self) -> &Probe<Self> {
        &self.probe
    }

    fn edges<R>(&self, act: impl FnOnce(&mut Vec<Option<Rc<Self>>>) -> R) -> R {
        act(&mut self.edges.borrow_mut())
    }

    fn downgrade(handle: &Rc<Self>) -> Option<Weak<Self>> {
        Some(Rc::downgrade(handle))
    }

    fn upgrade(weak: &Weak<Self>) -> Option<Rc<Self>> {
        weak.upgrade()
    }

    fn strong(handle: &Rc<Self>) -> u64 {
        Rc::strong_count(handle) as u64
    }
}

fn main() -> ExitCode {
    heapproof::cli::main(&[NODES, BACKWARDS])
}
