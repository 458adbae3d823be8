//! What fails when a sentence of SPEC.md is broken.
//!
//! `tests/sentences/` says it: for each numbered sentence its claims in a few words, and for each claim its guards. A guard
//! is a seeded bug, which breaks the claim and is found (`cargo xtask bugs`); a trace that is kept; a test; or a clause of a
//! dialect, of which each answer has a wrong heap that fails. Where there is no guard, it says why.

use crate::{corpus, traces};
use heapproof::model::dialect::CLAUSES;
use heapproof::subjects::twins;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{read_dir, read_to_string};
use std::path::{Path, PathBuf};

/// For each sentence its claims, and for each claim its guards.
type Table = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// How many claims have no guard.
const UNGUARDED: usize = 5;

/// Seeded bugs about which the contract says nothing, and what they are about.
const BESIDE: [(&str, &str); 1] = [("columns-in-bytes", "what an error of a trace says")];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The entries of a folder of the repository.
fn entries(folder: impl AsRef<Path>) -> Vec<PathBuf> {
    read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// The files of the table, each with its name.
fn files() -> Vec<(String, Table)> {
    let parsed = |path: PathBuf| {
        let table = toml::from_str(&read_to_string(&path).unwrap());
        let table = table.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path.file_name().unwrap().to_str().unwrap().to_owned(), table)
    };
    entries("tests/sentences").into_iter().map(parsed).collect()
}

/// All guards, each with its sentence and claim.
fn guards() -> Vec<(String, String)> {
    let mut guards = Vec::new();
    for (sentence, claims) in files().into_iter().flat_map(|(_, table)| table) {
        for (claim, all) in claims {
            guards.extend(all.into_iter().map(|guard| (format!("{sentence}: {claim}"), guard)));
        }
    }
    guards
}

/// The numbers of the sentences of SPEC.md, in order.
fn numbered() -> Vec<String> {
    let spec = read_to_string(root().join("SPEC.md")).unwrap();
    let number = |line: &str| {
        let rest = line.strip_prefix("- **")?;
        let end = rest.find(|character: char| !(character.is_ascii_digit() || character == '.'))?;
        Some(rest[..end].trim_end_matches('.').to_owned()).filter(|number| number.contains('.'))
    };
    spec.lines().filter_map(number).collect()
}

/// The seeded bugs, by their ids.
fn bugs() -> BTreeSet<String> {
    let files = entries("tests/bugs").into_iter().flat_map(entries);
    files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

/// Whether that file of the repository has that test.
fn has_test(file: &str, name: &str) -> bool {
    let text = read_to_string(root().join(file)).unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let head = format!("fn {name}() {{");
    let Some(at) = lines.iter().position(|line| *line == head) else { return false };
    lines[..at].iter().rev().take_while(|line| line.starts_with("#[")).any(|line| *line == "#[test]")
}

/// Whether each answer of that clause has a wrong heap.
fn is_guarded(clause: &str) -> bool {
    let wrong: BTreeSet<_> = twins::wrong().map(|twin| (twin.clause, twin.answer)).collect();
    let clause = CLAUSES.iter().find(|known| known.name == clause);
    clause.is_some_and(|clause| clause.answers().iter().all(|(answer, ..)| wrong.contains(&(clause.name, *answer))))
}

#[test]
fn each_sentence_is_in_the_table_once_and_nothing_else_is() {
    let spec = numbered();
    assert_eq!(spec.iter().collect::<BTreeSet<_>>().len(), spec.len(), "a number of SPEC.md comes twice");
    assert!(spec.len() > 100, "{} sentences are found", spec.len());
    let mut left: BTreeSet<&String> = spec.iter().collect();
    let files = files();
    for (file, table) in &files {
        for sentence in table.keys() {
            let section = format!("{:0>2}-", sentence.split('.').next().unwrap());
            assert!(file.starts_with(&section), "{file}: {sentence} is of another section");
            assert!(left.remove(sentence), "{file}: SPEC.md has no {sentence}");
        }
    }
    assert!(left.is_empty(), "SPEC.md has {left:?}, and tests/sentences/ does not");
}

#[test]
fn each_guard_that_is_named_exists() {
    let bugs = bugs();
    let kept: BTreeSet<PathBuf> = corpus().into_iter().chain(traces("corpus/bytes")).collect();
    let mut missing = Vec::new();
    for (claim, guard) in guards() {
        let (kind, name) = guard.split_once(' ').unwrap_or((&guard, ""));
        let is_there = match kind {
            "bug" => bugs.contains(name),
            "trace" => kept.contains(&root().join("corpus").join(format!("{name}.trace"))),
            "test" => name.split_once(' ').is_some_and(|(file, name)| has_test(file, name)),
            "clause" => is_guarded(name),
            "because" => name.split(' ').count() > 3,
            _ => false,
        };
        if !is_there {
            missing.push(format!("{claim}: {guard}"));
        }
    }
    assert!(missing.is_empty(), "{} guards are not there:\n{}", missing.len(), missing.join("\n"));
}

#[test]
fn all_claims_but_a_few_have_a_guard() {
    let mut unguarded = BTreeSet::new();
    for (sentence, claims) in files().into_iter().flat_map(|(_, table)| table) {
        assert!(!claims.is_empty(), "{sentence} claims nothing");
        for (claim, guards) in claims {
            let reasons = guards.iter().filter(|guard| guard.starts_with("because ")).count();
            assert!(reasons == 0 || guards.len() == 1, "{sentence}: {claim}: a reason beside a guard");
            if reasons == guards.len() {
                unguarded.insert(format!("{sentence}: {claim}"));
            }
        }
    }
    assert_eq!(unguarded.len(), UNGUARDED, "{unguarded:#?}");
}

#[test]
fn each_seeded_bug_breaks_a_sentence_or_is_beside_the_contract() {
    let named: BTreeSet<String> =
        guards().iter().filter_map(|(_, guard)| guard.strip_prefix("bug ")).map(str::to_owned).collect();
    let beside: BTreeSet<String> = BESIDE.iter().map(|(bug, _)| (*bug).to_owned()).collect();
    let bugs = bugs();
    assert!(beside.is_disjoint(&named) && beside.is_subset(&bugs), "{beside:?}");
    let without: Vec<_> = bugs.difference(&named).filter(|bug| !beside.contains(*bug)).collect();
    assert!(without.is_empty(), "no sentence is broken by {without:?}");
}
