//! The operations of a reference-counted heap: their notations, and what they must do.
//!
//! [`operation`] is the one table of operations. [`text`] and [`bytes`] are the notations of programs. [`script`] says
//! what a program means on any heap. [`definitions`] says what counted, reachable and cyclic are. [`mod@reference`] is
//! a heap that computes every answer by these definitions from the whole object graph.
//!
//! Nothing here is fast, and nothing is stored that can be derived: a reader must be able to see that the reference is
//! right. It knows nothing of any heap under test. "SPEC" in comments is `SPEC.md`, the contract in words.
//!
//! ```
//! use heapproof_model::{Program, Reference, script};
//!
//! let program: Program = "a = table\na.next = a\ndrop a\ncollect".parse().unwrap();
//! let mut heap = Reference::new();
//! for line in program.lines() {
//!     script::step(&mut heap, line);
//! }
//! assert_eq!(heap.statistics().frees, 1);
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(missing_docs)]

pub mod bytes;
pub mod definitions;
pub mod dialect;
pub mod fault;
pub mod operation;
pub mod parts;
pub mod program;
pub mod reference;
pub mod script;
pub mod text;
pub mod value;

pub use dialect::Dialect;
pub use fault::{Fault, Finding, FindingKind};
pub use operation::part::{self, Part};
pub use operation::{Code, Gives, Line, Operation, Store};
pub use parts::Parts;
pub use program::Program;
pub use reference::{Reference, Statistics};
pub use script::{End, Event, Machine, Outcome, Refusal, Script};
pub use text::TextError;
pub use value::{Contents, Counts, Field, Float, Kind, Name, Object, Value};

/// The examples of the readme are tests too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
