//! The parts of a night besides fuzzing. Each is a command of its own, which can't hold up the others: it is killed when its time is over.

use super::Night;
use super::plan::Part;
use super::results::{Ended, Kills, Results, Soaked, Verdict};
use crate::common::child::{self, How};
use crate::fuzzing::soak::FAILURES;
use crate::hunting::strength::{self, Row};
use anyhow::{Context, Result};
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

/// How many shares the zoo and the seeded bugs have; each day is one's turn.
const SHARES: usize = 16;

/// The same for mutants, of which there are thousands.
const MUTANT_SHARES: usize = 128;

/// The soak builds before its time begins.
const BUILD: Duration = Duration::from_secs(1_200);

/// Runs a part, and adds what came of it.
pub(super) fn run(night: &Night<'_>, part: Part, time: Duration, results: &mut Results) -> Result<()> {
    if let Some(missing) = missing(night, part) {
        results.left_out.push(format!("{}: {missing} is missing", part.name()));
        return Ok(());
    }
    eprintln!("{}", part.name());
    let begun = Instant::now();
    let limit = if part == Part::Soak { time + BUILD } else { time };
    let mut said = Vec::new();
    let mut verdict = Verdict::Passed;
    for mut command in commands(night, part, time) {
        let left = limit.saturating_sub(begun.elapsed());
        let ended = child::run(&mut command, &night.out.join("work"), Some(left), night.stop)?;
        let log = night.out.join("logs").join(format!("{}.log", part.name()));
        said.push(ended.stdout + &ended.stderr);
        fs::write(&log, said.concat()).with_context(|| format!("can't write {}", log.display()))?;
        match ended.how {
            How::Interrupted => return Ok(()),
            How::TimedOut => {
                let time = humantime::format_duration(Duration::from_secs(limit.as_secs_f64().round() as u64));
                results.left_out.push(format!("{}: it was stopped after its {time}", part.name()));
                return Ok(());
            }
            How::Exited(status) => match of_code(part, status.code()) {
                Verdict::Passed => {}
                Verdict::Failed => verdict = Verdict::Failed,
                Verdict::Incomplete if verdict == Verdict::Passed => verdict = Verdict::Incomplete,
                Verdict::Incomplete => {}
            },
        }
    }
    let mut words = last_words(&said.concat());
    match part {
        Part::Soak => results.soak = soaked(night)?,
        Part::Bugs if verdict != Verdict::Incomplete => {
            let page = fs::read_to_string(night.root.join("docs/strength.md")).unwrap_or_default();
            let (kills, missed) = kills(&said.concat(), &page);
            words = format!("found {} of {}", kills.found, kills.of);
            if !missed.is_empty() {
                words += &format!("; `docs/strength.md` says that these are always found: {}", missed.join(", "));
            }
            verdict = if missed.is_empty() { Verdict::Passed } else { Verdict::Failed };
            results.kills = Some(kills);
        }
        // Counts of another compiler than the one whose counts are kept are compared with nothing.
        Part::Counts if verdict == Verdict::Incomplete => {
            results.left_out.push(format!("counts: {words}"));
            return Ok(());
        }
        _ => {}
    }
    results.parts.push((part, Ended { verdict, seconds: begun.elapsed().as_secs(), words }));
    Ok(())
}

