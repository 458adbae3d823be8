//! Warnings about runs that are not worth their cost.

use super::Statistics;
use crate::judge::tally::Tally;
use heapproof_model::Code;
use std::time::Duration;

/// Runs of fewer operations say little about the mix.
const ENOUGH: u64 = 20_000;

/// Fewer operations than this in a second, on one thread, are too slow for heaps of a few objects.
const SLOW: u64 = 1_000;

/// What is wrong with the mix of operations of a run, each in a sentence; nothing for short runs. `errs` says whether wrong
/// calls should occur, and `drawn` which operations.
pub fn warnings(tally: &Tally, statistics: &Statistics, errs: bool, drawn: &dyn Fn(Code) -> bool) -> Vec<String> {
    let total = tally.total();
    let all = total.done + total.refused + total.skipped;
    if all < ENOUGH {
        return Vec::new();
    }
    let mut warnings = Vec::new();
    let percent = |part: u64| 100 * part / all;
    if total.skipped * 10 > all {
        warnings.push(format!("{} % of the lines were skipped, where at most 10 should be", percent(total.skipped)));
    }
    if errs && total.refused * 20 < all {
        warnings.push(format!("{} % of the lines were refused, where at least 5 should be", percent(total.refused)));
    }
    if total.refused * 4 > all {
        warnings.push(format!("{} % of the lines were refused, where at most 25 should be", percent(total.refused)));
    }
    // A panic occurs only in finalizers, which are not counted here.
    let never = tally.by_operation().filter(|(code, outcomes)| outcomes.done == 0 && *code != Code::Panic);
    let never: Vec<&str> = never.filter(|(code, _)| drawn(*code)).map(|(code, _)| code.name()).collect();
    if !never.is_empty() {
        warnings.push(format!("never done: {}", never.join(", ")));
    }
    if statistics.observed > 0 && statistics.shapes.living.largest() < 2 {
        warnings.push("no two objects ever lived at once".to_owned());
    }
    warnings
}

/// A sentence if that many operations took too long for the sizes of their heaps.
pub fn slow(operations: u64, elapsed: Duration, jobs: usize, statistics: &Statistics) -> Option<String> {
    let each_second = (operations as f64 / elapsed.as_secs_f64().max(1e-9) / jobs.max(1) as f64) as u64;
    let median = statistics.shapes.living.median();
    let long = elapsed >= Duration::from_secs(5) && operations > 0;
    (long && median < 100 && each_second < SLOW).then(|| {
        format!("{each_second} operations a second on each thread is slow where half of the heaps have {median} objects or fewer")
    })
}

#[cfg(test)]
mod tests {
    use super::{slow, warnings};
    use crate::judge::tally::Tally;
    use crate::runs::statistics::Statistics;
    use heapproof_model::{Code, Outcome, Refusal, Value};
    use std::time::Duration;

    fn tally(done: usize, refused: usize, skipped: usize) -> Tally {
        let mut tally = Tally::default();
        for (count, outcome) in
            [(done, Outcome::Done(Value::Nil)), (refused, Outcome::Refused(Refusal::Nil)), (skipped, Outcome::Skipped)]
        {
            (0..count).for_each(|_| tally.add(Code::Table, &outcome));
        }
        tally
    }

    #[test]
    fn each_way_to_be_worth_little_is_told() {
        let told = |tally: &Tally, wanted: &str| {
            let warnings =
                warnings(tally, &Statistics::default(), true, &|code| matches!(code, Code::Table | Code::Drop));
            assert!(warnings.iter().any(|warning| warning.contains(wanted)), "{wanted}: {warnings:?}");
        };
        told(&tally(18_000, 2_000, 3_000), "skipped");
        told(&tally(30_000, 100, 0), "at least 5");
        told(&tally(10_000, 12_000, 0), "at most 25");
        told(&tally(20_000, 2_000, 0), "never done: Drop");
    }

    #[test]
    fn a_sound_mix_and_a_short_run_have_no_warning() {
        let supports = |code| code == Code::Table;
        assert_eq!(warnings(&tally(20_000, 2_000, 500), &Statistics::default(), true, &supports), [""; 0]);
        assert_eq!(warnings(&tally(20_000, 0, 500), &Statistics::default(), false, &supports), [""; 0]);
        assert_eq!(warnings(&tally(10, 0, 10), &Statistics::default(), true, &|_| true), [""; 0]);
    }

    #[test]
    fn slow_is_judged_by_operations_a_second_and_thread() {
        let seconds = Duration::from_secs(10);
        assert!(slow(10_000, seconds, 2, &Statistics::default()).is_some());
        assert_eq!(slow(100_000, seconds, 2, &Statistics::default()), None);
        assert_eq!(slow(10, Duration::from_millis(10), 2, &Statistics::default()), None);
    }
}
