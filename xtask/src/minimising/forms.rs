//! Checks whether programs that fail by one bug are minimised to one trace: takes a seeded bug or a canary, looks for it with
//! many seeds, and compares the minimised traces. It also checks the other promises of the minimiser on these traces:
//! minimising a trace again returns the same trace, so does minimising its program with two threads, and no line can go.

use super::culprit::Culprit;
use crate::common::child::{self, Ended, How};
use crate::seeded::scratch::Scratch;
use anyhow::{Context, Result, bail};
use heapproof_model::Program;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// If this many seeds find nothing, the others are not tried.
const ENOUGH: u64 = 3;
/// The time limit for a seed.
const LIMIT: Duration = Duration::from_secs(60);

/// The result of one seed.
#[derive(Clone)]
struct Form {
    signature: String,
    /// What the program was judged by.
    property: String,
    trace: String,
    found: u64,
    executions: u64,
    /// The program before it was minimised, if only one program was saved.
    original: Option<String>,
}

/// The result of a bug. It covers the programs with the most frequent signature.
pub(crate) struct Forms {
    pub id: String,
    pub signature: String,
    /// How many signatures there are.
    pub signatures: usize,
    /// How many programs have this signature.
    pub programs: usize,
    /// How many of them end at the most frequent trace.
    pub alike: usize,
    /// How many traces there are.
    pub distinct: usize,
    /// The number of lines of the most frequent trace.
    pub lines: usize,
    /// The medians of the lines before minimising, and of the executions.
    pub found: u64,
    pub executions: u64,
    /// The broken promises, one sentence each.
    pub broken: Vec<String>,
}

/// Takes each culprit and minimises a program of each seed. If interrupted, returns the results so far.
pub(crate) fn run(
    root: &Path,
    culprits: &[Culprit],
    seeds: u64,
    jobs: Option<u16>,
    stop: &AtomicBool,
) -> Result<Vec<Forms>> {
    let scratch = Scratch::new(root, jobs, stop)?;
    let mut all = Vec::new();
    for (number, culprit) in culprits.iter().enumerate() {
        eprintln!("[{}/{}] {}", number + 1, culprits.len(), culprit.id());
        let edited = match culprit {
            Culprit::Seeded(bug) => bug.edited(|file| scratch.read(file))?,
            Culprit::Canary(_) => BTreeMap::new(),
        };
        let Some(heapproof) = scratch.build(&edited)? else { break };
        let mut forms = None;
        for options in culprit.options() {
            let search = Search { heapproof: &heapproof, scratch: &scratch, culprit, options: &options, stop };
            match search.forms(seeds)? {
                None => return Ok(all),
                Some(found) => forms = found,
            }
            if forms.is_some() {
                break;
            }
        }
        if forms.is_none() {
            eprintln!("  no random program fails");
        }
        all.extend(forms);
    }
    Ok(all)
}

/// The search for failures of one build.
struct Search<'a> {
    heapproof: &'a Path,
    scratch: &'a Scratch<'a>,
    culprit: &'a Culprit,
    options: &'a [&'a str],
    stop: &'a AtomicBool,
}

impl Search<'_> {
    /// The results of all seeds. The inner option is `None` if the first seeds find nothing, the outer one if interrupted.
    fn forms(&self, seeds: u64) -> Result<Option<Option<Forms>>> {
        let mut forms = Vec::new();
        for seed in 1..=seeds {
            let Some(ended) = self.check(seed)? else { return Ok(None) };
            forms.extend(ended);
            if forms.is_empty() && seed == ENOUGH {
                break;
            }
        }
        let Some(mut compared) = compare(self.culprit.id(), &forms) else { return Ok(Some(None)) };
        let Some(broken) = self.broken_promises(&forms)? else { return Ok(None) };
        broken.iter().for_each(|promise| eprintln!("  broken: {promise}"));
        compared.broken = broken;
        Ok(Some(Some(compared)))
    }

    /// Looks for a failure with one seed. The inner option is `None` if no program fails, the outer one if interrupted.
    fn check(&self, seed: u64) -> Result<Option<Option<Form>>> {
        let out = self.scratch.output.join("found");
        if out.exists() {
            fs::remove_dir_all(&out)?;
        }
        let mut check = self.command("check");
        check.args(["--format", "json", "--jobs", "1"]);
        check.args(["--seed", &seed.to_string(), "--cases", &self.culprit.cases().to_string()]);
        check.arg("--out").arg(&out);
        let Ended { how, stdout, stderr } = child::run(&mut check, &self.scratch.output, Some(LIMIT), self.stop)?;
        match how {
            How::Interrupted => Ok(None),
            How::TimedOut => Ok(Some(None)),
            How::Exited(status) => match status.code() {
                Some(1) => form(&stdout, &out).map(Some).map(Some),
                Some(2 | 3) => bail!("check failed: {}", stderr.trim()),
                // No program fails, or the run itself has died, which leaves no trace without isolation.
                _ => Ok(Some(None)),
            },
        }
    }

    /// The broken promises of the traces, each of which is tried once; `None` if interrupted.
    fn broken_promises(&self, forms: &[Form]) -> Result<Option<Vec<String>>> {
        let by_trace: BTreeMap<&str, &Form> = forms.iter().map(|form| (&*form.trace, form)).collect();
        let mut broken = Vec::new();
        for (trace, form) in by_trace {
            let path = self.scratch.output.join("minimised.trace");
            fs::write(&path, trace)?;
            let sentence = |what: &str| format!("{what}: {}", one_line(trace));
            match self.minimized(&path, &form.property, "1")? {
                None => return Ok(None),
                Some(again) if again != trace => broken.push(sentence("minimising it again changes it")),
                Some(_) => {}
            }
            let mut verify = self.command("verify-minimal");
            verify.arg(&path).args(["--property", &form.property]);
            let verify = child::run(&mut verify, &self.scratch.output, None, self.stop)?;
            match verify.how {
                How::Exited(status) if status.success() => {}
                How::Interrupted => return Ok(None),
                _ => broken.push(sentence("something can be removed")),
            }
            if let Some(original) = &form.original {
                fs::write(&path, original)?;
                match self.minimized(&path, &form.property, "2")? {
                    None => return Ok(None),
                    Some(other) if other != trace => {
                        broken.push(sentence("two threads minimise its program to another"));
                    }
                    Some(_) => {}
                }
            }
        }
        Ok(Some(broken))
    }

    /// Minimises a program to a trace without comments; `None` if interrupted.
    fn minimized(&self, path: &Path, property: &str, jobs: &str) -> Result<Option<String>> {
        let mut minimize = self.command("minimize");
        minimize.arg(path).args(["--property", property, "--jobs", jobs]);
        let Ended { how, stdout, stderr } = child::run(&mut minimize, &self.scratch.output, Some(LIMIT), self.stop)?;
        match how {
            How::Interrupted => Ok(None),
            How::TimedOut => Ok(Some("it takes too long".to_owned())),
            How::Exited(status) if matches!(status.code(), Some(0 | 1)) => {
                let program: Program = stdout.parse().context("minimize does not print a trace")?;
                Ok(Some(program.to_string()))
            }
            How::Exited(_) => bail!("minimize failed: {}", stderr.trim()),
        }
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.heapproof);
        command.args([name, "--subject", self.culprit.subject()]).args(self.options);
        command
    }
}

