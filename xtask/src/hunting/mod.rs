//! Measures how soon seeded bugs are found by random programs, with each bias and without, and by a fuzz target.

pub(crate) mod biases;
pub(crate) mod bugs;
pub(crate) mod fuzz_bugs;
mod hunt;
pub(crate) mod strength;
mod table;
