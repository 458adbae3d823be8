//! Counts which operations were done while something was kept from one call to the next.
//!
//! A paused collection, a paused detection, an open frame and the known cycles outlive the call that made them. Any
//! operation in the meantime may spoil them. A bug of this kind stays unseen, however many programs run, if the
//! operation that shows it is never drawn at that time. So each pair is counted.

use heapproof_model::{Code, Object, Operation};

/// Something that outlives the call that makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kept {
    /// A paused collection in slices. It examines garbage.
    Collection,
    /// A paused detection in slices. It examines objects that others refer to and that refer to others.
    Detection,
    /// An open frame. It concerns its temporaries.
    Frame,
    /// The cycles that the last complete detection found. They concern their members.
    Cycles,
}

impl Kept {
    /// All of them.
    pub const ALL: &[Kept] = &[Kept::Collection, Kept::Detection, Kept::Frame, Kept::Cycles];

    /// How output calls it.
    pub fn name(self) -> &'static str {
        match self {
            Kept::Collection => "collection",
            Kept::Detection => "detection",
            Kept::Frame => "frame",
            Kept::Cycles => "cycles",
        }
    }

    /// Its meaning in words.
    pub fn words(self) -> &'static str {
        match self {
            Kept::Collection => "a collection that has paused",
            Kept::Detection => "a detection that has paused",
            Kept::Frame => "a frame",
            Kept::Cycles => "known cycles",
        }
    }
}

/// How close an operation came to the thing that was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Touch {
    /// It was done meanwhile.
    Meanwhile,
    /// It named an object that the kept thing concerns.
    About,
    /// It wrote to such an object without adding or removing a reference.
    Plain,
}

impl Touch {
    /// All of them.
    pub const ALL: &[Touch] = &[Touch::Meanwhile, Touch::About, Touch::Plain];

    /// How output calls it.
    pub fn name(self) -> &'static str {
        match self {
            Touch::Meanwhile => "meanwhile",
            Touch::About => "about",
            Touch::Plain => "plain",
        }
    }

    /// Whether the operation can come that close.
    fn is_possible(self, code: Code) -> bool {
        match self {
            Touch::Meanwhile => true,
            Touch::About => names_objects(code),
            Touch::Plain => code.writes(),
        }
    }
}

/// An operation, the thing that was kept while it was done, and how close it came to that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize), serde(into = "usize", try_from = "usize"))]
pub struct Encounter {
    /// What was kept.
    pub kept: Kept,
    /// The operation.
    pub code: Code,
    /// How close it came.
    pub touch: Touch,
}

/// Its number.
impl From<Encounter> for usize {
    fn from(encounter: Encounter) -> usize {
        encounter.number()
    }
}

impl TryFrom<usize> for Encounter {
    type Error = &'static str;

    fn try_from(number: usize) -> Result<Encounter, &'static str> {
        Encounter::all().nth(number).ok_or("there is no such encounter")
    }
}

impl Encounter {
    /// All encounters, in the order of their numbers.
    pub fn all() -> impl Iterator<Item = Encounter> {
        let pairs = Kept::ALL.iter().flat_map(|kept| Code::ALL.iter().map(move |code| (*kept, *code)));
        pairs.flat_map(|(kept, code)| Touch::ALL.iter().map(move |touch| Encounter { kept, code, touch: *touch }))
    }

    /// Its index in [all](Encounter::all).
    pub(super) fn number(self) -> usize {
        let pair = self.kept as usize * Code::ALL.len() + self.code as usize;
        pair * Touch::ALL.len() + self.touch as usize
    }

    /// Whether it can happen. It can't for settings, which come first, for a second frame, which is refused, and for a
    /// panic, which is not a call.
    pub(super) fn is_possible(self) -> bool {
        let refused = self.kept == Kept::Frame && self.code == Code::Begin;
        !refused && !self.code.is_setting() && self.code != Code::Panic && self.touch.is_possible(self.code)
    }
}

/// How close an operation came to a kept thing; `is_about` says which objects that concerns. `moves` says whether the
/// operation added a reference to an object that it names, or removed one.
pub(super) fn touches(
    operation: &Operation<Object>,
    is_about: impl Fn(Object) -> bool,
    moves: bool,
) -> impl Iterator<Item = Touch> {
    let is_about = operation.objects().into_iter().any(is_about);
    let is_plain = is_about && operation.code().writes() && !moves;
    let touches = [(true, Touch::Meanwhile), (is_about, Touch::About), (is_plain, Touch::Plain)];
    touches.into_iter().filter_map(|(is_so, touch)| is_so.then_some(touch))
}

/// Whether an operation can name objects.
fn names_objects(code: Code) -> bool {
    let others = [Code::Box, Code::Array, Code::Closure, Code::Weak, Code::Ephemeron, Code::TableLike];
    code <= Code::Transfer || others.contains(&code) || matches!(code, Code::Temp | Code::Fault) || code.arms()
}

#[cfg(test)]
mod tests {
    use super::Encounter;

    #[test]
    fn numbers_are_places_among_all() {
        assert!(Encounter::all().enumerate().all(|(place, encounter)| encounter.number() == place));
    }
}
