//! The protocol between a process and its child.
//!
//! The child gets programs as bytes, each after its length. It answers with single bytes that never occur in UTF-8, so
//! that a subject which prints does no harm.

use heapproof_model::Program;
use std::io::{self, Read, Write};

/// One of the subjects that the property needs begins its first line.
pub const FIRST: u8 = 0xf8;
/// The next line begins.
pub const NEXT: u8 = 0xf9;
/// The program passed.
pub const PASSED: u8 = 0xfa;
/// The program failed, and the process survived.
pub const FAILED: u8 = 0xfb;

/// Sends a program.
pub fn send(out: &mut impl Write, program: &Program) -> io::Result<()> {
    let bytes = program.encode();
    out.write_all(&(bytes.len() as u64).to_le_bytes())?;
    out.write_all(&bytes)?;
    out.flush()
}

/// Reads the next program; an error where there is none.
pub fn receive(input: &mut impl Read) -> io::Result<Program> {
    let mut length = [0; 8];
    input.read_exact(&mut length)?;
    let mut bytes = Vec::new();
    input.take(u64::from_le_bytes(length)).read_to_end(&mut bytes)?;
    Ok(Program::decode(&bytes))
}
