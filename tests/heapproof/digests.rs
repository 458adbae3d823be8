//! What is left out of the digest of a state is missed by the search, and the pairs of states that it compares show it.

use heapproof::digest::{Part, Test};
use heapproof::enumerate::{End, How, Sampling, Search, Space, Summary};
use heapproof::model::{Code, Kind};
use heapproof::subjects::HEAP;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

/// Parts that say the same, and are left out together, since one of them alone is told by the others: those of the heap, of the
/// model, and of the search. The space is one in which they are missed.
struct Cluster {
    space: fn() -> Space,
    heap: &'static [&'static str],
    model: &'static [&'static str],
    search: &'static [&'static str],
}

const fn both(space: fn() -> Space, heap: &'static [&'static str], model: &'static [&'static str]) -> Cluster {
    Cluster { space, heap, model, search: &[] }
}

const fn of_search(space: fn() -> Space, search: &'static [&'static str]) -> Cluster {
    Cluster { space, heap: &[], model: &[], search }
}

#[rustfmt::skip]
const CLUSTERS: &[Cluster] = &[
    both(whole, &["contents.kind"], &["thing.kind"]),
    // An internal count is the number of references in contents.
    both(holders, &["array.elements", "box.value", "closure.captures", "table.values", "header.internal"], &["thing.values"]),
    both(slices, &["table.shape", "shapes", "machine.sites"], &["thing.fields"]),
    both(code, &["weak.target", "weak.previous", "weak.next", "weak_index", "header.marks"], &["thing.target"]),
    both(holders, &["header.external"], &["thing.external"]),
    both(code, &["header.finalizer"], &["thing.begun"]),
    both(pins, &["header.pin"], &["thing.pinned"]),
    both(ephemerons, &["ephemeron.value", "table.values", "header.internal"], &["thing.values"]),
    both(code, &["finalizers"], &["finalizers"]),
    both(callbacks, &["callbacks", "weak.callback"], &["callbacks"]),
    both(slices, &["cycle.members", "cycle.whole", "cycles.length", "cycles.of_slot", "cycles.vacant", "cycles.broken", "cycles.whole", "detection.has_learned"], &["cycles"]),
    both(slices, &["dirty", "header.marks"], &[]),
    both(slices, &["detection.underway", "detection.stage", "detection.found", "detection.frames", "detection.open", "detection.low", "detection.last", "detection.steps"], &["pauses"]),
    both(slices, &["slices.under_way", "slices.lived", "slices.waited", "slices.allowed", "slices.newborn", "marking.under_way", "marking.rooted", "marking.swept", "marking.end", "marking.stretch", "marking.grey", "parting.read", "parting.next", "parting.gathered", "parting.places", "headers.disturbed", "candidates.taken", "candidates.tried", "header.marks"], &["sliced", "sliced.calls", "sliced.alone"]),
    both(marks, &["marking.under_way", "marking.rooted", "marking.swept", "marking.end", "marking.stretch", "marking.grey", "parting.read", "parting.next", "parting.gathered", "parting.places", "header.marks"], &[]),
    both(slices, &["candidates.set", "candidates.taken", "candidates.tried", "header.marks"], &[]),
    both(frames, &["frame", "frame.budget", "frame.temporaries", "frame.crowded", "header.marks"], &["frame", "frame.budget", "frame.temporaries"]),
    both(temporaries, &["frame.budget"], &["frame.budget"]),
    both(frames, &["frame.temporaries", "header.marks"], &["frame.temporaries"]),
    both(slices, &["tuning.interval", "tuning.bounds", "tuning.debt", "tuning.automatic", "tuning.is_near", "tuning.operations", "tuning.allocations", "tuning.verification", "configuration", "arena.limits", "headers.ceiling"], &["settings", "operations_since_check", "allocations_since_check", "operations_since_verification"]),
    both(slices, &["tuning.average_rate"], &["average_rate"]),
    both(slices, &["tuning.operations", "tuning.is_near"], &["operations_since_check"]),
    both(checks, &["tuning.allocations"], &["allocations_since_check"]),
    both(holders, &["headers.length", "contents.length", "header.generation", "vacant.next", "vacant.generation", "arena.vacant", "arena.live", "arena.floor", "machine.ids"], &["objects.length"]),
    of_search(holders, &["stale"]),
    of_search(slices, &["begun"]),
    of_search(holders, &["subject"]),
];

/// Parts that nothing can miss, at least in spaces so small, and why.
const UNOBSERVABLE: &[(Part, &str)] = &[
    (("heap", "queue"), "it is empty between calls, but for a fault, which marks or unmarks an object too"),
    (("model", "queue"), "it is empty between calls"),
    (("model", "releasing"), "it is false between calls"),
    (("heap", "due"), "it is empty between calls, but for a fault"),
    (("model", "due"), "it is empty between calls"),
    (("heap", "fuel"), "1,000 operations of finalizers are out of reach"),
    (("model", "fuel"), "1,000 operations of finalizers are out of reach"),
    (("heap", "closure.function"), "all closures of a space have one function"),
    (("model", "thing.function"), "all closures of a space have one function"),
    (("heap", "machine.is_damaged"), "what a fault has done stands in the parts to which it was done"),
    (("model", "damages"), "what a fault has done stands in the heap's parts to which it was done"),
    (
        ("model", "operations_since_verification"),
        "a verification is due after one operation, and each allocation counts one",
    ),
    (("model", "immortal"), "only dialects make objects live for ever"),
    (("model", "overdue"), "only dialects let garbage wait"),
    (("model", "silent"), "it is the same for all subjects of a kind"),
    (
        ("search", "named"),
        "what bulk lines and code allocate has no name, and no line that names an object leads to their states: sites tell",
    ),
    (("search", "left"), "it is what is still to be dropped at an end, of which pairs carry out the whole"),
];

