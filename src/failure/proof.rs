//! Turns a failure into a report: minimises, saves and explains it. All doors share this.

use crate::failure::explain::{Explanation, Paint, explain};
use crate::failure::failures::{OUT, originals, save, save_minimized, save_original};
use crate::failure::frames;
use crate::failure::heading::found_as;
use crate::failure::minimize::{Flaky, Minimized, Options, minimize_as};
use crate::judge::lockstep::Failure;
use crate::judge::properties::Property;
use crate::judge::signature::Signature;
use crate::judge::subject::SubjectKind;
use heapproof_model::Program;
use std::collections::HashMap;
use std::io::{self, Write as _};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

/// How many other failures a report names.
const MOST_OTHERS: usize = 5;

/// A failure, minimised.
#[derive(Debug, Clone)]
pub struct Counterexample {
    /// The property that does not hold.
    pub property: Property,
    /// The kind of subject for which it does not hold.
    pub subject: SubjectKind,
    /// The signature of the violation.
    pub signature: Signature,
    /// How many lines the program had before it was minimised.
    pub found_length: usize,
    /// The minimised program, how it fails, and the programs found on the way that fail in other ways.
    pub minimized: Minimized,
    /// Where the minimised trace was saved.
    pub path: Option<PathBuf>,
    /// The folder where the programs that fail in other ways were saved.
    pub others_in: Option<PathBuf>,
    /// The explanation of another process; if there is none, the program runs here.
    pub told: Option<Explanation>,
}

impl Counterexample {
    /// Minimises a program; `None` if it passes.
    pub fn of(property: Property, subject: &SubjectKind, program: &Program) -> Option<Counterexample> {
        let judge = |program: &Program| judged(property, subject, program);
        Counterexample::by(property, subject, program, &Options::default(), &judge)
    }

    /// Does the same with options and with a judge of your own.
    pub fn by(
        property: Property,
        subject: &SubjectKind,
        program: &Program,
        options: &Options<'_>,
        judge: &(dyn Fn(&Program) -> Option<Failure> + Sync),
    ) -> Option<Counterexample> {
        let dialect = subject.abilities().ok().map(|abilities| *abilities.dialect()).unwrap_or_default();
        let minimized = minimize_as(program, &Options { dialect, ..options.clone() }, judge)?;
        let signature = minimized.failure.signature(&minimized.program);
        let found_length = program.len();
        Some(Counterexample {
            property,
            subject: subject.clone(),
            signature,
            found_length,
            minimized,
            path: None,
            others_in: None,
            told: None,
        })
    }

    /// The failure of the minimised program.
    pub fn failure(&self) -> &Failure {
        &self.minimized.failure
    }

    /// The explanation: the trace, how subject and model differ and why, and what could be different in the trace.
    pub fn explanation(&self) -> Explanation {
        if let Some(told) = &self.told {
            return told.clone();
        }
        let Counterexample { property, subject, signature, minimized, .. } = self;
        let mut explanation = explain(subject, &minimized.program, self.failure());
        // A program that ends its process can't be varied here.
        if !self.failure().violation.ends_the_process() {
            let program = &minimized.program;
            explanation.vary(program, signature, &mut |program| judged(*property, subject, program));
            explanation.try_contracts(subject, program, &mut |subject| property.check(subject, program));
        }
        explanation
    }

    /// Saves the minimised trace under `out`, and programs that fail in other ways among the originals.
    ///
    /// # Errors
    /// If a file can't be written.
    pub fn save(&mut self, out: &Path) -> io::Result<()> {
        self.save_others(&originals(out))?;
        let note = found_as(self.signature.as_str(), self.property, &self.subject);
        self.path = Some(save_minimized(out, &self.signature, &self.minimized.program, &note)?);
        Ok(())
    }

    /// Saves the programs that were found on the way and fail in other ways.
    ///
    /// # Errors
    /// If a file can't be written.
    pub fn save_others(&mut self, folder: &Path) -> io::Result<()> {
        for (signature, program) in &self.minimized.others {
            let found = found_as(signature.as_str(), self.property, &self.subject);
            save(folder, signature, program, &format!("{found}\nfound while another failure was minimised"))?;
        }
        self.others_in = Some(folder.to_owned());
        Ok(())
    }

