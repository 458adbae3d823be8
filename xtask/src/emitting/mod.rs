//! Tests that `heapproof emit-test` prints, built and run as their readers do: in a package that needs the heap alone.

pub(crate) mod emitted;
mod failing;
mod package;
mod passing;
