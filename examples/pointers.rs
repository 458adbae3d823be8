//! Smart pointers under proof, with what `Drop` does: `std::rc`, and pointers that count one reference too few.
//!
//! `cargo run --example pointers -- check` passes; `-- check --subject forgetful` fails.

use heapproof::model::Dialect;
use heapproof::subject::SubjectKind;
use heapproof::subjects::pointers::{Node, Pointers, counted, kind};
use std::process::ExitCode;
use std::rc::{Rc, Weak};

/// `std::rc`: whoever has an `Rc` can use its node, and rings are never freed.
pub struct Rcs;

impl Pointers for Rcs {
    type Strong = Rc<Node<Rcs>>;
    type Weak = Weak<Node<Rcs>>;
    const WEAK: bool = true;

    fn dialect() -> Dialect {
        counted()
    }

    fn allocate(node: Node<Rcs>) -> Rc<Node<Rcs>> {
        Rc::new(node)
    }

    fn node(strong: &Rc<Node<Rcs>>) -> &Node<Rcs> {
        strong
    }

    fn downgrade(strong: &Rc<Node<Rcs>>) -> Option<Weak<Node<Rcs>>> {
        Some(Rc::downgrade(strong))
    }

    fn upgrade(weak: &Weak<Node<Rcs>>) -> Option<Rc<Node<Rcs>>> {
        weak.upgrade()
    }
}

/// The kind of subject for it.
pub fn rcs() -> SubjectKind {
    kind::<Rcs>("rcs", "nodes on std::rc")
}

fn main() -> ExitCode {
    heapproof::cli::main(&[rcs(), forgetful()])
}

/// Pointers that keep each node alive that was weakly pointed to: a leak.
struct Forgetful;

impl Pointers for Forgetful {
    type Strong = Rc<Node<Forgetful>>;
    type Weak = Rc<Node<Forgetful>>;
    const WEAK: bool = true;

    fn dialect() -> Dialect {
        counted()
    }

    fn allocate(node: Node<Forgetful>) -> Rc<Node<Forgetful>> {
        Rc::new(node)
    }

    fn node(strong: &Rc<Node<Forgetful>>) -> &Node<Forgetful> {
        strong
    }

    fn downgrade(strong: &Rc<Node<Forgetful>>) -> Option<Rc<Node<Forgetful>>> {
        Some(Rc::clone(strong))
    }

    fn upgrade(weak: &Rc<Node<Forgetful>>) -> Option<Rc<Node<Forgetful>>> {
        Some(Rc::clone(weak))
    }
}

/// The kind of subject for it.
pub fn forgetful() -> SubjectKind {
    kind::<Forgetful>("forgetful", "nodes whose weak pointers are strong")
}
