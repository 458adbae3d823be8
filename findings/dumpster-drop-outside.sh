#!/usr/bin/env bash
# Crate dumpster 2.1.0, module unsync.
#
# Guess from the docs: in `Drop` of a collected object, dereferencing or cloning a handle may panic; dropping one is not
# named, and is the most ordinary thing that a destructor does. So a destructor in a garbage ring may give back the
# program's last handle to an object outside the ring, though the ring refers to that object too.
# What happens: the collection keeps the object outside as reachable, runs the destructor (which takes its last other
# handle away), and then takes off the ring's own handle: the count would be zero, and `collect()` panics. It is a plain
# panic that catch_unwind catches, but the mark "a collection is running" stays set, so this thread never collects
# anything again, and says nothing: every later `collect()` returns at once.
#
# For who writes a collector: user code in the sweep can make an object that the mark phase found alive die; a count that
# reaches zero there is valid input. And a flag that guards against nested collections must be reset on unwinding.
# For who writes a test: give destructors an effect on objects outside the garbage, and after each caught panic check
# that a fresh ring still dies.
set -euo pipefail
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
export CARGO_TARGET_DIR=$tmp/target
mkdir -p "$tmp/p/src"; cd "$tmp/p"
printf '%s\n' '[workspace]' '[package]' 'name = "p"' 'version = "0.0.0"' 'edition = "2021"' \
    '[dependencies]' 'dumpster = "=2.1.0"' > Cargo.toml
cat > src/main.rs <<'X'
use dumpster::{unsync::{collect, Gc}, Trace};
use std::{cell::{Cell, RefCell}, panic::catch_unwind, thread};
thread_local! {
    static GLOBAL: RefCell<Option<Gc<Node>>> = const { RefCell::new(None) };
    static DIED: Cell<u32> = const { Cell::new(0) };
}

#[derive(Trace)]
struct Node { refs: RefCell<Vec<Gc<Node>>>, gives_back: bool }
impl Drop for Node {
    fn drop(&mut self) {
        DIED.set(DIED.get() + 1);
        if self.gives_back { let last = GLOBAL.take(); drop(last); }
    }
}
fn node(gives_back: bool) -> Gc<Node> { Gc::new(Node { refs: RefCell::default(), gives_back }) }

fn one_thread(with_destructor: bool) -> (bool, u32) {
    let (ring, member, outside) = (node(false), node(with_destructor), node(false));
    ring.refs.borrow_mut().extend([ring.clone(), member.clone(), outside.clone()]);
    GLOBAL.set(Some(outside));
    drop((ring, member));
    let panicked = catch_unwind(collect).is_err();
    DIED.set(0);
    let fresh = node(false);
    fresh.refs.borrow_mut().push(fresh.clone());
    drop(fresh);
    collect(); collect();
    (panicked, DIED.get())
}
fn main() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    std::panic::set_hook(Box::new(|info| ONCE.call_once(|| println!("first panic: {}", info.to_string().lines().last().unwrap()))));
    for with in [false, true] {
        let all: Vec<_> = (0..1000).map(|_| thread::spawn(move || one_thread(with)).join().unwrap()).collect();
        let panics = all.iter().filter(|r| r.0).count();
        let died: u32 = all.iter().map(|r| r.1).sum();
        println!("destructor gives back {with}: collect() panicked in {panics} of 1000 threads, a fresh ring died after it in {died}");
    }
}
X
timeout 300 cargo build -q --release
grep -A1 '^name = "dumpster"' Cargo.lock
out=$(timeout 120 "$tmp/target/release/p"); echo "$out"
want='destructor gives back false: collect() panicked in 0 of 1000 threads, a fresh ring died after it in 1000
destructor gives back true: collect() panicked in 1000 of 1000 threads, a fresh ring died after it in 0'
[ "$(grep -v '^first panic:' <<<"$out")" = "$want" ] || { echo "changed: the collection no longer panics, or the thread collects again after it"; exit 1; }
