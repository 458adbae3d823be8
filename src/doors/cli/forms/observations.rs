//! The JSON lines that Hypothesis publishes for observability: one for each program, one for each minimised failure, and one for
//! the run.
//!
//! All fields are there that Hypothesis 6.170.17 writes. What is in `metadata` is each library's own; of Hypothesis's there are
//! those that have a meaning here.

use super::{Ended, Finding, Findings};
use crate::doors::cli::run::Run;
use crate::runs::campaign::Case;
use crate::runs::statistics::Condition;
use heapproof_model::Program;
use serde_json::{Map, Value, json};
use std::io::{self, Write};
use std::time::UNIX_EPOCH;

/// Prints a program. It gave up if no line was carried out or refused: all names were unbound.
pub(super) fn case(findings: &Findings, case: &Case, run: &Run, out: &mut impl Write) -> io::Result<()> {
    let Case { number, aim, program, outcomes, failure, took, .. } = case;
    let (status, reason) = match failure {
        Some(signature) if run.known.contains(signature) => ("failed", format!("known: {signature}")),
        Some(signature) => ("failed", signature.to_string()),
        None if outcomes.done + outcomes.refused == 0 => ("gave_up", "no line could be carried out".to_owned()),
        None => ("passed", String::new()),
    };
    let (seed, profile) = (run.seed, aim.profile.name());
    let object = json!({
        "type": "test_case",
        "property": aim.property.name(),
        "run_start": start(findings),
        "status": status,
        "status_reason": reason,
        "representation": program.to_string(),
        "arguments": arguments(program),
        "how_generated": format!("case {number} of seed {seed}, profile {profile}"),
        "features": features(case),
        "coverage": null,
        "timing": { "execute:test": took.as_secs_f64() },
        "metadata": metadata(findings, None),
    });
    writeln!(out, "{object}")
}

/// Prints a minimised failure, as Hypothesis does after its programs.
pub(super) fn failure(findings: &Findings, finding: &Finding, out: &mut impl Write) -> io::Result<()> {
    let program: Option<Program> = finding.trace.parse().ok();
    let object = json!({
        "type": "test_case",
        "property": finding.property.as_ref().unwrap_or(&findings.property),
        "run_start": start(findings),
        "status": "failed",
        "status_reason": finding.signature,
        "representation": finding.trace,
        "arguments": program.as_ref().map_or_else(|| json!({}), arguments),
        "how_generated": "minimal failing test case",
        "features": program.map_or_else(|| json!({}), |program| json!({ "lines": program.len() })),
        "coverage": null,
        "timing": {},
        "metadata": metadata(findings, Some(finding)),
    });
    writeln!(out, "{object}")
}

/// Prints how the run ended.
pub(super) fn end(findings: &Findings, ended: &Ended, out: &mut impl Write) -> io::Result<()> {
    let about = ended.about.iter().map(|(name, value)| format!("{name}: {value}"));
    let unminimised = findings.unminimised(ended).map(|signature| format!("{signature}: not minimised"));
    let known = ended.known.iter().map(|(signature, count)| format!("{signature}: known, in {count} programs"));
    let lines = about.chain(unminimised).chain(known).map(|line| format!("\n- {line}"));
    let object = json!({
        "type": "info",
        "property": findings.property,
        "run_start": start(findings),
        "title": format!("heapproof {}", findings.command),
        "content": format!("{}\n{}", ended.verdict, lines.collect::<String>()),
    });
    writeln!(out, "{object}")
}

/// The program as data: its lines.
fn arguments(program: &Program) -> Value {
    let lines: Vec<String> = program.lines().iter().map(|line| program.print(line).to_string()).collect();
    json!({ "program": lines })
}

/// What the program did, as numbers, and the conditions that it reached, as what Hypothesis calls events.
fn features(case: &Case) -> Map<String, Value> {
    let outcomes = case.outcomes;
    let numbers = [("done", outcomes.done), ("refused", outcomes.refused), ("skipped", outcomes.skipped)];
    let mut features: Map<String, Value> =
        numbers.into_iter().map(|(name, count)| (name.to_owned(), json!(count))).collect();
    features.insert("lines".to_owned(), json!(case.program.len()));
    features.insert("profile".to_owned(), json!(case.aim.profile.name()));
    if let Some(observed) = &case.observed {
        features.insert("states".to_owned(), json!(observed.states.len()));
        let reached = Condition::ALL.iter().filter(|condition| observed.conditions.has(**condition));
        features.extend(reached.map(|condition| (condition.name().to_owned(), json!(""))));
    }
    features
}

/// What else is known: of a failure its report, in the place of a traceback, and how to see it again.
fn metadata(findings: &Findings, finding: Option<&Finding>) -> Value {
    let place = finding.and_then(|finding| finding.place.as_ref());
    json!({
        "traceback": finding.map(|finding| &finding.report),
        "replay": finding.map(|finding| &finding.replay),
        "path": place.map(|(path, _)| path),
        "subject": findings.subject,
        "version": env!("CARGO_PKG_VERSION"),
        "sys.argv": std::env::args().collect::<Vec<_>>(),
        "os.getpid()": std::process::id(),
    })
}

/// When the run began, in seconds since 1970.
fn start(findings: &Findings) -> f64 {
    findings.start.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
