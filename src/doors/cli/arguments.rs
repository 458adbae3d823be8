//! What can be asked for.

use super::check::Check;
use super::enumerate::Enumerate;
use super::isolate::{Isolate, Serve};
use super::minimize::Minimize;
use super::pictures::Pictures;
use super::verify_minimal::VerifyMinimal;
use crate::judge::properties::Property;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

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
    /// See whether a line or an object of a failing program can go
    #[command(after_help = EXIT_CODES)]
    VerifyMinimal(VerifyMinimal),
    /// Run every program of a few lines on a few objects
    #[command(after_help = EXIT_CODES)]
    Enumerate(Enumerate),
    /// Print traces as Rust tests
    #[command(after_help = EXIT_CODES)]
    EmitTest(super::emit_test::EmitTest),
    /// Turn a program into a trace, bytes or Rust
    #[command(after_help = EXIT_CODES)]
    Convert(super::convert::Convert),
    /// Keep traces
    #[command(after_help = EXIT_CODES)]
    Corpus(super::corpus::Corpus),
    /// Serve another process of this program
    #[command(hide = true)]
    Serve(Serve),
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
    /// How the results are written
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    #[command(flatten)]
    pub isolate: Isolate,
    #[command(flatten)]
    pub pictures: Pictures,
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
    /// A test or function in Rust that embeds a trace
    Rust,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Listed {
    /// The heaps that can be put under proof
    Subjects,
    /// What can be claimed of them
    Properties,
    /// What programs can be mostly about
    Profiles,
    /// What a run can come across
    Conditions,
    /// What programs are made of
    Operations,
    /// What violations are told apart by
    Signatures,
}

pub(super) fn property(name: &str) -> Result<Property, String> {
    let known = || Property::ALL.iter().map(|property| property.name()).collect::<Vec<_>>().join(", ");
    Property::from_name(name).ok_or_else(|| format!("there is no such property; there are: {}", known()))
}
