//! Proves reference-counted heaps. It runs random, fuzzed and hand-written operation sequences in lockstep with a
//! reference model, compares everything that the heap shows, and minimises every failure to a trace that a person can
//! read.
//!
//! The sources are six rooms, in the order in which data flows; a room imports only those before it:
//!
//! 1. `programs`: where programs come from. [`generate`] draws them, [`mutate`] makes them from others.
//! 2. `judge`: a program goes in, a verdict comes out. The [`lockstep`] carries it out on a
//!    [`Subject`](subject::Subject) and on the model; [`properties`] are what is claimed.
//! 3. `failure`: from a verdict to what a person keeps. A failing program goes through [`minimize`] and comes out as a
//!    [`Counterexample`](proof::Counterexample), which is saved and explained.
//! 4. [`subjects`]: what is judged. Our heap is there, and heaps that are wrong on purpose.
//! 5. `runs`: many programs. A [`campaign`] draws them, [`enumerate`](mod@enumerate) tries every program of a few
//!    lines.
//! 6. `doors`: who comes in. The command line, and fuzzers and frameworks ([`front_doors`]).
//!
//! To put a heap of your own behind it, implement [`Subject`](subject::Subject) and call `cli::main`, or
//! [`assert_holds`] from a test; `examples/your_heap.rs` does both.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(missing_docs)]

pub use heapproof_heap as heap;
pub use heapproof_model as model;

mod programs;

mod judge;

mod failure;

// The one room that users see under its own name.
pub mod subjects;

mod runs;

mod doors;

// Users name these modules without their rooms; paths inside this crate never go through these names.
#[cfg(feature = "cli")]
pub use doors::cli;
pub use doors::front_doors;
pub use failure::proof::assert_holds;
#[cfg(feature = "cli")]
pub use failure::viewer;
pub use failure::{corpus, explain, failures, heading, known, minimize, proof};
pub use judge::{alone, code, digest, expectation, lockstep, lost, properties, signature, subject, tally, violation};
pub use programs::{generate, mutate};
pub use runs::{campaign, enumerate, mix, statistics};
pub use subjects::pointers;

/// Prints a trace as a Rust test, and defines what a subject needs to spell one: see [`emit_test`](emit::emit_test).
pub mod emit {
    pub use crate::failure::emit::*;
    pub use crate::judge::spelling::Spelling;
    pub use crate::judge::story::{Claim, Part, Run, Step, Story, Telling};
}

/// Runs each program in a child process, for subjects that can kill their process or never return.
#[cfg(feature = "cli")]
pub mod isolation {
    pub use crate::judge::guard::Limits;
    pub use crate::runs::isolation::{Isolated, serve};
}
