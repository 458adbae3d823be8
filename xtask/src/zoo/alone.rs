//! Traces as programs in a heap's own language: spelled as the family says, and run without this harness.

use super::heap::{Alone, Heap};
use super::install::spelled;
use super::measure::{Measuring, Traces};
use super::result::Programs;
use anyhow::Result;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// How long such a program may take, its build included.
const LIMIT: Duration = Duration::from_secs(5 * 60);
/// What each of them prints in the end if the heap does as the model says.
const RIGHT: &str = "as the model says";

impl Heap {
    /// How its family spells traces.
    pub fn spelling(&self) -> PathBuf {
        self.family.join("spelling.txt")
    }
}

impl Measuring<'_> {
    /// Runs traces as programs: the heap does in each as the dialect says that it declares. Nothing if its file says no way.
    pub(super) fn alone(&self, declared: &str, traces: &Traces) -> Result<Option<Programs>> {
        let Some(alone) = &self.heap.alone else { return Ok(None) };
        let mut programs = Programs::default();
        for (name, trace) in traces {
            let mut emit = Command::new(&self.installed.program);
            let path = self.folder().join("alone.trace");
            fs::write(&path, trace)?;
            emit.arg("emit-test").arg(path).args(["--subject", &self.installed.subject, "--dialect", declared]);
            emit.arg("--spelling").arg(self.heap.spelling()).args(["--name", "alone"]).current_dir(self.folder());
            let emitted = self.keeper.run(&mut emit, LIMIT)?;
            match emitted.status.success() {
                true if self.runs_as_said(alone, &emitted.stdout)? => programs.right += 1,
                true => programs.wrong.push(name.clone()),
                false => programs.not_spelled.push(name.clone()),
            }
        }
        Ok(Some(programs))
    }

    fn runs_as_said(&self, alone: &Alone, text: &str) -> Result<bool> {
        fs::write(self.folder().join(&alone.file), text)?;
        let words = spelled(self.heap, &self.folder(), &alone.run);
        let Some((program, arguments)) = words.split_first() else { return Ok(false) };
        let ran = self.keeper.run(Command::new(program).args(arguments).current_dir(self.folder()), LIMIT)?;
        Ok(ran.status.success() && ran.stdout.lines().any(|line| line == RIGHT))
    }
}
