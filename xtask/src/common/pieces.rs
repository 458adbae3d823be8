//! The results of shards, put together: what one run would have come to, or why they are not all shards of one run.
//!
//! A shard writes a file when it has done all of its work: which shard it is, what was asked, and for each of its items, by name,
//! what came of it. What was asked has the names of all items in their order, so each shard says which items the others have.

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The result of a shard.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Piece<R> {
    /// What was asked, which all shards have alike: the command, its options, and the items.
    pub asked: Asked,
    /// Which shard it is, from 1, and of how many.
    pub shard: (usize, usize),
    /// What came of its items, by their names.
    pub results: BTreeMap<String, R>,
}

/// What a run was asked to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub command: String,
    /// The release of the sources. Who merges shards takes care that they are of one revision.
    pub version: String,
    /// The options that all shards have alike.
    pub options: Value,
    /// The items of all shards together, in their order.
    pub items: Vec<String>,
}

impl Asked {
    pub fn new(command: &str, options: Value, items: Vec<String>) -> Asked {
        Asked { command: command.to_owned(), version: env!("CARGO_PKG_VERSION").to_owned(), options, items }
    }

    /// The items of a shard: each n-th, from the k-th.
    fn of((number, of): (usize, usize), items: &[String]) -> BTreeSet<&String> {
        items.iter().enumerate().filter(|(index, _)| is_in((number, of), *index)).map(|(_, item)| item).collect()
    }

    /// In what another one differs, in words.
    fn difference(&self, other: &Asked) -> Option<String> {
        if self.command != other.command {
            return Some(format!("it is of `{}`, not of `{}`", other.command, self.command));
        }
        if self.version != other.version {
            return Some(format!("its version is {}, not {}", other.version, self.version));
        }
        let options = |asked: &Asked| asked.options.as_object().cloned().unwrap_or_default();
        let (mine, theirs) = (options(self), options(other));
        let shown = |value: Option<&Value>| value.map_or_else(|| "not given".to_owned(), Value::to_string);
        if let Some(key) = mine.keys().chain(theirs.keys()).find(|key| mine.get(*key) != theirs.get(*key)) {
            return Some(format!("its `{key}` is {}, not {}", shown(theirs.get(key)), shown(mine.get(key))));
        }
        (self.items != other.items).then(|| "its sources have other items".to_owned())
    }
}

/// Whether the item with this index belongs to the shard.
pub(crate) fn is_in((number, of): (usize, usize), index: usize) -> bool {
    index % of == number - 1
}

impl<R: Serialize + DeserializeOwned> Piece<R> {
    /// Writes it.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(path, text).with_context(|| format!("can't write {}", path.display()))
    }

    fn read(path: &Path) -> Result<Piece<R>> {
        let text = fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?;
        if text.trim().is_empty() {
            bail!("{} is empty: its shard died", path.display());
        }
        let is_no_whole = || format!("{} is not the whole result of a shard", path.display());
        let piece: Piece<R> = serde_json::from_str(&text).with_context(is_no_whole)?;
        let (number, of) = piece.shard;
        if !(1..=of).contains(&number) {
            bail!("{}: there is no shard {number}/{of}", path.display());
        }
        Ok(piece)
    }
}

/// What the shards were asked, and what came of all items, in their order.
pub(crate) fn joined<R: Serialize + DeserializeOwned>(
    command: &str,
    paths: &[PathBuf],
) -> Result<(Asked, Vec<(String, R)>)> {
    let read = paths.iter().map(|path| Piece::<R>::read(path).map(|piece| (path, piece)));
    let (mut pieces, mut complaints) = (Vec::new(), Vec::new());
    for piece in read {
        match piece {
            Ok(piece) => pieces.push(piece),
            Err(error) => complaints.push(format!("{error:#}")),
        }
    }
    complaints.extend(wrong(command, &pieces));
    let Some((_, first)) = pieces.first().filter(|_| complaints.is_empty()) else {
        bail!("these are not all shards of one run:\n{}", complaints.join("\n"));
    };
    let asked = first.asked.clone();
    let mut results: BTreeMap<String, R> = pieces.into_iter().flat_map(|(_, piece)| piece.results).collect();
    let in_order = asked.items.iter().filter_map(|item| results.remove_entry(item)).collect();
    Ok((asked, in_order))
}

