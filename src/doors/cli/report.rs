//! `heapproof report`: the result of a run or of a night as one page that needs no other file, no network and no script.

mod chart;
mod failures;
mod night;
mod page;
mod run;

use super::files::Files;
use super::output::Output;
use super::{End, Trouble};
use clap::Args;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The type of the object that a night writes.
const NIGHT: &str = "night";

#[derive(Debug, Args)]
pub(super) struct Report {
    /// What `check`, `enumerate` or `merge` has printed with `--format json`, or the `night.json` of a night
    pub result: PathBuf,
    /// The file of the page; without it, the page is printed
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

pub(super) fn report(arguments: &Report, output: &mut Output) -> Result<End, Trouble> {
    let objects = read(&arguments.result)?;
    let mut files = Files::reading([&arguments.result]);
    let target = files.target(arguments.output.as_deref())?;
    let page = match objects.first() {
        Some(night) if night["type"] == NIGHT => night::page(night),
        _ => run::page(&objects),
    };
    target.write(page.as_bytes(), output)?;
    Ok(End::Passed)
}

/// The objects of a result. A run that was killed may have cut off the last line, which is left out.
fn read(path: &Path) -> Result<Vec<Value>, Trouble> {
    let shown = path.display();
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| Trouble::Usage(format!("can't read {shown}: {error}")))?;
    let mut objects = Vec::new();
    for (number, line) in text.split_inclusive('\n').enumerate() {
        match serde_json::from_str::<Value>(line) {
            Ok(object) => objects.push(object),
            Err(_) if number > 0 && !line.ends_with('\n') => {}
            Err(error) => {
                let line = number + 1;
                return Err(Trouble::Usage(format!("{shown}: line {line} is no JSON object: {error}")));
            }
        }
    }
    match objects.first() {
        Some(first) if first["type"] == "start" || first["type"] == NIGHT => Ok(objects),
        Some(_) => Err(Trouble::Usage(format!(
            "{shown} is no result: that begins with an object of the type `start`, as `--format json` prints it, or `night`"
        ))),
        None => Err(Trouble::Usage(format!("{shown} is empty: its run died before it began"))),
    }
}
