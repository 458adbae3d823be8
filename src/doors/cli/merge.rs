//! `heapproof merge`: the results of all shards of a run as the result of one run, and several corpora as one.
//!
//! What is printed depends on the shards alone, not on the order in which they are given, and no heap is needed for it.

mod checked;
mod corpora;
mod enumerated;
mod piece;
mod pieces;
mod saved;

use super::files::Files;
use super::forms::Form;
use super::output::Output;
use super::{Context, End, Trouble};
use crate::failure::failures::OUT;
use clap::Args;
use piece::Piece;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct Merge {
    /// What `check` or `enumerate` has printed with `--shard` and `--format json`; of a folder, its files `.json` and `.jsonl`
    #[arg(value_name = "FILE")]
    pub results: Vec<PathBuf>,
    /// A folder of inputs or traces to put together with others, in the folder `corpus` of `--out`; may be given several times
    #[arg(long, value_name = "DIR")]
    pub corpus: Vec<PathBuf>,
    /// The folder for failures, one trace for each signature
    #[arg(long, value_name = "DIR", default_value = OUT)]
    pub out: PathBuf,
    /// The form of the results
    #[arg(long, value_enum, default_value_t = Form::Human)]
    pub format: Form,
}

pub(super) fn merge(context: &Context<'_>, arguments: &Merge, output: &mut Output) -> Result<End, Trouble> {
    if arguments.results.is_empty() && arguments.corpus.is_empty() {
        let none = "nothing to merge: give the results of shards, or folders of them, or `--corpus DIR`";
        return Err(Trouble::Usage(none.to_owned()));
    }
    let paths = pieces::files(&arguments.results)?;
    let pieces = paths.iter().map(|path| Piece::read(path)).collect::<Result<Vec<_>, _>>()?;
    Files::reading(&paths).standard_output()?;
    Files::folder(&arguments.out.join("failures"))?;
    let pieces = pieces::whole(pieces)?;
    if let Some(joined) = corpora::join(&arguments.corpus, &arguments.out.join("corpus"))? {
        super::say(&joined);
    }
    match pieces.first() {
        Some(first) if first.is_of("enumerate") => enumerated::merge(arguments, &pieces, output),
        Some(_) => checked::merge(&context.name, arguments, &pieces, output),
        None => Ok(End::Passed),
    }
}

/// The error for a folder that can't be read.
fn unreadable((folder, error): (PathBuf, std::io::Error)) -> Trouble {
    Trouble::Usage(format!("can't read {}: {error}", folder.display()))
}
