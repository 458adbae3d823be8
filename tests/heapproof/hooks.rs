//! A fuzzer's panic hook ends its process. It is called where a program failed, and not where a thread of the subject panics and
//! the subject goes on: with `heapproof check` that is no failure.

use crate::front_doors::alone;
use crate::program;
use heapproof::front_doors::fuzz_subject;
use heapproof::model::{Code, Object, Operation, Refusal, Value};
use heapproof::properties::Property;
use heapproof::subject::{Observation, Subject, SubjectKind};
use heapproof::subjects::{CANARY, HeapSubject};
use std::panic::{catch_unwind, set_hook};
use std::sync::atomic::{AtomicU32, Ordering};

/// How often the hook would have ended the process.
static ENDED: AtomicU32 = AtomicU32::new(0);

fn ended() -> u32 {
    ENDED.load(Ordering::Relaxed)
}

/// A heap with a worker that panics in each call, and one that panics as the heap goes. It takes no notice.
#[derive(Default)]
struct Careless(HeapSubject);

/// Waits for a thread that panics.
fn gives_up(name: &str) {
    let worker = std::thread::Builder::new().name(name.to_owned()).spawn(|| panic!("it gives up"));
    assert!(worker.unwrap().join().is_err());
}

impl Drop for Careless {
    /// Between calls, where nothing is caught.
    fn drop(&mut self) {
        gives_up("cleaner");
    }
}

impl Subject for Careless {
    fn supports(&self, code: Code) -> bool {
        matches!(code, Code::Table | Code::Take | Code::Drop)
    }

    fn observes(&self, _: Observation) -> bool {
        false
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        gives_up("worker");
        let reply = self.0.call(operation);
        self.0.take_journal();
        reply
    }

    fn lives(&self, object: Object) -> bool {
        self.0.lives(object)
    }
}

#[test]
#[ignore = "replaces the hook of its process, for the test below"]
fn judges_beside_a_hook_that_would_end_the_process() {
    set_hook(Box::new(|_| {
        ENDED.fetch_add(1, Ordering::Relaxed);
    }));
    let careless = SubjectKind::new("careless", "", || Box::new(Careless::default()));
    let passes = program("a = table\ntake a\ndrop a\ndrop a").encode();
    assert!(fuzz_subject(Property::Lockstep, &careless, &passes));
    assert_eq!(ended(), 0, "a thread of the subject has ended the process");
    // While no subject runs, a panic is not its.
    assert!(std::thread::spawn(|| panic!("somebody else")).join().is_err());
    assert_eq!(ended(), 1);
    // A failure must end the process, or no fuzzer sees it.
    let fails = program(crate::command_line::FAILS).encode();
    assert!(catch_unwind(|| fuzz_subject(Property::Lockstep, &CANARY, &fails)).is_err());
    assert_eq!(ended(), 2);
}

#[test]
fn no_hook_sees_the_panics_of_a_subjects_threads_and_they_are_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let test = "hooks::judges_beside_a_hook_that_would_end_the_process";
    let (passed, printed) = alone(test, folder.path(), &[("RUST_BACKTRACE", "0")]);
    assert!(passed, "{printed}");
    for name in ["worker", "cleaner"] {
        let told = format!("thread '{name}' panicked at tests/heapproof/hooks.rs");
        assert_eq!(printed.matches(&told).count(), 1, "{printed}");
    }
    assert!(printed.contains("no more such panics are shown"), "{printed}");
}
