//! From a failure to what a person reads: minimise, save, explain. The three front doors and the command line share it.

use crate::failure::explain::{Explanation, Paint, explain};
use crate::failure::failures::{OUT, save_minimized, save_original};
use crate::failure::minimize::{Flaky, Minimized, Options, minimize_as};
use crate::judge::lockstep::Failure;
use crate::judge::properties::Property;
use crate::judge::signature::Signature;
use crate::judge::subject::SubjectKind;
use heapproof_model::Program;
use std::collections::HashMap;
use std::io;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

/// How many other failures a report names.
const MOST_OTHERS: usize = 5;

/// A failure, minimised.
#[derive(Debug, Clone)]
pub struct Counterexample {
    /// What was claimed.
    pub property: Property,
    /// The kind of subject that it does not hold for.
    pub subject: SubjectKind,
    /// What kind of violation it is.
    pub signature: Signature,
    /// How many lines the program had that was found.
    pub found_length: usize,
    /// The minimised program, how it fails, and the programs met on the way that fail otherwise.
    pub minimized: Minimized,
    /// Where the minimised trace was saved.
    pub path: Option<PathBuf>,
    /// Why it fails, as it was told by another process; unless it was, the program is run here.
    pub told: Option<Explanation>,
}

impl Counterexample {
    /// Minimises a program; `None` where it does not fail.
    pub fn of(property: Property, subject: &SubjectKind, program: &Program) -> Option<Counterexample> {
        let judge = |program: &Program| property.check(subject, program).failure;
        Counterexample::by(property, subject, program, &Options::default(), &judge)
    }

    /// The same as is asked for, by what a judge says.
    pub fn by(
        property: Property,
        subject: &SubjectKind,
        program: &Program,
        options: &Options<'_>,
        judge: &(dyn Fn(&Program) -> Option<Failure> + Sync),
    ) -> Option<Counterexample> {
        let minimized = minimize_as(program, options, judge)?;
        let signature = minimized.failure.violation.signature();
        let found_length = program.len();
        Some(Counterexample {
            property,
            subject: subject.clone(),
            signature,
            found_length,
            minimized,
            path: None,
            told: None,
        })
    }

    /// The failure that the minimised program ends in.
    pub fn failure(&self) -> &Failure {
        &self.minimized.failure
    }

    /// The trace, what parts in it and why, and what could be different in it.
    pub fn explanation(&self) -> Explanation {
        if let Some(told) = &self.told {
            return told.clone();
        }
        let Counterexample { property, subject, signature, minimized, .. } = self;
        let mut explanation = explain(subject, &minimized.program, self.failure());
        // What ends its process is told by whoever runs it in another.
        if !self.failure().violation.ends_the_process() {
            explanation.vary(&minimized.program, signature, &mut |program| property.check(subject, program).failure);
        }
        explanation
    }

    /// Saves the minimised trace under `out`, and what was met on the way among the originals.
    ///
    /// # Errors
    /// Where a file can't be written.
    pub fn save(&mut self, out: &Path) -> io::Result<()> {
        for (signature, program) in &self.minimized.others {
            save_original(out, signature, program, "met while another failure was minimised")?;
        }
        let note =
            format!("signature {}, property {}, subject {}", self.signature, self.property.name(), self.subject.name);
        self.path = Some(save_minimized(out, &self.signature, &self.minimized.program, &note)?);
        Ok(())
    }

    /// The command that replays it, with `program` as the command line's own name.
    pub fn replay_command(&self, program: &str) -> Option<String> {
        let path = self.path.as_ref()?.display();
        let property = match self.property {
            Property::Lockstep => String::new(),
            other => format!("--property {} ", other.name()),
        };
        let isolate = if self.failure().violation.ends_the_process() { "--isolate " } else { "" };
        let (program, path) = (quoted(program), quoted(&path.to_string()));
        Some(format!("{program} replay --subject {} {property}{isolate}{path}", self.subject.name))
    }

    /// How it was cut down, in a line or two.
    fn cut(&self) -> String {
        let Counterexample { found_length, minimized, .. } = self;
        let (lines, executions) = (minimized.program.len(), minimized.executions);
        let mut text = format!("cut from {found_length} lines to {lines} in {executions} executions");
        text.push_str(match minimized.is_minimal {
            true => ": no line of it can go, and no object\n",
            false => ": not yet minimal, the search was stopped\n",
        });
        if let Some(Flaky { failed, runs }) = minimized.flaky {
            text.push_str(&format!("flaky: failed {failed} of {runs} runs; each program was run several times\n"));
        }
        text
    }

    /// The whole report.
    pub fn report(&self, program: &str) -> String {
        self.painted_report(program, Paint::Plain)
    }

    /// The whole report, in colours or not.
    pub fn painted_report(&self, program: &str, paint: Paint) -> String {
        let Counterexample { signature, property, minimized, .. } = self;
        let mut text = format!(
            "{signature}: `{}` does not hold `{}`\n\n{}\n{}",
            self.subject.name,
            property.name(),
            self.explanation().painted(paint),
            self.cut(),
        );
        for other in minimized.others.keys().take(MOST_OTHERS) {
            text.push_str(&format!("met on the way, another failure: {other} (in failures/original/)\n"));
        }
        if let Some(more @ 1..) = minimized.others.len().checked_sub(MOST_OTHERS) {
            text.push_str(&format!("and {more} more of them\n"));
        }
        if let (Some(path), Some(command)) = (&self.path, self.replay_command(program)) {
            text.push_str(&format!("saved as {}\nreplay it: {command}\n", path.display()));
        }
        text
    }
}

/// A word as a shell takes it for one.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+=:@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// Reports by property, subject's name and signature.
type Reports = HashMap<(Property, &'static str, Signature), String>;

/// What was reported already in this process.
static REPORTED: LazyLock<Mutex<Reports>> = LazyLock::new(Mutex::default);

/// Checks that a property holds for a program; for tests by any framework that makes programs.
///
/// Where it does not, the program is minimised, the trace saved in `heapproof.out/failures/`, and the whole report is the
/// message of the panic. A framework that now shrinks the program by itself meets the same signature again and again:
/// that is told from what was reported first, without minimising anew, and in silence.
///
/// # Panics
/// Where the property does not hold: that is how tests fail.
///
/// ```
/// use heapproof::{assert_holds, properties::Property, subjects::HEAP};
///
/// assert_holds(Property::Lockstep, &HEAP, &"a = table\na.x = a\ndrop a".parse().unwrap());
/// ```
#[track_caller]
#[allow(clippy::panic)] // it is an assertion
pub fn assert_holds(property: Property, subject: &SubjectKind, program: &Program) {
    let Some(failure) = property.check(subject, program).failure else { return };
    let key = (property, subject.name, failure.violation.signature());
    let known = REPORTED.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    if let Some(report) = known {
        resume_unwind(Box::new(report));
    }
    let Some(mut found) = Counterexample::of(property, subject, program) else {
        panic!("flaky: the program failed with `{}` and then did not\n{program}", key.2);
    };
    let out = Path::new(OUT);
    let saved = save_original(out, &found.signature, program, "").and_then(|_| found.save(out));
    let mut report = found.report("heapproof");
    if let Err(error) = saved {
        report.push_str(&format!("not saved in {OUT}: {error}\n"));
    }
    REPORTED.lock().unwrap_or_else(PoisonError::into_inner).insert(key, report.clone());
    panic!("{report}");
}
