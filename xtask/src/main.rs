//! Development commands that need the sources. This file is their table; each command has its own file in one of the rooms.
//!
//! A room imports only the rooms before it. [`common`] is shared; [`fuzzing`] knows the fuzz targets, and soaks; [`seeded`] reads bugs as
//! data and builds the sources with them; [`hunting`] looks for these bugs; [`minimising`] compares their minimised traces;
//! [`mutating`] looks for edits that a tool makes; [`emitting`] runs the tests that are emitted for bugs; [`zoo`] measures published
//! heaps; [`measuring`] counts what the harness costs; [`night`] runs all of this for a time; [`releasing`] is for releases.
#![forbid(unsafe_code)]

mod common;
mod emitting;
mod fuzzing;
mod hunting;
mod measuring;
mod minimising;
mod mutating;
mod night;
#[cfg(test)]
mod papers;
mod releasing;
mod seeded;
mod zoo;

use anyhow::Result;
use clap::error::ErrorKind;
use clap::{ArgMatches, Command};
use common::command::{self, End, Refused, Usage};
use std::process::ExitCode;

const COMMANDS: &[Entry] = &[
    entry::<hunting::bugs::Bugs>(
        "bugs",
        "Build each seeded bug of `tests/bugs/` and check that `heapproof check` detects it",
    ),
    entry::<hunting::biases::Biases>(
        "biases",
        "Look for seeded bugs with all biases of the generators, and without each bias; see `docs/generators.md`",
    ),
    entry::<hunting::fuzz_bugs::FuzzBugs>(
        "fuzz-bugs",
        "Look for seeded bugs with a fuzz target, with the structure-aware mutator and without",
    ),
    entry::<mutating::mutants::Mutants>(
        "mutants",
        "Try which mutants of the heap and the model `heapproof check` sees; see `docs/mutants.md`",
    ),
    entry::<minimising::normal_forms::NormalForms>(
        "normal-forms",
        "Count how many programs that fail by the same seeded bug are minimised to the same trace",
    ),
    entry::<minimising::hidden::Hidden>(
        "hidden",
        "Put two seeded bugs into the sources and find those that a run keeps no trace of; see `docs/signatures.md`",
    ),
    entry::<seeded::apply::Apply>(
        "apply",
        "Put a seeded bug into these sources, to try the harness on it; `git checkout heap model` removes it",
    ),
    entry::<emitting::emitted::EmittedTests>(
        "emitted",
        "Check that the tests from `heapproof emit-test` for the corpus and for wrong heaps compile and pass",
    ),
    entry::<minimising::rivals::Rivals>(
        "rivals",
        "Minimise failing programs of ten seeded bugs with heapproof and with other minimisers",
    ),
    entry::<fuzzing::seeds::Seeds>("seeds", "Write the traces of the corpus as seeds into `fuzz/corpus/`"),
    entry::<fuzzing::targets::Targets>("targets", "Print the names of the fuzz targets as a JSON list"),
    entry::<fuzzing::soak::Soak>(
        "soak",
        "Run random programs for a time: every property under every profile, each round with a new seed",
    ),
    entry::<night::nightly::Nightly>("nightly", "Run every fuzz target for a time, and summarise the failures"),
    entry::<measuring::work::Work>(
        "work",
        "Count the instructions of a checked operation, and of each part of that work; see `docs/speed.md`",
    ),
    entry::<releasing::notes::Notes>("notes", "Print the notes of a release from `CHANGELOG.md`"),
    entry::<zoo::visit::Zoo>("zoo", "Install the published heaps of `zoo/`, measure them, and write `docs/zoo.md`"),
];

/// A command on the command line.
struct Entry {
    name: &'static str,
    help: &'static str,
    arguments: fn(Command) -> Command,
    run: fn(&ArgMatches) -> Result<End>,
}

const fn entry<C: command::Command>(name: &'static str, help: &'static str) -> Entry {
    Entry { name, help, arguments: C::augment_args, run: |matches| C::from_arg_matches(matches)?.run() }
}

fn command_line() -> Command {
    let commands = COMMANDS.iter().map(|entry| (entry.arguments)(Command::new(entry.name)).about(entry.help));
    Command::new("xtask")
        .bin_name("cargo xtask")
        .about("Development commands that need the sources")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(commands)
}

fn main() -> ExitCode {
    let matches = command_line().get_matches();
    let asked = matches.subcommand();
    let Some((entry, matches)) =
        asked.and_then(|(name, matches)| Some((COMMANDS.iter().find(|entry| entry.name == name)?, matches)))
    else {
        return ExitCode::from(2);
    };
    match (entry.run)(matches) {
        Ok(end) => end.into(),
        Err(fault) => match fault.downcast_ref::<Usage>() {
            Some(usage) => refuse(entry, usage),
            None => {
                eprintln!("error: {fault:#}");
                ExitCode::from(if fault.is::<Refused>() { 2 } else { 3 })
            }
        },
    }
}

/// Prints what is wrong with the arguments of a command, and its usage.
fn refuse(entry: &Entry, usage: &Usage) -> ExitCode {
    let mut line = command_line();
    line.build();
    if let Some(command) = line.find_subcommand_mut(entry.name) {
        let _ = command.error(ErrorKind::InvalidValue, usage).print();
    }
    ExitCode::from(2)
}

#[cfg(test)]
mod tests {
    use super::command_line;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        command_line().debug_assert();
    }
}
