//! The guard of one child: hands it a program, listens, and ends it when its time is up.

pub(crate) mod protocol;

use crate::judge::violation::{Crash, Violation};
use heapproof_model::Program;
use protocol::{FAILED, FIRST, NEXT, PASSED};
use std::io::{self, Read};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How much is kept of what a child says on standard error.
const MOST_TEXT: usize = 1 << 16;

/// What a program may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long it may run.
    pub time: Duration,
    /// How much memory its process may have, in mebibytes; this is only kept on Unix.
    pub memory: u64,
}

/// A child and what it says.
pub(crate) struct Guard {
    child: Child,
    limits: Limits,
    input: Option<ChildStdin>,
    said: Receiver<u8>,
    errors: Option<JoinHandle<String>>,
}

/// What came of a program.
pub(crate) enum Ending {
    Passed,
    Failed,
    /// It ended its process, or had to be ended with it, while it was at that line.
    Ended {
        step: usize,
        violation: Violation,
    },
}

impl Guard {
    /// Begins a child.
    pub fn begin(mut command: Command, limits: Limits) -> io::Result<Guard> {
        // A Ctrl-C is for this process, which goes on to say what it has.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        // To trace back an allocation that failed takes seconds, and nobody reads it.
        command.env("RUST_BACKTRACE", "0");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let (send, said) = channel();
        if let Some(mut output) = child.stdout.take() {
            std::thread::spawn(move || {
                let mut bytes = [0; 4096];
                while let Ok(count @ 1..) = output.read(&mut bytes) {
                    let told = bytes[..count].iter().filter(|byte| (FIRST..=FAILED).contains(*byte));
                    if told.copied().any(|byte| send.send(byte).is_err()) {
                        return;
                    }
                }
            });
        }
        let errors = child.stderr.take().map(|errors| std::thread::spawn(move || beginning(errors)));
        let input = child.stdin.take();
        Ok(Guard { child, limits, input, said, errors })
    }

    /// Runs a program. A child that has ended is of no use for another.
    pub fn run(&mut self, program: &Program) -> io::Result<Ending> {
        if let Some(input) = &mut self.input {
            // Where it can't be sent, the child has ended, which is seen below.
            let _ = protocol::send(input, program);
        }
        let until = Instant::now() + self.limits.time;
        let mut step = 0;
        loop {
            match self.said.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(PASSED) => return Ok(Ending::Passed),
                Ok(FAILED) => return Ok(Ending::Failed),
                Ok(FIRST) => step = 0,
                Ok(NEXT) => step += 1,
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => {
                    let violation = Violation::Hung { limit: self.limits.time };
                    return Ok(Ending::Ended { step, violation });
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let violation = self.crash()?;
                    return Ok(Ending::Ended { step, violation });
                }
            }
        }
    }

    /// How a child has ended by itself.
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

/// As much as is kept of a text; the rest is read, so that its writer does not wait for ever.
fn beginning(mut from: impl Read) -> String {
    let mut bytes = Vec::new();
    let _ = from.by_ref().take(MOST_TEXT as u64).read_to_end(&mut bytes);
    let _ = io::copy(&mut from, &mut io::sink());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(unix)]
fn of_status(status: ExitStatus) -> Crash {
    use std::os::unix::process::ExitStatusExt;
    /// The number of the signal that an abort is, on every Unix.
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
