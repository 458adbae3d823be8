//! Subjects that end or never end their process: an abort, a stack overflow, an endless loop, memory without bound.
//!
//! A panic can be caught where it happens; the others can't. So a program is handed to a child process, which runs it
//! within limits and says what came of it, and which line it has begun; where it says nothing more, how it ended is the
//! failure. A child that lives serves the next program too: a program costs a message there and back, and a process only
//! where one has died.
//!
//! No program is run in this process: what a child survives may have spoilt its memory. So the child explains and draws
//! a failure too, and here it is known only by what tells it apart.
//!
//! A *hang* is a call that uses the processor for longer than the limit, or as long a time in which nothing runs. What
//! hangs is tried again, in a new child and with no other running, and counts only if it hangs again.

mod channel;
mod child;
mod pace;
mod requests;
mod watchdog;

pub use child::serve;

use crate::failure::explain::{Explanation, outline};
use crate::failure::viewer::{Drawn, Wanted};
use crate::judge::guard::protocol::Question;
use crate::judge::guard::{Ending, Guard, Limits};
use crate::judge::lockstep::{Failure, Verdict};
use crate::judge::tally::Tally;
use crate::judge::violation::Violation;
use crate::runs::campaign::Judged;
use heapproof_model::Program;
use pace::Pace;
use requests::{Ended, Ran, Request, bytes, read};
use std::io;
use std::process::Command;
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

/// A judge that runs programs in child processes. Threads share it: each that asks at a time has a child of its own.
pub struct Isolated<'a> {
    limits: Limits,
    /// Makes the command that runs [`serve`] for the property, the subject and the limits.
    command: Box<dyn Fn() -> Command + Sync + 'a>,
    tell: Box<dyn Fn(&str) + Sync + 'a>,
    idle: Mutex<Vec<Guard>>,
    /// Whoever tries something again is alone.
    alone: RwLock<()>,
    pace: Pace,
    /// When a program was last told to take long.
    slow: Mutex<Duration>,
}

