//! The summary of a night, for people.

use super::failure::Failure;
use super::{Night, Results};

/// The summary as Markdown.
pub(super) fn markdown(night: &Night<'_>, results: &Results) -> String {
    let (known, new): (Vec<&Failure>, Vec<&Failure>) =
        results.failures.iter().partition(|failure| failure.known.is_some());
    let mut text = format!("# Fuzzing: {}\n\n", verdict(night, results, new.len(), known.len()));
    let (seconds, sanitizer, seed) = (night.time.as_secs(), night.sanitizer.name(), night.seed);
    text.push_str(&format!(
        "{} of {} targets, {seconds} s each, sanitizer: {sanitizer}, seed {seed}.\\\n",
        results.targets.len(),
        night.targets.len()
    ));
    text.push_str(&format!("Again: `.ci/nightly --time {seconds}s --sanitizer {sanitizer} --seed {seed}`\n\n"));
    text.push_str(&table(results));
    section(&mut text, "New failures", &new);
    section(&mut text, "Known failures", &known);
    if !results.trouble.is_empty() {
        text.push_str("## Trouble\n\n");
        results.trouble.iter().for_each(|trouble| text.push_str(&format!("```text\n{trouble}\n```\n\n")));
    }
    text
}

fn verdict(night: &Night<'_>, results: &Results, new: usize, known: usize) -> String {
    let mut parts = Vec::new();
    match (new, known) {
        (0, 0) if results.targets.is_empty() => parts.push("nothing done".to_owned()),
        (0, 0) => parts.push("nothing found".to_owned()),
        (0, known) => parts.push(format!("nothing new, {known} known")),
        (new, known) => parts.push(format!("{new} new, {known} known")),
    }
    if !results.trouble.is_empty() {
        parts.push(format!("trouble with {}", results.trouble.len()));
    }
    if results.interrupted {
        parts.push("interrupted".to_owned());
    } else if results.targets.len() + results.trouble.len() < night.targets.len() {
        parts.push("not finished".to_owned());
    }
    parts.join(", ")
}

fn table(results: &Results) -> String {
    if results.targets.is_empty() {
        return String::new();
    }
    let mut text =
        "| target | executions | a second | coverage | features | inputs before | after cmin | failing runs |\n\
        |---|--:|--:|--:|--:|--:|--:|--:|\n"
            .to_owned();
    for outcome in &results.targets {
        let figures = outcome.figures;
        text.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} |\n",
            outcome.target,
            figures.executions,
            figures.executions / figures.seconds.max(1),
            figures.coverage,
            figures.features,
            outcome.inputs.0,
            outcome.inputs.1,
            figures.crashes,
        ));
    }
    text.push('\n');
    text
}

fn section(text: &mut String, title: &str, failures: &[&Failure]) {
    if failures.is_empty() {
        return;
    }
    text.push_str(&format!("## {title}\n\n"));
    for failure in failures {
        let Failure { property, signature, inputs, .. } = failure;
        text.push_str(&format!("### {signature}, by `{property}`\n\n"));
        if let Some(known) = &failure.known {
            text.push_str(&format!("Known from {known}. "));
        }
        let inputs = if *inputs == 1 { "One input fails".to_owned() } else { format!("{inputs} inputs fail") };
        text.push_str(&format!("{inputs} like that, the smallest is `{}`.\n\n", failure.artifact.display()));
        match (&failure.trace, &failure.path) {
            (Some(trace), Some(path)) => {
                let property = if property == "lockstep" { String::new() } else { format!("--property {property} ") };
                text.push_str(&format!("```text\n{}\n```\n\n", trace.trim_end()));
                text.push_str(&format!("`heapproof replay {property}{}`\n\n", path.display()));
            }
            _ => text.push_str(&format!(
                "It could not be minimised. `cargo fuzz run {property} {}` shows it.\n\n",
                failure.artifact.display()
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fuzzer::{Figures, Sanitizer};
    use super::super::{Night, Outcome, Results, failure::Failure};
    use super::markdown;
    use std::sync::atomic::AtomicBool;
    use std::time::Duration;

    fn shown(results: &Results) -> String {
        let stop = AtomicBool::new(false);
        let night = Night {
            targets: vec!["lockstep".to_owned(), "text".to_owned()],
            time: Duration::from_secs(30),
            sanitizer: Sanitizer::None,
            seed: 7,
            corpus: "corpus".into(),
            out: "out".into(),
            stop: &stop,
        };
        markdown(&night, results)
    }

    fn failure(known: Option<&str>) -> Failure {
        Failure {
            property: "lockstep".to_owned(),
            signature: "not-freed".to_owned(),
            trace: Some("heapproof trace 1\na = table\ndrop a\n".to_owned()),
            path: Some("traces/lockstep-not-freed.trace".into()),
            artifact: "artifacts/lockstep/crash-1".into(),
            inputs: 3,
            known: known.map(str::to_owned),
        }
    }

    fn done(target: &str) -> Outcome {
        let figures = Figures { executions: 3_000, seconds: 30, coverage: 10, features: 20, crashes: 3 };
        Outcome { target: target.to_owned(), figures, inputs: (5, 4) }
    }

    #[test]
    fn a_new_failure_stands_there_with_its_trace_and_how_to_replay_it() {
        let results = Results {
            targets: vec![done("lockstep"), done("text")],
            failures: vec![failure(None)],
            ..Results::default()
        };
        let text = shown(&results);
        for part in [
            "# Fuzzing: 1 new, 0 known\n",
            "| lockstep | 3000 | 100 | 10 | 20 | 5 | 4 | 3 |",
            "## New failures",
            "### not-freed, by `lockstep`",
            "3 inputs fail like that",
            "a = table\ndrop a\n```",
            "`heapproof replay traces/lockstep-not-freed.trace`",
        ] {
            assert!(text.contains(part), "no {part:?} in\n{text}");
        }
    }

    #[test]
    fn a_known_failure_is_no_news() {
        let results = Results {
            targets: vec![done("lockstep"), done("text")],
            failures: vec![failure(Some("an earlier night"))],
            ..Results::default()
        };
        let text = shown(&results);
        assert!(!results.has_news() && text.contains("# Fuzzing: nothing new, 1 known\n"), "{text}");
        assert!(text.contains("Known from an earlier night.") && !text.contains("## New"), "{text}");
    }

    #[test]
    fn a_night_that_was_cut_short_says_so() {
        assert!(shown(&Results::default()).contains("# Fuzzing: nothing done, not finished\n"));
        let results = Results { targets: vec![done("lockstep")], interrupted: true, ..Results::default() };
        assert!(shown(&results).contains("# Fuzzing: nothing found, interrupted\n"));
        let results =
            Results { targets: vec![done("lockstep")], trouble: vec!["text: no".to_owned()], ..Results::default() };
        assert!(shown(&results).contains("# Fuzzing: nothing found, trouble with 1\n"));
    }
}
