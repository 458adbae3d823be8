//! What the heap promises, clause by clause, through its public interface.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as the tests do")]

mod checks;
mod collection;
mod detection;
mod errors;
#[cfg(feature = "fault-injection")]
mod faults;
mod finalizers;
mod identity;
mod random;
#[cfg(feature = "fault-injection")]
mod recovery;
mod release;
mod scale;
mod storing;
mod support;
mod verification;
mod weak;
