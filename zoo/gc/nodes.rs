//! gc 0.5 (rust-gc): traced pointers of one thread, whose collector marks from what is held, and sweeps.
//!
//! The subject is a node of `heapproof::pointers`: what it holds are `Gc`s in a vector, which it traces, and nothing else.
//! The crate also collects by itself, when enough was allocated; its setting for that is turned off, which needs a feature.
//!
//! The user code is `Finalize`. While it runs the collector is borrowed: an allocation or another collection there panics.

use gc::{Finalize, Gc, GcCell, Trace, custom_trace};
use heapproof::model::dialect::{Again, CollectInSet, Garbage, Panics, Reach, Release, SetOrder, SetPanics, SetView, UserCode};
use heapproof::model::{Code, Dialect};
use heapproof::pointers::{self, Pointers, Probe};
use heapproof::subject::SubjectKind;
use std::process::ExitCode;

/// Code saves nothing.
const KIND: SubjectKind = pointers::kind::<Node<false>>("gc", "nodes on gc, which no finalizer saves");
/// Code may save what dies. The crate frees it all the same.
const SAVING: SubjectKind = pointers::kind::<Node<true>>("gc-saving", "nodes on gc, which finalizers save");

struct Node<const SAVING: bool> {
    probe: Probe<Self>,
    edges: GcCell<Vec<Option<Gc<Self>>>>,
}

/// SAFETY: every `Gc` of a node is in its edges, and all of them are visited. The probe has none that the collector knows.
/// The macro's `mark` is safe in one of its functions, and unsafe in the others.
#[allow(unsafe_op_in_unsafe_fn)]
unsafe impl<const SAVING: bool> Trace for Node<SAVING> {
    custom_trace!(this, {
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
    type Weak = ();
    const NOT_IN_CODE: &'static [Code] = not_in_code(SAVING);

    fn node(probe: Probe<Self>) -> Gc<Self> {
        gc::configure(|config| config.threshold = usize::MAX);
        Gc::new(Node { probe, edges: GcCell::default() })
    }

    fn probe(&self) -> &Probe<Self> {
        &self.probe
    }

    fn edges<R>(&self, act: impl FnOnce(&mut Vec<Option<Gc<Self>>>) -> R) -> R {
        act(&mut self.edges.borrow_mut())
    }

    fn collect() -> Option<u64> {
        gc::force_collect();
        None
    }

    /// After a panic in code the collection is over, all members live, and the next one finalizes them again.
    fn dialect() -> Dialect {
        Dialect {
            release: Release::Traced,
            garbage: Garbage::Asked,
            reach: Reach::OnePass,
            code: UserCode::Finalizer,
            set_code: UserCode::Finalizer,
            again: Again::EachDeath,
            set_order: SetOrder::AllFirst,
            set_view: SetView::Whole,
            collect_in_set: CollectInSet::Refused,
            panics: Panics::Passed,
            set_panics: SetPanics::Passed,
            ..pointers::counted()
        }
    }
}

/// The operations that code leaves out: what panics there, and, unless they are wanted, all that may save an object.
const fn not_in_code(saving: bool) -> &'static [Code] {
    use Code::{Array, Box, Collect, On, Pop, Push, Remove, Table, Take, WriteBox, WriteElement, WriteField};
    match saving {
        true => &[Table, Box, Array, Collect, On],
        false => &[Table, Box, Array, Collect, On, Take, Push, Pop, Remove, WriteField, WriteElement, WriteBox],
    }
}

fn main() -> ExitCode {
    heapproof::cli::main(&[KIND, SAVING])
}
