//! Judges programs for all commands, in this process or in children, and minimises those that fail.

use super::Trouble;
use super::isolate::{Isolate, isolated, no_child};
use super::minimizing::Minimizing;
use crate::failure::explain::{Explanation, explain, outline};
use crate::failure::minimize::{Minimized, Options, Without, removals};
use crate::failure::proof::Counterexample;
use crate::failure::viewer::{Drawn, Viewer, Wanted};
use crate::judge::lockstep::{Failure, Verdict};
use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use crate::judge::tally::Tally;
use crate::runs::campaign::Judged;
use crate::runs::isolation::Isolated;
use crate::subjects::process;
use heapproof_model::Program;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Judges programs, in this process or in children.
pub(super) struct Judge<'a> {
    property: Property,
    /// For the programs of a run, which may be run in haste, and for single ones.
    subject: &'a SubjectKind,
    careful: SubjectKind,
    isolated: Option<Isolated<'a>>,
    trouble: Mutex<Option<Trouble>>,
    /// Whether a process hung: while a program is minimised, it will hang often.
    hung: AtomicBool,
}

impl<'a> Judge<'a> {
    /// With `--isolate` it judges in children.
    pub fn new(property: Property, subject: &'a SubjectKind, isolate: &'a Isolate) -> Result<Judge<'a>, Trouble> {
        isolate.refuse_what_has_no_effect(subject)?;
        let isolated = if isolate.isolate { Some(isolated(property, subject, isolate)?) } else { None };
        let careful = subject.clone().careful();
        Ok(Judge { property, subject, careful, isolated, trouble: Mutex::default(), hung: AtomicBool::new(false) })
    }

    /// Tries the program in a child first. If it ends its process or hangs, all programs are judged in children.
    pub fn after_trying(
        program: &Program,
        property: Property,
        subject: &'a SubjectKind,
        isolate: &'a Isolate,
    ) -> Result<Judge<'a>, Trouble> {
        if isolate.isolate || process::is_one(subject) {
            return Judge::new(property, subject, isolate);
        }
        let isolated = isolated(property, subject, isolate)?;
        let failure = isolated.verdict(program).map_err(no_child)?.failure;
        let ends = failure.is_some_and(|failure| failure.violation.ends_the_process());
        if ends {
            super::say(&format!(
                "`{}` ends its process, or never ends: each program runs in a child process",
                subject.name
            ));
        }
        let (careful, isolated) = (subject.clone().careful(), ends.then_some(isolated));
        Ok(Judge { property, subject, careful, isolated, trouble: Mutex::default(), hung: AtomicBool::new(false) })
    }

    /// How a program fails, if it does. If it can't be judged, it passes, and [`Judge::trouble`] returns the error.
    pub fn failure(&self, program: &Program) -> Option<Failure> {
        self.verdict(program).failure
    }

    /// The same, with the outcomes of its operations.
    pub fn verdict(&self, program: &Program) -> Verdict {
        match self.hung.load(Ordering::Relaxed) {
            true => self.judged_on(&self.careful.clone().impatient(), program, false).verdict,
            false => self.judged_on(&self.careful, program, false).verdict,
        }
    }

    /// The same. If `observes` is set, it also observes the program for the statistics.
    pub fn judged(&self, program: &Program, observes: bool) -> Judged {
        self.judged_on(self.subject, program, observes)
    }

    fn judged_on(&self, subject: &SubjectKind, program: &Program, observes: bool) -> Judged {
        let judged = self.unless_in_trouble(|| {
            let judged = match &self.isolated {
                Some(isolated) => isolated.judged(program, observes).map_err(no_child)?,
                None => Judged::here(self.property, subject, program, observes),
            };
            match judged.verdict.failure.as_ref().and_then(|failure| failure.violation.not_made()) {
                Some(not_made) => Err(not_made.clone().into()),
                None => Ok(judged),
            }
        });
        judged.unwrap_or_else(unknown)
    }

    /// Minimises a program. The process that runs it also explains the result.
    pub fn minimized(&self, program: &Program, options: &Options<'_>) -> Option<Counterexample> {
        let mut found = self.search(program, options)?;
        if found.failure().violation.hangs() {
            match self.unless_in_trouble(|| self.hangs(&found.minimized.program))? {
                Some(failure) => found.minimized.failure = failure,
                None => {
                    super::say("the program was only slow and did not hang: minimising again with the full limit");
                    found = self.search(program, options)?;
                }
            }
        }
        if self.isolated.is_some() || process::is_one(self.subject) {
            found.told = Some(self.explanation(&found.minimized.program, found.failure()));
        }
        Some(found)
    }

    /// Runs a program that seemed to hang, with the whole limit.
    fn hangs(&self, program: &Program) -> Result<Option<Failure>, Trouble> {
        match &self.isolated {
            Some(isolated) => isolated.hangs(program).map_err(no_child),
            None => {
                self.hung.store(false, Ordering::Relaxed);
                Ok(self
                    .judged_on(&self.careful, program, false)
                    .verdict
                    .failure
                    .filter(|failure| failure.violation.hangs()))
            }
        }
    }

    fn search(&self, program: &Program, options: &Options<'_>) -> Option<Counterexample> {
        let served = self.search_where_others_ran(program, options);
        served.or_else(|| self.searched(program, options, &|program| self.failure(program)))
    }

    /// The search in processes that serve many programs; `None` where there are none, or where it matters what they have served.
    fn search_where_others_ran(&self, program: &Program, options: &Options<'_>) -> Option<Counterexample> {
        if !process::serves_many(self.subject) || self.passes_where_others_ran(program) {
            return None;
        }
        let judge = |program: &Program| match self.passes_where_others_ran(program) {
            true => None,
            false => self.failure(program),
        };
        let mut found = self.searched(program, options, &judge)?;
        let Minimized { program: least, failure, is_minimal, flaky, removals: tried, .. } = &mut found.minimized;
        if *is_minimal {
            // That nothing can go is said of fresh processes.
            *tried = removals(least, failure, &mut |program| self.failure(program));
        }
        let can_go = tried.iter().any(|tried| tried.without == Without::FailsAlike);
        (!can_go && flaky.is_none()).then_some(found)
    }

    /// Searches for the simplest program that fails in the same way.
    fn searched(
        &self,
        program: &Program,
        options: &Options<'_>,
        judge: &(dyn Fn(&Program) -> Option<Failure> + Sync),
    ) -> Option<Counterexample> {
        let minimizing = Minimizing::begin(program);
        let judge = |program: &Program| {
            let failure = judge(program);
            let expected =
                process::is_one(self.subject) && failure.as_ref().is_some_and(|failure| failure.violation.hangs());
            self.hung.fetch_or(expected, Ordering::Relaxed);
            minimizing.ran(failure.as_ref());
            failure
        };
        let improved = |program: &Program, failure: &Failure| {
            minimizing.improved(program);
            if let Some(improved) = options.improved {
                improved(program, failure);
            }
        };
        let options = Options { improved: Some(&improved), ..options.clone() };
        Counterexample::by(self.property, &self.careful, program, &options, &judge)
    }

    /// Whether a program passes in a process that has served others, as most do that are tried while one is minimised. To start a
    /// process takes longer than to run them, so that is enough to leave a program; one that fails is run again in a fresh process,
    /// which decides. A process in which one has failed serves no other.
    fn passes_where_others_ran(&self, program: &Program) -> bool {
        let any = self.careful.clone().patient();
        !self.hung.load(Ordering::Relaxed) && self.judged_on(&any, program, false).verdict.failure.is_none()
    }

    /// Explains why a program fails, and what could be different in it.
    pub fn explanation(&self, program: &Program, failure: &Failure) -> Explanation {
        let told = self.isolated.as_ref().map(|isolated| {
            let told = self.unless_in_trouble(|| isolated.explanation(program, failure).map_err(no_child));
            told.unwrap_or_else(|| outline(program, failure, None))
        });
        let mut explanation = told.unwrap_or_else(|| explain(&self.careful, program, failure));
        // A program that hangs would take the whole limit for each variation.
        if !failure.violation.hangs() {
            explanation.vary(program, &failure.signature(program), &mut |program| self.failure(program));
        }
        // In another dialect each trial would take a process of its own; and in none a heap that ends its process is right.
        if self.isolated.is_none() && !failure.violation.ends_the_process() {
            let judge = &mut |subject: &SubjectKind| self.property.check(subject, program);
            explanation.try_contracts(&self.careful, program, judge);
        }
        explanation
    }

    /// The picture of the step at which a program fails; none if its process ends where it is drawn.
    pub fn picture(&self, program: &Program, failure: &Failure) -> Option<String> {
        let (wanted, outline) = (Wanted { svg: true, ..Wanted::default() }, outline(program, failure, None));
        self.drawn("", program, Some((failure, &outline)), &wanted).ok()?.svg
    }

    /// Draws a run.
    pub fn drawn(
        &self,
        title: &str,
        program: &Program,
        failed: Option<(&Failure, &Explanation)>,
        wanted: &Wanted,
    ) -> Result<Drawn, Trouble> {
        let Some(isolated) = &self.isolated else {
            return Ok(Viewer::new(title, (self.property, &self.careful), program, failed).drawn(wanted));
        };
        isolated.drawn(title, program, failed, wanted).map_err(no_child)?.map_err(
            |Failure { step, violation, .. }| {
                let (signature, line) = (violation.kind(), step + 1);
                Trouble::Fault(format!(
                    "can't draw the run: the child process that draws it ended at line {line}: {signature}"
                ))
            },
        )
    }

    /// Calls `ask`, unless there was trouble before.
    fn unless_in_trouble<T>(&self, ask: impl FnOnce() -> Result<T, Trouble>) -> Option<T> {
        let trouble = || self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if trouble().is_some() {
            return None;
        }
        match ask() {
            Ok(answer) => Some(answer),
            Err(error) => {
                trouble().get_or_insert(error);
                None
            }
        }
    }

    /// Whether an error keeps it from judging.
    pub fn is_in_trouble(&self) -> bool {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// The error that kept it from judging.
    pub fn trouble(self) -> Result<(), Trouble> {
        let trouble = self.trouble.into_inner().unwrap_or_else(PoisonError::into_inner);
        trouble.map_or(Ok(()), Err)
    }
}

/// The result for a program that can't be judged.
fn unknown() -> Judged {
    Judged { verdict: Verdict { tally: Tally::default(), failure: None }, observed: None }
}
