//! Which mutants compile. One that does not would keep the whole copy from being built.

use crate::seeded::bug::Edited;
use crate::seeded::scratch::Scratch;
use crate::seeded::switched::switched;
use anyhow::{Result, bail};

/// Takes the edits from those that don't compile, and says which; `None` if interrupted.
///
/// The compiler tells all errors of a phase at once, and goes on to the next phase only without any. So a few rounds are enough.
pub(crate) fn without_unviable(scratch: &Scratch<'_>, edited: &mut [Edited]) -> Result<Option<Vec<usize>>> {
    let mut unviable = Vec::new();
    loop {
        let copy = switched(edited, &|file| scratch.read(file))?;
        let Some(faults) = scratch.faults(&copy.files)? else { return Ok(None) };
        if faults.is_empty() {
            return Ok(Some(unviable));
        }
        let at = |file: &std::path::Path, line: usize| {
            let arm = copy.arms.iter().find(|(path, lines, _)| path == file && lines.contains(&line));
            arm.map(|(.., switch)| switch - 1)
        };
        let mut found: Vec<usize> =
            faults.iter().flat_map(|fault| &fault.places).filter_map(|(file, line)| at(file, *line)).collect();
        found.sort_unstable();
        found.dedup();
        if found.is_empty() {
            bail!("the copy does not compile, and no mutant is to blame:\n{}", faults[0].text);
        }
        eprintln!("{} mutants do not compile", found.len());
        for index in found {
            edited[index].clear();
            unviable.push(index);
        }
    }
}
