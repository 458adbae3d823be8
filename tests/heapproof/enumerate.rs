//! Every program of a few lines.

use crate::your_heap::RC;
use heapproof::enumerate::{Found, How, Search, Share, Space, shortest};
use heapproof::model::{Code, Kind, Program};
use heapproof::signature::Signature;
use heapproof::subject::SubjectKind;
use heapproof::subjects::{CANARY, HEAP, family};
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

/// A search that is done, and the first program of each signature.
fn searched(space: Space, subject: &SubjectKind, merges: bool, jobs: usize) -> (Search, BTreeMap<Signature, Program>) {
    let mut search = Search::new(space, subject, How { merges, keep_going: true, ..How::default() }).unwrap();
    let mut found = BTreeMap::new();
    let mut note = |one: Found| drop(found.insert(one.failure.violation.signature(), one.program));
    search.run(jobs, &AtomicBool::new(false), &mut note, &mut |_, _| {});
    (search, found)
}

fn cycles(lines: usize) -> Space {
    Space { lines, ..Space::cycles() }
}

fn whole(lines: usize) -> Space {
    Space { lines, ..Space::whole() }
}

/// What is done in slices, with what disturbs it.
fn slices(lines: usize) -> Space {
    use Code::*;
    let operations =
        vec![Drop, WriteField, Table, Ring, Collect, Check, DetectSlice, CollectSlice, Begin, End, Temp, SetInterval];
    Space { lines, operations, kinds: vec![Kind::Table], nil: false, ..Space::whole() }
}

/// What holds references, and what takes them out.
fn holders(lines: usize) -> Space {
    use Code::*;
    let operations = vec![Take, Drop, ReadElement, Push, Pop, Box, Array, Weak, Upgrade];
    Space { lines, operations, nil: false, ..Space::whole() }
}

fn signature(text: &str) -> Signature {
    Signature::parse(text).unwrap()
}

#[test]
fn the_heap_passes_every_short_program() {
    for space in [cycles(5), whole(2), slices(3), holders(3)] {
        let lines = space.lines;
        let (search, found) = searched(space, &HEAP, true, 2);
        assert_eq!(found, BTreeMap::new(), "{}", search.space());
        assert_eq!(search.summary().complete, lines);
        assert_eq!(search.met().len() as u64, search.summary().states);
    }
}

#[test]
fn every_program_is_tried_and_none_twice() {
    // Before a table there are three lines that can come, and the one that makes it; after it, it can be taken, dropped,
    // stored in itself, made to hold nil, and another can be made.
    let (search, _) = searched(cycles(2), &HEAP, false, 1);
    assert_eq!(search.summary().transitions(), 4 + 3 * 4 + 8);
    assert_eq!(search.summary().states, 1 + 4 + 3 * 4 + 8);
}

#[test]
fn merging_loses_no_state_and_no_violation() {
    let canaries = ["counts-internal", "detection-misses-cycle-incremental", "leaves-garbage", "statistics-frees"];
    let canaries = family()
        .map(|canary| canary.kind.clone())
        .filter(|kind| canaries.iter().any(|name| kind.name == format!("canary:{name}")));
    let subjects: Vec<SubjectKind> = [HEAP, CANARY].into_iter().chain(canaries).collect();
    assert_eq!(subjects.len(), 6);
    for space in [cycles(4), slices(3), holders(3), whole(2)] {
        for subject in &subjects {
            let (merged, found) = searched(space.clone(), subject, true, 2);
            let (unmerged, found_unmerged) = searched(space.clone(), subject, false, 2);
            let lengths = |found: &BTreeMap<Signature, Program>| {
                found.iter().map(|(signature, program)| (signature.clone(), program.len())).collect::<Vec<_>>()
            };
            assert_eq!(lengths(&found), lengths(&found_unmerged), "{} in {space}", subject.name);
            assert!(merged.met() == unmerged.met(), "{} in {space}", subject.name);
            assert!(merged.summary().states < unmerged.summary().states);
        }
    }
}

#[test]
fn the_result_does_not_depend_on_the_number_of_threads() {
    let result = |jobs| {
        let (search, found) = searched(holders(4), &CANARY, true, jobs);
        let summary = search.summary().clone();
        (summary.states, summary.done, summary.refused, summary.violations, found)
    };
    assert_eq!(result(1), result(3));
}

#[test]
fn the_canary_is_caught_with_a_shortest_program() {
    let found = shortest(&CANARY, &signature("counts-external"), holders(4)).unwrap();
    assert_eq!(found.program.len(), 3);
    let verdict = heapproof::lockstep::run(&CANARY, &found.program);
    assert_eq!(verdict.failure, Some(found.failure));
    assert!(shortest(&CANARY, &signature("counts-external"), holders(2)).is_none());
}

#[test]
fn a_heap_without_digests_is_tried_program_by_program() {
    let (search, found) = searched(cycles(3), &RC, true, 2);
    assert!(!search.how().merges && search.met().is_empty());
    let leak = found.get(&signature("leaks-cycle")).unwrap();
    assert_eq!((leak, found.len()), (&"a = table\na.x = a".parse().unwrap(), 1));
}

#[test]
fn all_shares_together_find_what_one_search_finds() {
    let (whole, found) = searched(holders(4), &CANARY, true, 1);
    let mut together = (std::collections::HashSet::new(), BTreeMap::new());
    for number in 1..=3 {
        let how = How { keep_going: true, share: Share { number, of: 3 }, ..How::default() };
        let mut search = Search::new(holders(4), &CANARY, how).unwrap();
        let mut note = |one: Found| drop(together.1.insert(one.failure.violation.signature(), one.program));
        search.run(1, &AtomicBool::new(false), &mut note, &mut |_, _| {});
        assert!(search.summary().transitions() < whole.summary().transitions());
        together.0.extend(search.met().iter().copied());
    }
    assert!(together.0 == *whole.met());
    assert_eq!(together.1.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>());
}

#[test]
fn a_search_that_was_stopped_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept.search");
    let how = How::default();
    let mut whole = Search::new(whole(3), &HEAP, how).unwrap();
    let stop = AtomicBool::new(false);
    let mut stretches = 0;
    whole.run(2, &stop, &mut |_| {}, &mut |search, _| {
        stretches += 1;
        if stretches == 2 {
            search.save(&path).unwrap();
        }
    });
    assert!(stretches > 2);

    let mut resumed = Search::resumed(whole.space().clone(), &HEAP, how, &path).unwrap();
    assert!(resumed.summary().states < whole.summary().states);
    resumed.run(1, &stop, &mut |_| {}, &mut |_, _| {});
    assert!(resumed.met() == whole.met());
    assert_eq!(resumed.summary().transitions(), whole.summary().transitions());

    whole.save(&path).unwrap();
    let mut done = Search::resumed(whole.space().clone(), &HEAP, how, &path).unwrap();
    done.run(1, &stop, &mut |_| {}, &mut |_, _| panic!("there is nothing left to do"));
    assert_eq!((done.summary().states, done.summary().end), (whole.summary().states, whole.summary().end));

    let other = Search::resumed(cycles(3), &HEAP, how, &path).unwrap_err();
    assert!(other.to_string().starts_with("another search: of `whole: at most 3 lines"), "{other}");
    let bytes = std::fs::read(&path).unwrap();
    for (damaged, message) in [(&bytes[..bytes.len() - 1], "cut short or changed"), (&[][..], "not a search")] {
        std::fs::write(&path, damaged).unwrap();
        let error = Search::resumed(whole.space().clone(), &HEAP, how, &path).unwrap_err();
        assert!(error.to_string().starts_with(message), "{error}");
    }
}
