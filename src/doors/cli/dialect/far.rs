//! How far `heapproof dialect` is: at which of its answers, after how many programs, and about how long it still takes.
//!
//! An answer as which the heap fails takes few programs, one as which it passes takes all. What is left is estimated by the answers
//! so far, of both sorts.

use crate::doors::cli::progress::{Progress, left};
use std::time::Instant;

pub(super) struct Far {
    bar: Progress,
    start: Instant,
    /// Which answer is tried, from 0.
    answer: usize,
    answers: usize,
}

impl Far {
    /// At the first of so many answers.
    pub fn new(answers: usize) -> Far {
        Far { bar: Progress::of_messages(), start: Instant::now(), answer: 0, answers }
    }

    /// At the next answer.
    pub fn next(&mut self) {
        self.answer += 1;
    }

    /// So many programs have run for this answer, and so much of it is done, from 0 to 1.
    pub fn programs(&self, programs: u64, done: f64) {
        let Far { bar, start, answer, answers } = self;
        let elapsed = start.elapsed();
        bar.message(elapsed, || {
            let left = left(*answer as f64 + done, *answers as f64, elapsed);
            let left = left.map_or_else(String::new, |left| format!(", about {} s left", left.as_secs()));
            format!("answer {} of {answers}, {programs} programs{left}", answer + 1)
        });
    }

    /// Does work that prints.
    pub fn suspend<T>(&self, work: impl FnOnce() -> T) -> T {
        self.bar.suspend(work)
    }
}
