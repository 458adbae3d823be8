//! Running programs in child processes: what can be asked for, and the command that a child is.

use super::arguments::{duration, property};
use super::minimizing::Minimizing;
use super::{Context, End, Trouble};
use crate::failure::explain::{Explanation, explain, outline};
use crate::failure::minimize::Options;
use crate::failure::proof::Counterexample;
use crate::failure::viewer::{Drawn, Viewer, Wanted};
use crate::judge::guard::Limits;
use crate::judge::lockstep::{Failure, Verdict};
use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use crate::judge::tally::Tally;
use crate::judge::violation::Violation;
use crate::runs::campaign::Judged;
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
    /// How long one call of the subject may use a processor in a child process, and for how long nothing may run there;
    /// `10s` unless given
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub limit_time: Option<Duration>,
    /// How much memory a child process may have, in MiB; 2048 unless given
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(256..))]
    pub limit_memory: Option<u64>,
}

/// How long a call may take in a child process, unless something else is asked for.
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
        self.verdict(program).failure
    }

    /// The same with what its operations came to.
    pub fn verdict(&self, program: &Program) -> Verdict {
        self.judged(program, false).verdict
    }

    /// The same with what is seen of it, if that is wanted.
    pub fn judged(&self, program: &Program, observes: bool) -> Judged {
        let judged = self.unless_in_trouble(|| {
            let judged = match &self.isolated {
                Some(isolated) => isolated.judged(program, observes).map_err(no_child)?,
                None => Judged::here(self.property, self.subject, program, observes),
            };
            match judged.verdict.failure.as_ref().and_then(|failure| failure.violation.not_made()) {
                Some(not_made) => Err(not_made.clone().into()),
                None => Ok(judged),
            }
        });
        judged.unwrap_or_else(unknown)
    }

    /// Minimises a program, and has the result explained by whoever runs it.
    pub fn minimized(&self, program: &Program, options: &Options<'_>) -> Option<Counterexample> {
        let mut found = self.search(program, options)?;
        let Some(isolated) = &self.isolated else { return Some(found) };
        if matches!(found.failure().violation, Violation::Hung { .. }) {
            match self.unless_in_trouble(|| isolated.hangs(&found.minimized.program).map_err(no_child))? {
                Some(failure) => found.minimized.failure = failure,
                None => {
                    super::say("what seemed to hang was only slow: minimised anew, with the whole limit each time");
                    found = self.search(program, options)?;
                }
            }
        }
        found.told = Some(self.explanation(&found.minimized.program, found.failure()));
        Some(found)
    }

    fn search(&self, program: &Program, options: &Options<'_>) -> Option<Counterexample> {
        let minimizing = Minimizing::begin(program);
        let judge = |program: &Program| {
            let failure = self.failure(program);
            minimizing.ran(program, failure.as_ref());
            failure
        };
        Counterexample::by(self.property, self.subject, program, options, &judge)
    }

    /// Why a program fails, and what could be different in it.
    pub fn explanation(&self, program: &Program, failure: &Failure) -> Explanation {
        let told = self.isolated.as_ref().map(|isolated| {
            let told = self.unless_in_trouble(|| isolated.explanation(program, failure).map_err(no_child));
            told.unwrap_or_else(|| outline(program, failure, None))
        });
        let mut explanation = told.unwrap_or_else(|| explain(self.subject, program, failure));
        // What hangs takes its time, each time.
        if !matches!(failure.violation, Violation::Hung { .. }) {
            explanation.vary(program, &failure.signature(program), &mut |program| self.failure(program));
        }
        explanation
    }

    /// What a run looks like.
    pub fn drawn(
        &self,
        title: &str,
        program: &Program,
        failed: Option<(&Failure, &Explanation)>,
        wanted: &Wanted,
    ) -> Result<Drawn, Trouble> {
        let Some(isolated) = &self.isolated else {
            return Ok(Viewer::new(title, (self.property, self.subject), program, failed).drawn(wanted));
        };
        isolated.drawn(title, program, failed, wanted).map_err(no_child)?.map_err(
            |Failure { step, violation, .. }| {
                let (signature, line) = (violation.kind(), step + 1);
                Trouble::Fault(format!(
                    "can't draw the run: the process that was to draw it ended, {signature}, at line {line}"
                ))
            },
        )
    }

    /// What `ask` gives; nothing once there was trouble.
    fn unless_in_trouble<T>(&self, ask: impl FnOnce() -> Result<T, Trouble>) -> Option<T> {
        let trouble = || self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if trouble().is_some() {
            return None;
        }
        match ask() {
            Ok(answer) => Some(answer),
            Err(error) => {
                trouble().get_or_insert(error);
                None
            }
        }
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

/// Of what can't be known.
fn unknown() -> Judged {
    Judged { verdict: Verdict { tally: Tally::default(), failure: None }, observed: None }
}

fn isolated<'a>(property: Property, subject: &'a SubjectKind, isolate: &Isolate) -> Result<Isolated<'a>, Trouble> {
    // A child that can't make one would look like a heap that ends its process.
    subject.abilities()?;
    let executable = std::env::current_exe().map_err(no_child)?;
    let limits = isolate.limits();
    let command = move || {
        let mut command = Command::new(&executable);
        command.args(["serve", "--subject", &subject.name, "--property", property.name()]);
        command.args(["--limit-memory", &limits.memory.to_string()]);
        if let Some(dialect) = subject.is_held_to() {
            command.args(["--dialect", &dialect.to_string()]);
        }
        command
    };
    Ok(Isolated::new(limits, command).telling(super::say))
}

#[allow(clippy::needless_pass_by_value)] // for `map_err`
fn no_child(error: io::Error) -> Trouble {
    Trouble::Fault(format!("can't run a child process: {error}"))
}
