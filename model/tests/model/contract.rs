//! What the reference says of short stories; heaps are held to the same stories in `corpus/scenarios/`.

use heapproof_model::definitions::Graph;
use heapproof_model::{Event, Machine, Object, Outcome, Program, Reference, Refusal, Value, script};

/// Carries out a trace; gives the heap and what became of each line.
pub fn told(text: &str) -> (Reference, Vec<Outcome>) {
    let program: Program = text.parse().unwrap();
    let mut heap = Reference::new();
    let outcomes = program.lines().iter().map(|line| script::step(&mut heap, line)).collect();
    (heap, outcomes)
}

pub fn last(text: &str) -> Outcome {
    told(text).1.pop().unwrap()
}

fn deaths(heap: &mut Reference) -> Vec<u32> {
    let journal = heap.script().journal.iter();
    journal.filter_map(|event| if let Event::Died(object) = event { Some(object.0) } else { None }).collect()
}

#[test]
fn a_pair_that_is_dropped_is_freed_by_a_collection_and_not_before() {
    let pair = "a = table\nb = table\na.next = b\nb.next = a\ndrop a\ndrop b";
    assert_eq!(told(pair).0.statistics().frees, 0);
    let statistics = told(&format!("{pair}\ncollect")).0.statistics();
    assert_eq!((statistics.frees, statistics.cycles_collected), (2, 1));
}

#[test]
fn objects_are_released_first_in_first_out() {
    let (mut heap, _) =
        told("a = table\nb = table\nc = table\nd = table\na.x = b\na.y = c\nb.x = d\ndrop d\ndrop c\ndrop b\ndrop a");
    assert_eq!(deaths(&mut heap), [0, 1, 2, 3]);
}

/// A key `k` that is held, a value `v` that is not, and the ephemeron that has it.
const EPHEMERON: &str = "k = table\nv = table\ne = ephemeron k v\ndrop v";

#[test]
fn an_ephemeron_and_its_key_together_keep_the_value_alive() {
    for (then, lives) in [("collect", true), ("drop k", false), ("drop e", false), ("v.k = k\ndrop k", true)] {
        let (heap, _) = told(&format!("{EPHEMERON}\n{then}"));
        assert_eq!(heap.lives(Object(1)), lives, "{then}");
    }
}

#[test]
fn a_value_that_refers_to_its_key_does_not_keep_it_alive() {
    for (then, frees) in [("v.k = k\ndrop k\ncollect", 2), ("v.k = k\ncollect", 0), ("v.e = e\ndrop e\ncollect", 2)] {
        assert_eq!(told(&format!("{EPHEMERON}\n{then}")).0.statistics().frees, frees, "{then}");
    }
}

#[test]
fn a_key_gives_up_the_values_of_its_ephemerons_before_its_contents_the_youngest_first() {
    let text = "k = table\na = table\nb = table\nc = table\nk.c = c\nx = ephemeron k a\ny = ephemeron k b";
    let (mut heap, _) = told(&format!("{text}\ndrop a\ndrop b\ndrop c\ndrop k"));
    assert_eq!(deaths(&mut heap), [0, 2, 1, 3]);
}

#[test]
fn the_value_of_an_ephemeron_is_nil_once_the_key_has_died() {
    assert_eq!(last(&format!("{EPHEMERON}\n*e")), Outcome::Done(Value::Reference(Object(1))));
    assert_eq!(last(&format!("{EPHEMERON}\ndrop k\n*e")), Outcome::Done(Value::Nil));
    assert_eq!(last(&format!("{EPHEMERON}\n*e = 1")), Outcome::Refused(Refusal::Kind));
}

#[test]
fn a_name_that_is_unbound_is_skipped() {
    assert_eq!(last("a = table\nx = a.y\ntake x"), Outcome::Skipped);
}

