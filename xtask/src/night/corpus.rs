//! The corpus of a target: failing inputs are set aside, and those that reach only what others reach too are removed.
//!
//! libFuzzer's merge passes over inputs that fail, cuts those that are longer than `-max_len`, and says little of either. So failing
//! inputs leave the corpus before it, `-max_len` is at least the longest input, and the merge is only asked which inputs to keep: those are
//! compared byte for byte with what is there, and what a second merge still finds is kept too. Files are removed one by one
//! at the end, so whoever is killed leaves too many inputs, and never too few.

use crate::common::child::{self, Ended, How};
use crate::fuzzing::libfuzzer::{Ending, LARGEST_INPUT, LONGEST_INPUT};
use anyhow::{Context, Result, bail, ensure};
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// How many inputs are run by one process.
const BATCH: usize = 500;

/// The corpus of a target, and its binary.
pub(super) struct Corpus<'a> {
    pub binary: &'a Path,
    /// The folder of the inputs.
    pub inputs: PathBuf,
    /// The folder of those that fail. Nights add to it, and take nothing away.
    pub failing: PathBuf,
    /// A folder that may be emptied.
    pub scratch: PathBuf,
    /// What libFuzzer says.
    pub log: PathBuf,
    pub limit: Duration,
    pub stop: &'a AtomicBool,
}

