//! Minimises the failing inputs that libFuzzer saved, to one trace for each signature.

use super::Night;
use super::failure::{Failure, UNCLEAR};
use super::known::Known;
use crate::common::child::{self, Ended, How};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The time limit to replay or minimise an input, since a heap may run for ever.
const LIMIT: Duration = Duration::from_secs(300);

/// The failures of the inputs that a target's run has saved. For each signature, the smallest input is minimised.
pub(super) fn failures(night: &Night<'_>, heapproof: &Path, target: &str, known: &Known) -> Result<Vec<Failure>> {
    let mut artifacts = Vec::new();
    for entry in fs::read_dir(night.artifacts(target))? {
        let entry = entry?;
        artifacts.push((entry.metadata()?.len(), entry.path()));
    }
    artifacts.sort();
    let mut failures: Vec<Failure> = Vec::new();
    let minimizer = Minimizer { night, heapproof, target };
    for (_, artifact) in artifacts {
        let signature = minimizer.signature(&artifact)?;
        if let Some(same) = failures.iter_mut().find(|failure| failure.signature == signature) {
            same.inputs += 1;
            continue;
        }
        let path = if signature == UNCLEAR { None } else { minimizer.minimize(&artifact, &signature)? };
        let trace = path.as_ref().map(fs::read_to_string).transpose()?;
        let known = known.of(target, &signature, trace.as_deref());
        let below = |path: &Path| path.strip_prefix(&night.out).map_or(path.to_owned(), Path::to_owned);
        failures.push(Failure {
            property: target.to_owned(),
            signature,
            trace,
            path: path.as_deref().map(below),
            artifact: below(&artifact),
            inputs: 1,
            known,
        });
    }
    Ok(failures)
}

struct Minimizer<'a> {
    night: &'a Night<'a>,
    heapproof: &'a Path,
    target: &'a str,
}

impl Minimizer<'_> {
    /// The signature of an input's failure.
    fn signature(&self, artifact: &Path) -> Result<String> {
        let mut replay = self.command("replay");
        replay.args(["--format", "json"]);
        let Ended { how, stdout, .. } =
            child::run(replay.arg(artifact), &self.night.out.join("work"), Some(LIMIT), self.night.stop)?;
        Ok(match how {
            How::Exited(status) => match status.code() {
                Some(1) => read_signature(&stdout).with_context(|| format!("replay says: {stdout}"))?,
                Some(101) => "crash".to_owned(),
                Some(_) => UNCLEAR.to_owned(),
                None => "crash".to_owned(),
            },
            How::TimedOut => "hang".to_owned(),
            How::Interrupted => UNCLEAR.to_owned(),
        })
    }

    /// Minimises an input; `None` if that fails.
    fn minimize(&self, artifact: &Path, signature: &str) -> Result<Option<PathBuf>> {
        let traces = self.night.out.join("traces");
        let path = traces.join(format!("{}-{signature}.trace", self.target));
        let mut minimize = self.command("minimize");
        minimize.arg("--output").arg(&path).arg(artifact);
        child::run(&mut minimize, &self.night.out.join("work"), Some(LIMIT), self.night.stop)?;
        Ok(path.is_file().then_some(path))
    }

    fn command(&self, what: &str) -> Command {
        let mut command = Command::new(self.heapproof);
        let input = if self.target == "text" { "trace" } else { "bytes" };
        command.args([what, "--property", self.target, "--input", input]);
        command
    }
}

/// Reads the signature from the JSON that `replay` prints for a failing file.
fn read_signature(stdout: &str) -> Option<String> {
    let replayed: serde_json::Value = serde_json::from_str(stdout.lines().next()?).ok()?;
    replayed["signature"].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::read_signature;

    #[test]
    fn the_signature_of_a_replay_is_read() {
        let failing = r#"{"type":"replay","path":"crash-1a","passed":false,"signature":"not-freed"}"#;
        assert_eq!(read_signature(failing).as_deref(), Some("not-freed"));
        assert_eq!(read_signature(r#"{"type":"replay","passed":true,"signature":null}"#), None);
        assert_eq!(read_signature("crash-1a: not-freed"), None);
    }
}
