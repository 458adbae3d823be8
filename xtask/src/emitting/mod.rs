//! Builds and runs the tests that `heapproof emit-test` prints, as their readers do: in a package that needs only the heap.

pub(crate) mod emitted;
mod failing;
mod package;
mod passing;
