//! The page `docs/strength.md`: how many operations it takes to find each seeded bug, bug by bug.
//!
//! The table of the page is all that is kept. A run puts the rows of its bugs in the place of theirs, and leaves the others as they
//! are, so the whole can be measured in parts. Each row says of which commit it is.

use super::hunt::Trials;
use crate::seeded::bug::{Bug, Reach};
use crate::seeded::trial::{self, Outcome};
use std::collections::BTreeMap;
use std::fmt::{self, Display, Write as _};

/// The page with the rows of the bugs that there are, in their order, and without those of others.
pub(crate) fn page(bugs: &[Bug], mut rows: BTreeMap<String, Row>, command: &str) -> String {
    let (known, missing): (Vec<&Bug>, Vec<&Bug>) = bugs.iter().partition(|bug| rows.contains_key(&bug.id));
    let rows: Vec<Row> = known.iter().filter_map(|bug| rows.remove(&bug.id)).collect();
    let mut page = format!(
        "# How strong the harness is\n\n\
         Each seeded bug of `tests/bugs/` is put into the heap or the model, and `heapproof check` with default settings looks for it:\n\n    \
         {command}\n\n\
         That wrote this page, all at once or in parts: a row is of the commit that it names. Operations are counted until the run ends, so the\n\
         machine does not matter. A trial that finds nothing counts as the longest. *isolate*: the run has `--isolate`, since the heap hangs\n\
         or dies. *corpus*: no random program has as many objects as it takes; a kept trace has.\n\n\
         A trial has *found* its bug if `check` exits with 1, explains the failure by facts, and saves a trace that fails again on the heap with\n\
         the bug and passes on the one without. Two other ways to detect a bug are no finds: *corpus*, if only a kept trace fails, and\n\
         *crashed*, if the run itself died and left no trace.\n\n"
    );
    page.push_str(&summary(&rows));
    if !missing.is_empty() {
        let missing: Vec<&str> = missing.iter().map(|bug| &*bug.id).collect();
        let _ = writeln!(page, "Not measured yet (`--missing` measures them): {}.\n", missing.join(", "));
    }
    page.push_str(
        "| bug | class | found | by | as | operations, median | worst | lines | commit |\n|---|---|--:|---|---|--:|--:|--:|---|\n",
    );
    rows.iter().for_each(|row| page.push_str(&row.to_string()));
    page
}

/// How many bugs are found how soon.
fn summary(rows: &[Row]) -> String {
    let default: Vec<&Row> = rows.iter().filter(|row| row.reach == Reach::Default).collect();
    let within = |most: u64| default.iter().filter(|row| row.median.is_some_and(|median| median <= most)).count();
    let (trials, found): (usize, usize) =
        default.iter().fold((0, 0), |(of, found), row| (of + row.of, found + row.found));
    format!(
        "{} bugs, {} of them within reach of a default run. Of these, the median of their trials is at most 3,000 operations for {}, \
         30,000 for {} and 100,000 for {}. Of their {trials} trials {found} found the bug.\n\n",
        rows.len(),
        default.len(),
        within(3_000),
        within(30_000),
        within(100_000),
    )
}

/// The rows of a page, by the ids of their bugs.
pub(crate) fn rows(page: &str) -> BTreeMap<String, Row> {
    page.lines().filter_map(Row::read).map(|row| (row.bug.clone(), row)).collect()
}

/// A bug and what its trials came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub bug: String,
    reach: Reach,
    class: String,
    /// How many trials found it, and of how many.
    found: usize,
    of: usize,
    /// The property and the signature by which, or how else it was detected.
    by: [String; 2],
    /// Of the operations until it was found.
    median: Option<u64>,
    worst: Option<u64>,
    /// The lines of a minimised trace.
    lines: Option<usize>,
    commit: String,
}

impl Row {
    /// The row of these trials at a commit.
    pub fn new(bug: &Bug, Trials(trials): &Trials, commit: &str) -> Row {
        let found = trial::operations(trials);
        let example =
            trials.iter().find_map(|outcome| if let Outcome::Found(found) = outcome { Some(found) } else { None });
        let (property, signature) = match (example, trials.first()) {
            (Some(example), _) => (&*example.property, example.signature.clone()),
            (None, Some(Outcome::ByCorpus(how))) => ("corpus", how.clone()),
            (None, Some(Outcome::Crashed(how))) => ("-", format!("crashed: {how}")),
            (None, Some(Outcome::Unproved(why))) => ("-", why.to_string()),
            (None, Some(Outcome::TimedOut)) => ("-", "it took too long".to_owned()),
            (None, _) => ("-", "-".to_owned()),
        };
        Row {
            bug: bug.id.clone(),
            reach: bug.reach,
            class: bug.class.clone(),
            found: found.len(),
            of: trials.len(),
            by: [property.to_owned(), signature],
            median: trial::median(trials),
            worst: found.last().copied().filter(|_| found.len() == trials.len()),
            lines: example.map(|found| found.lines),
            commit: commit.to_owned(),
        }
    }

