//! bacon_rajan_cc, from 0.3.0 to 0.4.0: counted pointers, and a collector of cycles that tries which counts would be left.
//!
//! The subject is a node of `heapproof::pointers`: what it holds are `Cc`s in a vector, which it traces, and nothing else.
//! The crate has one collector for each thread. Its `Drop` of a node runs while the count is 0 already, so code can't save
//! its object.

use bacon_rajan_cc::{Cc, Trace, Tracer, Weak};
use heapproof::model::dialect::{Garbage, Reach, Release};
use heapproof::model::{Code, Dialect};
use heapproof::pointers::{self, Pointers, Probe};
use heapproof::subject::SubjectKind;
use std::cell::RefCell;
use std::process::ExitCode;

/// From 0.3.2 on.
const PROMPT: SubjectKind = pointers::kind::<Node<false>>("bacon-rajan-cc", "nodes on bacon_rajan_cc");
/// Up to 0.3.1, where what was cloned before waits for the next collection when its count falls to 0.
const LATE: SubjectKind = pointers::kind::<Node<true>>("bacon-rajan-cc-late", "nodes on bacon_rajan_cc up to 0.3.1");

struct Node<const LATE: bool> {
    probe: Probe<Self>,
    edges: RefCell<Vec<Option<Cc<Self>>>>,
}

impl<const LATE: bool> Trace for Node<LATE> {
    fn trace(&self, tracer: &mut Tracer) {
        self.edges.trace(tracer);
    }
}

impl<const LATE: bool> Drop for Node<LATE> {
    fn drop(&mut self) {
        pointers::dropped(self);
    }
}

impl<const LATE: bool> Pointers for Node<LATE> {
    type Handle = Cc<Self>;
    type Weak = Weak<Self>;
    const WEAK: bool = true;
    /// No handle leads to what only waiting objects hold, so its count can't be asked.
    const COUNTS: bool = !LATE;
    const NOT_IN_CODE: &'static [Code] = &[Code::Collect];

    fn node(probe: Probe<Self>) -> Cc<Self> {
        Cc::new(Node { probe, edges: RefCell::default() })
    }

    fn probe(&self) -> &Probe<Self> {
        &self.probe
    }

    fn edges<R>(&self, act: impl FnOnce(&mut Vec<Option<Cc<Self>>>) -> R) -> R {
        act(&mut self.edges.borrow_mut())
    }

    fn downgrade(handle: &Cc<Self>) -> Option<Weak<Self>> {
        Some(handle.downgrade())
    }

    fn upgrade(weak: &Weak<Self>) -> Option<Cc<Self>> {
        weak.upgrade()
    }

    fn strong(handle: &Cc<Self>) -> u64 {
        handle.strong_count() as u64
    }

    fn collect() -> Option<u64> {
        bacon_rajan_cc::collect_cycles();
        None
    }

    /// The crate neither refuses a collection in code nor a panic. But where the object that dies has been cloned before, it
    /// is still buffered as a possible root; the collection that comes then, or the next one after the panic, drops it once
    /// more, and the process crashes. So code does not collect, and programs don't panic.
    fn dialect() -> Dialect {
        Dialect {
            release: if LATE { Release::Deferred } else { Release::Nested },
            garbage: Garbage::Asked,
            reach: Reach::OnePass,
            ..pointers::counted()
        }
    }
}

fn main() -> ExitCode {
    heapproof::cli::main(&[PROMPT, LATE])
}
