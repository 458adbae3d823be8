//! Runs programs in child processes: the options, and the hidden command that a child runs.

use super::arguments::{duration, property};
use super::{Context, End, Trouble};
use crate::judge::guard::Limits;
use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use crate::runs::isolation::{Isolated, serve};
use crate::subjects::process;
use clap::Args;
use std::io;
use std::process::Command;
use std::time::Duration;

/// The options of every command that runs programs.
#[derive(Debug, Default, Args)]
pub(super) struct Isolate {
    /// Run programs in a child process, so that a crash or a hang of the subject is a failure like others
    #[arg(long)]
    pub isolate: bool,
    /// How long one call of the subject may use a processor in a child process, and how long all its threads may be idle;
    /// by default `10s`
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub limit_time: Option<Duration>,
    /// How much memory a child process may have, in MiB; by default 2048
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(256..))]
    pub limit_memory: Option<u64>,
}

/// A time as one word.
pub(super) fn spelled(time: Duration) -> String {
    humantime::format_duration(time).to_string().replace(' ', "")
}

/// How long a call may take in a child process by default.
pub(super) const DEFAULT_TIME: Duration = Duration::from_secs(10);
/// How much memory a child process may have by default, in mebibytes.
const DEFAULT_MEMORY: u64 = 2048;

impl Isolate {
    /// The options that repeat it.
    pub fn repeat(&self) -> String {
        let mut words = String::new();
        if self.isolate {
            words += " --isolate";
            if let Some(time) = self.limit_time {
                words += &format!(" --limit-time {}", spelled(time));
            }
            if let Some(memory) = self.limit_memory {
                words += &format!(" --limit-memory {memory}");
            }
        }
        words
    }

    fn limits(&self) -> Limits {
        let (time, memory) = (self.limit_time.unwrap_or(DEFAULT_TIME), self.limit_memory.unwrap_or(DEFAULT_MEMORY));
        Limits { time, memory }
    }

    /// Refuses what would have no effect: a limit without a child process, and a child process for a heap that has its own.
    pub fn refuse_what_has_no_effect(&self, subject: &SubjectKind) -> Result<(), Trouble> {
        if self.isolate && process::is_one(subject) {
            let wrong = "`--isolate` is for heaps in this process; this one has a process of its own, leave it out";
            return Err(Trouble::Usage(wrong.to_owned()));
        }
        let limits_time = self.limit_time.is_some() && !process::is_one(subject);
        let given = [("--limit-time", limits_time), ("--limit-memory", self.limit_memory.is_some())];
        match given.iter().find(|(_, is_given)| *is_given && !self.isolate) {
            Some((option, _)) => Err(Trouble::Usage(format!(
                "`{option}` limits a child process, but there is none: give `--isolate` too"
            ))),
            None => Ok(()),
        }
    }
}

/// The command that a child process runs; people do not type it.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[arg(long)]
    subject: String,
    #[arg(long, value_parser = property)]
    property: Property,
    #[arg(long)]
    limit_memory: u64,
}

/// Runs programs for the parent until it closes the pipe.
pub(super) fn child(context: &Context<'_>, arguments: &Serve) -> Result<End, Trouble> {
    let subject = context.subject(Some(&arguments.subject))?;
    let served = serve(arguments.property, subject, arguments.limit_memory);
    served.map_err(|error| Trouble::Fault(format!("can't limit the memory of a child process: {error}")))?;
    Ok(End::Passed)
}

/// Children that judge programs.
pub(super) fn isolated<'a>(
    property: Property,
    subject: &'a SubjectKind,
    isolate: &Isolate,
) -> Result<Isolated<'a>, Trouble> {
    // If a child failed to make a subject, it would look like a heap that ends its process.
    subject.abilities()?;
    let executable = std::env::current_exe().map_err(no_child)?;
    let limits = isolate.limits();
    let command = move || {
        let mut command = Command::new(&executable);
        command.args(["serve", "--subject", subject.typed(), "--property", property.name()]);
        command.args(["--limit-memory", &limits.memory.to_string()]);
        if let Some(dialect) = subject.is_held_to() {
            command.args(["--dialect", &dialect.to_string()]);
        }
        command
    };
    Ok(Isolated::new(limits, command).telling(super::say))
}

#[allow(clippy::needless_pass_by_value)] // for `map_err`
pub(super) fn no_child(error: io::Error) -> Trouble {
    Trouble::Fault(format!("can't run a child process: {error}"))
}
