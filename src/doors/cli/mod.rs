//! The command line, for this project's heap and for anybody's: [`main`] takes the list of subjects.

mod arguments;
mod certificate;
mod check;
mod commands;
mod convert;
mod corpus;
mod emit_test;
mod enumerate;
mod figures;
mod input;
mod isolate;
mod json;
mod list;
mod minimize;
mod output;
mod pictures;
mod replay;
mod verify_minimal;

use crate::judge::subject::SubjectKind;
use crate::judge::violation::NotMade;
use clap::{CommandFactory, FromArgMatches};
use commands::{Arguments, Command};
use output::Output;
use std::fmt;
use std::io::Write;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// How a command ended, hence the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// All held.
    Passed,
    /// Something did not hold.
    Violation,
    /// Stopped from outside.
    Interrupted,
}

/// Why a command could not be carried out.
#[derive(Debug)]
enum Trouble {
    /// What was asked for or given makes no sense: exit code 2.
    Usage(String),
    /// The harness itself failed, or a file could not be written: exit code 3.
    Fault(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Trouble::Usage(message) | Trouble::Fault(message)) = self;
        out.write_str(message)
    }
}

impl From<NotMade> for Trouble {
    fn from(error: NotMade) -> Trouble {
        Trouble::Usage(error.to_string())
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Trouble {
        Trouble::Fault(format!("can't write the output: {error}"))
    }
}

/// Runs the command line on those subjects, the first of which is the default.
///
/// ```no_run
/// use heapproof::{cli, subjects};
///
/// fn main() -> std::process::ExitCode {
///     cli::main(&subjects::all())
/// }
/// ```
pub fn main(subjects: &[SubjectKind]) -> ExitCode {
    let name = program_name();
    let arguments = match Arguments::command().bin_name(name.clone()).try_get_matches() {
        Ok(matches) => Arguments::from_arg_matches(&matches),
        Err(error) => Err(error),
    };
    let arguments = match arguments {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let context = Context { subjects, name, stop: Arc::new(AtomicBool::new(false)) };
    match context.run(&arguments.command) {
        Ok(End::Passed) => ExitCode::SUCCESS,
        Ok(End::Violation) => ExitCode::from(1),
        Ok(End::Interrupted) => ExitCode::from(130),
        Err(trouble) => {
            say(&format!("heapproof: {trouble}"));
            ExitCode::from(if matches!(trouble, Trouble::Usage(_)) { 2 } else { 3 })
        }
    }
}

/// What the executable was called as, so that the lines which repeat a run can be pasted.
fn program_name() -> String {
    std::env::args().next().unwrap_or_else(|| "heapproof".to_owned())
}

/// A line for people on standard error; that it can't be written is no reason to fail.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Signals closer than this are one.
const TWICE: Duration = Duration::from_millis(300);

/// What all commands share.
struct Context<'a> {
    subjects: &'a [SubjectKind],
    name: String,
    /// Set by the first Ctrl-C; the second ends the process.
    stop: Arc<AtomicBool>,
}

impl Context<'_> {
    fn run(&self, command: &Command) -> Result<End, Trouble> {
        let mut output = Output::default();
        let end = match command {
            Command::Check(arguments) => check::check(self, arguments, &mut output),
            Command::Replay(arguments) => replay::replay(self, arguments, &mut output),
            Command::Minimize(arguments) => minimize::minimize(self, arguments, &mut output),
            Command::VerifyMinimal(arguments) => verify_minimal::verify_minimal(self, arguments, &mut output),
            Command::Enumerate(arguments) => enumerate::enumerate(self, arguments, &mut output),
            Command::Convert(arguments) => convert::convert(self, arguments, &mut output),
            Command::Corpus(arguments) => corpus::corpus(self, arguments, &mut output),
            Command::EmitTest(arguments) => emit_test::emit_test(self, arguments, &mut output),
            Command::Serve(arguments) => isolate::child(self, arguments),
            Command::List { what, all } => list::list(self, *what, *all, &mut output),
        }?;
        output.flush()?;
        Ok(end)
    }

