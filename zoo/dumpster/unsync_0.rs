//! dumpster 0.1.0, `unsync`: as `unsync.rs`, but with another way to trace, and without counts.
//!
//! The subject is a node of `heapproof::pointers`: what it holds are `Gc`s in a vector, which it traces, and nothing else.
//! The crate also collects by itself, when enough was dropped; that is switched off by its own setting.

use dumpster::unsync::{self, Gc};
use dumpster::{Collectable, Visitor};
use heapproof::model::dialect::{Garbage, Reach, SetView};
use heapproof::model::{Code, Dialect};
use heapproof::pointers::{self, Pointers, Probe};
use heapproof::subject::SubjectKind;
use std::cell::RefCell;
use std::process::ExitCode;

const KIND: SubjectKind = pointers::kind::<Node>("dumpster-unsync-0", "nodes on dumpster::unsync 0.1");

struct Node {
    probe: Probe<Self>,
    edges: RefCell<Vec<Option<Gc<Self>>>>,
}

/// Written by hand, since the probe is nothing that could be traced.
///
/// SAFETY: every `Gc` of a node is in its edges, and all of them are visited.
unsafe impl Collectable for Node {
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
    type Handle = Gc<Self>;
    type Weak = ();
    /// The members of a set die in the order of a hash table whose keys are random.
    const REPEATS: bool = false;
    const NOT_IN_CODE: &'static [Code] = &[Code::Collect];

    fn node(probe: Probe<Self>) -> Gc<Self> {
        unsync::set_collect_condition(|_| false);
        Gc::new(Node { probe, edges: RefCell::default() })
    }

    fn probe(&self) -> &Probe<Self> {
        &self.probe
    }

    fn edges<R>(&self, act: impl FnOnce(&mut Vec<Option<Gc<Self>>>) -> R) -> R {
        act(&mut self.edges.borrow_mut())
    }

    fn collect() -> Option<u64> {
        unsync::collect();
        None
    }

    /// Code of a set must not follow edges, which lead to what is freed already; `set-view nil` keeps programs from it. A
    /// collection that such code calls panics, as the collector's list is in use; so code does not collect.
    fn dialect() -> Dialect {
        Dialect { garbage: Garbage::Asked, reach: Reach::OnePass, set_view: SetView::Nil, ..pointers::counted() }
    }
}

fn main() -> ExitCode {
    heapproof::cli::main(&[KIND])
}
