//! The lockstep on a subject that has everything: it passes where it should, and each way to be wrong is told.

use crate::pretender::{Manner, Pretender};
use crate::program;
use heapproof::explain::explain;
use heapproof::generate::{Recipe, case};
use heapproof::lockstep::{self, Failure};
use heapproof::model::{Code, Fault, Object};
use heapproof::proof::Counterexample;
use heapproof::properties::Property;
use heapproof::subject::SubjectKind;
use heapproof::tally::Tally;
use heapproof::violation::Violation;

/// A kind of pretender.
macro_rules! pretender {
    ($manner:ident) => {
        SubjectKind::new("pretender", "", || Box::new(Pretender::new(Manner::$manner)))
    };
}

fn signature(subject: &SubjectKind, trace: &str) -> String {
    let failure = lockstep::run(subject, &program(trace)).failure;
    failure.map_or_else(String::new, |failure| failure.violation.kind())
}

/// What a pretender of that manner fails with, after those of no fault have passed.
fn told(subject: &SubjectKind, trace: &str) -> String {
    for good in [pretender!(Whole), pretender!(Sliced), pretender!(Mute)] {
        assert_eq!(lockstep::run(&good, &program(trace)).failure, None, "{trace}");
    }
    signature(subject, trace)
}

/// Two garbage rings, of which the first refers to the second.
const RINGS: &str = "a = table\na.me = a\nb = table\nb.me = b\na.x = b\ndrop a\ndrop b\n";

#[test]
fn what_is_right_passes_in_one_go_in_slices_and_without_a_journal() {
    let mut tally = Tally::default();
    for subject in [pretender!(Whole), pretender!(Sliced), pretender!(Mute)] {
        for number in 0..1_000 {
            let abilities = subject.abilities().unwrap();
            let program = case(21, number, &Recipe::default(), &|code| abilities.has(code));
            let verdict = lockstep::run(&subject, &program);
            assert_eq!(
                verdict.failure,
                None,
                "{}",
                explain(&subject, &program, verdict.failure.as_ref().unwrap()).text()
            );
            tally.merge(&verdict.tally);
        }
    }
    for (code, outcomes) in tally.by_operation().filter(|(code, _)| *code != Code::Panic) {
        assert!(outcomes.done > 0, "{} is never done", code.name());
    }
}

#[test]
fn a_pause_that_never_ends_is_a_violation() {
    let calls = "collect 1\n".repeat(20);
    assert_eq!(told(&pretender!(PausesForEver), &format!("{RINGS}{calls}")), "result");
    assert_eq!(signature(&pretender!(PausesForEver), &format!("{RINGS}collect 1\ncollect 1")), "");
    let calls = "detect 1\n".repeat(9);
    assert_eq!(told(&pretender!(DetectsForEver), &format!("{RINGS}{calls}")), "result");
}

#[test]
fn garbage_that_is_left_when_a_slice_says_it_is_complete_is_a_violation() {
    assert_eq!(told(&pretender!(LeavesGarbage), &format!("{RINGS}collect 1")), "not-freed");
}

#[test]
fn a_set_that_something_outside_refers_to_is_a_violation() {
    assert_eq!(told(&pretender!(TakesOpenSets), &format!("{RINGS}collect 9")), "journal-took-took");
}

#[test]
fn a_collection_that_takes_less_than_all_at_once_is_a_violation() {
    assert_eq!(told(&pretender!(CollectsInParts), &format!("{RINGS}collect")), "journal-took-took");
}

#[test]
fn touching_more_than_the_budget_is_a_violation() {
    for over in ["collect 2", "detect 2", "begin 3\nend"] {
        assert_eq!(told(&pretender!(Greedy), &format!("a = table\n{over}")), "over-budget", "{over}");
    }
    let within = "set budget 3\nset interval 1\na = table\ncheck";
    assert_eq!(told(&pretender!(Greedy), within), "");
}

#[test]
fn reaching_more_objects_than_there_is_a_reason_for_is_a_violation() {
    assert_eq!(told(&pretender!(Wanders), "a = table"), "visits-contents");
    assert_eq!(told(&pretender!(Wanders), "nil.x = nil"), "visits-contents", "what is refused names nothing");
}

#[test]
fn what_a_slice_may_pass_over_does_not_follow_the_heap_however_it_was_filled() {
    let one_by_one: String = (0..600).map(|number| format!("a{number} = table\n")).collect();
    for filled in ["a = chain 600", &one_by_one] {
        assert_eq!(told(&pretender!(PassesOver), &format!("{filled}\ncollect\ncollect 1")), "visits-headers");
    }
}

#[test]
fn what_finalizers_touch_is_charged_to_nobody() {
    assert_eq!(told(&pretender!(Greedy), "a = table\na.me = a\non a: take nil\ndrop a\ncollect 2"), "");
}

#[test]
fn a_second_detection_that_looks_at_anything_is_a_violation() {
    assert_eq!(told(&pretender!(LooksAgain), "a = table"), "over-budget");
}

#[test]
fn an_incremental_detection_that_misses_a_cycle_is_a_violation() {
    assert_eq!(told(&pretender!(DetectsNothing), "a = table\na.me = a"), "detection-misses-cycle");
}

