//! Several lines that are only worth something together: a shape of objects that refer to one another, and a damage with
//! its recovery.

use super::Draft;
use heapproof_model::{Code, Field, Line, Name, Operation, Value};
use rand::RngExt;

/// What refers to what among so many objects.
type Shape = fn(usize) -> Vec<(usize, usize)>;

/// Shapes that random references hardly ever make.
const SHAPES: &[Shape] = &[
    ring,
    chain,
    |many| (1..many).map(|leaf| (0, leaf)).collect(),
    |many| (1..many).map(|parent| (parent, 0)).collect(),
    // Children that know their parent.
    |many| (1..many).flat_map(|child| [(0, child), (child, 0)]).collect(),
    // A ring that holds a ring.
    |many| ring(many).into_iter().chain([(0, many / 2), (many / 2, 0)]).collect(),
    // The same child twice.
    |many| chain(many).into_iter().chain(chain(many)).collect(),
    |many| (0..many).flat_map(|from| (0..many).map(move |to| (from, to))).collect(),
];

fn ring(many: usize) -> Vec<(usize, usize)> {
    (0..many).map(|at| (at, (at + 1) % many)).collect()
}

fn chain(many: usize) -> Vec<(usize, usize)> {
    (1..many).map(|at| (at - 1, at)).collect()
}

impl Draft<'_> {
    /// Objects in a shape, linked with what was there before, and mostly let go.
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
        let shape = SHAPES[self.rng.random_range(0..SHAPES.len())];
        shape(many).into_iter().for_each(|(from, to)| link(from, objects[to], from + to));
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

    /// Damages the heap and recovers it, which nothing may stand between.
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
