//! `cargo xtask zoo`: installs the heaps of the zoo, measures them, and writes `docs/zoo.md`.

use super::heap::{self, Heap};
use super::keeper::Keeper;
use super::measure::Measuring;
use super::{page, result};
use crate::common::arguments::{duration, expect_known, shard};
use crate::common::command::{Command, End, stopped_by_signals};
use crate::common::workspace::root;
use anyhow::Result;
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
    /// Measure nothing, and write the page from what is kept
    #[arg(long)]
    page: bool,
    /// Measure nothing anew, and only look for the traces that are missing
    #[arg(long, conflicts_with = "page")]
    traces: bool,
    /// Keep nothing; fail if a heap fails as what it declares, or a known bug is not found any more
    #[arg(long, conflicts_with_all = ["page", "traces"])]
    check: bool,
}

impl Command for Zoo {
    fn run(&self) -> Result<End> {
        let heaps = heap::all()?;
        for name in &self.only {
            expect_known("heap", name, heaps.iter().map(|heap| heap.name.as_str()))?;
        }
        let keeper = Keeper { folder: root().join("target/zoo"), stop: stopped_by_signals()? };
        let chosen = heaps.iter().enumerate().filter(|(number, heap)| self.is_chosen(*number, heap) && !self.page);
        let (mut end, mut had) = (End::Done, false);
        for (_, heap) in chosen {
            println!("{}: installing", heap.name);
            if let Err(missing) = keeper.fetch(heap) {
                if keeper.is_stopped() {
                    return Ok(End::Interrupted);
                }
                println!("{}: skipped, {missing:#}", heap.name);
                continue;
            }
            had = true;
            match self.measure(&keeper, heap) {
                _ if keeper.is_stopped() => return Ok(End::Interrupted),
                Ok(Said { words, is_right }) => {
                    println!("{}: {words}", heap.name);
                    if self.check && !is_right && end == End::Done {
                        end = End::Failed;
                    }
                }
                Err(error) => {
                    println!("{}: not measured: {error:#}", heap.name);
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
        result::write_whole(&root().join("docs/zoo.md"), &page::written(&heaps)?)?;
        Ok(end)
    }
}

impl Zoo {
    fn is_chosen(&self, number: usize, heap: &Heap) -> bool {
        let in_shard = self.shard.is_none_or(|(share, of)| number % of == share - 1);
        in_shard && (self.only.is_empty() || self.only.contains(&heap.name))
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
        if !self.check {
            result::keep(&heap.name, &measured, &traces)?;
        }
        if !heap.bugs.is_empty() {
            let finds = |bug| measured.hunts.iter().filter(|hunt| hunt.finds(bug)).count();
            let found: Vec<usize> = heap.bugs.iter().map(finds).collect();
            let of = found.iter().map(usize::to_string).collect::<Vec<_>>().join(" and ");
            let words = format!("its bug is the first report of {of} in {} runs", measured.hunts.len());
            return Ok(Said { words, is_right: found.iter().sum::<usize>() > 0 });
        }
        let failing = measured.answers.iter().filter(|answer| !answer.passes).count();
        let words = match (&measured.run.failure, measured.answers.len()) {
            (Some(failure), _) => format!("fails by {failure}"),
            (None, 0) => format!("passes {} programs", measured.run.programs),
            (None, tried) => {
                format!("passes {} programs; fails as {failing} of {tried} other answers", measured.run.programs)
            }
        };
        Ok(Said { words, is_right: measured.run.failure.is_none() })
    }
}

/// What came of a heap.
struct Said {
    words: String,
    /// Whether it does what its file says.
    is_right: bool,
}
