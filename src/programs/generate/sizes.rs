//! Sizes at which heaps change how they keep things. Single lines hardly ever reach them, and hardly ever come back.
//!
//! A heap keeps a few values in line and more in a list, a few fields by search and more by an index, a small count in a
//! byte and a greater one elsewhere. Its limits are mostly powers of two. So sizes are those, one less and one more; and
//! what has grown past a limit is made to shrink again.

use super::Generator;
use super::operands::Place;
use heapproof_model::{Code, Field, Kind, Line, Name, Operation, Value};
use rand::RngExt;

/// The most values of a line.
const MOST_VALUES: u32 = 255;

impl Generator<'_> {
    /// Makes something large. Returns false where nothing can be.
    pub(super) fn large(&mut self) -> bool {
        match self.rng.random_range(0..8) {
            0 => self.refer_often(),
            1..=2 => self.fill(),
            3..=4 => self.long_line(),
            _ => self.many_values(),
        }
    }

    /// A power of two from 8 on, one less or one more; mostly a small one, and at most what a line of a trace can hold.
    fn size(&mut self) -> u32 {
        let power = self.rng.random_range(3..=8).min(self.rng.random_range(3..=8));
        ((1 << power) - 1 + self.rng.random_range(0..=2)).min(MOST_VALUES)
    }

    /// Allocates a chain or a ring.
    fn long_line(&mut self) -> bool {
        let code = if self.rng.random_bool(0.5) { Code::Chain } else { Code::Ring };
        if !self.has(code) {
            return false;
        }
        let length = self.size();
        let operation = if code == Code::Chain { Operation::Chain { length } } else { Operation::Ring { length } };
        let bind = Some(self.name());
        self.add(Line { bind, operation });
        true
    }

    /// Allocates an array or a closure with many values, some of them references to one object, and changes its size there
    /// and back.
    fn many_values(&mut self) -> bool {
        let code = if self.rng.random_ratio(1, 4) { Code::Closure } else { Code::Array };
        if !self.has(code) {
            return false;
        }
        let target = self.object(&Place::Program, |_| true).flatten();
        let values: Vec<Value<Name>> = (0..self.size())
            .map(|_| match target {
                Some(target) if self.rng.random_ratio(1, 3) => Value::Reference(target),
                _ => self.plain(),
            })
            .collect();
        let name = self.name();
        let operation =
            if code == Code::Array { Operation::Array { values } } else { Operation::Closure { function: 0, values } };
        self.add(Line { bind: Some(name), operation });
        if code == Code::Array {
            self.there_and_back(name);
        }
        true
    }

    /// Makes an array longer and shorter by a few values, or shorter and longer.
    fn there_and_back(&mut self, array: Name) {
        let object = Some(array);
        let mut grows = self.rng.random_bool(0.5);
        for _ in 0..self.rng.random_range(1..=4) {
            for _ in 0..self.rng.random_range(1..=3) {
                let operation = match grows {
                    true => Operation::Push { object, value: self.value(&Place::Program) },
                    false => Operation::Pop { object },
                };
                self.add_if_wanted(operation);
            }
            grows = !grows;
        }
    }

    /// Gives a table many fields and removes most of them again, which single lines hardly ever do. Returns false where
    /// there is no table or the subject lacks an operation for it.
    fn fill(&mut self) -> bool {
        if ![Code::WriteField, Code::Remove, Code::ReadField].into_iter().all(|code| self.has(code)) {
            return false;
        }
        let Some(object) = self.of(Kind::Table, &Place::Program) else { return false };
        let start = self.rng.random_range(0..Field::COMMON.len());
        let many = self.rng.random_range(10..=Field::COMMON.len());
        for number in start..start + many {
            // Mostly plain, so that there are lines left.
            let value = if self.rng.random_ratio(1, 4) { self.value(&Place::Program) } else { self.plain() };
            self.add_if_wanted(Operation::WriteField { object, field: Field::common(number), value });
        }
        for number in start..start + self.rng.random_range(0..=many) {
            self.add(Line { bind: None, operation: Operation::Remove { object, field: Field::common(number) } });
        }
        let bind = Some(self.name());
        let last = start + many - 1;
        self.add(Line { bind, operation: Operation::ReadField { object, field: Field::common(last) } });
        if self.has(Code::TableLike) && self.rng.random_bool(0.5) {
            self.alike(object);
        }
        true
    }

    /// Makes a table like that one, whose values are mostly plain.
    fn alike(&mut self, like: Option<Name>) {
        let fields = self.contents(like).map_or(0, |table| table.fields.len());
        let values = (0..fields)
            .map(|_| if self.rng.random_ratio(1, 4) { self.value(&Place::Program) } else { self.plain() })
            .collect();
        let bind = Some(self.name());
        self.add(Line { bind, operation: Operation::TableLike { like, values } });
    }

    /// Refers to one object some hundreds of times, so that its count needs more room than most, and lets go of it and
    /// of what refers to it in some order. Returns false where there is no object or the subject lacks an operation for it.
    fn refer_often(&mut self) -> bool {
        if ![Code::Array, Code::Drop].into_iter().all(|code| self.has(code)) {
            return false;
        }
        let Some(object) = self.object(&Place::Program, |_| true).flatten() else { return false };
        let mut holders = vec![object];
        for _ in 0..self.rng.random_range(2..=3) {
            let references = self.rng.random_range(60..=200);
            let bind = self.name();
            let values = vec![Value::Reference(object); references];
            self.add(Line { bind: Some(bind), operation: Operation::Array { values } });
            holders.push(bind);
        }
        let first = self.rng.random_range(0..holders.len());
        holders.rotate_left(first);
        for holder in holders {
            if self.rng.random_bool(0.8) {
                self.add(Line { bind: None, operation: Operation::Drop { object: Some(holder) } });
            }
        }
        true
    }
}
