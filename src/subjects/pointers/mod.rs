//! A crate of smart pointers as a subject: handles, edges, and the code that `Drop` and `Finalize` run.
//!
//! Such a crate has no heap that could be asked. Its objects are nodes, which the user of this module defines; a node lives
//! as long as something holds a handle to it, and its own `Drop` says when it has died. So the user says how nodes are
//! made, where the handles stand that a node holds, and what else the crate has ([`Pointers`]), and calls
//! [`dropped`] in the node's `Drop`. The adapter ([`PointerHeap`]) does the rest: it makes tables, boxes, arrays and weak
//! objects of nodes, keeps the handles that the mutator holds, and runs the lines of `on X: LINE` inside the crate's own
//! `Drop` and `Finalize`. Plain values, fields and kinds are kept by the adapter too, since they don't concern the crate.
//!
//! The adapter clones handles only where a program does: a clone that comes and goes is a hint for many collectors, and
//! would hide that they have missed another.

mod calls;
mod code;
mod heap;
#[cfg(test)]
mod owed;
mod probe;
mod sayable;
mod spelling;
mod state;
mod thread;

pub use code::{dropped, finalizing};
pub use heap::PointerHeap;
pub use probe::Probe;

use crate::judge::subject::{Subject, SubjectKind};
use heapproof_model::dialect::{Garbage, Names, Panics, Release, SetOrder, SetPanics, SetView, UserCode, WrongCalls};
use heapproof_model::{Code, Dialect};
use std::ops::Deref;
use thread::InItsThread;

/// A node of a crate of smart pointers: it keeps its [`Probe`] and the handles that it holds, and its `Drop` calls
/// [`dropped`]. `examples/pointers.rs` has one for `std::rc`.
///
/// The adapter has nothing of its own borrowed when it calls one of these, so all but `edges` may run user code.
pub trait Pointers: Sized + 'static {
    /// A strong pointer to a node.
    type Handle: Clone + Deref<Target = Self> + 'static;
    /// A weak pointer to a node; `()` if there are none.
    type Weak: 'static;
    /// Whether there are weak pointers.
    const WEAK: bool = false;
    /// Whether the crate says how many handles there are to a node.
    const COUNTS: bool = false;

    /// Whether garbage dies in the same order in each run of a program. A collector that goes by addresses, or by hashes with random
    /// keys, says no.
    const REPEATS: bool = true;

    /// The operations that code of the dying can't ask for.
    const NOT_IN_CODE: &'static [Code] = &[];

    /// How a test says in Rust, without this harness, what such a node is; empty if it does not. `docs/your-heap.md` has the
    /// functions that it needs.
    const PROGRAM: &'static str = "";

    /// A new node without edges.
    fn node(probe: Probe<Self>) -> Self::Handle;

    /// The probe of the node.
    fn probe(&self) -> &Probe<Self>;

    /// Lets `act` see and change the edges of the node: the handles that it holds, which are traced and dropped in that
    /// order. `act` runs no user code.
    fn edges<R>(&self, act: impl FnOnce(&mut Vec<Option<Self::Handle>>) -> R) -> R;

    /// A weak pointer ([`Pointers::WEAK`]).
    fn downgrade(_handle: &Self::Handle) -> Option<Self::Weak> {
        None
    }

    /// A handle from a weak pointer, if the node lives ([`Pointers::WEAK`]).
    fn upgrade(_weak: &Self::Weak) -> Option<Self::Handle> {
        None
    }

    /// How many handles there are ([`Pointers::COUNTS`]).
    fn strong(_handle: &Self::Handle) -> u64 {
        0
    }

    /// Collects the garbage of this thread, unless the dialect says that garbage never dies. What it gives is what
    /// `collect` gives (`SPEC.md`, 11.16).
    fn collect() -> Option<u64> {
        None
    }

    /// What the crate answers where sensible heaps differ.
    fn dialect() -> Dialect {
        counted()
    }
}

/// The dialect of counted pointers without a collection, as `std::rc` has them: what has no handle can't be named, what the
/// types forbid can't be written, death comes at once, and `Drop` saves nobody. Garbage never dies, and programs don't
/// panic.
pub fn counted() -> Dialect {
    Dialect {
        names: Names::Held,
        wrong_calls: WrongCalls::Skipped,
        release: Release::Nested,
        garbage: Garbage::Never,
        code: UserCode::Destructor,
        set_code: UserCode::Destructor,
        set_order: SetOrder::OneByOne,
        set_view: SetView::Dead,
        panics: Panics::Never,
        set_panics: SetPanics::Never,
        ..Dialect::default()
    }
}

/// The kind of subject whose objects are such nodes.
///
/// Where garbage can die, each subject has a thread of its own: collectors of smart pointers belong to their thread, and
/// the garbage of one program must not die in the collection of another.
pub const fn kind<P: Pointers>(name: &'static str, about: &'static str) -> SubjectKind {
    SubjectKind::new(name, about, subject::<P>).spelled(spelling::NodeSpelling::<P>::OF)
}

fn subject<P: Pointers>() -> Box<dyn Subject> {
    match P::dialect().garbage {
        Garbage::Never => Box::new(PointerHeap::<P>::default()),
        _ => Box::new(InItsThread::of::<P>()),
    }
}
