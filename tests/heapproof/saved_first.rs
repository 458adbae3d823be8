//! A test that is killed while it minimises has saved the failing program, whichever door it came through.

use crate::front_doors::alone;
use crate::program;
use arbitrary::{Arbitrary, Unstructured};
use heapproof::assert_holds;
use heapproof::front_doors::{fuzz_subject, proptest, quickcheck};
use heapproof::heading::Heading;
use heapproof::model::{Code, Object, Operation, Program, Refusal, Value};
use heapproof::properties::Property;
use heapproof::subject::{Observation, Subject, SubjectKind};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a program has failed in this process.
static FAILED: AtomicBool = AtomicBool::new(false);

/// A heap that allocates nothing. The next one that is made ends the process, as if somebody had killed it then.
struct Doomed;

impl Subject for Doomed {
    fn supports(&self, code: Code) -> bool {
        code == Code::Table
    }

    fn observes(&self, _: Observation) -> bool {
        false
    }

    fn call(&mut self, _: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        FAILED.store(true, Ordering::Relaxed);
        panic!("no memory")
    }

    fn lives(&self, _: Object) -> bool {
        false
    }
}

fn doomed() -> SubjectKind {
    let kind = SubjectKind::made_by("doomed", "", || {
        if FAILED.load(Ordering::Relaxed) {
            std::process::abort();
        }
        Ok(Box::new(Doomed))
    });
    // Asked now, it is not asked of another one after the failure.
    kind.abilities().unwrap();
    kind
}

fn failing() -> Vec<u8> {
    program("a = table\nb = table\nc = table").encode()
}

#[test]
#[ignore = "ends its process, for the test below"]
fn by_proptest() {
    proptest::holds(Property::Lockstep, &doomed());
}

#[test]
#[ignore = "ends its process, for the test below"]
fn by_quickcheck() {
    quickcheck::holds(Property::Lockstep, &doomed());
}

#[test]
#[ignore = "ends its process, for the test below"]
fn by_fuzzer() {
    fuzz_subject(Property::Lockstep, &doomed(), &failing());
}

#[test]
#[ignore = "ends its process, for the test below"]
fn by_arbitrary() {
    let program = Program::arbitrary_take_rest(Unstructured::new(&failing())).unwrap();
    assert_holds(Property::Lockstep, &doomed(), &program);
}

#[test]
fn what_failed_is_saved_before_it_is_minimised_through_every_door() {
    for door in ["by_proptest", "by_quickcheck", "by_fuzzer", "by_arbitrary"] {
        let folder = tempfile::tempdir().unwrap();
        let (passed, printed) = alone(&format!("saved_first::{door}"), folder.path(), &[]);
        assert!(!passed && !printed.contains("test result"), "{door} was not ended while it minimised: {printed}");
        let original = folder.path().join("heapproof.out/failures/original");
        let saved: Vec<_> = std::fs::read_dir(&original).into_iter().flatten().map(|one| one.unwrap().path()).collect();
        let [path] = &saved[..] else { panic!("{door} has saved {saved:?}: {printed}") };
        let shown = path.strip_prefix(folder.path()).unwrap().display();
        assert!(
            printed.contains(&format!("in a program of `doomed`, saved as {shown}; minimising")),
            "{door}: {printed}"
        );
        let trace = std::fs::read_to_string(path).unwrap();
        assert!(!program(&trace).is_empty(), "{door}: {trace}");
        let heading = Heading::of(&trace).unwrap();
        assert_eq!(
            (heading.property, heading.subject.as_deref()),
            (Some(Property::Lockstep), Some("doomed")),
            "{door}"
        );
        assert!(heading.comments[0].starts_with("signature panicked-at-"), "{door}: {trace}");
    }
}
