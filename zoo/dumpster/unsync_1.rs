//! dumpster 1.1.1, `unsync`: as `unsync.rs`, but with another way to trace, and handles that code can't follow.
//!
//! The subject is a node of `heapproof::pointers`: what it holds are `Gc`s in a vector, which it traces, and nothing else.
//! The crate also collects by itself, when enough was dropped; that is switched off by its own setting.

use dumpster::unsync::{self, Gc};
use dumpster::{Trace, Visitor};
use heapproof::model::dialect::{Garbage, Reach, SetView};
use heapproof::model::{Code, Dialect};
use heapproof::pointers::{self, Pointers, Probe};
use heapproof::subject::SubjectKind;
use std::cell::RefCell;
use std::ops::Deref;
use std::process::ExitCode;

const KIND: SubjectKind = pointers::kind::<Node>("dumpster-unsync-1", "nodes on dumpster::unsync 1");

struct Node {
    probe: Probe<Self>,
    edges: RefCell<Vec<Option<Handle>>>,
}

/// A `Gc` that is followed by its raw pointer. While a collection runs, `Deref` of a `Gc` panics, of living ones too.
#[derive(Clone)]
struct Handle(Gc<Node>);

impl Deref for Handle {
    type Target = Node;

    fn deref(&self) -> &Node {
        // SAFETY: it is not used where it is dead, and what it leads to lives as long as it does.
        unsafe { &*Gc::as_ptr(&self.0) }
    }
}

/// SAFETY: its only `Gc` is visited.
unsafe impl Trace for Handle {
    fn accept<V: Visitor>(&self, visitor: &mut V) -> Result<(), ()> {
        self.0.accept(visitor)
    }
}

/// Written by hand, since the probe is nothing that could be traced.
///
/// SAFETY: every `Gc` of a node is in its edges, and all of them are visited.
unsafe impl Trace for Node {
    fn accept<V: Visitor>(&self, visitor: &mut V) -> Result<(), ()> {
        self.edges.accept(visitor)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        pointers::dropped(self);
    }
}

impl Pointers for Node {
    type Handle = Handle;
    type Weak = ();
    const COUNTS: bool = true;
    const PROGRAM: &'static str = include_str!("unsync_1_node.rs");
    /// The members of a set die in the order of a hash table whose keys are random.
    const REPEATS: bool = false;
    const NOT_IN_CODE: &'static [Code] = &[Code::Collect];

    fn node(probe: Probe<Self>) -> Handle {
        unsync::set_collect_condition(|_| false);
        Handle(Gc::new(Node { probe, edges: RefCell::default() }))
    }

    fn probe(&self) -> &Probe<Self> {
        &self.probe
    }

    fn edges<R>(&self, act: impl FnOnce(&mut Vec<Option<Handle>>) -> R) -> R {
        act(&mut self.edges.borrow_mut())
    }

    fn strong(handle: &Handle) -> u64 {
        handle.0.ref_count().get() as u64
    }

    fn collect() -> Option<u64> {
        unsync::collect();
        None
    }

    /// A collection that the code of a set calls panics, as the collector's list is in use; so code does not
    /// collect.
    fn dialect() -> Dialect {
        Dialect { garbage: Garbage::Asked, reach: Reach::OnePass, set_view: SetView::Nil, ..pointers::counted() }
    }
}

fn main() -> ExitCode {
    heapproof::cli::main(&[KIND])
}