    /// The command that replays it; `program` is the name of the executable.
    pub fn replay_command(&self, program: &str) -> Option<String> {
        let path = self.path.as_ref()?.display();
        let property = match self.property {
            Property::Lockstep => String::new(),
            other => format!("--property {} ", other.name()),
        };
        let isolate = if self.failure().violation.ends_the_process() { "--isolate " } else { "" };
        let held = self.subject.is_held_to().map(|dialect| format!("--dialect {} ", quoted(&dialect.to_string())));
        let (program, path, held) = (quoted(program), quoted(&path.to_string()), held.unwrap_or_default());
        let subject = quoted(self.subject.typed());
        Some(format!("{program} replay --subject {subject}{} {property}{held}{isolate}{path}", self.subject.options()))
    }

    /// One or two lines about the minimisation.
    fn minimization(&self) -> String {
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
        let mut text = self.told(&self.explanation(), paint);
        if let (Some(path), Some(command)) = (&self.path, self.replay_command(program)) {
            text.push_str(&format!("saved as {}\nreplay it: {command}\n", path.display()));
        }
        text
    }

    /// The report with this explanation, without where the trace is.
    pub(crate) fn told(&self, explanation: &Explanation, paint: Paint) -> String {
        let Counterexample { signature, property, minimized, .. } = self;
        let mut text = headed(signature, *property, &self.subject.name, explanation, paint);
        text.push_str(&format!("\n{}", self.minimization()));
        let place = self.others_in.as_ref().map_or_else(
            || "not saved; `minimize --others FOLDER` saves it".to_owned(),
            |folder| format!("in {}", folder.display()),
        );
        for other in minimized.others.keys().take(MOST_OTHERS) {
            text.push_str(&format!("another failure was found on the way: {other} ({place})\n"));
        }
        if let Some(more @ 1..) = minimized.others.len().checked_sub(MOST_OTHERS) {
            text.push_str(&format!("and {more} more of them\n"));
        }
        text
    }
}

/// An explanation under a line that says what does not hold.
pub(crate) fn headed(
    signature: &Signature,
    property: Property,
    subject: &str,
    explanation: &Explanation,
    paint: Paint,
) -> String {
    format!("{signature}: `{subject}` does not hold `{}`\n\n{}", property.name(), explanation.painted(paint))
}

/// How a program fails. If no subject can be made, it does not fail.
fn judged(property: Property, subject: &SubjectKind, program: &Program) -> Option<Failure> {
    property.check(subject, program).failure.filter(|failure| failure.violation.not_made().is_none())
}

/// The message for people before a failure is minimised, since a kill can't be caught.
pub(crate) fn found_line(signature: &Signature, program: &str, lines: usize, path: Option<&Path>) -> String {
    let saved = path.map_or_else(String::new, |path| format!(", saved as {}", path.display()));
    format!("{signature} in {program}{saved}; minimising its {lines} lines")
}

/// A word with the quotes that a shell needs.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+=:@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// Reports by property, subject's name and signature.
type Reports = HashMap<(Property, String, Signature), String>;

/// The reports of this process so far.
static REPORTED: LazyLock<Mutex<Reports>> = LazyLock::new(Mutex::default);

/// Asserts that a property holds for a program, in tests of any framework.
///
/// If it does not hold, the program is saved in `heapproof.out/failures/original/` at once, and a line on standard error says so,
/// since a test may be killed while it minimises. Then it is minimised, the trace is saved in `heapproof.out/failures/`, and the
/// panic's message is the whole report. A framework that then shrinks the program itself gets the same signature again and
/// again. Such a repeat panics with the first report, without minimising again and without output.
///
/// # Panics
/// If the property does not hold.
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
    if let Some(not_made) = failure.violation.not_made() {
        panic!("{not_made}");
    }
    let key = (property, subject.name.clone().into_owned(), failure.signature(program));
    let known = REPORTED.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    if let Some(report) = known {
        resume_unwind(Box::new(report));
    }
    let out = Path::new(OUT);
    let original = save_original(out, &key.2, program, &found_as(key.2.as_str(), property, subject));
    // What a test prints is kept back until it ends, and lost if it is killed.
    let what = format!("a program of `{}`", subject.name);
    let line = found_line(&key.2, &what, program.len(), original.as_deref().ok());
    let _ = writeln!(io::stderr(), "{line}");
    let Some(mut found) = Counterexample::of(property, subject, program) else {
        let kept = original.map_or_else(|_| String::new(), |path| format!(" (saved as {})", path.display()));
        panic!("flaky: the program failed with `{}` and then did not{kept}\n{program}", key.2);
    };
    let saved = found.save(out).and(original);
    let mut report = found.report("heapproof");
    if let Err(error) = saved {
        report.push_str(&format!("not saved in {OUT}: {error}\n"));
    }
    REPORTED.lock().unwrap_or_else(PoisonError::into_inner).insert(key, report.clone());
    frames::fail(found.signature.kind(), &report);
}
