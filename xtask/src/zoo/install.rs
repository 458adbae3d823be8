//! Installs a heap by the client that its users install it with, in a folder of its own, in exactly the versions that the
//! zoo names.

use super::heap::{Client, Heap};
use super::keeper::Keeper;
use crate::common::workspace::{cargo, root};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// How long an install, or a build, may take.
const LIMIT: Duration = Duration::from_secs(20 * 60);

/// A heap that can be run.
pub(super) struct Installed {
    /// The program that has the commands of `heapproof`, and the heap as a subject.
    pub program: PathBuf,
    pub subject: String,
}

impl Keeper {
    /// Fetches the packages of a heap. An error says what is missing on this machine.
    pub fn fetch(&self, heap: &Heap) -> Result<()> {
        let folder = self.folder.join(&heap.name);
        fs::create_dir_all(&folder)?;
        match heap.client {
            Client::Cargo => self.crates(heap, &folder),
            Client::Pip => self.wheels(heap, &folder),
            Client::Npm => self.modules(heap, &folder),
            Client::Debian => self.debian(heap),
        }
    }

    /// Builds what runs a heap that was fetched.
    pub fn build(&self, heap: &Heap) -> Result<Installed> {
        let folder = self.folder.join(&heap.name);
        if let Some(subject) = &heap.subject {
            let program = self.built(&folder, &["--bin", &heap.program()], &heap.program())?;
            return Ok(Installed { program, subject: subject.clone() });
        }
        for words in &heap.build {
            let words = spelled(heap, &folder, words);
            let (program, arguments) = words.split_first().context("a command is empty")?;
            self.succeed(Command::new(program).args(arguments).current_dir(&folder), LIMIT)?;
        }
        let words = spelled(heap, &folder, &heap.run);
        let quoted: Vec<String> = words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
        let program = self.built(root(), &["--package", "heapproof"], "heapproof")?;
        Ok(Installed { program, subject: format!("exec:{}", quoted.join(" ")) })
    }

    /// A program of a package in a folder.
    fn built(&self, folder: &Path, what: &[&str], name: &str) -> Result<PathBuf> {
        let target = self.folder.join("target");
        let mut build = cargo(folder);
        build.args(["build", "--release", "--quiet"]).args(what).env("CARGO_TARGET_DIR", &target);
        self.succeed(&mut build, LIMIT)?;
        Ok(target.join("release").join(name))
    }

    /// A package whose program is the heap's source, with the crates as its dependencies.
    fn crates(&self, heap: &Heap, folder: &Path) -> Result<()> {
        let Some(source) = &heap.source else { bail!("it has no source") };
        let mut dependencies = toml::Table::new();
        let ours = toml::Table::from_iter([("path".to_owned(), root().to_string_lossy().into_owned().into())]);
        dependencies.insert("heapproof".to_owned(), ours.into());
        dependencies.extend(heap.packages.clone());
        let program = heap.family.join(source).to_string_lossy().into_owned();
        let mut package = toml::toml! {
            [package]
            name = "zoo"
            version = "0.0.0"
            edition = "2024"
            publish = false
            [workspace]
        };
        let binary = toml::Table::from_iter([
            ("name".to_owned(), toml::Value::from(heap.program())),
            ("path".to_owned(), program.into()),
        ]);
        package.insert("bin".to_owned(), vec![toml::Value::from(binary)].into());
        package.insert("dependencies".to_owned(), dependencies.into());
        fs::write(folder.join("Cargo.toml"), toml::to_string(&package)?)?;
        // What our own part needs is pinned as it is there.
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
        self.succeed(cargo(folder).args(["fetch", "--quiet"]), LIMIT).map(drop)
    }

    /// A virtual environment.
    fn wheels(&self, heap: &Heap, folder: &Path) -> Result<()> {
        self.succeed(Command::new("python3").args(["-m", "venv"]).arg(folder), LIMIT)?;
        let wanted = heap.pins().into_iter().map(|(name, version)| format!("{name}=={version}"));
        let mut pip = Command::new(folder.join("bin/pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check", "--no-deps"]).args(wanted);
        self.succeed(&mut pip, LIMIT).map(drop)
    }

    /// A folder with `node_modules`.
    fn modules(&self, heap: &Heap, folder: &Path) -> Result<()> {
        let wanted = heap.pins().into_iter().map(|(name, version)| format!("{name}@{version}"));
        let mut npm = Command::new("npm");
        npm.args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"]).arg(folder).args(wanted);
        self.succeed(&mut npm, LIMIT).map(drop)
    }

    /// Debian's packages are the machine's; they are there in that version, or not.
    fn debian(&self, heap: &Heap) -> Result<()> {
        for (name, version) in heap.pins() {
            let mut query = Command::new("dpkg-query");
            query.args(["--show", "--showformat=${Version}", name]);
            let here = self.succeed(&mut query, LIMIT).with_context(|| format!("Debian's {name} is not installed"))?;
            let upstream = here.stdout.split_once(':').map_or(here.stdout.as_str(), |(_, rest)| rest);
            let rest = upstream.strip_prefix(version.as_str());
            if rest.is_none_or(|rest| rest.starts_with(|next: char| next.is_ascii_digit() || next == '.')) {
                bail!("Debian's {name} is {} here, and not {version}", here.stdout);
            }
        }
        Ok(())
    }
}

/// The words of a command of a heap's file, with folders for `{install}`, `{here}` and `{sdk}`.
pub(super) fn spelled(heap: &Heap, folder: &Path, words: &[String]) -> Vec<String> {
    let places = [("{install}", folder.to_owned()), ("{here}", heap.family.clone()), ("{sdk}", root().join("sdk"))];
    let place = |word: &String| {
        places.iter().fold(word.clone(), |word, (mark, path)| word.replace(mark, &path.to_string_lossy()))
    };
    words.iter().map(place).collect()
}
