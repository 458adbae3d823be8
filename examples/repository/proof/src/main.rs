//! All commands of heapproof for this heap: `cargo run --release --package my-heap-proof -- check`.

use std::process::ExitCode;

fn main() -> ExitCode {
    heapproof::cli::main(&[my_heap_proof::MY_HEAP])
}
