//! Cycles: what they are, how they are found, and how those that are garbage are freed.
//!
//! A cycle is a strongly connected component of the graph of strong references that has more than
//! one object, or an edge from its one object to itself. An object in a cycle keeps a count above
//! 0 whatever the mutator does, so counting alone never frees it.
//!
//! Two questions are kept apart. *Detection* asks which cycles there are, live or garbage; it is a
//! diagnosis, made only when it is asked for. *Collection* asks what can't be reached any more,
//! and frees it; it needs no cycles to do so, and makes none of detection's work.

pub(crate) mod allowance;
mod among;
pub(crate) mod candidates;
mod changes;
mod collection;
mod components;
pub(crate) mod detection;
pub(crate) mod known;
pub(crate) mod marking;
mod parting;
mod region;
pub(crate) mod search;
pub(crate) mod slices;
mod steps;
mod trial;
pub(crate) mod tuning;
mod underway;

pub use allowance::Budget;
pub use collection::Collection;
