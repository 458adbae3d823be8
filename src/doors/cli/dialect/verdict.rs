//! What comes of random programs on a heap that is held to a dialect.

use super::super::judging::Judge;
use super::super::{Context, Trouble};
use super::Strictness;
use super::far::Far;
use crate::failure::minimize::Options;
use crate::judge::properties::Property;
use crate::judge::signature::Signature;
use crate::judge::subject::SubjectKind;
use crate::programs::generate::{Profile, Recipe};
use crate::runs::campaign::{Campaign, Found, Summary};
use crate::runs::mix::Mix;
use crate::runs::share::Share;
use crate::runs::threads;
use heapproof_model::Program;
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

/// What came of them.
pub(super) enum Verdict {
    /// After so many programs.
    Passes {
        programs: u64,
    },
    /// The first failure was in the program with this number, from 1.
    Fails {
        programs: u64,
        shown: Shown,
    },
    Interrupted,
}

/// A program that shows a failure.
pub(super) struct Shown {
    /// None if it did not fail again, and so was not minimised.
    pub signature: Option<Signature>,
    pub program: Program,
}

/// The programs that a heap is tried with.
pub(super) struct Trials<'a> {
    pub context: &'a Context<'a>,
    pub arguments: &'a Strictness,
}

impl Trials<'_> {
    /// What comes of them on that heap. The first failure is minimised.
    pub fn of(&self, subject: &SubjectKind, far: &Far) -> Result<Verdict, Trouble> {
        let Trials { context, arguments } = self;
        let judge = Judge::new(Property::Lockstep, subject, &arguments.isolate)?;
        let mut first: Option<Found> = None;
        let stop = &context.stop;
        let summary = self.campaign(subject).run_by(
            &|_, program, observes| {
                let judged = judge.judged(program, observes);
                if judge.is_in_trouble() {
                    stop.store(true, Ordering::Relaxed);
                }
                judged
            },
            stop,
            &mut |found| first = first.take().or(Some(found)),
            &mut |_| {},
            &mut |summary| far.programs(summary.programs, self.share_done(summary)),
        );
        let jobs = arguments.jobs.map_or_else(threads, usize::from);
        let options = Options { stop: Some(stop), jobs, ..Options::default() };
        let to_minimize = first.as_ref().filter(|_| !arguments.brief);
        let minimized = to_minimize.and_then(|found| far.suspend(|| judge.minimized(&found.program, &options)));
        judge.trouble()?;
        let summary = summary?;
        let Some(Found { case, program, failure, .. }) = first else {
            let programs = summary.programs;
            return Ok(if summary.interrupted { Verdict::Interrupted } else { Verdict::Passes { programs } });
        };
        let shown = match minimized {
            Some(found) => Shown { signature: Some(found.signature), program: found.minimized.program },
            None if arguments.brief => Shown { signature: Some(failure.signature(&program)), program },
            None => Shown { signature: None, program },
        };
        Ok(Verdict::Fails { programs: case + 1, shown })
    }

    /// How much of the programs for one answer is done, from 0 to 1.
    fn share_done(&self, summary: &Summary) -> f64 {
        let of_cases = summary.programs as f64 / self.arguments.cases as f64;
        let of_time = self.arguments.time.map_or(0.0, |time| summary.elapsed.as_secs_f64() / time.as_secs_f64());
        of_cases.max(of_time).min(1.0)
    }

    fn campaign(&self, subject: &SubjectKind) -> Campaign {
        let Strictness { seed, ops, cases, time, jobs, without, .. } = self.arguments;
        Campaign {
            mix: Mix::one(Property::Lockstep, Profile::Default),
            subject: subject.clone(),
            seed: *seed,
            recipe: Recipe { most_lines: *ops as usize, ..Recipe::default() },
            without: without.clone(),
            known: BTreeSet::new(),
            cases: *cases,
            share: Share::WHOLE,
            time: *time,
            jobs: jobs.map_or_else(threads, usize::from),
            keep_going: false,
            feedback: false,
            told: 0,
        }
    }
}
