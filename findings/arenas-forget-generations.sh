#!/usr/bin/env bash
# Crates generational-arena 0.2.9 (feature serde) and typed-generational-arena 0.2.9; beside them slotmap 1.1.1.
#
# Guess from the docs: an index has a generation so that an index to something removed is never mistaken for what took its place (both
# READMEs name the ABA problem). That holds for the life of the arena, whichever way things are removed, and across a snapshot, which
# serializes indices with their generations too.
# What happens: generational-arena writes the generation of what is there, and nothing of what was removed; the arena that is read again goes
# on from the highest generation it finds. So an index that was dead before the snapshot is alive behind it, and reads, or overwrites, the
# next tenant of its place. typed-generational-arena, a fork, does the same, and forgets at `clear()` as well, in one program: an index from
# before gives the new value, and is equal to the new index. generational-arena's own `clear`, `drain` and `retain`, and slotmap in both, are
# right.
#
# For who writes a heap with generations: the last generation of an EMPTY place is state; keep it in `clear`, in a snapshot, in each other
# way to empty many places at once. For who tests one: keep a dead handle over each of these, allocate again, and ask for the dead one; a
# test that compares live values only passes.
set -euo pipefail
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
export CARGO_TARGET_DIR=$tmp/target
mkdir -p "$tmp/p/src"; cd "$tmp/p"
printf '%s\n' '[workspace]' '[package]' 'name = "p"' 'version = "0.0.0"' 'edition = "2021"' '[dependencies]' 'serde_json = "1"' \
    'generational-arena = { version = "=0.2.9", features = ["serde"] }' 'typed-generational-arena = { version = "=0.2.9", features = ["serde"] }' \
    'slotmap = { version = "=1.1.1", features = ["serde"] }' > Cargo.toml
cat > src/main.rs <<'X'
// The same program for each arena: an object that stays, one that goes in some way, then a new one; what does the dead index give?
macro_rules! try_all { ($name:literal, $new:expr, $ty:ty) => {{
    let (mut arena, dead) = start!($new, $ty);
    arena.remove(dead);
    arena.insert("new");
    println!("{}: removed: the dead index gives {:?}", $name, arena.get(dead));

    let (mut arena, dead) = start!($new, $ty);
    arena.clear();
    let new = arena.insert("new");
    println!("{}: cleared: the dead index gives {:?}, equals the new one: {}", $name, arena.get(dead), dead == new);

    let (mut arena, dead) = start!($new, $ty);
    arena.remove(dead);
    let text = serde_json::to_string(&arena).unwrap();
    let mut again: $ty = serde_json::from_str(&text).unwrap();
    let before = again.get(dead).copied();
    let new = again.insert("new");
    println!("{}: removed, then a snapshot: the dead index gives {:?}, after the next insertion {:?}, equals the new one: {}",
        $name, before, again.get(dead), dead == new);
}} }
macro_rules! start { ($new:expr, $ty:ty) => {{
    let mut arena: $ty = $new;
    let dead = arena.insert("old");
    arena.insert("stays");
    (arena, dead)
}} }

fn main() {
    try_all!("slotmap", slotmap::SlotMap::new(), slotmap::SlotMap<slotmap::DefaultKey, &str>);
    try_all!("generational-arena", generational_arena::Arena::new(), generational_arena::Arena<&str>);
    try_all!("typed-generational-arena", typed_generational_arena::StandardArena::new(), typed_generational_arena::StandardArena<&str>);
}
X
timeout 560 cargo build -q --release -j1
grep -A1 -E '^name = "(generational-arena|typed-generational-arena|slotmap)"' Cargo.lock | grep -v -- --
out=$(timeout 120 "$tmp/target/release/p"); echo "$out"
want='slotmap: removed: the dead index gives None
slotmap: cleared: the dead index gives None, equals the new one: false
slotmap: removed, then a snapshot: the dead index gives None, after the next insertion None, equals the new one: false
generational-arena: removed: the dead index gives None
generational-arena: cleared: the dead index gives None, equals the new one: false
generational-arena: removed, then a snapshot: the dead index gives None, after the next insertion Some("new"), equals the new one: true
typed-generational-arena: removed: the dead index gives None
typed-generational-arena: cleared: the dead index gives Some("new"), equals the new one: true
typed-generational-arena: removed, then a snapshot: the dead index gives None, after the next insertion Some("new"), equals the new one: true'
[ "$out" = "$want" ] || { echo "changed: other ways to empty a place forget its generation now"; exit 1; }
