//! The table of results, with one row for each bug.

use super::hunt::Trials;
use crate::seeded::bug::Bug;
use crate::seeded::trial::Outcome;

const HEAD: [&str; 6] = ["bug", "class", "detected", "signature", "operations", "lines"];

/// The table of bugs and their trials.
pub(crate) fn table(bugs: &[Bug], results: &[Trials]) -> String {
    let lines = bugs.iter().zip(results).map(|(bug, trials)| line(bug, trials));
    let lines: Vec<[String; 6]> = [HEAD.map(str::to_owned)].into_iter().chain(lines).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].len()).max().unwrap_or(0);
    let widths: [usize; 6] = std::array::from_fn(width);
    let mut table = String::new();
    for [id, class, detected, signature, operations, trace] in &lines {
        let [w0, w1, w2, w3, w4, w5] = widths;
        table += &format!("{id:w0$}  {class:w1$}  {detected:w2$}  {signature:w3$}  {operations:>w4$}  {trace:>w5$}\n");
    }
    table
}

/// The row of a bug. All columns but the first three are from the median trial.
fn line(bug: &Bug, trials: &Trials) -> [String; 6] {
    let dash = || "-".to_owned();
    let (signature, operations, lines) = match median(&trials.0) {
        Some(Outcome::Found(found)) => (found.signature.clone(), found.operations.to_string(), found.lines.to_string()),
        Some(Outcome::Crashed(how)) => (format!("crashed: {how}"), dash(), dash()),
        Some(Outcome::ByCorpus(how)) => (format!("corpus: {how}"), dash(), dash()),
        Some(Outcome::Unproved(why)) => (why.to_string(), dash(), dash()),
        Some(Outcome::TimedOut) => ("timed out".to_owned(), dash(), dash()),
        Some(Outcome::Undetected { .. }) | None => (dash(), dash(), dash()),
    };
    [bug.id.clone(), bug.class.clone(), detected(trials), signature, operations, lines]
}

fn detected(trials: &Trials) -> String {
    match (trials.detections(), trials.0.len()) {
        (detections, all) if detections == all => "yes".to_owned(),
        (0, _) => "no".to_owned(),
        (detections, all) => format!("{detections} of {all}"),
    }
}

/// The lower median by operations. Trials that found nothing count as the longest.
fn median(outcomes: &[Outcome]) -> Option<&Outcome> {
    let mut sorted: Vec<&Outcome> = outcomes.iter().collect();
    sorted.sort_by_key(|outcome| match outcome {
        Outcome::Found(found) => (0, found.operations),
        Outcome::Crashed(_) => (1, 0),
        Outcome::ByCorpus(_) => (2, 0),
        Outcome::Unproved(_) => (3, 0),
        Outcome::TimedOut => (4, 0),
        Outcome::Undetected { .. } => (5, 0),
    });
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::median;
    use crate::seeded::trial::{Found, Outcome};

    #[test]
    fn the_median_trial_takes_those_that_found_nothing_for_the_longest() {
        let found = |operations| {
            let (property, signature, trace) = ("lockstep".to_owned(), "counts".to_owned(), "counts.trace".into());
            Outcome::Found(Found { property, signature, operations, lines: 3, trace })
        };
        let nothing = Outcome::Undetected { operations: 1 };
        assert_eq!(median(&[found(30), found(10), found(20)]), Some(&found(20)));
        assert_eq!(median(&[found(30), nothing.clone(), found(20)]), Some(&found(30)));
        assert_eq!(median(&[nothing.clone(), Outcome::TimedOut, found(20)]), Some(&Outcome::TimedOut));
        assert_eq!(median(&[found(2), found(1)]), Some(&found(1)));
        assert_eq!(median(&[]), None);
    }
}
