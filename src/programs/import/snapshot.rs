//! Snapshots: objects with their counts, and the references among them.
//!
//! Objects become arrays, which can hold any number of references. What a count says beyond the references in the snapshot is held
//! from outside. Where it says less, nothing can be held that little, and the claim of the count is not so.

use super::mapping::{Kind, Role};
use super::{LogError, MOST_BEFORE, Writing};
use regex::Captures;
use std::collections::HashMap;

/// What a snapshot has.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    nodes: Vec<Node>,
    edges: Vec<(usize, String, String)>,
    garbage: Vec<(usize, String)>,
}

/// An object.
#[derive(Debug)]
struct Node {
    line: usize,
    address: String,
    count: Option<i64>,
    held: bool,
}

impl Snapshot {
    /// Adds what a line says.
    pub fn line(&mut self, line: usize, kind: &Kind, found: &Captures<'_>) -> Result<(), LogError> {
        let text = |group: &str| found.name(group).map(|text| text.as_str().to_owned());
        let wrong = |message: &str| LogError { line, message: message.to_owned() };
        match kind.is {
            Some(Role::Edge) => {
                let from = text("from").or_else(|| self.nodes.last().map(|node| node.address.clone()));
                let from =
                    from.ok_or_else(|| wrong("a reference stands before all objects, and does not say from where"))?;
                self.edges.push((line, from, text("to").unwrap_or_default()));
            }
            Some(Role::Garbage) => self.garbage.push((line, text("object").unwrap_or_default())),
            _ => {
                let count = text("count").map(|count| count.parse::<i64>());
                let count = count.transpose().map_err(|_| wrong("the count is no number of 64 bits"))?;
                self.nodes.push(Node { line, address: text("object").unwrap_or_default(), count, held: kind.held });
            }
        }
        Ok(())
    }

    /// Writes the trace.
    pub fn write(mut self, writing: &mut Writing) -> Result<(), LogError> {
        self.refuse_twice()?;
        self.allocate(writing)?;
        let mut referred: HashMap<&str, i64> = HashMap::new();
        for (line, from, to) in &self.edges {
            writing.source = *line;
            let name = |address: &str| writing.names.get(address).unwrap_or_default().to_owned();
            let push = format!("push {} {}", name(from), name(to));
            writing.say(&push, &format!("{from} {to}"))?;
            *referred.entry(to).or_default() += 1;
        }
        // What nothing refers to dies as soon as it is not held, and takes its own references along: last.
        self.nodes.sort_by_key(|node| node.count == Some(0));
        for node in &self.nodes {
            node.count(writing, referred.get(&*node.address).copied().unwrap_or(0))?;
        }
        if let Some((line, _)) = self.garbage.first() {
            writing.source = *line;
            writing.say("collect", "")?;
        }
        for (line, address) in &self.garbage {
            writing.source = *line;
            let name = writing.names.get(address).map(str::to_owned);
            let name =
                name.ok_or(LogError { line: *line, message: format!("{address} is no object of the snapshot") })?;
            writing.say(&format!("expect dead {name}"), address)?;
        }
        Ok(())
    }

    fn refuse_twice(&self) -> Result<(), LogError> {
        let mut lines: HashMap<&str, usize> = HashMap::new();
        for node in &self.nodes {
            if let Some(before) = lines.insert(&node.address, node.line) {
                let message = format!("{} is an object of line {before} already", node.address);
                return Err(LogError { line: node.line, message });
            }
        }
        Ok(())
    }

    /// Allocates all objects, also those that only a reference names: nothing is known of their counts.
    fn allocate(&self, writing: &mut Writing) -> Result<(), LogError> {
        let nodes = self.nodes.iter().map(|node| (node.line, &node.address));
        let ends = self.edges.iter().flat_map(|(line, from, to)| [(*line, from), (*line, to)]);
        for (line, address) in nodes.chain(ends) {
            if writing.names.get(address).is_none() {
                writing.source = line;
                let name = writing.names.allocate(address);
                writing.say(&format!("{name} = array"), address)?;
            }
        }
        Ok(())
    }
}

impl Node {
    /// Writes what holds it from outside, and the claim of its count; so many references in the snapshot lead to it.
    fn count(&self, writing: &mut Writing, referred: i64) -> Result<(), LogError> {
        writing.source = self.line;
        let name = writing.names.get(&self.address).unwrap_or_default().to_owned();
        let Some(count) = self.count else {
            if !self.held {
                writing.say(&format!("drop {name}"), &self.address)?;
            }
            return Ok(());
        };
        let external = count.saturating_sub(referred);
        if external > MOST_BEFORE {
            return writing
                .wrong(format!("{} is held {external} times; at most {MOST_BEFORE} can be said", self.address));
        }
        if external < 1 {
            writing.say(&format!("drop {name}"), &self.address)?;
        }
        for _ in 1..external {
            writing.say(&format!("take {name}"), &self.address)?;
        }
        let claim = if count == 0 { format!("expect dead {name}") } else { format!("expect {name} {count}") };
        writing.say(&claim, &self.address)?;
        Ok(())
    }
}
