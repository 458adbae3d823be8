//! Whether programs that fail by one bug come to one trace: each seeded bug is built, looked for with many seeds, and
//! what the minimiser makes of the programs is compared.

use crate::child::{self, Ended, How};
use crate::scratch::Scratch;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use xtask::bugs::Bug;

/// The most random programs that are run for one that fails.
const CASES: u64 = 60_000;
/// After this a seed is given up.
const LIMIT: Duration = Duration::from_secs(60);
/// Bugs of all classes that fail in few programs.
pub(crate) const USUAL: [&str; 10] = [
    "old-value-first",
    "child-counted-once",
    "self-loop-ignored",
    "dirty-mark-kept",
    "drop-makes-no-candidate",
    "restore-nothing",
    "resurrection-ignored",
    "generation-kept",
    "temporary-not-given-up",
    "removed-field-keeps-its-place",
];

/// What came of one seed.
struct Form {
    signature: String,
    trace: String,
    found: u64,
    executions: u64,
}

/// What came of a bug: the programs that fail with the signature which most of them have.
pub(crate) struct Forms {
    id: String,
    signature: String,
    /// How many programs failed so.
    programs: usize,
    /// How many of them came to the trace that most came to.
    alike: usize,
    /// How many traces there are.
    distinct: usize,
    /// The lines of that trace.
    lines: usize,
    /// The medians of the lines that programs had, and of the executions that they took.
    found: u64,
    executions: u64,
}

/// Builds each bug and minimises a program of each seed; what was done until an interruption.
pub(crate) fn run(root: &Path, bugs: &[Bug], seeds: u64, jobs: Option<u16>, stop: &AtomicBool) -> Result<Vec<Forms>> {
    let scratch = Scratch::new(root, jobs, stop)?;
    let mut all = Vec::new();
    for (number, bug) in bugs.iter().enumerate() {
        eprintln!("[{}/{}] {}/{}", number + 1, bugs.len(), bug.class, bug.id);
        let edited = bug.edited(|file| scratch.read(file))?;
        let Some(heapproof) = scratch.build(&edited)? else { break };
        let mut forms = Vec::new();
        for seed in 1..=seeds {
            let Some(ended) = check(&heapproof, &scratch, seed, stop)? else { return Ok(all) };
            forms.extend(ended);
        }
        all.extend(compared(&bug.id, &forms));
    }
    Ok(all)
}

/// Looks for a failure with one seed; none of it where nothing fails, and nothing if interrupted.
fn check(heapproof: &Path, scratch: &Scratch<'_>, seed: u64, stop: &AtomicBool) -> Result<Option<Option<Form>>> {
    let mut check = Command::new(heapproof);
    check.args(["check", "--format", "json", "--jobs", "1"]);
    check.args(["--seed", &seed.to_string(), "--cases", &CASES.to_string()]);
    check.arg("--out").arg(&scratch.output);
    let Ended { how, stdout, stderr } = child::run(&mut check, &scratch.output, Some(LIMIT), stop)?;
    match how {
        How::Interrupted => Ok(None),
        How::TimedOut => Ok(Some(None)),
        How::Exited(status) => match status.code() {
            Some(0) => Ok(Some(None)),
            Some(1) => form(&stdout).map(Some).map(Some),
            _ => bail!("check failed: {}", stderr.trim()),
        },
    }
}

fn form(stdout: &str) -> Result<Form> {
    let objects: Vec<Value> = stdout.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let violation = objects.iter().find(|object| object["type"] == "violation").context("there is no violation")?;
    let text = |name: &str| violation[name].as_str().map(str::to_owned).with_context(|| format!("it has no {name}"));
    let number = |name: &str| violation[name].as_u64().with_context(|| format!("it has no {name}"));
    Ok(Form {
        signature: text("signature")?,
        trace: text("trace")?,
        found: number("found_lines")?,
        executions: number("executions")?,
    })
}

fn compared(id: &str, forms: &[Form]) -> Option<Forms> {
    let mut by_signature: BTreeMap<&str, Vec<&Form>> = BTreeMap::new();
    for form in forms {
        by_signature.entry(&form.signature).or_default().push(form);
    }
    let (signature, forms) = by_signature.into_iter().max_by_key(|(_, forms)| forms.len())?;
    let mut traces: BTreeMap<&str, usize> = BTreeMap::new();
    for form in &forms {
        *traces.entry(&form.trace).or_default() += 1;
    }
    let (trace, alike) = traces.iter().max_by_key(|(_, times)| **times)?;
    for (trace, times) in &traces {
        let lines: Vec<&str> = trace.lines().skip(1).collect();
        eprintln!("  {times:3} {}", lines.join("; "));
    }
    Some(Forms {
        id: id.to_owned(),
        signature: signature.to_owned(),
        programs: forms.len(),
        alike: *alike,
        distinct: traces.len(),
        // All but the header.
        lines: trace.lines().count().saturating_sub(1),
        found: median(forms.iter().map(|form| form.found)),
        executions: median(forms.iter().map(|form| form.executions)),
    })
}

/// The lower median.
fn median(numbers: impl Iterator<Item = u64>) -> u64 {
    let mut sorted: Vec<u64> = numbers.collect();
    sorted.sort_unstable();
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(0)
}

/// The results as a table in Markdown.
pub(crate) fn table(all: &[Forms]) -> String {
    let mut table = String::from(
        "| bug | signature | programs | to one trace | traces | lines | lines found | executions |\n\
         |---|---|---:|---:|---:|---:|---:|---:|\n",
    );
    for forms in all {
        let Forms { id, signature, programs, alike, distinct, lines, found, executions } = forms;
        table += &format!(
            "| `{id}` | `{signature}` | {programs} | {alike} | {distinct} | {lines} | {found} | {executions} |\n"
        );
    }
    table
}

#[cfg(test)]
mod tests {
    use super::{Form, compared, form};

    #[test]
    fn the_signature_and_the_trace_that_most_have_are_counted() {
        let form = |signature: &str, trace: &str, executions| Form {
            signature: signature.to_owned(),
            trace: format!("heapproof trace 1\n{trace}\n"),
            found: 50,
            executions,
        };
        let all = [form("a", "x", 9), form("b", "y", 5), form("a", "x", 7), form("a", "z\nz", 8)];
        let forms = compared("bug", &all).unwrap();
        assert_eq!((forms.signature.as_str(), forms.programs, forms.alike, forms.distinct), ("a", 3, 2, 2));
        assert_eq!((forms.lines, forms.executions), (1, 8));
    }

    #[test]
    fn a_violation_without_its_trace_is_an_error() {
        assert!(form(r#"{"type":"violation","signature":"a"}"#).is_err());
    }
}
