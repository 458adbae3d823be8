//! Development commands that need the sources.
#![forbid(unsafe_code)]

mod biases;
mod child;
mod emitted;
mod forms;
mod fuzz_bugs;
mod hunt;
mod nightly;
mod rivals;
mod scratch;
mod table;
mod trial;

use anyhow::Context;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use forms::Culprit;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use xtask::bugs::Bug;

/// Development commands that need the sources.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build each seeded bug of `tests/bugs/` and see whether `heapproof check` detects it
    #[command(after_help = EXIT_CODES)]
    Bugs(BugsArguments),
    /// Look for seeded bugs with all biases of the generators, and without each of them; see `docs/generators.md`
    Biases(BiasesArguments),
    /// Look for seeded bugs by a fuzz target, with the structure-aware mutator and without
    #[command(after_help = "HEAPPROOF_MUTATOR=off turns the mutator off in any fuzz target.")]
    FuzzBugs(FuzzBugsArguments),
    /// See whether programs that fail by one seeded bug are minimised to one trace
    NormalForms(NormalFormsArguments),
    /// Put a seeded bug into these sources, to see what the harness makes of it; `git checkout heap model` takes it out
    Apply {
        /// Which
        id: String,
    },
    /// See that the tests which `heapproof emit-test` prints for the corpus compile and pass
    Emitted(EmittedArguments),
    /// Minimise failing programs of ten seeded bugs, by heapproof and by others
    Rivals(rivals::RivalsArguments),
    /// Write the traces of the corpus as seeds into `fuzz/corpus/`
    Seeds,
    /// Say what the fuzz targets are, as a JSON list
    Targets,
    /// Run every fuzz target for a time, and sum up what was found
    #[command(after_help = NIGHTLY_EXIT_CODES)]
    Nightly(NightlyArguments),
}

const EXIT_CODES: &str = "\
Everything happens below target/bugs/, one run at a time.

Exit codes:
  0    all were detected, in every trial
  1    one was not
  2    bad usage
  3    a build or a tool failed, or the sources fail without a bug
  130  interrupted";

#[derive(Debug, Args)]
struct FuzzBugsArguments {
    /// Only the bug of this id; may be given several times
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// The fuzz target
    #[arg(long, value_name = "NAME", default_value = "lockstep")]
    target: String,
    /// How often each bug is looked for, each time with a seed of its own
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    trials: u32,
    /// The seed of the first trial; the others have those that follow
    #[arg(long, value_name = "S", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000_000))]
    seed: u32,
    /// The most executions of a trial
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    runs: u64,
    /// The most time of a trial
    #[arg(long, value_name = "TIME", default_value = "5min", value_parser = duration)]
    time: Duration,
}

const NIGHTLY_EXIT_CODES: &str = "\
Below the output folder: summary.md, traces/, artifacts/ (the failing inputs), logs/.

Exit codes:
  0    nothing new was found
  1    a failure was found that no earlier night has found
  2    bad usage
  3    a target could not be built or run, and nothing new was found
  130  interrupted; the summary says how far it came";

#[derive(Debug, Args)]
struct NightlyArguments {
    /// How long each target is fuzzed, as in `60s` or `10min`
    #[arg(long, value_name = "TIME", default_value = "10min", value_parser = duration)]
    time: Duration,
    /// Only this target; may be given several times
    #[arg(long, value_name = "NAME")]
    target: Vec<String>,
    /// What else is looked for
    #[arg(long, value_enum, default_value = "none")]
    sanitizer: nightly::Sanitizer,
    /// The number that libFuzzer's choices come from; a fresh one unless given
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u32).range(1..))]
    seed: Option<u32>,
    /// The kept corpus, a folder a target
    #[arg(long, value_name = "DIR", default_value = "fuzz/corpus")]
    corpus: PathBuf,
    /// Where the results go
    #[arg(long, value_name = "DIR", default_value = "heapproof.out/nightly")]
    out: PathBuf,
}

fn duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(time) if !time.is_zero() => Ok(time),
        Ok(_) => Err("expected more than no time".to_owned()),
        Err(error) => Err(format!("{error}; expected something like `60s` or `10min`")),
    }
}

#[derive(Debug, Args)]
struct BiasesArguments {
    /// Only the bug of this id; may be given several times; a dozen unless given
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// How often each bug is looked for, each time with a seed of its own
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    trials: u64,
    /// The seed of the first trial; the others have those that follow
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The most programs of a trial
    #[arg(long, value_name = "N", default_value_t = 8_000, value_parser = clap::value_parser!(u64).range(1..))]
    cases: u64,
    /// How many threads build and check; as many as there are processors unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
}

#[derive(Debug, Args)]
struct BugsArguments {
    /// Only the bug of this id; may be given several times
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// How often each bug is looked for, each time with a seed of its own
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    trials: u64,
    /// The seed of the first trial; the others have those that follow
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The most programs of a trial
    #[arg(long, value_name = "N", default_value_t = 60_000, value_parser = clap::value_parser!(u64).range(1..))]
    cases: u64,
    /// How many threads build and check; as many as there are processors unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
}

