//! The protocol between a process and its child.
//!
//! A question is the time that a call of the subject may take, the request, and the program as bytes, the last two each
//! after its length. The child sends a message for each line that it begins, messages that it is alive, and at last its
//! answer. What the subject prints does not reach this channel.

use heapproof_model::Program;
use std::io::{self, Read, Write};
use std::time::Duration;

/// A message of the child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Message {
    /// One of the subjects that the property needs begins the first line.
    First,
    /// It begins the next line.
    Next,
    /// The child is alive.
    Alive,
    /// The program has used this much processor time so far, and no single call takes too long.
    Slow(Duration),
    /// A call takes too long: it has used this much processor time.
    Busy(Duration),
    /// Nothing has run for this long.
    Still(Duration),
    /// The answer.
    Answer(Vec<u8>),
}

/// A question to the child.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// How long a call may use the processor, and for how long nothing may run.
    pub patience: Duration,
    /// The request.
    pub text: Vec<u8>,
    /// The program.
    pub program: Program,
}

impl Question {
    /// Sends it.
    pub fn send(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&nanoseconds(self.patience).to_le_bytes())?;
        send_bytes(out, &self.text)?;
        send_bytes(out, &self.program.identity())?;
        out.flush()
    }

    /// Receives the next question; an error if there is none.
    pub fn receive(input: &mut impl Read) -> io::Result<Question> {
        let patience = Duration::from_nanos(receive_number(input)?);
        let text = receive_bytes(input)?;
        let program = Program::identified(&receive_bytes(input)?);
        Ok(Question { patience, text, program })
    }
}

impl Message {
    /// Sends it.
    pub fn send(&self, out: &mut impl Write) -> io::Result<()> {
        let timed = |tag: u8, time: Duration| [&[tag][..], &nanoseconds(time).to_le_bytes()].concat();
        match self {
            Message::First => out.write_all(&[0]),
            Message::Next => out.write_all(&[1]),
            Message::Alive => out.write_all(&[2]),
            Message::Slow(time) => out.write_all(&timed(3, *time)),
            Message::Busy(time) => out.write_all(&timed(4, *time)),
            Message::Still(time) => out.write_all(&timed(5, *time)),
            Message::Answer(bytes) => out.write_all(&[6]).and_then(|()| send_bytes(out, bytes)),
        }?;
        out.flush()
    }

    /// Receives the next message; an error if there is none.
    pub fn receive(input: &mut impl Read) -> io::Result<Message> {
        let mut tag = [0];
        input.read_exact(&mut tag)?;
        let mut time = || receive_number(input).map(Duration::from_nanos);
        Ok(match tag[0] {
            0 => Message::First,
            1 => Message::Next,
            2 => Message::Alive,
            3 => Message::Slow(time()?),
            4 => Message::Busy(time()?),
            5 => Message::Still(time()?),
            6 => Message::Answer(receive_bytes(input)?),
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
