//! `--subject 'exec:COMMAND'`: a heap in a process of its own. The command is only ever typed, and never read from a file.
//!
//! The command is run by this program (`hold`), which first asks Linux to end it with its parent, however that ends.

use super::isolate::{DEFAULT_TIME, spelled};
use super::{End, Trouble};
use crate::judge::subject::SubjectKind;
use crate::subjects::process;
use clap::{ArgMatches, Args};
use std::any::Any;
use std::io;
use std::process::Command;
use std::time::Duration;

/// What the name of such a subject begins with.
const EXEC: &str = "exec:";

/// The command that runs another; people do not type it.
#[derive(Debug, Args)]
pub(super) struct Hold {
    /// The process whose end is the command's too.
    parent: u32,
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    words: Vec<String>,
}

/// The kind of subject whose command is given as the subject, if one is.
pub(super) fn subject(matches: &ArgMatches) -> Result<Option<SubjectKind>, Trouble> {
    let Some(typed) = given::<String>(matches, "subject").filter(|name| name.starts_with(EXEC)) else {
        return Ok(None);
    };
    let wrong = |why: &str| Trouble::Usage(format!("`{typed}`: {why}"));
    let command = typed.strip_prefix(EXEC).unwrap_or_default();
    let words = shlex::split(command).ok_or_else(|| wrong("the quotes in the command do not close"))?;
    if words.is_empty() {
        return Err(wrong("expected a command, as in `exec:python3 my_heap.py`"));
    }
    let limit = given::<Duration>(matches, "limit_time");
    let options = limit.map_or(String::new(), |limit| format!(" --limit-time {}", spelled(limit)));
    let held = held(words).map_err(|error| Trouble::Fault(format!("can't find this program: {error}")))?;
    let kind = process::kind(held, limit.unwrap_or(DEFAULT_TIME)).map_err(|why| wrong(&why))?;
    Ok(Some(kind.typed_as(&typed, &options)))
}

/// The value of an argument, of whichever command.
fn given<T: Any + Clone + Send + Sync>(matches: &ArgMatches, id: &str) -> Option<T> {
    let here = matches.try_get_one::<T>(id).ok().flatten().cloned();
    here.or_else(|| matches.subcommand().and_then(|(_, matches)| given(matches, id)))
}

/// The command that runs a command which ends with this process.
#[cfg(target_os = "linux")]
fn held(words: Vec<String>) -> io::Result<Vec<String>> {
    let this = std::env::current_exe()?.to_string_lossy().into_owned();
    Ok([this, "hold".to_owned(), std::process::id().to_string(), "--".to_owned()].into_iter().chain(words).collect())
}

#[cfg(not(target_os = "linux"))]
fn held(words: Vec<String>) -> io::Result<Vec<String>> {
    Ok(words)
}

/// Becomes that command, to be ended with the parent.
#[cfg(unix)]
pub(super) fn hold(arguments: &Hold) -> Result<End, Trouble> {
    use std::os::unix::process::CommandExt;
    #[cfg(target_os = "linux")]
    end_with_parent(arguments.parent)?;
    let (program, rest) = arguments.words.split_first().map_or(("", &[][..]), |(first, rest)| (first, rest));
    let error = Command::new(program).args(rest).exec();
    Err(Trouble::Usage(format!("can't run `{program}`: {error}")))
}

#[cfg(not(unix))]
pub(super) fn hold(_arguments: &Hold) -> Result<End, Trouble> {
    Err(Trouble::Usage("this is not for people".to_owned()))
}

#[cfg(target_os = "linux")]
fn end_with_parent(parent: u32) -> Result<(), Trouble> {
    use nix::sys::{prctl::set_pdeathsig, signal::Signal};
    use nix::unistd::{Pid, getppid};
    set_pdeathsig(Signal::SIGKILL).map_err(|error| Trouble::Fault(format!("can't end with the parent: {error}")))?;
    // It may have ended before that.
    if getppid() != Pid::from_raw(parent as i32) { std::process::exit(1) } else { Ok(()) }
}
