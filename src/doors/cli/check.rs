//! `heapproof check`: random programs.

mod judges;

use super::arguments::{Except, duration, property, seed, share};
use super::figures;
use super::files::{Files, Target};
use super::forms::Form;
use super::isolate::Isolate;
use super::output::Output;
use super::progress::{self, Progress};
use super::reporter::Reporter;
use super::run::Run;
use super::{Context, End, Trouble, say};
use crate::failure::failures::{OUT, save_original};
use crate::failure::heading::found_as;
use crate::failure::minimize::Options;
use crate::failure::proof::quoted;
use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use crate::programs::generate::{Bias, MOST_LINES, Profile, Recipe};
use crate::runs::campaign::{Campaign, Found, Summary};
use crate::runs::mix::{Aim, Mix};
use crate::runs::share::Share;
use crate::runs::threads;
use crate::subjects::shown_by;
use clap::{Args, ValueEnum};
use judges::Judges;
use std::cell::RefCell;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How long a run takes by default.
const DEFAULT_TIME: Duration = Duration::from_secs(10);

/// The time between the first statistics and the second, and between all later ones.
const FIRST_INTERVAL: Duration = Duration::from_secs(1);
const INTERVAL: Duration = Duration::from_secs(10);

/// When everything is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// After every few operations, as many as each program says
    Seldom,
    /// After every operation
    All,
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// How many programs to run, instead of a time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), conflicts_with = "time")]
    pub cases: Option<u64>,
    /// How long to run, as in `60s` or `10min`; by default ten seconds
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub time: Option<Duration>,
    /// Run the Kth of N shares of the programs, and go on after failures; `heapproof merge` puts all N results together
    #[arg(long, value_name = "K/N", value_parser = share)]
    pub shard: Option<Share>,
    /// The most lines of a program
    #[arg(long, value_name = "MAX", default_value_t = MOST_LINES as u32, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    pub ops: u32,
    /// The number that repeats a run; by default a new one
    #[arg(long, value_name = "S", value_parser = seed)]
    pub seed: Option<u64>,
    /// How many threads; by default one for each processor
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// The heap under proof; by default the first of `list subjects`
    #[arg(long, value_name = "NAME")]
    pub subject: Option<String>,
    /// The property to check; see `list properties`; by default the one that `list subjects` names, or else all, each in a
    /// share of the programs
    #[arg(long, value_name = "NAME", value_parser = property)]
    pub property: Option<Property>,
    /// The mix of operations; by default those that suit the property; see `list profiles`
    #[arg(long, value_name = "NAME", value_parser = profile)]
    pub profile: Option<Profile>,
    /// Draw programs without this bias, to measure its worth
    #[arg(long, value_name = "BIAS", value_delimiter = ',', value_parser = bias, hide = true)]
    pub without_bias: Vec<Bias>,
    #[command(flatten)]
    pub except: Except,
    /// Go on after the first failure, and save one trace for each signature
    #[arg(long)]
    pub keep_going: bool,
    /// Keep programs that reach something new, and change those in half of the cases
    #[arg(long)]
    pub feedback: bool,
    /// When everything is compared under the lockstep; what fails is always run again with a look after every operation
    #[arg(long, value_enum, default_value_t = When::Seldom)]
    pub looks: When,
    /// The folder for failures
    #[arg(long, value_name = "DIR", default_value = OUT)]
    pub out: PathBuf,
    /// A file that always holds the statistics so far, even if the run is killed
    #[arg(long, value_name = "FILE")]
    pub stats: Option<PathBuf>,
    /// The form of the results
    #[arg(long, value_enum, default_value_t = Form::Human)]
    pub format: Form,
    #[command(flatten)]
    pub isolate: Isolate,
}

impl Check {
    /// The share of the programs to run.
    fn share(&self) -> Result<Share, Trouble> {
        let Some(share) = self.shard else { return Ok(Share::WHOLE) };
        let wrong = |what: &str| Err(Trouble::Usage(format!("`--shard` {what}")));
        match self.cases {
            _ if self.time.is_some() => {
                wrong("and `--time` don't go together: shares of a time are not the same programs each time")
            }
            _ if self.feedback => {
                wrong("and `--feedback` don't go together: with feedback, programs depend on those of all other shares")
            }
            None => wrong("needs `--cases N`, the number of programs of all shares together"),
            _ if self.seed.is_none() => wrong("needs `--seed S`, the same for all shares"),
            Some(cases) if cases < u64::from(share.of) => {
                wrong(&format!("{share} leaves shares without a program, since there are {cases} programs in all"))
            }
            Some(_) => Ok(share),
        }
    }

