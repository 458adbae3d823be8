//! `heapproof enumerate`: every program of a few lines on a few objects.

mod report;

use super::arguments::Format;
use super::output::Output;
use super::{Context, End, Trouble, say};
use crate::enumerate::{Found, KINDS, Search, Space};
use crate::failures::{OUT, save_original};
use crate::minimize::Options;
use crate::proof::Counterexample;
use crate::properties::Property;
use crate::subject::SubjectKind;
use clap::Args;
use heapproof_model::{Code, Fault, Field, Kind};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use report::Reporter;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

#[derive(Debug, Args)]
pub(super) struct Enumerate {
    /// The heap under proof; the first of `list subjects` unless given
    #[arg(long, value_name = "NAME")]
    pub subject: Option<String>,
    /// Which programs: `cycles`, `graphs`, `faults`, `whole`; all of these, one after the other, unless given
    #[arg(long, value_name = "NAME", value_parser = space)]
    pub space: Option<Space>,
    /// The most objects that live at once; with this or one of the next, and without `--space`, of `whole`
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u8).range(1..=16))]
    pub objects: Option<u8>,
    /// The most lines of a program
    #[arg(long, value_name = "L", value_parser = clap::value_parser!(u8).range(1..=30))]
    pub ops: Option<u8>,
    /// The kinds of objects that are allocated, as in `table,array`
    #[arg(long, value_name = "KIND,..", value_delimiter = ',', value_parser = kind)]
    pub kinds: Option<Vec<Kind>>,
    /// The operations that programs are made of, by their names in `list operations`, as in `table,take,drop`
    #[arg(long, value_name = "NAME,..", value_delimiter = ',', value_parser = operation)]
    pub operations: Option<Vec<Code>>,
    /// The names of fields, as in `x,y`
    #[arg(long, value_name = "NAME,..", value_delimiter = ',', value_parser = field)]
    pub fields: Option<Vec<Field>>,
    /// The faults that are made
    #[arg(long, value_name = "FAULT,..", value_delimiter = ',', value_parser = fault)]
    pub faults: Option<Vec<Fault>>,
    /// Try each program by itself, also where another has led to the same state
    #[arg(long)]
    pub unmerged: bool,
    /// How many threads; as many as there are processors unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// Go on behind the first failure, to one trace for each signature
    #[arg(long)]
    pub keep_going: bool,
    /// Where failures are saved
    #[arg(long, value_name = "DIR", default_value = OUT)]
    pub out: PathBuf,
    /// How the results are written
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

impl Enumerate {
    /// The spaces that are asked for.
    fn spaces(&self) -> Vec<Space> {
        let is_changed = self.objects.is_some()
            || self.ops.is_some()
            || self.kinds.is_some()
            || self.operations.is_some()
            || self.fields.is_some()
            || self.faults.is_some();
        match &self.space {
            Some(space) => vec![self.changed(space.clone())],
            None if is_changed => vec![self.changed(Space::whole())],
            None => Space::all(),
        }
    }

    fn changed(&self, mut space: Space) -> Space {
        space.objects = self.objects.map_or(space.objects, usize::from);
        space.lines = self.ops.map_or(space.lines, usize::from);
        if let Some(operations) = &self.operations {
            space.operations.clone_from(operations);
            space.operations.sort_unstable();
            space.operations.dedup();
        }
        self.kinds.iter().for_each(|kinds| space.kinds.clone_from(kinds));
        self.fields.iter().for_each(|fields| space.fields.clone_from(fields));
        self.faults.iter().for_each(|faults| space.faults.clone_from(faults));
        space
    }
}

pub(super) fn enumerate(context: &Context<'_>, arguments: &Enumerate, output: &mut Output) -> Result<End, Trouble> {
    let subject = context.subject(arguments.subject.as_deref())?.clone();
    let jobs = arguments.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    context.catch_interrupts()?;
    let mut reporter = Reporter::new(&context.name, &subject, arguments, output);
    let spaces = arguments.spaces();
    reporter.start(&spaces)?;
    let mut end = End::Passed;
    for space in spaces {
        let mut search = Search::new(space, &subject, !arguments.unmerged, arguments.keep_going);
        reporter.space(&search)?;
        run(context, arguments, &subject, &mut search, jobs, &mut reporter)?;
        reporter.proved(&search)?;
        if context.stop.load(Ordering::Relaxed) {
            return Ok(End::Interrupted);
        }
        if !search.summary().violations.is_empty() {
            end = End::Violation;
            if !arguments.keep_going {
                break;
            }
        }
    }
    Ok(end)
}

