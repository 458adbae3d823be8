//! The fates that are known already, in a file that a run goes on with: a line of JSON for each mutant, written as soon as its fate is known.
//!
//! Files of several machines are put together by joining them. Who does takes care that they are of one revision of the sources.

use super::fate::Fate;
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

#[derive(Serialize, Deserialize)]
struct Line {
    /// What all lines have alike: the seed and the most programs.
    seed: u64,
    cases: u64,
    mutant: String,
    fate: Fate,
}

/// The fates of mutants, and the file that has them, if they are kept.
pub(super) struct Kept {
    seed: u64,
    cases: u64,
    fates: BTreeMap<String, Fate>,
    file: Option<File>,
}

impl Kept {
    /// Those of the file, if one is given; it is made if there is none.
    pub fn open(path: Option<&Path>, seed: u64, cases: u64) -> Result<Kept> {
        let mut kept = Kept { seed, cases, fates: BTreeMap::new(), file: None };
        if let Some(path) = path {
            let open = OpenOptions::new().read(true).append(true).create(true).open(path);
            let file = open.with_context(|| format!("can't open {}", path.display()))?;
            for (number, line) in (1..).zip(BufReader::new(&file).lines()) {
                kept.read(&line?).with_context(|| format!("{}:{number}", path.display()))?;
            }
            kept.file = Some(file);
        }
        Ok(kept)
    }

    fn read(&mut self, line: &str) -> Result<()> {
        let Line { seed, cases, mutant, fate } = serde_json::from_str(line).context("that is no line of kept fates")?;
        if (seed, cases) != (self.seed, self.cases) {
            bail!("it is of seed {seed} and {cases} programs, not of seed {} and {}", self.seed, self.cases);
        }
        self.fates.insert(mutant, fate);
        Ok(())
    }

    /// What is known of a mutant.
    pub fn fate(&self, mutant: &str) -> Option<&Fate> {
        self.fates.get(mutant)
    }

    /// Keeps a fate.
    pub fn add(&mut self, mutant: &str, fate: Fate) -> Result<()> {
        let line = Line { seed: self.seed, cases: self.cases, mutant: mutant.to_owned(), fate };
        if let Some(file) = &mut self.file {
            // One write, so that a run that is killed leaves whole lines.
            file.write_all((serde_json::to_string(&line)? + "\n").as_bytes()).context("can't keep a fate")?;
        }
        self.fates.insert(line.mutant, line.fate);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Fate, Kept};

    #[test]
    fn what_is_kept_is_there_again_for_the_same_programs_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept.jsonl");
        let mut kept = Kept::open(Some(&path), 1, 20).unwrap();
        kept.add("a", Fate::Unviable).unwrap();
        kept.add("b", Fate::ByTests("tests::one".to_owned())).unwrap();
        let again = Kept::open(Some(&path), 1, 20).unwrap();
        assert_eq!(again.fate("b"), Some(&Fate::ByTests("tests::one".to_owned())));
        assert_eq!(again.fate("c"), None);
        let other = Kept::open(Some(&path), 2, 20).err().unwrap();
        assert!(
            format!("{other:#}").ends_with("kept.jsonl:1: it is of seed 1 and 20 programs, not of seed 2 and 20"),
            "{other:#}"
        );
    }
}