#[test]
fn each_refusal_has_its_reason() {
    for (text, refusal) in [
        ("nil.x = 1", Refusal::Nil),
        ("a = weak nil", Refusal::Nil),
        ("a = table\ndrop a\ntake a", Refusal::Stale),
        ("a = table\npush a 1", Refusal::Kind),
        ("a = array 1\na[1] = 2", Refusal::Index),
        ("a = array\npop a", Refusal::Index),
        ("a = array\nremove a[0]", Refusal::Index),
        ("a = array 1\nswap remove a[1]", Refusal::Index),
        ("a = array 1\ninsert a[2] 1", Refusal::Index),
        ("a = array 1\nfill a[1 1] 1", Refusal::Index),
        ("set counts 2\na = table\nb = array a a\nfill b[0 1] a", Refusal::Overflow),
        ("set counts 3\na = table\nb = array 1 1 a a\nfill b[0 2] a", Refusal::Overflow),
        ("a = table\ndrop a\nb = array 1\nfill b[0 1] a", Refusal::StaleValue),
        ("a = table\na.x = a\ndrop a\ntransfer a.x = a", Refusal::NotHeld),
        ("a = table\nb = table\na.b = b\ndrop b\ntransfer b[0] = b", Refusal::Kind),
        ("set counts 1\na = table\na.x = a\ndrop a\ntransfer a.y = a", Refusal::Overflow),
        ("a = table\nb = array\ndrop a\ntransfer push b a", Refusal::StaleValue),
        ("a = table\nremove a.x", Refusal::Field),
        ("a = table\nb = table\ndrop b\na.x = b", Refusal::StaleValue),
        ("a = table\nb = scalar a", Refusal::NotPlain),
        ("set counts 1\na = table\ntake a", Refusal::Overflow),
        ("set counts 1\na = table\ntry take a", Refusal::Overflow),
        ("set counts 1\na = table\nb = array a a", Refusal::Overflow),
        ("set counts 1\na = table\nb = weak a\nc = weak a", Refusal::Overflow),
        ("set counts 1\na = table\na.x = a\na.x = a", Refusal::Overflow),
        ("a = table\na.x = a\ndrop a\ndrop a", Refusal::NotHeld),
        ("set capacity 1\na = table\nb = table", Refusal::Capacity),
        ("set capacity 3\na = chain 4", Refusal::Capacity),
        ("set bounds 2 1", Refusal::Setting),
        ("set interval 0", Refusal::Setting),
        ("set budget 0", Refusal::Setting),
        ("set verify 0", Refusal::Setting),
        ("set debt 0 1", Refusal::Setting),
        ("set debt 1 0", Refusal::Setting),
        ("collect 0", Refusal::Setting),
        ("detect 0", Refusal::Setting),
        ("begin 0", Refusal::Setting),
        ("begin 1\nbegin 0", Refusal::Frame),
        ("end", Refusal::Frame),
        ("a = temp table", Refusal::Frame),
        ("a = table\ndrop a\nb = temp box a", Refusal::Frame),
        ("a = table\ndrop a\nbegin 1\nb = temp box a", Refusal::StaleValue),
        ("a = box nil\nclear a", Refusal::Kind),
        ("a = array\nb = table\nswap a[0] b[0]", Refusal::Kind),
        ("a = array\nb = table\ndrop b\nswap a[0] b[0]", Refusal::Stale),
        ("a = array nil\nswap a[0] a[1]", Refusal::Index),
        ("fault live_high nil", Refusal::Nil),
        ("a = table\ndrop a\nfault live_high a", Refusal::Stale),
        ("a = table\nfault live_high a", Refusal::Inapplicable),
    ] {
        assert_eq!(last(text), Outcome::Refused(refusal), "{text}");
    }
    let (mut heap, _) = told("a = table\na.x = a\non a: collect\ndrop a\ncollect");
    assert!(heap.script().journal.contains(&Event::Did(Outcome::Refused(Refusal::Reentrant))));
}

#[test]
fn an_array_is_in_its_final_state_before_anything_of_it_is_given_up_in_order() {
    let three = "a = table\nb = table\nc = array a b a 4\ndrop a\ndrop b\n";
    let (mut heap, _) = told(&format!("{three}truncate c 1\ntruncate c 9\ndrop c"));
    assert_eq!(deaths(&mut heap), [1, 2, 0]);
    let (mut heap, _) = told(&format!("{three}fill c[0 3] nil"));
    assert_eq!(deaths(&mut heap), [1, 0]);
    let late = "on b: length c\non b: c[0] = 1\ntruncate c 0";
    let (mut heap, _) = told(&format!("{three}{late}"));
    let did = |outcome: Outcome| Event::Did(outcome);
    let journal = &heap.script().journal;
    assert!(journal.contains(&did(Outcome::Refused(Refusal::Index))), "{journal:?}");
}

