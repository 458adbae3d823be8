//! The subjects that come with heapproof.

mod canary;
mod heap;

pub use canary::{CANARY, Canary, family};
pub use heap::{HEAP, HeapSubject};

use crate::subject::SubjectKind;

/// All of them.
pub fn all() -> Vec<SubjectKind> {
    let family = family().map(|canary| canary.kind.clone());
    [HEAP, CANARY].into_iter().chain(family).collect()
}
