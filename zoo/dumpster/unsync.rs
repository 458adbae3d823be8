//! dumpster 2, `unsync`: counted pointers of one thread, and a collector that looks from what was dropped for cycles.
//!
//! The subject is a node of `heapproof::pointers`: what it holds are `Gc`s in a vector, which it traces, and nothing else.
//! The crate also collects by itself, when enough was dropped; that is switched off by its own setting.

use dumpster::unsync::{self, Gc};
use dumpster::{TraceWith, Visitor};
use heapproof::model::dialect::{CollectInSet, Garbage, Reach, SetView};
use heapproof::model::{Code, Dialect};
use heapproof::pointers::{self, Pointers, Probe};
use heapproof::subject::SubjectKind;
use std::cell::RefCell;
use std::process::ExitCode;

const KIND: SubjectKind = pointers::kind::<Node>("dumpster-unsync", "nodes on dumpster::unsync");

struct Node {
    probe: Probe<Self>,
    edges: RefCell<Vec<Option<Gc<Self>>>>,
}

/// Written by hand, since the probe is nothing that could be traced.
///
/// SAFETY: every `Gc` of a node is in its edges, and all of them are visited.
unsafe impl<V: Visitor> TraceWith<V> for Node {
    fn accept(&self, visitor: &mut V) -> Result<(), ()> {
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
    const COUNTS: bool = true;
    /// The members of a set die in the order of a hash table whose keys are random.
    const REPEATS: bool = false;
    const PROGRAM: &'static str = include_str!("unsync_node.rs");
    /// A handle that the mutator holds, dropped by the code of a set, can make the collector panic, and that thread never
    /// collects again (`dumpster-unsync-2.1.0.toml`). It hides what else there is.
    const NOT_IN_CODE: &'static [Code] = &[Code::Drop];

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

    fn strong(handle: &Gc<Self>) -> u64 {
        Gc::ref_count(handle).get() as u64
    }

    fn collect() -> Option<u64> {
        unsync::collect();
        None
    }

    /// Before the code of a set's member runs, its edges are dead, also those that lead to living objects outside.
    ///
    /// A panic in a collection ends all collections of its thread, so programs don't panic.
    fn dialect() -> Dialect {
        Dialect {
            garbage: Garbage::Asked,
            reach: Reach::OnePass,
            set_view: SetView::Nil,
            collect_in_set: CollectInSet::Nothing,
            ..pointers::counted()
        }
    }
}

fn main() -> ExitCode {
    heapproof::cli::main(&[KIND])
}