#[test]
fn what_is_cleared_is_given_up_in_order_and_what_is_swapped_is_not() {
    let two = "a = table\nb = table\n";
    for holder in ["c = array a b a", "c = table\nc.x = a\nc.y = b\nc.z = a"] {
        let (mut heap, _) = told(&format!("{two}{holder}\ndrop a\ndrop b\nclear c"));
        assert_eq!(deaths(&mut heap), [1, 0], "{holder}");
    }
    let (mut heap, _) = told(&format!("{two}c = array a 1\nd = array b\ndrop a\ndrop b\nswap c[1] d[0]\ndrop c"));
    assert_eq!(deaths(&mut heap), [2, 0, 1]);
}

#[test]
fn an_object_has_the_finalizer_of_another_that_has_one_or_runs_it() {
    let began = |text: &str| {
        let (mut heap, _) = told(text);
        let began = |event: &Event| if let Event::Began(object) = event { Some(object.0) } else { None };
        heap.script().journal.iter().filter_map(began).collect::<Vec<_>>()
    };
    let one = "a = table\nb = table\non a: c = box 1\n";
    assert_eq!(began(&format!("{one}on b like a\ndrop b\ndrop a")), [1, 0]);
    assert_eq!(began(&format!("{one}drop a\non b like a\ndrop b")), [0], "it has ended");
    assert_eq!(
        began(&format!("{one}on a: on c like self\ndrop a")).len(),
        501,
        "each takes two of the fuel, and the last finds none"
    );
}

#[test]
fn what_is_transferred_is_let_go_before_what_it_replaces() {
    let one = "a = table\nb = table\nc = table\nd = table\na.x = b\ntransfer a.y = c\n";
    let (mut heap, outcomes) = told(&format!("{one}on b: drop d\ndrop b\ntransfer a.x = d"));
    assert_eq!(outcomes.last(), Some(&Outcome::Done(Value::Nil)));
    let journal = &heap.script().journal;
    assert!(journal.contains(&Event::Did(Outcome::Refused(Refusal::NotHeld))), "{journal:?}");
    assert_eq!([2, 3].map(|object| heap.external(Object(object))), [0, 0]);
    assert_eq!(heap.statistics().operations_since_check, 8);
    let (heap, _) = told("a = table\ntransfer a.me = a\ncollect");
    assert_eq!(heap.statistics().frees, 1);
}

#[test]
fn what_a_run_transfers_it_holds_no_longer() {
    let (heap, _) = told("a = table\nk = table\non a: b = table\non a: transfer k.x = b\ndrop a");
    assert_eq!((heap.external(Object(2)), heap.lives(Object(2))), (0, true));
}

#[test]
fn what_is_dying_can_not_be_taken_by_trying() {
    let gives = |text: &str| match last(text) {
        Outcome::Done(Value::Bool(gives)) => gives,
        other => panic!("{text}: {other:?}"),
    };
    assert!(gives("a = table\ntry take a") && gives("a = table\na.me = a\ndrop a\ntry take a"));
    assert!(!gives("try take nil") && !gives("a = table\ndrop a\ntry take a"));
    // In its turn; saved already, in its turn; in a set; held already, in a set.
    for (text, lives) in [
        ("a = table\non a: try take self\ndrop a", false),
        ("a = table\nk = table\non a: k.x = self\non a: try take self\ndrop a\nk.x = nil", true),
        ("a = table\na.me = a\non a: try take self\ndrop a\ncollect", false),
        ("a = table\na.me = a\non a: take self\non a: try take self\ndrop a\ncollect\ndrop a", true),
    ] {
        assert_eq!(told(text).0.lives(Object(0)), lives, "{text}");
    }
    // A run holds what it has taken by trying.
    let (heap, _) = told("a = table\non a: b = table\non a: try take b\ndrop a");
    assert!(!heap.lives(Object(1)));
}

#[test]
fn elements_are_added_and_taken_out_anywhere() {
    let text = "a = array 0 1 2 3\nremove a[1]\ninsert a[3] 9\ninsert a[0] 8\nswap remove a[1]\nswap remove a[3]\n";
    let (heap, outcomes) = told(&format!("{text}fill a[1 2] 7\nfill a[3 0] a\nlength a"));
    assert_eq!(outcomes.last(), Some(&Outcome::Done(Value::Int(3))));
    let values = &heap.contents(Object(0)).unwrap().values;
    assert_eq!(values[..], [8, 7, 7].map(Value::Int));
    assert_eq!(heap.statistics().operations_since_check, 8);
}

