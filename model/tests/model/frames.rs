//! Temporaries, and what the end of a frame does with them.

use crate::contract::{journal, last, told};
use heapproof_model::{Object, Outcome, Refusal, Value};

#[test]
fn the_end_of_a_frame_lets_its_temporaries_go() {
    assert_eq!(journal("begin 9\nt = temp table\nend"), "died 0");
    assert_eq!(journal("begin 9\nt = temp table\ntake t\nend"), "");
    assert_eq!(journal("kept = table\nbegin 9\nt = temp table\nkept.x = t\nend"), "");
    assert_eq!(journal("begin 9\nt = temp table\nu = temp box t\nend"), "died 1, died 0");
}

#[test]
fn a_temporary_of_which_no_reference_is_left_loses_none() {
    assert_eq!(journal("begin 9\nt = temp table\ndrop t\nend"), "");
    assert_eq!(journal("kept = table\nbegin 9\nt = temp table\nkept.x = t\ndrop t\nend"), "");
}

#[test]
fn the_end_of_a_frame_frees_rings_of_temporaries_if_the_budget_allows() {
    let ring = "t = temp table\nu = temp box t\nt.x = u\nend";
    assert_eq!(journal(&format!("begin 2\n{ring}")), "took 01, died 0, died 1");
    assert_eq!(journal(&format!("begin 1\n{ring}")), "");
    assert_eq!(told(&format!("begin 1\n{ring}\ncollect")).0.statistics().cycles_collected, 1);
    let held = "begin 9\nt = temp table\nu = temp box t\nt.x = u\ntake u\nend";
    assert_eq!(journal(held), "");
}

#[test]
fn what_temporaries_reach_and_is_reached_from_elsewhere_stays() {
    let other = "other = table\nbegin 9\nt = temp table\nt.me = t\np = table\nt.x = p\ndrop p\n";
    assert_eq!(journal(&format!("{other}other.x = p\nend")), "took 1, died 1");
    assert_eq!(journal(&format!("{other}end")), "took 12, died 1, died 2");
    let garbage = "g = table\ng.me = g\nbegin 9\nt = temp table\nt.me = t\ng.x = t\ndrop g\nend";
    assert_eq!(journal(garbage), "");
}

#[test]
fn the_frame_is_closed_when_finalizers_run_and_none_can_open_one() {
    let again = "begin 9\nt = temp table\non t: begin 9\nend";
    assert_eq!(journal(again), "began 0, refused Reentrant, Returned, died 0");
    for refused in ["end", "x = temp table", "recover", "recover roots"] {
        let trace = format!("begin 9\nt = table\non t: {refused}\ndrop t");
        assert_eq!(journal(&trace), "began 0, refused Reentrant, Returned, died 0", "{refused}");
    }
    assert_eq!(last("begin 1\nt = temp table\nend\nend"), Outcome::Refused(Refusal::Frame));
    assert_eq!(last("begin 1\nend\nbegin 1"), Outcome::Done(Value::Nil));
}

#[test]
fn a_temporary_counts_and_checks_as_every_allocation_does() {
    let (heap, _) = told("set interval 1\nset bounds 1 9\nbegin 9\na = table\na.me = a\ndrop a\nt = temp table");
    assert!(!heap.lives(Object(0)));
    assert_eq!((heap.statistics().operations_since_check, heap.statistics().allocations), (1, 2));
    let (heap, _) = told("set interval 1\nset bounds 1 9\na = table\na.me = a\ndrop a\nt = temp table");
    assert!(!heap.lives(Object(0)), "an allocation that is refused has checked all the same");
}