#[test]
fn a_frame_that_keeps_or_frees_what_it_should_not_is_a_violation() {
    let ring = "t = temp table\nu = temp box t\nt.x = u\nend";
    assert_eq!(told(&pretender!(KeepsTemporaries), &format!("begin 2\n{ring}")), "not-freed");
    assert_eq!(told(&pretender!(IgnoresFrames), &format!("begin 1\n{ring}")), "journal-nothing-took");
}

#[test]
fn a_frame_that_is_open_at_the_end_is_ended() {
    assert_eq!(told(&pretender!(KeepsTemporaries), "begin 2\nt = temp table\nu = temp box t\nt.x = u"), "not-freed");
}

#[test]
fn a_fault_that_verification_misses_is_a_violation_and_says_which() {
    let heap = "a = table\nb = box a\na.x = b\nw = weak a\nc = array a\nd = closure 1 a\nn = table\ndrop n\n";
    let mut done = 0;
    for fault in Fault::ALL {
        for name in ["a", "b", "c", "d", "w"] {
            let trace = format!("{heap}fault {} {name}\nverify\nrecover roots", fault.word());
            match told(&pretender!(Blind), &trace) {
                text if text.is_empty() => continue,
                text => assert_eq!(text, format!("fault-missed-{}", fault.word())),
            }
            done += 1;
            assert_eq!(
                told(&pretender!(Blind), &trace.replace(" roots", "")),
                format!("fault-missed-{}", fault.word())
            );
            break;
        }
    }
    assert_eq!(done, Fault::ALL.len());
}

#[test]
fn a_finding_in_a_heap_that_was_not_damaged_is_a_violation() {
    assert_eq!(signature(&pretender!(Alarmed), "a = table"), "verification-leak");
    let repaired = "a = table\nfault internal_high a\nrecover";
    assert_eq!(told(&pretender!(Scarred), repaired), "verification-orphaned");
}

#[test]
fn a_heap_that_is_damaged_at_the_end_is_recovered_there() {
    assert_eq!(told(&pretender!(Scarred), "a = table\nfault internal_high a"), "verification-orphaned");
    assert_eq!(told(&pretender!(Unrepaired), "a = table\nfault internal_high a"), "journal-recovered-nothing");
}

#[test]
fn a_recovery_that_loses_or_makes_up_what_it_must_not_is_a_violation() {
    let dangling = "a = table\nb = table\na.x = b\nfault dangling_field a\n";
    assert_eq!(told(&pretender!(LosesMore), &format!("{dangling}recover roots")), "journal-recovered-recovered");
    assert_eq!(told(&pretender!(MakesUpCounts), &format!("{dangling}recover")), "journal-recovered-recovered");
    assert_eq!(told(&pretender!(MakesUpCounts), "a = table\nrecover"), "journal-recovered-recovered");
}

#[test]
fn lines_between_a_fault_and_its_recovery_are_skipped() {
    let subject = pretender!(Whole);
    let trace = "a = table\nfault weak_high a\nb = table\ndrop a\nverify\nrecover\ndrop a";
    let verdict = lockstep::run(&subject, &program(trace));
    let total = verdict.tally.total();
    assert_eq!((verdict.failure, total.done, total.refused, total.skipped), (None, 5, 0, 2));
}

#[test]
fn new_violations_are_told_in_words_that_need_no_other() {
    for (subject, trace, model, said) in [
        (pretender!(Greedy), "collect 2", "at most 2 objects are touched here", "3 objects are touched"),
        (
            pretender!(Blind),
            "a = table\nfault external_high a",
            "the heap was damaged (`external_high`), so verification finds: count mismatch at `a`",
            "verification finds: nothing",
        ),
        (
            pretender!(Alarmed),
            "a = table",
            "the heap is in order, so verification finds nothing",
            "verification finds: leak in the heap as a whole",
        ),
    ] {
        let program = program(trace);
        let failure = lockstep::run(&subject, &program).failure.unwrap();
        let told = explain(&subject, &program, &failure);
        assert_eq!((told.model.as_str(), told.subject.as_str()), (model, said));
    }
}

#[test]
fn objects_are_called_by_what_they_are_when_some_lines_were_skipped() {
    let program = program("a = table\nfault weak_high a\nb = table\nrecover roots\nc = table\nfault weak_high c");
    let failure = Failure::new(5, Violation::NotFreed { object: Object(1) });
    assert_eq!(explain(&pretender!(Whole), &program, &failure).subject, "`c` lives");
}

#[test]
fn a_failure_of_slices_is_cut_down_to_what_matters() {
    let trace = "x = table\nbegin 4\nt = temp array x x\na = table\na.me = a\ndrop a\ncollect 5\ntake x\nend";
    let found = Counterexample::of(Property::Lockstep, &pretender!(LeavesGarbage), &program(trace)).unwrap();
    assert_eq!(found.minimized.program, program("a = table\na.next = a\ndrop a\ncollect 1"));
    let trace = "begin 4\nt = temp array 1 2\nx = t[0]\ndetect 3\nfault dirty_flag t\ncollect 3";
    let found = Counterexample::of(Property::Lockstep, &pretender!(Blind), &program(trace)).unwrap();
    assert_eq!(found.minimized.program, program("a = table\nfault dirty_flag a"));
}
