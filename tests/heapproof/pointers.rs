//! Smart pointers as a subject.

#[path = "../../examples/pointers.rs"]
#[allow(dead_code)]
pub mod example;

use super::program;
use example::{BACKWARDS, NODES};
use heapproof::generate::{Recipe, case};
use heapproof::lockstep;
use heapproof::model::dialect::{Garbage, Panics, SetOrder, SetPanics, SetView, UserCode};
use heapproof::model::{Code, Dialect, Program};
use heapproof::pointers::{self, Pointers, Probe};
use heapproof::proof::Counterexample;
use heapproof::properties::Property;
use heapproof::subject::SubjectKind;
use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::{Rc, Weak};

fn programs(kind: &SubjectKind, count: u64) -> impl Iterator<Item = Program> {
    let abilities = kind.abilities().unwrap();
    let recipe = Recipe { dialect: *abilities.dialect(), ..Recipe::default() };
    (0..count).map(move |number| case(4, number, &recipe, &|code| abilities.has(code)))
}

/// How many lines most of the first five failures have at most, when they are minimised: one may have a place that takes more.
fn usual_failure(kind: &SubjectKind) -> usize {
    let found = programs(kind, 500).filter_map(|program| Counterexample::of(Property::Lockstep, kind, &program));
    let mut lines: Vec<usize> = found.take(5).map(|found| found.minimized.program.len()).collect();
    lines.sort_unstable();
    lines[2]
}

#[test]
fn what_std_does_with_its_pointers_is_right_and_code_runs_where_it_drops() {
    let mut ran = 0;
    for program in programs(&NODES, 2_000) {
        let verdict = lockstep::run(&NODES, &program);
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
    assert_eq!(lockstep::run(&NODES, &program(trace)).failure, None);
}

#[test]
fn edges_that_are_dropped_in_another_order_fail_in_a_few_lines() {
    assert!(usual_failure(&BACKWARDS) <= 8, "{}", usual_failure(&BACKWARDS));
}

/// Defines a node on a handle of its own.
macro_rules! node {
    ($node:ident, $handle:ty, $weak:ty, $new:expr, $($rest:tt)*) => {
        struct $node {
            probe: Probe<Self>,
            edges: RefCell<Vec<Option<$handle>>>,
        }

        impl Drop for $node {
            fn drop(&mut self) {
                pointers::dropped(self);
            }
        }

        impl Pointers for $node {
            type Handle = $handle;
            type Weak = $weak;

            fn node(probe: Probe<Self>) -> $handle {
                $new(Rc::new($node { probe, edges: RefCell::default() }))
            }

            fn probe(&self) -> &Probe<Self> {
                &self.probe
            }

            fn edges<R>(&self, act: impl FnOnce(&mut Vec<Option<$handle>>) -> R) -> R {
                act(&mut self.edges.borrow_mut())
            }

            $($rest)*
        }
    };
}

/// Each clone of it counts twice.
struct Twice(Rc<Leaking>);

impl Clone for Twice {
    fn clone(&self) -> Twice {
        std::mem::forget(self.0.clone());
        Twice(self.0.clone())
    }
}

impl Deref for Twice {
    type Target = Leaking;

    fn deref(&self) -> &Leaking {
        &self.0
    }
}

node! { Leaking, Twice, (), Twice, }

// Its weak pointers are strong.
node! {
    Clinging, Rc<Self>, Rc<Self>, |node| node,
    const WEAK: bool = true;

    fn downgrade(handle: &Rc<Self>) -> Option<Rc<Self>> {
        Some(handle.clone())
    }

    fn upgrade(weak: &Rc<Self>) -> Option<Rc<Self>> {
        Some(weak.clone())
    }
}

#[test]
fn a_clone_that_leaks_and_a_weak_pointer_that_is_strong_fail_in_three_lines() {
    assert!(usual_failure(&pointers::kind::<Leaking>("leaking", "")) <= 3);
    assert!(usual_failure(&pointers::kind::<Clinging>("clinging", "")) <= 3);
}

// Its panics come out of the call that let its code run.
node! {
    Panicking, Rc<Self>, (), |node| node,
    fn dialect() -> Dialect {
        Dialect { panics: Panics::PassedAfter, ..pointers::counted() }
    }
}

#[test]
fn a_panic_in_drop_comes_out_of_the_call_and_what_the_node_held_is_dropped() {
    let trace = "a = table\nb = table\na.x = b\non a: panic\ndrop b\ndrop a
c = table\nd = box c\non c: panic\ndrop c\n*d = nil";
    assert_eq!(lockstep::run(&pointers::kind::<Panicking>("panicking", ""), &program(trace)).failure, None);
}

/// The last of them lets its node be finalized. A panic there loses the node for ever.
struct Last(Rc<Losing>);

impl Clone for Last {
    fn clone(&self) -> Last {
        Last(self.0.clone())
    }
}

impl Deref for Last {
    type Target = Losing;

    fn deref(&self) -> &Losing {
        &self.0
    }
}

impl Drop for Last {
    fn drop(&mut self) {
        if Rc::strong_count(&self.0) > 1 {
            return;
        }
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| pointers::finalizing::<Losing>(&self.0))) {
            std::mem::forget(self.0.clone());
            resume_unwind(panic);
        }
    }
}