impl Corpus<'_> {
    /// The number of inputs.
    pub fn len(&self) -> Result<usize> {
        Ok(files(&self.inputs)?.len())
    }

    /// Moves the inputs that fail to their folder. Gives all that fail of those there now; `None` if interrupted.
    pub fn set_aside(&self) -> Result<Option<Vec<PathBuf>>> {
        let (Some(mut old), Some(new)) =
            (self.failing_of(&files(&self.failing)?)?, self.failing_of(&files(&self.inputs)?)?)
        else {
            return Ok(None);
        };
        for input in new {
            let aside = self.keep_failing(&input)?;
            fs::remove_file(&input).with_context(|| format!("can't remove {}", input.display()))?;
            if !old.contains(&aside) {
                old.push(aside);
            }
        }
        Ok(Some(old))
    }

    /// Copies a failing input to the folder that nights take nothing from.
    pub fn keep_failing(&self, input: &Path) -> Result<PathBuf> {
        let bytes = fs::read(input).with_context(|| format!("can't read {}", input.display()))?;
        fs::create_dir_all(&self.failing).with_context(|| format!("can't make {}", self.failing.display()))?;
        let name = input.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // Another input may have this name.
        let names = (1..).map(|number| if number == 1 { name.clone() } else { format!("{name}-{number}") });
        let free = |path: &PathBuf| fs::read(path).map_or(true, |there| there == bytes);
        let path = names.map(|name| self.failing.join(name)).find(free).context("no name is free")?;
        fs::write(&path, bytes).with_context(|| format!("can't write {}", path.display()))?;
        Ok(path)
    }

    /// Those of these inputs that fail; `None` if interrupted.
    fn failing_of(&self, inputs: &[PathBuf]) -> Result<Option<Vec<PathBuf>>> {
        let (mut failing, mut rest) = (Vec::new(), inputs);
        while !rest.is_empty() {
            let batch = &rest[..rest.len().min(BATCH)];
            let Some((ending, said)) = self.run(|run| run.args(batch))? else { return Ok(None) };
            let past = match ending {
                Ending::Passed => batch.len(),
                Ending::Interrupted => bail!("a signal interrupted it"),
                Ending::Crashed | Ending::TooSlow | Ending::TooLarge => {
                    let last = said.lines().rev().find_map(|line| line.strip_prefix("Running: "));
                    let place = batch.iter().position(|input| Some(input.as_path()) == last.map(Path::new));
                    let place =
                        place.with_context(|| format!("an input failed, and it does not say which:\n{said}"))?;
                    failing.push(batch[place].clone());
                    place + 1
                }
            };
            rest = &rest[past..];
        }
        Ok(Some(failing))
    }

    /// Removes the inputs that reach only what others reach too. Gives how many are left; `None` if interrupted.
    pub fn cut(&self) -> Result<Option<usize>> {
        let inputs = files(&self.inputs)?;
        let kept = self.scratch.join("kept");
        if kept.exists() {
            fs::remove_dir_all(&kept)?;
        }
        fs::create_dir_all(&kept)?;
        // What an input reaches may depend on those before it.
        for _ in 0..2 {
            if !self.merge(&kept, &inputs)? {
                return Ok(None);
            }
        }
        let wanted: HashSet<Vec<u8>> = contents(&files(&kept)?)?.into_iter().collect();
        let there = contents(&inputs)?;
        let known: HashSet<&Vec<u8>> = there.iter().collect();
        ensure!(wanted.iter().all(|input| known.contains(input)), "the merge has changed an input; nothing is removed");
        ensure!(!wanted.is_empty() || inputs.is_empty(), "the merge has left no input; nothing is removed");
        let mut left: HashSet<&Vec<u8>> = HashSet::new();
        for (path, bytes) in inputs.iter().zip(&there) {
            if !wanted.contains(bytes) || !left.insert(bytes) {
                fs::remove_file(path).with_context(|| format!("can't remove {}", path.display()))?;
            }
        }
        let after = self.len()?;
        ensure!(after == wanted.len(), "{after} inputs are left of {} that reach something", wanted.len());
        Ok(Some(after))
    }

    /// Merges the inputs into a folder; false if interrupted.
    fn merge(&self, kept: &Path, inputs: &[PathBuf]) -> Result<bool> {
        let mut longest = u64::from(LARGEST_INPUT);
        for input in inputs {
            longest = longest.max(fs::metadata(input)?.len());
        }
        let merged =
            self.run(|run| run.args(["-merge=1", &format!("-max_len={longest}")]).arg(kept).arg(&self.inputs))?;
        let Some((ending, said)) = merged else { return Ok(false) };
        ensure!(ending == Ending::Passed, "the merge failed; nothing is removed");
        ensure!(said.contains("successful in 1 attempt(s)"), "an input failed in the merge; nothing is removed");
        Ok(true)
    }

    /// Runs the target; gives how it ended and what it said, `None` if interrupted.
    fn run(&self, with: impl FnOnce(&mut Command) -> &mut Command) -> Result<Option<(Ending, String)>> {
        let mut run = Command::new(self.binary);
        run.arg(format!("-timeout={LONGEST_INPUT}")).arg(format!("-artifact_prefix={}/", self.scratch.display()));
        run.current_dir(&self.scratch).env("HEAPPROOF_REPORT", "off").env("TMPDIR", &self.scratch);
        let Ended { how, stderr, .. } = child::run(with(&mut run), &self.scratch, Some(self.limit), self.stop)?;
        fs::write(&self.log, &stderr).with_context(|| format!("can't write {}", self.log.display()))?;
        let shown = self.log.display();
        match how {
            How::Interrupted => Ok(None),
            How::TimedOut => bail!("the corpus took longer than {} s; see {shown}", self.limit.as_secs()),
            How::Exited(status) => {
                let ending =
                    Ending::of(status).with_context(|| format!("the target did not run ({status}); see {shown}"));
                Ok(Some((ending?, stderr)))
            }
        }
    }
}

/// The files of a folder, sorted; none if it does not exist.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let read = || fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect::<std::io::Result<Vec<_>>>();
    let mut files = read().with_context(|| format!("can't read {}", folder.display()))?;
    files.retain(|path| path.is_file());
    files.sort();
    Ok(files)
}

