//! Proves reference-counted heaps: random, fuzzed and hand-written operation sequences, run in lockstep with a reference
//! model, everything compared after every operation, and every failure cut down to a trace that a person can read.
//!
//! A [`Program`](model::Program) goes into the [`lockstep`], which carries it out on a [`Subject`](subject::Subject) and
//! on the model and gives a [`Verdict`](lockstep::Verdict). A failing program goes through [`minimize`] and comes out as a
//! [`Counterexample`](proof::Counterexample), which is saved and explained. Programs come from [`generate`], from fuzzers
//! and frameworks ([`front_doors`]), or from text; or every program of a few lines is tried ([`enumerate`](mod@enumerate)).
//!
//! To put a heap of your own behind it, implement [`Subject`](subject::Subject) and call `cli::main`, or
//! [`assert_holds`] from a test; `examples/your_heap.rs` does both.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub use heapproof_heap as heap;
pub use heapproof_model as model;

pub mod campaign;
#[cfg(feature = "cli")]
pub mod cli;
pub mod corpus;
pub mod digest;
pub mod emit;
pub mod enumerate;
pub mod explain;
pub mod failures;
mod feedback;
pub mod front_doors;
pub mod generate;
#[cfg(feature = "cli")]
pub mod isolation;
pub mod lockstep;
pub mod minimize;
pub mod mutate;
mod panics;
pub mod proof;
pub mod properties;
pub mod signature;
pub mod statistics;
pub mod subject;
pub mod subjects;
pub mod tally;
#[cfg(feature = "cli")]
pub mod viewer;
pub mod violation;

pub use proof::assert_holds;
