//! The subjects that come with heapproof.

mod canary;
mod heap;

pub use canary::CANARY;
pub use heap::{HEAP, HeapSubject};

use crate::subject::SubjectKind;

/// All of them.
pub const ALL: &[SubjectKind] = &[HEAP, CANARY];
