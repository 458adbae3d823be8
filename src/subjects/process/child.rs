//! A child process and its lines.
//!
//! Reads and writes are buffered: what is asked ahead goes out in one write. Nothing is written that the child might not read
//! at once but what fits into a pipe, so that the two never wait for each other.

use super::started;
use super::watch::{Due, Watch};
use crate::judge::lost::{Loss, Lost};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child as Process, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The most bytes of a line.
pub(super) const MOST_LINE: usize = 64 << 20;
/// The most bytes that a child may write to its standard error.
const MOST_ERRORS: usize = 64 << 20;
/// How many bytes and lines of it are kept.
const KEPT_BYTES: usize = 16 << 10;
const KEPT_LINES: usize = 8;
/// How long a child may take to end after it has closed its output. A busy machine may let one wait that does so at once.
const ENDING: Duration = Duration::from_secs(2);
/// How long it may sleep meanwhile, where that can be seen: who ends is at work.
const ASLEEP: Duration = Duration::from_millis(300);
/// How long what it has said may take to come after it has ended.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// A child process.
pub(super) struct Child {
    process: Process,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    errors: Option<JoinHandle<()>>,
    said: Arc<Said>,
    watch: Watch,
    unsent: String,
    line: Vec<u8>,
}

/// What a child writes to its standard error.
#[derive(Default)]
struct Said {
    last: Mutex<VecDeque<u8>>,
    /// How many bytes since the program began.
    written: AtomicUsize,
    is_flood: AtomicBool,
}

impl Child {
    /// Starts a command.
    ///
    /// # Errors
    /// Why it can't be started.
    pub fn start(words: &[String], limit: Duration, longest: &Arc<AtomicU64>) -> Result<Child, String> {
        let (program, arguments) = words.split_first().ok_or("there is no command")?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Ctrl-C must reach only this process, and what the child starts must end with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut process = started::start(command).map_err(|error| format!("can't run `{program}`: {error}"))?;
        let pipes = (process.stdin.take(), process.stdout.take(), process.stderr.take());
        let (Some(input), Some(output), Some(errors)) = pipes else { return Err("it has no pipes".to_owned()) };
        let due = Arc::new(Due::new(process.id(), limit, Arc::clone(longest)));
        let said = Arc::new(Said::default());
        let (reader, flooded) = (Arc::clone(&said), Arc::clone(&due));
        let errors = std::thread::spawn(move || reader.read(errors, &flooded));
        Ok(Child {
            process,
            input,
            output: BufReader::with_capacity(1 << 16, output),
            errors: Some(errors),
            said,
            watch: Watch::over(due),
            unsent: String::new(),
            line: Vec::new(),
        })
    }

    /// Where what is to be sent is written to; see [`Child::send`].
    pub fn outbox(&mut self) -> &mut String {
        &mut self.unsent
    }

    /// Sends what was written. If the child is not there to read it, that shows where its answer is due.
    pub fn send(&mut self) {
        if !self.unsent.is_empty() {
            // A child that does not read what is longer than a pipe hangs too.
            self.watch.begins();
            let _ = self.input.write_all(self.unsent.as_bytes());
            self.watch.ends();
            self.unsent.clear();
        }
    }

    /// The next line that it writes. What is to be sent is sent before.
    ///
    /// # Errors
    /// How it is lost.
    pub fn line(&mut self) -> Result<&str, Lost> {
        self.line.clear();
        loop {
            if self.output.buffer().is_empty() {
                self.send();
                self.watch.begins();
            }
            let read = self.output.fill_buf();
            self.watch.ends();
            let buffer = match read {
                Ok(buffer) if !buffer.is_empty() => buffer,
                _ => return Err(self.lost()),
            };
            let (taken, ends) = match buffer.iter().position(|byte| *byte == b'\n') {
                Some(at) => (at, true),
                None => (buffer.len(), false),
            };
            self.line.extend_from_slice(&buffer[..taken]);
            self.output.consume(taken + usize::from(ends));
            if self.line.len() > MOST_LINE {
                return Err(self.wrong(Loss::Endless(MOST_LINE)));
            }
            if ends {
                break;
            }
        }
        match std::str::from_utf8(&self.line) {
            Ok(_) => Ok(std::str::from_utf8(&self.line).unwrap_or_default()),
            Err(_) => {
                let line = String::from_utf8_lossy(&self.line).into_owned();
                Err(self.wrong(Loss::Garbled(shortened(&line))))
            }
        }
    }

