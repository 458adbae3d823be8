//! `cargo xtask seeds`: makes seeds for the fuzz targets from the traces of the corpus.

use super::targets::targets;
use crate::common::command::{Command, End};
use crate::common::workspace::{root, traces};
use anyhow::{Context, Result};
use heapproof_model::Program;
use std::fs;
use std::path::Path;

/// The most objects that a seed's bulk lines allocate. A fuzzer runs every seed before it begins, and many mutants of them
/// later. With chains of 100,000 objects it would take minutes to begin.
const MOST_BULK: u64 = 32;

/// The target whose inputs are text.
const TEXT: &str = "text";

#[derive(Debug, clap::Args)]
pub(crate) struct Seeds {}

impl Command for Seeds {
    fn run(&self) -> Result<End> {
        let root = root();
        for target in targets(root)? {
            let written = write(&root.join("fuzz/corpus"), &target)?;
            println!("{written} seeds in fuzz/corpus/{target}/");
        }
        Ok(End::Done)
    }
}

/// Writes each trace of the corpus that is not too large into the folder `corpus/TARGET`. Returns their number.
pub(crate) fn write(corpus: &Path, target: &str) -> Result<usize> {
    let folder = corpus.join(target);
    fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
    let mut written = 0;
    for trace in traces().context("the corpus can't be read")? {
        let shown = trace.display();
        let text = fs::read_to_string(&trace).with_context(|| format!("can't read {shown}"))?;
        let program: Program = text.parse().with_context(|| format!("{shown} is no trace"))?;
        if program.bulk() <= MOST_BULK {
            let seed = folder.join(trace.file_stem().unwrap_or_default());
            let bytes = if target == TEXT { text.into_bytes() } else { program.encode() };
            fs::write(&seed, bytes).with_context(|| format!("can't write {}", seed.display()))?;
            written += 1;
        }
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::{MOST_BULK, write};
    use crate::common::workspace::root;
    use crate::fuzzing::targets::targets;
    use heapproof_model::Program;
    use std::fs;

    #[test]
    fn every_target_gets_seeds_that_it_can_read() {
        let corpus = tempfile::tempdir().unwrap();
        for target in targets(root()).unwrap() {
            let many = write(corpus.path(), &target).unwrap();
            assert!(many > 100, "{target}: {many}");
            for entry in fs::read_dir(corpus.path().join(&target)).unwrap() {
                let bytes = fs::read(entry.unwrap().path()).unwrap();
                let program = match &*target {
                    "text" => String::from_utf8(bytes).unwrap().parse().unwrap(),
                    _ => Program::decode(&bytes),
                };
                assert!(program.bulk() <= MOST_BULK);
            }
        }
    }
}
