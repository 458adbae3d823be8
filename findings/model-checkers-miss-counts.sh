#!/usr/bin/env bash
# Crates loom 0.7.3 and shuttle 0.9.10.
#
# Guess from the docs: loom runs a test in every order that the memory model allows, `shuttle::check_dfs` in every interleaving, if the test
# uses their types in place of std's. Both have an `Arc`. So a race between a look at its count, or an upgrade of a weak handle, and another
# thread's drop is seen, as it is with a count kept by hand in their `AtomicUsize`.
# What happens: shuttle's `Arc` and `Weak` are those of std: clone, drop, counts and `upgrade` are no places where threads change. A test
# whose threads share nothing but owners has one schedule, and passes. loom's `Arc` has such a place at each drop, but none at
# `strong_count`: two looks, one after the other, agree in all schedules. (loom has no `Weak`.) The same tests with a count by hand fail in
# both. No page of the two tells it, but for the line `pub use std::sync::{Arc, Weak}` among shuttle's re-exports.
#
# For who tests a counting heap, or code that asks "am I the last owner?", under a model checker: look at the number of schedules; one is
# none. Put the checker's own atomic operation before each operation on a count. For who writes a checker, or a harness like it: keep a test
# that must fail for each operation that claims to be explored.
set -euo pipefail
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
export CARGO_TARGET_DIR=$tmp/target
mkdir -p "$tmp/p/src"; cd "$tmp/p"
printf '%s\n' '[workspace]' '[package]' 'name = "p"' 'version = "0.0.0"' 'edition = "2021"' \
    '[dependencies]' 'loom = "=0.7.3"' 'shuttle = "=0.9.10"' > Cargo.toml
cat > src/main.rs <<'X'
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
static SCHEDULES: AtomicU32 = AtomicU32::new(0);

fn run(what: &str, check: impl FnOnce()) {
    SCHEDULES.store(0, SeqCst);
    let failed = catch_unwind(AssertUnwindSafe(check)).is_err();
    println!("{what}: {}, schedules tried: {}", if failed { "race found" } else { "passes" }, SCHEDULES.load(SeqCst));
}

// The other owner drops while this one looks twice.
macro_rules! twice { ($of:ident) => { || {
    SCHEDULES.fetch_add(1, SeqCst);
    let mine = $of::sync::Arc::new(());
    let other = mine.clone();
    let thread = $of::thread::spawn(move || drop(other));
    let first = $of::sync::Arc::strong_count(&mine);
    assert_eq!(first, $of::sync::Arc::strong_count(&mine));
    thread.join().unwrap();
} } }
macro_rules! twice_by_hand { ($of:ident) => { || {
    SCHEDULES.fetch_add(1, SeqCst);
    let mine = $of::sync::Arc::new($of::sync::atomic::AtomicUsize::new(2));
    let other = mine.clone();
    let thread = $of::thread::spawn(move || { other.fetch_sub(1, SeqCst); });
    let first = mine.load(SeqCst);
    assert_eq!(first, mine.load(SeqCst));
    thread.join().unwrap();
} } }

// Two owners: whoever sees that he is the last one cleans up. If both look before one drops, nobody does.
macro_rules! last { ($of:ident) => { || {
    SCHEDULES.fetch_add(1, SeqCst);
    let one = $of::sync::Arc::new(());
    let two = one.clone();
    let leave = |owner: $of::sync::Arc<()>| $of::sync::Arc::strong_count(&owner) == 1;
    let thread = $of::thread::spawn(move || leave(two));
    let cleaned = leave(one);
    assert!(thread.join().unwrap() || cleaned);
} } }
macro_rules! last_by_hand { ($of:ident) => { || {
    SCHEDULES.fetch_add(1, SeqCst);
    let one = $of::sync::Arc::new($of::sync::atomic::AtomicUsize::new(2));
    let two = one.clone();
    let leave = |owner: $of::sync::Arc<$of::sync::atomic::AtomicUsize>| { let last = owner.load(SeqCst) == 1; owner.fetch_sub(1, SeqCst); last };
    let thread = $of::thread::spawn(move || leave(two));
    let cleaned = leave(one);
    assert!(thread.join().unwrap() || cleaned);
} } }

fn upgrade() {
    SCHEDULES.fetch_add(1, SeqCst);
    let owner = shuttle::sync::Arc::new(());
    let weak = shuttle::sync::Arc::downgrade(&owner);
    let thread = shuttle::thread::spawn(move || drop(owner));
    assert!(weak.upgrade().is_some());
    thread.join().unwrap();
}

fn main() {
    std::panic::set_hook(Box::new(|_| ()));
    run("loom, look twice, Arc::strong_count", || loom::model(twice!(loom)));
    run("loom, look twice, count by hand", || loom::model(twice_by_hand!(loom)));
    run("loom, who is the last, Arc::strong_count", || loom::model(last!(loom)));
    run("loom, who is the last, count by hand", || loom::model(last_by_hand!(loom)));
    run("shuttle, look twice, Arc::strong_count", || { shuttle::check_dfs(twice!(shuttle), None); });
    run("shuttle, look twice, count by hand", || { shuttle::check_dfs(twice_by_hand!(shuttle), None); });
    run("shuttle, who is the last, Arc::strong_count", || { shuttle::check_dfs(last!(shuttle), None); });
    run("shuttle, who is the last, count by hand", || { shuttle::check_dfs(last_by_hand!(shuttle), None); });
    run("shuttle, upgrade while the owner drops", || { shuttle::check_dfs(upgrade, None); });
}
X
timeout 560 cargo build -q --release -j1
grep -A1 -E '^name = "(loom|shuttle)"' Cargo.lock | grep -v -- --
out=$(timeout 120 "$tmp/target/release/p" 2>/dev/null); echo "$out"
want='loom, look twice, Arc::strong_count: passes, schedules tried: 1
loom, look twice, count by hand: race found, schedules tried: 3
loom, who is the last, Arc::strong_count: race found, schedules tried: 2
loom, who is the last, count by hand: race found, schedules tried: 1
shuttle, look twice, Arc::strong_count: passes, schedules tried: 1
shuttle, look twice, count by hand: race found, schedules tried: 3
shuttle, who is the last, Arc::strong_count: passes, schedules tried: 1
shuttle, who is the last, count by hand: race found, schedules tried: 3
shuttle, upgrade while the owner drops: passes, schedules tried: 1'
[ "$out" = "$want" ] || { echo "changed: the checkers try other schedules of counts now"; exit 1; }
