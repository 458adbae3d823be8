//! The command line, for our heap and for yours: [`main`] takes the list of subjects.

mod arguments;
mod certificate;
mod check;
mod commands;
mod convert;
mod corpus;
mod dialect;
mod emit_test;
mod enumerate;
mod exec;
mod figures;
mod files;
mod forms;
mod import;
mod input;
mod isolate;
mod json;
mod judge;
mod judging;
mod list;
mod manual;
mod merge;
mod minimize;
mod minimizing;
mod output;
mod pictures;
mod progress;
mod proved;
mod replay;
mod report;
mod reporter;
mod run;
mod several;
mod unbound;
mod verify_minimal;

use crate::judge::subject::SubjectKind;
use crate::judge::violation::NotMade;
use crate::subjects::model;
use clap::{CommandFactory, FromArgMatches};
use commands::{Arguments, Command};
use heapproof_model::Dialect;
use output::Output;
use std::fmt;
use std::io::Write;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// How a command ended; this decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Everything that was checked holds.
    Passed,
    /// Something does not hold.
    Violation,
    /// A signal stopped it.
    Interrupted,
}

/// Why a command could not run.
#[derive(Debug)]
enum Trouble {
    /// The arguments or the input are wrong: exit code 2.
    Usage(String),
    /// The harness itself failed, or it could not write a file: exit code 3.
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

/// Runs the command line on these subjects. The first is the default.
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
    let matches = Arguments::command().bin_name(name.clone()).try_get_matches();
    let parsed = matches.and_then(|matches| Ok((Arguments::from_arg_matches(&matches)?, matches)));
    let (arguments, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return print_help_or_error(&error),
    };
    let elsewhere = match exec::subject(&matches) {
        Ok(elsewhere) => elsewhere,
        Err(trouble) => return failed(&trouble),
    };
    let held_to = |kind: &SubjectKind| match arguments.dialect {
        Some(dialect) => kind.clone().held_to(dialect),
        None => kind.clone(),
    };
    let alone = model(arguments.dialect.unwrap_or_default());
    let subjects: Vec<SubjectKind> = subjects.iter().chain(&elsewhere).chain([&alone]).map(held_to).collect();
    let context = Context {
        subjects: &subjects,
        name,
        dialect: arguments.dialect,
        grace: arguments.grace.unwrap_or(GRACE),
        stop: Arc::new(AtomicBool::new(false)),
        saving: Arc::new(AtomicUsize::new(0)),
    };
    match context.run(&arguments.command) {
        Ok(End::Passed) => ExitCode::SUCCESS,
        Ok(End::Violation) => ExitCode::from(1),
        Ok(End::Interrupted) => ExitCode::from(130),
        Err(trouble) => failed(&trouble),
    }
}

/// Says why a command could not run.
fn failed(trouble: &Trouble) -> ExitCode {
    say(&format!("heapproof: {trouble}"));
    ExitCode::from(if matches!(trouble, Trouble::Usage(_)) { 2 } else { 3 })
}

/// Prints what is wrong with the arguments, or the help that they ask for.
fn print_help_or_error(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    if error.use_stderr() {
        if std::env::args_os().all(|word| escaped(&word.to_string_lossy()) == word.to_string_lossy()) {
            let _ = error.print();
        } else {
            say(text.trim_end());
        }
        return ExitCode::from(2);
    }
    match error.print().and_then(|()| std::io::stdout().flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            say(&format!("heapproof: {}", Trouble::from(error)));
            ExitCode::from(3)
        }
        _ => ExitCode::SUCCESS,
    }
}

/// The name that the user typed, so that the printed command lines can be pasted.
fn program_name() -> String {
    std::env::args().next().unwrap_or_else(|| "heapproof".to_owned())
}

/// Prints a line for people on standard error. It ignores errors: they are no reason to fail.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{}", escaped(line));
}

/// A text as a part of an address: what has a meaning there, or is no ASCII, is escaped.
fn in_address(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-~".contains(byte);
    let escaped = |byte: u8| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(escaped).collect()
}

/// Escapes control characters. File names and file contents may hold some, and a terminal would obey them.
fn escaped(text: &str) -> String {
    let escape =
        |c: char| if c.is_control() && !"\n\t".contains(c) { c.escape_debug().to_string() } else { c.to_string() };
    text.chars().map(escape).collect()
}

/// Two signals within this time count as one.
const ONE_SIGNAL: Duration = Duration::from_millis(300);

/// How long a run may take to stop. Otherwise a subject that never returns would keep it running for ever.
const GRACE: Duration = Duration::from_secs(10);

/// The state that all commands share.
struct Context<'a> {
    subjects: &'a [SubjectKind],
    name: String,
    /// The dialect to which subjects are held, if it is not their own.
    dialect: Option<Dialect>,
    /// How long a run may take to stop.
    grace: Duration,
    /// The first Ctrl-C sets it. The second ends the process, and so does the end of `grace`.
    stop: Arc<AtomicBool>,
    /// How many saves are under way. The end of `grace` waits for them.
    saving: Arc<AtomicUsize>,
}