/// Ends the program where a name is none of those that there are.
fn expect_known<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) {
    if known.clone().all(|known| known != name) {
        let likeness = |known: &&str| (1e6 * strsim::jaro_winkler(known, name)) as u64;
        let nearest = known.max_by_key(likeness).unwrap_or("");
        let message = format!("there is no {what} `{name}`; the nearest is `{nearest}`");
        Arguments::command().error(ErrorKind::InvalidValue, message).exit();
    }
}

#[derive(Debug, Args)]
struct EmittedArguments {
    /// See instead that those which are printed for traces of seeded bugs fail with the bug and pass without it
    #[arg(long)]
    bugs: bool,
    /// Only the bug of this id; may be given several times; ten that fail in few programs unless given
    #[arg(long, value_name = "ID", requires = "bugs")]
    only: Vec<String>,
}

#[derive(Debug, Args)]
struct NormalFormsArguments {
    /// Only the bug of this id, or the canary of this name; may be given several times; ten bugs that fail in few
    /// programs unless given
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// Every canary and every seeded bug, which takes hours
    #[arg(long, conflicts_with = "only")]
    all: bool,
    /// With how many seeds a bug is looked for
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// How many threads build; as many as there are processors unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
}

/// The bugs among `known` that are asked for, all unless some are; an unknown one ends the program.
fn chosen(known: Vec<Bug>, only: &[String]) -> Vec<Bug> {
    only.iter().for_each(|id| expect_known("seeded bug", id, known.iter().map(|bug| &*bug.id)));
    known.into_iter().filter(|bug| only.is_empty() || only.contains(&bug.id)).collect()
}

/// The bugs that are asked for; ten unless some are.
fn usual_unless(only: &[String], known: Vec<Bug>) -> Vec<Bug> {
    let usual = forms::USUAL.map(str::to_owned);
    chosen(known, if only.is_empty() { &usual } else { only })
}

/// Set when we are asked to stop.
fn stopped_by_signals() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    ctrlc::set_handler(move || asked.store(true, Ordering::Relaxed))?;
    Ok(stop)
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Bugs(arguments) => bugs(&arguments),
        Command::Biases(arguments) => biases(&arguments),
        Command::FuzzBugs(arguments) => fuzz_bugs(&arguments),
        Command::NormalForms(arguments) => normal_forms(&arguments),
        Command::Apply { id } => apply(&id),
        Command::Emitted(arguments) => emitted(&arguments),
        Command::Rivals(arguments) => rivals(&arguments),
        Command::Seeds => seeds(),
        Command::Targets => targets(),
        Command::Nightly(arguments) => nightly(&arguments),
    };
    done.unwrap_or_else(|fault| {
        eprintln!("error: {fault:#}");
        ExitCode::from(3)
    })
}

fn normal_forms(arguments: &NormalFormsArguments) -> anyhow::Result<ExitCode> {
    let root = xtask::root();
    let mut known = Culprit::canaries(root)?;
    known.extend(xtask::bugs::load_all(root)?.into_iter().map(Culprit::Seeded));
    let usual: Vec<String> = forms::USUAL.map(str::to_owned).into();
    let only = if arguments.only.is_empty() { &usual } else { &arguments.only };
    only.iter().for_each(|id| expect_known("seeded bug or canary", id, known.iter().map(Culprit::id)));
    known.retain(|culprit| arguments.all || only.iter().any(|id| id == culprit.id()));
    let stop = stopped_by_signals()?;
    let all = forms::run(root, &known, arguments.seeds, arguments.jobs, &stop)?;
    print!("{}", forms::table(&all));
    let broken: Vec<&String> = all.iter().flat_map(|forms| &forms.broken).collect();
    broken.iter().for_each(|promise| println!("broken: {promise}"));
    Ok(match (stop.load(Ordering::Relaxed), broken.is_empty()) {
        (true, _) => ExitCode::from(130),
        (false, true) => ExitCode::SUCCESS,
        (false, false) => ExitCode::FAILURE,
    })
}

fn seeds() -> anyhow::Result<ExitCode> {
    let root = xtask::root();
    for target in xtask::seeds::targets(root)? {
        let written = xtask::seeds::write(&root.join("fuzz/corpus"), &target)?;
        println!("{written} seeds in fuzz/corpus/{target}/");
    }
    Ok(ExitCode::SUCCESS)
}

