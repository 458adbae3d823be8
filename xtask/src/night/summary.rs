//! The summary of a night, for people.

use super::Night;
use super::failure::Failure;
use super::plan::Part;
use super::results::{Ended, Results, Verdict};
use crate::fuzzing::known::{Entry, Standing};

/// The summary as Markdown.
pub(super) fn markdown(night: &Night<'_>, results: &Results) -> String {
    let mut text = format!("# Night: {}\n\n", verdict(results));
    let (sanitizer, seed) = (night.sanitizer.name(), night.seed);
    let time = humantime::format_duration(night.time);
    text.push_str(&format!("{time}, sanitizer: {sanitizer}, seed {seed}, {}.\\\n", night.today));
    text.push_str(&format!("Again: `{}`\n\n", again(night)));
    text.push_str(&table(results));
    text.push_str(&parts(results));
    list(&mut text, "Left out", &results.left_out);
    section(&mut text, "New failures", results, |standing| matches!(standing, Standing::New | Standing::Expired(_)));
    section(&mut text, "Flaky: failed once, and not in a second run", results, |standing| *standing == Standing::Flaky);
    section(&mut text, "Known failures", results, |standing| matches!(standing, Standing::Known(_)));
    let told = |entry: &Entry| format!("`{}` was known until {}", entry.path.display(), entry.until);
    list(&mut text, "Known no longer", &night.known.expired().map(told).collect::<Vec<_>>());
    if !results.trouble.is_empty() {
        text.push_str("## Trouble\n\n");
        results.trouble.iter().for_each(|trouble| text.push_str(&format!("```text\n{trouble}\n```\n\n")));
    }
    text.extend(results.soak.iter().map(|soak| &*soak.summary));
    text
}

/// The command that repeats a night.
pub(super) fn again(night: &Night<'_>) -> String {
    let mut again = format!(".ci/nightly --time {}s", night.time.as_secs());
    match &*night.parts {
        [Part::Targets] => night.targets.iter().for_each(|target| again += &format!(" --target {target}")),
        parts if parts.len() < Part::ALL.len() => {
            parts.iter().for_each(|part| again += &format!(" --part {}", part.name()));
        }
        _ => {}
    }
    let (sanitizer, seed, today) = (night.sanitizer.name(), night.seed, night.today);
    format!("{again} --sanitizer {sanitizer} --seed {seed} --today {today}")
}

/// What a night came to, in a few words.
pub(super) fn verdict(results: &Results) -> String {
    let many = |is: fn(&Standing) -> bool| results.failures.iter().filter(|failure| is(&failure.standing)).count();
    let flaky = many(|standing| *standing == Standing::Flaky);
    let known = many(|standing| matches!(standing, Standing::Known(_)));
    let mut parts = Vec::new();
    match (results.failures.len() - flaky - known, known) {
        (0, 0) if results.targets.is_empty() && results.parts.is_empty() => parts.push("nothing done".to_owned()),
        (0, 0) if flaky == 0 => parts.push("nothing found".to_owned()),
        (0, 0) => {}
        (0, known) => parts.push(format!("nothing new, {known} known")),
        (new, known) => parts.push(format!("{new} new, {known} known")),
    }
    let failed = results.parts.iter().filter(|(_, ended)| ended.verdict == Verdict::Failed);
    failed.for_each(|(part, _)| parts.push(format!("{} failed", part.name())));
    if flaky > 0 {
        parts.push(format!("{flaky} flaky"));
    }
    if !results.trouble.is_empty() {
        parts.push(format!("trouble with {}", results.trouble.len()));
    }
    if results.interrupted {
        parts.push("interrupted".to_owned());
    } else if !results.left_out.is_empty() {
        parts.push(format!("{} left out", results.left_out.len()));
    }
    parts.join(", ")
}

fn parts(results: &Results) -> String {
    if results.parts.is_empty() {
        return String::new();
    }
    let mut text = "| part | | seconds | its last words |\n|---|---|--:|---|\n".to_owned();
    for (part, Ended { verdict, seconds, words }) in &results.parts {
        let words = words.replace('|', "\\|");
        text.push_str(&format!("| {} | {} | {seconds} | {words} |\n", part.name(), verdict.name()));
    }
    text + "\n"
}

