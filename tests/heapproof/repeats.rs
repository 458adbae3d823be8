//! A heap that lets the members of a set die in another order in each run, as the contract allows it.

use heapproof::model::{Code, Event, Name, Object, Operation, Program, Refusal, Value};
use heapproof::properties::Property;
use heapproof::subject::{Observation, Subject, SubjectKind};
use heapproof::subjects::HeapSubject;
use std::sync::atomic::{AtomicU64, Ordering};

const RING: &str = "a = table\nb = box a\na.next = b\ndrop a\ndrop b\ncollect";

static MADE: AtomicU64 = AtomicU64::new(0);

/// Our heap, of which every second one tells deaths that follow each other in reverse order.
struct Turning {
    heap: HeapSubject,
    turns: bool,
    repeats: bool,
    /// Whether every second one gives another value of a box too, which nothing allows.
    lies: bool,
}

fn turning(repeats: bool, lies: bool) -> Box<dyn Subject> {
    let turns = MADE.fetch_add(1, Ordering::Relaxed) % 2 == 1;
    Box::new(Turning { heap: HeapSubject::default(), turns, repeats, lies })
}

const SAYS_SO: SubjectKind = SubjectKind::new("says-so", "a heap whose runs differ", || turning(false, false));
const SAYS_NOTHING: SubjectKind = SubjectKind::new("says-nothing", "a heap whose runs differ", || turning(true, false));
const LIES: SubjectKind = SubjectKind::new("lies", "a heap whose boxes differ", || turning(false, true));

impl Subject for Turning {
    fn supports(&self, code: Code) -> bool {
        self.heap.supports(code)
    }

    fn observes(&self, observation: Observation) -> bool {
        matches!(observation, Observation::Journal | Observation::Sets)
    }

    fn repeats(&self) -> bool {
        self.repeats
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        match operation {
            Operation::ReadBox { .. } if self.lies && self.turns => Ok(Value::Int(7)),
            operation => self.heap.call(operation),
        }
    }

    fn lives(&self, object: Object) -> bool {
        self.heap.lives(object)
    }

    fn bind(&mut self, name: Name, object: Object) {
        self.heap.bind(name, object);
    }

    fn take_journal(&mut self) -> Vec<Event> {
        let mut journal = self.heap.take_journal();
        if self.turns {
            let is_death = |event: &Event| matches!(event, Event::Died(_));
            journal.chunk_by_mut(|one, other| is_death(one) && is_death(other)).for_each(<[Event]>::reverse);
        }
        journal
    }
}

#[test]
fn the_order_in_a_set_may_differ_between_runs_if_the_heap_says_so() {
    let ring: Program = RING.parse().unwrap();
    println!("{ring:?}");
    assert_eq!(Property::Determinism.check(&SAYS_SO, &ring).failure, None);
    let failure = Property::Determinism.check(&SAYS_NOTHING, &ring).failure.unwrap();
    assert_eq!(failure.signature(&ring).to_string(), "undetermined-journal-at-manage");
    for kind in [SAYS_SO, SAYS_NOTHING] {
        assert_eq!(Property::Lockstep.check(&kind, &ring).failure, None, "each order is the contract's");
    }
}

#[test]
fn an_outcome_that_no_order_decides_may_not_differ() {
    let read: Program = "a = box 1\n*a\ncollect".parse().unwrap();
    println!("{read:?}");
    let failure = Property::Determinism.check(&LIES, &read).failure.unwrap();
    assert_eq!(failure.signature(&read).to_string(), "undetermined-outcome-at-read-box");
}
