//! `cargo xtask rivals`: runs other minimisers on the same failing programs as ours. `docs/minimising.md` has the results.
//!
//! It builds `benches/rivals` with each seeded bug. One binary finds failing programs and minimises them with all
//! minimisers that run within a process. libFuzzer minimises with the other.

use crate::common::child::{self, Ended, How};
use crate::common::command::{self, End, stopped_by_signals};
use crate::common::workspace::root;
use crate::seeded::bug::Bug;
use crate::seeded::choice::chosen_or;
use crate::seeded::scratch::{Minimizers, Scratch};
use anyhow::{Context, Result, bail};
use heapproof_model::Program;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Bugs of ten kinds. Random programs find each of them.
const TEN: [&str; 10] = [
    "old-value-first",
    "child-counted-once",
    "captures-not-traced",
    "drop-makes-no-candidate",
    "self-loop-ignored",
    "stack-not-cut",
    "resurrection-ignored",
    "last-in-first-out",
    "weak-not-cleared",
    "temporary-not-given-up",
];

/// The time limit of the minimisers within a process, since a bug may make the heap run for ever.
const LIMIT: Duration = Duration::from_secs(300);

#[derive(Debug, clap::Args)]
pub(crate) struct Rivals {
    /// Only the bug with this id; may be given several times; by default ten bugs
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// How many failing programs of each bug to minimise
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    programs: u32,
    /// How many of these to minimise with libFuzzer too
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(..=1_000))]
    fuzzed: u32,
    /// The time limit of libFuzzer for a program, in seconds
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    seconds: u64,
    /// The seed of the random programs
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
}

impl command::Command for Rivals {
    fn run(&self) -> Result<End> {
        let bugs = chosen_or(&TEN, &self.only)?;
        let stop = stopped_by_signals()?;
        print!("{}", compare(root(), self, &bugs, &stop)?);
        Ok(if stop.load(Ordering::Relaxed) { End::Interrupted } else { End::Done })
    }
}

/// The result of a minimiser for one program.
#[derive(Debug, Clone)]
struct Row {
    minimizer: String,
    from: u64,
    /// The trace with canonical names.
    trace: String,
    lines: u64,
    /// Whether it fails as the program did.
    is_same_failure: bool,
    executions: u64,
    milliseconds: f64,
}

/// Compares the minimisers on these bugs. Returns the table; if interrupted, the rows so far.
fn compare(root: &Path, arguments: &Rivals, bugs: &[Bug], stop: &AtomicBool) -> Result<String> {
    let scratch = Scratch::new(root, None, stop)?;
    let mut table = "| seeded bug | minimiser | programs | lines before | lines after | most | distinct results | other failure | executions | ms |\n\
                     |---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n"
        .to_owned();
    let mut all = Vec::new();
    for (number, bug) in bugs.iter().enumerate() {
        eprintln!("[{}/{}] {}/{}", number + 1, bugs.len(), bug.class, bug.id);
        let changed = bug.edited(|file| scratch.read(file))?;
        let Some(minimizers) = scratch.build_minimizers(&changed)? else { break };
        let folder = scratch.output.join(&bug.id);
        fs::create_dir_all(&folder)?;
        let Some(mut rows) = within_a_process(&minimizers, arguments, &folder, stop)? else { break };
        let fuzzed = by_libfuzzer(&minimizers, arguments, &folder, &rows, stop)?;
        rows.extend(fuzzed);
        let rows_of_bug = summary(&bug.id, &rows);
        eprint!("{rows_of_bug}");
        table.push_str(&rows_of_bug);
        all.extend(rows);
    }
    table.push_str(&summary("all", &all));
    Ok(table)
}

fn within_a_process(
    minimizers: &Minimizers,
    arguments: &Rivals,
    folder: &Path,
    stop: &AtomicBool,
) -> Result<Option<Vec<Row>>> {
    let mut command = Command::new(&minimizers.within);
    command.args([arguments.seed.to_string(), arguments.programs.to_string()]).arg(folder);
    let Ended { how, stdout, stderr } = child::run(&mut command, folder, Some(LIMIT), stop)?;
    match how {
        How::Interrupted => return Ok(None),
        How::Exited(status) if !status.success() => bail!("the minimisers failed: {}", stderr.trim()),
        // The results until then count.
        How::TimedOut | How::Exited(_) => {}
    }
    let rows = stdout.lines().filter_map(|line| serde_json::from_str(line).ok());
    rows.map(|row: Value| row_of(&row).context("a row lacks something")).collect::<Result<_>>().map(Some)
}

