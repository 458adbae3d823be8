//! What is asked ahead of its answers.
//!
//! Never more is under way than fits into a pipe twice over. So the parent does not wait for a child to read while the child
//! waits for the parent to read; a line that is longer goes out when nothing else is under way.

use super::words::command;
use crate::judge::subject::Coming;
use std::collections::VecDeque;

/// The most bytes of commands that are under way; the pipes of most systems hold 64 KiB, of some 16.
const MOST_BYTES: usize = 8 << 10;

/// What was announced, in order: first what was sent, then what was not.
#[derive(Default)]
pub(super) struct Queue {
    sent: VecDeque<(Coming, usize)>,
    bytes: usize,
    unsent: VecDeque<Coming>,
}

impl Queue {
    pub fn announce(&mut self, coming: &[Coming]) {
        self.unsent.extend(coming.iter().cloned());
    }

    pub fn is_empty(&self) -> bool {
        self.sent.is_empty() && self.unsent.is_empty()
    }

    /// Writes to `out` what may go out now.
    pub fn write(&mut self, out: &mut String) {
        while let Some(coming) = self.unsent.front() {
            let before = out.len();
            write(coming, out);
            let bytes = out.len() - before;
            if self.bytes > 0 && self.bytes + bytes > MOST_BYTES {
                out.truncate(before);
                return;
            }
            self.bytes += bytes;
            self.sent.extend(self.unsent.pop_front().map(|coming| (coming, bytes)));
        }
    }

    /// The next, which is called now: it is under way.
    pub fn next(&mut self, out: &mut String) -> Option<Coming> {
        self.write(out);
        let (coming, bytes) = self.sent.pop_front()?;
        self.bytes -= bytes;
        Some(coming)
    }
}

/// Writes what asks for it.
pub(super) fn write(coming: &Coming, out: &mut String) {
    match coming {
        Coming::Call(operation) => command(operation, out),
        Coming::Look => out.push_str("look\n"),
    }
}
