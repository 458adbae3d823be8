//! What was done while something was kept from one call to the next.
//!
//! A collection that has paused, a detection that has paused, an open frame and the cycles that are known outlive the
//! call that made them. Whatever is done meanwhile may spoil them. A bug of this kind goes unseen if the operation that
//! does it is never drawn at that time, however many programs are run; so each pair is counted.

use heapproof_model::{Code, Object, Operation};

/// Something that outlives the call that makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kept {
    /// A collection in slices that has paused. It is about garbage.
    Collection,
    /// A detection in slices that has paused. It is about objects in the midst of others: some refer to them, and they
    /// refer to some.
    Detection,
    /// An open frame. It is about its temporaries.
    Frame,
    /// The cycles that the last complete detection found. They are about their members.
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

    /// What it is, in words.
    pub fn words(self) -> &'static str {
        match self {
            Kept::Collection => "a collection that has paused",
            Kept::Detection => "a detection that has paused",
            Kept::Frame => "a frame",
            Kept::Cycles => "known cycles",
        }
    }
}

/// How close an operation came to what was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Touch {
    /// It was done meanwhile.
    Meanwhile,
    /// It named an object that the kept thing is about.
    About,
    /// It wrote to such an object, and no reference came or went.
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

    /// Whether an operation can come that close.
    fn is_possible(self, code: Code) -> bool {
        match self {
            Touch::Meanwhile => true,
            Touch::About => names_objects(code),
            Touch::Plain => code.writes(),
        }
    }
}

/// An operation, what was kept while it was done, and how close it came to that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize), serde(into = "usize", try_from = "usize"))]
pub struct Encounter {
    /// What was kept.
    pub kept: Kept,
    /// What was done.
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
    /// All that there can be, in the order of their numbers.
    pub fn all() -> impl Iterator<Item = Encounter> {
        let pairs = Kept::ALL.iter().flat_map(|kept| Code::ALL.iter().map(move |code| (*kept, *code)));
        pairs.flat_map(|(kept, code)| Touch::ALL.iter().map(move |touch| Encounter { kept, code, touch: *touch }))
    }

    /// Its place among [all](Encounter::all).
    pub(super) fn number(self) -> usize {
        let pair = self.kept as usize * Code::ALL.len() + self.code as usize;
        pair * Touch::ALL.len() + self.touch as usize
    }

    /// Whether it can happen: settings stand before all else, a second frame is refused, and a panic is no call.
    pub(super) fn is_possible(self) -> bool {
        let refused = self.kept == Kept::Frame && self.code == Code::Begin;
        !refused && !self.code.is_setting() && self.code != Code::Panic && self.touch.is_possible(self.code)
    }
}

/// How close an operation that was done came to what is about some objects; `moves` says whether a reference came to what
/// it named or left it.
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
    let others = [Code::Box, Code::Array, Code::Closure, Code::Weak, Code::Temp, Code::On, Code::Fault];
    code <= Code::Remove || others.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::Encounter;

    #[test]
    fn numbers_are_places_among_all() {
        assert!(Encounter::all().enumerate().all(|(place, encounter)| encounter.number() == place));
    }
}
