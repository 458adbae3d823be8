//! A heap of nodes in a thread of its own, whose collector no other heap shares.
//!
//! After each call the thread says at once what can be seen: to ask it for each object would take a message each.

use super::Pointers;
use super::heap::{PointerHeap, observes, supports};
use crate::judge::panics::{self, Panic};
use crate::judge::subject::{Observation, Subject};
use crate::judge::violation::Violation;
use heapproof_model::{Code, Contents, Dialect, Event, Name, Object, Operation, Refusal, Value};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// What the thread is asked.
enum Request {
    Call(Operation<Object>),
    Bind(Name, Object),
}

/// What it answers a call.
struct Answer {
    reply: Result<Value<Object>, Refusal>,
    seen: Seen,
}

/// What can be seen after a call.
#[derive(Default)]
struct Seen {
    journal: Vec<Event>,
    /// Of each object that lives, by number.
    contents: Vec<Option<Contents>>,
    strong: Vec<u64>,
}

/// The heap, from outside its thread.
pub(super) struct InItsThread {
    /// `None` once the thread is to end.
    requests: Option<SyncSender<Request>>,
    answers: Receiver<Result<Answer, Panic>>,
    thread: Option<JoinHandle<()>>,
    seen: Seen,
    broken: Option<Violation>,
    supports: fn(Code) -> bool,
    not_in_code: &'static [Code],
    repeats: bool,
    observes: fn(Observation) -> bool,
    dialect: Dialect,
}

impl InItsThread {
    pub fn of<P: Pointers>() -> InItsThread {
        let (requests, asked) = sync_channel(1);
        let (answer, answers) = sync_channel(1);
        let thread = std::thread::Builder::new().name("pointers".to_owned());
        let work = move || serve::<P>(&asked, &answer);
        InItsThread {
            requests: Some(requests),
            answers,
            // Without a thread nobody answers, which is told as a loss.
            thread: thread.spawn(work).ok(),
            seen: Seen::default(),
            broken: None,
            supports: supports::<P>,
            not_in_code: P::NOT_IN_CODE,
            repeats: P::REPEATS,
            observes: observes::<P>,
            dialect: P::dialect(),
        }
    }

    fn ask(&self, request: Request) -> Option<Result<Answer, Panic>> {
        let is_answered = matches!(request, Request::Call(_));
        self.requests.as_ref()?.send(request).ok()?;
        if is_answered { self.answers.recv().ok() } else { None }
    }
}

/// Carries out what is asked, until nobody asks any more or the heap has panicked.
fn serve<P: Pointers>(asked: &Receiver<Request>, answer: &SyncSender<Result<Answer, Panic>>) {
    let mut heap = PointerHeap::<P>::default();
    for request in asked {
        match request {
            Request::Bind(name, object) => heap.bind(name, object),
            Request::Call(operation) => {
                let answered = panics::catch(|| {
                    let reply = heap.call(&operation);
                    Answer { reply, seen: seen(&mut heap) }
                });
                let is_last = answered.is_err();
                if answer.send(answered).is_err() || is_last {
                    break;
                }
            }
        }
    }
    // What a broken heap does at its end is no news.
    let _ = panics::catch(|| drop(heap));
}

fn seen<P: Pointers>(heap: &mut PointerHeap<P>) -> Seen {
    let journal = heap.take_journal();
    let objects = (0..heap.bound() as u32).map(Object);
    let look = |object: Object| {
        let mut contents = Contents::default();
        heap.look(object, &mut contents);
        contents
    };
    let contents = objects.clone().map(|object| heap.lives(object).then(|| look(object))).collect();
    let strong = objects.filter(|_| P::COUNTS).map(|object| heap.strong(object)).collect();
    Seen { journal, contents, strong }
}

impl Subject for InItsThread {
    fn supports(&self, code: Code) -> bool {
        (self.supports)(code)
    }

    fn supports_in_code(&self, code: Code) -> bool {
        !self.not_in_code.contains(&code)
    }

    fn observes(&self, observation: Observation) -> bool {
        (self.observes)(observation)
    }

    fn repeats(&self) -> bool {
        self.repeats
    }

    fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        match self.ask(Request::Call(operation.clone())) {
            Some(Ok(answer)) => {
                self.seen = answer.seen;
                return answer.reply;
            }
            Some(Err(panic)) => self.broken = Some(panic.into()),
            None => self.broken = Some(Panic { message: "its thread has ended".to_owned(), place: None }.into()),
        }
        Ok(Value::Nil)
    }

    fn broken(&self) -> Option<Violation> {
        self.broken.clone()
    }

    fn lives(&self, object: Object) -> bool {
        matches!(self.seen.contents.get(object.index()), Some(Some(_)))
    }

    fn bind(&mut self, name: Name, object: Object) {
        let _ = self.ask(Request::Bind(name, object));
    }

    fn take_journal(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.seen.journal)
    }

    fn look(&self, object: Object, contents: &mut Contents) {
        contents.clone_from(
            self.seen.contents.get(object.index()).and_then(Option::as_ref).unwrap_or(&Contents::default()),
        );
    }

    fn strong(&self, object: Object) -> u64 {
        self.seen.strong.get(object.index()).copied().unwrap_or_default()
    }
}

impl Drop for InItsThread {
    fn drop(&mut self) {
        self.requests = None;
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
