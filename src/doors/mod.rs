//! The sixth room: who comes in.

#[cfg(feature = "cli")]
pub mod cli;
pub mod front_doors;
