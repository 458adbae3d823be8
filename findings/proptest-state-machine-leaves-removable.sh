#!/usr/bin/env bash
# Crates proptest-state-machine 0.9.0 and proptest 1.12.0.
#
# Guess from the docs: the strategy looks for the minimal sequence of transitions that fails: it deletes transitions from the back, then shrinks
# each, then the first state; what preconditions forbid is not tried. So at the end no transition can be deleted, unless it makes a
# later one invalid.
# What happens: more than half of the results have transitions that can go, with all preconditions kept and the same failure. A transition that
# refers to others by index (a handle, a slot) holds them while deletions are tried: a `Set(7, _)` needs eight objects before it. Then its
# index is shrunk to 0, and nobody tries to delete again: the objects stay, and the example tells of things that have nothing to do with
# the failure. No number of iterations changes that. With indices taken modulo it is still a quarter, for deletions are one pass from the back:
# what was needed until something before it went is not tried again either.
#
# For who tests a heap by a state machine: don't read the example as minimal; run passes of deletions on it until one changes nothing, and let
# transitions name objects modulo how many there are, instead of by a precondition. For who writes a minimiser: what was refused is tried
# again after any progress, of either kind.
set -euo pipefail
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
export CARGO_TARGET_DIR=$tmp/target
mkdir -p "$tmp/p/src"; cd "$tmp/p"
printf '%s\n' '[workspace]' '[package]' 'name = "p"' 'version = "0.0.0"' 'edition = "2021"' '[dependencies]' \
    'proptest = { version = "=1.12.0", default-features = false, features = ["std"] }' 'proptest-state-machine = "=0.9.0"' > Cargo.toml
cat > src/main.rs <<'X'
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};

#[derive(Clone, Debug)]
enum Op { New, Drop(usize), Set(usize, u8) }

/// Objects with a value each. With `MODULO` an index is taken modulo their number, and always good.
struct Objects<const MODULO: bool>;

impl<const MODULO: bool> ReferenceStateMachine for Objects<MODULO> {
    type State = usize;
    type Transition = Op;
    fn init_state() -> BoxedStrategy<usize> { Just(0).boxed() }
    fn transitions(count: &usize) -> BoxedStrategy<Op> {
        let at = 0..if MODULO { 40 } else { (*count).max(1) };
        if *count == 0 { return Just(Op::New).boxed(); }
        prop_oneof![Just(Op::New), at.clone().prop_map(Op::Drop), (at, any::<u8>()).prop_map(|(at, value)| Op::Set(at, value))].boxed()
    }
    fn preconditions(count: &usize, op: &Op) -> bool {
        match op { Op::New => true, Op::Drop(at) | Op::Set(at, _) => *count > 0 && (MODULO || at < count) }
    }
    fn apply(count: usize, op: &Op) -> usize {
        match op { Op::New => count + 1, Op::Drop(_) => count - 1, Op::Set(..) => count }
    }
}

/// What is wrong: a second large value, while there are two objects at least.
#[derive(Default)]
struct Subject { objects: usize, large: usize }

impl Subject {
    fn step(&mut self, op: &Op) {
        match op {
            Op::New => self.objects += 1,
            Op::Drop(_) => self.objects -= 1,
            Op::Set(_, value) => self.large += usize::from(self.objects > 1 && *value > 100),
        }
    }
}

struct Test<const MODULO: bool>;

impl<const MODULO: bool> StateMachineTest for Test<MODULO> {
    type SystemUnderTest = Subject;
    type Reference = Objects<MODULO>;
    fn init_test(_: &usize) -> Subject { Subject::default() }
    fn apply(mut subject: Subject, _: &usize, op: Op) -> Subject { subject.step(&op); subject }
    fn check_invariants(subject: &Subject, _: &usize) { assert!(subject.large < 2); }
}

/// Whether a program is valid, and fails.
fn fails<const MODULO: bool>(program: &[Op]) -> bool {
    let (mut count, mut subject) = (0, Subject::default());
    program.iter().all(|op| {
        let valid = Objects::<MODULO>::preconditions(&count, op);
        if valid { count = Objects::<MODULO>::apply(count, op); subject.step(op); }
        valid
    }) && subject.large > 1
}

fn shorter<const MODULO: bool>(program: &[Op]) -> Option<Vec<Op>> {
    (0..program.len()).map(|at| [&program[..at], &program[at + 1..]].concat()).find(|rest| fails::<MODULO>(rest))
}

fn measure<const MODULO: bool>(what: &str) {
    let (mut failures, mut removable, mut example) = (0, 0, None::<(Vec<Op>, Vec<Op>)>);
    for seed in 0..200 {
        let config = ProptestConfig { cases: 200, failure_persistence: None, max_shrink_iters: 1_000_000, ..ProptestConfig::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]));
        let result = runner.run(&Objects::<MODULO>::sequential_strategy(1..40), |(state, program, seen)| {
            Test::<MODULO>::test_sequential(ProptestConfig::default(), state, program, seen);
            Ok(())
        });
        let Err(TestError::Fail(_, (_, program, _))) = result else { continue };
        assert!(fails::<MODULO>(&program));
        failures += 1;
        let mut rest = program.clone();
        while let Some(next) = shorter::<MODULO>(&rest) { rest = next; }
        removable += usize::from(rest.len() < program.len());
        if example.as_ref().is_none_or(|(most, less)| program.len() - rest.len() > most.len() - less.len()) { example = Some((program, rest)); }
    }
    println!("{what}: of {failures} results {removable} have transitions that can go");
    if removable > 0 { println!("  such as {:?}\n  without them {:?}", example.as_ref().unwrap().0, example.as_ref().unwrap().1); }
}

fn main() {
    std::panic::set_hook(Box::new(|_| ()));
    measure::<false>("indices with a precondition");
    measure::<true>("indices modulo");
}
X
timeout 560 cargo build -q -j1 2>/dev/null
grep -A1 -E '^name = "(proptest|proptest-state-machine)"' Cargo.lock | grep -v -- -- | paste - -
out=$(timeout 120 "$tmp/target/debug/p" 2>/dev/null); echo "$out"
awk '/^indices/ { seen++; if ($0 ~ /modulo/ ? $(NF - 5) < 20 : $(NF - 5) < 60) bad = 1; for (i = 1; i <= NF; i++) if ($i == "of" && $(i + 1) < 150) bad = 1 }
    END { exit bad || seen != 2 }' <<<"$out" || { echo "changed: shrunk sequences are minimal now, or other ones fail"; exit 1; }
