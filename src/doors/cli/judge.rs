//! `heapproof judge`: asks the model alone whether what traces expect is so. No heap is linked.

mod report;

use super::arguments::{Format, Reading};
use super::files::Files;
use super::input::{self, once_from_standard_input};
use super::output::Output;
use super::progress::Progress;
use super::several::{self, Several};
use super::{End, Trouble};
use crate::failure::explain::explain;
use crate::judge::alone;
use crate::subjects::model;
use clap::Args;
use heapproof_model::Dialect;
use report::Report;
use std::path::PathBuf;
use std::time::Instant;

#[derive(Debug, Args)]
pub(super) struct Judging {
    /// Files of programs, or folders of traces; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
    /// The form of the results
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Judges each file by the dialect that is given, else by the one that the file names, else by the contract.
pub(super) fn judge(arguments: &Judging, given: Option<Dialect>, output: &mut Output) -> Result<End, Trouble> {
    once_from_standard_input(&arguments.files)?;
    let paths = several::files(&arguments.files)?;
    Files::reading(&paths).standard_output()?;
    let mut results = Several::of(paths.len());
    let mut passed = true;
    let (bar, start) = (Progress::of_programs(paths.len() as u64), Instant::now());
    for (done, path) in paths.iter().enumerate() {
        bar.so_many(done, paths.len(), start.elapsed());
        let read = input::read(path, &arguments.reading);
        let Some(source) = bar.suspend(|| results.unless_unread(path, read, arguments.format, output))? else {
            continue;
        };
        let dialect = given.or(source.heading.dialect).unwrap_or_default();
        let program = &source.program;
        let judged = alone::judge(dialect, program);
        let failure = judged.verdict.failure.as_ref();
        passed &= failure.is_none();
        let signature = failure.map(|failure| failure.signature(program));
        // Where nothing was compared nothing was found right either.
        let is_empty = failure.is_none() && judged.verdict.tally.asked() == 0;
        let shown = if is_empty { results.add_empty() } else { results.add(path, signature.as_ref()) };
        let explained = failure.filter(|_| shown);
        let explanation = explained.map(|failure| explain(&model(dialect), program, failure));
        let report = Report { path, program, judged: &judged, signature: signature.as_ref(), explanation };
        match arguments.format {
            Format::Human if shown => bar.suspend(|| report.print(output))?,
            Format::Human => {}
            Format::Json => bar.suspend(|| report.print_json(output))?,
        }
    }
    bar.finish();
    match arguments.format {
        Format::Human => results.print(output)?,
        Format::Json => results.print_json(output)?,
    }
    results.end(passed)
}