fn of(lines: usize, kinds: &[Kind], operations: &[Code]) -> Space {
    Space { lines, operations: operations.to_vec(), kinds: kinds.to_vec(), nil: false, ..Space::whole() }
}

fn whole() -> Space {
    Space { lines: 3, ..Space::whole() }
}

fn code() -> Space {
    Space { lines: 4, ..Space::code() }
}

fn callbacks() -> Space {
    Space { lines: 4, ..Space::callbacks() }
}

fn holders() -> Space {
    use Code::*;
    of(4, Kind::ALL, &[Take, Drop, ReadElement, Push, Pop, Box, Array, Weak, Upgrade])
}

fn pins() -> Space {
    use Code::*;
    of(4, &[Kind::Table], &[Drop, WriteField, Table, Collect, Pin, Unpin])
}

fn ephemerons() -> Space {
    use Code::*;
    of(4, &[Kind::Table, Kind::Weak], &[Drop, ReadBox, Table, Ephemeron])
}

fn slices() -> Space {
    use Code::*;
    of(5, &[Kind::Table], &[Drop, WriteField, Table, Ring, Collect, Check, DetectSlice, CollectSlice, SetInterval])
}

fn marks() -> Space {
    use Code::*;
    Space { objects: 3, ..of(6, &[Kind::Table], &[Take, Drop, WriteField, Table, Ring, CollectSlice]) }
}

fn frames() -> Space {
    use Code::*;
    of(5, &[Kind::Table], &[Take, Drop, Table, WriteField, Begin, End, Temp, SetBounds, SetInterval])
}

fn temporaries() -> Space {
    use Code::*;
    of(4, &[Kind::Table], &[WriteField, Table, Begin, End, Temp])
}

fn checks() -> Space {
    use Code::*;
    Space { objects: 1, ..of(7, &[Kind::Array], &[Drop, Array, Push, Pop, Check, SetInterval, SetChecks]) }
}

fn searched(space: Space, pairs: usize, tails: usize, lines: usize) -> Summary {
    let sampling = Sampling { pairs, tails, lines, seed: 1 };
    let mut search = Search::new(space, &HEAP, How { sampling, ..How::default() }).unwrap();
    search.run(2, &AtomicBool::new(false), &mut |_| {}, &mut |_, _| {}).clone()
}

fn parts(cluster: &Cluster) -> Vec<Part> {
    let of = |whose, parts: &[&'static str]| parts.iter().map(|part| (whose, *part)).collect::<Vec<Part>>();
    [of("heap", cluster.heap), of("model", cluster.model), of("search", cluster.search)].concat()
}

#[test]
fn states_with_equal_digests_answer_alike() {
    for space in [holders(), temporaries(), checks()] {
        let summary = searched(space, 100, 4, 12);
        assert_eq!((summary.end, summary.parted), (End::Done, None));
        assert!(summary.pairs > 50, "{}", summary.pairs);
    }
}

#[test]
fn each_part_of_a_digest_is_missed_where_it_is_left_out() {
    for cluster in CLUSTERS {
        Test::omitting(&parts(cluster)).begin();
        // Most are missed soon; a budget takes longer to be felt.
        let tails = [(2, 8), (10, 20)];
        let mut summaries = tails.into_iter().map(|(tails, lines)| searched((cluster.space)(), 1_000, tails, lines));
        let summary = summaries.find(|summary| summary.end == End::Unsound);
        Test::default().begin();
        let parted = summary.and_then(|summary| summary.parted);
        let parted = parted.unwrap_or_else(|| panic!("not missed: {:?}", parts(cluster)));
        assert!(!parted.what.is_empty() && parted.kept != parted.dropped, "{parted:?}");
    }
}

#[test]
fn each_part_is_left_out_or_has_a_reason_that_it_can_be() {
    let noting = Test::noting();
    noting.begin();
    for space in [whole, code, holders, pins, ephemerons, slices, marks, frames, temporaries, checks] {
        searched(space(), 0, 0, 0);
    }
    Test::default().begin();
    let listed: BTreeSet<Part> =
        CLUSTERS.iter().flat_map(parts).chain(UNOBSERVABLE.iter().map(|(part, _)| *part)).collect();
    assert_eq!(noting.fed(), listed);
}

#[test]
fn which_pairs_are_compared_does_not_depend_on_the_number_of_threads() {
    let compared = |jobs| {
        Test::omitting(&[("heap", "header.external"), ("model", "thing.external")]).begin();
        let sampling = Sampling { pairs: 20, ..Sampling::default() };
        let mut search = Search::new(holders(), &HEAP, How { sampling, ..How::default() }).unwrap();
        let summary = search.run(jobs, &AtomicBool::new(false), &mut |_| {}, &mut |_, _| {}).clone();
        Test::default().begin();
        (summary.pairs, summary.parted)
    };
    assert_eq!(compared(1), compared(3));
}
