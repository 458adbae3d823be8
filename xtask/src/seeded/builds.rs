//! A binary with each bug in it: one binary for all that can be switched, and one of its own for each other.

use super::bug::Bug;
use super::scratch::Scratch;
use super::switched::{VARIABLE, switched};
use anyhow::Result;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// `heapproof`, with one bug or with none.
#[derive(Debug, Clone)]
pub(crate) struct Build {
    binary: PathBuf,
    /// The switch that is on; 0 if none is.
    switch: usize,
}

impl Build {
    /// A binary without switches.
    pub fn plain(binary: PathBuf) -> Build {
        Build { binary, switch: 0 }
    }

    /// Runs it.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command.env(VARIABLE, self.switch.to_string());
        command
    }
}

/// The builds of these bugs.
pub(crate) struct Builds<'a> {
    scratch: &'a Scratch<'a>,
    /// The files that each bug changes, with their wrong text.
    edited: Vec<BTreeMap<PathBuf, String>>,
    /// For each bug whether it is in the copy with switches.
    is_switched: Vec<bool>,
    /// The heap without a bug, as it is in the sources.
    pub sound: Build,
    /// The heap with switches.
    switches: PathBuf,
}

impl<'a> Builds<'a> {
    /// Makes all edits, and builds the heap without a bug and the copy with switches; `None` if interrupted. A text that is no
    /// longer in the sources is an error before the first build. With `alone`, no bug is switched.
    pub fn new(scratch: &'a Scratch<'a>, bugs: &[Bug], alone: bool) -> Result<Option<Builds<'a>>> {
        let read = |file: &std::path::Path| scratch.read(file);
        let edited: Vec<_> = bugs.iter().map(|bug| bug.edited(read)).collect::<Result<_>>()?;
        let switched = switched(bugs, &read)?;
        // For one bug, a copy with a switch is no less work than the bug alone.
        let alone = alone || bugs.len() < 2;
        let is_switched: Vec<bool> = switched.is_in.iter().map(|&is_in| is_in && !alone).collect();
        eprintln!("building without a bug");
        let Some(sound) = scratch.build(&BTreeMap::new())? else { return Ok(None) };
        // Copied before later builds overwrite it.
        let kept = scratch.output.join("heapproof-without-a-bug");
        fs::copy(sound, &kept)?;
        let mut switches = PathBuf::new();
        let count = is_switched.iter().filter(|is_switched| **is_switched).count();
        if count > 0 {
            eprintln!("building with switches: {count} of {} bugs; the others have builds of their own", bugs.len());
            let Some(built) = scratch.build(&switched.files)? else { return Ok(None) };
            switches = scratch.output.join("heapproof-with-switches");
            fs::copy(built, &switches)?;
        }
        Ok(Some(Builds { scratch, edited, is_switched, sound: Build::plain(kept), switches }))
    }

    /// The build of a bug, by its place in the list; `None` if interrupted.
    pub fn of(&self, index: usize) -> Result<Option<Build>> {
        match self.is_switched.get(index) {
            Some(true) => Ok(Some(Build { binary: self.switches.clone(), switch: index + 1 })),
            _ => self.alone(index),
        }
    }

    /// The build of a bug with nothing but its edits; `None` if interrupted.
    fn alone(&self, index: usize) -> Result<Option<Build>> {
        let nothing = BTreeMap::new();
        Ok(self.scratch.build(self.edited.get(index).unwrap_or(&nothing))?.map(Build::plain))
    }
}
