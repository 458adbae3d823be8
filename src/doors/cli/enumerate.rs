//! `heapproof enumerate`: runs every program of a few lines on a few objects.

mod keeper;
mod report;

use super::arguments::{Except, named, operation, share};
use super::files::Files;
use super::forms::Form;
use super::isolate::Isolate;
use super::judging::Judge;
use super::output::Output;
use super::progress::Progress;
use super::{Context, End, Trouble, say};
use crate::failure::failures::{OUT, save_original};
use crate::failure::heading::found_as;
use crate::failure::known::Known;
use crate::failure::minimize::Options;
use crate::failure::proof::quoted;
use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use crate::runs::enumerate::{self, Found, How, Search, Share, Space};
use crate::runs::threads;
use clap::Args;
use heapproof_model::{Code, Fault, Field, Kind};
use keeper::Keeper;
use report::Reporter;
use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

#[derive(Debug, Args)]
pub(super) struct Enumerate {
    /// The heap under proof; by default the first of `list subjects`
    #[arg(long, value_name = "NAME")]
    pub subject: Option<String>,
    /// The set of programs: `faults`, `cycles`, `graphs` or `whole`; by default all of them, one after the other
    #[arg(long, value_name = "NAME", value_parser = space)]
    pub space: Option<Space>,
    /// The most objects that live at once; without `--space`, this and the options below it change the space `whole`
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u8).range(1..=16))]
    pub objects: Option<u8>,
    /// The most lines of a program
    #[arg(long, value_name = "L", value_parser = clap::value_parser!(u8).range(1..=30))]
    pub ops: Option<u8>,
    /// The kinds of objects that are allocated, as in `table,array`
    #[arg(long, value_name = "KIND,..", value_delimiter = ',', value_parser = kind)]
    pub kinds: Option<Vec<Kind>>,
    /// The operations that programs use, by their names in `list operations`, as in `table,take,drop`
    #[arg(long, value_name = "NAME,..", value_delimiter = ',', value_parser = operation)]
    pub operations: Option<Vec<Code>>,
    #[command(flatten)]
    pub except: Except,
    /// The names of fields, as in `x,y`
    #[arg(long, value_name = "NAME,..", value_delimiter = ',', value_parser = field)]
    pub fields: Option<Vec<Field>>,
    /// The faults that programs make
    #[arg(long, value_name = "FAULT,..", value_delimiter = ',', value_parser = fault)]
    pub faults: Option<Vec<Fault>>,
    /// Try each program by itself, even if another one has led to the same state
    #[arg(long)]
    pub unmerged: bool,
    /// Do the Kth of N shares of the work, and go on after failures; all N together do what one search does, and
    /// `heapproof merge` puts their results together
    #[arg(long, value_name = "K/N", value_parser = share)]
    pub shard: Option<Share>,
    /// Continue a search that was stopped, from its file in the folder of `--out`
    #[arg(long)]
    pub resume: bool,
    /// About how much memory states may take, in megabytes
    #[arg(long, value_name = "MB", default_value_t = 4_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub memory: u32,
    /// How many threads; by default one for each processor
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// Go on after the first failure, and save one trace for each signature
    #[arg(long)]
    pub keep_going: bool,
    /// The folder for failures
    #[arg(long, value_name = "DIR", default_value = OUT)]
    pub out: PathBuf,
    /// The form of the results
    #[arg(long, value_enum, default_value_t = Form::Human)]
    pub format: Form,
}

impl Enumerate {
    fn jobs(&self) -> usize {
        self.jobs.map_or_else(threads, usize::from)
    }

    /// The file that keeps a search.
    fn search_file(&self, space: &Space) -> PathBuf {
        let Share { number, of } = self.shard.unwrap_or(Share::WHOLE);
        let share = if of > 1 { format!("-{number}-of-{of}") } else { String::new() };
        self.out.join("enumerations").join(format!("{}{share}.search", space.name))
    }

