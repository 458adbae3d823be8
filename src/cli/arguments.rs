//! What can be asked for.

use crate::failures::OUT;
use crate::generate::MOST_LINES;
use crate::properties::Property;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

const EXIT_CODES: &str = "Exit codes:
  0    all held
  1    a violation
  2    bad usage or input
  3    a fault of the harness, or of the disk
  130  interrupted; what was found is saved";

/// Proves reference-counted heaps with cycle collection.
///
/// Programs of heap operations are run beside a reference model, and everything is compared after each operation.
#[derive(Debug, Parser)]
#[command(version, after_help = EXIT_CODES, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run random programs
    #[command(after_help = EXIT_CODES)]
    Check(Check),
    /// Run programs from files
    #[command(after_help = EXIT_CODES)]
    Replay(Replay),
    /// Cut a failing program down
    #[command(visible_alias = "minimise", after_help = EXIT_CODES)]
    Minimize(Minimize),
    /// Say what there is
    List {
        /// Of what
        what: Listed,
    },
}

#[derive(Debug, Args)]
pub(super) struct Claim {
    /// The heap under proof; the first of `list subjects` unless given
    #[arg(long, value_name = "NAME")]
    pub subject: Option<String>,
    /// What is claimed; see `list properties`
    #[arg(long, value_name = "NAME", default_value = "lockstep", value_parser = property)]
    pub property: Property,
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// How many programs; as many as take about ten seconds unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), conflicts_with = "time")]
    pub cases: Option<u64>,
    /// For how long, as in `60s` or `10min`
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub time: Option<Duration>,
    /// The most lines of a program
    #[arg(long, value_name = "MAX", default_value_t = MOST_LINES as u32, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    pub ops: u32,
    /// The number that repeats a run; a fresh one unless given
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// How many threads; as many as there are processors unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    #[command(flatten)]
    pub claim: Claim,
    /// Go on behind the first failure, to one trace for each signature
    #[arg(long)]
    pub keep_going: bool,
    /// Where failures are saved
    #[arg(long, value_name = "DIR", default_value = OUT)]
    pub out: PathBuf,
    /// How the results are written
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

#[derive(Debug, Args)]
pub(super) struct Replay {
    /// Files of programs; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub claim: Claim,
    /// How the files are read: text if they are called `.trace` or begin with `heapproof`, else bytes, unless given
    #[arg(long, value_enum)]
    pub input: Option<Input>,
    /// Exit with 0 where each program fails with just this signature, else with 1
    #[arg(long, value_name = "SIGNATURE")]
    pub expect: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Minimize {
    /// The failing program; `-` is standard input
    pub file: PathBuf,
    #[command(flatten)]
    pub claim: Claim,
    /// How the file is read: text if it is called `.trace` or begins with `heapproof`, else bytes, unless given
    #[arg(long, value_enum)]
    pub input: Option<Input>,
    /// Where the minimised trace goes; standard output unless given
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Human,
    /// JSON, an object a line
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Input {
    /// Text
    Trace,
    /// As a fuzzer writes them
    Bytes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Listed {
    /// The heaps that can be put under proof
    Subjects,
    /// What can be claimed of them
    Properties,
    /// What programs are made of
    Operations,
    /// What violations are told apart by
    Signatures,
}

fn property(name: &str) -> Result<Property, String> {
    let known = || Property::ALL.iter().map(|property| property.name()).collect::<Vec<_>>().join(", ");
    let found = Property::ALL.iter().find(|property| property.name() == name);
    found.copied().ok_or_else(|| format!("there is no such property; there are: {}", known()))
}

fn duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(time) if !time.is_zero() => Ok(time),
        Ok(_) => Err("expected more than no time".to_owned()),
        Err(error) => Err(format!("{error}; expected something like `60s` or `10min`")),
    }
}
