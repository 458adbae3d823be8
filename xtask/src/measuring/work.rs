//! `cargo xtask work`: counts the instructions of a checked operation, and of each part of that work.
//!
//! A valgrind run of each part over the same kept programs (`benches/operations/`), less one that only reads them, divided by the number of
//! operations that are done. Instructions do not depend on what else the machine does; another compiler makes others.

use crate::common::command::{Command, End};
use crate::common::workspace::root;
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;

const KEPT: &str = "benches/operations/counts.json";
const PAGE: &str = "docs/speed.md";

/// By how much of itself a count may differ from the one that is kept.
const MOST: f64 = 0.05;

/// What commit 87a6309 needed for a check of the same programs, which a program of the same few lines did there as an example.
const FIRST: f64 = 48_600.0;

/// The parts, in the order of the table.
const PARTS: &[(&str, &str)] = &[
    ("draw", "drawing a program"),
    ("model", "the model alone"),
    ("heap", "the heap alone"),
    ("follow", "both in lockstep: outcomes, journal, deaths and what calls return compared"),
    ("seek", "as `heapproof check` looks for failures: everything compared now and then"),
    ("check", "everything compared after every operation, as `check --looks all` does, and every replay"),
];

#[derive(Debug, clap::Args)]
pub(crate) struct Work {
    /// Keep the counts, and write `docs/speed.md`
    #[arg(long, conflicts_with = "check")]
    write: bool,
    /// Fail if a count differs from the one that is kept by more than 5 %
    #[arg(long)]
    check: bool,
}

/// The counts that are kept.
#[derive(Debug, Serialize, Deserialize)]
struct Counts {
    rustc: String,
    /// Instructions of a done operation, by part.
    instructions: BTreeMap<String, f64>,
}

impl Command for Work {
    fn run(&self) -> Result<End> {
        let bench = built()?;
        let operations: f64 = output(process::Command::new(&bench).arg("operations"))?.trim().parse()?;
        let read = counted(&bench, "read")?;
        let mut counts =
            Counts { rustc: output(process::Command::new("rustc").arg("--version"))?, instructions: BTreeMap::new() };
        for (part, about) in PARTS {
            // Drawing reads the kept programs too, and then draws as many.
            let instructions = (counted(&bench, part)? - read) / operations;
            println!("{part:7} {instructions:8.0}  {about}");
            counts.instructions.insert((*part).to_owned(), instructions.round());
        }
        if self.check {
            return compare(&counts, &fs::read_to_string(root().join(KEPT))?);
        }
        if self.write {
            fs::write(root().join(KEPT), serde_json::to_string_pretty(&counts)? + "\n")?;
            let page = root().join(PAGE);
            let text = fs::read_to_string(&page).with_context(|| format!("{PAGE} can't be read"))?;
            fs::write(&page, with_table(&text, &counts)?)?;
        }
        Ok(End::Done)
    }
}

/// Says which counts differ from those that are kept.
fn compare(counts: &Counts, kept: &str) -> Result<End> {
    let kept: Counts =
        serde_json::from_str(kept).with_context(|| format!("{KEPT} is not as this command writes it"))?;
    if kept.rustc != counts.rustc {
        println!("kept were the counts of {}, these are of {}: not compared", kept.rustc.trim(), counts.rustc.trim());
        return Ok(End::Incomplete);
    }
    let mut end = End::Done;
    for (part, count) in &counts.instructions {
        let before = kept.instructions.get(part).copied().unwrap_or_default();
        if (count - before).abs() > MOST * before {
            println!("{part}: {count} instructions, {before} are kept");
            end = End::Failed;
        }
    }
    Ok(end)
}

/// The page with a new table between its marks.
fn with_table(page: &str, counts: &Counts) -> Result<String> {
    const MARKS: [&str; 2] = ["<!-- written by `cargo xtask work --write` -->\n", "<!-- end -->\n"];
    let Some(((before, _), (_, after))) = page.split_once(MARKS[0]).zip(page.split_once(MARKS[1])) else {
        bail!("{PAGE} has no place for the table");
    };
    let mut table =
        format!("{}, valgrind:\n\n| part | | instructions of a done operation |\n|---|---|--:|\n", counts.rustc.trim());
    for (part, about) in PARTS {
        let count = counts.instructions.get(*part).copied().unwrap_or_default();
        writeln!(table, "| {part} | {about} | {count:.0} |")?;
    }
    writeln!(table, "| check, at commit 87a6309 | the same then | {FIRST:.0} |")?;
    Ok([before, MARKS[0], &table, MARKS[1], after].concat())
}

/// Builds the bench that does the work, and gives its executable.
fn built() -> Result<PathBuf> {
    let mut cargo = process::Command::new(env!("CARGO"));
    cargo.args(["build", "--release", "--no-default-features", "--bench", "operations", "--message-format", "json"]);
    let messages = output(cargo.current_dir(root()))?;
    let executable = |line: &str| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let is_it = message["target"]["name"] == "operations" && message["executable"].is_string();
        is_it.then(|| PathBuf::from(message["executable"].as_str().unwrap_or_default()))
    };
    messages.lines().find_map(executable).context("cargo has not built the bench `operations`")
}

/// The instructions of a run of that part.
fn counted(bench: &Path, part: &str) -> Result<f64> {
    let file = bench.with_file_name(format!("callgrind.{}.{part}", process::id()));
    let written = format!("--callgrind-out-file={}", file.display());
    let mut valgrind = process::Command::new("valgrind");
    output(valgrind.args(["--tool=callgrind", &written]).arg(bench).arg(part))?;
    let text = fs::read_to_string(&file)?;
    fs::remove_file(&file)?;
    let total =
        text.lines().find_map(|line| line.strip_prefix("totals: ")).context("callgrind has written no totals")?;
    Ok(total.trim().parse()?)
}

/// What a command prints.
fn output(command: &mut process::Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("can't run `{program}`"))?;
    if !output.status.success() {
        bail!("`{program}` failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::{Counts, compare, with_table};
    use crate::common::command::End;
    use std::collections::BTreeMap;

    fn counts(check: f64) -> Counts {
        Counts { rustc: "rustc 1".to_owned(), instructions: BTreeMap::from([("check".to_owned(), check)]) }
    }

    #[test]
    fn a_count_that_differs_by_more_than_a_twentieth_fails() {
        let kept = serde_json::to_string(&counts(1_000.0)).unwrap();
        assert_eq!(compare(&counts(1_049.0), &kept).unwrap(), End::Done);
        assert_eq!(compare(&counts(1_051.0), &kept).unwrap(), End::Failed);
        assert_eq!(compare(&counts(900.0), &kept).unwrap(), End::Failed);
        let other = Counts { rustc: "rustc 2".to_owned(), ..counts(1_000.0) };
        assert_eq!(compare(&other, &kept).unwrap(), End::Incomplete, "another compiler");
    }

    #[test]
    fn the_table_is_written_between_its_marks() {
        let page = "a\n<!-- written by `cargo xtask work --write` -->\nold\n<!-- end -->\nb\n";
        let text = with_table(page, &counts(7.0)).unwrap();
        assert!(text.starts_with("a\n") && text.ends_with("<!-- end -->\nb\n") && !text.contains("old"));
        assert!(with_table("a", &counts(7.0)).is_err());
    }
}
