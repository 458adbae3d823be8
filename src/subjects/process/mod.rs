//! Heaps in other processes, in any language: `docs/protocol.md` has the lines that the two say to each other.

mod child;
mod coming;
mod greeting;
mod pool;
mod started;
mod subject;
mod talk;
mod watch;
mod words;

use crate::judge::subject::SubjectKind;
use greeting::Greeting;
use pool::Pool;
#[cfg(feature = "cli")]
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;
use subject::ProcessSubject;

/// What the names of such kinds begin with.
const FAMILY: &str = "process:";

/// Whether the heap of that kind is in another process.
pub fn is_one(kind: &SubjectKind) -> bool {
    kind.name.starts_with(FAMILY)
}

/// Whether the heap of that kind is in another process, which can serve one program after the other.
#[cfg(feature = "cli")]
pub(crate) fn serves_many(kind: &SubjectKind) -> bool {
    let Some(subject) = kind.clone().patient().make().ok().filter(|_| is_one(kind)) else { return false };
    let subject: Box<dyn Any> = subject;
    subject.downcast_ref::<ProcessSubject>().is_some_and(ProcessSubject::serves_many)
}

/// The kind of subject whose heap is in a process that this command starts. One is started at once, to be asked for its name
/// and for what it can do.
///
/// `limit` is how long it may use the processor, or do nothing, while an answer is due.
///
/// ```no_run
/// use heapproof::subjects::process;
/// use std::time::Duration;
///
/// let words = ["python3", "my_heap.py"].map(str::to_owned);
/// let subject = process::kind(words.into(), Duration::from_secs(10)).unwrap();
/// ```
///
/// # Errors
/// Why it can't be started, or what is wrong with its greeting, in a line.
pub fn kind(command: Vec<String>, limit: Duration) -> Result<SubjectKind, String> {
    let pool = Arc::new(Pool::new(command, limit)?);
    let name = format!("{FAMILY}{}", pool.greeting().name);
    Ok(SubjectKind::made_for(name, "a heap in another process", move |of| {
        let served = pool.child(of)?;
        Ok(Box::new(ProcessSubject::new(Arc::clone(&pool), served)))
    }))
}
