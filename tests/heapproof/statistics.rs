//! What a run says of itself, and that it says so whatever becomes of it.

use crate::program;
use crate::your_heap::RC;
use heapproof::generate::{Recipe, case};
use heapproof::model::Code;
use heapproof::statistics::{Condition, Reach, Statistics, observe};
use heapproof::subject::SubjectKind;
use heapproof::subjects::HEAP;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a trace comes across on the heap.
fn reached(trace: &str) -> Vec<Condition> {
    let conditions = observe(&HEAP, &program(trace)).conditions;
    Condition::ALL.iter().copied().filter(|condition| conditions.has(*condition)).collect()
}

#[test]
fn conditions_are_reached_by_the_traces_that_they_are_named_for() {
    use Condition::*;
    let ring = "a = table\nb = table\na.x = b\nb.x = a\ndrop a\ndrop b\n";
    for (trace, wanted) in [
        ("a = box nil\non a: take self\ndrop a".to_owned(), vec![FinalizerRuns, FinalizerResurrects]),
        ("a = box nil\non a: panic\ndrop a".to_owned(), vec![FinalizerPanics]),
        ("a = box nil\non a: verify\non a: recover\ndrop a".to_owned(), vec![FinalizerRefused, ReentrantRefused]),
        (format!("{ring}c = box nil\non c: collect\ndrop c"), vec![FinalizerCollects]),
        ("a = chain 5\ndrop a".to_owned(), vec![Cascade]),
        ("a = table\nw = weak a\ndrop a\nb = upgrade w".to_owned(), vec![WeakCleared, UpgradeFails]),
        (format!("{ring}w = weak a\nc = upgrade w"), vec![UpgradeGives, UpgradeSaves]),
        (
            "a = table\nv = weak a\nw = weak a\nb = table\nwhen v: drop b\nwhen w: panic\ndrop a".to_owned(),
            vec![CallbackRuns, SeveralCallbacks, CallbackReleases, CallbackPanics],
        ),
        (format!("{ring}take a"), vec![GarbageTaken]),
        (format!("c = table\n{ring}c.x = a\na.y = 1"), vec![GarbageStored]),
        (format!("{ring}a.y = 1"), vec![GarbageWritten]),
        (
            format!("c = table\nd = table\nc.x = d\nd.x = c\n{ring}c.y = b\ndrop c\ndrop d\ncollect"),
            vec![SeveralCycles],
        ),
        (format!("c = table\n{ring}a.y = c\ncollect"), vec![GarbageReachesLive]),
        (format!("c = table\n{ring}a.y = c\ndrop c\ncollect"), vec![GarbageOnGarbage]),
        (format!("{ring}on a: take self\ncollect"), vec![SetLivesOn]),
        ("a = table\na.x = a\na.x = a".to_owned(), vec![StoredInItself, StoredAgain]),
        (format!("{ring}collect 1\ntake a\ncollect 1"), vec![SlicePaused, SliceInterrupted, TouchedUnderWay]),
        ("a = ring 4\ndetect 1\nb = table\ndetect 1".to_owned(), vec![DetectionPaused, DetectionInterrupted]),
        (format!("set bounds 2 8\nset interval 5\n{ring}check"), vec![CheckCollected, IntervalShrunk]),
        (
            "set bounds 2 8\nset interval 4\na = table\na.x = 1\na.x = 2\na.x = 3\na.x = 4\ncheck".to_owned(),
            vec![CheckFoundNothing, IntervalGrown],
        ),
        ("begin 4\na = temp table\na.x = a\nend".to_owned(), vec![FrameFreed]),
        ("begin 4\na = temp table\ntake a\nend".to_owned(), vec![TemporaryOutlives]),
        ("begin 1\na = temp table\nb = temp table\na.x = b\nb.x = a\nend".to_owned(), vec![FrameLeft]),
        ("set generations 1\na = table\ndrop a\nb = table\ndrop b".to_owned(), vec![GenerationsRanOut]),
        ("set counts 1\na = table\ntake a".to_owned(), vec![OverflowRefused]),
        ("set capacity 1\na = table\nb = table".to_owned(), vec![CapacityRefused]),
        ("a = table\nb = table\ndrop b\ntake b\na.x = b".to_owned(), vec![StaleRefused, StaleValueRefused]),
        (
            "a = box nil\n*a = a\nfault dangling_box a\nrecover".to_owned(),
            vec![Damaged, RecoveredWithout, ReferenceLost],
        ),
    ] {
        let reached = reached(&trace);
        assert!(wanted.iter().all(|condition| reached.contains(condition)), "{wanted:?} by\n{trace}\n{reached:?}");
    }
}

