//! Reads seeded bugs from their files.

use super::replace::{differ, replace};
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Their folder, relative to the root.
const FOLDER: &str = "tests/bugs";

/// The files that a bug changes, with their wrong text.
pub(crate) type Edited = BTreeMap<PathBuf, String>;

/// A seeded bug.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bug {
    /// Its name, and the name of its file.
    pub id: String,
    /// The part of the heap, and the name of its folder.
    pub class: String,
    /// What is wrong.
    pub wrong: String,
    /// The project that had the bug.
    pub whose: String,
    /// What it takes to find it.
    #[serde(default)]
    pub reach: Reach,
    /// The changes of the sources.
    #[serde(rename = "edit")]
    pub edits: Vec<Edit>,
}

/// What it takes to find a bug.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Reach {
    /// A run with default settings.
    #[default]
    Default,
    /// A run in child processes: the heap never ends, overflows its stack or aborts.
    Isolate,
    /// A trace of the corpus, since random programs seldom or never have what it takes, such as many objects.
    Corpus,
}

impl Reach {
    /// The options of `check` for it.
    pub fn options(self) -> &'static [&'static str] {
        match self {
            Reach::Isolate => &["--isolate", "--limit-time", "2s"],
            Reach::Default | Reach::Corpus => &[],
        }
    }
}

/// A text in one file, and its replacement.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    /// The file, relative to the root.
    pub file: PathBuf,
    /// The text, which the file contains once; see [`replace`].
    pub find: String,
    /// The wrong text.
    pub replace: String,
}

impl Bug {
    /// Reads a bug from its file.
    fn load(path: &Path) -> Result<Bug> {
        let read = || -> Result<Bug> {
            let bug: Bug = toml::from_str(&fs::read_to_string(path)?)?;
            bug.obeys_rules(path)?;
            Ok(bug)
        };
        read().with_context(|| format!("{}", path.display()))
    }

    fn obeys_rules(&self, path: &Path) -> Result<()> {
        let folder = path.parent().and_then(Path::file_name);
        ensure!(path.file_stem().is_some_and(|stem| *stem == *self.id), "the id `{}` is not the file's name", self.id);
        ensure!(folder.is_some_and(|name| *name == *self.class), "the class `{}` is not the folder's name", self.class);
        for (field, text) in [("wrong", &self.wrong), ("whose", &self.whose)] {
            ensure!(!text.trim().is_empty(), "`{field}` is empty");
        }
        ensure!(!self.edits.is_empty(), "there is no edit");
        for edit in &self.edits {
            let inward = edit.file.components().all(|part| matches!(part, Component::Normal(_)));
            let judged = edit.file.starts_with("heap/src") || edit.file.starts_with("model/src");
            ensure!(inward && judged, "{} is not in heap/src or model/src", edit.file.display());
            ensure!(!edit.find.trim().is_empty(), "an edit of {} looks for nothing", edit.file.display());
            ensure!(differ(&edit.find, &edit.replace), "an edit of {} changes nothing", edit.file.display());
        }
        Ok(())
    }

    /// The files that the bug changes, with their wrong text; `read` returns the correct text. Edits are applied in order,
    /// each to the result of the edits before.
    pub(crate) fn edited(&self, read: impl Fn(&Path) -> Result<String>) -> Result<Edited> {
        let mut files = BTreeMap::new();
        for edit in &self.edits {
            let place = || format!("seeded bug {}/{}: {}", self.class, self.id, edit.file.display());
            let source = match files.get(&edit.file) {
                Some(edited) => String::clone(edited),
                None => read(&edit.file).with_context(place)?,
            };
            let wrong = replace(&source, &edit.find, &edit.replace).with_context(place)?;
            files.insert(edit.file.clone(), wrong);
        }
        Ok(files)
    }
}

/// The same for each of these bugs. A text that is no longer in the sources is an error.
pub(crate) fn all_edited(bugs: &[Bug], read: impl Fn(&Path) -> Result<String>) -> Result<Vec<Edited>> {
    bugs.iter().map(|bug| bug.edited(&read)).collect()
}

/// The files of all bugs, sorted by class and id.
fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for class in entries(&root.join(FOLDER))?.iter().filter(|path| path.is_dir()) {
        files.extend(entries(class)?);
    }
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let read = || -> std::io::Result<Vec<PathBuf>> { fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect() };
    let mut paths = read().with_context(|| format!("{}", folder.display()))?;
    paths.sort();
    Ok(paths)
}

/// All bugs.
pub(crate) fn load_all(root: &Path) -> Result<Vec<Bug>> {
    let bugs: Vec<Bug> = files(root)?.iter().map(|path| Bug::load(path)).collect::<Result<_>>()?;
    let mut classes = BTreeMap::new();
    for bug in &bugs {
        if let Some(other) = classes.insert(&bug.id, &bug.class) {
            bail!("two seeded bugs are called `{}`: in {other} and in {}", bug.id, bug.class);
        }
    }
    Ok(bugs)
}

#[cfg(test)]
mod tests {
    use super::{Bug, files, load_all};
    use crate::common::workspace::root;

    /// Reports all bugs at once, since a change of the heap often breaks several.
    #[test]
    fn each_seeded_bug_can_be_applied() {
        let files = files(root()).unwrap();
        assert!(!files.is_empty());
        let apply = |path: &_| Bug::load(path)?.edited(|file| Ok(std::fs::read_to_string(root().join(file))?));
        let faults: Vec<String> =
            files.iter().filter_map(|path| apply(path).err()).map(|fault| format!("{fault:#}")).collect();
        assert!(faults.is_empty(), "{} of {} can't:\n\n{}\n", faults.len(), files.len(), faults.join("\n\n"));
    }

    #[test]
    fn ids_are_unique() {
        load_all(root()).unwrap();
    }
}
