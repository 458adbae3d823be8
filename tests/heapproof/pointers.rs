//! Smart pointers as a subject.

#[path = "../../examples/pointers.rs"]
#[allow(dead_code)]
mod example;

use super::program;
use example::{forgetful, rcs};
use heapproof::generate::{Recipe, case};
use heapproof::lockstep;
use heapproof::model::Code;
use heapproof::proof::Counterexample;
use heapproof::properties::Property;

#[test]
fn what_std_does_with_its_pointers_is_right_and_code_runs_where_it_drops() {
    let abilities = rcs().abilities().unwrap();
    let recipe = Recipe { dialect: *abilities.dialect(), ..Recipe::default() };
    let mut ran = 0;
    for number in 0..2_000 {
        let program = case(4, number, &recipe, &|code| abilities.has(code));
        let verdict = lockstep::run(&rcs(), &program);
        assert_eq!(verdict.failure, None, "{program}");
        let on = verdict.tally.by_operation().find(|(code, _)| *code == Code::On);
        ran += on.map_or(0, |(_, outcomes)| outcomes.done);
    }
    assert!(ran > 500, "{ran}");
}

#[test]
fn code_sees_its_object_and_what_that_holds_and_can_save_what_it_held() {
    let trace = "kept = table\na = table\nb = box 1\na.x = b\non a: c = self.x\non a: kept.x = c
on a: take self\non b: kept.y = 1\ndrop b\ndrop a\nd = kept.x\ntake d\ndrop d\ndrop kept";
    assert_eq!(lockstep::run(&rcs(), &program(trace)).failure, None);
}

#[test]
fn a_pointer_that_is_weak_in_name_only_fails_in_three_lines() {
    let abilities = forgetful().abilities().unwrap();
    let recipe = Recipe { dialect: *abilities.dialect(), ..Recipe::default() };
    let programs = (0..500).map(|number| case(4, number, &recipe, &|code| abilities.has(code)));
    let found = programs.filter_map(|program| Counterexample::of(Property::Lockstep, &forgetful(), &program)).next();
    let found = found.unwrap().minimized.program;
    assert!(found.len() <= 3, "{found}");
}
