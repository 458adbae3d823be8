//! The guard of one child: asks it about a program, listens, and ends it when it says that it hangs.

pub(crate) mod protocol;

use crate::judge::violation::{Crash, Hang, Violation};
use protocol::{Question, Said};
use std::io::{self, BufReader, Read};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
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

/// How long a child may say nothing, besides the limit of its time: it says several times a second that it lives, so this
/// is only for one that is stopped as a whole.
const SILENCE: Duration = Duration::from_secs(60);

/// A child and what it says.
pub(crate) struct Guard {
    child: Child,
    limits: Limits,
    input: Option<ChildStdin>,
    said: Receiver<Said>,
    errors: Option<JoinHandle<String>>,
}

/// What came of a question.
pub(crate) enum Ending {
    /// It was answered.
    Answered(Vec<u8>),
    /// The child ended its process, or has to be ended with it, while it was at that line.
    Ended { step: usize, violation: Violation },
}

impl Guard {
    /// Starts a child.
    pub fn begin(mut command: Command, limits: Limits) -> io::Result<Guard> {
        // Ctrl-C must reach only this process, which then reports what it has.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        // A backtrace of a failed allocation takes seconds, and nobody reads it.
        command.env("RUST_BACKTRACE", "0");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let (send, said) = channel();
        if let Some(output) = child.stdout.take() {
            std::thread::spawn(move || {
                let mut output = BufReader::new(output);
                while Said::receive(&mut output).is_ok_and(|said| send.send(said).is_ok()) {}
            });
        }
        let errors = child.stderr.take().map(|errors| std::thread::spawn(move || beginning(errors)));
        let input = child.stdin.take();
        Ok(Guard { child, limits, input, said, errors })
    }

    /// Asks a question; `slow` is told where the program as a whole takes long. A child that has ended is of no use for
    /// another.
    pub fn ask(&mut self, question: &Question, slow: &dyn Fn(usize, Duration)) -> io::Result<Ending> {
        if let Some(input) = &mut self.input {
            // Where it can't be sent, the child has ended, which is seen below.
            let _ = question.send(input);
        }
        let hung = |step, how, limit| Ok(Ending::Ended { step, violation: Violation::Hung { how, limit } });
        let silence = question.patience + SILENCE;
        let mut step = 0;
        loop {
            match self.said.recv_timeout(silence) {
                Ok(Said::Answer(answer)) => return Ok(Ending::Answered(answer)),
                Ok(Said::First) => step = 0,
                Ok(Said::Next) => step += 1,
                Ok(Said::Alive) => {}
                Ok(Said::Slow(time)) => slow(step, time),
                Ok(Said::Busy(time)) => return hung(step, Hang::Busy, time),
                Ok(Said::Still(time)) => return hung(step, Hang::Still, time),
                Err(RecvTimeoutError::Timeout) => return hung(step, Hang::Still, silence),
                Err(RecvTimeoutError::Disconnected) => {
                    let violation = self.crash()?;
                    return Ok(Ending::Ended { step, violation });
                }
            }
        }
    }

    /// How a child ended that was not killed.
    fn crash(&mut self) -> io::Result<Violation> {
        let status = self.child.wait()?;
        let errors = self.errors.take().and_then(|errors| errors.join().ok()).unwrap_or_default();
        if errors.contains("memory allocation of") {
            return Ok(Violation::OutOfMemory { limit: self.limits.memory });
        }
        if errors.contains("overflowed its stack") {
            return Ok(Violation::Crashed { how: Crash::StackOverflow });
        }
        Ok(Violation::Crashed { how: of_status(status) })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The beginning of a text. The rest is read and dropped, so that its writer does not block.
fn beginning(mut from: impl Read) -> String {
    let mut bytes = Vec::new();
    let _ = from.by_ref().take(MOST_TEXT as u64).read_to_end(&mut bytes);
    let _ = io::copy(&mut from, &mut io::sink());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(unix)]
fn of_status(status: ExitStatus) -> Crash {
    use std::os::unix::process::ExitStatusExt;
    /// The signal of an abort, the same on every Unix.
    const ABORT: i32 = 6;
    match (status.signal(), status.code()) {
        (Some(ABORT), _) => Crash::Aborted,
        (Some(signal), _) => Crash::Signal(signal),
        (None, code) => Crash::Exited(code.unwrap_or(0)),
    }
}

#[cfg(not(unix))]
fn of_status(status: ExitStatus) -> Crash {
    Crash::Exited(status.code().unwrap_or(0))
}
