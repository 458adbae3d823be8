//! How often a subject reaches objects.

/// How often objects were reached, counted where that happens and not by what a collection says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize))]
pub struct Visits {
    /// How often an object was reached so as to read or change what it holds, however much that is.
    pub contents: u64,
    /// How many places for values these objects had: so many others may be reached from them.
    pub places: u64,
    /// How often what is noted of an object was reached: its counts, its marks.
    pub headers: u64,
}

impl Visits {
    /// What came after some others.
    #[must_use]
    pub fn since(self, before: Visits) -> Visits {
        Visits {
            contents: self.contents.saturating_sub(before.contents),
            places: self.places.saturating_sub(before.places),
            headers: self.headers.saturating_sub(before.headers),
        }
    }
}
