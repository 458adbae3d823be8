//! What the heap promises, clause by clause, through its public interface.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as the tests do")]

mod callbacks;
mod checks;
mod collection;
mod costs;
mod detection;
mod detection_cost;
mod detection_random;
mod detection_slices;
mod digest;
mod ephemerons;
mod errors;
#[cfg(feature = "fault-injection")]
mod faults;
mod fields;
mod finalizers;
mod frames;
mod graph;
mod identity;
mod like;
mod pins;
mod random;
#[cfg(feature = "fault-injection")]
mod recovery;
mod release;
mod scale;
#[cfg(feature = "serde")]
mod serialization;
#[cfg(feature = "fault-injection")]
mod several_faults;
mod slices;
mod slices_random;
mod storing;
mod support;
mod transfer;
mod verification;
mod weak;