impl Context<'_> {
    fn run(&self, command: &Command) -> Result<End, Trouble> {
        let mut output = Output::default();
        let end = match command {
            Command::Check(arguments) => check::check(self, arguments, &mut output),
            Command::Import(arguments) => import::import(arguments, &mut output),
            Command::Judge(arguments) => judge::judge(arguments, self.dialect, &mut output),
            Command::Replay(arguments) => replay::replay(self, arguments, &mut output),
            Command::Minimize(arguments) => minimize::minimize(self, arguments, &mut output),
            Command::VerifyMinimal(arguments) => verify_minimal::verify_minimal(self, arguments, &mut output),
            Command::Enumerate(arguments) => enumerate::enumerate(self, arguments, &mut output),
            Command::Convert(arguments) => convert::convert(self, arguments, &mut output),
            Command::Corpus(arguments) => corpus::corpus(self, arguments, &mut output),
            Command::Dialect(arguments) => dialect::dialect(self, arguments, &mut output),
            Command::EmitTest(arguments) => emit_test::emit_test(self, arguments, &mut output),
            Command::Serve(arguments) => isolate::child(self, arguments),
            Command::Hold(arguments) => exec::hold(arguments),
            Command::Merge(arguments) => merge::merge(self, arguments, &mut output),
            Command::Report(arguments) => report::report(arguments, &mut output),
            Command::Man(arguments) => manual::man(Arguments::command(), &self.name, arguments, &mut output),
            Command::Completions(arguments) => {
                manual::completions(Arguments::command(), &self.name, arguments, &mut output)
            }
            Command::List { what, all } => list::list(self, *what, *all, &mut output),
        }?;
        output.flush()?;
        Ok(end)
    }

    /// The subject with this name, or the first. An error if none can be made.
    fn subject(&self, name: Option<&str>) -> Result<&SubjectKind, Trouble> {
        let found = match name {
            None => self.subjects.first().ok_or_else(|| Trouble::Usage("there are no subjects".to_owned())),
            Some(name) => {
                let found = self.subjects.iter().find(|kind| kind.typed() == name);
                found.ok_or_else(|| Trouble::Usage(self.unknown_subject(name)))
            }
        }?;
        found.abilities()?;
        Ok(found)
    }

    /// The subjects in groups: those whose names begin with the same word and `:`, and those without a `:`. Groups are in
    /// the order of their first members.
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

    /// The message for an unknown subject: the most similar name, and all names.
    fn unknown_subject(&self, name: &str) -> String {
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
        let elsewhere = if name.contains(['/', ':']) { " a heap in another process is `exec:COMMAND`;" } else { "" };
        format!("there is no subject `{name}`;{meant}{elsewhere} there are: {there_are}")
    }

    /// From now on Ctrl-C sets [`Context::stop`].
    fn catch_interrupts(&self) -> Result<(), Trouble> {
        let (stop, saving, grace) = (Arc::clone(&self.stop), Arc::clone(&self.saving), self.grace);
        let first = OnceLock::new();
        let caught = ctrlc::set_handler(move || {
            if stop.swap(true, Ordering::Relaxed) {
                // `timeout` sends each signal twice, to the process and to its group.
                if first.get().is_some_and(|first: &Instant| first.elapsed() > ONE_SIGNAL) {
                    std::process::exit(130);
                }
                return;
            }
            let _ = first.set(Instant::now());
            say("stopping after the programs that run now; a second Ctrl-C stops at once");
            let saving = Arc::clone(&saving);
            std::thread::spawn(move || end_after(grace, &saving));
        });
        caught.map_err(|error| Trouble::Fault(format!("can't listen for Ctrl-C: {error}")))
    }

    /// Does work that must be complete, even if the run has been told to stop.
    fn save<T>(&self, work: impl FnOnce() -> T) -> T {
        self.saving.fetch_add(1, Ordering::Relaxed);
        let done = work();
        self.saving.fetch_sub(1, Ordering::Relaxed);
        done
    }
}

/// Ends the process if it has not stopped in time. Waits for saves.
fn end_after(grace: Duration, saving: &AtomicUsize) {
    std::thread::sleep(grace);
    while saving.load(Ordering::Relaxed) > 0 {
        std::thread::sleep(ONE_SIGNAL);
    }
    say(&format!("a program did not end within {} s; stopped without its result", grace.as_secs_f64()));
    std::process::exit(130);
}

#[cfg(test)]
mod tests {
    use super::commands::Arguments;
    use super::{Context, GRACE, Trouble};
    use crate::judge::subject::SubjectKind;
    use clap::Parser;
    use std::ffi::OsStr;
    use std::io::Write;
    use std::sync::Arc;

    #[test]
    fn a_subject_that_can_not_be_made_is_bad_usage_whatever_the_command() {
        let absent = SubjectKind::made_by("absent", "", || Err("it is\nnot there".into()));
        let context = Context {
            subjects: &[absent],
            name: "heapproof".to_owned(),
            dialect: None,
            grace: GRACE,
            stop: Arc::default(),
            saving: Arc::default(),
        };
        let mut trace = tempfile::Builder::new().suffix(".trace").tempfile().unwrap();
        trace.write_all(b"a = table").unwrap();
        for command in [
            "check",
            "enumerate",
            "replay TRACE",
            "minimize TRACE",
            "verify-minimal TRACE",
            "emit-test TRACE",
            "corpus check",
            "serve --subject absent --property lockstep --limit-memory 256",
        ] {
            let trace = |word| if word == "TRACE" { trace.path().as_os_str() } else { OsStr::new(word) };
            let words = ["heapproof"].into_iter().chain(command.split(' ')).map(trace);
            let ended = context.run(&Arguments::try_parse_from(words).unwrap().command);
            let Err(Trouble::Usage(said)) = ended else { panic!("{command}: {ended:?}") };
            assert_eq!(said, "`absent` can't be made: it is not there", "{command}");
        }
    }
}