    /// A program begins: what it writes to standard error is counted anew.
    pub fn begins(&self) {
        self.said.written.store(0, Ordering::Relaxed);
    }

    /// Whether it has written more than was read.
    pub fn says_more(&self) -> bool {
        !self.output.buffer().is_empty()
    }

    /// The child did something that is wrong: it is ended.
    pub fn wrong(&mut self, how: Loss) -> Lost {
        self.watch.kill();
        self.reap();
        Lost { how, looked: false, said: self.said() }
    }

    /// How it was lost that closed its output.
    fn lost(&mut self) -> Lost {
        let status = self.ending();
        let killed = self.watch.kill();
        let flooded = self.said.is_flood.load(Ordering::Relaxed).then_some(Loss::Flooded(MOST_ERRORS));
        let ended = status.map(|status| Loss::Crashed(status.into()));
        let how = killed.or(flooded).or(ended).unwrap_or(Loss::Closed);
        self.reap();
        Lost { how, looked: false, said: self.said() }
    }

    /// Its end, if it comes soon after it has closed its output.
    fn ending(&mut self) -> Option<ExitStatus> {
        let began = Instant::now();
        let (mut used, mut awake, mut pause) = (Duration::ZERO, began, Duration::from_millis(1));
        while began.elapsed() < ENDING && awake.elapsed() < ASLEEP {
            if let Ok(Some(status)) = self.process.try_wait() {
                return Some(status);
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(ASLEEP / 10);
            let (now, runs) = self.watch.at_work();
            if runs || now > used {
                (used, awake) = (now, Instant::now());
            }
        }
        None
    }

    /// Waits for its end, which where there are no groups of processes is not asked for yet.
    fn reap(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// The last lines of standard error, first what a sanitizer sums up.
    pub fn said(&mut self) -> Vec<String> {
        let began = Instant::now();
        // A process that it has started may keep standard error open.
        while self.errors.as_ref().is_some_and(|errors| !errors.is_finished()) && began.elapsed() < LAST_WORDS {
            std::thread::sleep(Duration::from_millis(1));
        }
        let last: Vec<u8> = self.said.last.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect();
        let text = String::from_utf8_lossy(&last).into_owned();
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        let summary = lines.iter().rposition(|line| line.starts_with("SUMMARY: ") || line.contains("runtime error: "));
        let from = lines.len().saturating_sub(KEPT_LINES);
        let summary = summary.filter(|at| *at < from);
        summary.into_iter().chain(from..lines.len()).map(|at| shortened(lines[at])).collect()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.watch.kill();
        self.reap();
    }
}

impl Said {
    /// Reads until the end, so that the writer does not block, and keeps the last.
    fn read(&self, mut errors: impl Read, due: &Due) {
        let mut buffer = [0; 1 << 12];
        while let Ok(read @ 1..) = errors.read(&mut buffer) {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            last.extend(&buffer[..read]);
            let more = last.len().saturating_sub(KEPT_BYTES);
            last.drain(..more);
            if self.written.fetch_add(read, Ordering::Relaxed) + read > MOST_ERRORS {
                self.is_flood.store(true, Ordering::Relaxed);
                due.kill();
                return;
            }
        }
    }
}

/// The beginning of a line, which may be of any length.
pub(super) fn shortened(line: &str) -> String {
    const MOST: usize = 200;
    match line.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}..", &line[..at]),
        None => line.to_owned(),
    }
}
