//! Describes a space in words: the programs for which a search proves something.

use super::lines::lines;
use super::situation::Situation;
use super::space::Space;
use heapproof_model::{Code, Kind, Line, Name, Operation, Program, Value};

impl Space {
    /// The parts of its lines, each with a title. Parts that depend on the situation are shown for one with two tables.
    pub fn about(&self) -> Vec<(&'static str, String)> {
        let operations = self.operations.iter().filter(|code| !code.is_setting() && **code != Code::Panic);
        let kinds = Kind::ALL.iter().filter(|kind| self.kinds.contains(kind)).map(|kind| kind.word().to_owned());
        let mut about = vec![
            ("operations", joined(operations.map(|code| code.text().replace('$', "_")))),
            ("allocated", joined(kinds)),
            ("fields", joined(self.fields.iter().map(|field| field.as_str().to_owned()))),
            (
                "values",
                joined(self.plain.iter().map(shown).chain(["references to living and dead objects".to_owned()])),
            ),
            ("done to", self.done_to()),
            ("amounts", self.amounts()),
            (
                "configurations",
                joined(self.sample(true).filter(|line| line.operation.code().is_setting()).map(|line| text(&line))),
            ),
            ("finalizers", joined(self.sample(false).filter_map(|line| code(&line, Code::On, Name(0))))),
            ("callbacks", joined(self.sample(false).filter_map(|line| code(&line, Code::When, Name(2))))),
            ("faults, one at a time", joined(self.made_faults().map(|fault| fault.word().to_owned()))),
        ];
        about.retain(|(_, text)| !text.is_empty());
        about
    }

    fn made_faults(&self) -> impl Iterator<Item = heapproof_model::Fault> + '_ {
        self.faults.iter().copied().filter(|_| self.operations.contains(&Code::Fault))
    }

    fn done_to(&self) -> String {
        let nil = if self.nil { ", nil" } else { "" };
        format!(
            "each living object that has a name, of each place one dead object for all{nil}; of a wrong kind with one value"
        )
    }

    /// The sizes of bulk lines, slices and frames.
    fn amounts(&self) -> String {
        let amounts = [
            (Code::Array, "arrays and closures of up to one value, index 0"),
            (Code::TableLike, "tables like others with up to one value"),
            (Code::Chain, "chains and rings of as many as there is room for"),
            (Code::CollectSlice, "slices of 0 and 1"),
            (Code::Begin, "frames of 0, 1 and 2"),
        ];
        joined(amounts.iter().filter(|(code, _)| self.operations.contains(code)).map(|(_, text)| (*text).to_owned()))
    }

    /// The lines in a heap of two tables, which is `new` or not, and of a weak object if code looks or is called back.
    fn sample(&self, is_new: bool) -> impl Iterator<Item = Line> {
        let has_weak = self.looks || self.operations.contains(&Code::When);
        let weak = has_weak.then_some((Name(2), Kind::Weak));
        let objects: Vec<(Name, Kind)> =
            [(Name(0), Kind::Table), (Name(1), Kind::Table)].into_iter().chain(weak).collect();
        let situation = Situation {
            stale: Vec::new(),
            living: objects.len(),
            // Where code looks, it has bound a name too.
            fresh: Name(objects.len() as u32 + u32::from(self.looks)),
            objects,
            in_frame: false,
            is_damaged: false,
            is_new,
        };
        lines(self, &situation).into_iter()
    }
}

fn joined(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

fn shown(value: &Value<Name>) -> String {
    let line = Line { bind: Some(Name(0)), operation: Operation::Box { value: value.clone() } };
    text(&line).rsplit(' ').next().unwrap_or_default().to_owned()
}

/// A line as in a trace.
fn text(line: &Line) -> String {
    Program::new(vec![line.clone()]).to_string().lines().skip(1).collect()
}

/// What user code of that object does to which the line belongs.
fn code(line: &Line, arms: Code, owner: Name) -> Option<String> {
    let (object, _) = line.operation.armed()?;
    let is_meant = line.operation.code() == arms && object == Some(&owner);
    text(line).split_once(": ").filter(|_| is_meant).map(|(_, does)| format!("`{does}`"))
}
