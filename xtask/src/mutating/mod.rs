//! Mutants: small wrong edits of the heap and the model that a published tool derives from their sources, cargo-mutants, so that nobody
//! who knows the checks chose them. The seeded bugs are wrong as real heaps were wrong; mutants say what else would go by unseen.
//!
//! cargo-mutants builds and tests each of its thousands of mutants by itself. Here they are put into one copy of the sources, each behind
//! a switch ([`crate::seeded`]), so that all of a share take one build. [`list`] reads the tool's list, [`viable`] leaves out what does
//! not compile, [`trying`] tries each, [`kept`] keeps its [`fate`], [`excuses`] says which can't be seen and why, and [`page`] writes the results.

mod excuses;
mod fate;
mod kept;
mod list;
pub(crate) mod mutants;
mod page;
mod trying;
mod viable;
