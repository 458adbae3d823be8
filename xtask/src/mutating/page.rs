//! The results of mutants: by file, and one by one those that nothing saw.

use super::excuses::Excuses;
use super::fate::Fate;
use crate::seeded::trial::{self, Outcome};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The marks of the page between which the results are.
const MARKS: [&str; 2] = ["<!-- written by `cargo xtask mutants --write` -->\n", "<!-- end -->\n"];

/// How many mutants came to what.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    mutants: usize,
    unviable: usize,
    found: usize,
    by_corpus: usize,
    crashed: usize,
    timed_out: usize,
    by_tests: usize,
    by_harness: usize,
    excused: usize,
    unseen: usize,
}

impl Tally {
    fn of<'a>(results: impl IntoIterator<Item = &'a (String, Fate)>, excuses: &Excuses) -> Tally {
        let mut tally = Tally::default();
        for (name, fate) in results {
            tally.mutants += 1;
            *match fate {
                Fate::Unviable => &mut tally.unviable,
                Fate::Tried(Outcome::Found(_) | Outcome::Unproved(_)) => &mut tally.found,
                Fate::Tried(Outcome::ByCorpus(_)) => &mut tally.by_corpus,
                Fate::Tried(Outcome::Crashed(_)) => &mut tally.crashed,
                Fate::Tried(Outcome::TimedOut) => &mut tally.timed_out,
                Fate::ByTests(_) => &mut tally.by_tests,
                Fate::ByHarness(_) => &mut tally.by_harness,
                Fate::Tried(Outcome::Undetected { .. }) if excuses.contains_key(name) => &mut tally.excused,
                Fate::Tried(Outcome::Undetected { .. }) => &mut tally.unseen,
            } += 1;
        }
        tally
    }

    fn row(&self) -> String {
        let Tally { mutants, unviable, found, by_corpus, crashed, timed_out, by_tests, by_harness, excused, unseen } =
            self;
        let seen = format!("{found} | {by_corpus} | {crashed} | {timed_out} | {by_tests} | {by_harness}");
        format!("| {mutants} | {unviable} | {seen} | {excused} | {unseen} |")
    }
}

/// The results in words: which mutants nothing saw, though nothing excuses them, or the other way round; and how many came to what.
pub(super) fn summary(results: &[(String, Fate)], excuses: &Excuses) -> String {
    let mut text = String::new();
    for (name, fate) in results {
        let _ = match (fate, excuses.contains_key(name)) {
            (fate, false) if fate.is_unseen() => writeln!(text, "unseen: {name}"),
            (fate, true) if !fate.is_unseen() => writeln!(text, "excused, but seen: {name}: {fate}"),
            _ => Ok(()),
        };
    }
    let Tally { mutants, unviable, found, by_corpus, crashed, timed_out, by_tests, by_harness, excused, unseen } =
        Tally::of(results, excuses);
    let _ = writeln!(
        text,
        "{mutants} mutants: {unviable} do not compile, {found} found by random programs, {by_corpus} by the corpus alone, {crashed} crash, \
         {timed_out} never end, {by_tests} by the crates' own tests alone, {by_harness} by tests of the harness alone, {excused} excused, \
         {unseen} unseen"
    );
    text
}

/// The page with these results between its marks.
pub(super) fn page(page: &str, results: &[(String, Fate)], excuses: &Excuses, tried: &str) -> Result<String> {
    let places = page.split_once(MARKS[0]).zip(page.split_once(MARKS[1]));
    let ((before, _), (_, after)) = places.context("there are no marks")?;
    Ok([before, MARKS[0], &tables(results, excuses, tried), MARKS[1], after].concat())
}

fn tables(results: &[(String, Fate)], excuses: &Excuses, tried: &str) -> String {
    let mut text = format!("{tried}\n\n");
    let outcomes: Vec<Outcome> = results
        .iter()
        .filter_map(|(_, fate)| match fate {
            Fate::Tried(outcome) => Some(outcome.clone()),
            Fate::Unviable | Fate::ByTests(_) | Fate::ByHarness(_) => None,
        })
        .collect();
    let operations = trial::operations(&outcomes);
    let within = |most: u64| operations.iter().filter(|operations| **operations <= most).count();
    let _ = writeln!(
        text,
        "Of {} that random programs found, {} took at most 1,000 operations, {} at most 10,000, and {} at most 100,000.\n",
        operations.len(),
        within(1_000),
        within(10_000),
        within(100_000),
    );
    text.push_str(
        "| file | mutants | do not compile | found | by the corpus | crash | never end | by own tests | by the harness's | excused | unseen |\n",
    );
    text.push_str("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    let file = |name: &str| name.split_once(':').map_or(name, |(file, _)| file).to_owned();
    let mut files: BTreeMap<String, Vec<&(String, Fate)>> = BTreeMap::new();
    results.iter().for_each(|result| files.entry(file(&result.0)).or_default().push(result));
    for (file, results) in files {
        let _ = writeln!(text, "| `{file}` {}", Tally::of(results, excuses).row());
    }
    let _ = writeln!(text, "| all {}\n", Tally::of(results, excuses).row());
    let is_unseen = |(_, fate): &&(String, Fate)| fate.is_unseen();
    text.push_str("| what nothing saw | why |\n|---|---|\n");
    for (name, _) in results.iter().filter(is_unseen) {
        let why = excuses.get(name).map_or("not known yet", |why| why);
        let _ = writeln!(text, "| `{}` | {why} |", name.replace('|', "\\|"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Fate, Outcome, page, summary};

    #[test]
    fn what_nothing_saw_is_named_and_an_excuse_says_why() {
        let fate = |name: &str, fate| (format!("heap/src/a.rs: {name}"), fate);
        let unseen = || Fate::Tried(Outcome::Undetected { operations: 9 });
        let results = [fate("one", unseen()), fate("two", unseen()), fate("three", Fate::Unviable)];
        let excuses = [("heap/src/a.rs: two".to_owned(), "It does the same.".to_owned())].into();
        let said = summary(&results, &excuses);
        assert!(said.contains("3 mutants: 1 do not compile") && said.contains("1 excused, 1 unseen"), "{said}");
        assert!(said.starts_with("unseen: heap/src/a.rs: one\n3 mutants"), "{said}");
        let marked = "# M\n<!-- written by `cargo xtask mutants --write` -->\nold\n<!-- end -->\nrest\n";
        let written = page(marked, &results, &excuses, "Tried.").unwrap();
        assert!(
            written.contains("| `heap/src/a.rs: two` | It does the same. |") && !written.contains("old"),
            "{written}"
        );
        assert!(
            written.contains("| all | 3 | 1 | 0 | 0 | 0 | 0 | 0 | 0 | 1 | 1 |") && written.ends_with("rest\n"),
            "{written}"
        );
        let columns =
            |start: &str| written.lines().find(|line| line.starts_with(start)).map(|line| line.matches('|').count());
        assert!(columns("| file").is_some() && columns("| file") == columns("| all"), "{written}");
        assert!(page("# M\n", &results, &excuses, "Tried.").is_err());
    }

    #[test]
    fn an_excuse_for_what_is_seen_is_told() {
        let results = [("a".to_owned(), Fate::Tried(Outcome::Crashed("signal 6".to_owned())))];
        let said = summary(&results, &[("a".to_owned(), "No reason.".to_owned())].into());
        assert!(said.contains("excused, but seen: a: crashed: signal 6"), "{said}");
    }
}
