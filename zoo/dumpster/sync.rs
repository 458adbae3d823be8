//! dumpster 2, `sync`: counted pointers that threads share, and one collector of the process.
//!
//! The subject is a node of `heapproof::pointers`: what it holds are `Gc`s in a vector, which it traces, and nothing else.
//! The crate also collects by itself, when enough was dropped; that is switched off by its own setting.
//!
//! Though the collector is shared, subjects do not disturb each other: what a thread has dropped waits in a list of that thread
//! until the same thread collects or ends, and each subject has its thread.

use dumpster::sync::{self, Gc};
use dumpster::{TraceWith, Visitor};
use heapproof::model::dialect::{Garbage, Reach, SetView};
use heapproof::model::{Code, Dialect};
use heapproof::pointers::{self, Pointers, Probe};
use heapproof::subject::SubjectKind;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

const KIND: SubjectKind = pointers::kind::<Node>("dumpster-sync", "nodes on dumpster::sync");

struct Node {
    probe: Probe<Self>,
    edges: Mutex<Vec<Option<Gc<Self>>>>,
}

/// SAFETY: the threads of a run share no node. One that is left over as its thread ends is dropped by another collection, which
/// is alone with it.
unsafe impl Send for Node {}

/// SAFETY: as above.
unsafe impl Sync for Node {}

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
    const NOT_IN_CODE: &'static [Code] = &[Code::Collect];

    fn node(probe: Probe<Self>) -> Gc<Self> {
        sync::set_collect_condition(|_| false);
        Gc::new(Node { probe, edges: Mutex::default() })
    }

    fn probe(&self) -> &Probe<Self> {
        &self.probe
    }

    fn edges<R>(&self, act: impl FnOnce(&mut Vec<Option<Gc<Self>>>) -> R) -> R {
        act(&mut self.edges.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn strong(handle: &Gc<Self>) -> u64 {
        Gc::ref_count(handle).get() as u64
    }

    fn collect() -> Option<u64> {
        sync::collect();
        None
    }

    /// Before the code of a set's member runs, its edges are dead, also those that lead to living objects outside. What the code
    /// then drops dies at once, or when the whole set has died: this depends on the order in which a hash table has them. No
    /// clause can say so; hence programs have no code (`dumpster-sync-2.1.0.toml`).
    ///
    /// A collection that code calls in a release does its work, but one that runs within another collection waits for ever; so
    /// code does not collect. A panic in a collection loses the rest of the set, by that order too, so programs don't panic.
    fn dialect() -> Dialect {
        Dialect { garbage: Garbage::Asked, reach: Reach::OnePass, set_view: SetView::Nil, ..pointers::counted() }
    }
}

fn main() -> ExitCode {
    heapproof::cli::main(&[KIND])
}
