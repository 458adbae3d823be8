//! Children that serve one program after another.

use super::Greeting;
use super::child::Child;
use crate::judge::haste;
use crate::judge::subject::Use;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// All children of one command.
pub(super) struct Pool {
    words: Vec<String>,
    limit: Duration,
    /// The longest processor time of an answer, in milliseconds, as far as it was seen.
    longest: Arc<AtomicU64>,
    greeting: Greeting,
    idle: Mutex<Vec<Served>>,
}

/// A child, and the programs that it has served, by their numbers in a run.
pub(super) struct Served {
    pub child: Child,
    /// Whether it has still to answer that it has begun anew.
    pub begins: bool,
    cases: Vec<u64>,
    is_new: bool,
    /// Whether it may serve another program.
    may_serve: bool,
}

impl Served {
    /// It serves no other program.
    pub fn retire(&mut self) {
        self.may_serve = false;
    }
}

/// The most numbers that are kept.
const MOST_CASES: usize = 1_000;

/// A fresh process may take long to start, which is none of its answers.
const LEAST_PATIENCE: Duration = Duration::from_millis(500);

impl Pool {
    /// Starts a first child, which greets.
    ///
    /// # Errors
    /// Why there is no child, or what is wrong with its greeting.
    pub fn new(words: Vec<String>, limit: Duration) -> Result<Pool, String> {
        let longest = Arc::default();
        let (child, greeting) = greeted(&words, limit, &longest)?;
        let first = Served { child, begins: false, cases: Vec::new(), is_new: true, may_serve: true };
        Ok(Pool { words, limit, longest, greeting, idle: Mutex::new(vec![first]) })
    }

    /// What all its children say of themselves.
    pub fn greeting(&self) -> &Greeting {
        &self.greeting
    }

    /// Whether a child can serve one program after the other.
    pub fn serves_many(&self) -> bool {
        self.greeting.begins_anew
    }

    /// A child with an empty heap.
    ///
    /// # Errors
    /// Why there is none.
    pub fn child(self: &Arc<Pool>, of: Use) -> Result<Served, String> {
        let mut served = match self.idle(of) {
            Some(served) => served,
            None => self.start(if of == Use::Trial { self.patience() } else { self.limit })?,
        };
        if of == Use::One {
            self.start_another();
        }
        served.child.begins();
        haste::has_served(&served.cases);
        if let Some(case) = haste::case().filter(|case| served.cases.last() != Some(case)) {
            served.cases.push(case);
            let more = served.cases.len().saturating_sub(MOST_CASES);
            served.cases.drain(..more);
        }
        (served.is_new, served.may_serve) = (false, of == Use::Many);
        Ok(served)
    }

    fn idle(&self, of: Use) -> Option<Served> {
        if of == Use::Trial {
            return None;
        }
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let at = idle.iter().rposition(|served| of == Use::Many || served.is_new)?;
        let mut served = idle.swap_remove(at);
        if !served.is_new {
            served.child.outbox().push_str("begin\n");
            served.begins = true;
        }
        Some(served)
    }

    /// Starts a child that waits to be taken, since most fresh ones are followed by another: it starts while this one works.
    fn start_another(self: &Arc<Pool>) {
        let is_there = |idle: &Vec<Served>| idle.iter().any(|served| served.is_new);
        if is_there(&self.idle.lock().unwrap_or_else(PoisonError::into_inner)) {
            return;
        }
        let pool = Arc::clone(self);
        std::thread::spawn(move || {
            // What is wrong with it is told where one is wanted.
            if let Ok(served) = pool.start(pool.limit) {
                pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(served);
            }
        });
    }

    /// How long to wait for a hang that is expected: far longer than for any answer so far.
    fn patience(&self) -> Duration {
        let longest = Duration::from_millis(self.longest.load(Ordering::Relaxed));
        (LEAST_PATIENCE.max(longest * 20)).min(self.limit)
    }

    fn start(&self, limit: Duration) -> Result<Served, String> {
        let (child, greeting) = greeted(&self.words, limit, &self.longest)?;
        if greeting != self.greeting {
            return Err("it greets in another way than it did before".to_owned());
        }
        Ok(Served { child, begins: false, cases: Vec::new(), is_new: true, may_serve: true })
    }

    /// Takes back a child that has served a program, if it may serve another.
    pub fn take_back(&self, served: Served) {
        if self.serves_many() && served.may_serve && !served.child.says_more() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(served);
        }
    }
}

/// Starts a child and reads its greeting.
fn greeted(words: &[String], limit: Duration, longest: &Arc<AtomicU64>) -> Result<(Child, Greeting), String> {
    let mut child = Child::start(words, limit, longest)?;
    let greeting = Greeting::read(|| match child.line() {
        Ok(line) => Ok(line.to_owned()),
        Err(lost) => Err(format!("before its greeting is complete {}", lost.to_string().replace("\n    |", ";"))),
    })?;
    Ok((child, greeting))
}
