//! The second room: a program goes in, a verdict comes out.

pub mod alone;
pub mod code;
mod counted;
pub mod digest;
pub mod expectation;
pub(crate) mod figure;
#[cfg(feature = "cli")]
pub mod guard;
pub(crate) mod haste;
pub mod lockstep;
pub mod lost;
pub(crate) mod panics;
mod place;
pub mod properties;
pub mod signature;
pub mod spelling;
pub mod story;
pub mod subject;
pub mod tally;
pub mod violation;
