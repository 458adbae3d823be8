//! gcmodule 0.3: what jrsonnet-gcmodule (`nodes.rs`) came from. It has no weak pointers and shows no counts.
//!
//! The subject is a node of `heapproof::pointers` whose edges stand in a map. The crate asks the type of a map whether its
//! values have to be traced. Up to 0.3.2 the map said no if its *keys* had not, and plain keys never have.

use gcmodule::{Cc, Trace, Tracer};
use heapproof::model::dialect::{CollectGives, Garbage, Reach};
use heapproof::model::{Code, Dialect};
use heapproof::pointers::{self, Pointers, Probe};
use heapproof::subject::SubjectKind;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::process::ExitCode;

const KIND: SubjectKind = pointers::kind::<Node>("gcmodule", "nodes on gcmodule, with edges in a map");

struct Node {
    probe: Probe<Self>,
    /// One entry, since the harness asks for a vector.
    edges: RefCell<BTreeMap<u8, Vec<Option<Cc<Self>>>>>,
}

impl Trace for Node {
    fn trace(&self, tracer: &mut Tracer) {
        self.edges.trace(tracer);
    }

    /// What the type of the edges says, as `#[derive(Trace)]` has it; but a node in its own edges would ask itself for ever,
    /// so something else that is tracked stands for it.
    fn is_type_tracked() -> bool {
        BTreeMap::<u8, Vec<Option<Cc<Box<dyn Trace>>>>>::is_type_tracked()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        pointers::dropped(self);
    }
}

impl Pointers for Node {
    type Handle = Cc<Self>;
    type Weak = ();
    const NOT_IN_CODE: &'static [Code] = &[Code::Collect];

    fn node(probe: Probe<Self>) -> Cc<Self> {
        Cc::new(Node { probe, edges: RefCell::new(BTreeMap::from([(0, Vec::new())])) })
    }

    fn probe(&self) -> &Probe<Self> {
        &self.probe
    }

    fn edges<R>(&self, act: impl FnOnce(&mut Vec<Option<Cc<Self>>>) -> R) -> R {
        act(self.edges.borrow_mut().entry(0).or_default())
    }

    fn collect() -> Option<u64> {
        Some(gcmodule::collect_thread_cycles() as u64)
    }

    /// The crate refuses no collection in code, and in that of a release it works. But while it collects, a second
    /// collection traces members that are dropped already, and the process crashes. So code does not collect. Nor do
    /// programs panic: after a panic in a set the next collection does the same.
    fn dialect() -> Dialect {
        Dialect {
            garbage: Garbage::Asked,
            reach: Reach::OnePass,
            collect_gives: CollectGives::Objects,
            ..pointers::counted()
        }
    }
}

fn main() -> ExitCode {
    heapproof::cli::main(&[KIND])
}
