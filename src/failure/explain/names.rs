//! What objects are called in a trace.

use crate::judge::code::Sort;
use crate::judge::violation::describe;
use heapproof_model::{Line, Object, Program, Value};
use std::collections::BTreeMap;
use std::ops::Range;

/// The target of a dangling reference in a damaged heap.
pub const NONE: Object = Object(u32::MAX);

/// The most objects of a set that are listed.
const MOST_TOLD: usize = 16;

/// What objects are called in a trace.
#[derive(Debug, Clone, Default)]
pub struct Names {
    of: BTreeMap<Object, String>,
}

impl Names {
    /// Names objects by their numbers and the line that allocated them.
    pub fn number(&mut self, numbers: Range<usize>, line: usize) {
        for number in numbers {
            let text = format!("the object #{number} that line {} allocates", line + 1);
            self.of.insert(Object(number as u32), text);
        }
    }

    /// Names an object by its number, and as one that code allocates, which that line has armed.
    pub fn number_inside(&mut self, object: Object, sort: Sort, line: Option<usize>) {
        let by = line.map_or_else(String::new, |line| format!(" of line {}", line + 1));
        if self.of.get(&object).is_none_or(|known| known.contains('#')) {
            self.of.insert(object, format!("the object {object} that the {}{by} allocates", sort.word()));
        }
    }

    /// Names an object by the first name that is bound to it.
    pub fn name(&mut self, object: Object, name: &str) {
        if self.of.get(&object).is_none_or(|known| known.contains('#')) {
            self.of.insert(object, format!("`{name}`"));
        }
    }

    /// The name of an object for tables and pictures, without words around it.
    pub fn short(&self, object: Object) -> String {
        if object == NONE {
            return "(no object)".to_owned();
        }
        match self.of.get(&object).map(|name| name.trim_matches('`')) {
            Some(name) if !name.contains('#') => name.to_owned(),
            _ => object.to_string(),
        }
    }

    /// The objects that the names in a line stand for.
    pub fn named(&self, program: &Program, line: &Line) -> Vec<Object> {
        let spelled: Vec<String> = line.names().into_iter().map(|name| format!("`{}`", program.spell(name))).collect();
        self.of.iter().filter(|(_, name)| spelled.contains(name)).map(|(object, _)| *object).collect()
    }

    /// The name of an object.
    pub fn object(&self, object: Object) -> String {
        self.of.get(&object).cloned().unwrap_or_else(|| object.to_string())
    }

    /// A list of objects, cut where there are many.
    pub fn objects<'a>(&self, objects: impl IntoIterator<Item = &'a Object>) -> String {
        let mut objects = objects.into_iter();
        let first: Vec<String> = objects.by_ref().take(MOST_TOLD).map(|object| self.object(*object)).collect();
        match objects.count() {
            0 => first.join(", "),
            more => format!("{} and {more} more", first.join(", ")),
        }
    }

    /// A value in a few words.
    pub fn value(&self, value: &Value<Object>) -> String {
        match value {
            Value::Reference(object) => self.object(*object),
            plain => describe(plain),
        }
    }
}
