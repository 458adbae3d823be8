//! How soon seeded bugs are found: by random programs, with each bias of the generators and without, and by a fuzz target.

pub(crate) mod biases;
pub(crate) mod bugs;
pub(crate) mod fuzz_bugs;
mod hunt;
mod table;
