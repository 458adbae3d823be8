#!/usr/bin/env bash
# Crate quickcheck 1.1.0, beside crate proptest 1.12.0.
#
# Guess: a property whose precondition (`TestResult::discard`) throws away every drawn input has been tested with nothing, so
# `quickcheck(..)` fails, as its ancestor in Haskell gives up, and as proptest ends with "Too many global rejects".
# What happens: it passes, and says nothing. It draws its 10,000 inputs, judges none, and returns; `quicktest` gives Ok(0). A
# property that would fail on every input it judges is as green. `min_tests_passed` is there, and is 0 unless it is set.
#
# For who tests a heap by drawn operations with preconditions: one precondition that is never met (a handle that no program has)
# turns the whole test off without a sign. Set `min_tests_passed`, or count what was judged. For who writes a harness: having
# compared nothing must not be spelled like having found nothing.
set -euo pipefail
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
export CARGO_TARGET_DIR=$tmp/target
mkdir -p "$tmp/p/src"; cd "$tmp/p"
printf '%s\n' '[workspace]' '[package]' 'name = "p"' 'version = "0.0.0"' 'edition = "2021"' '[dependencies]' \
    'quickcheck = { version = "=1.1.0", default-features = false }' \
    'proptest = { version = "=1.12.0", default-features = false, features = ["std"] }' > Cargo.toml
cat > src/main.rs <<'X'
use proptest::{prelude::*, test_runner::{Config, TestRunner}};
use quickcheck::{QuickCheck, TestResult};
use std::{cell::Cell, panic::catch_unwind};
thread_local! { static DRAWN: Cell<u32> = const { Cell::new(0) }; static JUDGED: Cell<u32> = const { Cell::new(0) }; }

/// Fails on all that it judges, and judges what is never drawn.
fn never(operations: Vec<u8>) -> TestResult {
    DRAWN.set(DRAWN.get() + 1);
    if operations.len() < 100_000 { return TestResult::discard(); }
    JUDGED.set(JUDGED.get() + 1);
    TestResult::failed()
}

fn main() {
    quickcheck::quickcheck(never as fn(Vec<u8>) -> TestResult);
    println!("quickcheck: passed; drawn {}, judged {}", DRAWN.take(), JUDGED.take());
    let counted = QuickCheck::new().quicktest(never as fn(Vec<u8>) -> TestResult);
    println!("quicktest: {:?}", counted.map_err(|_| "failed"));
    std::panic::set_hook(Box::new(|_| {}));
    let one = || QuickCheck::new().min_tests_passed(1).quickcheck(never as fn(Vec<u8>) -> TestResult);
    println!("min_tests_passed(1): {}", if catch_unwind(one).is_err() { "fails" } else { "passes" });
    let config = Config { failure_persistence: None, ..Config::default() };
    let judged = TestRunner::new(config).run(&any::<Vec<u8>>(), |drawn| { prop_assume!(drawn.len() >= 100_000); Ok(()) });
    println!("proptest: {}", judged.map_or_else(|error| error.to_string(), |()| "passed".to_owned()));
}
X
timeout 400 cargo build -q
grep -A1 -E '^name = "(quickcheck|proptest)"' Cargo.lock
out=$(timeout 60 env -u QUICKCHECK_TESTS -u QUICKCHECK_MAX_TESTS -u QUICKCHECK_MIN_TESTS_PASSED "$tmp/target/debug/p"); echo "$out"
want='quickcheck: passed; drawn 10000, judged 0
quicktest: Ok(0)
min_tests_passed(1): fails
proptest: Test aborted: Too many global rejects'
[ "$out" = "$want" ] || { echo "changed: a property that discards everything is judged in another way now"; exit 1; }
