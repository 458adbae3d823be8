//! What the zoo says about a heap: a file `zoo/FAMILY/NAME.toml`.

use crate::common::workspace::root;
use anyhow::{Context, Result, bail};
use heapproof_model::dialect::CLAUSES;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Clauses that were added when heaps had been run: these had nobody who could guess.
const LATER: &[&str] =
    &["set-runs", "set-armed", "set-own", "born", "callbacks", "set-callbacks", "ephemerons", "at-end"];

/// A published heap in one version.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Heap {
    /// Its name, which is that of the file.
    #[serde(skip)]
    pub name: String,
    /// The folder of its family, where its sources are.
    #[serde(skip)]
    pub family: PathBuf,
    /// What it is, in a few words.
    pub about: String,
    pub version: String,
    pub home: String,
    /// What its authors test it with, as far as that is published.
    #[serde(default)]
    pub tests_with: String,
    pub client: Client,
    /// The packages that the client installs, and their exact versions.
    pub packages: BTreeMap<String, toml::Value>,
    /// For cargo: the source of the program, next to this file.
    pub source: Option<PathBuf>,
    /// For cargo: the subject in that program.
    pub subject: Option<String>,
    /// Whether programs run in child processes, since the heap can end its own.
    #[serde(default)]
    pub isolate: bool,
    /// For the other clients: the command of the child process that is the heap.
    #[serde(default)]
    pub run: Vec<String>,
    /// Commands to run once after the install.
    #[serde(default)]
    pub build: Vec<Vec<String>>,
    /// Operations that programs leave out.
    #[serde(default)]
    pub without: Vec<String>,
    /// The most lines of a program.
    pub ops: Option<u32>,
    /// Whether its process takes so long to start that what fails is not minimised, which needs a fresh one each time.
    #[serde(default)]
    pub slow: bool,
    /// How a program is run that `emit-test` writes as the family's `spelling.txt` says.
    pub alone: Option<Alone>,
    /// The answer of each clause, as somebody guessed it who had not run the heap.
    #[serde(default)]
    pub guess: BTreeMap<String, String>,
    /// Clauses of which a stricter answer passes too, and why it is not declared.
    #[serde(default)]
    pub looser: BTreeMap<String, String>,
    /// The known bugs for which this version is here.
    #[serde(default)]
    pub bugs: Vec<Bug>,
    /// Bugs of this version that nobody had told of.
    #[serde(default)]
    pub new_bugs: Vec<NewBug>,
}

/// The program that installs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Client {
    Cargo,
    Pip,
    Npm,
    Debian,
}

/// How a program of the heap's language is run.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Alone {
    /// What it is called in the folder of the install.
    pub file: String,
    pub run: Vec<String>,
}

/// A known bug.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bug {
    pub words: String,
    /// Where it is told.
    pub told: String,
    /// Whether what shows it crashes or hangs the heap; then no trace is kept.
    pub crashes: bool,
    /// The lines of the shortest trace that shows it, by any run or by hand.
    pub shortest: usize,
    /// What the first report has to be: its signature begins with one of these.
    pub signatures: Vec<String>,
    /// The name of the trace that is kept of it.
    trace: Option<String>,
}

impl Bug {
    pub fn trace(&self) -> String {
        self.trace.clone().unwrap_or_else(|| "bug".to_owned())
    }
}

/// A bug that the zoo has found.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBug {
    pub words: String,
    /// How it was confirmed without this harness.
    pub confirmed: String,
}

impl Heap {
    fn read(path: &Path) -> Result<Heap> {
        let read = || {
            let heap: Heap = toml::from_str(&fs::read_to_string(path)?)?;
            let family = path.parent().unwrap_or(root()).to_owned();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            Heap { name, family, ..heap }.checked()
        };
        read().with_context(|| format!("{} is wrong", path.display()))
    }

    /// What a client needs is there, and nothing else.
    fn checked(self) -> Result<Heap> {
        let is_cargo = self.client == Client::Cargo;
        if is_cargo != (self.source.is_some() && self.subject.is_some()) || is_cargo != self.run.is_empty() {
            bail!("cargo needs `source` and `subject`, any other client `run`");
        }
        if self.isolate && !is_cargo {
            bail!("`isolate` is for cargo; a heap of another client has a process of its own");
        }
        if self.guess.is_empty() && self.bugs.is_empty() {
            bail!("a `[guess]` of each clause is missing, or known `[[bugs]]`");
        }
        let is_guessed = |name| !self.guess.is_empty() && (!LATER.contains(&name) || self.guess.contains_key(name));
        for clause in CLAUSES.iter().filter(|clause| is_guessed(clause.name)) {
            let guess = self.guess.get(clause.name).with_context(|| format!("no guess of `{}`", clause.name))?;
            if !clause.answers().iter().any(|(word, _)| word == guess) {
                bail!("`{}` has no answer `{guess}`", clause.name);
            }
        }
        Ok(self)
    }

    /// The name of its program, for cargo.
    pub fn program(&self) -> String {
        self.name.replace('.', "-")
    }

    /// The packages and their versions, in words.
    pub fn pins(&self) -> Vec<(&str, String)> {
        let version = |value: &toml::Value| match value {
            toml::Value::String(version) => version.clone(),
            other => other.get("version").and_then(toml::Value::as_str).unwrap_or_default().to_owned(),
        };
        let pins = self.packages.iter();
        pins.map(|(name, value)| (name.as_str(), version(value).trim_start_matches('=').to_owned())).collect()
    }
}

/// All heaps of the zoo, by name.
pub(super) fn all() -> Result<Vec<Heap>> {
    let mut paths = Vec::new();
    for family in fs::read_dir(root().join("zoo")).context("there is no zoo")? {
        let family = family?.path();
        if family.is_dir() {
            let files = fs::read_dir(family)?.map(|file| Ok(file?.path())).collect::<Result<Vec<PathBuf>>>()?;
            paths.extend(files.into_iter().filter(|path| path.extension().is_some_and(|end| end == "toml")));
        }
    }
    let mut heaps = paths.iter().map(|path| Heap::read(path)).collect::<Result<Vec<Heap>>>()?;
    heaps.sort_by(|one, other| one.name.cmp(&other.name));
    if let Some(twice) = heaps.windows(2).find(|pair| pair[0].name == pair[1].name) {
        bail!("two heaps of the zoo are called {}", twice[0].name);
    }
    Ok(heaps)
}

#[cfg(test)]
mod tests {
    use super::{Heap, all};

    #[test]
    fn every_file_of_the_zoo_can_be_read() {
        let heaps = all().unwrap();
        assert!(heaps.iter().all(|heap| heap.source.as_ref().is_none_or(|source| heap.family.join(source).is_file())));
        assert!(heaps.iter().all(|heap| heap.alone.is_none() || heap.spelling().is_file()));
    }

    #[test]
    fn a_heap_of_cargo_needs_no_command() {
        let text = "about = ''\nversion = '1'\nhome = ''\ntests-with = ''\nclient = 'cargo'\n[packages]\n[guess]\nnames = 'any'";
        let heap: Heap = toml::from_str(text).unwrap();
        assert!(heap.checked().unwrap_err().to_string().contains("cargo needs `source`"));
    }
}