    /// The options that repeat a campaign, besides its seed and its cases.
    fn options(&self, campaign: &Campaign) -> String {
        let Campaign { subject, recipe, keep_going, .. } = campaign;
        let mut options = String::new();
        if recipe.most_lines != MOST_LINES {
            options += &format!(" --ops {}", recipe.most_lines);
        }
        if let Some(profile) = self.profile {
            options += &format!(" --profile {}", profile.name());
        }
        if !recipe.without.is_empty() {
            let names: Vec<&str> = recipe.without.iter().map(|bias| bias.name()).collect();
            options += &format!(" --without-bias {}", names.join(","));
        }
        options += &format!(" --subject {}{}", quoted(subject.typed()), subject.options());
        if let Some(property) = self.property.filter(|property| shown_by(subject) != Some(*property)) {
            options += &format!(" --property {}", property.name());
        }
        if let Some(dialect) = subject.is_held_to() {
            options += &format!(" --dialect {}", quoted(&dialect.to_string()));
        }
        if self.looks == When::All {
            options += " --looks all";
        }
        if campaign.feedback {
            options += " --feedback";
        }
        if *keep_going {
            options += " --keep-going";
        }
        options += &self.except.repeat();
        options += &self.isolate.repeat();
        // Each shard may have a folder of its own; what it finds does not depend on it.
        if self.out != Path::new(OUT) && self.shard.is_none() {
            options += &format!(" --out {}", quoted(&self.out.to_string_lossy()));
        }
        options
    }
}

pub(super) fn check(context: &Context<'_>, arguments: &Check, output: &mut Output) -> Result<End, Trouble> {
    let subject = context.subject(arguments.subject.as_deref())?.clone();
    let subject = if arguments.looks == When::All { subject.patient() } else { subject };
    let mix = mix(arguments, &subject)?;
    let judges = Judges::new(&mix, &subject, &arguments.isolate)?;
    let campaign = Campaign {
        mix,
        subject: subject.clone(),
        known: arguments.except.known(&|kept| judges.kept(kept))?.signatures,
        without: arguments.except.without.clone(),
        seed: arguments.seed.unwrap_or_else(|| RandomState::new().hash_one(std::process::id())),
        recipe: Recipe {
            most_lines: arguments.ops as usize,
            without: arguments.without_bias.clone(),
            ..Recipe::default()
        },
        cases: arguments.cases.unwrap_or(u64::MAX),
        share: arguments.share()?,
        time: if arguments.cases.is_some() { None } else { Some(arguments.time.unwrap_or(DEFAULT_TIME)) },
        jobs: arguments.jobs.map_or_else(threads, usize::from),
        // Other shares go on, whatever this one finds.
        keep_going: arguments.keep_going || arguments.shard.is_some(),
        feedback: arguments.feedback,
        told: arguments.format.tells(),
    };
    Files::folder(&arguments.out.join("failures").join("original"))?;
    let mut files = Files::default();
    files.standard_output()?;
    let kept = files.optional_target(arguments.stats.as_ref())?;
    context.catch_interrupts()?;
    let run = Run::new(&campaign, &campaign.subject.abilities()?, arguments.options(&campaign));
    let reporter = RefCell::new(Reporter::new(&context.name, &run, arguments.shard, arguments.format, output));
    reporter.borrow_mut().start()?;
    let bar = match campaign.time {
        None => Progress::of_programs(campaign.share.count(campaign.cases)),
        Some(time) => Progress::of_time(time),
    };
    let trouble = RefCell::new(None);
    let note = |result: Result<(), Trouble>| {
        if let Err(error) = result {
            trouble.borrow_mut().get_or_insert(error);
            context.stop.store(true, Ordering::Relaxed);
        }
    };
    let mut due = Duration::ZERO;
    let summary = campaign.run_by(
        &|property, program, observes| {
            let judged = judges.of(property).judged(program, observes);
            if judges.are_in_trouble() {
                context.stop.store(true, Ordering::Relaxed);
            }
            judged
        },
        &context.stop,
        &mut |found| {
            note(bar.suspend(|| report(context, &campaign, &judges, arguments, &mut reporter.borrow_mut(), &found)));
        },
        &mut |case| note(bar.suspend(|| Ok(reporter.borrow_mut().case(&case)?))),
        &mut |summary| {
            bar.programs(summary.programs, summary.elapsed, || left(&campaign, summary));
            if summary.elapsed >= due {
                // The first statistics are written at once: a file that can't be written ends the run early.
                due = summary.elapsed + if due.is_zero() { FIRST_INTERVAL } else { INTERVAL };
                note(bar.suspend(|| keep(kept.as_ref(), &mut reporter.borrow_mut(), summary)));
            }
        },
    );
    bar.finish();
    judges.trouble()?;
    let summary = summary?;
    context.save(|| end(kept.as_ref(), reporter, trouble.into_inner(), &summary))
}