/// All lines of a trace in one line, without the header.
fn one_line(trace: &str) -> String {
    trace.lines().skip(1).collect::<Vec<&str>>().join("; ")
}

/// Reads the output of `check`, and the file that it saved.
fn form(stdout: &str, out: &Path) -> Result<Form> {
    let objects: Vec<Value> = stdout.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let violation = objects.iter().find(|object| object["type"] == "violation").context("there is no violation")?;
    let text = |name: &str| violation[name].as_str().map(str::to_owned).with_context(|| format!("it has no {name}"));
    let number = |name: &str| violation[name].as_u64().with_context(|| format!("it has no {name}"));
    Ok(Form {
        signature: text("signature")?,
        property: text("property")?,
        trace: text("trace")?,
        found: number("found_lines")?,
        executions: number("executions")?,
        original: original(&out.join("failures/original"))?,
    })
}

/// The file of a folder if there is only one. Further files are failures that were found while minimising.
fn original(folder: &Path) -> Result<Option<String>> {
    let entries: Vec<_> = fs::read_dir(folder)?.collect::<std::io::Result<_>>()?;
    Ok(match &entries[..] {
        [entry] => Some(fs::read_to_string(entry.path())?),
        _ => None,
    })
}

fn compare(id: &str, forms: &[Form]) -> Option<Forms> {
    let mut by_signature: BTreeMap<&str, Vec<&Form>> = BTreeMap::new();
    for form in forms {
        by_signature.entry(&form.signature).or_default().push(form);
    }
    let signatures = by_signature.len();
    let (signature, forms) = by_signature.into_iter().max_by_key(|(_, forms)| forms.len())?;
    let mut traces: BTreeMap<&str, usize> = BTreeMap::new();
    for form in &forms {
        *traces.entry(&form.trace).or_default() += 1;
    }
    let (trace, alike) = traces.iter().max_by_key(|(_, times)| **times)?;
    for (trace, times) in &traces {
        eprintln!("  {times:3} {}", one_line(trace));
    }
    Some(Forms {
        id: id.to_owned(),
        signature: signature.to_owned(),
        signatures,
        programs: forms.len(),
        alike: *alike,
        distinct: traces.len(),
        // The header does not count.
        lines: trace.lines().count().saturating_sub(1),
        found: median(forms.iter().map(|form| form.found)),
        executions: median(forms.iter().map(|form| form.executions)),
        broken: Vec::new(),
    })
}

/// The lower median.
fn median(numbers: impl Iterator<Item = u64>) -> u64 {
    let mut sorted: Vec<u64> = numbers.collect();
    sorted.sort_unstable();
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Form, compare, form};
    use std::path::Path;

    #[test]
    fn the_signature_and_the_trace_that_most_have_are_counted() {
        let form = |signature: &str, trace: &str, executions| Form {
            signature: signature.to_owned(),
            property: "lockstep".to_owned(),
            trace: format!("heapproof trace 1\n{trace}\n"),
            found: 50,
            executions,
            original: None,
        };
        let all = [form("a", "x", 9), form("b", "y", 5), form("a", "x", 7), form("a", "z\nz", 8)];
        let forms = compare("bug", &all).unwrap();
        assert_eq!((forms.signature.as_str(), forms.programs, forms.alike, forms.distinct), ("a", 3, 2, 2));
        assert_eq!((forms.lines, forms.executions, forms.signatures), (1, 8, 2));
    }

    #[test]
    fn a_violation_without_its_trace_is_an_error() {
        assert!(form(r#"{"type":"violation","signature":"a"}"#, Path::new("")).is_err());
    }
}