    /// The subject of that name, or the first. Whether one can be made is known before anything is done with it.
    fn subject(&self, name: Option<&str>) -> Result<&SubjectKind, Trouble> {
        let found = match name {
            None => self.subjects.first().ok_or_else(|| Trouble::Usage("there are no subjects".to_owned())),
            Some(name) => {
                let found = self.subjects.iter().find(|kind| kind.name == name);
                found.ok_or_else(|| Trouble::Usage(self.no_subject(name)))
            }
        }?;
        found.abilities()?;
        Ok(found)
    }

    /// Subjects that belong together, in the order in which the first of each was given: those whose names begin with the
    /// same word and `:`, and those without a `:`.
    fn families(&self) -> Vec<Vec<&SubjectKind>> {
        let mut families: Vec<Vec<&SubjectKind>> = Vec::new();
        for kind in self.subjects {
            match families.iter_mut().find(|family| family.first().is_some_and(|one| one.family() == kind.family())) {
                Some(family) => family.push(kind),
                None => families.push(vec![kind]),
            }
        }
        families
    }

    /// What is said of a subject that there is not: which one is meant, and which ones there are.
    fn no_subject(&self, name: &str) -> String {
        let distance = |kind: &&SubjectKind| strsim::damerau_levenshtein(&kind.name, name);
        let near = self.subjects.iter().min_by_key(distance).filter(|kind| distance(kind) <= 3);
        let meant = near.map_or_else(String::new, |kind| format!(" did you mean `{}`?", kind.name));
        let alone =
            self.subjects.iter().filter(|kind| kind.family().is_none()).map(|kind| kind.name.clone().into_owned());
        let families = self.families().into_iter().filter_map(|family| {
            let name = family.first()?.family()?;
            Some(format!("{} that begin with `{name}:` (`list subjects`)", family.len()))
        });
        let there_are = alone.chain(families).collect::<Vec<_>>().join(", ");
        format!("there is no subject `{name}`;{meant} there are: {there_are}")
    }

    /// From now on Ctrl-C is asked for by [`Context::stop`].
    fn catch_interrupts(&self) -> Result<(), Trouble> {
        let stop = Arc::clone(&self.stop);
        let first = OnceLock::new();
        let caught = ctrlc::set_handler(move || {
            if stop.swap(true, Ordering::Relaxed) {
                // `timeout` sends a signal twice, to the process and to its group: that is one wish.
                if first.get().is_some_and(|first: &Instant| first.elapsed() > TWICE) {
                    std::process::exit(130);
                }
                return;
            }
            let _ = first.set(Instant::now());
            say("stopping after the programs that run now; once more ends at once");
        });
        caught.map_err(|error| Trouble::Fault(format!("can't listen for Ctrl-C: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::commands::Arguments;
    use super::{Context, Trouble};
    use crate::judge::subject::SubjectKind;
    use clap::Parser;
    use std::sync::Arc;

    #[test]
    fn a_subject_that_can_not_be_made_is_bad_usage_whatever_the_command() {
        let absent = SubjectKind::made_by("absent", "", || Err("it is\nnot there".into()));
        let context = Context { subjects: &[absent], name: "heapproof".to_owned(), stop: Arc::default() };
        for command in [
            "check",
            "enumerate",
            "replay corpus/no.trace",
            "minimize corpus/no.trace",
            "verify-minimal corpus/no.trace",
            "emit-test corpus/no.trace",
            "corpus check",
            "serve --subject absent --property lockstep --limit-memory 256",
        ] {
            let words = ["heapproof"].into_iter().chain(command.split(' '));
            let ended = context.run(&Arguments::try_parse_from(words).unwrap().command);
            let Err(Trouble::Usage(said)) = ended else { panic!("{command}: {ended:?}") };
            assert_eq!(said, "`absent` can't be made: it is not there", "{command}");
        }
    }
}
