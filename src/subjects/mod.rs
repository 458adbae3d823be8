//! The subjects that come with heapproof.

mod canary;
mod heap;
mod model;
pub mod pointers;
#[cfg(feature = "cli")]
pub mod process;
mod template;
pub mod twins;

pub use canary::{CANARY, Canary, ending, family, shown_by};
pub use heap::{HEAP, HeapSubject};
pub use model::{MODEL, model};
pub use template::Template;

use crate::judge::subject::SubjectKind;

/// All subjects that can run in this process: all but those that [end](ending) it.
pub fn all() -> Vec<SubjectKind> {
    let family = family().map(|canary| canary.kind.clone());
    [HEAP, CANARY].into_iter().chain(family).collect()
}
