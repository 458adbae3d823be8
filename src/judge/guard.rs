//! The guard of one child: asks it about a program, reads its messages, and kills it if it hangs.

pub(crate) mod protocol;

use crate::judge::violation::{Crash, Hang, Violation};
use protocol::{Message, Question};
use std::io::{self, BufReader, Read};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How many bytes of a child's standard error are kept.
const MOST_TEXT: usize = 1 << 16;

/// The limits of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long one call of the subject may use the processor, and for how long no thread of the subject may run or want
    /// to.
    pub time: Duration,
    /// How much memory its process may have, in mebibytes. Only Unix enforces this.
    pub memory: u64,
}

/// How long a child may send nothing, in addition to its time limit. It sends several messages a second, so this is only
/// for a child that is stopped as a whole.
const SILENCE: Duration = Duration::from_secs(60);

/// A child and its messages.
pub(crate) struct Guard {
    child: Child,
    limits: Limits,
    input: Option<ChildStdin>,
    messages: Receiver<Message>,
    errors: Option<JoinHandle<String>>,
}

/// The result of a question.
pub(crate) enum Ending {
    /// The child answered.
    Answered(Vec<u8>),
    /// The child ended its process at this line, or hangs there and must be killed.
    Ended { step: usize, violation: Violation },
}

impl Guard {
    /// Starts a child.
    pub fn begin(mut command: Command, limits: Limits) -> io::Result<Guard> {
        // Ctrl-C must reach only this process, which then reports its results.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        // A backtrace of a failed allocation takes seconds, and nobody reads it.
        command.env("RUST_BACKTRACE", "0");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let (send, messages) = channel();
        if let Some(output) = child.stdout.take() {
            std::thread::spawn(move || {
                let mut output = BufReader::new(output);
                while Message::receive(&mut output).is_ok_and(|message| send.send(message).is_ok()) {}
            });
        }
        let errors = child.stderr.take().map(|errors| std::thread::spawn(move || beginning(errors)));
        let input = child.stdin.take();
        Ok(Guard { child, limits, input, messages, errors })
    }

    /// Asks a question. Calls `slow` if the program as a whole takes long. Without an answer, the guard can't be used again.
    pub fn ask(&mut self, question: &Question, slow: &dyn Fn(usize, Duration)) -> io::Result<Ending> {
        if let Some(input) = &mut self.input {
            // If this fails, the child has ended, and `recv_timeout` below reports it.
            let _ = question.send(input);
        }
        let hung = |step, how, limit| Ok(Ending::Ended { step, violation: Violation::Hung { how, limit } });
        let silence = question.patience + SILENCE;
        let mut step = 0;
        loop {
            match self.messages.recv_timeout(silence) {
                Ok(Message::Answer(answer)) => return Ok(Ending::Answered(answer)),
                Ok(Message::First) => step = 0,
                Ok(Message::Next) => step += 1,
                Ok(Message::Alive) => {}
                Ok(Message::Slow(time)) => slow(step, time),
                Ok(Message::Busy(time)) => return hung(step, Hang::Busy, time),
                Ok(Message::Still(time)) => return hung(step, Hang::Still, time),
                Err(RecvTimeoutError::Timeout) => return hung(step, Hang::Still, silence),
                Err(RecvTimeoutError::Disconnected) => {
                    let violation = self.crash()?;
                    return Ok(Ending::Ended { step, violation });
                }
            }
        }
    }

    /// How the child ended by itself.
    fn crash(&mut self) -> io::Result<Violation> {
        let status = self.child.wait()?;
        let errors = self.errors.take().and_then(|errors| errors.join().ok()).unwrap_or_default();
        if errors.contains("memory allocation of") {
            return Ok(Violation::OutOfMemory { limit: self.limits.memory });
        }
        if errors.contains("overflowed its stack") {
            return Ok(Violation::Crashed { how: Crash::StackOverflow });
        }
        Ok(Violation::Crashed { how: status.into() })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads the beginning of a text. It also reads the rest and drops it, so that the writer does not block.
fn beginning(mut from: impl Read) -> String {
    let mut bytes = Vec::new();
    let _ = from.by_ref().take(MOST_TEXT as u64).read_to_end(&mut bytes);
    let _ = io::copy(&mut from, &mut io::sink());
    String::from_utf8_lossy(&bytes).into_owned()
}
