//! Whether a subject is in a call, told to a thread that watches the one which calls it.
//!
//! A call costs two additions more, and only in a thread that is watched: the watcher reads the processor's clock, not
//! the thread that is watched. What it sees of one call is what the subject used, without anything of the harness.

use super::{Coming, Figure, Looks, Observation, Subject, Visits};
use crate::judge::violation::Violation;
use heapproof_model::{
    Code, Contents, Counts, Dialect, Event, Finding, Name, Object, Operation, Refusal, Statistics, Value,
};
use std::any::Any;
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

thread_local! {
    static WATCHED: Cell<bool> = const { Cell::new(false) };
}

/// How many calls have begun or ended: odd during one.
static CALLS: AtomicU64 = AtomicU64::new(0);

/// From now on the calls of subjects that this thread makes can be watched. A process has one such thread.
#[cfg(feature = "cli")]
pub(crate) fn watch_this_thread() {
    WATCHED.set(true);
}

/// The number of the call that is under way.
#[cfg(feature = "cli")]
pub(crate) fn call() -> Option<u64> {
    Some(CALLS.load(Ordering::Relaxed)).filter(|calls| is_call(*calls))
}

/// What `make` makes; in a watched thread its calls are told.
pub(crate) fn made<E>(make: impl FnOnce() -> Result<Box<dyn Subject>, E>) -> Result<Box<dyn Subject>, E> {
    if WATCHED.get() { Ok(Box::new(Watched(Some(during(make)?)))) } else { make() }
}

fn is_call(calls: u64) -> bool {
    calls % 2 == 1
}

/// Does what is a call, or part of one.
fn during<T>(work: impl FnOnce() -> T) -> T {
    /// A call ends where it panics too.
    struct Ends;
    impl Drop for Ends {
        fn drop(&mut self) {
            CALLS.fetch_add(1, Ordering::Relaxed);
        }
    }
    if is_call(CALLS.load(Ordering::Relaxed)) {
        return work();
    }
    CALLS.fetch_add(1, Ordering::Relaxed);
    let _ends = Ends;
    work()
}

/// A subject whose calls are told; there is one until it is dropped, which is a call too.
struct Watched(Option<Box<dyn Subject>>);

impl Watched {
    fn ask<T: Default>(&self, ask: impl FnOnce(&dyn Subject) -> T) -> T {
        self.0.as_deref().map_or_else(T::default, |subject| during(|| ask(subject)))
    }

    fn tell<T: Default>(&mut self, tell: impl FnOnce(&mut dyn Subject) -> T) -> T {
        match &mut self.0 {
            Some(subject) => during(|| tell(&mut **subject)),
            None => T::default(),
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        during(|| drop(self.0.take()));
    }
}

impl Subject for Watched {
    fn supports(&self, code: Code) -> bool {
        self.ask(|subject| subject.supports(code))
    }

    fn supports_in_code(&self, code: Code) -> bool {
        self.ask(|subject| subject.supports_in_code(code))
    }

    fn observes(&self, observation: Observation) -> bool {
        self.ask(|subject| subject.observes(observation))
    }

    fn dialect(&self) -> Dialect {
        self.ask(|subject| subject.dialect())
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        self.tell(|subject| Some(subject.call(operation))).unwrap_or(Ok(Value::Nil))
    }

    fn announce(&mut self, coming: &[Coming]) {
        self.tell(|subject| subject.announce(coming));
    }

    fn retire(&mut self) {
        self.tell(Subject::retire);
    }

    fn looks(&self) -> Looks {
        self.0.as_deref().map_or(Looks::Free, |subject| during(|| subject.looks()))
    }

    fn repeats(&self) -> bool {
        self.0.as_deref().is_none_or(|subject| during(|| subject.repeats()))
    }

    fn broken(&self) -> Option<Violation> {
        self.ask(|subject| subject.broken())
    }

    fn lives(&self, object: Object) -> bool {
        self.ask(|subject| subject.lives(object))
    }

    fn knows(&self, object: Object) -> bool {
        self.ask(|subject| subject.knows(object))
    }

    fn bind(&mut self, name: Name, object: Object) {
        self.tell(|subject| subject.bind(name, object));
    }

    fn take_journal(&mut self) -> Vec<Event> {
        self.tell(|subject| subject.take_journal())
    }

    fn look(&self, object: Object, contents: &mut Contents) {
        self.ask(|subject| subject.look(object, contents));
    }

    fn counts(&self, object: Object) -> Counts {
        self.ask(|subject| subject.counts(object))
    }

    fn strong(&self, object: Object) -> u64 {
        self.ask(|subject| subject.strong(object))
    }

    fn marks(&self, object: Object) -> Vec<&'static str> {
        self.ask(|subject| subject.marks(object))
    }

    fn take_returned(&mut self) -> Vec<(Figure, u64)> {
        self.tell(|subject| Some(subject.take_returned())).unwrap_or_default()
    }

    fn statistics(&self) -> Statistics {
        self.ask(|subject| subject.statistics())
    }

    fn cycles(&self) -> Vec<Vec<Object>> {
        self.ask(|subject| subject.cycles())
    }

    fn verify(&self, roots: Option<&[Object]>) -> Vec<Finding> {
        self.ask(|subject| subject.verify(roots))
    }

    fn score(&self, roots: Option<&[Object]>) -> Option<f64> {
        self.ask(|subject| subject.score(roots))
    }

    fn recover(&mut self, roots: Option<&[Object]>) {
        self.tell(|subject| subject.recover(roots));
    }

    fn repairs(&self) -> Option<u64> {
        self.ask(|subject| subject.repairs())
    }

    fn footprint(&self) -> u64 {
        self.ask(|subject| subject.footprint())
    }

    fn touched(&self) -> u64 {
        self.ask(|subject| subject.touched())
    }

    fn visits(&self) -> Visits {
        self.ask(|subject| subject.visits())
    }

    fn candidates(&self) -> Option<Vec<Object>> {
        self.ask(|subject| subject.candidates())
    }

    fn contradiction(&self) -> Option<String> {
        self.ask(|subject| subject.contradiction())
    }

    fn close(&mut self) -> Option<Vec<Event>> {
        self.tell(|subject| subject.close())
    }

    fn digest(&self) -> Option<u128> {
        self.ask(|subject| subject.digest())
    }

    fn place(&self, object: Object) -> u64 {
        self.ask(|subject| subject.place(object))
    }

    fn fork(&self) -> Option<Box<dyn Subject>> {
        let copy = self.ask(|subject| subject.fork())?;
        Some(Box::new(Watched(Some(copy))))
    }

    fn fork_into(&self, former: Box<dyn Subject>) -> Option<Box<dyn Subject>> {
        let former: Box<dyn Any> = former;
        let former = former.downcast::<Watched>().ok().and_then(|mut former| former.0.take());
        let copy = self.ask(|subject| former.map_or_else(|| subject.fork(), |former| subject.fork_into(former)))?;
        Some(Box::new(Watched(Some(copy))))
    }
}
