//! The commands, each with the arguments that it owns.

use super::arguments::{dialect, duration};
use super::check::Check;
use super::convert::Convert;
use super::corpus::Corpus;
use super::dialect::Strictness;
use super::emit_test::EmitTest;
use super::enumerate::Enumerate;
use super::isolate::Serve;
use super::list::Listed;
use super::minimize::Minimize;
use super::replay::Replay;
use super::verify_minimal::VerifyMinimal;
use clap::{Parser, Subcommand};
use heapproof_model::Dialect;
use std::time::Duration;

const EXIT_CODES: &str = "Exit codes:
  0    all held
  1    a violation
  2    bad usage or input
  3    a fault of the harness, or of the disk
  130  interrupted; what was found is saved

A first Ctrl-C or SIGTERM stops after the programs that run now; a second ends at once, and so do ten
seconds in which they have not come to an end.";

/// Proves reference-counted heaps with cycle collection.
///
/// Programs of heap operations are run beside a reference model, and everything is compared after each operation.
#[derive(Debug, Parser)]
#[command(version, after_help = EXIT_CODES, max_term_width = 100)]
pub(super) struct Arguments {
    /// How long a run may take to stop after a signal
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
    EmitTest(EmitTest),
    /// Turn a program into a trace, bytes or Rust
    #[command(after_help = EXIT_CODES)]
    Convert(Convert),
    /// Keep traces
    #[command(after_help = EXIT_CODES)]
    Corpus(Corpus),
    /// Hold a heap to each answer that is stricter than the one that it declares
    #[command(after_help = EXIT_CODES)]
    Dialect(Strictness),
    /// Serve another process of this program
    #[command(hide = true)]
    Serve(Serve),
    /// Say what there is
    List {
        /// Of what
        what: Listed,
        /// Of signatures all, not the kinds alone
        #[arg(long)]
        all: bool,
    },
}
