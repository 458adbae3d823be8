//! Groups of lines that are useful only together: a shape of objects that refer to one another, and a damage with its
//! recovery.

use super::Draft;
use crate::programs::generate::Shape;
use heapproof_model::{Code, Field, Line, Name, Operation, Value};
use rand::RngExt;

impl Draft<'_> {
    /// Inserts objects in a shape, links them with older objects, and mostly drops them.
    pub(super) fn shape(&mut self) -> bool {
        let at = self.rng.random_range(0..=self.lines.len());
        let scope = self.scope(at);
        let many = self.rng.random_range(1..=4);
        let Some(objects) = (0..many).map(|_| self.fresh()).collect::<Option<Vec<Name>>>() else { return false };
        let kinds: Vec<Code> = (0..many)
            .map(|_| [Code::Table, Code::Table, Code::Array, Code::Box][self.rng.random_range(0..4)])
            .collect();
        let node = |at: usize| Line { bind: Some(objects[at]), operation: Operation::simplest(kinds[at]) };
        let mut lines: Vec<Line> = (0..many).map(node).collect();
        let mut link = |from: usize, to: Name, field: usize| lines.push(stored(objects[from], kinds[from], to, field));
        let references = Shape::any(self.rng).references(many);
        references.into_iter().for_each(|(from, to)| link(from, objects[to], from + to));
        if let Some(old) = self.name(&scope, None).filter(|_| self.rng.random_bool(0.5)) {
            if self.rng.random_bool(0.5) {
                link(self.rng.random_range(0..many), old, many);
            } else {
                let inward = self.rng.random_range(0..many);
                lines.push(stored(old, Code::Table, objects[inward], self.rng.random_range(0..3)));
            }
        }
        let let_go = self.rng.random_bool(0.7);
        for object in objects {
            if let_go || self.rng.random_bool(0.5) {
                lines.push(Line { bind: None, operation: Operation::Drop { object: Some(object) } });
            }
        }
        self.lines.splice(at..at, lines);
        true
    }

    /// Inserts a damage and its recovery, with nothing in between.
    pub(super) fn damage(&mut self) -> bool {
        let at = self.rng.random_range(0..=self.lines.len());
        let scope = self.scope(at);
        let Some(object) = self.name(&scope, None) else { return false };
        let fault = Operation::Fault { fault: self.fault(), object: Some(object) };
        let verify = self.rng.random_bool(0.5).then_some(Operation::Verify {});
        let recover = if self.rng.random_bool(0.5) { Operation::Recover {} } else { Operation::RecoverRoots {} };
        let lines = [Some(fault), verify, Some(recover)].into_iter().flatten();
        self.lines.splice(at..at, lines.map(|operation| Line { bind: None, operation }));
        true
    }
}

/// The line that stores a reference in an object of that kind.
fn stored(object: Name, kind: Code, to: Name, field: usize) -> Line {
    let (object, value) = (Some(object), Value::Reference(to));
    let operation = match kind {
        Code::Array => Operation::Push { object, value },
        Code::Box => Operation::WriteBox { object, value },
        _ => Operation::WriteField { object, field: Field::common(field), value },
    };
    Line { bind: None, operation }
}