    /// The search of a space: a new one, or with `--resume` the one that is kept.
    fn search(&self, space: &Space, subject: &SubjectKind, known: &Known) -> Result<Search, Trouble> {
        let memory = u64::from(self.memory) * 1_000_000;
        // Other shares go on, whatever this one finds.
        let keep_going = self.keep_going || self.shard.is_some();
        let share = self.shard.unwrap_or(Share::WHOLE);
        let keeps_tail = self.shard.is_some();
        let how = How { merges: !self.unmerged, keep_going, share, keeps_tail, memory, ..How::default() };
        let path = self.search_file(space);
        let new = Search::new(space.clone(), subject, how)?.knowing(known.signatures.clone());
        let (name, shown) = (space.name, path.display());
        if !self.resume && path.exists() {
            return Err(Trouble::Usage(format!(
                "a search of `{name}` is kept in {shown}, and would be lost: continue it with `--resume`, begin another one \
                 in its own folder with `--out DIR`, or remove the file"
            )));
        }
        if !path.exists() {
            if self.resume {
                say(&format!("no search of `{name}` is kept in {shown}; a new one begins"));
            }
            return Ok(new);
        }
        let resumed = new.resumed(&path);
        resumed.map_err(|error| Trouble::Usage(format!("can't continue {}: {error}", path.display())))
    }

    /// The spaces that the arguments select.
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

