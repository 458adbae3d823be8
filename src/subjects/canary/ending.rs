//! Heaps that end their process or never return, when an element is removed that is a reference.
//!
//! They are not members of the family, since they would end this process too.

use super::canaries;
use super::wrong::Mistake::Call;
use super::wrong::{Reply, Truth};
use heapproof_model::{Object, Operation, Value};
use std::hint::black_box;
use std::time::Duration;

canaries! {
    from ending

    "crashed-aborted" ["crashed-aborted"] "aborts where a reference is popped"
        Call(|heap, operation, _| popped(heap, operation, || std::process::abort()));
    "crashed-stack-overflow" ["crashed-stack-overflow"] "recurses without end where a reference is popped"
        Call(|heap, operation, _| popped(heap, operation, overflow));
    "crashed-exited" ["crashed-exited"] "exits where a reference is popped"
        Call(|heap, operation, _| popped(heap, operation, || std::process::exit(0)));
    "hung" ["hung"] "does not return where a reference is popped"
        Call(|heap, operation, _| popped(heap, operation, || loop {
            std::thread::sleep(Duration::from_millis(1));
        }));
    "out-of-memory" ["out-of-memory"] "asks for memory without end where a reference is popped"
        Call(|heap, operation, _| popped(heap, operation, hoard));
}

fn popped(heap: &mut Truth, operation: &Operation<Object>, end: fn()) -> Reply {
    let reply = heap.call(operation);
    if let (Operation::Pop { .. }, Ok(Value::Reference(_))) = (operation, &reply) {
        end();
    }
    reply
}

fn overflow() {
    black_box(recurse(1));
}

/// Never returns. The use of its result keeps the compiler from making it a loop.
fn recurse(depth: u64) -> u64 {
    if black_box(depth) == 0 { 0 } else { black_box(recurse(depth + 1)) + 1 }
}

/// Reserves memory and never touches it, so no machine is harmed.
fn hoard() {
    let mut hoard: Vec<Vec<u8>> = Vec::new();
    loop {
        hoard.push(black_box(Vec::with_capacity(1 << 30)));
    }
}