fn row_of(row: &Value) -> Option<Row> {
    Some(Row {
        minimizer: row["minimizer"].as_str()?.to_owned(),
        from: row["from"].as_u64()?,
        trace: row["trace"].as_str()?.to_owned(),
        lines: row["lines"].as_u64()?,
        is_same_failure: row["signature"] == row["ends_as"],
        executions: row["executions"].as_u64()?,
        milliseconds: row["milliseconds"].as_f64()?,
    })
}

/// Runs `-minimize_crash` for the first programs. It stops after `RUNS` mutants in a row without a crash, or after its
/// time.
fn by_libfuzzer(
    minimizers: &Minimizers,
    arguments: &Rivals,
    folder: &Path,
    rows: &[Row],
    stop: &AtomicBool,
) -> Result<Vec<Row>> {
    const RUNS: u64 = 10_000;
    let programs = rows.iter().filter(|row| row.minimizer == "heapproof").take(arguments.fuzzed as usize);
    let mut fuzzed = Vec::new();
    for (number, ours) in programs.enumerate() {
        let (crash, results) = (folder.join(format!("{number}.bytes")), folder.join(format!("{number}-results")));
        let count = folder.join(format!("{number}.count"));
        fs::create_dir_all(&results)?;
        let mut command = Command::new(&minimizers.fuzzed);
        command.args(["-minimize_crash=1", &format!("-runs={RUNS}"), "-seed=1"]);
        command.arg(format!("-artifact_prefix={}/", results.display())).arg(&crash).env("RIVALS_COUNT", &count);
        let start = Instant::now();
        let ended = child::run(&mut command, folder, Some(Duration::from_secs(arguments.seconds)), stop)?;
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        let last = match ended.how {
            How::Interrupted => break,
            How::TimedOut => 0,
            How::Exited(_) => RUNS,
        };
        let counted = fs::read_to_string(&count).unwrap_or_default();
        let executions = last + counted.lines().filter_map(|line| line.parse::<u64>().ok()).sum::<u64>();
        let shortest = shortest(&crash, &results)?;
        let failure = replayed(minimizers, &shortest, folder, stop)?;
        let program = shortest.canonical();
        fuzzed.push(Row {
            minimizer: "libFuzzer".to_owned(),
            from: ours.from,
            trace: program.to_string(),
            lines: program.len() as u64,
            is_same_failure: failure == replayed(minimizers, &Program::decode(&fs::read(&crash)?), folder, stop)?,
            executions,
            milliseconds,
        });
    }
    Ok(fuzzed)
}

/// The program in the smallest file of the results, or in the original crash.
fn shortest(crash: &Path, results: &Path) -> Result<Program> {
    let mut files: Vec<PathBuf> = fs::read_dir(results)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.push(crash.to_owned());
    let sizes = files.into_iter().map(|path| Ok((fs::metadata(&path)?.len(), path)));
    let mut sizes: Vec<(u64, PathBuf)> = sizes.collect::<Result<_>>()?;
    sizes.sort();
    let (_, smallest) = sizes.first().context("there is no result")?;
    Ok(Program::decode(&fs::read(smallest)?))
}

/// The signature of a program on this build.
fn replayed(minimizers: &Minimizers, program: &Program, folder: &Path, stop: &AtomicBool) -> Result<String> {
    let file = folder.join("replayed.bytes");
    fs::write(&file, program.encode())?;
    let mut command = Command::new(&minimizers.within);
    command.arg("--signature").arg(&file);
    let ended = child::run(&mut command, folder, Some(LIMIT), stop)?;
    Ok(ended.stdout.trim().to_owned())
}

/// A row for each minimiser.
fn summary(bug: &str, rows: &[Row]) -> String {
    let mut text = String::new();
    for minimizer in ["heapproof", "proptest", "quickcheck", "libFuzzer"] {
        let rows: Vec<&Row> = rows.iter().filter(|row| row.minimizer == minimizer).collect();
        if rows.is_empty() {
            continue;
        }
        let median = |value: fn(&Row) -> f64| {
            let mut values: Vec<f64> = rows.iter().map(|row| value(row)).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        let most = rows.iter().map(|row| row.lines).max().unwrap_or(0);
        let distinct = rows.iter().map(|row| &row.trace).collect::<BTreeSet<_>>().len();
        let others = rows.iter().filter(|row| !row.is_same_failure).count();
        let _ = writeln!(
            text,
            "| {bug} | {minimizer} | {} | {} | {} | {most} | {distinct} | {others} | {} | {:.0} |",
            rows.len(),
            median(|row| row.from as f64),
            median(|row| row.lines as f64),
            median(|row| row.executions as f64),
            median(|row| row.milliseconds),
        );
    }
    text
}
