//! `cargo xtask targets`: lists the fuzz targets.

use crate::common::command::{Command, End};
use crate::common::workspace::root;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::Path;

#[derive(Debug, clap::Args)]
pub(crate) struct Targets {}

impl Command for Targets {
    fn run(&self) -> Result<End> {
        println!("{}", serde_json::to_string(&targets(root())?)?);
        Ok(End::Done)
    }
}

/// The fuzz targets, sorted by name.
pub(crate) fn targets(root: &Path) -> Result<Vec<String>> {
    let folder = root.join("fuzz").join("fuzz_targets");
    let entries = fs::read_dir(&folder).with_context(|| format!("can't read {}", folder.display()))?;
    let mut targets = Vec::new();
    for entry in entries {
        if let Some(name) = entry?.path().file_stem() {
            targets.push(name.to_string_lossy().into_owned());
        }
    }
    targets.sort();
    ensure!(!targets.is_empty(), "there is no target in {}", folder.display());
    Ok(targets)
}
