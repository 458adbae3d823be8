//! What `-minimize_crash` minimises: bytes that crash where the program in them fails, whichever way.
//!
//! libFuzzer runs this in a process for each crash. The number of executions is appended to the file that `RIVALS_COUNT`
//! names, whenever one crashes; a process that ends without a crash has made as many as it was asked for.
#![no_main]

use heapproof::model::Program;
use heapproof::properties::Property;
use heapproof::subjects::HEAP;
use libfuzzer_sys::fuzz_target;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};

static EXECUTIONS: AtomicU64 = AtomicU64::new(0);

fuzz_target!(|bytes: &[u8]| {
    EXECUTIONS.fetch_add(1, Ordering::Relaxed);
    let program = Program::decode(bytes);
    // Random bytes ask for chains of any length.
    if program.bulk() > 2_000 || Property::Lockstep.check(&HEAP, &program).failure.is_none() {
        return;
    }
    if let Some(path) = std::env::var_os("RIVALS_COUNT") {
        let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
        let count = EXECUTIONS.load(Ordering::Relaxed);
        let _ = file.and_then(|mut file| writeln!(file, "{count}"));
    }
    std::process::abort();
});
