//! safe-gc 1.1.1: a heap whose `Gc`s are indices into it, and whose `Root`s keep alive what they refer to.
//!
//! The subject is the crate's heap with nodes in it. A `Gc` leads to garbage too, as long as that is not collected, so
//! programs may name everything. The crate knows no generations: a `Gc` that is too old leads to whatever has the place
//! now. So the subject notes which nodes have been dropped, and refuses those. A node's `Drop` can't see the heap; there
//! is no user code to speak of.

mod calls;
mod node;

use heapproof::model::dialect::{Garbage, Release};
use heapproof::model::{Code, Contents, Dialect, Event, Kind, Object, Operation, Refusal, Value};
use heapproof::subject::{Observation, Subject, SubjectKind};
use node::{Deaths, Handle, Held, Node};
use safe_gc::Heap;
use std::process::ExitCode;

const ROOTED: SubjectKind =
    SubjectKind::new("safe-gc", "nodes on safe-gc; what is stored in a new one is rooted meanwhile", || {
        Box::new(SafeHeap::new(true))
    });
/// As the crate's examples have it: `heap.alloc(Node { tail: Some(root.into()) })`.
const UNROOTED: SubjectKind =
    SubjectKind::new("safe-gc-unrooted", "nodes on safe-gc; nothing else roots what is stored in a new one", || {
        Box::new(SafeHeap::new(false))
    });

/// How many other nodes live in the heap all the time. An arena begins with 32 places, and the heap collects by itself
/// where one is full: so it does at the third object of each type, and again much later.
const CROWD: u32 = 60;

struct SafeHeap {
    heap: Heap,
    roots_values: bool,
    _crowd: Vec<Held>,
    /// What became of each object.
    things: Vec<Thing>,
    deaths: Deaths,
    journal: Vec<Event>,
}

struct Thing {
    handle: Handle,
    held: Vec<Held>,
    lives: bool,
}

impl SafeHeap {
    fn new(roots_values: bool) -> SafeHeap {
        let (mut heap, deaths) = (Heap::new(), Deaths::default());
        let crowd = (0..CROWD).map(|number| Held::new(&mut heap, Node::new(Object(number), Kind::Scalar, &deaths)));
        SafeHeap { _crowd: crowd.collect(), heap, roots_values, things: Vec::new(), deaths, journal: Vec::new() }
    }

    /// Notes what the heap has dropped.
    fn bury(&mut self) {
        for object in self.deaths.take() {
            self.things[object.index()].lives = false;
            self.journal.push(Event::Died(object));
        }
    }
}

impl Subject for SafeHeap {
    fn supports(&self, code: Code) -> bool {
        let makes = matches!(code, Code::Table | Code::Box | Code::Array | Code::Closure | Code::Scalar);
        let others = matches!(code, Code::Chain | Code::Ring | Code::Take | Code::Drop | Code::Collect);
        let reads = matches!(code, Code::ReadField | Code::ReadElement | Code::ReadCapture | Code::ReadBox);
        let writes = matches!(code, Code::WriteField | Code::WriteElement | Code::WriteCapture | Code::WriteBox);
        makes
            || others
            || reads
            || writes
            || matches!(code, Code::Push | Code::Pop | Code::Remove | Code::Clear | Code::Swap)
    }

    fn observes(&self, observation: Observation) -> bool {
        matches!(observation, Observation::Refusals | Observation::Contents | Observation::Journal)
    }

    fn dialect(&self) -> Dialect {
        Dialect { release: Release::Traced, garbage: Garbage::AnyTime, ..Dialect::default() }
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        let reply = self.perform(operation);
        self.bury();
        reply
    }

    fn lives(&self, object: Object) -> bool {
        self.things[object.index()].lives
    }

    fn take_journal(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.journal)
    }

    fn look(&self, object: Object, contents: &mut Contents) {
        let node = self.node(object);
        contents.kind = node.kind;
        contents.function = node.function;
        contents.fields.clone_from(&node.fields);
        contents.values = node.values.iter().map(|value| self.shown(value)).collect();
        contents.target = None;
    }
}

fn main() -> ExitCode {
    heapproof::cli::main(&[ROOTED, UNROOTED])
}
