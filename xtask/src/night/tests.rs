//! Whole nights, with scripts for the fuzz targets and other programs.

use super::fuzzer::Sanitizer;
use super::plan::Part;
use super::stub::link;
use super::{Known, Night, Results, ledger};
use crate::common::command::End;
use jiff::civil::date;
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tempfile::TempDir;

const ENTRY: &str =
    "heapproof trace 1\n# signature not-freed, property lockstep\n# known until 2026-03-31\nb = table\ndrop b\n";

/// A checkout in which the fuzz target finds these inputs, and what is known of its failures.
struct Checkout {
    folder: TempDir,
    parts: Vec<Part>,
    time: Duration,
}

impl Checkout {
    fn new(found: &[&str], known: &[&str]) -> Checkout {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for (folder, texts) in [("found", found), ("known", known)] {
            fs::create_dir_all(at(folder)).unwrap();
            for (number, text) in texts.iter().enumerate() {
                fs::write(at(folder).join(format!("{number}.trace")), text).unwrap();
            }
        }
        for name in ["corpus", "out"] {
            fs::create_dir_all(at(name)).unwrap();
        }
        for name in ["cargo", "heapproof", "xtask"] {
            link(name, folder.path());
        }
        Checkout { folder, parts: vec![Part::Targets], time: Duration::from_secs(30) }
    }

    fn at(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// How a night in that month ends, and its summary.
    fn night(&self, month: i8) -> (Results, String) {
        let today = date(2026, month, 1);
        let night = Night {
            root: self.folder.path().to_owned(),
            cargo: self.at("cargo"),
            xtask: self.at("xtask"),
            parts: self.parts.clone(),
            targets: vec!["lockstep".to_owned()],
            time: self.time,
            sanitizer: Sanitizer::None,
            seed: 7,
            corpus: self.at("corpus"),
            out: self.at("out"),
            known: &Known::load(&self.at("known"), today).unwrap(),
            known_folder: self.at("known"),
            today,
            stop: &AtomicBool::new(false),
        };
        let results = night.run().unwrap();
        assert_eq!(results.trouble, Vec::<String>::new());
        (results, fs::read_to_string(self.at("out/summary.md")).unwrap())
    }
}

fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
}

#[test]
fn a_new_failure_ends_a_night_with_its_minimised_trace_and_exit_code_one() {
    let (results, summary) = Checkout::new(&["FAIL a = table;drop a\n"], &[]).night(3);
    assert_eq!(results.end(), End::Failed);
    has(&summary, &["# Night: 1 new, 0 known\n", "### not-freed, by `lockstep`", "a = table\ndrop a\n```"]);
    has(&summary, &["`heapproof replay traces/lockstep-not-freed.trace`"]);
}

#[test]
fn a_night_passes_in_spite_of_a_known_failure_until_its_day() {
    let checkout = Checkout::new(&["FAIL a = table;drop a\n"], &[ENTRY]);
    let (results, summary) = checkout.night(3);
    assert_eq!(results.end(), End::Done);
    has(&summary, &["# Night: nothing new, 1 known\n", "Known until 2026-03-31"]);
    let (results, summary) = checkout.night(4);
    assert_eq!(results.end(), End::Failed);
    has(&summary, &["# Night: 1 new, 0 known\n", "It was known until 2026-03-31, which has passed"]);
}

#[test]
fn a_known_failure_hides_no_other_with_its_signature() {
    let (results, summary) = Checkout::new(&["FAIL a = table;drop a\n", "FAIL a = table;clone a\n"], &[ENTRY]).night(3);
    assert_eq!(results.end(), End::Failed);
    has(&summary, &["# Night: 1 new, 1 known\n", "traces/lockstep-not-freed-2.trace"]);
}

#[test]
fn each_night_adds_a_line_to_the_ledger_and_a_point_to_its_page() {
    let mut checkout = Checkout::new(&["FAIL a = table;drop a\n"], &[]);
    checkout.parts = vec![Part::Targets, Part::Soak];
    checkout.night(3);
    checkout.night(4);
    let (nights, bad) = ledger::read(&checkout.at("corpus/ledger.jsonl")).unwrap();
    assert_eq!((nights.len(), bad), (2, 0));
    let last = &nights[1];
    assert_eq!((last.date, last.seed, last.end.as_str(), last.failures("new")), (date(2026, 4, 1), 7, "failed", 1));
    assert_eq!((last.targets["lockstep"].executions, last.soak.as_ref().unwrap().states), (1_000, 40));
    has(&fs::read_to_string(checkout.at("out/ledger.html")).unwrap(), &["<h1>2 nights</h1>", "2026-04-01, failed"]);
}