fn list(text: &mut String, title: &str, lines: &[String]) {
    if !lines.is_empty() {
        text.push_str(&format!("## {title}\n\n"));
        lines.iter().for_each(|line| text.push_str(&format!("- {line}\n")));
        text.push('\n');
    }
}

fn table(results: &Results) -> String {
    if results.targets.is_empty() {
        return String::new();
    }
    let mut text =
        "| target | executions | a second | coverage | features | inputs before | after | that fail | failing runs |\n\
        |---|--:|--:|--:|--:|--:|--:|--:|--:|\n"
            .to_owned();
    for outcome in &results.targets {
        let figures = outcome.figures;
        text.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
            outcome.target,
            figures.executions,
            figures.executions / figures.seconds.max(1),
            figures.coverage,
            figures.features,
            outcome.inputs.0,
            outcome.inputs.1,
            outcome.failing,
            figures.crashes,
        ));
    }
    text.push('\n');
    text
}

fn section(text: &mut String, title: &str, results: &Results, belongs: fn(&Standing) -> bool) {
    let failures: Vec<&Failure> = results.failures.iter().filter(|failure| belongs(&failure.standing)).collect();
    if failures.is_empty() {
        return;
    }
    text.push_str(&format!("## {title}\n\n"));
    for failure in failures {
        let Failure { property, signature, .. } = failure;
        text.push_str(&format!("### {signature}, by `{property}`\n\n"));
        match &failure.standing {
            Standing::Known(entry) => {
                text.push_str(&format!("Known until {}: `{}`. ", entry.until, entry.path.display()));
            }
            Standing::Expired(entry) => text.push_str(&format!(
                "It was known until {}, which has passed: `{}`. ",
                entry.until,
                entry.path.display()
            )),
            Standing::New | Standing::Flaky => {}
        }
        text.push_str(&failure.inputs());
        text.push_str("\n\n");
        match (&failure.trace, &failure.path) {
            (Some(trace), Some(path)) => {
                let property = if property == "lockstep" { String::new() } else { format!("--property {property} ") };
                text.push_str(&format!("```text\n{}\n```\n\n", trace.trim_end()));
                text.push_str(&format!("`heapproof replay {property}{}`\n\n", path.display()));
            }
            _ => text.push_str(&format!("{}\n\n", failure.untold())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::failure::Failure;
    use super::super::fuzzer::{Figures, Sanitizer};
    use super::super::results::{Ended, Outcome, Results, Verdict};
    use super::super::{Night, plan::Part};
    use super::markdown;
    use crate::fuzzing::known::{Known, Standing};
    use jiff::civil::date;
    use std::sync::atomic::AtomicBool;
    use std::time::Duration;

    const TRACE: &str = "heapproof trace 1\na = table\ndrop a\n";

    /// The trace, known until the end of March.
    fn known(month: i8) -> Known {
        let folder = tempfile::tempdir().unwrap();
        let entry = format!("{TRACE}# signature not-freed, property lockstep\n# known until 2026-03-31\n");
        std::fs::write(folder.path().join("leak.trace"), entry).unwrap();
        Known::load(folder.path(), date(2026, month, 31)).unwrap()
    }

    fn shown(results: &Results, month: i8) -> String {
        let stop = AtomicBool::new(false);
        let night = Night {
            root: "root".into(),
            cargo: "cargo".into(),
            xtask: "xtask".into(),
            parts: Part::ALL.to_vec(),
            targets: vec!["lockstep".to_owned(), "text".to_owned()],
            time: Duration::from_secs(30),
            sanitizer: Sanitizer::None,
            seed: 7,
            corpus: "corpus".into(),
            out: "out".into(),
            known: &known(month),
            known_folder: "known".into(),
            today: date(2026, month, 31),
            stop: &stop,
        };
        markdown(&night, results)
    }

    fn failure(standing: Standing) -> Failure {
        Failure {
            property: "lockstep".to_owned(),
            signature: "not-freed".to_owned(),
            trace: Some(TRACE.to_owned()),
            path: Some("traces/lockstep-not-freed.trace".into()),
            artifact: "artifacts/lockstep/crash-1".into(),
            told: None,
            inputs: 3,
            more: 2,
            standing,
        }
    }

    fn done(target: &str) -> Outcome {
        let figures = Figures { executions: 3_000, seconds: 30, coverage: 10, features: 20, crashes: 3 };
        Outcome { target: target.to_owned(), figures, inputs: (5, 4), failing: 1 }
    }

    fn results(failures: Vec<Failure>) -> Results {
        Results { targets: vec![done("lockstep"), done("text")], failures, ..Results::default() }
    }

    fn has(text: &str, parts: &[&str]) {
        for part in parts {
            assert!(text.contains(part), "no {part:?} in\n{text}");
        }
    }

    #[test]
    fn a_new_failure_stands_there_with_its_trace_and_how_to_replay_it() {
        let parts = [
            "# Night: 1 new, 0 known\n",
            "| lockstep | 3000 | 100 | 10 | 20 | 5 | 4 | 1 | 3 |",
            "## New failures",
            "### not-freed, by `lockstep`",
            "3 inputs fail like that",
            " 2 more have this signature and were not minimised.",
            "a = table\ndrop a\n```",
            "`heapproof replay traces/lockstep-not-freed.trace`",
        ];
        has(&shown(&results(vec![failure(Standing::New)]), 3), &parts);
    }

    #[test]
    fn a_known_failure_is_no_news_until_its_day_has_passed() {
        let of = |month| results(vec![failure(known(month).of("not-freed", Some(TRACE)))]);
        let text = shown(&of(3), 3);
        assert!(!of(3).has_news() && !text.contains("## New") && !text.contains("no longer"), "{text}");
        has(&text, &["# Night: nothing new, 1 known\n", "Known until 2026-03-31: `", "leak.trace`. 3 inputs"]);

        let text = shown(&of(5), 5);
        assert!(of(5).has_news());
        has(&text, &["# Night: 1 new, 0 known\n", "It was known until 2026-03-31, which has passed: `"]);
        has(&text, &["## Known no longer\n\n- `", "leak.trace` was known until 2026-03-31\n"]);
    }

    #[test]
    fn what_did_not_fail_again_is_a_class_of_its_own() {
        let failures = results(vec![Failure {
            signature: "flaky".to_owned(),
            trace: None,
            path: None,
            more: 0,
            ..failure(Standing::Flaky)
        }]);
        assert!(failures.has_news());
        has(&shown(&failures, 3), &["# Night: 1 flaky\n", "## Flaky", "in a second run: some"]);
    }

    #[test]
    fn what_else_was_done_and_what_was_left_out_stands_there() {
        let words = "found 8 of 9; `docs/strength.md` says that these are always found: sure".to_owned();
        let mut results = results(Vec::new());
        results.parts.push((Part::Bugs, Ended { verdict: Verdict::Failed, seconds: 70, words }));
        results.left_out.push("engine: it needs 15m".to_owned());
        assert!(results.has_news());
        let parts = [
            "# Night: nothing found, bugs failed, 1 left out\n",
            "| bugs | failed | 70 | found 8 of 9; `docs",
            "## Left out\n\n- engine: it needs 15m\n",
        ];
        has(&shown(&results, 3), &parts);
    }

    #[test]
    fn a_night_that_was_cut_short_says_so() {
        let shown = |results: &Results| shown(results, 3);
        assert!(shown(&Results::default()).contains("# Night: nothing done\n"));
        let results = Results { targets: vec![done("lockstep")], interrupted: true, ..Results::default() };
        assert!(shown(&results).contains("# Night: nothing found, interrupted\n"));
        let results =
            Results { targets: vec![done("lockstep")], trouble: vec!["text: no".to_owned()], ..Results::default() };
        assert!(shown(&results).contains("# Night: nothing found, trouble with 1\n"));
    }
}
