//! A heap in a child, as a subject.
//!
//! The child has the heap. The parent has what belongs to the program: names, the lines of user code, and who has died.

use super::pool::{Pool, Served};
use super::talk::Talk;
use super::words::{Answer, Seen};
use crate::judge::code::{self, Finalizers, Runs};
use crate::judge::lost::{Crash, Loss};
use crate::judge::subject::{Coming, Looks, Observation, Subject};
use crate::judge::violation::Violation;
use heapproof_model::dialect::{Again, UserCode};
use heapproof_model::{Code, Contents, Counts, Dialect, End, Event, Name, Object, Operation, Refusal, Value};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

type Reply = Result<Value<Object>, Refusal>;

/// A heap in a child.
pub(super) struct ProcessSubject {
    talk: RefCell<Talk>,
    finalizers: Finalizers,
    pool: Arc<Pool>,
    /// Whether each object lives, by number.
    lives: Vec<bool>,
    /// Objects that have ever had user code, and those whose code has begun.
    armed: BTreeSet<Object>,
    begun: BTreeSet<Object>,
    /// How many codes run, one inside the other, and whether the last line of one was skipped.
    runs: u32,
    skipped: bool,
}

impl ProcessSubject {
    pub fn new(pool: Arc<Pool>, served: Served) -> ProcessSubject {
        ProcessSubject {
            talk: RefCell::new(Talk::with(served)),
            finalizers: Finalizers::default(),
            pool,
            lives: Vec::new(),
            armed: BTreeSet::new(),
            begun: BTreeSet::new(),
            runs: 0,
            skipped: false,
        }
    }

    /// Whether its process can serve one program after the other.
    #[cfg(feature = "cli")]
    pub fn serves_many(&self) -> bool {
        self.pool.serves_many()
    }

    fn ask(&mut self, operation: &Operation<Object>) -> Reply {
        self.skipped = false;
        if matches!(operation, Operation::Inherit { from, .. } if !self.finalizers.has_code(*from)) {
            return Ok(Value::Nil);
        }
        let talk = self.talk.get_mut();
        talk.seen = None;
        talk.ask(&Coming::Call(operation.clone()));
        let reply = self.answer();
        if reply.is_ok() {
            self.note(operation, &reply);
        }
        match operation {
            // Whether it is too late for a callback is between the child and the lines of that.
            Operation::When { .. } => reply.map(|_| Value::Nil),
            _ => reply,
        }
    }

    /// The answer to an operation, and whatever comes before it.
    fn answer(&mut self) -> Reply {
        loop {
            match self.talk.get_mut().next(Answer::parse) {
                // Code inside this call may have skipped a line, and then this call was not skipped.
                Some(Answer::Done(value)) => {
                    self.skipped = false;
                    return Ok(value);
                }
                Some(Answer::Refused(refusal)) => {
                    self.skipped = false;
                    return Err(refusal);
                }
                Some(Answer::Skipped) if self.runs > 0 => {
                    self.skipped = true;
                    return Err(Refusal::Inapplicable);
                }
                Some(Answer::Skipped) => self.talk.get_mut().wrong(Loss::Untimely("skipped".to_owned())),
                Some(Answer::Died(object)) => self.died(object),
                Some(Answer::Took(set)) => self.finalizers.journal.push(Event::Took(set.into_iter().collect())),
                Some(Answer::Paused) => self.finalizers.journal.push(Event::Paused),
                Some(Answer::Began(object)) => self.run(object),
                Some(Answer::Called(weak)) => self.call_back(weak),
                None => return Ok(Value::Nil),
            }
        }
    }

    fn died(&mut self, object: Object) {
        match self.lives.get_mut(object.index()) {
            Some(lives) if *lives => *lives = false,
            _ => self.talk.get_mut().wrong(Loss::Contradicted(format!(
                "it says that object {} dies, which has died or was never there",
                object.0
            ))),
        }
        self.finalizers.forget_callback(object);
        let Dialect { code, set_code, .. } = self.pool.greeting().dialect;
        // A job runs when its object is dead.
        if code != UserCode::Job && set_code != UserCode::Job {
            self.finalizers.forget(object);
        }
        self.finalizers.journal.push(Event::Died(object));
    }

    /// Runs the lines of an object's user code. What has none returns at once, and it does not matter that it began.
    fn run(&mut self, object: Object) {
        let end = if self.armed.contains(&object) {
            // Of an object with a finalizer and a destructor, the finalizer is what begins first.
            let is_first = self.begun.insert(object);
            let sort = if is_first { UserCode::Finalizer } else { UserCode::Destructor };
            self.finalizers.keep(self.pool.greeting().dialect.keeps_code(sort));
            self.runs += 1;
            let end = code::run(self, object);
            self.runs -= 1;
            end
        } else {
            End::Returned
        };
        self.tell_end(end);
    }

    /// Runs the callback of a weak object. One without lines returns.
    fn call_back(&mut self, weak: Object) {
        let end = if self.finalizers.has_callback(weak) {
            self.runs += 1;
            let end = code::call_back(self, weak);
            self.runs -= 1;
            end
        } else {
            End::Returned
        };
        self.tell_end(end);
    }

    fn tell_end(&mut self, end: End) {
        let word = if end == End::Panicked { "panic\n" } else { "return\n" };
        if let Some(child) = self.talk.get_mut().child() {
            child.outbox().push_str(word);
        }
    }

