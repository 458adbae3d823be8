//! What is announced to a subject is what it is asked next, in every dialect.

use super::dialects::{dialects, drawn};
use heapproof::generate::{Recipe, case};
use heapproof::lockstep;
use heapproof::model::dialect::CLAUSES;
use heapproof::model::{Code, Contents, Counts, Dialect, Event, Name, Object, Operation, Refusal, Value};
use heapproof::subject::{Coming, Looks, Observation, Subject, SubjectKind};
use heapproof::subjects::twins::twin;
use heapproof::violation::Violation;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A subject that holds its caller to what was announced, and counts what was and what was not.
struct Foretold {
    subject: Box<dyn Subject>,
    coming: RefCell<VecDeque<Coming>>,
    /// Whether it was looked at since the last call.
    is_seen: RefCell<bool>,
    counts: Arc<[AtomicU64; 2]>,
}

impl Foretold {
    fn asked(&self, now: &Coming) {
        let foretold = self.coming.borrow_mut().pop_front();
        self.counts[usize::from(foretold.is_some())].fetch_add(1, Ordering::Relaxed);
        assert!(foretold.is_none_or(|foretold| foretold == *now), "{now:?} was not announced");
    }

    /// One look serves until the next call.
    fn looked_at(&self) {
        if !self.is_seen.replace(true) {
            self.asked(&Coming::Look);
        }
    }
}

impl Subject for Foretold {
    fn supports(&self, code: Code) -> bool {
        self.subject.supports(code)
    }

    fn observes(&self, observation: Observation) -> bool {
        observation != Observation::Fork && self.subject.observes(observation)
    }

    fn dialect(&self) -> Dialect {
        self.subject.dialect()
    }

    fn announce(&mut self, coming: &[Coming]) {
        self.coming.borrow_mut().extend(coming.iter().cloned());
    }

    fn looks(&self) -> Looks {
        Looks::Dear
    }

    fn broken(&self) -> Option<Violation> {
        self.subject.broken()
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        self.asked(&Coming::Call(operation.clone()));
        self.is_seen.replace(false);
        self.subject.call(operation)
    }

    fn lives(&self, object: Object) -> bool {
        self.subject.lives(object)
    }

    fn knows(&self, object: Object) -> bool {
        self.subject.knows(object)
    }

    fn bind(&mut self, name: Name, object: Object) {
        self.subject.bind(name, object);
    }

    fn take_journal(&mut self) -> Vec<Event> {
        self.subject.take_journal()
    }

    fn look(&self, object: Object, contents: &mut Contents) {
        self.looked_at();
        self.subject.look(object, contents);
    }

    fn counts(&self, object: Object) -> Counts {
        self.looked_at();
        self.subject.counts(object)
    }

    fn statistics(&self) -> heapproof::model::Statistics {
        self.subject.statistics()
    }
}

/// Runs programs on a right heap of that dialect that is told what comes; how many questions were not foretold, and how many.
fn foretold(dialect: Dialect, programs: u64) -> [u64; 2] {
    let counts: Arc<[AtomicU64; 2]> = Arc::default();
    let of = Arc::clone(&counts);
    let kind = SubjectKind::made_by("foretold", "", move || {
        let subject = twin(dialect).make()?;
        let (coming, is_seen) = (RefCell::default(), RefCell::default());
        Ok(Box::new(Foretold { subject, coming, is_seen, counts: Arc::clone(&of) }))
    });
    let abilities = kind.abilities().unwrap();
    let recipe = Recipe { dialect, most_lines: 40, ..Recipe::default() };
    for number in 0..programs {
        let program = case(17, number, &recipe, &|code| abilities.supports(code));
        let failure = lockstep::run(&kind, &program).failure;
        let wrong = failure.filter(|failure| matches!(failure.violation, Violation::Panicked { .. }));
        assert_eq!(wrong, None, "{dialect}\n{program}");
    }
    [0, 1].map(|which| counts[which].load(Ordering::Relaxed))
}

#[test]
fn what_is_announced_is_what_is_asked_in_each_dialect() {
    for dialect in CLAUSES.iter().flat_map(dialects) {
        foretold(dialect, 60);
    }
}

#[test]
fn what_is_announced_is_what_is_asked_in_any_mixture() {
    for number in 0..150 {
        foretold(drawn(number), 40);
    }
}

#[test]
fn most_of_what_is_asked_is_announced() {
    let [not, ahead] = foretold(Dialect::default(), 500);
    assert!(ahead > 4 * not, "{ahead} of {}", ahead + not);
    let held: Dialect = "names held, release deferred".parse().unwrap();
    let [not, ahead] = foretold(held, 500);
    assert!(ahead > not, "{ahead} of {}", ahead + not);
}
