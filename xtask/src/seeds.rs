//! Seeds for the fuzz targets, made from the traces of the corpus.

use anyhow::{Context, Result};
use heapproof_model::Program;
use std::fs;
use std::path::Path;

/// The targets that take programs.
const TARGETS: &[&str] = &["lockstep"];

/// Writes each trace of the corpus as bytes into the folder of each target; gives how many there are.
pub(crate) fn write(root: &Path) -> Result<usize> {
    let traces = xtask::traces().context("the corpus can't be read")?;
    for target in TARGETS {
        let folder = root.join("fuzz").join("corpus").join(target);
        fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
        for trace in &traces {
            let shown = trace.display();
            let text = fs::read_to_string(trace).with_context(|| format!("can't read {shown}"))?;
            let program: Program = text.parse().with_context(|| format!("{shown} is no trace"))?;
            let seed = folder.join(trace.file_stem().unwrap_or_default());
            fs::write(&seed, program.encode()).with_context(|| format!("can't write {}", seed.display()))?;
        }
    }
    Ok(traces.len())
}
