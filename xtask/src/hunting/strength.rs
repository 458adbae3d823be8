//! The page `docs/strength.md`: how many operations it takes to find each seeded bug, bug by bug.

use super::hunt::Trials;
use crate::seeded::bug::{Bug, Reach};
use crate::seeded::trial::{self, Outcome};
use std::fmt::Write as _;

/// Writes the page about these bugs. `command` repeats it.
pub(crate) fn page(bugs: &[Bug], results: &[Trials], command: &str) -> String {
    let rows: Vec<Row<'_>> = bugs.iter().zip(results).map(|(bug, trials)| Row::new(bug, &trials.0)).collect();
    let mut page = format!(
        "# How strong the harness is\n\n\
         Each seeded bug of `tests/bugs/` is put into the heap or the model, and `heapproof check` with default settings looks for it:\n\n    \
         {command}\n\n\
         That wrote this page. Operations are counted until the run ends, so the machine does not matter. A trial that finds nothing counts as\n\
         the longest. *isolate*: the run has `--isolate`, since the heap hangs or dies. *corpus*: no random program has as many objects as\n\
         it takes; a kept trace has.\n\n\
         A trial has *found* its bug if `check` exits with 1, explains the failure by facts, and saves a trace that fails again on the heap with\n\
         the bug and passes on the one without. Two other ways to detect a bug are counted apart: by *corpus*, if only a kept trace fails, and\n\
         *crashed*, if the run itself died and left no trace.\n\n"
    );
    let default: Vec<&Row<'_>> = rows.iter().filter(|row| row.bug.reach == Reach::Default).collect();
    let medians: Vec<u64> = default.iter().filter_map(|row| row.median()).collect();
    let count = |is: &dyn Fn(&Outcome) -> bool| default.iter().flat_map(|row| row.trials).filter(|one| is(one)).count();
    let within = |most: u64| medians.iter().filter(|median| **median <= most).count();
    let _ = writeln!(
        page,
        "{} bugs, {} of them within reach of a default run. Of these, the median of their trials is at most 3,000 operations for {}, \
         30,000 for {} and 100,000 for {}. Of their {} trials {} found the bug, {} detected it by the corpus, {} by a crash, and {} did not.\n",
        rows.len(),
        default.len(),
        within(3_000),
        within(30_000),
        within(100_000),
        count(&|_| true),
        count(&|outcome| matches!(outcome, Outcome::Found(_))),
        count(&|outcome| matches!(outcome, Outcome::ByCorpus(_))),
        count(&|outcome| matches!(outcome, Outcome::Crashed(_))),
        count(&|outcome| !outcome.is_detection()),
    );
    page.push_str(
        "| bug | class | found | by | as | operations, median | worst | lines |\n|---|---|--:|---|---|--:|--:|--:|\n",
    );
    rows.iter().for_each(|row| page.push_str(&row.to_string()));
    page
}

/// A bug and what its trials came to.
struct Row<'a> {
    bug: &'a Bug,
    trials: &'a [Outcome],
    /// The operations of the trials that found it by random programs, the fewest first.
    found: Vec<u64>,
}

impl<'a> Row<'a> {
    fn new(bug: &'a Bug, trials: &'a [Outcome]) -> Row<'a> {
        Row { bug, trials, found: trial::operations(trials) }
    }

    fn median(&self) -> Option<u64> {
        trial::median(self.trials)
    }
}

impl std::fmt::Display for Row<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Row { bug, trials, found } = self;
        let example =
            trials.iter().find_map(|outcome| if let Outcome::Found(found) = outcome { Some(found) } else { None });
        let (property, signature, lines) = match (example, trials.first()) {
            (Some(example), _) => (&*example.property, example.signature.clone(), example.lines.to_string()),
            (None, Some(Outcome::ByCorpus(how))) => ("corpus", how.clone(), "-".to_owned()),
            (None, Some(Outcome::Crashed(how))) => ("-", format!("crashed: {how}"), "-".to_owned()),
            (None, Some(Outcome::Unproved(why))) => ("-", why.to_string(), "-".to_owned()),
            (None, Some(Outcome::TimedOut)) => ("-", "it took too long".to_owned(), "-".to_owned()),
            (None, _) => ("-", "-".to_owned(), "-".to_owned()),
        };
        let number = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
        let worst = found.last().copied().filter(|_| found.len() == trials.len());
        let reach = match bug.reach {
            Reach::Default => "",
            Reach::Isolate => " (isolate)",
            Reach::Corpus => " (corpus)",
        };
        writeln!(
            out,
            "| {}{reach} | {} | {} of {} | {property} | {signature} | {} | {} | {lines} |",
            bug.id,
            bug.class,
            found.len(),
            trials.len(),
            number(self.median()),
            number(worst),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Row, page};
    use crate::hunting::hunt::Trials;
    use crate::seeded::bug::{Reach, load_all};
    use crate::seeded::trial::{Found, Outcome};

    #[test]
    fn each_way_to_detect_a_bug_is_counted_apart() {
        let mut bugs = load_all(crate::common::workspace::root()).unwrap();
        bugs.retain(|bug| bug.reach == Reach::Default);
        let (property, signature) = ("slices".to_owned(), "counts".to_owned());
        let found = Found { property, signature, operations: 5, lines: 3, trace: "counts.trace".into() };
        let trials = Trials(vec![
            Outcome::Found(found),
            Outcome::ByCorpus("counts".to_owned()),
            Outcome::Crashed("signal: 6".to_owned()),
            Outcome::Unproved("its explanation has no facts".into()),
            Outcome::Undetected { operations: 9 },
        ]);
        let page = page(&bugs[..1], &[trials], "cargo xtask bugs --write");
        let counted = "Of their 5 trials 1 found the bug, 1 detected it by the corpus, 1 by a crash, and 2 did not.";
        assert!(page.contains(counted), "{page}");
    }

    #[test]
    fn a_row_has_a_median_and_a_worst_trial_only_where_enough_trials_found_the_bug() {
        let bugs = load_all(crate::common::workspace::root()).unwrap();
        let found = |operations| {
            let (property, signature, trace) = ("slices".to_owned(), "counts".to_owned(), "counts.trace".into());
            Outcome::Found(Found { property, signature, operations, lines: 3, trace })
        };
        let nothing = || Outcome::Undetected { operations: 1 };
        let row = |trials: &[Outcome]| {
            let row = Row::new(&bugs[0], trials).to_string();
            row.split(" | ").skip(2).map(str::trim).collect::<Vec<_>>().join(",")
        };
        assert_eq!(row(&[found(30), found(10), found(20)]), "3 of 3,slices,counts,20,30,3 |");
        assert_eq!(row(&[nothing(), found(10), found(20)]), "2 of 3,slices,counts,20,-,3 |");
        assert_eq!(row(&[nothing(), nothing(), found(20)]), "1 of 3,slices,counts,-,-,3 |");
    }
}
