//! The sixth room: the ways to run the harness.

#[cfg(feature = "cli")]
pub mod cli;
pub mod front_doors;
