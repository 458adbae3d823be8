//! Man pages, and completions for shells, made from the commands and their arguments.

use super::files::Files;
use super::output::Output;
use super::{End, Trouble, say};
use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man as Page;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct Man {
    /// The folder for the pages, one for each command; without it, the page of the program is printed
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// The command line as pages and completions call it: by the name of the program, without its folder.
fn named(command: Command, program: &str) -> Command {
    let name = Path::new(program).file_stem().map_or(program.into(), |name| name.to_string_lossy().into_owned());
    let mut command = command.bin_name(name.clone()).display_name(name);
    command.build();
    command
}

pub(super) fn man(command: Command, program: &str, arguments: &Man, output: &mut Output) -> Result<End, Trouble> {
    let command = named(command, program);
    let Some(out) = &arguments.out else {
        Page::new(command).render(output)?;
        return Ok(End::Passed);
    };
    Files::folder(out)?;
    let pages = pages(command);
    for (name, command) in &pages {
        let mut page = Vec::new();
        Page::new(command.clone()).render(&mut page)?;
        Files::keep_in(out, &format!("{name}.1"), &page)?;
    }
    say(&format!("wrote {} pages into {}", pages.len(), out.display()));
    Ok(End::Passed)
}

/// The commands that have pages, each with the name of its page, such as `heapproof-check`.
fn pages(command: Command) -> Vec<(String, Command)> {
    let inner = command.get_subcommands().filter(|inner| !inner.is_hide_set() && inner.get_name() != "help");
    let inner: Vec<(String, Command)> = inner.cloned().flat_map(pages).collect();
    let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
    [(name, command)].into_iter().chain(inner).collect()
}

pub(super) fn completions(
    command: Command,
    program: &str,
    arguments: &Completions,
    output: &mut Output,
) -> Result<End, Trouble> {
    let mut command = named(command, program);
    let name = command.get_bin_name().unwrap_or(program).to_owned();
    // What is written here may end early, and the crate takes every error for a mistake.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, name, &mut script);
    output.write_all(&script)?;
    Ok(End::Passed)
}
