//! Where the subject chooses: which sets a slice frees and where it pauses.

use heapproof_model::{Event, Machine, Object, Outcome, Program, Reference, Value, script};
use std::collections::BTreeSet;

/// A heap in which those lines have been carried out.
fn heap(text: &str) -> Reference {
    let mut heap = Reference::new();
    then(&mut heap, text, Vec::new());
    heap
}

/// Carries out lines as a subject would that lets those events happen; the last outcome and what happened.
fn then(heap: &mut Reference, text: &str, events: Vec<Event>) -> (Outcome, Vec<Event>) {
    let program: Program = text.parse().unwrap();
    heap.follow(events);
    let outcomes: Vec<Outcome> = program.lines().iter().map(|line| script::step(heap, line)).collect();
    heap.follow(Vec::new());
    (outcomes.last().unwrap().clone(), std::mem::take(&mut heap.script().journal))
}

fn took(numbers: &[u32]) -> Event {
    Event::Took(set(numbers))
}

fn set(numbers: &[u32]) -> BTreeSet<Object> {
    numbers.iter().copied().map(Object).collect()
}

fn living(heap: &Reference) -> Vec<u32> {
    (0..9).filter(|number| heap.lives(Object(*number))).collect()
}

/// Two rings of one, the first of which refers to the second, and both garbage.
const TWO: &str = "a = table\na.me = a\nb = table\nb.me = b\na.x = b\ndrop a\ndrop b";

#[test]
fn a_slice_frees_the_sets_that_the_subject_says() {
    let mut heap = heap("a = table\na.me = a\nb = table\nb.me = b\ndrop a\ndrop b");
    let events = vec![took(&[1]), Event::Died(Object(1)), Event::Paused];
    assert_eq!(then(&mut heap, "collect 1", events.clone()), (Outcome::Done(Value::Bool(false)), events));
    assert_eq!(living(&heap), [0]);
    assert_eq!(then(&mut heap, "collect 1", vec![took(&[0])]).0, Outcome::Done(Value::Bool(true)));
    assert_eq!(living(&heap), Vec::<u32>::new());
}

#[test]
fn a_set_to_which_something_outside_refers_is_not_taken() {
    let mut heap = heap(TWO);
    let (_, happened) = then(&mut heap, "collect 1", vec![took(&[1])]);
    assert_eq!(happened[0], took(&[0, 1]));
}

#[test]
fn a_set_with_something_in_it_that_is_held_is_not_taken() {
    let mut heap = heap("a = table");
    let (_, happened) = then(&mut heap, "collect 1", vec![took(&[0])]);
    assert_eq!(happened, []);
}

#[test]
fn what_was_left_alone_is_gone_when_the_subject_says_that_it_is_done() {
    let mut heap = heap(TWO);
    assert_eq!(then(&mut heap, "collect 1", vec![Event::Paused]).0, Outcome::Done(Value::Bool(false)));
    assert_eq!(then(&mut heap, "c = table\ncollect 1", Vec::new()).0, Outcome::Done(Value::Bool(true)));
    assert_eq!(living(&heap), [2]);
}

#[test]
fn what_was_disturbed_and_what_it_reaches_may_stay_for_the_next() {
    for disturbance in ["take nil\na.y = 1", "weak_a = weak a", "x = a.me", "take a\ndrop a"] {
        let mut heap = heap(TWO);
        then(&mut heap, "collect 1", vec![Event::Paused]);
        then(&mut heap, disturbance, Vec::new());
        assert_eq!(then(&mut heap, "collect 1", Vec::new()).0, Outcome::Done(Value::Bool(true)));
        assert!(heap.lives(Object(0)) && heap.lives(Object(1)), "{disturbance}");
        then(&mut heap, "collect 1", Vec::new());
        assert!(!heap.lives(Object(0)) && !heap.lives(Object(1)), "{disturbance}");
    }
}

#[test]
fn a_refused_operation_disturbs_nothing() {
    let mut heap = heap(TWO);
    then(&mut heap, "collect 1", vec![Event::Paused]);
    then(&mut heap, "drop a\npush a 1", Vec::new());
    then(&mut heap, "collect 1", Vec::new());
    assert_eq!(living(&heap), Vec::<u32>::new());
}

#[test]
fn a_sliced_collection_ends_within_four_calls_an_object() {
    let mut heap = heap(TWO);
    for call in 1..=12 {
        let paused = then(&mut heap, "collect 1", vec![Event::Paused]).0 == Outcome::Done(Value::Bool(false));
        assert_eq!(paused, call < 12, "call {call}");
    }
}

#[test]
fn a_collection_and_a_recovery_end_a_sliced_one() {
    for end in ["collect", "recover roots"] {
        let mut heap = heap(TWO);
        (0..8).for_each(|_| drop(then(&mut heap, "collect 1", vec![Event::Paused])));
        then(&mut heap, end, Vec::new());
        let most = 4 * living(&heap).len() + 4;
        for call in 1..=most {
            let outcome = then(&mut heap, "collect 1", vec![Event::Paused]).0;
            assert_eq!(outcome == Outcome::Done(Value::Bool(false)), call < most, "{end}, call {call}");
        }
    }
}

#[test]
fn a_check_that_pauses_does_not_lengthen_the_interval() {
    let settings = "set interval 3\nset bounds 1 90\na = table\na.me = a\nb = table";
    let mut paused = heap(settings);
    then(&mut paused, "check", vec![Event::Paused]);
    let mut done = heap(settings);
    then(&mut done, "check", Vec::new());
    assert_eq!((paused.statistics().interval, done.statistics().interval), (2, 3));
}

#[test]
fn a_detection_may_pause_twice_for_each_object_and_twice_more() {
    let mut heap = heap("a = table\na.me = a");
    for call in 1..=5 {
        let paused = then(&mut heap, "detect 1", vec![Event::Paused]).0 == Outcome::Done(Value::Bool(false));
        assert_eq!((paused, heap.cycles().count()), (call < 5, usize::from(call == 5)), "call {call}");
    }
    (0..4).for_each(|_| drop(then(&mut heap, "x = a.me\ndetect 1", vec![Event::Paused])));
    then(&mut heap, "take a", Vec::new());
    assert_eq!(then(&mut heap, "detect 1", vec![Event::Paused]).0, Outcome::Done(Value::Bool(false)));
    assert_eq!(heap.statistics().cycles_detected, 1);
}

#[test]
fn the_end_of_a_frame_may_free_what_it_need_not() {
    let frame = "other = table\nbegin 2\nt = temp table\nu = temp box t\nt.x = u\ntake other\nt.y = other";
    let mut heap = heap(frame);
    assert_eq!(then(&mut heap.clone(), "end", Vec::new()).1, []);
    assert_eq!(then(&mut heap, "end", vec![took(&[1, 2])]).1.len(), 3);
}

#[test]
fn a_subject_that_says_nothing_of_sets_is_expected_to_finish() {
    let mut heap = Reference::new();
    heap.expect_no_sets();
    then(&mut heap, TWO, Vec::new());
    let happened = then(&mut heap, "collect 1", vec![Event::Paused]).1;
    assert_eq!(happened, [Event::Died(Object(0)), Event::Died(Object(1))]);
}
