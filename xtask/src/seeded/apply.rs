//! `cargo xtask apply`: puts a seeded bug into these sources.

use super::choice::chosen;
use crate::common::command::{Command, End};
use crate::common::workspace::root;
use anyhow::{Context, Result};
use std::fs;

#[derive(Debug, clap::Args)]
pub(crate) struct Apply {
    /// The id of the bug
    id: String,
}

impl Command for Apply {
    fn run(&self) -> Result<End> {
        let root = root();
        for bug in chosen(std::slice::from_ref(&self.id))? {
            for (path, text) in bug.edited(|file| Ok(fs::read_to_string(root.join(file))?))? {
                fs::write(root.join(&path), text).with_context(|| format!("can't write {}", path.display()))?;
                println!("{} is wrong now: {}", path.display(), bug.wrong);
            }
        }
        Ok(End::Done)
    }
}
