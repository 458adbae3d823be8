//! The same program with an allocator that counts bytes: figures are bytes where they would be times.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use peak_alloc::PeakAlloc;
use peers::memory::{Meter, install};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

fn main() -> ExitCode {
    install(Meter {
        in_use: || ALLOCATOR.current_usage(),
        peak: || ALLOCATOR.peak_usage(),
        forget_peak: || ALLOCATOR.reset_peak_usage(),
    });
    peers::main()
}
