//! A binary with each bug in it: one binary for all that can be switched, and one of its own for each other.

use super::bug::Edited;
use super::scratch::Scratch;
use super::switched::{VARIABLE, switched};
use anyhow::Result;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// The most memory of a run, in KiB.
const MEMORY: u32 = 4 << 20;

/// `heapproof`, with one bug or with none.
#[derive(Debug, Clone)]
pub(crate) struct Build {
    binary: PathBuf,
    /// The switch that is on; 0 if none is.
    switch: usize,
    /// Whether its memory is limited.
    is_bounded: bool,
}

impl Build {
    /// A binary without switches.
    pub fn plain(binary: PathBuf) -> Build {
        Build { binary, switch: 0, is_bounded: false }
    }

    /// The same, with as much memory as a right heap needs by far: what is wrong may allocate without end.
    pub fn bounded(self) -> Build {
        Build { is_bounded: cfg!(unix), ..self }
    }

    /// Runs it.
    pub fn command(&self) -> Command {
        let mut command = Command::new(if self.is_bounded { "sh".as_ref() } else { self.binary.as_os_str() });
        if self.is_bounded {
            // Where a shell knows no such limit, there is none.
            command.args(["-c", &format!("ulimit -v {MEMORY} 2>/dev/null; exec \"$0\" \"$@\"")]).arg(&self.binary);
        }
        command.env(VARIABLE, self.switch.to_string());
        command
    }
}

/// The builds of these bugs.
pub(crate) struct Builds<'a> {
    scratch: &'a Scratch<'a>,
    edited: Vec<Edited>,
    /// For each bug whether it is in the copy with switches.
    is_switched: Vec<bool>,
    /// The files of that copy that differ from the sources.
    pub copy: Edited,
    /// The heap without a bug, as it is in the sources.
    pub sound: Build,
    /// The heap with switches.
    switches: PathBuf,
}

impl<'a> Builds<'a> {
    /// Builds the heap without a bug and the copy with switches; `None` if interrupted. With `alone`, no bug is switched.
    pub fn new(scratch: &'a Scratch<'a>, edited: Vec<Edited>, alone: bool) -> Result<Option<Builds<'a>>> {
        let switched = switched(&edited, &|file| scratch.read(file))?;
        // For one bug, a copy with a switch is no less work than the bug alone.
        let alone = alone || edited.len() < 2;
        let is_switched: Vec<bool> = switched.is_in.iter().map(|&is_in| is_in && !alone).collect();
        eprintln!("building without a bug");
        let Some(sound) = scratch.build(&BTreeMap::new())? else { return Ok(None) };
        // Copied before later builds overwrite it.
        let kept = scratch.output.join("heapproof-without-a-bug");
        fs::copy(sound, &kept)?;
        let mut switches = PathBuf::new();
        let count = is_switched.iter().filter(|is_switched| **is_switched).count();
        if count > 0 {
            eprintln!("building with switches: {count} of {} bugs; the others have builds of their own", edited.len());
            let Some(built) = scratch.build(&switched.files)? else { return Ok(None) };
            switches = scratch.output.join("heapproof-with-switches");
            fs::copy(built, &switches)?;
        }
        Ok(Some(Builds { scratch, edited, is_switched, copy: switched.files, sound: Build::plain(kept), switches }))
    }

    /// Whether it needs no build of its own.
    pub fn is_switched(&self, index: usize) -> bool {
        self.is_switched.get(index) == Some(&true)
    }

    /// The files that a bug is built from, as far as they differ from the sources, and the switch that is on.
    pub fn sources(&self, index: usize) -> (&Edited, usize) {
        if self.is_switched(index) { (&self.copy, index + 1) } else { (&self.edited[index], 0) }
    }

    /// The build of a bug, by its place in the list; `None` if interrupted.
    pub fn of(&self, index: usize) -> Result<Option<Build>> {
        Ok(match self.sources(index) {
            (edited, 0) => self.scratch.build(edited)?.map(Build::plain),
            (_, switch) => Some(Build { switch, ..Build::plain(self.switches.clone()) }),
        })
    }
}
