//! The third room: from a verdict to what a person keeps.

pub mod corpus;
pub mod emit;
pub mod explain;
pub mod failures;
pub(crate) mod frames;
pub mod heading;
pub mod known;
pub mod minimize;
pub mod proof;
#[cfg(feature = "cli")]
pub mod viewer;
