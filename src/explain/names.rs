//! What objects are called in a trace.

use crate::lockstep::{Lockstep, supported};
use crate::panics;
use crate::subject::SubjectKind;
use crate::violation::describe;
use heapproof_model::definitions::Graph;
use heapproof_model::{Line, Machine, Object, Program, Value, script};
use std::collections::BTreeMap;
use std::ops::Range;

/// What objects are called in a trace.
pub(super) struct Names {
    of: BTreeMap<Object, String>,
}

impl Names {
    /// The names as they stand for objects once the line `step` has been carried out. What objects there are can depend on
    /// what the subject chooses, so both are run again; on the failing line itself the model's word is taken.
    pub fn of(subject: &SubjectKind, program: &Program, step: usize) -> Names {
        let mut names = Names { of: BTreeMap::new() };
        let mut lockstep = Lockstep::new(subject);
        for (index, line) in program.lines().iter().enumerate().take(step) {
            let before = lockstep.model().bound();
            // It failed at no earlier line when it was run first.
            let _ = panics::catch(|| lockstep.step(line));
            names.number(before..lockstep.model().bound(), index);
            let object = line.bind.and_then(|name| lockstep.object(name));
            names.name(program, line, object);
        }
        if let Some(line) = program.lines().get(step).filter(|line| supported(&*subject.make(), line)) {
            let mut model = lockstep.model().clone();
            let before = model.bound();
            script::step(&mut model, line);
            names.number(before..model.bound(), step);
            let object = line.bind.and_then(|name| model.script().object(name));
            names.name(program, line, object);
        }
        names
    }

    /// Calls objects by their numbers, and says which line allocated them.
    fn number(&mut self, numbers: Range<usize>, line: usize) {
        for number in numbers {
            let text = format!("the object #{number} that line {} allocates", line + 1);
            self.of.insert(Object(number as u32), text);
        }
    }

    /// Calls an object by the first name that is bound to it.
    fn name(&mut self, program: &Program, line: &Line, object: Option<Object>) {
        let (Some(name), Some(object)) = (line.bind, object) else { return };
        if self.of.get(&object).is_none_or(|known| known.contains('#')) {
            self.of.insert(object, format!("`{}`", program.spell(name)));
        }
    }

    pub fn object(&self, object: Object) -> String {
        self.of.get(&object).cloned().unwrap_or_else(|| object.to_string())
    }

    pub fn objects<'a>(&self, objects: impl IntoIterator<Item = &'a Object>) -> String {
        objects.into_iter().map(|object| self.object(*object)).collect::<Vec<_>>().join(", ")
    }

    pub fn value(&self, value: &Value<Object>) -> String {
        match value {
            Value::Reference(object) => self.object(*object),
            plain => describe(plain),
        }
    }
}
