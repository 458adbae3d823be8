//! One file with the result of a shard.

use crate::doors::cli::Trouble;
use crate::doors::cli::arguments::share;
use crate::runs::share::Share;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// The types of objects that say what came of the search of a space.
pub(super) const PROVED: [&str; 4] = ["proved", "tried", "pruned", "unsound"];

/// The result of a shard, as far as it came.
pub(super) struct Piece {
    pub path: PathBuf,
    /// Which shard it is; `None` if the file ends before it says so.
    pub share: Option<Share>,
    /// What its run was asked to do.
    pub run: Map<String, Value>,
    /// All that it printed.
    pub objects: Vec<Value>,
    /// Whether it came to its end.
    pub is_complete: bool,
}

impl Piece {
    /// Reads it. A last line that was cut off is left out: its shard was killed while it wrote it.
    pub fn read(path: &Path) -> Result<Piece, Trouble> {
        let shown = path.display();
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|error| Trouble::Usage(format!("can't read {shown}: {error}")))?;
        let mut objects = Vec::new();
        let mut lines = text.lines().enumerate().peekable();
        while let Some((number, line)) = lines.next() {
            match serde_json::from_str::<Value>(line) {
                Ok(object) => objects.push(object),
                Err(_) if lines.peek().is_none() && !text.ends_with('\n') && line.starts_with('{') => {}
                Err(error) => {
                    let line = number + 1;
                    return Err(Trouble::Usage(format!("{shown}: line {line} is no JSON object: {error}")));
                }
            }
        }
        let first = objects.first();
        if first.is_some_and(|first| first["type"] != "start") {
            return Err(Trouble::Usage(format!(
                "{shown} is no result: that begins with an object of the type `start`, as `--format json` prints it"
            )));
        }
        if first.is_some_and(|first| !first["shard"].is_string()) {
            return Err(Trouble::Fault(format!("{shown} is the result of a whole run, not of a shard")));
        }
        let share = first.and_then(|first| share(first["shard"].as_str()?).ok());
        let run = first.and_then(|first| first["run"].as_object()).cloned().unwrap_or_default();
        let mut piece = Piece { path: path.to_owned(), share, run, objects, is_complete: false };
        piece.is_complete = text.ends_with('\n') && piece.came_to_its_end();
        Ok(piece)
    }

    /// Whether it is of this command.
    pub fn is_of(&self, command: &str) -> bool {
        self.run.get("command").is_some_and(|name| name == command)
    }

    fn came_to_its_end(&self) -> bool {
        if self.is_of("enumerate") {
            let spaces = self.run.get("spaces").and_then(Value::as_array).map_or(0, Vec::len);
            let is_done = |object: &&Value| {
                object["type"].as_str().is_some_and(|name| PROVED.contains(&name)) && object["end"] == "done"
            };
            return self.objects.iter().filter(is_done).count() == spaces;
        }
        self.objects.last().is_some_and(|last| last["type"] == "summary")
    }

    /// The objects of a type.
    pub fn of_type(&self, name: &str) -> impl Iterator<Item = &Value> {
        self.objects.iter().filter(move |object| object["type"] == name)
    }

    /// How far it came, if it did not come to its end.
    pub fn death(&self) -> Option<String> {
        let shown = self.path.display();
        let last = |field: &str| self.objects.iter().rev().find_map(|object| object[field].as_u64());
        match self.share {
            None => Some(format!("{shown} is empty: its shard died before it began")),
            Some(share) if !self.is_complete => {
                if self.is_of("enumerate") {
                    return Some(format!(
                        "{shown}: shard {share} died or was stopped: it did not end the search of all spaces"
                    ));
                }
                let far = last("programs")
                    .map_or_else(String::new, |programs| format!(", after {programs} programs or more"));
                Some(format!("{shown}: shard {share} died{far}: its last line is not its summary"))
            }
            Some(share) if self.objects.last().is_some_and(|last| last["interrupted"] == true) => {
                let programs = last("programs").unwrap_or_default();
                Some(format!("{shown}: shard {share} was interrupted after {programs} programs"))
            }
            Some(_) => None,
        }
    }
}