/// Why they are not all shards of one run of the command.
fn wrong<R>(command: &str, pieces: &[(&PathBuf, Piece<R>)]) -> Vec<String> {
    let mut complaints = Vec::new();
    // The run to which most of them belong; of several the first.
    let alike = |(_, one): &&(&PathBuf, Piece<R>)| {
        pieces.iter().filter(|(_, other)| one.asked == other.asked && one.shard.1 == other.shard.1).count()
    };
    let Some((known, first)) = pieces.iter().rev().max_by_key(alike) else {
        return vec!["there is no result of a shard".to_owned()];
    };
    if first.asked.command != command {
        complaints.push(format!("{} is of `{}`, not of `{command}`", known.display(), first.asked.command));
    }
    let of = first.shard.1;
    let mut shards: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (path, piece) in pieces {
        let shown = path.display();
        let number = Some(&piece.shard).filter(|shard| shard.1 != of);
        let other = number.map(|shard| format!("it is one of {} shards, not of {of}", shard.1));
        if let Some(why) = other.or_else(|| first.asked.difference(&piece.asked)) {
            complaints.push(format!("{shown} is of another run than {}: {why}", known.display()));
            continue;
        }
        if piece.results.keys().collect::<BTreeSet<_>>() != Asked::of(piece.shard, &piece.asked.items) {
            complaints.push(format!("{shown}: it has not the items of shard {}/{of}", piece.shard.0));
        }
        shards.entry(piece.shard.0).or_default().push(shown.to_string());
    }
    let several = shards.iter().filter(|(_, paths)| paths.len() > 1);
    complaints
        .extend(several.map(|(number, paths)| format!("{} are the same shard {number}/{of}", paths.join(" and "))));
    let missing = (1..=of).filter(|number| !shards.contains_key(number)).map(|number| format!("{number}/{of}"));
    let missing: Vec<String> = missing.collect();
    if !missing.is_empty() {
        complaints.push(format!("missing: {}", missing.join(", ")));
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::{Asked, Piece, is_in, joined};
    use serde_json::json;
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};

    /// Writes the shards of a run of five items with that seed; their files.
    fn shards(folder: &Path, seed: u64, of: usize) -> Vec<PathBuf> {
        let items: Vec<String> = ["e", "d", "c", "b", "a"].map(str::to_owned).into();
        let write = |number| {
            let own = items.iter().enumerate().filter(|(index, _)| is_in((number, of), *index));
            let results: BTreeMap<String, usize> = own.map(|(index, item)| (item.clone(), index)).collect();
            let asked = Asked::new("bugs", json!({ "seed": seed }), items.clone());
            let path = folder.join(format!("{seed}-{number}-{of}.json"));
            Piece { asked, shard: (number, of), results }.write(&path).unwrap();
            path
        };
        (1..=of).map(write).collect()
    }

    /// What is wrong with them.
    fn refused(folder: &Path, paths: &[&PathBuf]) -> String {
        let paths: Vec<PathBuf> = paths.iter().map(|path| (*path).clone()).collect();
        let why = format!("{:#}", joined::<usize>("bugs", &paths).unwrap_err());
        why.replace(&format!("{}/", folder.display()), "")
    }

    #[test]
    fn shards_in_any_order_and_number_come_to_what_one_run_comes_to() {
        let folder = tempfile::tempdir().unwrap();
        let whole = joined::<usize>("bugs", &shards(folder.path(), 1, 1)).unwrap();
        assert_eq!(whole.1.iter().map(|(_, index)| *index).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        for of in 2..=7 {
            let mut paths = shards(folder.path(), 1, of);
            paths.reverse();
            assert_eq!(joined::<usize>("bugs", &paths).unwrap(), whole);
        }
    }

    #[test]
    fn what_is_missing_twice_there_foreign_or_dead_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let ([one, two, three], other) = (shards(folder.path(), 1, 3).try_into().unwrap(), shards(folder.path(), 2, 3));
        let whys = |paths: &[&PathBuf]| refused(folder.path(), paths);
        assert_eq!(whys(&[&one, &three]), "these are not all shards of one run:\nmissing: 2/3");
        assert_eq!(
            whys(&[&one, &two, &two, &three]),
            "these are not all shards of one run:\n1-2-3.json and 1-2-3.json are the same shard 2/3"
        );
        let foreign = whys(&[&one, &other[1], &three]);
        assert!(foreign.contains("2-2-3.json is of another run than 1-1-3.json: its `seed` is 2, not 1"), "{foreign}");
        let halves = shards(folder.path(), 1, 2);
        let foreign = whys(&[&one, &two, &three, &halves[0]]);
        assert!(foreign.ends_with("1-1-2.json is of another run than 1-1-3.json: it is one of 2 shards, not of 3"));
        std::fs::write(&two, "").unwrap();
        assert!(whys(&[&one, &two, &three]).contains("1-2-3.json is empty: its shard died\nmissing: 2/3"));
        let wrong = joined::<usize>("zoo", &[one]).unwrap_err().to_string();
        assert!(wrong.contains("1-1-3.json is of `bugs`, not of `zoo`"), "{wrong}");
    }
}