    /// The row of that line, if it is one.
    fn read(line: &str) -> Option<Row> {
        let cells: Vec<&str> = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect();
        let [bug, class, trials, property, signature, median, worst, lines, commit] = cells[..] else { return None };
        let (found, of) = trials.split_once(" of ")?;
        let (bug, reach) = match bug.split_once(' ') {
            None => (bug, Reach::Default),
            Some((bug, "(isolate)")) => (bug, Reach::Isolate),
            Some((bug, _)) => (bug, Reach::Corpus),
        };
        Some(Row {
            bug: bug.to_owned(),
            reach,
            class: class.to_owned(),
            found: found.parse().ok()?,
            of: of.parse().ok()?,
            by: [property, signature].map(str::to_owned),
            median: median.parse().ok(),
            worst: worst.parse().ok(),
            lines: lines.parse().ok(),
            commit: commit.to_owned(),
        })
    }

    /// Whether each trial has found the bug.
    pub fn is_always_found(&self) -> bool {
        self.found == self.of
    }
}

impl Display for Row {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row { bug, reach, class, found, of, by: [property, signature], median, worst, lines, commit } = self;
        let reach = match reach {
            Reach::Default => "",
            Reach::Isolate => " (isolate)",
            Reach::Corpus => " (corpus)",
        };
        let (median, worst, lines) = (told(median), told(worst), told(lines));
        writeln!(
            out,
            "| {bug}{reach} | {class} | {found} of {of} | {property} | {signature} | {median} | {worst} | {lines} | {commit} |"
        )
    }
}

fn told(number: &Option<impl Display>) -> String {
    number.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::{Row, page, rows};
    use crate::hunting::hunt::Trials;
    use crate::seeded::bug::{Bug, Reach, load_all};
    use crate::seeded::trial::{Found, Outcome};
    use std::collections::BTreeMap;

    fn bugs() -> Vec<Bug> {
        let mut bugs = load_all(crate::common::workspace::root()).unwrap();
        bugs.retain(|bug| bug.reach == Reach::Default);
        bugs
    }

    fn found(operations: u64) -> Outcome {
        let (property, signature, trace) = ("slices".to_owned(), "counts".to_owned(), "counts.trace".into());
        Outcome::Found(Found { property, signature, operations, lines: 3, trace })
    }

    const NOTHING: Outcome = Outcome::Undetected { operations: 1 };

    #[test]
    fn a_row_has_a_median_and_a_worst_trial_only_where_enough_trials_found_the_bug() {
        let row = |trials: Vec<Outcome>| {
            let row = Row::new(&bugs()[0], &Trials(trials), "abc").to_string();
            row.split(" | ").skip(2).map(str::trim).collect::<Vec<_>>().join(",")
        };
        assert_eq!(row(vec![found(30), found(10), found(20)]), "3 of 3,slices,counts,20,30,3,abc |");
        assert_eq!(row(vec![NOTHING, found(10), found(20)]), "2 of 3,slices,counts,20,-,3,abc |");
        assert_eq!(row(vec![NOTHING, NOTHING, found(20)]), "1 of 3,slices,counts,-,-,3,abc |");
        assert_eq!(row(vec![Outcome::Crashed("signal: 6".to_owned())]), "0 of 1,-,crashed: signal: 6,-,-,-,abc |");
    }

    #[test]
    fn what_is_measured_takes_the_place_of_its_row_and_the_others_stay() {
        let bugs = bugs();
        let of = |bug: &Bug, trials: Vec<Outcome>, commit| (bug.id.clone(), Row::new(bug, &Trials(trials), commit));
        let first = page(
            &bugs[..3],
            BTreeMap::from([of(&bugs[0], vec![found(5)], "a"), of(&bugs[1], vec![NOTHING], "a")]),
            "it",
        );
        assert!(first.contains(&format!("Not measured yet (`--missing` measures them): {}.", bugs[2].id)), "{first}");
        assert!(first.contains("2 bugs") && first.contains("Of their 2 trials 1 found the bug."), "{first}");
        let mut kept = rows(&first);
        assert_eq!(kept[&bugs[0].id], of(&bugs[0], vec![found(5)], "a").1, "it is read as it was written");
        kept.extend([of(&bugs[1], vec![found(7)], "b"), of(&bugs[2], vec![found(9)], "b")]);
        let second = page(&bugs[..3], kept.clone(), "it");
        assert!(
            !second.contains("Not measured yet") && second.contains("Of their 3 trials 3 found the bug."),
            "{second}"
        );
        assert_eq!(rows(&second), kept);
        assert_eq!(rows(&page(&bugs[1..2], kept, "it")).len(), 1, "bugs that are gone have no row");
    }
}
