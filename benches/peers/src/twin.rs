//! Twins: the states of our heap in which the same operation may cost more.

use clap::ValueEnum;

/// What else goes on in the heap while an operation is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Twin {
    /// Nothing.
    Plain,
    /// A collection in slices is under way.
    Slices,
    /// A frame is open.
    Frame,
    /// A detection of live cycles has begun.
    Detection,
    /// The objects in use are targets of weak objects.
    Weak,
}

impl Twin {
    /// All, in the order of the tables.
    pub const ALL: [Self; 5] = [Self::Plain, Self::Slices, Self::Frame, Self::Detection, Self::Weak];

    /// Its name on the command line and in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Slices => "slices",
            Self::Frame => "frame",
            Self::Detection => "detection",
            Self::Weak => "weak",
        }
    }
}