#[test]
fn a_run_drops_what_it_holds_even_when_it_panics() {
    let (mut heap, _) = told("a = table\non a: b = table\non a: take b\non a: panic\ndrop a");
    assert_eq!(deaths(&mut heap), [0, 1]);
    assert_eq!(heap.statistics().finalizer_panics, 1);
}

#[test]
fn an_object_that_its_finalizer_takes_lives_on_and_its_finalizer_never_runs_again() {
    let (heap, _) = told("a = table\non a: take self\ndrop a");
    assert!(heap.lives(Object(0)));
    let (mut heap, _) = told("a = table\non a: take self\ndrop a\ndrop a");
    assert_eq!(heap.script().journal.iter().filter(|event| matches!(event, Event::Began(_))).count(), 1);
    assert!(!heap.lives(Object(0)));
}

#[test]
fn part_of_a_ring_lives_on_with_what_it_reaches() {
    let ring = "a = table\nb = table\nkept = table\na.x = b\nb.x = a\n";
    let (heap, _) = told(&format!("{ring}on b: kept.x = self\ndrop a\ndrop b\ncollect"));
    assert_eq!(heap.statistics().frees, 0);
    let (heap, _) = told(&format!("{ring}on b: kept.x = self\non b: self.x = nil\ndrop a\ndrop b\ncollect"));
    assert_eq!((heap.statistics().frees, heap.statistics().cycles_collected), (1, 0));
}

#[test]
fn an_allocation_that_is_refused_has_still_run_its_check() {
    let (heap, outcomes) = told("set interval 1\nset bounds 1 9\na = table\na.x = a\ndrop a\nb = box a");
    assert_eq!(outcomes.last(), Some(&Outcome::Refused(Refusal::StaleValue)));
    assert_eq!((heap.statistics().checks, heap.statistics().frees), (1, 1));
}

#[test]
fn the_interval_follows_what_checks_find() {
    let (heap, _) = told("set interval 2\nset bounds 1 8\na = table\na.x = a\ncheck");
    // One of two operations allocated: a rate of 500, an average of 150, so 2 * 6 / 5 but at least 3, then * 9 / 10.
    assert_eq!((heap.statistics().average_rate, heap.statistics().interval), (150, 2));
}

#[test]
fn bulk_lines_of_a_hundred_thousand_are_done_in_no_time() {
    let (heap, _) = told("a = chain 100000\nb = ring 100000\ndetect full\ndrop a\ndrop b\ncollect");
    let statistics = heap.statistics();
    assert_eq!((statistics.frees, statistics.cycles_detected, statistics.cycles_collected), (200_000, 1, 1));
}

/// What happened inside the heap in the last line, a word or two each; objects by number.
pub fn journal(text: &str) -> String {
    let program: Program = text.parse().unwrap();
    let mut heap = Reference::new();
    for line in program.lines() {
        heap.script().journal.clear();
        script::step(&mut heap, line);
    }
    let words = heap.script().journal.iter().map(|event| match event {
        Event::Began(object) => format!("began {}", object.0),
        Event::Called(weak) => format!("called {}", weak.0),
        Event::Did(Outcome::Done(_)) => "done".to_owned(),
        Event::Did(Outcome::Refused(refusal)) => format!("refused {refusal:?}"),
        Event::Did(Outcome::Skipped) => "skipped".to_owned(),
        Event::Ended(end) => format!("{end:?}"),
        Event::Died(object) => format!("died {}", object.0),
        Event::Took(set) => format!("took {}", set.iter().map(|object| object.0.to_string()).collect::<String>()),
        Event::Paused => "paused".to_owned(),
        Event::Damaged(_) => "damaged".to_owned(),
        Event::Recovered { .. } => "recovered".to_owned(),
    });
    words.collect::<Vec<_>>().join(", ")
}

#[test]
fn what_a_run_has_left_is_dropped_in_the_order_of_binding() {
    let two = "a = table\non a: b = table\non a: c = table\ndrop a";
    assert_eq!(journal(two), "began 0, done, done, Returned, died 0, died 1, died 2");
    let same = "a = table\non a: b = table\non a: c = table\non a: b.x = c\non a: drop c\ndrop a";
    assert_eq!(journal(same), "began 0, done, done, done, done, Returned, died 0, died 1, died 2");
}

