//! Subjects that are wrong on purpose: a harness that does not catch them proves nothing.
//!
//! [`CANARY`] is the one to meet the harness with. The [family](family) beside it has one for each kind of violation,
//! by which the harness is tested: `canary:not-freed` is caught as `not-freed`.

mod doing;
mod forgetful;
mod showing;
mod wrong;

pub use forgetful::CANARY;

use crate::subject::SubjectKind;
use heapproof_model::{Finding, FindingKind, Object};

/// A heap with one mistake.
#[derive(Debug, Clone)]
pub struct Canary {
    /// The subject; `canary:` and what it is caught as, and how, where several are caught as that.
    pub kind: SubjectKind,
    /// The signatures that it may be caught with; the beginning of one stands for all that go on from there.
    pub signatures: &'static [&'static str],
}

impl Canary {
    /// Whether it may be caught with that signature.
    pub fn allows(&self, signature: &str) -> bool {
        self.signatures.iter().any(|whole| {
            let rest = signature.strip_prefix(*whole);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        })
    }
}

/// Heaps with one mistake each.
pub fn family() -> impl Iterator<Item = &'static Canary> {
    showing::ALL.iter().chain(doing::ALL)
}

/// The entries of a table of mistakes: name, signatures, what is wrong, and the mistake itself.
macro_rules! canaries {
    ($($name:literal $signatures:tt $about:literal $mistake:expr;)*) => {
        pub(super) const ALL: &[crate::subjects::Canary] = &[$(crate::subjects::Canary {
            kind: crate::subject::SubjectKind::new(
                concat!("canary:", $name),
                $about,
                || Box::new(super::wrong::Wrong::new($mistake)),
            ),
            signatures: &$signatures,
        }),*];
    };
}
use canaries;

/// A finding at an object.
fn at(kind: FindingKind, object: Object) -> Finding {
    Finding { kind, object: Some(object) }
}
