//! Programs that are run to find failures: everything is compared now and then, and what fails is run again with a look after
//! each operation.

use crate::program;
use heapproof::generate::{Recipe, case};
use heapproof::lockstep::Doubt;
use heapproof::model::{Code, Contents, Object, Operation, Program, Refusal, Value};
use heapproof::properties::Property;
use heapproof::subject::{Observation, Subject, SubjectKind};
use heapproof::subjects::{HEAP, HeapSubject, family};
use std::cell::Cell;

fn drawn() -> impl Iterator<Item = Program> {
    (0..3_000).map(|number| case(5, number, &Recipe::default(), &|_| true))
}

#[test]
fn what_fails_is_told_as_if_everything_had_been_compared_after_every_operation() {
    for canary in family().filter(|canary| canary.property == Property::Lockstep) {
        let mut found = 0;
        for program in drawn() {
            let (sought, checked) =
                (Property::Lockstep.seek(&canary.kind, &program), Property::Lockstep.check(&canary.kind, &program));
            if let Some(failure) = sought.failure {
                assert_eq!(Some(failure), checked.failure, "{}\n{program}", canary.kind.name);
                found += 1;
            }
            if found == 3 {
                break;
            }
        }
        assert!(found > 0, "{}", canary.kind.name);
    }
}

#[test]
fn what_passes_passes_with_the_same_outcomes() {
    for program in drawn().take(800) {
        assert_eq!(Property::Lockstep.seek(&HEAP, &program), Property::Lockstep.check(&HEAP, &program), "{program}");
    }
}

/// A heap that forgets, three operations after it was last asked whether its first object lives, how to allocate.
#[derive(Default)]
struct Unwatched {
    heap: HeapSubject,
    operations: Cell<u32>,
}

impl Subject for Unwatched {
    fn supports(&self, code: Code) -> bool {
        code == Code::Box
    }

    fn observes(&self, observation: Observation) -> bool {
        observation == Observation::Contents
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        self.operations.set(self.operations.get() + 1);
        if self.operations.get() > 3 { Err(Refusal::Capacity) } else { self.heap.call(operation) }
    }

    fn lives(&self, object: Object) -> bool {
        self.operations.set(0);
        self.heap.lives(object)
    }

    fn look(&self, object: Object, contents: &mut Contents) {
        self.heap.look(object, contents);
    }
}

#[test]
fn a_failure_that_comes_only_where_nobody_looks_is_a_failure_and_says_so() {
    let subject = SubjectKind::new("unwatched", "", || Box::new(Unwatched::default()));
    let boxes = |count: i64| program(&(0..count).map(|value| format!("b{value} = box {value}\n")).collect::<String>());
    let comes_right = |count: &i64| {
        assert_eq!(Property::Lockstep.check(&subject, &boxes(*count)).failure, None);
        let doubt = Property::Lockstep.seek(&subject, &boxes(*count)).failure.and_then(|failure| failure.doubt);
        matches!(doubt.as_deref(), Some(Doubt::Looks(4..)))
    };
    assert!((6..26).filter(comes_right).count() > 15);
}