fn run(
    context: &Context<'_>,
    arguments: &Enumerate,
    subject: &SubjectKind,
    search: &mut Search,
    jobs: usize,
    reporter: &mut Reporter<'_>,
) -> Result<(), Trouble> {
    let bar = ProgressBar::no_length().with_style(
        ProgressStyle::with_template("{spinner} {msg}, {elapsed}").unwrap_or_else(|_| ProgressStyle::default_spinner()),
    );
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
    let mut founds = Vec::new();
    let mut trouble = None;
    let reporter = std::cell::RefCell::new(reporter);
    search.run(jobs, &context.stop, &mut |found| founds.push(found), &mut |progress| {
        bar.set_message(report::line(progress));
        bar.tick();
        if progress.is_level_done()
            && let Err(error) = bar.suspend(|| reporter.borrow_mut().level(progress))
        {
            trouble.get_or_insert(Trouble::from(error));
            context.stop.store(true, Ordering::Relaxed);
        }
    });
    bar.finish_and_clear();
    for found in &founds {
        let reported = report_violation(context, arguments, subject, search.space(), found, *reporter.borrow_mut());
        if let Err(error) = reported {
            trouble.get_or_insert(error);
        }
    }
    trouble.map_or(Ok(()), Err)
}

/// Saves the program that failed, then minimises it, saves and reports the result. It has as few lines as can be; what
/// is left to do is to make them simple.
fn report_violation(
    context: &Context<'_>,
    arguments: &Enumerate,
    subject: &SubjectKind,
    space: &Space,
    found: &Found,
    reporter: &mut Reporter<'_>,
) -> Result<(), Trouble> {
    let signature = found.failure.violation.signature();
    let note = format!("a shortest program of `enumerate --space {}`", space.name);
    let unsaved = |error| Trouble::Fault(format!("can't save the failure under {}: {error}", arguments.out.display()));
    let original = save_original(&arguments.out, &signature, &found.program, &note).map_err(unsaved);
    let judge = |program: &_| Property::Lockstep.check(subject, program).failure;
    let options = Options { stop: Some(&context.stop), ..Options::default() };
    let Some(mut counterexample) = Counterexample::by(Property::Lockstep, subject, &found.program, &options, &judge)
    else {
        return Err(Trouble::Fault(format!(
            "`{signature}` was met where this program leads, but the program by itself passes: two states of `{}` have \
             one digest and are not alike, or it does not do the same each time\n{}",
            subject.name, found.program
        )));
    };
    if context.stop.load(Ordering::Relaxed) {
        say(&format!("{signature}: {note}; not minimised yet"));
        return original.map(drop);
    }
    let saved = counterexample.save(&arguments.out).map_err(unsaved);
    reporter.violation(&counterexample)?;
    original.and(saved)
}

/// The one that is called so, or an error that names the nearest.
fn named<T>(what: &str, text: &str, all: impl Iterator<Item = (String, T)> + Clone) -> Result<T, String> {
    let plain = |name: &str| name.replace(['-', '_'], "").to_lowercase();
    let wanted = plain(text);
    if let Some((_, found)) = all.clone().find(|(name, _)| plain(name) == wanted) {
        return Ok(found);
    }
    let nearest = all.min_by_key(|(name, _)| strsim::damerau_levenshtein(&plain(name), &wanted));
    let meant = nearest.map_or(String::new(), |(name, _)| format!("; did you mean `{name}`?"));
    Err(format!("there is no such {what}{meant}"))
}

fn space(text: &str) -> Result<Space, String> {
    named("space", text, Space::all().into_iter().map(|space| (space.name.to_owned(), space)))
}

fn kind(text: &str) -> Result<Kind, String> {
    named("kind of object", text, KINDS.iter().map(|(name, kind)| ((*name).to_owned(), *kind)))
}

fn operation(text: &str) -> Result<Code, String> {
    named("operation", text, Code::ALL.iter().map(|code| (code.name().to_owned(), *code)))
}

fn fault(text: &str) -> Result<Fault, String> {
    named("fault", text, Fault::ALL.iter().map(|fault| (fault.word().to_owned(), *fault)))
}

fn field(text: &str) -> Result<Field, String> {
    Field::new(text).ok_or_else(|| "expected a word: a letter or `_`, then letters, digits and `_`".to_owned())
}