    /// The same, without the operations of `--without`.
    fn spaces_without(&self) -> Vec<Space> {
        let mut spaces = self.spaces();
        for space in &mut spaces {
            space.operations.retain(|code| !self.except.without.contains(code));
        }
        spaces
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
    let subject = context.subject(arguments.subject.as_deref())?.clone().patient();
    let merges = !arguments.unmerged && subject.make()?.digest().is_some();
    let mut spaces = arguments.spaces_without();
    if !merges && arguments.ops.is_none() {
        spaces = spaces.into_iter().map(Space::unmerged).collect();
    }
    if let Some(space) = spaces.iter().find(|space| merges && !space.is_near()) {
        return Err(Trouble::Usage(format!(
            "digests do not distinguish states in programs of {} lines on {} objects; for so many objects at most {} lines \
             are possible; `--unmerged` tries each program by itself",
            space.lines,
            space.objects,
            space.most_lines()
        )));
    }
    let abilities = subject.abilities()?;
    if let Some(space) = spaces.iter().find(|space| !space.allocates(&abilities)) {
        return Err(Trouble::Usage(format!(
            "nothing in `{}` allocates on `{}`, so there is nothing to prove; give `--operations` one that allocates a \
             kind of `--kinds`, such as `table`",
            space.name, subject.name
        )));
    }
    let careful = subject.clone().careful();
    let known = arguments.except.known(&|kept| Property::Lockstep.check(&careful, &kept.program).failure)?;
    let searches =
        spaces.iter().map(|space| arguments.search(space, &subject, &known)).collect::<Result<Vec<_>, _>>()?;
    Files::folder(&arguments.out.join("failures").join("original"))?;
    Files::folder(&arguments.out.join("enumerations"))?;
    context.catch_interrupts()?;
    let reporter = RefCell::new(Reporter::new(&context.name, &subject, arguments, &known, output));
    reporter.borrow_mut().start(&spaces, merges)?;
    let end = search_all(context, arguments, searches, &reporter)?;
    reporter.borrow_mut().end(end == End::Interrupted)?;
    Ok(end)
}

/// Runs the searches, one after the other.
fn search_all(
    context: &Context<'_>,
    arguments: &Enumerate,
    searches: Vec<Search>,
    reporter: &RefCell<Reporter<'_>>,
) -> Result<End, Trouble> {
    let mut end = End::Passed;
    for mut search in searches {
        reporter.borrow_mut().space(&search)?;
        run(context, arguments, &mut search, reporter)?;
        reporter.borrow_mut().proved(&search)?;
        match search.summary().end {
            enumerate::End::Stopped => return Ok(End::Interrupted),
            enumerate::End::OutOfMemory => {
                return Err(Trouble::Fault(format!(
                    "states took more than {} MB; `--memory` allows more, `--shard` divides the work",
                    arguments.memory
                )));
            }
            enumerate::End::Failed | enumerate::End::Unsound => return Ok(End::Violation),
            _ if !search.summary().violations.is_empty() => end = End::Violation,
            _ => {}
        }
    }
    Ok(end)
}

/// Runs a search and saves its state: now and then, when it is stopped, and at the end if it was saved before.
fn run(
    context: &Context<'_>,
    arguments: &Enumerate,
    search: &mut Search,
    reporter: &RefCell<Reporter<'_>>,
) -> Result<(), Trouble> {
    let (path, space) = (arguments.search_file(search.space()), search.space().name);
    let bar = Progress::of_messages();
    let mut keeper = Keeper::new(&path);
    let trouble = RefCell::new(None);
    let note = |result: Result<(), Trouble>| {
        if let Err(error) = result {
            trouble.borrow_mut().get_or_insert(error);
            context.stop.store(true, Ordering::Relaxed);
        }
    };
    search.run(
        arguments.jobs(),
        &context.stop,
        &mut |found| {
            let report = || report_violation(context, arguments, space, &found, &mut reporter.borrow_mut());
            note(bar.suspend(report));
        },
        &mut |search, progress| {
            bar.message(progress.elapsed, || report::line(progress));
            if progress.is_level_done() {
                note(bar.suspend(|| Ok(reporter.borrow_mut().level(progress)?)));
            }
            note(context.save(|| keeper.keep_now_and_then(search)));
        },
    );
    bar.finish();
    if let Some(trouble) = trouble.into_inner() {
        return Err(trouble);
    }
    match search.summary().end {
        enumerate::End::Stopped | enumerate::End::OutOfMemory => {
            context.save(|| keeper.keep(search))?;
            say(&format!("kept in {}; to continue: {}", path.display(), resuming_command()));
        }
        enumerate::End::Done if keeper.has_kept() => context.save(|| keeper.keep(search))?,
        _ => {}
    }
    Ok(())
}

/// The command that continues this one.
fn resuming_command() -> String {
    let mut words: Vec<String> = std::env::args().map(|word| quoted(&word)).collect();
    if !words.iter().any(|word| word == "--resume") {
        words.push("--resume".to_owned());
    }
    words.join(" ")
}

/// Saves the failing program, minimises it, then saves and reports the result. The program is already a shortest one, so
/// minimising only makes its lines simpler.
fn report_violation(
    context: &Context<'_>,
    arguments: &Enumerate,
    space: &str,
    found: &Found,
    reporter: &mut Reporter<'_>,
) -> Result<(), Trouble> {
    let subject = reporter.subject();
    if let Some(not_made) = found.failure.violation.not_made() {
        return Err(not_made.clone().into());
    }
    let signature = found.failure.signature(&found.program);
    let note = format!("a shortest program of `enumerate --space {space}`");
    let heading = format!("{}\n{note}", found_as(signature.as_str(), Property::Lockstep, subject));
    let unsaved = |error| Trouble::Fault(format!("can't save the failure under {}: {error}", arguments.out.display()));
    let original = save_original(&arguments.out, &signature, &found.program, &heading).map_err(unsaved);
    reporter.found(found, &signature, original.as_deref().ok())?;
    let (subject, here) = (&subject.clone(), Isolate::default());
    let judge = Judge::new(Property::Lockstep, subject, &here)?;
    let options = Options { stop: Some(&context.stop), ..Options::default() };
    let counterexample = judge.minimized(&found.program, &options);
    let Some(mut counterexample) = counterexample else {
        judge.trouble()?;
        return Err(Trouble::Fault(format!(
            "`{signature}` was found in the state after this program, but the program alone passes: two different states \
             of `{}` have the same digest, or it does not do the same each time\n{}",
            subject.name, found.program
        )));
    };
    if context.stop.load(Ordering::Relaxed) {
        say(&format!("{signature}: {note}; not minimised yet"));
        return original.map(drop);
    }
    let saved = counterexample.save(&arguments.out).map_err(unsaved);
    let picture = || judge.picture(&counterexample.minimized.program, counterexample.failure());
    let picture = (arguments.format == Form::Json).then(picture).flatten();
    reporter.violation(&counterexample, picture.as_deref())?;
    judge.trouble()?;
    original.and(saved)
}

fn space(text: &str) -> Result<Space, String> {
    named("space", text, Space::all().into_iter().map(|space| (space.name.to_owned(), space)))
}

fn kind(text: &str) -> Result<Kind, String> {
    named("kind of object", text, Kind::ALL.iter().map(|kind| (kind.word().to_owned(), *kind)))
}

fn fault(text: &str) -> Result<Fault, String> {
    named("fault", text, Fault::ALL.iter().map(|fault| (fault.word().to_owned(), *fault)))
}

fn field(text: &str) -> Result<Field, String> {
    Field::new(text)
        .filter(Field::is_word)
        .ok_or_else(|| "expected a word: a letter or `_`, then letters, digits and `_`".to_owned())
}
