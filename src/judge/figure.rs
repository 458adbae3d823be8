//! What calls return beside their values.

/// A number that a call returns beside its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Figure {
    /// Of a collection, a slice of one, a check or a frame: the objects that died as garbage.
    Objects,
    /// Of these too: the cycles that what died had formed; of a detection: the cycles that are known after it.
    Cycles,
    /// Of a frame: the temporaries that were allocated in it.
    Temporaries,
    /// Of a frame: the checks that were made in it; of a check: whether it was made.
    Checks,
}

impl Figure {
    /// All of them.
    pub const ALL: &[Figure] = &[Figure::Objects, Figure::Cycles, Figure::Temporaries, Figure::Checks];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Figure::Objects => "objects",
            Figure::Cycles => "cycles",
            Figure::Temporaries => "temporaries",
            Figure::Checks => "checks",
        }
    }
}
