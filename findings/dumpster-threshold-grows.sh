#!/usr/bin/env bash
# Crate dumpster 2.1.0, module unsync, automatic collection with its default condition.
#
# Guess from the docs: a collection starts when more handles were dropped since the last one than "currently exist"
# (`CollectInfo::n_gcs_existing`). So a program that keeps only a handful of handles and makes small garbage rings
# should hold a small, bounded amount of garbage, however long it runs.
# What happens: a handle inside an object that a collection destroys is never taken off the count of existing handles.
# Each ring ever collected raises the threshold for good. Collections come at doubling distances; just before one, half of
# all rings ever made are dead and in memory (here 475,713 after 1,000,000), while the program holds no handle at all.
#
# For who writes a collector: the count that feeds the trigger must also fall in the sweep, not only when the user
# drops a handle. For who writes a test: a test that calls the collector by hand sees every ring die and misses
# this; run garbage only, let the collector come by itself, and look at the highest amount of dead memory.
set -euo pipefail
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
export CARGO_TARGET_DIR=$tmp/target
mkdir -p "$tmp/p/src"; cd "$tmp/p"
printf '%s\n' '[workspace]' '[package]' 'name = "p"' 'version = "0.0.0"' 'edition = "2021"' \
    '[dependencies]' 'dumpster = "=2.1.0"' > Cargo.toml
cat > src/main.rs <<'X'
use dumpster::{unsync::{collect, default_collect_condition, set_collect_condition, CollectInfo, Gc}, Trace};
use std::cell::{Cell, RefCell};
thread_local! { static ALIVE: Cell<u64> = const { Cell::new(0) }; static SEEN: Cell<usize> = const { Cell::new(0) }; }

#[derive(Trace)]
struct Node { next: RefCell<Option<Gc<Node>>> }
impl Drop for Node { fn drop(&mut self) { ALIVE.set(ALIVE.get() - 1) } }

fn ring() {
    ALIVE.set(ALIVE.get() + 1);
    let a = Gc::new(Node { next: RefCell::new(None) });
    *a.next.borrow_mut() = Some(a.clone());
    drop(a.clone()); // with `a`: two drops for each handle that the ring keeps
}
fn look(info: &CollectInfo) -> bool { SEEN.set(info.n_gcs_existing()); false }

fn main() {
    std::thread::spawn(|| { // a thread of its own: its count starts at zero
        set_collect_condition(look);
        for _ in 0..1000 { ring(); }
        collect();
        let alive = ALIVE.get();
        drop(Gc::new(0u8)); // makes the library ask `look` once more
        println!("1000 rings, then collect(): objects alive {alive}, handles counted as existing {}", SEEN.get());
    }).join().unwrap();
    set_collect_condition(default_collect_condition);
    let (mut collections, mut before) = (0, 0);
    for _ in 0..1_000_000 {
        ring();
        if ALIVE.get() <= before { collections += 1; }
        before = ALIVE.get();
    }
    println!("1000000 rings, automatic: collections {collections}, dead objects still in memory {before}");
    collect();
    println!("one collect() by hand: objects alive {}", ALIVE.get());
}
X
timeout 300 cargo build -q --release
grep -A1 '^name = "dumpster"' Cargo.lock
out=$(timeout 120 "$tmp/target/release/p"); echo "$out"
want='1000 rings, then collect(): objects alive 0, handles counted as existing 1000
1000000 rings, automatic: collections 19, dead objects still in memory 475713
one collect() by hand: objects alive 0'
[ "$out" = "$want" ] || { echo "changed: the collected handles are no longer (or otherwise) left in the count"; exit 1; }
