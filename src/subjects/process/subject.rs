//! A conversation with a child, as a subject.
//!
//! The child has the heap. The parent has what belongs to the program: names, the lines of user code, and who has died.

use super::Greeting;
use super::child::{Child, shortened};
use super::coming::{Queue, write};
use super::pool::{Pool, Served};
use super::words::{Answer, Seen};
use crate::judge::code::{self, Finalizers, Runs};
use crate::judge::lost::{Crash, Loss, Lost};
use crate::judge::subject::{Coming, Looks, Observation, Subject};
use crate::judge::violation::Violation;
use heapproof_model::dialect::{Again, Names, UserCode};
use heapproof_model::{Code, Contents, Counts, Dialect, End, Event, Name, Object, Operation, Refusal, Value};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
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

/// What is said to the child, also where it is only looked at.
struct Talk {
    served: Option<Served>,
    /// What was asked and is not called yet.
    announced: Queue,
    /// What the last look has shown, until something changes.
    seen: Option<BTreeMap<Object, Seen>>,
    lost: Option<Lost>,
}

impl Talk {
    fn child(&mut self) -> Option<&mut Child> {
        self.served.as_mut().filter(|_| self.lost.is_none()).map(|served| &mut served.child)
    }

    fn wrong(&mut self, how: Loss) {
        let lost = self.child().map(|child| child.wrong(how));
        self.lost = self.lost.take().or(lost);
    }

    /// The next line of the child, as `read` reads it; `None` where it is lost.
    fn next<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        if self.served.as_mut().is_some_and(|served| std::mem::take(&mut served.begins)) {
            self.line(|line| (line == "done").then_some(()))?;
        }
        self.line(read)
    }

    fn line<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let line = match self.child()?.line() {
            Ok(line) => line,
            Err(lost) => {
                self.lost = Some(lost);
                return None;
            }
        };
        match read(line) {
            Some(read) => Some(read),
            None => {
                let is_one = Answer::parse(line).is_some() || line.starts_with("end ");
                let line = shortened(line);
                self.wrong(if is_one { Loss::Untimely(line) } else { Loss::Garbled(line) });
                None
            }
        }
    }

    /// Asks that, unless it was asked ahead.
    fn ask(&mut self, now: &Coming) {
        let Some(served) = self.served.as_mut().filter(|_| self.lost.is_none()) else { return };
        if self.announced.is_empty() && !served.begins && served.child.says_more() {
            let lost = served.child.line().map(shortened);
            return match lost {
                Ok(line) => self.wrong(Loss::Untimely(line)),
                Err(lost) => self.lost = Some(lost),
            };
        }
        let out = served.child.outbox();
        match self.announced.next(out) {
            Some(announced) if announced == *now => {}
            Some(_) => self.wrong(Loss::Contradicted("what was asked ahead is not what is asked now".to_owned())),
            None => write(now, out),
        }
    }

    /// Looks, unless nothing has changed since the last look.
    fn look(&mut self, greeting: &Greeting, lives: &[bool]) {
        if self.seen.is_some() || self.lost.is_some() {
            return;
        }
        self.ask(&Coming::Look);
        self.read_look(greeting, lives);
        self.lost.iter_mut().for_each(|lost| lost.looked = true);
    }

    /// Reads what a look shows.
    fn read_look(&mut self, greeting: &Greeting, lives: &[bool]) {
        let mut seen = BTreeMap::new();
        let count = loop {
            match self.next(|line| Shown::parse(line, greeting)) {
                Some(Shown::Object(object, shown)) => drop(seen.insert(object, *shown)),
                Some(Shown::End(count)) => break count,
                None => return,
            }
        };
        let may_leave_out = greeting.dialect.names == Names::Held;
        let wrong = match count == seen.len() {
            false => Some(format!("it looks at {} objects and says {count}", seen.len())),
            true => contradiction(&seen, lives, may_leave_out),
        };
        match wrong {
            Some(wrong) => self.wrong(Loss::Contradicted(wrong)),
            None => self.seen = Some(seen),
        }
    }
}

/// A line of the answer to a look.
enum Shown {
    Object(Object, Box<Seen>),
    End(usize),
}

impl Shown {
    fn parse(line: &str, greeting: &Greeting) -> Option<Shown> {
        match line.strip_prefix("end ") {
            Some(count) => count.parse().ok().map(Shown::End),
            None => Seen::parse(line, greeting).map(|(object, seen)| Shown::Object(object, Box::new(seen))),
        }
    }
}

/// How a look contradicts what was said of deaths, if it does.
fn contradiction(seen: &BTreeMap<Object, Seen>, lives: &[bool], may_leave_out: bool) -> Option<String> {
    let lives_by_number = |object: &Object| lives.get(object.index()).copied().unwrap_or(false);
    if let Some(object) = seen.keys().find(|object| !lives_by_number(object)) {
        return Some(format!("a look shows object {}, which has died or was never there", object.0));
    }
    let mut living = (0..lives.len() as u32).map(Object).filter(lives_by_number);
    let left_out = living.find(|object| !may_leave_out && !seen.contains_key(object))?;
    Some(format!("a look leaves out object {}, which has not died", left_out.0))
}

impl ProcessSubject {
    pub fn new(pool: Arc<Pool>, served: Served) -> ProcessSubject {
        let talk = Talk { served: Some(served), announced: Queue::default(), seen: None, lost: None };
        ProcessSubject {
            talk: RefCell::new(talk),
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
