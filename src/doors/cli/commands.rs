//! The commands and their arguments.

use super::arguments::{dialect, duration};
use super::check::Check;
use super::convert::Convert;
use super::corpus::Corpus;
use super::dialect::Strictness;
use super::emit_test::EmitTest;
use super::enumerate::Enumerate;
use super::exec::Hold;
use super::import::Import;
use super::isolate::Serve;
use super::judge::Judging;
use super::list::Listed;
use super::manual::{Completions, Man};
use super::merge::Merge;
use super::minimize::Minimize;
use super::replay::Replay;
use super::report::Report;
use super::verify_minimal::VerifyMinimal;
use clap::{Parser, Subcommand};
use heapproof_model::Dialect;
use std::time::Duration;

const EXIT_CODES: &str = "Exit codes:
  0    everything holds
  1    a violation
  2    wrong arguments or input
  3    an error of the harness, or of the disk
  130  interrupted; failures found so far are saved

The first Ctrl-C or SIGTERM stops after the programs that run now. If they do not end within ten
seconds, the process ends without them. A second signal ends it at once.";

/// Proves reference-counted heaps with cycle collection.
///
/// It runs programs of heap operations beside a reference model, and compares everything that the heap shows.
#[derive(Debug, Parser)]
#[command(version, after_help = EXIT_CODES, max_term_width = 100)]
pub(super) struct Arguments {
    /// How long the run may take to stop after a signal
    #[arg(long, value_name = "TIME", value_parser = duration, global = true, hide = true)]
    pub grace: Option<Duration>,
    /// Hold subjects to another dialect than they declare: clauses and their answers, as `names held, code destructor`, or
    /// `loosest`; see `list dialects`
    #[arg(long, value_name = "DIALECT", value_parser = dialect, global = true)]
    pub dialect: Option<Dialect>,
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
    /// Ask the model alone whether what traces expect is so
    #[command(after_help = EXIT_CODES)]
    Judge(Judging),
    /// Turn a log, or a snapshot of a heap, into a trace
    #[command(after_help = EXIT_CODES)]
    Import(Import),
    /// Minimise a failing program
    #[command(visible_alias = "minimise", after_help = EXIT_CODES)]
    Minimize(Minimize),
    /// Check that no line and no object of a failing program can go
    #[command(after_help = EXIT_CODES)]
    VerifyMinimal(VerifyMinimal),
    /// Run every program of a few lines on a few objects
    #[command(after_help = EXIT_CODES)]
    Enumerate(Enumerate),
    /// Print traces as tests, in Rust or as a text says how
    #[command(after_help = EXIT_CODES)]
    EmitTest(EmitTest),
    /// Turn a program into a trace, bytes or Rust
    #[command(after_help = EXIT_CODES)]
    Convert(Convert),
    /// Keep traces: file, list and replay them
    #[command(after_help = EXIT_CODES)]
    Corpus(Corpus),
    /// Hold a heap to each answer that is stricter than the one that it declares
    #[command(after_help = EXIT_CODES)]
    Dialect(Strictness),
    /// Put the results of all shards of a run together
    #[command(after_help = EXIT_CODES)]
    Merge(Merge),
    /// Turn a result into a page to look at
    #[command(after_help = EXIT_CODES)]
    Report(Report),
    /// Print man pages
    Man(Man),
    /// Print completions for a shell
    Completions(Completions),
    /// Serve another process of this program
    #[command(hide = true)]
    Serve(Serve),
    /// Run a heap's command for another process of this program
    #[command(hide = true)]
    Hold(Hold),
    /// List subjects, properties and other names
    List {
        /// What to list
        what: Listed,
        /// All signatures, not only their kinds
        #[arg(long)]
        all: bool,
    },
}
