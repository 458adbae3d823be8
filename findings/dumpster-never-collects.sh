#!/usr/bin/env bash
# Crate dumpster 2.1.0, modules unsync and sync, automatic collection with the default condition.
#
# Guess from the docs: the README makes a node that refers to itself, drops the only handle of the program, and says that
# calling `collect` isn't needed, it only makes the node go now instead of later. So a program that does only this, in a
# loop, should see collections by itself.
# What happens: never a single one. Each such ring counts one dropped handle (the program's) and one existing handle (the
# ring's own), and a collection starts only when there are MORE drops than existing handles: a draw for ever. Memory
# grows without bound (here 1,000,000 of 1,000,000 rings). Had the program cloned and dropped one handle more per ring, the
# collector would come.
#
# For who writes a heap: a trigger that compares drops with existing handles is blind to garbage which keeps as many
# handles as the program gave back; count allocations, or what may be a ring, too. For who writes a test: check that the
# automatic collection comes at all for each smallest shape of garbage, with no call to the collector in the test.
set -euo pipefail
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
export CARGO_TARGET_DIR=$tmp/target
mkdir -p "$tmp/p/src"; cd "$tmp/p"
printf '%s\n' '[workspace]' '[package]' 'name = "p"' 'version = "0.0.0"' 'edition = "2021"' \
    '[dependencies]' 'dumpster = "=2.1.0"' > Cargo.toml
cat > src/main.rs <<'X'
use dumpster::{sync, unsync, Trace};
use std::{cell::RefCell, sync::Mutex};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
static DIED: AtomicU64 = AtomicU64::new(0);

#[derive(Trace)] struct Local(RefCell<Option<unsync::Gc<Local>>>);
#[derive(Trace)] struct Shared(Mutex<Option<sync::Gc<Shared>>>);
impl Drop for Local { fn drop(&mut self) { DIED.fetch_add(1, Relaxed); } }
impl Drop for Shared { fn drop(&mut self) { DIED.fetch_add(1, Relaxed); } }

fn local(extra: bool) {
    let a = unsync::Gc::new(Local(RefCell::new(None)));
    *a.0.borrow_mut() = Some(a.clone());
    if extra { drop(a.clone()); }
}
fn shared(extra: bool) {
    let a = sync::Gc::new(Shared(Mutex::new(None)));
    *a.0.lock().unwrap() = Some(a.clone());
    if extra { drop(a.clone()); }
}
fn main() {
    for (name, ring, by_hand) in [("unsync", local as fn(bool), unsync::collect as fn()), ("sync", shared, sync::collect)] {
        for _ in 0..1_000_000 { ring(false); }
        println!("{name}: 1000000 rings, died by automatic collection: {}", DIED.swap(0, Relaxed));
        by_hand();
        println!("{name}: one collect() by hand: died {}", DIED.swap(0, Relaxed));
        for _ in 0..3_000_000 { ring(true); }
        println!("{name}: 3000000 rings with one more clone dropped each: any died: {}", DIED.load(Relaxed) > 0);
        by_hand();
        DIED.store(0, Relaxed);
    }
}
X
timeout 300 cargo build -q --release
grep -A1 '^name = "dumpster"' Cargo.lock
out=$(timeout 120 "$tmp/target/release/p"); echo "$out"
for m in unsync sync; do
    grep -qx "$m: 1000000 rings, died by automatic collection: 0" <<<"$out" && grep -qx "$m: one collect() by hand: died 1000000" <<<"$out" &&
        grep -qx "$m: 3000000 rings with one more clone dropped each: any died: true" <<<"$out" ||
        { echo "changed: in $m the automatic collection now comes, or not even with more drops, or leaves another number"; exit 1; }
done
