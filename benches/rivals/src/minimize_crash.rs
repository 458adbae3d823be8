//! The target for `-minimize_crash`: it crashes if the program in the bytes fails in any way.
//!
//! libFuzzer starts a process for each crash. Before a crash the process appends its number of executions to the file that
//! `RIVALS_COUNT` names. A process without a crash has done as many executions as `-runs` says.
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
    // Random bytes may contain chains of any length.
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
