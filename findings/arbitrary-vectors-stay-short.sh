#!/usr/bin/env bash
# Crates arbitrary 1.5.0 and arbtest 0.3.2.
#
# Guess from the docs: a type that derives `Arbitrary` turns bytes into a value, and more bytes into a larger one; `Vec<Op>` takes what it
# can from the data, as `&[u8]` and String do. So with some kilobytes of random bytes a program of type `Vec<Op>` has hundreds of operations,
# and arbtest, which raises the size of its data up to 64 KiB, gets to long ones.
# What happens: before each element a byte is read, and an odd one goes on: each collection but `&[u8]` and String ends with probability one
# half after each element, however much data is left. Half of all vectors are empty, the mean is one element, and one of ten thousand has
# thirteen. Of 10,000 programs from 4 KiB of random bytes each the longest has fewer than 30 operations, and 4 bytes instead of 4 KiB would
# do. arbtest passes a property that fails of every program of 40 operations, with all the data that it likes. (A fuzzer guided by coverage
# can learn to set these bits; random bytes can't.) Neither crate's docs name the probability.
#
# For who tests a heap by random programs: do not derive the list of operations; read `u.arbitrary_len()` or loop until `u.is_empty()`, and
# print the lengths that came. For who writes a generator: have the longest case in its statistics; a mean does not show that nothing is
# long.
set -euo pipefail
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
export CARGO_TARGET_DIR=$tmp/target
mkdir -p "$tmp/p/src"; cd "$tmp/p"
printf '%s\n' '[workspace]' '[package]' 'name = "p"' 'version = "0.0.0"' 'edition = "2021"' \
    '[dependencies]' 'arbitrary = { version = "=1.5.0", features = ["derive"] }' 'arbtest = "=0.3.2"' > Cargo.toml
cat > src/main.rs <<'X'
use arbitrary::{Arbitrary, Unstructured};
use std::{collections::BTreeMap, panic::catch_unwind};

#[derive(Arbitrary, Debug)]
#[allow(dead_code)]
enum Op { Make(u8), Link(u8, u8), Drop(u8), Collect }
#[derive(Arbitrary, Debug)]
struct Program { ops: Vec<Op> }

fn lengths(what: &str, bytes: usize, length: fn(&mut Unstructured) -> arbitrary::Result<usize>) {
    let mut state = 0x2545_F491_4F6C_DD1Du64;
    let mut random = || { state ^= state << 13; state ^= state >> 7; state ^= state << 17; (state >> 32) as u8 };
    let mut all: Vec<usize> = (0..10_000).map(|_| {
        let data: Vec<u8> = (0..bytes).map(|_| random()).collect();
        length(&mut Unstructured::new(&data)).unwrap()
    }).collect();
    all.sort();
    let mean = all.iter().sum::<usize>() as f64 / all.len() as f64;
    println!("{what} from {bytes} random bytes: empty {}%, mean {mean:.2}, longest of 10000 {}", all.iter().filter(|n| **n == 0).count() / 100, all[9_999]);
}

fn main() {
    for bytes in [64, 4096] {
        lengths("program", bytes, |u| Ok(Program::arbitrary(u)?.ops.len()));
        lengths("Vec<u8>", bytes, |u| Ok(Vec::<u8>::arbitrary(u)?.len()));
        lengths("BTreeMap<u64, u8>", bytes, |u| Ok(BTreeMap::<u64, u8>::arbitrary(u)?.len()));
        lengths("&[u8]", bytes, |u| Ok(<&[u8]>::arbitrary(u)?.len()));
    }
    std::panic::set_hook(Box::new(|_| ()));
    let passed = catch_unwind(|| { arbtest::arbtest(|u| {
        let program = Program::arbitrary(u)?;
        assert!(program.ops.len() < 40);
        Ok(())
    }).budget_ms(2000).size_max(65_536); }).is_ok();
    println!("arbtest: no program has 40 operations: passes {passed}");
    let passed = catch_unwind(|| { arbtest::arbtest(|u| {
        let mut ops = vec![];
        while !u.is_empty() { ops.push(Op::arbitrary(u)?); }
        assert!(ops.len() < 40);
        Ok(())
    }).budget_ms(2000).size_max(65_536); }).is_ok();
    println!("arbtest, operations read while there is data: passes {passed}");
}
X
timeout 560 cargo build -q --release -j1
grep -A1 -E '^name = "(arbitrary|arbtest)"' Cargo.lock | grep -v -- --
out=$(timeout 120 "$tmp/target/release/p" 2>/dev/null); echo "$out"
awk '/^(program|Vec<u8>|BTreeMap)/ { short++; split($0, part, "mean "); if (part[2] + 0 > 1.2 || $NF > 29) bad = 1 }
    /^&/ { split($0, part, "mean "); if (part[2] + 0 < 20) bad = 1 } END { exit bad || short != 6 }' <<<"$out" &&
    grep -qx 'arbtest: no program has 40 operations: passes true' <<<"$out" && grep -qx 'arbtest, operations read while there is data: passes false' <<<"$out" ||
    { echo "changed: derived collections have other lengths now"; exit 1; }
