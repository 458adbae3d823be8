//! The fifth room: many programs.

mod blocks;
pub mod campaign;
mod case;
pub mod enumerate;
mod feedback;
#[cfg(feature = "cli")]
pub mod isolation;
pub mod mix;
pub mod share;
pub mod statistics;

/// How many threads this machine runs at once.
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
