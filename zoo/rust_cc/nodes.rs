//! rust-cc 0.6: counted pointers, and a collector of cycles that tries which counts would be left.
//!
//! The subject is a node of `heapproof::pointers`: what it holds are `Cc`s in a vector, which it traces, and nothing else.
//! The crate also collects by itself, as memory grows; that is a feature, and left out.
//!
//! The crate knows two sorts of user code, so there are two kinds. `Finalize` comes before a death and can save its object.
//! For `Drop` the feature `finalization` is left out, since with it a collection makes further passes.

use heapproof::model::Dialect;
use heapproof::model::dialect::{Born, CollectInSet, Garbage, Reach, SetOrder, SetView, UserCode};
use heapproof::pointers::{self, Pointers, Probe};
use heapproof::subject::SubjectKind;
use rust_cc::weak::Weak;
use rust_cc::{Cc, Context, Finalize, Trace};
use std::cell::RefCell;
use std::process::ExitCode;

const FINALIZED: SubjectKind =
    pointers::kind::<Node<true>>("rust-cc-finalized", "nodes on rust-cc, which are finalized");
const DROPPED: SubjectKind = pointers::kind::<Node<false>>("rust-cc-dropped", "nodes on rust-cc, which are dropped");

struct Node<const FINALIZED: bool> {
    probe: Probe<Self>,
    edges: RefCell<Vec<Option<Cc<Self>>>>,
}

/// SAFETY: every `Cc` of a node is in its edges, and all of them are traced.
unsafe impl<const FINALIZED: bool> Trace for Node<FINALIZED> {
    fn trace(&self, context: &mut Context<'_>) {
        self.edges.trace(context);
    }
}

impl<const FINALIZED: bool> Finalize for Node<FINALIZED> {
    fn finalize(&self) {
        pointers::finalizing(self);
    }
}

impl<const FINALIZED: bool> Drop for Node<FINALIZED> {
    fn drop(&mut self) {
        pointers::dropped(self);
    }
}

impl<const FINALIZED: bool> Pointers for Node<FINALIZED> {
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
        u64::from(handle.strong_count())
    }

    fn collect() -> Option<u64> {
        rust_cc::collect_cycles();
        None
    }

    /// Finalizers run in releases alone. In a collection the crate runs those of all garbage, looks for garbage anew, and goes on
    /// until none has a finalizer left; then all of it dies together. It also counts a member without code as finalized.
    /// No clause says so.
    fn dialect() -> Dialect {
        let common = Dialect { garbage: Garbage::Asked, collect_in_set: CollectInSet::Nothing, ..pointers::counted() };
        if !FINALIZED {
            return Dialect { reach: Reach::OnePass, ..common };
        }
        Dialect {
            code: UserCode::Finalizer,
            set_code: UserCode::None,
            set_order: SetOrder::AllFirst,
            set_view: SetView::Whole,
            born: Born::WithoutCode,
            set_born: Born::WithoutCode,
            ..common
        }
    }
}

fn main() -> ExitCode {
    heapproof::cli::main(&[FINALIZED, DROPPED])
}
