//! How a subject in another process is lost, and the last that it said.

use std::fmt;
use std::process::ExitStatus;
use std::time::Duration;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize))]
pub enum Crash {
    /// It aborted.
    Aborted,
    /// Its stack overflowed.
    StackOverflow,
    /// That signal killed it.
    Signal(i32),
    /// It exited with that code.
    Exited(i32),
}

/// What a subject does that does not return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize))]
pub enum Hang {
    /// One call uses the processor.
    Busy,
    /// Nothing: no thread of it uses a processor, or wants to.
    Still,
}

/// A subject that can't be asked any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// How.
    pub how: Loss,
    /// Whether it was looked at, and not called: then no line of the program is to blame.
    pub looked: bool,
    /// The last lines of its standard error; first what a sanitizer reports, if one does.
    pub said: Vec<String>,
}

/// What its process did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loss {
    /// It ended.
    Crashed(Crash),
    /// It did not answer in time, and was killed.
    Hung(Hang, Duration),
    /// It closed its output and went on.
    Closed,
    /// It wrote a line that says nothing.
    Garbled(String),
    /// It wrote a line that answers nothing that was asked.
    Untimely(String),
    /// It wrote a line that does not end: the most bytes that one may have.
    Endless(usize),
    /// It filled its standard error: the most bytes that it may write there.
    Flooded(usize),
    /// What it says contradicts what it said before: the former, in words.
    Contradicted(String),
}

impl Loss {
    /// All kinds that no other violation has.
    pub const KINDS: &[&str] = &[
        "closed-its-output",
        "answer-garbled",
        "answer-untimely",
        "answer-endless",
        "answer-contradicted",
        "flooded-standard-error",
    ];

    /// The kind of its signature; `None` where it is that of a subject in this process.
    pub(super) fn kind(&self) -> Option<&'static str> {
        Some(match self {
            Loss::Crashed(_) | Loss::Hung(..) => return None,
            Loss::Closed => "closed-its-output",
            Loss::Garbled(_) => "answer-garbled",
            Loss::Untimely(_) => "answer-untimely",
            Loss::Endless(_) => "answer-endless",
            Loss::Contradicted(_) => "answer-contradicted",
            Loss::Flooded(_) => "flooded-standard-error",
        })
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Loss::Crashed(how) => how.fmt(out),
            Loss::Hung(how, limit) => out.write_str(&hung(*how, *limit)),
            Loss::Closed => out.write_str("it closes its output while an answer is due"),
            Loss::Garbled(line) => write!(out, "it writes {line:?}, which is no answer of the protocol"),
            Loss::Untimely(line) => write!(out, "it writes {line:?}, which nothing has asked for"),
            Loss::Endless(most) => write!(out, "it writes a line of more than {most} bytes"),
            Loss::Flooded(most) => write!(out, "it writes more than {most} bytes to its standard error"),
            Loss::Contradicted(what) => out.write_str(what),
        }
    }
}

/// With the last that it said, each line on its own.
impl fmt::Display for Lost {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.how.fmt(out)?;
        if self.looked {
            out.write_str(", when it is asked to `look`")?;
        }
        self.said.iter().try_for_each(|line| write!(out, "\n    | {line}"))
    }
}

impl From<ExitStatus> for Crash {
    #[cfg(unix)]
    fn from(status: ExitStatus) -> Crash {
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
    fn from(status: ExitStatus) -> Crash {
        Crash::Exited(status.code().unwrap_or(0))
    }
}

impl fmt::Display for Crash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Crash::Aborted => out.write_str("it aborts its process"),
            Crash::StackOverflow => out.write_str("its stack overflows, which ends its process"),
            Crash::Signal(signal) => write!(out, "its process is ended by signal {signal}"),
            Crash::Exited(code) => write!(out, "it ends its process, with exit code {code}"),
        }
    }
}

/// What a call did that did not return, in words.
pub(crate) fn hung(how: Hang, limit: Duration) -> String {
    let seconds = limit.as_secs_f64();
    match how {
        Hang::Busy => format!("one call had used a processor for {seconds} s and not returned, and was ended"),
        Hang::Still => {
            format!("it had not returned, and for {seconds} s no thread of it had run or wanted to; it was ended")
        }
    }
}
