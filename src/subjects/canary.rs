//! Subjects that are wrong on purpose: a harness that does not catch them proves nothing.
//!
//! [`CANARY`] is the one to meet the harness with. The [family](family) beside it has one for each kind of violation,
//! by which the harness is tested: `canary:not-freed` is caught as `not-freed`.

mod doing;
mod ending;
mod forgetful;
mod showing;
mod wrong;

pub use forgetful::CANARY;

use crate::judge::signature::Signature;
use crate::judge::subject::SubjectKind;
use heapproof_model::{Finding, FindingKind, Object};

/// A heap with one mistake.
#[derive(Debug, Clone)]
pub struct Canary {
    /// The subject; it is called `canary:` and the first of the signatures, and how, where several are caught with that.
    pub kind: SubjectKind,
    /// The signatures that it may be caught with; the beginning of one stands for all that go on from there. The first
    /// is the one by which the lockstep knows it, if the lockstep can; others are those of properties that look less, or
    /// elsewhere.
    pub signatures: &'static [&'static str],
}

impl Canary {
    /// Whether it may be caught with that signature.
    pub fn allows(&self, signature: &Signature) -> bool {
        self.signatures.iter().any(|beginning| begins(signature.as_str(), beginning))
    }

    /// Whether that is what it is for.
    pub fn is_for(&self, signature: &Signature) -> bool {
        self.signatures.first().is_some_and(|beginning| begins(signature.as_str(), beginning))
    }
}

/// Whether a signature is made of those parts, and others or none behind them.
fn begins(signature: &str, beginning: &str) -> bool {
    signature.strip_prefix(beginning).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// Heaps with one mistake each.
pub fn family() -> impl Iterator<Item = &'static Canary> {
    showing::ALL.iter().chain(doing::ALL)
}

/// Heaps that end their process, never end, or panic in a thread of their own: they are to be run in a child process
/// ([`crate::isolation`]).
pub fn ending() -> impl Iterator<Item = &'static Canary> {
    ending::ALL.iter()
}

/// The entries of a table of mistakes, behind what gives them: name, signatures, what is wrong, and the mistake itself.
macro_rules! canaries {
    (from $function:ident $($name:literal $signatures:tt $about:literal $mistake:expr;)*) => {
        pub(super) const ALL: &[crate::subjects::Canary] = &[$(crate::subjects::Canary {
            kind: crate::judge::subject::SubjectKind::new(
                concat!("canary:", $name),
                $about,
                || Box::new(super::wrong::Wrong::new($mistake)),
            )
            .in_rust(canaries!(@$function $name)),
            signatures: &$signatures,
        }),*];
    };
    (@all $name:literal) => {
        concat!("heapproof::subjects::all().into_iter().find(|kind| kind.name == \"canary:", $name, "\").unwrap()")
    };
    (@ending $name:literal) => {
        concat!("heapproof::subjects::ending().find(|it| it.kind.name == \"canary:", $name, "\").unwrap().kind")
    };
}
use canaries;

/// A finding at an object.
fn at(kind: FindingKind, object: Object) -> Finding {
    Finding { kind, object: Some(object) }
}
