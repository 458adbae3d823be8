//! `cargo xtask nightly`: runs a night.

use super::fuzzer::Sanitizer;
use super::plan::Part;
use super::{Night, absolute};
use crate::common::arguments::{duration, expect_known, today};
use crate::common::command::{Command, End, stopped_by_signals};
use crate::common::workspace::root;
use crate::fuzzing::known::Known;
use crate::fuzzing::targets::targets;
use anyhow::{Context, Result};
use jiff::civil::Date;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const EXIT_CODES: &str = "\
The time is divided among the parts; the summary says what did not fit. Building the targets, and what the soak runs, is not counted.
The ledger of all nights is CORPUS/ledger.jsonl.
Below the output folder: summary.md, night.html (the same as a page, with the failing steps drawn) made of night.json,
ledger.html (all nights), traces/, artifacts/ (the failing inputs), logs/, soak/.

Exit codes:
  0    no new failure was found
  1    a failure was found that is not known, or whose day has passed, or another check failed
  2    wrong arguments, or a known failure is not written as it has to be
  3    a target or another part could not be built or run, and no new failure was found
  130  interrupted; the summary covers the work until then";

#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Nightly {
    /// How long the night may last, as in `30s` or `2h`
    #[arg(long, value_name = "TIME", default_value = "2h", value_parser = duration)]
    time: Duration,
    /// Only this part; may be given several times
    #[arg(long, value_enum, value_name = "PART", conflicts_with = "target")]
    part: Vec<Part>,
    /// Only fuzzing, and only this target; may be given several times
    #[arg(long, value_name = "NAME")]
    target: Vec<String>,
    /// Errors to look for besides wrong answers
    #[arg(long, value_enum, default_value = "none")]
    sanitizer: Sanitizer,
    /// The seed of libFuzzer and of the soak; by default a new one
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u32).range(1..))]
    seed: Option<u32>,
    /// The kept corpus, with one folder for each target, and the ledger
    #[arg(long, value_name = "DIR", default_value = "fuzz/corpus")]
    corpus: PathBuf,
    /// The known failures: minimised traces, each with a comment `# known until 2026-12-31`
    #[arg(long, value_name = "DIR", default_value = "fuzz/known")]
    known: PathBuf,
    /// The day for which they are asked; by default this one
    #[arg(long, value_name = "DAY")]
    today: Option<Date>,
    /// The folder for the results
    #[arg(long, value_name = "DIR", default_value = "heapproof.out/nightly")]
    out: PathBuf,
}

impl Command for Nightly {
    fn run(&self) -> Result<End> {
        let root = root();
        let mut targets = targets(root)?;
        for name in &self.target {
            expect_known("target", name, targets.iter().map(|target| &**target))?;
        }
        targets.retain(|target| self.target.is_empty() || self.target.contains(target));
        let today = today(self.today);
        let known = Known::load(&self.known, today)?;
        // Of all targets this one finds most.
        targets.sort_by_key(|target| target != "lockstep");
        let parts = match (&*self.part, &*self.target) {
            ([], []) => Part::ALL.to_vec(),
            ([], _) => vec![Part::Targets],
            (parts, _) => Part::ALL.into_iter().filter(|part| parts.contains(part)).collect(),
        };
        let stop = stopped_by_signals()?;
        let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let night = Night {
            root: root.to_owned(),
            cargo: "cargo".into(),
            xtask: std::env::current_exe().context("can't find this program")?,
            parts,
            targets,
            time: self.time,
            sanitizer: self.sanitizer,
            seed: self.seed.unwrap_or(clock.subsec_nanos().max(1)),
            corpus: absolute(&self.corpus)?,
            out: absolute(&self.out)?,
            known: &known,
            known_folder: std::path::absolute(&self.known)?,
            today,
            stop: &stop,
        };
        let results = night.run()?;
        println!("{}", self.out.join("summary.md").display());
        Ok(results.end())
    }
}
