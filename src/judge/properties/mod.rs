//! Properties are claims about a subject, or about the trace format. Each has a name, and gives a verdict for a
//! program.
//!
//! A property is one entry in the table below and one file beside this one. Everything else follows from the entry: the
//! command line, [`assert_holds`](crate::assert_holds), and the front doors for other people's frameworks.

mod bare;
pub mod bytes;
mod collect;
mod cycles;
pub mod determinism;
mod memory;
mod recover;
mod release;
mod sample;
mod slices;
pub mod text;
mod tuning;
mod verify;

use crate::judge::haste;
use crate::judge::lockstep::{self, Doubt, Verdict};
use crate::judge::subject::{Abilities, Observation, SubjectKind};
use crate::programs::generate::Profile;
use crate::programs::mutate::Notation;
use heapproof_model::{Code, Program};

macro_rules! properties {
    ($($(#[$doc:meta])* $property:ident $name:literal $profile:ident $check:path: $about:literal)*) => {
        /// A claim that holds for every program or fails for some.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
        pub enum Property {
            $($(#[$doc])* $property,)*
        }

        impl Property {
            /// All of them.
            pub const ALL: &[Property] = &[$(Property::$property),*];

            /// Its name on the command line.
            pub fn name(self) -> &'static str {
                match self { $(Property::$property => $name),* }
            }

            /// Its claim, in one line.
            pub fn about(self) -> &'static str {
                match self { $(Property::$property => $about),* }
            }

            /// The profile of its random programs.
            pub fn profile(self) -> Profile {
                match self { $(Property::$property => Profile::$profile),* }
            }

            /// Whether it holds for that program on that kind of subject.
            pub fn check(self, subject: &SubjectKind, program: &Program) -> Verdict {
                haste::confirmed(subject, |subject| match self { $(Property::$property => $check(subject, program)),* })
            }
        }
    };
}

properties! {
    /// The subject behaves as the model does.
    Lockstep "lockstep" Default lockstep::run:
        "after every operation the subject shows what the model says"
    /// Detection finds the objects that reach themselves.
    Cycles "cycles" Dense cycles::check:
        "incremental, full and sliced detection find the objects that reach each other"
    /// Collection frees what can't be reached.
    Collect "collect" Slices collect::check:
        "collection in one go, in slices and by checks frees what can't be reached, and nothing else"
    /// Objects die in order, and weak references are cleared with them.
    Release "release" Finalizers release::check:
        "objects die in the order of their release, whatever finalizers do, and weak references are cleared with them"
    /// Verification finds what is wrong, and nothing else.
    Verify "verify" Faults verify::check:
        "an undamaged heap is clean and scores 1, and verification names every fault"
    /// Recovery restores all that can be restored.
    Recover "recover" Faults recover::check:
        "a damaged heap is clean after recovery, has lost no more than it must, and goes on as the model does"
    /// Operations in slices keep to their budget and complete.
    Slices "slices" Slices slices::check:
        "slices, frames and temporaries keep to their budgets and complete"
    /// Checks happen when they are due.
    Tuning "tuning" Default tuning::check:
        "checks happen when they are due, and rate and interval are as predicted"
    /// Printing and parsing keeps programs, and no text does harm.
    Text "text" Default text::check:
        "printing and parsing gives the same program, and any text parses or gets an error with its place"
    /// Encoding and decoding keeps programs, and no bytes do harm.
    Bytes "bytes" Default bytes::check:
        "encoding and decoding gives the same program, and any bytes decode to a program"
    /// A heap that is empty again needs no more memory than before.
    Memory "memory" Default memory::check:
        "memory that a program took is used again when the program runs again on the same heap"
    /// The same program does the same again.
    Determinism "determinism" Default determinism::check:
        "a program does the same on two subjects, and on copies of them"
}

impl Property {
    /// The verdict of [`Property::check`] for less work, where many programs are run to find those that fail.
    ///
    /// Under the lockstep everything is compared after every few operations, as many as the program says, and in between what
    /// an operation names. Of the trials of some other properties, as every fault at every object, one in a few is made. What fails
    /// is checked, and that is the verdict.
    pub fn seek(self, subject: &SubjectKind, program: &Program) -> Verdict {
        let check = || self.check(subject, program);
        match self {
            Property::Lockstep => haste::looked_at_seldom(subject, program, check),
            Property::Verify => haste::sought(subject, Doubt::Chance, || verify::seek(subject, program), check),
            Property::Recover => haste::sought(subject, Doubt::Chance, || recover::seek(subject, program), check),
            Property::Text => haste::sought(subject, Doubt::Chance, || text::seek(subject, program), check),
            _ => check(),
        }
    }

    /// The property of that name.
    pub fn from_name(name: &str) -> Option<Property> {
        Property::ALL.iter().copied().find(|property| property.name() == name)
    }
}

impl From<Property> for Notation {
    /// The notation of a fuzzer's inputs for a property.
    fn from(property: Property) -> Notation {
        match property {
            Property::Text => Notation::Text,
            _ => Notation::Bytes,
        }
    }
}

impl Property {
    /// What is wrong with a test of the property for that subject, which can do that, if it would be green whatever the subject does.
    pub fn says_nothing_of(self, subject: &SubjectKind, abilities: &Abilities) -> Option<String> {
        let (property, subject) = (self.name(), &subject.name);
        (!self.is_about(abilities)).then(|| {
            format!(
                "`{property}` is about nothing that `{subject}` has: it would hold whatever `{subject}` does; leave the test out, \
                 or have `{subject}` support what the property is about"
            )
        })
    }

    /// Whether a subject that can do that has anything that the property is about. If not, it holds whatever the subject does.
    pub fn is_about(self, abilities: &Abilities) -> bool {
        let has = |codes: &[Code]| codes.iter().any(|code| abilities.supports(*code));
        match self {
            Property::Cycles => has(&[Code::Detect, Code::DetectFull, Code::DetectSlice]),
            Property::Collect => has(&[Code::Collect, Code::CollectSlice, Code::Check]),
            Property::Release => has(&[Code::Drop]),
            Property::Verify => abilities.shows(Observation::Verification),
            Property::Recover => has(&[Code::Fault]) && has(&[Code::Recover, Code::RecoverRoots]),
            Property::Slices => has(&[Code::CollectSlice, Code::DetectSlice, Code::Begin]),
            Property::Memory => {
                abilities.shows(Observation::Footprint) && abilities.shows(Observation::Counts) && has(&[Code::Drop])
            }
            Property::Tuning => has(&[Code::Check, Code::SetInterval, Code::SetDebt]),
            Property::Lockstep | Property::Determinism | Property::Text | Property::Bytes => true,
        }
    }
}