node! {
    Losing, Last, (), Last,
    const COUNTS: bool = true;

    fn strong(handle: &Last) -> u64 {
        Rc::strong_count(&handle.0) as u64
    }

    fn dialect() -> Dialect {
        let code = UserCode::Finalizer;
        let panics = Dialect { panics: Panics::OwnLost, set_panics: SetPanics::Contained, ..pointers::counted() };
        Dialect { code, set_code: code, set_order: SetOrder::AllFirst, set_view: SetView::Whole, ..panics }
    }
}

#[test]
fn nothing_is_asked_of_what_only_an_object_holds_that_a_panic_has_lost() {
    let trace = "a = table\nb = box 1\na.x = b\non a: panic\ndrop a\ndrop b\nc = box 2\ndrop c";
    assert_eq!(lockstep::run(&pointers::kind::<Losing>("losing", ""), &program(trace)).failure, None);
}

thread_local! {
    /// All nodes of this thread, and whether the collector is at work: the least that a collector can be.
    static NODES_HERE: RefCell<Vec<Weak<Collected>>> = const { RefCell::new(Vec::new()) };
    static COLLECTS: Cell<bool> = const { Cell::new(false) };
}

fn registered(node: Rc<Collected>) -> Rc<Collected> {
    NODES_HERE.with_borrow_mut(|nodes| nodes.push(Rc::downgrade(&node)));
    node
}

/// Takes the edges of each node that only other such nodes refer to.
fn collect_here() -> Option<u64> {
    if COLLECTS.replace(true) {
        return None;
    }
    let nodes: Vec<Rc<Collected>> = NODES_HERE.with_borrow(|nodes| nodes.iter().filter_map(Weak::upgrade).collect());
    let mut external: Vec<usize> = nodes.iter().map(|node| Rc::strong_count(node) - 1).collect();
    let place = |handle: &Rc<Collected>| nodes.iter().position(|node| Rc::ptr_eq(node, handle)).unwrap();
    for node in &nodes {
        node.edges.borrow().iter().flatten().for_each(|edge| external[place(edge)] -= 1);
    }
    let mut open: Vec<usize> = (0..nodes.len()).filter(|place| external[*place] > 0).collect();
    let mut reached = vec![false; nodes.len()];
    while let Some(at) = open.pop() {
        if !std::mem::replace(&mut reached[at], true) {
            open.extend(nodes[at].edges.borrow().iter().flatten().map(place));
        }
    }
    let garbage: Vec<Rc<Collected>> =
        nodes.iter().zip(reached).filter(|(_, reached)| !reached).map(|(node, _)| node.clone()).collect();
    drop(nodes);
    let edges: Vec<_> = garbage.iter().map(|node| node.edges.take()).collect();
    drop(edges);
    drop(garbage);
    COLLECTS.set(false);
    None
}

// Its collector belongs to the thread, and its nodes have no code there.
node! {
    Collected, Rc<Self>, (), registered,
    fn dialect() -> Dialect {
        Dialect { garbage: Garbage::Asked, set_view: SetView::Whole, ..pointers::counted() }
    }

    fn collect() -> Option<u64> {
        collect_here()
    }
}

#[test]
fn programs_at_once_in_one_thread_have_collectors_of_their_own() {
    let collected = pointers::kind::<Collected>("collected", "");
    let ring = program("a = table\na.me = a\nb = table\nb.me = b\ndrop a");
    let mut first = lockstep::Lockstep::new(&collected).unwrap();
    ring.lines().iter().for_each(|line| drop(first.step(line).unwrap()));
    assert_eq!(lockstep::run(&collected, &ring).failure, None);
    first.end().unwrap();
}
