//! What the heap logs. A logger is one for a whole program, so this is a program of its own.

#![allow(clippy::unwrap_used, reason = "the helpers of tests fail as the tests do")]

use std::sync::Mutex;

use heapproof_heap::{Budget, Configuration, Heap, New, ObjectId, Value};
use log::{LevelFilter, Log, Metadata, Record};

struct Memory(Mutex<Vec<String>>);

static MEMORY: Memory = Memory(Mutex::new(Vec::new()));

impl Log for Memory {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "heapproof_heap"
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            self.0.lock().unwrap().push(format!("{} {}", record.level(), record.args()));
        }
    }

    fn flush(&self) {}
}

fn logged() -> Vec<String> {
    std::mem::take(&mut *MEMORY.0.lock().unwrap())
}

fn configuration() -> Configuration {
    Configuration::default().with_cycle_counts(true).with_interval(20).and_then(|it| it.with_bounds(1, 100)).unwrap()
}

fn self_loop(heap: &mut Heap) -> ObjectId {
    let own = heap.allocate_box(Value::Nil).unwrap();
    heap.set_box(own, own.into()).unwrap();
    own
}

fn work(heap: &mut Heap) {
    let loops: Vec<ObjectId> = (0..2).map(|_| self_loop(heap)).collect();
    heap.detect_slice(1).unwrap();
    heap.detect_cycles();
    loops.into_iter().for_each(|own| heap.dec_ref(own).unwrap());
    heap.collect_slice(1).unwrap();
    heap.collect_cycles().unwrap();
    heap.begin_frame(Budget::Objects(9)).unwrap();
    heap.allocate_temporary(New::Table).unwrap();
    heap.end_frame().unwrap();
    for _ in 0..10 {
        let own = self_loop(heap);
        heap.dec_ref(own).unwrap();
    }
    heap.attempt_recovery(&heap.verify_heap(), Some(&[ObjectId::NIL])).unwrap();
    let kept = heap.allocate_table().unwrap();
    heap.attempt_recovery(&heap.verify_heap(), Some(&[])).unwrap();
    assert!(!heap.contains(kept));
}

/// One test, for the logger is shared.
#[test]
fn a_verbose_heap_logs_what_it_does_and_others_nothing() {
    log::set_logger(&MEMORY).unwrap();
    log::set_max_level(LevelFilter::Trace);
    work(&mut Heap::with_configuration((), configuration()));
    assert_eq!(logged(), [""; 0]);

    work(&mut Heap::with_configuration((), configuration().with_verbose(true)));
    let lines = logged();
    let expected = [
        "DEBUG detection: 2 cycles among 2 objects",
        "DEBUG slice: freed 1 objects, 1 cycles, to be continued",
        "DEBUG collection: freed 1 objects, 1 cycles, complete",
        "DEBUG frame: opened, budget 9 objects",
        "DEBUG frame: closed after 1 temporaries and 0 checks; freed 0 objects, 0 cycles",
        "DEBUG check: freed 5 objects, 5 cycles, complete; interval 20 -> 14",
    ];
    assert_eq!(lines[..expected.len()], expected, "{lines:#?}");
    assert!(lines.iter().any(|it| it.starts_with("INFO recovery: set the external count of")), "{lines:#?}");
    assert!(lines.last().is_some_and(|it| it.starts_with("INFO recovery: let ")), "{lines:#?}");
    found_by_itself();
}

#[cfg(not(feature = "fault-injection"))]
fn found_by_itself() {}

#[cfg(feature = "fault-injection")]
fn found_by_itself() {
    use heapproof_heap::Fault;
    let configuration = configuration().with_verification_interval(Some(2)).unwrap();
    let mut heap = Heap::with_configuration((), configuration);
    let own = self_loop(&mut heap);
    heap.inject(Fault::DirtyFlag, own).unwrap();
    heap.inject(Fault::InternalHigh, own).unwrap();
    heap.inject(Fault::LiveWrapped, own).unwrap();
    assert!(heap.maybe_verify_heap().is_some());
    let mut lines = logged();
    lines.sort();
    let expected = [
        "ERROR verification: critical: negative count of the heap: the live count is",
        "ERROR verification: error: count mismatch at 0.1: the internal count is recorded as 2 and should be 1",
        "WARN verification: warning: dirty inconsistency at 0.1: marked, but not among changed objects",
    ];
    assert!(lines.len() == 3 && lines.iter().zip(expected).all(|(line, it)| line.starts_with(it)), "{lines:#?}");
}