#[test]
fn a_program_that_does_little_reaches_no_condition() {
    assert_eq!(reached("a = table\nb = box a\ntake a\ndrop a\nverify\ncollect"), []);
}

#[test]
fn random_programs_reach_nearly_all_conditions() {
    let mut statistics = Statistics::default();
    for number in 0..3_000 {
        statistics.add(number + 1, true, &observe(&HEAP, &case(1, number, &Recipe::default(), &|_| true)));
    }
    let missing: Vec<&str> =
        statistics.conditions().filter(|(_, count)| *count == 0).map(|(condition, _)| condition.name()).collect();
    assert!(missing.len() <= 3, "{missing:?}");
    let growth = statistics.growth();
    assert!(growth.windows(2).all(|two| two[0].observed < two[1].observed && two[0].states <= two[1].states));
}

#[test]
fn what_a_heap_without_an_operation_comes_across_is_what_it_can_come_across() {
    for left_out in Code::ALL {
        let drawn = |code| code != *left_out;
        let can = Reach::new(HEAP.abilities().unwrap(), &drawn);
        for number in 0..20 {
            let observed = observe(&HEAP, &case(5, number, &Recipe::default(), &drawn));
            for condition in Condition::ALL.iter().filter(|condition| observed.conditions.has(**condition)) {
                assert!(can.condition(*condition), "{condition:?} without {left_out:?}");
            }
            let impossible = observed.encounters.iter().find(|encounter| !can.encounter(**encounter));
            assert_eq!(impossible, None, "without {left_out:?}");
        }
    }
}

#[test]
fn a_small_heap_can_come_across_little_and_the_heap_of_this_project_across_all() {
    let count = |subject: &SubjectKind| {
        let can = Reach::new(subject.abilities().unwrap(), &|_| true);
        Condition::ALL.iter().filter(|condition| can.condition(**condition)).count()
    };
    assert_eq!(count(&HEAP), Condition::ALL.len());
    assert_eq!(count(&RC), 9);
}

fn check(folder: &Path) -> Command {
    let mut check = Command::new(env!("CARGO_BIN_EXE_heapproof"));
    check.current_dir(folder).args(["check", "--seed", "1", "--stats", "stats.json"]);
    check
}

fn latest(folder: &Path) -> Option<Value> {
    serde_json::from_str(&std::fs::read_to_string(folder.join("stats.json")).ok()?).ok()
}

#[test]
fn a_check_that_is_killed_leaves_statistics_that_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = check(folder.path())
        .args(["--cases", "100000000", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while latest(folder.path()).is_none() {
        assert_eq!(child.try_wait().unwrap(), None);
        std::thread::yield_now();
    }
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(latest(folder.path()).unwrap()["programs"].as_u64().unwrap() > 0);
    let lines = String::from_utf8(output.stdout).unwrap();
    let types: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["type"].clone()).collect();
    assert_eq!(types[0], "start");
    assert!(types[1..].iter().all(|name| name == "statistics"), "{types:?}");
}

#[test]
fn the_statistics_are_those_of_the_whole_run_in_the_end_whatever_the_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let of = |jobs: &str| {
        let output = check(folder.path()).args(["--cases", "300", "--jobs", jobs]).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("conditions: ") && text.contains("different heaps: "), "{text}");
        let mut latest = latest(folder.path()).unwrap();
        latest.as_object_mut().unwrap().remove("seconds");
        latest
    };
    let one = of("1");
    assert_eq!((one["programs"].as_u64(), one["observed"].as_u64()), (Some(300), Some(38)));
    assert!(one["shapes"]["living"]["largest"].as_u64().unwrap() >= 4);
    assert_eq!(one, of("3"));
}

#[test]
fn statistics_that_can_not_be_written_are_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    let output = check(folder.path()).args(["--stats", "nowhere/stats.json", "--cases", "50"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "given twice");
    let mut check = Command::new(env!("CARGO_BIN_EXE_heapproof"));
    let output = check
        .current_dir(folder.path())
        .args(["check", "--cases", "50", "--stats", "nowhere/s.json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("can't write nowhere/s.json: there is no folder nowhere"));
}