/// Prints the result of the run.
fn end(
    kept: Option<&Target>,
    reporter: RefCell<Reporter<'_>>,
    trouble: Option<Trouble>,
    summary: &Summary,
) -> Result<End, Trouble> {
    let mut reporter = reporter.into_inner();
    if let Some(trouble) = trouble {
        return Err(trouble);
    }
    keep(kept, &mut reporter, summary)?;
    reporter.shard(summary)?;
    reporter.summary(summary)?;
    Ok(match summary {
        summary if summary.interrupted => End::Interrupted,
        summary if summary.violations.is_empty() => End::Passed,
        _ => End::Violation,
    })
}

/// What the cases aim at. By default at everything; for a subject that is wrong on purpose, at what shows the mistake.
fn mix(arguments: &Check, subject: &SubjectKind) -> Result<Mix, Trouble> {
    let mix = match arguments.property.or(shown_by(subject)) {
        Some(property) => Mix::one(property, property.profile()),
        None => Mix::all(&subject.abilities()?),
    };
    Ok(match arguments.profile {
        Some(profile) => mix.under(profile),
        None => mix,
    })
}

/// Writes the statistics so far, since a kill can't be caught.
fn keep(kept: Option<&Target>, reporter: &mut Reporter<'_>, summary: &Summary) -> Result<(), Trouble> {
    let statistics = figures::object(reporter.run, summary);
    if let Some(target) = kept {
        target.keep(format!("{statistics}\n").as_bytes())?;
    }
    Ok(reporter.statistics(&statistics)?)
}

/// Saves the failing program, minimises it, then saves and reports the result. After a Ctrl-C only the first file is
/// there. A failure that can't be saved is still reported.
fn report(
    context: &Context<'_>,
    campaign: &Campaign,
    judges: &Judges<'_>,
    arguments: &Check,
    reporter: &mut Reporter<'_>,
    found: &Found,
) -> Result<(), Trouble> {
    let signature = found.failure.signature(&found.program);
    let most_lines = campaign.recipe.most_lines;
    let Aim { property, profile } = found.aim;
    let judge = judges.of(property);
    let feedback = if campaign.feedback { ", with feedback" } else { "" };
    let note = format!(
        "case {} of seed {}, profile {}, at most {most_lines} lines{feedback}",
        found.case,
        campaign.seed,
        profile.name()
    );
    let mut heading = format!("{}\n{note}", found_as(signature.as_str(), property, &campaign.subject));
    if let Some(doubt) = &found.failure.doubt {
        heading += &format!("\n{doubt}");
    }
    let unsaved = |error| Trouble::Fault(format!("can't save the failure under {}: {error}", arguments.out.display()));
    let original = save_original(&arguments.out, &signature, &found.program, &heading).map_err(unsaved);
    reporter.found(found, &signature, original.as_deref().ok())?;
    let options = Options { stop: Some(&context.stop), ..Options::default() };
    let counterexample = judge.minimized(&found.program, &options);
    if context.stop.load(Ordering::Relaxed) {
        say(&format!("{signature}: {note}; not minimised yet"));
        return original.map(drop);
    }
    let Some(mut counterexample) = counterexample else {
        let Some(doubt) = &found.failure.doubt else {
            return Err(Trouble::Fault(format!("flaky: {note} failed with `{signature}` and then did not")));
        };
        say(&format!("{signature}: {note}; not minimised: {doubt}"));
        return original.map(drop);
    };
    let saved = counterexample.save(&arguments.out).map_err(unsaved);
    let picture = || judge.picture(&counterexample.minimized.program, counterexample.failure());
    let picture = (arguments.format == Form::Json).then(picture).flatten();
    reporter.violation(found, &counterexample, picture.as_deref())?;
    original.and(saved)
}

/// About how long the run still takes.
fn left(campaign: &Campaign, summary: &Summary) -> Option<Duration> {
    match campaign.time {
        Some(time) => Some(time.saturating_sub(summary.elapsed)),
        None => progress::left(summary.programs as f64, campaign.share.count(campaign.cases) as f64, summary.elapsed),
    }
}

fn profile(name: &str) -> Result<Profile, String> {
    let known = || Profile::ALL.iter().map(|profile| profile.name()).collect::<Vec<_>>().join(", ");
    let found = Profile::ALL.iter().find(|profile| profile.name() == name);
    found.copied().ok_or_else(|| format!("there is no such profile; there are: {}", known()))
}

fn bias(name: &str) -> Result<Bias, String> {
    let known = || Bias::ALL.iter().map(|bias| bias.name()).collect::<Vec<_>>().join(", ");
    let found = Bias::ALL.iter().find(|bias| bias.name() == name);
    found.copied().ok_or_else(|| format!("there is no such bias; there are: {}", known()))
}
