//! The first room: where programs come from.

pub mod generate;
#[cfg(feature = "cli")]
pub(crate) mod import;
pub mod mutate;
