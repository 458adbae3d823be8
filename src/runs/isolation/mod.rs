//! Runs programs in child processes, for subjects that abort, overflow their stack, loop for ever or eat all memory.
//!
//! A panic can be caught; these can't. So a child process runs each program within limits. It reports each line that it
//! begins, and the result. If it ends before that, the way it ended is the failure. A child that lives also runs the next
//! program, so a program costs two messages, and a new process only after one has died.
//!
//! No program runs in the parent: a failure that a child survives may have spoilt its memory. So the child also explains
//! and draws a failure, and the parent knows only its signature.
//!
//! A *hang* is a call that uses the processor for longer than the limit, or an equal time in which no thread runs. A
//! program that hangs runs again, in a new child and alone. It counts as hung only if it hangs again.

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

/// A judge that runs programs in child processes. Threads share it, and each thread that asks uses its own child.
pub struct Isolated<'a> {
    limits: Limits,
    /// Makes the command that runs [`serve`] for the property, the subject and the limits.
    command: Box<dyn Fn() -> Command + Sync + 'a>,
    tell: Box<dyn Fn(&str) + Sync + 'a>,
    idle: Mutex<Vec<Guard>>,
    /// Locked for writing while a hung program runs again, so that it runs alone.
    alone: RwLock<()>,
    pace: Pace,
    /// The processor time of the last program that was reported as slow.
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

    /// Sets a function that gets messages for people: about slow programs, and about hangs that did not repeat.
    #[must_use]
    pub fn telling(self, tell: impl Fn(&str) + Sync + 'a) -> Isolated<'a> {
        Isolated { tell: Box::new(tell), ..self }
    }

    /// The verdict on a program. If the child survives a failure, only its signature and objects are known.
    ///
    /// # Errors
    /// If no child can be started, or its answer can't be read.
    pub fn verdict(&self, program: &Program) -> io::Result<Verdict> {
        Ok(self.judged(program, false)?.verdict)
    }

    /// The same. If `observes` is set, the child also observes the program for the statistics.
    ///
    /// # Errors
    /// As for [`Isolated::verdict`].
    pub fn judged(&self, program: &Program, observes: bool) -> io::Result<Judged> {
        self.judged_within(program, observes, self.pace.patience(self.limits.time))
    }

    /// Runs a program that seemed to hang, with the whole limit. If it does not hang, the whole limit applies from now on.
    ///
    /// # Errors
    /// If no child can be started.
    pub fn hangs(&self, program: &Program) -> io::Result<Option<Failure>> {
        let failure = self.judged_within(program, false, self.limits.time)?.verdict.failure;
        let hangs = failure.filter(|failure| matches!(failure.violation, Violation::Hung { .. }));
        if hangs.is_none() {
            self.pace.was_impatient();
        }
        Ok(hangs)
    }

    fn judged_within(&self, program: &Program, observes: bool, patience: Duration) -> io::Result<Judged> {
        match self.ask_again_if_hung(&Request::Run { observes }, program, patience)? {
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

    /// Why a program fails. If the child ends while it explains this, the explanation says little more than that.
    ///
    /// # Errors
    /// If no child can be started.
    pub fn explanation(&self, program: &Program, failure: &Failure) -> io::Result<Explanation> {
        let request = Request::Explain { trace: program.to_string(), ended: Ended::of(Some(failure)) };
        match self.ask_again_if_hung(&request, program, self.limits.time)? {
            Ending::Answered(answer) => Ok(match read::<Option<Explanation>>(&answer)? {
                Some(explanation) => explanation,
                None => outline(program, failure, Some("it did not fail when it ran again to be explained")),
            }),
            Ending::Ended { step, violation } => {
                let signature = violation.kind();
                let why = format!("the child process that explains it ended at line {}: {signature}", step + 1);
                Ok(outline(program, failure, Some(&why)))
            }
        }
    }

    /// Draws a run, and for a failing one how and why it fails. The inner error says how the child ended.
    ///
    /// # Errors
    /// If no child can be started.
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
        Ok(match self.ask_again_if_hung(&request, program, self.limits.time)? {
            Ending::Answered(answer) => Ok(read(&answer)?),
            Ending::Ended { step, violation } => Err(Failure::new(step, violation)),
        })
    }

    /// Asks a child, and asks a new one if it hangs.
    fn ask_again_if_hung(&self, request: &Request, program: &Program, patience: Duration) -> io::Result<Ending> {
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
            (self.tell)("a program seemed to hang, but ended when it was tried again alone: this is no failure");
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

    /// Reports a program that is slow as a whole, which is no violation. The next report needs twice the time.
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
