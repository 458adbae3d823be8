//! The model's own tests: text, bytes, and the contract clause by clause on the reference.
#![allow(clippy::unwrap_used)] // in tests' helpers too

mod bytes;
mod contract;
mod text;
