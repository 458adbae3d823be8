//! Crates whose objects are smart pointers, under proof in a few lines each.
//!
//! Such a crate has no ids and refuses nothing: who has a handle can use it, who has none can't say so. What is made of
//! handles here is a subject whose lines name objects. It keeps the handles that the program holds, finds others by walking
//! from these, and lets the program's code run where the crate drops a node.
//!
//! ```
//! use heapproof::model::Dialect;
//! use heapproof::subjects::pointers::{Node, Pointers, kind};
//! use std::rc::{Rc, Weak};
//!
//! struct Rcs;
//!
//! impl Pointers for Rcs {
//!     type Strong = Rc<Node<Rcs>>;
//!     type Weak = Weak<Node<Rcs>>;
//!
//!     fn dialect() -> Dialect {
//!         heapproof::subjects::pointers::counted()
//!     }
//!     fn allocate(node: Node<Rcs>) -> Rc<Node<Rcs>> {
//!         Rc::new(node)
//!     }
//!     fn node(strong: &Rc<Node<Rcs>>) -> &Node<Rcs> {
//!         strong
//!     }
//! }
//!
//! let rcs = kind::<Rcs>("rcs", "nodes on std::rc");
//! let program = "a = table\nb = table\na.x = b\ndrop b\non b: c = table\ndrop a".parse().unwrap();
//! assert_eq!(heapproof::lockstep::run(&rcs, &program).failure, None);
//! ```

mod node;
mod subject;

pub use node::{Edges, Node};

use crate::judge::subject::SubjectKind;
use heapproof_model::Dialect;
use heapproof_model::dialect::{Garbage, Names, Panics, Release, UserCode, WrongCalls};
use subject::PointerHeap;

/// A crate whose objects are smart pointers.
///
/// A crate that traces needs a type of its own around [`Node`], which traces [`Node::edges`]; one whose finalizers run before
/// `Drop` calls [`Node::finalizing`] there.
pub trait Pointers: Sized + 'static {
    /// A strong pointer.
    type Strong: Clone + 'static;
    /// A weak pointer; `()` where there is none.
    type Weak: 'static;

    /// What the crate answers where sensible heaps differ: see [`counted`].
    fn dialect() -> Dialect;

    /// Puts a node under a strong pointer.
    fn allocate(node: Node<Self>) -> Self::Strong;

    /// The node behind a strong pointer.
    fn node(strong: &Self::Strong) -> &Node<Self>;

    /// A weak pointer to the node; `None` where the crate has none.
    fn downgrade(_strong: &Self::Strong) -> Option<Self::Weak> {
        None
    }

    /// A strong pointer, if the node is still there.
    fn upgrade(_weak: &Self::Weak) -> Option<Self::Strong> {
        None
    }

    /// Whether there are weak pointers.
    const WEAK: bool = false;

    /// Collects cycles, where the crate can.
    const COLLECT: Option<fn()> = None;
}

/// The dialect of counted pointers without a collection, as `std::rc` has them: handles are all that can be named, `Drop`
/// runs at once and nested, and rings live for ever.
pub fn counted() -> Dialect {
    Dialect {
        names: Names::Held,
        wrong_calls: WrongCalls::Skipped,
        release: Release::Nested,
        garbage: Garbage::Never,
        code: UserCode::Destructor,
        set_code: UserCode::Destructor,
        panics: Panics::Never,
        ..Dialect::default()
    }
}

/// The kind of subject for a crate.
pub fn kind<P: Pointers>(name: &'static str, about: &'static str) -> SubjectKind {
    SubjectKind::new(name, about, || Box::new(PointerHeap::<P>::default()))
}
