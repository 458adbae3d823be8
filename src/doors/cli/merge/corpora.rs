//! Puts the inputs of several folders into one, each content once.
//!
//! An input keeps its name: of several names for one content the first in alphabetical order. Where two contents have one name,
//! each gets its hash into it. So the names do not depend on the order of the folders.

use super::{one_by_one, unreadable};
use crate::doors::cli::Trouble;
use crate::doors::cli::files::Files;
use crate::failure::corpus::below;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::xxh3_64;

/// Puts the inputs of these folders into another folder. Returns what was done, in words; `None` if there are no folders.
pub(super) fn join(folders: &[PathBuf], into: &Path) -> Result<Option<String>, Trouble> {
    if folders.is_empty() {
        return Ok(None);
    }
    let mut names: BTreeMap<Vec<u8>, String> = BTreeMap::new();
    let inputs = folders.iter().map(|folder| inputs(folder)).collect::<Result<Vec<_>, _>>()?.concat();
    let count = inputs.len();
    one_by_one(&inputs, "inputs", |path| {
        let unreadable = |error| Trouble::Usage(format!("can't read {}: {error}", path.display()));
        let content = std::fs::read(path).map_err(unreadable)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let kept = names.entry(content).or_insert_with(|| name.clone());
        *kept = name.min(std::mem::take(kept));
        Ok(())
    })?;
    Files::folder(into)?;
    let mut seen = BTreeSet::new();
    let twice: BTreeSet<&String> = names.values().filter(|name| !seen.insert(*name)).collect();
    for (content, name) in &names {
        let other = std::fs::read(into.join(name)).is_ok_and(|there| there != *content);
        let name = if other || twice.contains(name) { hashed(name, content) } else { name.clone() };
        Files::keep_in(into, &name, content)?;
    }
    Ok(Some(format!("{}: {} of {count} inputs from {} folders", into.display(), names.len(), folders.len())))
}

/// The files in a folder and below it, but for hidden ones.
fn inputs(folder: &Path) -> Result<Vec<PathBuf>, Trouble> {
    let shows = |path: &Path| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let mut inputs = below(folder, &shows).map_err(unreadable)?;
    inputs.retain(|path| shows(path));
    Ok(inputs)
}

/// The name with the hash of the content before its extension.
fn hashed(name: &str, content: &[u8]) -> String {
    let hash = xxh3_64(content);
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}-{hash:016x}.{extension}"),
        None => format!("{name}-{hash:016x}"),
    }
}