/// The tool that a part needs and that is not here.
fn missing(night: &Night<'_>, part: Part) -> Option<&'static str> {
    let runs = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
    match part {
        Part::Counts => (!runs(Command::new("valgrind").arg("--version"))).then_some("valgrind"),
        Part::Mutants => (!runs(night.cargo().args(["mutants", "--version"]))).then_some("cargo-mutants"),
        _ => None,
    }
}

/// The commands of a part.
fn commands(night: &Night<'_>, part: Part, time: Duration) -> Vec<Command> {
    let share = format!("{}/{SHARES}", night.day() % SHARES + 1);
    let seconds = format!("{}s", time.as_secs().max(1));
    let seed = night.seed.to_string();
    let xtask = |arguments: &[&str]| {
        let mut command = Command::new(&night.xtask);
        command.args(arguments).current_dir(&night.root);
        command
    };
    match part {
        Part::Targets => Vec::new(),
        Part::Soak => {
            let mut soak = xtask(&["soak", "--time", &seconds, "--seed", &seed, "--today", &night.today.to_string()]);
            soak.arg("--out").arg(night.out.join("soak")).arg("--known").arg(&night.known_folder);
            vec![soak]
        }
        Part::Counts => {
            let mut counts = night.cargo();
            counts.args(["run", "--locked", "--release", "--quiet", "--manifest-path", "benches/peers/Cargo.toml"]);
            counts.args(["--", "check-counts"]);
            vec![counts, xtask(&["work", "--check"])]
        }
        Part::Zoo => vec![xtask(&["zoo", "--check", "--time", "15s", "--shard", &share])],
        Part::Bugs => vec![xtask(&["bugs", "--trials", "1", "--cases", "20000", "--shard", &share])],
        Part::Mutants => {
            let share = format!("{}/{MUTANT_SHARES}", night.day() % MUTANT_SHARES + 1);
            vec![xtask(&["mutants", "--shard", &share])]
        }
        Part::Engine => {
            let mut engine = Command::new(night.root.join(".ci/engine"));
            engine.current_dir(&night.root);
            vec![engine]
        }
    }
}

fn of_code(part: Part, code: Option<i32>) -> Verdict {
    match (part, code) {
        (_, Some(0)) => Verdict::Passed,
        // Whether a bug that was not found is a failure is said by the page.
        (Part::Bugs, Some(1)) => Verdict::Passed,
        // Nor does a night fail by what nobody has looked at yet; its summary says how many nothing saw.
        (Part::Mutants, Some(1)) => Verdict::Passed,
        (Part::Engine, _) => Verdict::Incomplete,
        (_, Some(1)) => Verdict::Failed,
        _ => Verdict::Incomplete,
    }
}

/// What the soak has written, if it came to its end.
fn soaked(night: &Night<'_>) -> Result<Option<Soaked>> {
    let folder = night.out.join("soak");
    let [Ok(summary), Ok(figures)] = ["summary.md", "figures.json"].map(|name| fs::read_to_string(folder.join(name)))
    else {
        return Ok(None);
    };
    let tally = serde_json::from_str(&figures).context("the soak has written other figures than expected")?;
    let failures = fs::read_to_string(folder.join(FAILURES)).unwrap_or_default();
    let failures = failures.lines().map(serde_json::from_str).collect::<Result<_, _>>();
    let failures = failures.context("the soak has written other failures than expected")?;
    Ok(Some(Soaked { summary, tally, failures }))
}

/// How many bugs the table of `cargo xtask bugs` says were found, and those that were not though the page says that they always are.
fn kills(table: &str, page: &str) -> (Kills, Vec<String>) {
    let kept = strength::rows(page);
    let rows = table.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let (bug, _, found) = (words.next()?, words.next()?, words.next()?);
        matches!(found, "yes" | "no").then_some((bug, found == "yes"))
    });
    let rows: Vec<(&str, bool)> = rows.collect();
    let missed = rows.iter().filter(|(bug, found)| !found && kept.get(*bug).is_some_and(Row::is_always_found));
    let missed = missed.map(|(bug, _)| (*bug).to_owned()).collect();
    (Kills { found: rows.iter().filter(|(_, found)| *found).count(), of: rows.len() }, missed)
}

fn last_words(said: &str) -> String {
    said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Kills, kills, strength};

    const PAGE: &str = "\
| bug | class | found | by | as | operations, median | worst | lines | commit |
|---|---|--:|---|---|--:|--:|--:|---|
| hidden | collection | 2 of 3 | lockstep | leaves | 3 | 6 | 7 | 0a1b |
| sure (isolate) | collection | 3 of 3 | lockstep | leaves | 3 | 6 | 7 | 0a1b |
";

    #[test]
    fn a_bug_that_was_always_found_has_to_be() {
        let table = |sure: &str| {
            format!(
                "bug     class       detected  signature\nhidden  collection  no        -\nsure    collection  {sure}\n"
            )
        };
        assert_eq!(kills(&table("yes  leaves"), PAGE), (Kills { found: 1, of: 2 }, Vec::new()));
        assert_eq!(kills(&table("no  -"), PAGE), (Kills { found: 0, of: 2 }, vec!["sure".to_owned()]));
    }

    #[test]
    fn the_page_of_the_strength_is_read() {
        let page = std::fs::read_to_string(crate::common::workspace::root().join("docs/strength.md")).unwrap();
        assert!(strength::rows(&page).values().filter(|row| row.is_always_found()).count() > 100);
    }
}
