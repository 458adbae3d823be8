//! boa_gc 0.22: the traced pointers of the Boa engine. Its collector counts which handles stand in objects; what has others
//! is held, and it marks from there.
//!
//! The subject is a node of `heapproof::pointers`: what it holds are `Gc`s in a vector, which it traces, and nothing else. So
//! the weak pointers in the probe count as held by the program, and their boxes are kept until the thread ends.
//!
//! The crate also collects by itself, but from a megabyte on, which no program allocates.
//!
//! The user code is `Finalize`. While it runs the collector is borrowed: an allocation or another collection there panics.

use boa_gc::{Finalize, Gc, GcRefCell, Trace, WeakGc, custom_trace};
use heapproof::model::dialect::{Garbage, Reach, Release, SetOrder, SetView, UserCode};
use heapproof::model::{Code, Dialect};
use heapproof::pointers::{self, Pointers, Probe};
use heapproof::subject::SubjectKind;
use std::process::ExitCode;

/// Code saves nothing.
const KIND: SubjectKind = pointers::kind::<Node<false>>("boa-gc", "nodes on boa_gc, which no finalizer saves");
/// Code may save what dies, and change its references.
const SAVING: SubjectKind = pointers::kind::<Node<true>>("boa-gc-saving", "nodes on boa_gc, which finalizers save");

struct Node<const SAVING: bool> {
    probe: Probe<Self>,
    edges: GcRefCell<Vec<Option<Gc<Self>>>>,
}

/// SAFETY: every `Gc` of a node is in its edges, and all of them are visited. The probe has none that the collector knows.
unsafe impl<const SAVING: bool> Trace for Node<SAVING> {
    custom_trace!(this, mark, {
        mark(&this.edges);
    });
}

impl<const SAVING: bool> Finalize for Node<SAVING> {
    fn finalize(&self) {
        pointers::finalizing(self);
    }
}

impl<const SAVING: bool> Drop for Node<SAVING> {
    fn drop(&mut self) {
        pointers::dropped(self);
    }
}

impl<const SAVING: bool> Pointers for Node<SAVING> {
    type Handle = Gc<Self>;
    type Weak = WeakGc<Self>;
    const WEAK: bool = true;
    const NOT_IN_CODE: &'static [Code] = not_in_code(SAVING);

    fn node(probe: Probe<Self>) -> Gc<Self> {
        Gc::new(Node { probe, edges: GcRefCell::default() })
    }

    fn probe(&self) -> &Probe<Self> {
        &self.probe
    }

    fn edges<R>(&self, act: impl FnOnce(&mut Vec<Option<Gc<Self>>>) -> R) -> R {
        act(&mut self.edges.borrow_mut())
    }

    fn downgrade(handle: &Gc<Self>) -> Option<WeakGc<Self>> {
        Some(WeakGc::new(handle))
    }

    fn upgrade(weak: &WeakGc<Self>) -> Option<Gc<Self>> {
        weak.upgrade()
    }

    fn collect() -> Option<u64> {
        boa_gc::force_collect();
        None
    }

    /// A panic in code leaves counts behind that the next collection adds to, so that it frees what is held: programs don't
    /// panic.
    fn dialect() -> Dialect {
        Dialect {
            release: Release::Traced,
            garbage: Garbage::Asked,
            reach: Reach::OnePass,
            code: UserCode::Finalizer,
            set_code: UserCode::Finalizer,
            set_order: SetOrder::AllFirst,
            set_view: SetView::Whole,
            ..pointers::counted()
        }
    }
}

/// The operations that code leaves out: what panics there; what arms objects whose finalizers have run; and, unless they are
/// wanted, all that may save an object or changes references.
const fn not_in_code(saving: bool) -> &'static [Code] {
    use Code::{Array, Box, Collect, On, Pop, Push, Remove, Table};
    use Code::{Take, Upgrade, Weak, WriteBox, WriteElement, WriteField};
    match saving {
        true => &[Table, Box, Array, Weak, Collect, On],
        false => &[
            Table,
            Box,
            Array,
            Weak,
            Collect,
            On,
            Take,
            Upgrade,
            Push,
            Pop,
            Remove,
            WriteField,
            WriteElement,
            WriteBox,
        ],
    }
}

fn main() -> ExitCode {
    heapproof::cli::main(&[KIND, SAVING])
}
