//! The program that measures time and counts instructions, and starts the other for memory.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    peers::main()
}
