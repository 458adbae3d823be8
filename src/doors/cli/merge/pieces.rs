//! Whether results are all shards of one run.

use super::piece::Piece;
use super::unreadable;
use crate::doors::cli::Trouble;
use crate::failure::corpus::below;
use crate::runs::share::Share;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// What a run has that may be another on each machine.
const OWN: [&str; 1] = ["expected"];

/// What is compared first: the difference that says most.
const FIRST: [&str; 4] = ["command", "version", "seed", "cases"];

/// The files with results that arguments name, in order of their paths: those given, and of a folder those in it and below
/// it that are called so and are not something else.
pub(super) fn files(given: &[PathBuf]) -> Result<Vec<PathBuf>, Trouble> {
    let mut files = Vec::new();
    for path in given {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let before = files.len();
        let is_named_so = |path: &Path| matches!(path.extension().and_then(OsStr::to_str), Some("json" | "jsonl"));
        let there = below(path, &|_| true).map_err(unreadable)?;
        files.extend(there.into_iter().filter(|path| is_named_so(path) && may_be_result(path)));
        if files.len() == before {
            return Err(Trouble::Usage(format!("there are no results in {}: no `.json` or `.jsonl`", path.display())));
        }
    }
    files.sort();
    Ok(files)
}

/// Whether a file of a folder is a result, whole or not, and not statistics or something else.
fn may_be_result(path: &Path) -> bool {
    let Ok(text) = std::fs::read_to_string(path) else { return true };
    let first = text.lines().next().map(serde_json::from_str::<Value>);
    first.is_none_or(|first| first.is_ok_and(|first| first["type"] == "start"))
}

/// The shards in their order, if they are all of one run.
pub(super) fn whole(mut pieces: Vec<Piece>) -> Result<Vec<Piece>, Trouble> {
    let complaints = complaints(&pieces);
    if complaints.is_empty() {
        pieces.sort_by_key(|piece| piece.share);
        return Ok(pieces);
    }
    Err(Trouble::Fault(format!("these are not all shards of one run:\n{}", complaints.join("\n"))))
}

fn complaints(pieces: &[Piece]) -> Vec<String> {
    let mut complaints: Vec<String> = pieces.iter().filter_map(Piece::death).collect();
    let Some(first) = common(pieces) else { return complaints };
    let foreign = |piece: &Piece| piece.share.is_some() && difference(first, piece).is_some();
    complaints.extend(pieces.iter().filter(|piece| piece.share.is_some()).filter_map(|piece| difference(first, piece)));
    let mut shards: BTreeMap<Share, Vec<String>> = BTreeMap::new();
    for piece in pieces.iter().filter(|piece| !foreign(piece)) {
        if let Some(share) = piece.share {
            shards.entry(share).or_default().push(piece.path.display().to_string());
        }
    }
    let several = shards.iter().filter(|(_, paths)| paths.len() > 1);
    complaints.extend(several.map(|(share, paths)| format!("{} are the same shard {share}", paths.join(" and "))));
    let of = first.share.map_or(0, |share| share.of);
    let missing = (1..=of).filter_map(|number| Share::new(number, of)).filter(|share| !shards.contains_key(share));
    let mut missing: Vec<String> = missing.map(|share| share.to_string()).collect();
    if missing.len() > MOST_NAMED {
        let more = missing.len() - MOST_NAMED;
        missing.truncate(MOST_NAMED);
        missing.push(format!("and {more} more"));
    }
    if !missing.is_empty() {
        complaints.push(format!("missing: {}", missing.join(", ")));
    }
    complaints
}

/// A shard of the run to which most of them belong.
fn common(pieces: &[Piece]) -> Option<&Piece> {
    let alike = |piece: &Piece| pieces.iter().filter(|other| difference(piece, other).is_none()).count();
    let pieces = pieces.iter().filter(|piece| piece.share.is_some());
    // Of several, the first.
    pieces.rev().max_by_key(|piece| alike(piece))
}

/// The most shards that are named as missing.
const MOST_NAMED: usize = 20;

/// In what the second is of another run than the first.
fn difference(first: &Piece, other: &Piece) -> Option<String> {
    let (known, foreign) = (first.path.display(), other.path.display());
    let (of, other_of) = (first.share?.of, other.share?.of);
    if of != other_of {
        return Some(format!("{foreign} is of another run than {known}: it is one of {other_of} shards, not of {of}"));
    }
    let keys = first.run.keys().chain(other.run.keys()).map(String::as_str);
    let mut keys = FIRST.into_iter().chain(keys).filter(|key| !OWN.contains(key));
    let key = keys.find(|key| first.run.get(*key) != other.run.get(*key))?;
    let value = |piece: &Piece| piece.run.get(key).map_or_else(|| "not given".to_owned(), Value::to_string);
    Some(format!("{foreign} is of another run than {known}: its `{key}` is {}, not {}", value(other), value(first)))
}
