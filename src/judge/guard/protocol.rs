//! The protocol between a process and its child.
//!
//! The child is asked something about a program: how long a call of its subject may take, the question, and the program
//! as bytes, each behind its length. It says which line it has begun, now and then that it lives, and at last its answer.
//! The channel is its own: what a subject prints goes elsewhere.

use heapproof_model::Program;
use std::io::{self, Read, Write};
use std::time::Duration;

/// Something that the child says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// The first line is begun, by one of the subjects that the property needs.
    First,
    /// The next line is begun.
    Next,
    /// It lives.
    Alive,
    /// The program has used that much of a processor so far, without any call that takes too long.
    Slow(Duration),
    /// A call takes too long: it has used the processor for so long.
    Busy(Duration),
    /// Nothing runs, for so long.
    Still(Duration),
    /// The answer.
    Answer(Vec<u8>),
}

/// What the child is asked.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// How long a call may use the processor, and for how long nothing may run.
    pub patience: Duration,
    /// The question.
    pub text: Vec<u8>,
    /// The program that it is about.
    pub program: Program,
}

impl Question {
    /// Sends it.
    pub fn send(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&nanoseconds(self.patience).to_le_bytes())?;
        send_bytes(out, &self.text)?;
        send_bytes(out, &self.program.encode())?;
        out.flush()
    }

    /// The next; an error where there is none.
    pub fn receive(input: &mut impl Read) -> io::Result<Question> {
        let patience = Duration::from_nanos(receive_number(input)?);
        let text = receive_bytes(input)?;
        let program = Program::decode(&receive_bytes(input)?);
        Ok(Question { patience, text, program })
    }
}

impl Said {
    /// Sends it.
    pub fn send(&self, out: &mut impl Write) -> io::Result<()> {
        let timed = |tag: u8, time: Duration| [&[tag][..], &nanoseconds(time).to_le_bytes()].concat();
        match self {
            Said::First => out.write_all(&[0]),
            Said::Next => out.write_all(&[1]),
            Said::Alive => out.write_all(&[2]),
            Said::Slow(time) => out.write_all(&timed(3, *time)),
            Said::Busy(time) => out.write_all(&timed(4, *time)),
            Said::Still(time) => out.write_all(&timed(5, *time)),
            Said::Answer(bytes) => out.write_all(&[6]).and_then(|()| send_bytes(out, bytes)),
        }?;
        out.flush()
    }

    /// The next; an error where there is none.
    pub fn receive(input: &mut impl Read) -> io::Result<Said> {
        let mut tag = [0];
        input.read_exact(&mut tag)?;
        let mut time = || receive_number(input).map(Duration::from_nanos);
        Ok(match tag[0] {
            0 => Said::First,
            1 => Said::Next,
            2 => Said::Alive,
            3 => Said::Slow(time()?),
            4 => Said::Busy(time()?),
            5 => Said::Still(time()?),
            6 => Said::Answer(receive_bytes(input)?),
            _ => return Err(io::ErrorKind::InvalidData.into()),
        })
    }
}

fn nanoseconds(time: Duration) -> u64 {
    time.as_nanos().try_into().unwrap_or(u64::MAX)
}

fn send_bytes(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    out.write_all(&(bytes.len() as u64).to_le_bytes())?;
    out.write_all(bytes)
}

fn receive_number(input: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    input.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

fn receive_bytes(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let length = receive_number(input)?;
    let mut bytes = Vec::new();
    input.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