fn contents(files: &[PathBuf]) -> Result<Vec<Vec<u8>>> {
    files.iter().map(|path| fs::read(path).with_context(|| format!("can't read {}", path.display()))).collect()
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::super::stub::fuzzer;
    use super::{Corpus, files};
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;
    use std::sync::atomic::AtomicBool;
    use std::time::Duration;

    static STOP: AtomicBool = AtomicBool::new(false);

    /// A corpus of these inputs in a folder, with the stub for a target.
    fn corpus<'a>(folder: &Path, binary: &'a Path, inputs: &[(&str, &str)]) -> Corpus<'a> {
        let [inside, scratch] = ["inputs", "scratch"].map(|name| folder.join(name));
        fs::create_dir_all(&inside).unwrap();
        fs::create_dir_all(&scratch).unwrap();
        inputs.iter().for_each(|(name, text)| fs::write(inside.join(name), text).unwrap());
        let (failing, log, limit) = (folder.join("failing"), folder.join("log"), Duration::from_secs(60));
        Corpus { binary, inputs: inside, failing, scratch, log, limit, stop: &STOP }
    }

    fn names(folder: &Path) -> BTreeSet<String> {
        let name = |path: &std::path::PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
        files(folder).unwrap().iter().map(name).collect()
    }

    #[test]
    fn what_alone_reaches_something_stays_and_nothing_else_does() {
        let folder = tempfile::tempdir().unwrap();
        let binary = fuzzer(folder.path());
        let inputs = [("a", "one\n"), ("b", "one\nagain\n"), ("c", "two\n"), ("d", "two\n"), ("e", "three\n")];
        let corpus = corpus(folder.path(), &binary, &inputs);
        assert_eq!(corpus.set_aside().unwrap(), Some(Vec::new()));
        assert_eq!(corpus.cut().unwrap(), Some(3));
        assert_eq!(names(&corpus.inputs), ["a", "c", "e"].map(str::to_owned).into());
    }

    #[test]
    fn failing_inputs_are_set_aside_and_later_nights_find_them_there() {
        let folder = tempfile::tempdir().unwrap();
        let binary = fuzzer(folder.path());
        let inputs =
            [("a", "one\n"), ("b", "two FAIL\n"), ("c", "three SLOW\n"), ("d", "four LARGE\n"), ("e", "five\n")];
        let corpus = corpus(folder.path(), &binary, &inputs);
        let aside = ["b", "c", "d"].map(|name| corpus.failing.join(name)).to_vec();
        assert_eq!(corpus.set_aside().unwrap(), Some(aside.clone()));
        assert_eq!(corpus.cut().unwrap(), Some(2));
        // Another one of the same name.
        fs::write(corpus.inputs.join("b"), "two, otherwise FAIL\n").unwrap();
        let all = [&aside[..], &[corpus.failing.join("b-2")]].concat();
        assert_eq!(corpus.set_aside().unwrap(), Some(all));
        assert_eq!(fs::read_to_string(corpus.failing.join("b")).unwrap(), "two FAIL\n");
        assert_eq!(names(&corpus.inputs), ["a", "e"].map(str::to_owned).into());
    }

    #[test]
    fn a_long_input_is_neither_cut_nor_lost() {
        let folder = tempfile::tempdir().unwrap();
        let binary = fuzzer(folder.path());
        let long = format!("long\n{}", "x".repeat(10_000));
        let corpus = corpus(folder.path(), &binary, &[("a", "one\n"), ("b", &long)]);
        assert_eq!(corpus.cut().unwrap(), Some(2));
        assert_eq!(fs::read_to_string(corpus.inputs.join("b")).unwrap(), long);
    }

    #[test]
    fn where_a_merge_passes_an_input_over_nothing_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let binary = fuzzer(folder.path());
        let corpus = corpus(folder.path(), &binary, &[("a", "one\n"), ("b", "one\n"), ("c", "two FAIL\n")]);
        let refused = corpus.cut().unwrap_err().to_string();
        assert_eq!(refused, "an input failed in the merge; nothing is removed");
        assert_eq!(names(&corpus.inputs).len(), 3);
    }

    #[test]
    fn a_fuzzer_that_cannot_start_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let corpus = corpus(folder.path(), Path::new("/bin/false"), &[("a", "one\n")]);
        assert!(corpus.set_aside().is_err() && corpus.cut().is_err());
        assert_eq!(names(&corpus.inputs).len(), 1);
    }
}
