//! What a recovery did.

use std::collections::HashSet;
use std::fmt;

use crate::verify::{CountKind, Structure, VerificationReport};
use crate::{ObjectId, VerificationError};

/// The most lines of each sort that a written recovery lists.
const LISTED: usize = 30;

/// A reference that recovery had to make nil.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Lost {
    /// The object that held it.
    pub holder: ObjectId,
    /// Its place among the holder's values, from 0: fields in order of insertion, elements, captures,
    /// the value of a box, the target of a weak object; the key of an ephemeron is at 0, and its value at 1.
    pub place: usize,
}

/// One thing that recovery did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum RecoveryAction {
    /// A count was set.
    SetCount {
        /// The object; nil for the heap as a whole.
        object: ObjectId,
        /// Which count.
        count: CountKind,
        /// What was recorded.
        from: u32,
        /// What it is now.
        to: u32,
    },
    /// A dangling reference became nil.
    ClearedReference(Lost),
    /// A structure was made anew.
    Rebuilt {
        /// Which one.
        structure: Structure,
        /// How many entries it has now.
        entries: usize,
    },
    /// The list of vacant slots was made anew.
    RebuiltFreeList {
        /// How many slots are in it now.
        vacant: usize,
    },
    /// The index of a table was made anew.
    RebuiltIndex {
        /// The table.
        table: ObjectId,
    },
    /// A table whose shape did not fit was given names of its own.
    NamedAnew {
        /// The table.
        table: ObjectId,
    },
    /// A collection in slices that was under way ended; what it had taken are candidates again.
    EndedCollection,
    /// A detection in slices that was under way ended.
    EndedDetection,
    /// An object to which nothing refers was made to wait for its release.
    Released {
        /// The object.
        object: ObjectId,
    },
    /// An object that had no contents any more was given up.
    GaveUp {
        /// The id that it had.
        object: ObjectId,
    },
    /// A slot whose last generation is not known will not be used again.
    RetiredSlot {
        /// The number of the slot.
        slot: u32,
    },
}

impl fmt::Display for RecoveryAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetCount { object, count, from, to } if object.is_nil() => {
                write!(f, "set the {count} count of the heap from {from} to {to}")
            }
            Self::SetCount { object, count, from, to } => {
                write!(f, "set the {count} count of {object} from {from} to {to}")
            }
            Self::ClearedReference(Lost { holder, place }) => write!(f, "made value {place} of {holder} nil"),
            Self::Rebuilt { structure, entries } => write!(f, "noted {structure} anew: {entries}"),
            Self::RebuiltFreeList { vacant } => write!(f, "listed the vacant slots anew: {vacant}"),
            Self::RebuiltIndex { table } => write!(f, "indexed the fields of {table} anew"),
            Self::NamedAnew { table } => write!(f, "gave {table} names of its own"),
            Self::EndedCollection => f.write_str("ended the collection under way"),
            Self::EndedDetection => f.write_str("ended the detection under way"),
            Self::Released { object } => write!(f, "let {object} wait for its release: nothing refers to it"),
            Self::GaveUp { object } => write!(f, "gave up {object}, which had no contents any more"),
            Self::RetiredSlot { slot } => write!(f, "retired slot {slot}, whose last generation is not known"),
        }
    }
}

/// Something that recovery could not know.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Unknown {
    /// What the reference referred to.
    Reference(Lost),
    /// How often the mutator holds the object; what its external count is now is a guess.
    External {
        /// The object.
        object: ObjectId,
        /// The guess.
        assumed: u32,
    },
    /// Whether the external counts that were kept are right: there were no roots.
    Externals,
    /// What the fields of the table were called: it has a name for each value, but not all are right.
    Names(ObjectId),
    /// What a root means that names an object that is gone.
    Root(ObjectId),
    /// Which objects have changed since cycles were last detected; all are taken for changed.
    Changes,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reference(Lost { holder, place }) => write!(f, "what value {place} of {holder} referred to"),
            Self::External { object, assumed } => write!(f, "how often {object} is held; assumed: {assumed}"),
            Self::Externals => f.write_str("whether external counts are right, for want of roots"),
            Self::Names(table) => write!(f, "what the fields of {table} were called"),
            Self::Root(object) => write!(f, "what the root {object} means, which is gone"),
            Self::Changes => f.write_str("which objects have changed since the last detection"),
        }
    }
}

/// What a recovery did, what it lost, and what it could not know.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Recovery {
    /// What was done, in order.
    pub actions: Vec<RecoveryAction>,
    /// The references that are nil now.
    pub lost: Vec<Lost>,
    /// What could not be known.
    pub unknown: Vec<Unknown>,
    /// How many errors of the report that was given were not found again.
    pub outdated: usize,
    /// What was wrong.
    pub before: VerificationReport,
    /// What is wrong still, as of the moment before unreferenced objects were released.
    pub after: VerificationReport,
}

impl Recovery {
    pub(super) fn new(before: VerificationReport, hint: &VerificationReport) -> Self {
        let outdated = missing_from(&before, hint);
        let after = VerificationReport { total_objects: before.total_objects, ..Default::default() };
        Self { outdated, before, after, ..Self::default() }
    }

    pub(super) fn did(&mut self, action: RecoveryAction) {
        self.actions.push(action);
    }

    pub(super) fn set_count(&mut self, object: ObjectId, count: CountKind, from: u32, to: u32) {
        if from != to {
            self.did(RecoveryAction::SetCount { object, count, from, to });
        }
    }

    pub(super) fn lose(&mut self, holder: ObjectId, place: usize) {
        let lost = Lost { holder, place };
        self.lost.push(lost);
        self.unknown.push(Unknown::Reference(lost));
        self.did(RecoveryAction::ClearedReference(lost));
    }

    pub(super) fn note_unknown(&mut self, roots: Option<&[ObjectId]>, lives: impl Fn(ObjectId) -> bool) {
        match roots {
            None => self.unknown.push(Unknown::Externals),
            Some(roots) => {
                let gone = roots.iter().filter(|&&root| !root.is_nil() && !lives(root));
                self.unknown.extend(gone.map(|&root| Unknown::Root(root)));
            }
        }
    }

    /// How many errors and warnings are gone.
    #[must_use]
    pub fn fixed(&self) -> usize {
        missing_from(&self.after, &self.before)
    }

    /// Whether nothing is wrong any more, as far as can be told from what was given.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.after.is_clean()
    }
}

/// How many errors of the second report the first has not.
fn missing_from(has: &VerificationReport, of: &VerificationReport) -> usize {
    let left: HashSet<&VerificationError> = has.iter().collect();
    of.iter().filter(|it| !left.contains(it)).count()
}

impl fmt::Display for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (fixed, met) = (self.fixed(), self.before.findings());
        write!(f, "recovery: {fixed} of {met} errors repaired, {} references lost", self.lost.len())?;
        list(f, "did", &self.actions)?;
        list(f, "unknown", &self.unknown)?;
        if self.outdated > 0 {
            write!(f, "\n{} errors of the report given were not found again", self.outdated)?;
        }
        write!(f, "\n{}", self.after)
    }
}

fn list(f: &mut fmt::Formatter<'_>, title: &str, items: &[impl fmt::Display]) -> fmt::Result {
    for item in items.iter().take(LISTED) {
        write!(f, "\n{title}: {item}")?;
    }
    match items.len().saturating_sub(LISTED) {
        0 => Ok(()),
        more => write!(f, "\n{title}: {more} more"),
    }
}
