//! `cargo xtask biases`: measures the worth of each bias of the generators: looks for seeded bugs with it and without.
//!
//! Each bug is built once, and each search uses the same seeds. The figures are numbers of operations until the bug is
//! found, which do not depend on the speed of the machine.

use crate::common::command::{Command, End, stopped_by_signals};
use crate::common::workspace::root;
use crate::seeded::bug::{Bug, all_edited};
use crate::seeded::builds::Builds;
use crate::seeded::choice::chosen_or;
use crate::seeded::scratch::Scratch;
use crate::seeded::trial::{self, LIMIT, Outcome, Trial};
use anyhow::{Context, Result};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// The biases, by their names for `heapproof check --without-bias`.
const BIASES: [&str; 6] = ["swarm", "recent", "shapes", "sizes", "aim", "pulse"];

/// The default bugs: some that random programs find late, and some that they find soon.
const BUGS: [&str; 12] = [
    "disturbed-not-noticed",
    "disturbed-is-no-candidate",
    "stored-member-not-noticed",
    "lost-reference-not-noticed",
    "new-tenant-joins",
    "refused-allocation-disturbs",
    "survivors-not-judged-again",
    "own-object-is-garbage",
    "death-during-detection-unnoticed",
    "change-during-detection-unnoticed",
    "pause-skips-a-reference",
    "holes-without-new-index",
];

#[derive(Debug, clap::Args)]
pub(crate) struct Biases {
    /// Only the bug with this id; may be given several times; by default a dozen bugs
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// How often to look for each bug, each time with another seed
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    trials: u64,
    /// The seed of the first trial; later trials use the next numbers
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The most programs of a trial
    #[arg(long, value_name = "N", default_value_t = 8_000, value_parser = clap::value_parser!(u64).range(1..))]
    cases: u64,
    /// How many threads build and check; by default one for each processor
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
}

impl Command for Biases {
    fn run(&self) -> Result<End> {
        let bugs = chosen_or(&BUGS, &self.only)?;
        let stop = stopped_by_signals()?;
        let seeds = self.seed..self.seed.saturating_add(self.trials);
        let comparison = Comparison { seeds, cases: self.cases, jobs: self.jobs, stop: &stop };
        Ok(if comparison.run(root(), &bugs)? { End::Done } else { End::Interrupted })
    }
}

/// The parameters of the search.
struct Comparison<'a> {
    /// One for each trial.
    pub seeds: Range<u64>,
    pub cases: u64,
    pub jobs: Option<u16>,
    pub stop: &'a AtomicBool,
}

impl Comparison<'_> {
    /// Looks for these bugs and prints a row of a table for each; false if interrupted.
    pub fn run(&self, root: &Path, bugs: &[Bug]) -> Result<bool> {
        let scratch = Scratch::new(root, self.jobs, self.stop)?;
        let edited = all_edited(bugs, |file| scratch.read(file))?;
        let Some(builds) = Builds::new(&scratch, edited, false)? else { return Ok(false) };
        let all = BIASES.join(",");
        let without = BIASES.map(|bias| vec!["--without-bias", bias]).into_iter();
        let ways: Vec<Vec<&str>> =
            [vec![]].into_iter().chain(without).chain([vec!["--without-bias", &*all], vec!["--feedback"]]).collect();
        println!("| bug | all | {} | none | with feedback |", BIASES.map(|bias| format!("without {bias}")).join(" | "));
        println!("|---{}|", "|--:".repeat(ways.len()));
        for (index, bug) in bugs.iter().enumerate() {
            let place = || format!("seeded bug {}/{}", bug.class, bug.id);
            let Some(heapproof) = builds.of(index).with_context(place)? else { return Ok(false) };
            let mut line = format!("| {} |", bug.id);
            for extra in &ways {
                let mut outcomes = Vec::new();
                for seed in self.seeds.clone() {
                    let trial = Trial {
                        extra,
                        seed,
                        cases: self.cases,
                        jobs: self.jobs,
                        limit: LIMIT,
                        output: &scratch.output,
                        stop: self.stop,
                    };
                    match trial.run(&heapproof).with_context(place)? {
                        Some(outcome) => outcomes.push(outcome),
                        None => return Ok(false),
                    }
                }
                line += &format!(" {} |", cell(&outcomes));
            }
            println!("{line}");
        }
        Ok(true)
    }
}

/// The median number of operations until the bug was found; trials that did not find it count as the longest. Unless all
/// trials found it, also how many did.
fn cell(outcomes: &[Outcome]) -> String {
    let found = trial::operations(outcomes).len();
    let median = trial::median(outcomes).map_or("-".to_owned(), |median| median.to_string());
    match (found, outcomes.len()) {
        (some, all) if some == all => median,
        (some, all) => format!("{median} ({some} of {all})"),
    }
}

#[cfg(test)]
mod tests {
    use super::cell;
    use crate::seeded::trial::{Found, Outcome};

    #[test]
    fn what_is_not_found_counts_as_the_longest() {
        let found = |operations| {
            let (property, signature, trace) = ("lockstep".to_owned(), "counts".to_owned(), "counts.trace".into());
            Outcome::Found(Found { property, signature, operations, lines: 3, trace })
        };
        let nothing = || Outcome::Undetected { operations: 9 };
        assert_eq!(cell(&[found(30), found(10), found(20)]), "20");
        assert_eq!(cell(&[found(30), nothing(), found(20)]), "30 (2 of 3)");
        assert_eq!(cell(&[nothing(), nothing(), found(20)]), "- (1 of 3)");
        assert_eq!(cell(&[nothing()]), "- (0 of 1)");
    }
}
