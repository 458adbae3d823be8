//! The fifth room: many programs.

mod blocks;
pub mod campaign;
pub mod enumerate;
mod feedback;
#[cfg(feature = "cli")]
pub mod isolation;
pub mod statistics;
