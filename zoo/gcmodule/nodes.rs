//! jrsonnet-gcmodule, from 0.3.7 to 0.5.0: counted pointers, with a collector that compares counts with the references that
//! it finds, as CPython's does.
//!
//! The subject is a node of `heapproof::pointers`: what it holds are `Cc`s in a vector, which it traces, and nothing else.
//! Each thread has an object space of its own, which `collect_thread_cycles` collects.

use heapproof::model::Dialect;
use heapproof::model::dialect::{CollectGives, CollectInSet, Garbage, Reach};
use heapproof::pointers::{self, Pointers, Probe};
use heapproof::subject::SubjectKind;
use jrsonnet_gcmodule::{Cc, Trace, Tracer, Weak};
use std::cell::RefCell;
use std::process::ExitCode;

const KIND: SubjectKind = pointers::kind::<Node>("jrsonnet-gcmodule", "nodes on jrsonnet-gcmodule");

struct Node {
    probe: Probe<Self>,
    edges: RefCell<Vec<Option<Cc<Self>>>>,
}

impl Trace for Node {
    fn trace(&self, tracer: &mut Tracer) {
        self.edges.trace(tracer);
    }

    /// What the type of the edges would answer asks for this type again.
    fn is_type_tracked() -> bool {
        true
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        pointers::dropped(self);
    }
}

impl Pointers for Node {
    type Handle = Cc<Self>;
    type Weak = Weak<Self>;
    const WEAK: bool = true;
    const COUNTS: bool = true;

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
        Some(jrsonnet_gcmodule::collect_thread_cycles() as u64)
    }

    fn dialect() -> Dialect {
        Dialect {
            garbage: Garbage::Asked,
            reach: Reach::OnePass,
            collect_gives: CollectGives::Objects,
            collect_in_set: CollectInSet::Works,
            ..pointers::counted()
        }
    }
}

fn main() -> ExitCode {
    heapproof::cli::main(&[KIND])
}
