//! The first room: where programs come from.

pub mod generate;
pub mod mutate;