    /// What an operation that was done means for the parent.
    fn note(&mut self, operation: &Operation<Object>, reply: &Reply) {
        if let Operation::On { object: Some(object), .. } | Operation::Inherit { object: Some(object), .. } = operation
        {
            self.armed.insert(*object);
            let is_over = self.begun.contains(object) && self.pool.greeting().dialect.again != Again::EachDeath;
            match operation {
                Operation::On { line, .. } if !is_over => self.finalizers.append(*object, (**line).clone()),
                Operation::Inherit { from, .. } if !is_over => self.finalizers.inherit(*object, *from),
                _ => {}
            }
        }
        if let Operation::When { weak: Some(weak), line } = operation
            && *reply != Ok(Value::Bool(false))
        {
            self.finalizers.append_to_callback(*weak, (**line).clone());
        }
        let more = match operation {
            Operation::Chain { length } | Operation::Ring { length } => *length,
            other => u32::from(other.code().allocates()),
        };
        let first = self.lives.len() as u32;
        if more == 0 || self.talk.get_mut().lost.is_some() {
            return;
        }
        self.lives.resize((first + more) as usize, true);
        if *reply != Ok(Value::Reference(Object(first))) {
            let said = reply.as_ref().map_or_else(|_| String::new(), Value::to_string);
            let talk = self.talk.get_mut();
            talk.wrong(Loss::Contradicted(format!("it gives `{said}` for a new object, where `#{first}` is the next")));
        }
    }

    fn shown<T>(&self, object: Object, show: impl FnOnce(&Seen) -> T) -> Option<T> {
        let mut talk = self.talk.borrow_mut();
        talk.look(self.pool.greeting(), &self.lives);
        talk.seen.as_ref()?.get(&object).map(show)
    }
}

/// As which operation a child is told of one. Lines of code stay here, so that it has only to know whose object has some.
fn told_as(code: Code) -> Code {
    if code == Code::Inherit { Code::On } else { code }
}

impl Runs for ProcessSubject {
    fn call(&mut self, operation: &Operation<Object>) -> Reply {
        self.ask(operation)
    }

    fn finalizers(&mut self) -> &mut Finalizers {
        &mut self.finalizers
    }

    fn has_skipped(&self) -> bool {
        self.skipped
    }
}

impl Subject for ProcessSubject {
    fn supports(&self, code: Code) -> bool {
        self.pool.greeting().operations.contains(&told_as(code))
    }

    fn supports_in_code(&self, code: Code) -> bool {
        !self.pool.greeting().not_in_code.contains(&told_as(code))
    }

    fn observes(&self, observation: Observation) -> bool {
        let greeting = self.pool.greeting();
        match observation {
            Observation::Refusals => greeting.refusals,
            Observation::Contents => greeting.contents,
            Observation::Counts => greeting.counts,
            Observation::Strong => greeting.strong || greeting.counts,
            Observation::Journal => greeting.journal,
            Observation::Sets => greeting.sets,
            Observation::Closing => greeting.closing,
            _ => false,
        }
    }

    fn dialect(&self) -> Dialect {
        self.pool.greeting().dialect
    }

    fn call(&mut self, operation: &Operation<Object>) -> Reply {
        self.ask(operation)
    }

    fn announce(&mut self, coming: &[Coming]) {
        let talk = self.talk.get_mut();
        talk.announced.announce(coming);
        if let Some(served) = talk.served.as_mut().filter(|_| talk.lost.is_none()) {
            talk.announced.write(served.child.outbox());
            served.child.send();
        }
    }

    fn looks(&self) -> Looks {
        if self.pool.greeting().look_disturbs { Looks::Disturbing } else { Looks::Dear }
    }

    fn repeats(&self) -> bool {
        !self.pool.greeting().runs_differ
    }

    fn broken(&self) -> Option<Violation> {
        self.talk.borrow().lost.clone().map(|lost| Violation::Lost(Box::new(lost)))
    }

    fn lives(&self, object: Object) -> bool {
        self.lives.get(object.index()).copied().unwrap_or(false)
    }

    /// What a look leaves out, no handle leads to.
    fn knows(&self, object: Object) -> bool {
        let seen = &self.talk.borrow().seen;
        !self.lives(object) || seen.as_ref().is_none_or(|seen| seen.contains_key(&object))
    }

    fn retire(&mut self) {
        if let Some(served) = &mut self.talk.get_mut().served {
            served.retire();
        }
    }

    fn bind(&mut self, name: Name, object: Object) {
        self.finalizers.bind(name, object);
    }

    fn take_journal(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.finalizers.journal)
    }

    /// A child whose heap ends with its process exits, and says no more.
    fn close(&mut self) -> Option<Vec<Event>> {
        let talk = self.talk.get_mut();
        talk.seen = None;
        talk.child()?.outbox().push_str("close\n");
        let _ = self.answer();
        let talk = self.talk.get_mut();
        if talk.lost.as_ref().is_some_and(|lost| lost.how == Loss::Crashed(Crash::Exited(0))) {
            (talk.served, talk.lost) = (None, None);
        }
        Some(self.take_journal())
    }

    fn look(&self, object: Object, contents: &mut Contents) {
        self.shown(object, |seen| contents.clone_from(&seen.contents));
    }

    fn counts(&self, object: Object) -> Counts {
        self.shown(object, |seen| seen.counts).unwrap_or_default()
    }

    fn strong(&self, object: Object) -> u64 {
        self.shown(object, |seen| seen.strong).unwrap_or_default()
    }
}

impl Drop for ProcessSubject {
    /// A child that owes no answer can serve another program.
    fn drop(&mut self) {
        let talk = self.talk.get_mut();
        if let Some(served) =
            talk.served.take().filter(|served| talk.lost.is_none() && talk.announced.is_empty() && !served.begins)
        {
            self.pool.take_back(served);
        }
    }
}
