//! Subjects that are wrong on purpose: a harness that does not catch them proves nothing.
//!
//! [`CANARY`] is the one for a first failure. The [family](family) tests the harness; it has a canary for each kind of
//! violation. For example, `canary:not-freed` is caught as `not-freed`.

mod doing;
mod ending;
mod forgetful;
mod showing;
mod wrong;

pub use forgetful::CANARY;

use crate::judge::properties::Property;
use crate::judge::signature::Signature;
use crate::judge::subject::SubjectKind;
use heapproof_model::{Finding, FindingKind, Object};

/// A heap with one mistake.
#[derive(Debug, Clone)]
pub struct Canary {
    /// The subject. Its name is `canary:` and the first of the signatures, with a suffix where several canaries share
    /// it.
    pub kind: SubjectKind,
    /// The signatures with which it may be caught; a prefix stands for all signatures that begin with it. The first is
    /// that of the lockstep, if the lockstep catches it. The others are those of properties that compare less, or other
    /// things.
    pub signatures: &'static [&'static str],
    /// The property that shows it: the lockstep, unless that can't.
    pub property: Property,
}

impl Canary {
    /// Whether it may be caught with that signature.
    pub fn allows(&self, signature: &Signature) -> bool {
        self.signatures.iter().any(|beginning| begins(signature.as_str(), beginning))
    }

    /// Whether it exists for that signature.
    pub fn is_for(&self, signature: &Signature) -> bool {
        self.signatures.first().is_some_and(|beginning| begins(signature.as_str(), beginning))
    }
}

/// Whether a signature is `beginning`, or begins with it and goes on with further parts.
fn begins(signature: &str, beginning: &str) -> bool {
    signature.strip_prefix(beginning).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// Heaps with one mistake each.
pub fn family() -> impl Iterator<Item = &'static Canary> {
    showing::ALL.iter().chain(doing::ALL)
}

/// Heaps that end their process, never return, or panic in a thread of their own. Run them in a child process
/// ([`crate::isolation`]).
pub fn ending() -> impl Iterator<Item = &'static Canary> {
    ending::ALL.iter()
}

/// The property that shows what is wrong with a subject, where it is one of these.
pub fn shown_by(kind: &SubjectKind) -> Option<Property> {
    let canary = family().chain(ending()).find(|canary| canary.kind.name == kind.name);
    canary.map(|canary| canary.property).or((kind.name == CANARY.name).then_some(Property::Lockstep))
}

/// A table of mistakes. After the name of the function that returns them, each entry has a name, signatures, the
/// property that shows it where that is not the lockstep, what is wrong, and the mistake itself.
macro_rules! canaries {
    (from $function:ident $($name:literal $signatures:tt $(by $property:ident)? $about:literal $mistake:expr;)*) => {
        pub(super) const ALL: &[crate::subjects::Canary] = &[$(crate::subjects::Canary {
            kind: crate::judge::subject::SubjectKind::new(
                concat!("canary:", $name),
                $about,
                || Box::new(super::wrong::Wrong::new($mistake)),
            )
            .in_rust(canaries!(@$function $name)),
            signatures: &$signatures,
            property: canaries!(@property $($property)?),
        }),*];
    };
    (@property) => { crate::judge::properties::Property::Lockstep };
    (@property $property:ident) => { crate::judge::properties::Property::$property };
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
