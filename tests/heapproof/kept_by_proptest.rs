//! A failure that proptest finds is a minimised trace, however few cases there are, and whatever becomes of proptest's own seed.

use crate::front_doors::alone;
use crate::{program, traces};
use heapproof::front_doors::{corpus, proptest::programs};
use heapproof::model::{Code, Object, Operation, Refusal, Value};
use heapproof::subject::{Observation, Subject, SubjectKind};
use heapproof::{assert_holds, properties::Property};
use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};
use std::path::Path;

/// A heap that has no room for a third table; whether each of its tables lives.
#[derive(Default)]
struct Small(Vec<bool>);

impl Subject for Small {
    fn supports(&self, code: Code) -> bool {
        code == Code::Table
    }

    fn observes(&self, _: Observation) -> bool {
        false
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        match operation {
            Operation::Table {} => {
                assert!(self.0.len() < 2, "no room");
                self.0.push(true);
                return Ok(Value::Reference(Object(self.0.len() as u32 - 1)));
            }
            // All are dropped at the end.
            Operation::Drop { object: Some(object) } => self.0[object.index()] = false,
            _ => {}
        }
        Ok(Value::Nil)
    }

    fn lives(&self, object: Object) -> bool {
        self.0.get(object.index()) == Some(&true)
    }
}

fn small() -> SubjectKind {
    SubjectKind::made_by("small", "", || Ok(Box::new(Small::default())))
}

/// Proptest as it is by default: it shrinks too, and keeps a seed.
fn run(cases: u32, most_lines: usize) {
    let seeds = Box::new(FileFailurePersistence::Direct("seeds"));
    let config = Config { cases, failure_persistence: Some(seeds), ..Config::default() };
    let drawn = programs().subject(&small()).most_lines(most_lines);
    let checked = TestRunner::new(config).run(&drawn, |program| {
        assert_holds(Property::Lockstep, &small(), &program);
        Ok(())
    });
    checked.unwrap();
}

#[test]
#[ignore = "fails, for the tests below"]
fn finds_a_failure() {
    run(Config::default().cases, 40);
}

#[test]
#[ignore = "runs the kept seeds alone, for the test below"]
fn draws_other_programs_from_the_kept_seeds() {
    run(0, 2);
}

/// The one trace that is kept in a folder.
fn kept(folder: &Path) -> String {
    let kept = traces(folder.join("heapproof.out/failures").to_str().unwrap());
    let [path] = &kept[..] else { panic!("not one trace: {kept:?}") };
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn a_trace_is_as_short_after_one_case_as_after_many() {
    // Proptest itself shrinks in at most four steps a case.
    for cases in ["1", "200"] {
        let folder = tempfile::tempdir().unwrap();
        // With this seed the first case has more than three lines.
        let environment = [("PROPTEST_CASES", cases), ("PROPTEST_RNG_SEED", "7")];
        let (passed, printed) = alone("kept_by_proptest::finds_a_failure", folder.path(), &environment);
        assert!(!passed && printed.contains("saved as heapproof.out/failures/panicked-at-"), "{printed}");
        assert_eq!(program(&kept(folder.path())), program("a = table\nb = table\nc = table"), "{cases} cases");
    }
}

#[test]
fn a_trace_fails_still_where_the_seed_has_become_another_program() {
    let folder = tempfile::tempdir().unwrap();
    let run = |test: &str| alone(&format!("kept_by_proptest::{test}"), folder.path(), &[]);
    assert!(!run("finds_a_failure").0);
    assert!(std::fs::read_to_string(folder.path().join("seeds")).unwrap().contains("\ncc "), "proptest kept no seed");
    let (passed, printed) = run("draws_other_programs_from_the_kept_seeds");
    assert!(passed, "the seed is not stale: {printed}");
    let filed = tempfile::tempdir().unwrap();
    std::fs::write(filed.path().join("small.trace"), kept(folder.path())).unwrap();
    assert!(std::panic::catch_unwind(|| corpus(filed.path(), &[small()])).is_err(), "the trace passes");
}
