//! `cargo xtask zoo`: installs the heaps of the zoo, measures them, and writes `docs/zoo.md`.
//!
//! Several machines can take a share of the heaps each. What they write to `--result` is put together by `--merge`, which keeps it here as
//! if it had been measured here.

use super::heap::{self, Heap};
use super::keeper::Keeper;
use super::measure::Measuring;
use super::page;
use super::result::{self, Kept};
use crate::common::arguments::{duration, expect_known, shard};
use crate::common::command::{Command, End, stopped_by_signals};
use crate::common::pieces::{Asked, Piece, is_in, joined};
use crate::common::workspace::root;
use anyhow::Result;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, clap::Args)]
pub(crate) struct Zoo {
    /// A heap, by the name of its file in `zoo/`; may be given several times; by default all
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// How long each heap runs by the dialect that it declares
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    time: Duration,
    /// A share of the heaps, as `K/N`: each N-th, from the K-th
    #[arg(long, value_name = "K/N", value_parser = shard)]
    shard: Option<(usize, usize)>,
    /// A file for the results of a shard
    #[arg(long, value_name = "FILE", requires = "shard", conflicts_with_all = ["page", "check"])]
    result: Option<PathBuf>,
    /// Measure nothing: put the results of all shards together, in any order, and write the page from them
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["only", "shard", "page", "check", "traces"])]
    merge: Vec<PathBuf>,
    /// Measure nothing, and write the page from what is kept
    #[arg(long)]
    page: bool,
    /// Measure nothing anew, and only look for the traces that are missing
    #[arg(long, conflicts_with = "page")]
    traces: bool,
    /// Keep nothing; fail if a heap fails as what it declares, or none of its known bugs is found any more
    #[arg(long, conflicts_with_all = ["page", "traces"])]
    check: bool,
}

/// What came of a heap, for other machines.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Visited {
    Measured(Box<Kept>),
    /// It can't be had there.
    Skipped(String),
    NotMeasured(String),
}

impl Command for Zoo {
    fn run(&self) -> Result<End> {
        if !self.merge.is_empty() {
            return self.merged();
        }
        let heaps = heap::all()?;
        for name in &self.only {
            expect_known("heap", name, heaps.iter().map(|heap| heap.name.as_str()))?;
        }
        let keeper = Keeper { folder: root().join("target/zoo"), stop: stopped_by_signals()? };
        let chosen: Vec<&Heap> = heaps.iter().filter(|heap| self.is_chosen(heap) && !self.page).collect();
        let (mut end, mut had) = (End::Done, false);
        let mut results = BTreeMap::new();
        let of_shard = |index| self.shard.is_none_or(|shard| is_in(shard, index));
        for (_, heap) in chosen.iter().enumerate().filter(|(index, _)| of_shard(*index)) {
            println!("{}: installing", heap.name);
            if let Err(missing) = keeper.fetch(heap) {
                if keeper.is_stopped() {
                    return Ok(End::Interrupted);
                }
                println!("{}: skipped, {missing:#}", heap.name);
                results.insert(heap.name.clone(), Visited::Skipped(format!("{missing:#}")));
                continue;
            }
            had = true;
            match self.measure(&keeper, heap) {
                _ if keeper.is_stopped() => return Ok(End::Interrupted),
                Ok(Said { words, is_right, kept }) => {
                    results.insert(heap.name.clone(), Visited::Measured(Box::new(kept)));
                    println!("{}: {words}", heap.name);
                    if self.check && !is_right && end == End::Done {
                        end = End::Failed;
                    }
                }
                Err(error) => {
                    println!("{}: not measured: {error:#}", heap.name);
                    results.insert(heap.name.clone(), Visited::NotMeasured(format!("{error:#}")));
                    end = End::Incomplete;
                }
            }
        }
        if self.check {
            if !had {
                println!("the zoo is skipped: none of its heaps of this share can be had here");
            }
            return Ok(end);
        }
        if let (Some(path), Some(shard)) = (&self.result, self.shard) {
            let options = json!({ "only": self.only, "time": self.time.as_secs_f64(), "traces": self.traces });
            let items = chosen.iter().map(|heap| heap.name.clone()).collect();
            Piece { asked: Asked::new("zoo", options, items), shard, results }.write(path)?;
        }
        result::write_whole(&root().join("docs/zoo.md"), &page::written(&heaps)?)?;
        Ok(end)
    }
}

impl Zoo {
    fn is_chosen(&self, heap: &Heap) -> bool {
        self.only.is_empty() || self.only.contains(&heap.name)
    }

    /// Keeps what all shards have measured, and writes the page from it.
    fn merged(&self) -> Result<End> {
        let (_, results) = joined::<Visited>("zoo", &self.merge)?;
        let heaps = heap::all()?;
        for (name, _) in &results {
            expect_known("heap", name, heaps.iter().map(|heap| heap.name.as_str()))?;
        }
        let mut end = End::Done;
        for (name, visited) in results {
            match visited {
                Visited::Measured(kept) => result::keep(&name, &kept)?,
                Visited::Skipped(why) => println!("{name}: skipped, {why}"),
                Visited::NotMeasured(why) => {
                    println!("{name}: not measured: {why}");
                    end = End::Incomplete;
                }
            }
        }
        result::write_whole(&root().join("docs/zoo.md"), &page::written(&heaps)?)?;
        Ok(end)
    }

    /// Measures a heap whose packages are there, keeps that, and says what came of it.
    fn measure(&self, keeper: &Keeper, heap: &Heap) -> Result<Said> {
        let installed = keeper.build(heap)?;
        println!("{}: measuring", heap.name);
        let measuring = Measuring { keeper, heap, installed: &installed, time: self.time };
        let (measured, traces) = match result::kept(&heap.name)? {
            Some(kept) if self.traces => measuring.shown(kept, result::traces(&heap.name)?)?,
            _ if self.check => (measuring.declared()?, Vec::new()),
            _ => measuring.all()?,
        };
        let kept = Kept { measured, traces };
        if !self.check {
            result::keep(&heap.name, &kept)?;
        }
        Ok(Zoo::said(heap, kept))
    }

    /// What came of a heap, in words.
    fn said(heap: &Heap, kept: Kept) -> Said {
        let measured = &kept.measured;
        if !heap.bugs.is_empty() {
            let finds = |bug| measured.hunts.iter().filter(|hunt| hunt.finds(bug)).count();
            let found: Vec<usize> = heap.bugs.iter().map(finds).collect();
            let of = found.iter().map(usize::to_string).collect::<Vec<_>>().join(" and ");
            let words = format!("of {} runs, its bug is the first report of {of}", measured.hunts.len());
            return Said { words, is_right: found.iter().sum::<usize>() > 0, kept };
        }
        let failing = measured.answers.iter().filter(|answer| !answer.passes).count();
        let words = match (&measured.run.failure, measured.answers.len()) {
            (Some(failure), _) => format!("fails by {failure}"),
            (None, 0) => format!("passes {} programs", measured.run.programs),
            (None, tried) => {
                format!("passes {} programs; fails as {failing} of {tried} other answers", measured.run.programs)
            }
        };
        let is_right = measured.run.failure.is_none();
        Said { words, is_right, kept }
    }
}

/// What came of a heap.
struct Said {
    words: String,
    /// Whether it does what its file says.
    is_right: bool,
    kept: Kept,
}
