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
use super::progress::Progress;
use super::{Context, End, Trouble};
use crate::failure::failures::OUT;
use clap::Args;
use piece::Piece;
use std::path::{Path, PathBuf};
use std::time::Instant;

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
    let pieces = one_by_one(&paths, "results", Piece::read)?;
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

/// Does something with each of several files, which may be many or long.
fn one_by_one<T>(
    paths: &[PathBuf],
    what: &'static str,
    mut work: impl FnMut(&Path) -> Result<T, Trouble>,
) -> Result<Vec<T>, Trouble> {
    let (bar, start) = (Progress::of(paths.len() as u64, what), Instant::now());
    let each = paths.iter().enumerate().map(|(done, path)| {
        bar.so_many(done, paths.len(), start.elapsed());
        work(path)
    });
    each.collect()
}

/// The error for a folder that can't be read.
fn unreadable((folder, error): (PathBuf, std::io::Error)) -> Trouble {
    Trouble::Usage(format!("can't read {}: {error}", folder.display()))
}