#[test]
fn a_run_owns_what_it_allocates_pops_removes_and_upgrades_and_not_what_it_reads() {
    let popped = "a = table\nx = table\nb = array x\ndrop x\non a: y = pop b\ndrop a";
    assert_eq!(journal(popped), "began 0, done, Returned, died 0, died 1");
    let removed = "a = table\nx = table\nb = table\nb.f = x\ndrop x\non a: y = remove b.f\ndrop a";
    assert_eq!(journal(removed), "began 0, done, Returned, died 0, died 1");
    let unnamed = "a = table\nx = table\nb = array x\ndrop x\non a: pop b\ndrop a";
    assert_eq!(journal(unnamed), "began 0, done, Returned, died 0");
    let upgraded = "a = table\nx = table\nw = weak x\non a: y = upgrade w\non a: drop x\ndrop a";
    assert_eq!(journal(upgraded), "began 0, done, done, Returned, died 0, died 1");
    let read = "a = table\nx = table\na.f = x\nb = table\nb.f = x\non a: y = b.f\ndrop a";
    assert_eq!(journal(read), "began 0, done, Returned, died 0");
}

#[test]
fn take_and_drop_by_an_own_name_are_the_runs_and_by_another_are_the_mutators() {
    let own = "a = table\non a: b = table\non a: take b\ndrop a";
    assert_eq!(journal(own), "began 0, done, done, Returned, died 0, died 1");
    let given_up = "a = table\nk = table\non a: b = table\non a: k.x = b\non a: drop b\ndrop a";
    assert_eq!(journal(given_up), "began 0, done, done, done, Returned, died 0");
    let below_zero =
        "a = table\nx = table\ntake x\nw = weak x\non a: y = upgrade w\non a: drop y\non a: drop y\ndrop a";
    assert_eq!(journal(&format!("{below_zero}\ndrop x")), "died 1");
    let others = "a = table\nx = table\non a: take x\ndrop a\ndrop x\ndrop x";
    assert_eq!(journal(others), "died 1");
}

#[test]
fn a_finalizers_names_stand_for_nothing_outside_its_run() {
    let after = "a = table\non a: b = table\ndrop a\ntake b";
    assert_eq!(last(after), Outcome::Skipped);
    let other_run = "a = table\nc = table\non a: b = table\non c: take b\ndrop a\ndrop c";
    assert_eq!(journal(other_run), "began 1, skipped, Returned, died 1");
    let inner = "a = table\nc = table\non a: on c: take self\ndrop a\ndrop c";
    assert_eq!(journal(inner), "began 1, done, Returned");
}

#[test]
fn fuel_is_the_programs_and_a_run_without_any_ends_at_once_and_is_used() {
    let mut text = "a = table\nb = table\n".to_owned();
    text += &"on a: take nil\n".repeat(1_000);
    text += "on b: take self\ndrop a\ndrop b";
    assert_eq!(journal(&text), "began 1, OutOfFuel, died 1");
}

#[test]
fn what_a_run_leaves_takes_no_fuel() {
    let mut text = "a = table\nb = table\non a: c = table\n".to_owned();
    text += &"on a: take nil\n".repeat(998);
    text += "on b: take nil\ndrop a\ndrop b";
    assert_eq!(journal(&text), "began 1, done, Returned, died 1");
}

#[test]
fn a_callback_runs_when_the_target_and_what_it_let_go_are_dead() {
    let told = journal("a = table\nb = table\na.x = b\ndrop b\nw = weak a\nwhen w: c = upgrade w\ndrop a");
    assert_eq!(told, "died 0, died 1, called 2, done, Returned");
}

#[test]
fn what_a_callback_releases_is_gone_before_the_next_one_runs() {
    let told = journal("a = table\nv = weak a\nw = weak a\nb = table\nwhen v: drop b\nwhen w: take b\ndrop a");
    assert_eq!(told, "died 0, called 1, done, Returned, died 3, called 2, refused Stale, Returned");
}

#[test]
fn a_callback_dies_with_its_weak_object_and_comes_too_late_for_the_dead() {
    assert_eq!(journal("a = table\nw = weak a\nwhen w: take a\na.w = w\ndrop w\ndrop a"), "died 0, died 1");
    let (mut heap, outcomes) = told("a = table\nw = weak a\ndrop a\nwhen w: b = table");
    assert_eq!(outcomes[3], Outcome::Done(Value::Nil));
    assert!(!heap.script().has_code());
}