fn emitted(arguments: &EmittedArguments) -> anyhow::Result<ExitCode> {
    let root = xtask::root();
    if !arguments.bugs {
        println!("{} emitted tests pass", emitted::check(root)?);
        return Ok(ExitCode::SUCCESS);
    }
    let bugs = usual_unless(&arguments.only, xtask::bugs::load_all(root)?);
    let stop = stopped_by_signals()?;
    let Some(tests) = emitted::check_with_bugs(root, &bugs, &stop)? else { return Ok(ExitCode::from(130)) };
    println!("{tests} emitted tests fail with the bug that they are of, and pass without it");
    Ok(ExitCode::SUCCESS)
}

fn rivals(arguments: &rivals::RivalsArguments) -> anyhow::Result<ExitCode> {
    let root = xtask::root();
    let known = xtask::bugs::load_all(root)?;
    arguments.only.iter().for_each(|id| expect_known("seeded bug", id, known.iter().map(|bug| &*bug.id)));
    let stop = stopped_by_signals()?;
    print!("{}", rivals::compare(root, arguments, &arguments.bugs(known), &stop)?);
    Ok(if stop.load(Ordering::Relaxed) { ExitCode::from(130) } else { ExitCode::SUCCESS })
}

fn targets() -> anyhow::Result<ExitCode> {
    println!("{}", serde_json::to_string(&xtask::seeds::targets(xtask::root())?)?);
    Ok(ExitCode::SUCCESS)
}

fn apply(id: &str) -> anyhow::Result<ExitCode> {
    let root = xtask::root();
    for bug in chosen(xtask::bugs::load_all(root)?, &[id.to_owned()]) {
        for (path, text) in bug.edited(|file| Ok(fs::read_to_string(root.join(file))?))? {
            fs::write(root.join(&path), text).with_context(|| format!("can't write {}", path.display()))?;
            println!("{} is wrong now: {}", path.display(), bug.wrong);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn fuzz_bugs(arguments: &FuzzBugsArguments) -> anyhow::Result<ExitCode> {
    let root = xtask::root();
    let bugs = chosen(xtask::bugs::load_all(root)?, &arguments.only);
    let targets = xtask::seeds::targets(root)?;
    expect_known("target", &arguments.target, targets.iter().map(|target| &**target));
    let stop = stopped_by_signals()?;
    let hunt = fuzz_bugs::FuzzHunt {
        target: &arguments.target,
        seeds: arguments.seed..arguments.seed + arguments.trials,
        runs: arguments.runs,
        time: arguments.time,
        stop: &stop,
    };
    Ok(if hunt.run(root, &bugs)? { ExitCode::SUCCESS } else { ExitCode::from(130) })
}

fn biases(arguments: &BiasesArguments) -> anyhow::Result<ExitCode> {
    let root = xtask::root();
    let dozen = || biases::BUGS.map(str::to_owned).to_vec();
    let only = if arguments.only.is_empty() { dozen() } else { arguments.only.clone() };
    let bugs = chosen(xtask::bugs::load_all(root)?, &only);
    let stop = stopped_by_signals()?;
    let seeds = arguments.seed..arguments.seed.saturating_add(arguments.trials);
    let comparison = biases::Comparison { seeds, cases: arguments.cases, jobs: arguments.jobs, stop: &stop };
    Ok(if comparison.run(root, &bugs)? { ExitCode::SUCCESS } else { ExitCode::from(130) })
}

fn nightly(arguments: &NightlyArguments) -> anyhow::Result<ExitCode> {
    let root = xtask::root();
    let mut targets = xtask::seeds::targets(root)?;
    arguments.target.iter().for_each(|name| expect_known("target", name, targets.iter().map(|target| &**target)));
    targets.retain(|target| arguments.target.is_empty() || arguments.target.contains(target));
    let stop = stopped_by_signals()?;
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let night = nightly::Night {
        targets,
        time: arguments.time,
        sanitizer: arguments.sanitizer,
        seed: arguments.seed.unwrap_or(clock.subsec_nanos().max(1)),
        corpus: arguments.corpus.clone(),
        out: arguments.out.clone(),
        stop: &stop,
    };
    let results = night.run(root)?;
    println!("{}", arguments.out.join("summary.md").display());
    Ok(ExitCode::from(match results {
        results if results.interrupted => 130,
        results if results.has_news() => 1,
        results if !results.trouble.is_empty() => 3,
        _ => 0,
    }))
}

fn bugs(arguments: &BugsArguments) -> anyhow::Result<ExitCode> {
    let root = xtask::root();
    let bugs = chosen(xtask::bugs::load_all(root)?, &arguments.only);
    let stop = stopped_by_signals()?;
    let seeds = arguments.seed..arguments.seed.saturating_add(arguments.trials);
    let hunt = hunt::Hunt { seeds, cases: arguments.cases, jobs: arguments.jobs, stop: &stop };
    let results = hunt.run(root, &bugs)?;
    print!("{}", table::table(&bugs, &results));
    Ok(match results {
        results if results.len() < bugs.len() => ExitCode::from(130),
        results if results.iter().all(hunt::Trials::is_detected) => ExitCode::SUCCESS,
        _ => ExitCode::from(1),
    })
}
