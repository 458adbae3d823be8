#!/usr/bin/env bash
# Crate rust-cc 0.6.2, default features (finalization).
#
# Guess from the docs: `collect_cycles()` executes the algorithm "immediately" and collects garbage cycles. A garbage ring
# whose finalizer lets go of another ring may need another round, but a plain ring, without any finalizer of its own and
# unconnected, is gone when the call returns.
# What happens: after each round in which any finalizer ran, ALL garbage of the round, finalized or not, connected or not,
# is put back for the next round, and a call makes at most ten rounds. So with a chain of ten or more rings, each
# letting go of the next in `finalize`, the call returns with nothing freed at all: the unconnected rings are still there
# too. With a chain of nine everything goes. The limit is not in the documentation.
#
# For who writes a collector with finalizers: let what was dead before the finalizers ran, and is out of their
# reach, be freed in its own round; else one busy finalizer holds up the whole heap. For who writes a test: make chains of
# finalizers longer than any fixed number of rounds, and look at the unconnected garbage, not only at the chain.
set -euo pipefail
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
export CARGO_TARGET_DIR=$tmp/target
mkdir -p "$tmp/p/src"; cd "$tmp/p"
printf '%s\n' '[workspace]' '[package]' 'name = "p"' 'version = "0.0.0"' 'edition = "2021"' \
    '[dependencies]' 'rust-cc = "=0.6.2"' > Cargo.toml
cat > src/main.rs <<'X'
use rust_cc::{collect_cycles, config::config, Cc, Finalize, Trace};
use std::cell::{Cell, RefCell};
thread_local! {
    static WAITING: RefCell<Vec<Cc<Link>>> = const { RefCell::new(Vec::new()) };
    static FREED: Cell<(u32, u32)> = const { Cell::new((0, 0)) }; // links, plain rings
}
struct Count(bool);
impl Drop for Count { fn drop(&mut self) { let (l, p) = FREED.get(); FREED.set(if self.0 { (l + 1, p) } else { (l, p + 1) }); } }

#[derive(Trace)]
struct Link { me: RefCell<Option<Cc<Link>>>, #[rust_cc(ignore)] _count: Count }
impl Finalize for Link { fn finalize(&self) { let next = WAITING.with_borrow_mut(|w| w.pop()); drop(next); } }
#[derive(Trace, Finalize)]
struct Plain { me: RefCell<Option<Cc<Plain>>>, #[rust_cc(ignore)] _count: Count }

fn link() -> Cc<Link> {
    let a = Cc::new(Link { me: RefCell::new(None), _count: Count(true) });
    *a.me.borrow_mut() = Some(a.clone());
    a
}
fn run(chain: u32, calls: u32) {
    FREED.set((0, 0));
    WAITING.set((1..chain).map(|_| link()).collect());
    for _ in 0..1000 {
        let a = Cc::new(Plain { me: RefCell::new(None), _count: Count(false) });
        *a.me.borrow_mut() = Some(a.clone());
    }
    drop(link()); // the first of the chain is garbage now
    print!("chain of {chain}, 1000 plain rings:");
    for _ in 0..calls { collect_cycles(); print!(" {:?}", FREED.get()); }
    println!();
}
fn main() {
    config(|c| c.set_auto_collect(false)).unwrap();
    println!("freed (of the chain, of the plain rings) after each collect_cycles():");
    for (chain, calls) in [(1, 1), (9, 1), (10, 2), (25, 4)] { run(chain, calls); }
}
X
timeout 300 cargo build -q --release
grep -A1 '^name = "rust-cc"' Cargo.lock
out=$(timeout 60 "$tmp/target/release/p"); echo "$out"
want='freed (of the chain, of the plain rings) after each collect_cycles():
chain of 1, 1000 plain rings: (1, 1000)
chain of 9, 1000 plain rings: (9, 1000)
chain of 10, 1000 plain rings: (0, 0) (10, 1000)
chain of 25, 1000 plain rings: (0, 0) (0, 0) (25, 1000) (25, 1000)'
[ "$out" = "$want" ] || { echo "changed: a chain of finalizers holds up the other garbage in another way now"; exit 1; }
