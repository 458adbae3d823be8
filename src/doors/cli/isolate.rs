//! Running programs in child processes: what can be asked for, and the command that a child is.

use super::arguments::{duration, property};
use super::{Context, End, Trouble};
use crate::judge::guard::Limits;
use crate::judge::lockstep::{Failure, Verdict};
use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use crate::judge::tally::Tally;
use crate::runs::isolation::{Isolated, serve};
use clap::Args;
use heapproof_model::Program;
use std::io;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What every command can be asked for that runs programs.
#[derive(Debug, Args)]
pub(super) struct Isolate {
    /// Run programs in a child process, so that a subject which ends its process, or never ends, is a failure like others
    #[arg(long)]
    pub isolate: bool,
    /// How long a program may run in a child process; `10s` unless given
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub limit_time: Option<Duration>,
    /// How much memory a child process may have, in MiB; 2048 unless given
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(256..))]
    pub limit_memory: Option<u64>,
}

/// How long a program may run in a child process, unless something else is asked for.
const TIME: Duration = Duration::from_secs(10);
/// How much memory a child process may have, in mebibytes, unless something else is asked for.
const MEMORY: u64 = 2048;

impl Isolate {
    /// What repeats it on a command line.
    pub fn repeat(&self) -> String {
        let mut words = String::new();
        if self.isolate {
            words += " --isolate";
            if let Some(time) = self.limit_time {
                let time = humantime::format_duration(time).to_string().replace(' ', "");
                words += &format!(" --limit-time {time}");
            }
            if let Some(memory) = self.limit_memory {
                words += &format!(" --limit-memory {memory}");
            }
        }
        words
    }

    fn limits(&self) -> Limits {
        Limits { time: self.limit_time.unwrap_or(TIME), memory: self.limit_memory.unwrap_or(MEMORY) }
    }

    /// This process can't be limited, so a limit without a child would be no limit.
    fn refuse_limits_without_a_child(&self) -> Result<(), Trouble> {
        let given = [("--limit-time", self.limit_time.is_some()), ("--limit-memory", self.limit_memory.is_some())];
        match given.iter().find(|(_, is_given)| *is_given && !self.isolate) {
            Some((option, _)) => Err(Trouble::Usage(format!(
                "`{option}` limits a child process, and there is none: give `--isolate` too"
            ))),
            None => Ok(()),
        }
    }
}

/// The command of a child, which no person types.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[arg(long)]
    subject: String,
    #[arg(long, value_parser = property)]
    property: Property,
    #[arg(long)]
    limit_memory: u64,
}

/// Serves programs until there are no more.
pub(super) fn child(context: &Context<'_>, arguments: &Serve) -> Result<End, Trouble> {
    let subject = context.subject(Some(&arguments.subject))?;
    let served = serve(arguments.property, subject, arguments.limit_memory);
    served.map_err(|error| Trouble::Fault(format!("can't limit the memory of a child process: {error}")))?;
    Ok(End::Passed)
}

/// Says what comes of programs, in this process or in children.
pub(super) struct Judge<'a> {
    property: Property,
    subject: &'a SubjectKind,
    isolated: Option<Isolated<'a>>,
    trouble: Mutex<Option<Trouble>>,
}

impl<'a> Judge<'a> {
    /// In children, if that is asked for.
    pub fn new(property: Property, subject: &'a SubjectKind, isolate: &'a Isolate) -> Result<Judge<'a>, Trouble> {
        isolate.refuse_limits_without_a_child()?;
        let isolated = if isolate.isolate { Some(isolated(property, subject, isolate)?) } else { None };
        Ok(Judge { property, subject, isolated, trouble: Mutex::default() })
    }

    /// In children from the first program on whose process it ends, or which does not end: that program is tried in one.
    pub fn after_trying(
        program: &Program,
        property: Property,
        subject: &'a SubjectKind,
        isolate: &'a Isolate,
    ) -> Result<Judge<'a>, Trouble> {
        if isolate.isolate {
            return Judge::new(property, subject, isolate);
        }
        let isolated = isolated(property, subject, isolate)?;
        let failure = isolated.verdict(program).map_err(no_child)?.failure;
        let ends = failure.is_some_and(|failure| failure.violation.ends_the_process());
        if ends {
            super::say(&format!(
                "`{}` ends its process, or never ends: each program is run in a child process",
                subject.name
            ));
        }
        Ok(Judge { property, subject, isolated: ends.then_some(isolated), trouble: Mutex::default() })
    }

    /// How a program fails, if it does. Where it can't be known, it passes, and [`Judge::trouble`] says why.
    pub fn failure(&self, program: &Program) -> Option<Failure> {
        self.by(program, Isolated::verdict).failure
    }

    /// The same with what its operations came to.
    pub fn verdict(&self, program: &Program) -> Verdict {
        self.by(program, Isolated::counted)
    }

    fn by(&self, program: &Program, run: fn(&Isolated<'a>, &Program) -> io::Result<Verdict>) -> Verdict {
        let trouble = || self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let unknown = || Verdict { tally: Tally::default(), failure: None };
        if trouble().is_some() {
            return unknown();
        }
        let verdict = match &self.isolated {
            Some(isolated) => run(isolated, program).map_err(no_child),
            None => Ok(self.property.check(self.subject, program)),
        };
        let verdict =
            verdict.and_then(|verdict| match verdict.failure.as_ref().and_then(|it| it.violation.not_made()) {
                Some(not_made) => Err(not_made.clone().into()),
                None => Ok(verdict),
            });
        verdict.unwrap_or_else(|error| {
            trouble().get_or_insert(error);
            unknown()
        })
    }

    /// Whether something keeps it from judging.
    pub fn is_in_trouble(&self) -> bool {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// What kept it from judging.
    pub fn trouble(self) -> Result<(), Trouble> {
        let trouble = self.trouble.into_inner().unwrap_or_else(PoisonError::into_inner);
        trouble.map_or(Ok(()), Err)
    }
}

fn isolated<'a>(property: Property, subject: &'a SubjectKind, isolate: &Isolate) -> Result<Isolated<'a>, Trouble> {
    let executable = std::env::current_exe().map_err(no_child)?;
    let limits = isolate.limits();
    Ok(Isolated::new(property, subject, limits, move || {
        let mut command = Command::new(&executable);
        command.args(["serve", "--subject", &subject.name, "--property", property.name()]);
        command.args(["--limit-memory", &limits.memory.to_string()]);
        command
    }))
}

#[allow(clippy::needless_pass_by_value)] // for `map_err`
fn no_child(error: io::Error) -> Trouble {
    Trouble::Fault(format!("can't run a child process: {error}"))
}