impl<'a> Isolated<'a> {
    /// A judge without a child yet. The command that `command` makes must run [`serve`].
    pub fn new(limits: Limits, command: impl Fn() -> Command + Sync + 'a) -> Isolated<'a> {
        Isolated {
            limits,
            command: Box::new(command),
            tell: Box::new(|_| ()),
            idle: Mutex::default(),
            alone: RwLock::default(),
            pace: Pace::default(),
            slow: Mutex::default(),
        }
    }

    /// The same, which tells people what takes long, and what hung and did not when it was tried again.
    #[must_use]
    pub fn telling(self, tell: impl Fn(&str) + Sync + 'a) -> Isolated<'a> {
        Isolated { tell: Box::new(tell), ..self }
    }

    /// What came of a program. Of a failure that its process has survived only what tells it apart is known.
    ///
    /// # Errors
    /// Where there can be no child, or it answers nothing that can be read.
    pub fn verdict(&self, program: &Program) -> io::Result<Verdict> {
        Ok(self.judged(program, false)?.verdict)
    }

    /// The same, and what is seen of it if that is wanted.
    ///
    /// # Errors
    /// As before.
    pub fn judged(&self, program: &Program, observes: bool) -> io::Result<Judged> {
        self.patiently(program, observes, self.pace.patience(self.limits.time))
    }

    /// How a program hangs that was taken to, by the whole limit; if it does not, the limit counts from now on.
    ///
    /// # Errors
    /// Where there can be no child.
    pub fn hangs(&self, program: &Program) -> io::Result<Option<Failure>> {
        let failure = self.patiently(program, false, self.limits.time)?.verdict.failure;
        let hangs = failure.filter(|failure| matches!(failure.violation, Violation::Hung { .. }));
        if hangs.is_none() {
            self.pace.was_impatient();
        }
        Ok(hangs)
    }

    fn patiently(&self, program: &Program, observes: bool, patience: Duration) -> io::Result<Judged> {
        match self.twice(&Request::Run { observes }, program, patience)? {
            Ending::Answered(answer) => {
                let ran: Ran = read(&answer)?;
                self.pace.ended(ran.longest);
                ran.judged()
            }
            Ending::Ended { step, violation } => {
                let failure = Failure::new(step.min(program.len()), violation);
                let verdict = Verdict { tally: Tally::default(), failure: Some(failure) };
                Ok(Judged { verdict, observed: None })
            }
        }
    }

    /// Why a program fails. Where the child that is to explain it ends, little is said but that.
    ///
    /// # Errors
    /// Where there can be no child.
    pub fn explanation(&self, program: &Program, failure: &Failure) -> io::Result<Explanation> {
        let request = Request::Explain { trace: program.to_string(), ended: Ended::of(Some(failure)) };
        match self.twice(&request, program, self.limits.time)? {
            Ending::Answered(answer) => Ok(match read::<Option<Explanation>>(&answer)? {
                Some(explanation) => explanation,
                None => outline(program, failure, Some("it did not fail again when it was to be explained")),
            }),
            Ending::Ended { step, violation } => {
                let signature = violation.kind();
                let why = format!("the process that was to explain it ended, {signature}, at line {}", step + 1);
                Ok(outline(program, failure, Some(&why)))
            }
        }
    }

    /// What a run looks like, and one that fails how and why; otherwise how the child ended that was to draw it.
    ///
    /// # Errors
    /// Where there can be no child.
    pub fn drawn(
        &self,
        title: &str,
        program: &Program,
        failed: Option<(&Failure, &Explanation)>,
        wanted: &Wanted,
    ) -> io::Result<Result<Drawn, Failure>> {
        let (ended, explanation) =
            (Ended::of(failed.map(|(failure, _)| failure)), failed.map(|(_, why)| Box::new(why.clone())));
        let request = Request::Draw {
            trace: program.to_string(),
            title: title.to_owned(),
            ended,
            explanation,
            wanted: wanted.clone(),
        };
        Ok(match self.twice(&request, program, self.limits.time)? {
            Ending::Answered(answer) => Ok(read(&answer)?),
            Ending::Ended { step, violation } => Err(Failure::new(step, violation)),
        })
    }

    /// Asks a child, and once more where it hangs.
    fn twice(&self, request: &Request, program: &Program, patience: Duration) -> io::Result<Ending> {
        let question = Question { patience, text: bytes(request), program: program.clone() };
        let first = {
            let _others = self.alone.read().unwrap_or_else(PoisonError::into_inner);
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            self.ask(idle, &question)?
        };
        if !is_hung(&first) {
            return Ok(first);
        }
        let _alone = self.alone.write().unwrap_or_else(PoisonError::into_inner);
        let again = self.ask(None, &question)?;
        if is_hung(&again) {
            self.pace.hung();
        } else {
            (self.tell)("a program had not come to an end, and did when it was tried again alone: that is no failure");
        }
        Ok(again)
    }

    fn ask(&self, idle: Option<Guard>, question: &Question) -> io::Result<Ending> {
        let mut guard = match idle {
            Some(guard) => guard,
            None => Guard::begin((self.command)(), self.limits)?,
        };
        let ending = guard.ask(question, &|step, time| self.tell_slow(&question.program, step, time))?;
        if matches!(ending, Ending::Answered(_)) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(guard);
        }
        Ok(ending)
    }

    /// A program takes long as a whole, which is no violation; told once for each time twice as long.
    fn tell_slow(&self, program: &Program, step: usize, time: Duration) {
        let mut slow = self.slow.lock().unwrap_or_else(PoisonError::into_inner);
        if time < self.limits.time || time < *slow * 2 {
            return;
        }
        *slow = time;
        let (seconds, at, lines) = (time.as_secs(), step + 1, program.len());
        (self.tell)(&format!(
            "too slow as a whole: a program has used a processor for {seconds} s and is at line {at} of {lines}, though \
             no call of the subject takes too long; it goes on"
        ));
    }
}

fn is_hung(ending: &Ending) -> bool {
    matches!(ending, Ending::Ended { violation: Violation::Hung { .. }, .. })
}
