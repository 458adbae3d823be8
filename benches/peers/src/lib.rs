//! Our heap beside published collectors: the same operations, drawn before, a process a measurement.

#![forbid(unsafe_code)]

mod circumstances;
mod clock;
mod counts;
mod files;
mod measure;
pub mod memory;
mod numbers;
mod one;
mod page;
mod peer;
mod peers;
mod plot;
mod results;
mod row;
mod section;
mod tables;
mod twin;
mod workload;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Our heap beside published collectors.
#[derive(Parser, Debug)]
#[command(name = "peers")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Measures all, and prints the tables
    Tables(tables::Tables),
    /// Writes `docs/peers.md` from the results that are kept
    Page,
    /// Counts instructions and data cache misses of the hot paths, by valgrind
    Counts(counts::Counts),
    /// Counts the hot paths of our heap, and fails if one differs from counts.json by more than 5 %
    CheckCounts(counts::CheckCounts),
    #[command(hide = true)]
    One(one::One),
}

/// Does what the command line says. Ends with 1 if counts have changed, with 2 if the arguments are wrong, with 3 if it can't be done.
pub fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Tables(tables) => tables.run().and_then(|()| written(tables.write)),
        Command::Page => written(true),
        Command::Counts(counts) => counts.run().and_then(|()| written(counts.write)),
        Command::CheckCounts(check) => check.run(),
        Command::One(one) => one.run().map(|()| ExitCode::SUCCESS),
    };
    result.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::from(3)
    })
}

/// Writes the page, if it is to be.
fn written(is_kept: bool) -> Result<ExitCode, String> {
    if is_kept {
        page::write()?;
    }
    Ok(ExitCode::SUCCESS)
}
