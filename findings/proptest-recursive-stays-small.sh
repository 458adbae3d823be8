#!/usr/bin/env bash
# Crate proptest 1.12.0, `Strategy::prop_recursive(depth, desired_size, expected_branch_size, ..)`.
#
# Guess from the docs: values have up to `depth` levels and usually up to `desired_size` elements; the example's comment calls it a target
# ("around 64 total elements"), and the source says that it underestimates somewhat. So sizes near the target are usual, and who wants deep
# or large structures raises these numbers.
# What happens: size grows with a root of the target at best. A chain (one child each; depth 32) has a median of 9 nodes for a target of 256
# and 13 for 4096, and none of 1000 had more than 17: it grows with the logarithm, and the depth that is asked for is never reached. Pairs
# have a median of 35 and 129 (the square root doubled), nodes with up to four children 8 and 23. Why: the target is shared out to the levels
# as probabilities of a branch; the first ones come out far above 1 and are cut to 0.9, and next to nothing is left for the levels below.
#
# For who tests a heap, a tree, a parser by structures from `prop_recursive`: measure their sizes; a limit on recursion, a long chain, a wide
# graph are not met at any setting that looks large enough. Draw a flat list of operations or edges and build the structure from that. For
# who writes a generator with a target: have a test that compares it with what comes out.
set -euo pipefail
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
export CARGO_TARGET_DIR=$tmp/target
mkdir -p "$tmp/p/src"; cd "$tmp/p"
printf '%s\n' '[workspace]' '[package]' 'name = "p"' 'version = "0.0.0"' 'edition = "2021"' \
    '[dependencies]' 'proptest = "=1.12.0"' > Cargo.toml
cat > src/main.rs <<'X'
use proptest::{collection::vec, prelude::*, strategy::ValueTree, test_runner::TestRunner};
use std::ops::RangeInclusive;

#[derive(Clone, Debug)]
struct Node(Vec<Node>);
impl Node {
    fn size(&self) -> usize { 1 + self.0.iter().map(Node::size).sum::<usize>() }
    fn levels(&self) -> usize { self.0.iter().map(|child| 1 + child.levels()).max().unwrap_or(0) }
}

fn measure(what: &str, depth: u32, desired: u32, children: RangeInclusive<usize>) {
    let branch = *children.end() as u32;
    let nodes = Just(Node(vec![])).prop_recursive(depth, desired, branch, |child| vec(child, children.clone()).prop_map(Node));
    let mut runner = TestRunner::deterministic();
    let drawn: Vec<Node> = (0..1000).map(|_| nodes.new_tree(&mut runner).unwrap().current()).collect();
    let mut sizes: Vec<usize> = drawn.iter().map(Node::size).collect();
    sizes.sort();
    let levels = drawn.iter().map(Node::levels).max().unwrap();
    println!("{what}: depth {depth}, desired size {desired}: median {}, largest of 1000 {}, levels at most {levels}", sizes[500], sizes[999]);
}

fn main() {
    for desired in [64, 256, 4096] { measure("chain", 32, desired, 1..=1); }
    for desired in [64, 256, 4096] { measure("pairs", 12, desired, 2..=2); }
    for desired in [64, 256, 4096] { measure("up to four", 12, desired, 0..=4); }
}
X
timeout 560 cargo build -q --release -j1
grep -A1 '^name = "proptest"' Cargo.lock
out=$(timeout 120 "$tmp/target/release/p"); echo "$out"
awk -F'[^0-9]+' '{ rows++; depth = $2; size = $3; median = $4; largest = $6; levels = $7
    if (largest >= size || size == 4096 && median * 30 > size || levels * 4 > depth * 3) bad = 1 } END { exit bad || rows != 9 }' <<<"$out" ||
    { echo "changed: sizes or depths come near to what was asked for"; exit 1; }
