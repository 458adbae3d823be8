//! Heaps that end their process, never return, or panic in a thread of their own, when an element is removed that is a
//! reference.
//!
//! They are not members of the family: they would end this process too, or print each panic.

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
    "hung-busily" ["hung"] "computes for ever where a reference is popped"
        Call(|heap, operation, _| popped(heap, operation, || while black_box(true) {}));
    "hung-in-a-thread" ["hung"] "waits for a thread that computes for ever where a reference is popped"
        Call(|heap, operation, _| popped(heap, operation, || {
            let _ = std::thread::spawn(|| while black_box(true) {}).join();
        }));
    "panicked-in-a-thread" ["panicked"] "panics in a thread of its own where a reference is popped, and then itself"
        Call(|heap, operation, _| popped(heap, operation, panics_in_a_thread));
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

#[allow(clippy::panic)] // it is the mistake
fn panics_in_a_thread() {
    if std::thread::spawn(|| panic!("the worker gives up")).join().is_err() {
        panic!("the worker has given up");
    }
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
