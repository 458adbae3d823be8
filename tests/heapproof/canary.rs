use crate::your_heap::RC;
use heapproof::campaign::{Campaign, Found, Summary};
use heapproof::generate::MOST_LINES;
use heapproof::proof::Counterexample;
use heapproof::properties::Property;
use heapproof::subject::SubjectKind;
use heapproof::subjects::CANARY;
use std::sync::atomic::AtomicBool;

fn campaign(subject: &SubjectKind, jobs: usize, keep_going: bool) -> Campaign {
    let (property, subject) = (Property::Lockstep, subject.clone());
    Campaign { property, subject, seed: 7, most_lines: MOST_LINES, cases: 2_000, time: None, jobs, keep_going }
}

fn run(campaign: &Campaign) -> (Summary, Vec<Found>) {
    let mut found = Vec::new();
    let summary = campaign.run(&AtomicBool::new(false), &mut |one| found.push(one), &mut |_| {});
    (summary, found)
}

#[test]
fn the_canary_is_caught_and_cut_to_at_most_six_operations() {
    let (_, found) = run(&campaign(&CANARY, 1, false));
    let counterexample = Counterexample::of(Property::Lockstep, &CANARY, &found[0].program).unwrap();
    let lines = counterexample.minimized.program.lines().len();
    assert!((3..=6).contains(&lines), "{}", counterexample.report("heapproof"));
}

#[test]
fn a_heap_on_rc_is_caught_leaking_a_cycle() {
    let (_, found) = run(&campaign(&RC, 1, false));
    let counterexample = Counterexample::of(Property::Lockstep, &RC, &found[0].program).unwrap();
    assert_eq!(counterexample.signature.as_str(), "not-freed");
    let trace = counterexample.minimized.program.to_string();
    let lines: Vec<&str> = trace.lines().skip(1).collect();
    assert!(matches!(lines[..], ["a = table", store] if store.starts_with("a.") && store.ends_with(" = a")), "{trace}");
}

#[test]
fn the_result_of_a_run_does_not_depend_on_the_number_of_threads() {
    for keep_going in [false, true] {
        let (one, found_by_one) = run(&campaign(&CANARY, 1, keep_going));
        let (three, found_by_three) = run(&campaign(&CANARY, 3, keep_going));
        assert_eq!((one.digest, one.programs), (three.digest, three.programs));
        assert_eq!((&one.violations, &one.tally), (&three.violations, &three.tally));
        let cases = |found: &[Found]| found.iter().map(|one| one.case).collect::<Vec<_>>();
        assert_eq!(cases(&found_by_one), cases(&found_by_three));
    }
}

#[test]
fn another_seed_has_another_digest() {
    let subject = heapproof::subjects::HEAP;
    let of = |seed| run(&Campaign { seed, cases: 200, ..campaign(&subject, 2, false) }).0.digest;
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
}