/// What the tests of `heapproof report` make a page of.
#[test]
fn a_night_is_an_object_with_its_failures_and_the_page_of_that() {
    let mut checkout = Checkout::new(&["FAIL a = table;drop a\n"], &[]);
    checkout.parts = vec![Part::Targets, Part::Soak];
    checkout.night(3);
    let written = fs::read_to_string(checkout.at("out/night.json")).unwrap();
    assert_eq!(fs::read_to_string(checkout.at("out/night.html")).unwrap(), written);
    has(&fs::read_to_string(checkout.at("out/ledger.html")).unwrap(), &["href=\"night.html\""]);
    let mut object: serde_json::Value = serde_json::from_str(&written).unwrap();
    // These are of the machine, and of the traces that there are.
    (object["parts"][0]["seconds"], object["targets"]["lockstep"]["inputs"]) = (0.into(), 300.into());
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/night/stubs/night.json");
    if std::env::var_os("HEAPPROOF_BLESS").is_some() {
        fs::write(&kept, format!("{object}\n")).unwrap();
    }
    assert_eq!(fs::read_to_string(kept).unwrap(), format!("{object}\n"), "HEAPPROOF_BLESS=1 rewrites it");
}

#[test]
fn what_does_not_fail_again_is_flaky() {
    let checkout = Checkout::new(&["FLAKY\n"], &[]);
    // The run of the fuzzer was the first, in which it failed.
    fs::create_dir_all(checkout.at("fuzz/target/none/host/release/was-flaky")).unwrap();
    let (results, summary) = checkout.night(3);
    assert_eq!(results.end(), End::Failed);
    has(&summary, &["# Night: 1 flaky\n", "### flaky, by `lockstep`", "passed it in a second run"]);
}

#[test]
fn a_failing_input_is_kept_and_fails_the_next_night_too() {
    let checkout = Checkout::new(&["FAIL a = table;drop a\n"], &[]);
    checkout.night(3);
    fs::remove_dir_all(checkout.at("found")).unwrap();
    let (results, summary) = checkout.night(3);
    assert_eq!(results.end(), End::Failed);
    assert_eq!(fs::read_dir(checkout.at("corpus/failing/lockstep")).unwrap().count(), 1);
    has(&summary, &["# Night: 1 new, 0 known\n"]);
}

#[test]
fn a_part_is_stopped_after_its_time_and_that_is_said() {
    let mut checkout = Checkout::new(&[], &[]);
    (checkout.parts, checkout.time) = (vec![Part::Zoo], Duration::from_secs(1));
    let (results, summary) = checkout.night(3);
    assert_eq!(results.end(), End::Done);
    has(&summary, &["## Left out\n\n- zoo: it was stopped after its 1s\n"]);
}

#[test]
fn a_short_night_says_what_did_not_fit() {
    let mut checkout = Checkout::new(&[], &[]);
    checkout.parts = Part::ALL.to_vec();
    let (results, summary) = checkout.night(3);
    assert_eq!(results.end(), End::Done);
    has(&summary, &["# Night: nothing found, 5 left out\n", "| soak | passed | ", "# Soak: 5 programs"]);
    has(&summary, &["- bugs: it needs 15m, for which a night has to last 2h\n"]);
}

#[test]
fn the_sample_of_the_seeded_bugs_counts_kills() {
    let mut checkout = Checkout::new(&[], &[]);
    (checkout.parts, checkout.time) = (vec![Part::Bugs], Duration::from_secs(60));
    let (results, summary) = checkout.night(3);
    assert_eq!(results.end(), End::Done);
    has(&summary, &["| bugs | passed | ", "found 1 of 2 |"]);
    fs::create_dir_all(checkout.at("docs")).unwrap();
    fs::write(
        checkout.at("docs/strength.md"),
        "| hidden | collection | 3 of 3 | lockstep | leaves | 3 | 6 | 7 | 0a1b |\n",
    )
    .unwrap();
    let (results, summary) = checkout.night(3);
    assert_eq!(results.end(), End::Failed);
    has(&summary, &["# Night: nothing found, bugs failed\n", "says that these are always found: hidden |"]);
}
