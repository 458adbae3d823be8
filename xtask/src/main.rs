//! Development commands that need the sources.
#![forbid(unsafe_code)]

mod child;
mod hunt;
mod scratch;
mod seeds;
mod table;
mod trial;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use xtask::bugs::Bug;

/// Development commands that need the sources.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build each seeded bug of `tests/bugs/` and see whether `heapproof check` detects it
    #[command(after_help = EXIT_CODES)]
    Bugs(BugsArguments),
    /// Write the traces of the corpus as seeds into `fuzz/corpus/`
    Seeds,
}

const EXIT_CODES: &str = "\
Everything happens below target/bugs/, one run at a time.

Exit codes:
  0    all were detected, in every trial
  1    one was not
  2    bad usage
  3    a build or a tool failed, or the sources fail without a bug
  130  interrupted";

#[derive(Debug, Args)]
struct BugsArguments {
    /// Only the bug of this id; may be given several times
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// How often each bug is looked for, each time with a seed of its own
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    trials: u64,
    /// The seed of the first trial; the others have those that follow
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The most programs of a trial
    #[arg(long, value_name = "N", default_value_t = 60_000, value_parser = clap::value_parser!(u64).range(1..))]
    cases: u64,
    /// How many threads build and check; as many as there are processors unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
}

/// The ids among `known` that are asked for, all unless some are; an unknown one ends the program.
fn chosen(known: Vec<Bug>, only: &[String]) -> Vec<Bug> {
    for id in only {
        if known.iter().all(|bug| bug.id != *id) {
            let likeness = |bug: &&Bug| (1e6 * strsim::jaro_winkler(&bug.id, id)) as u64;
            let nearest = known.iter().max_by_key(likeness).map_or("", |bug| &bug.id);
            let message = format!("there is no seeded bug `{id}`; the nearest is `{nearest}`");
            Arguments::command().error(ErrorKind::InvalidValue, message).exit();
        }
    }
    known.into_iter().filter(|bug| only.is_empty() || only.contains(&bug.id)).collect()
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Bugs(arguments) => bugs(&arguments),
        Command::Seeds => seeds(),
    };
    done.unwrap_or_else(|fault| {
        eprintln!("error: {fault:#}");
        ExitCode::from(3)
    })
}

fn seeds() -> anyhow::Result<ExitCode> {
    let written = seeds::write(xtask::root())?;
    println!("{written} seeds in fuzz/corpus/lockstep/");
    Ok(ExitCode::SUCCESS)
}

fn bugs(arguments: &BugsArguments) -> anyhow::Result<ExitCode> {
    let root = xtask::root();
    let bugs = chosen(xtask::bugs::load_all(root)?, &arguments.only);
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    ctrlc::set_handler(move || asked.store(true, Ordering::Relaxed))?;

    let seeds = arguments.seed..arguments.seed.saturating_add(arguments.trials);
    let hunt = hunt::Hunt { seeds, cases: arguments.cases, jobs: arguments.jobs, stop: &stop };
    let results = hunt.run(root, &bugs)?;
    print!("{}", table::table(&bugs, &results));
    Ok(match results {
        results if results.len() < bugs.len() => ExitCode::from(130),
        results if results.iter().all(hunt::Trials::is_detected) => ExitCode::SUCCESS,
        _ => ExitCode::from(1),
    })
}
