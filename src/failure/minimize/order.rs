//! The order of simplicity: which of two failing programs is the simpler one.
//!
//! Programs are compared by six things, in this order:
//!
//! 1. the number of operations;
//! 2. the number of names that they bind;
//! 3. the number of words that are not the simplest of their kind, as nil and the first field are;
//! 4. the sum of the places of their operations in the table's order of simplicity;
//! 5. the sum of their words, all of which are numbers;
//! 6. word by word.
//!
//! So a line outweighs everything, and an object everything but a line; the comparison word by word decides last. A
//! bulk line counts as one operation more than the lines that do the same, so that a trace shows each of a few objects.
//!
//! The order is total on programs with canonical names, since the words determine the program. It is well-founded: each
//! of the first five is a natural number, and for a given number of operations and sizes of lists and texts there are
//! only finitely many sequences of words. So a search ends if each of its steps goes down in the order, whatever the
//! passes do.
//!
//! Values are ordered nil, true, false, whole numbers by their size, characters, floats, texts by their length,
//! references by how early their name is bound: a value that depends on nothing is simpler than one that does. Fields
//! are in the order of [`Field::COMMON`], then by their length.

use heapproof_model::{Code, Fault, Field, Line, Name, Operation, Part, Program, Value};

/// A program's place in the order of simplicity; a lower rank is simpler.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    operations: u64,
    bound: usize,
    length: usize,
    complexity: usize,
    size: u128,
    words: Vec<u64>,
}

impl Rank {
    /// The rank of a program whose names are canonical.
    pub fn of(program: &Program) -> Rank {
        let operations = operations(program);
        let mut rank = Rank { operations, bound: 0, length: 0, complexity: 0, size: 0, words: Vec::new() };
        for line in program.lines() {
            rank.line(&mut line.clone());
        }
        rank.length = rank.words.iter().filter(|word| **word > 0).count();
        rank.size = rank.words.iter().map(|word| u128::from(*word)).sum();
        rank
    }

    /// How many operations the program has; a bulk line counts as the lines that do the same, and one more.
    pub fn operations(&self) -> u64 {
        self.operations
    }

    /// Whether a program is below it.
    pub(super) fn is_above(&self, program: &Program) -> bool {
        operations(program) < self.operations || Rank::of(program) < *self
    }

    fn line(&mut self, line: &mut Line) {
        self.bound += usize::from(line.bind.is_some());
        self.operation(&mut line.operation);
        self.words.push(line.bind.is_some().into());
    }

    fn operation(&mut self, operation: &mut Operation<Name>) {
        let place = simplicity(operation.code());
        self.complexity += place;
        self.words.push(place as u64);
        for part in operation.parts() {
            self.part(part);
        }
    }

    fn part(&mut self, part: Part<'_>) {
        match part {
            Part::Number(number) => self.words.push((*number).into()),
            Part::Count(count) => self.words.extend([count.unsigned_abs(), u64::from(*count < 0)]),
            Part::Switch(on) => self.words.push((*on).into()),
            Part::Field(field) => self.field(field),
            Part::Object(object) => self.words.push(object.map_or(0, |name| 1 + of_name(name))),
            Part::Value(value) => self.value(value),
            Part::Values(values) => {
                self.words.push(values.len() as u64);
                values.iter().for_each(|value| self.value(value));
            }
            Part::Line(line) => self.line(line),
            Part::Allocation(within) | Part::Store(within) => self.operation(within),
            Part::Fault(fault) => self.words.push(of_fault(*fault)),
        }
    }

    fn field(&mut self, field: &Field) {
        match Field::COMMON.iter().position(|common| *common == field.as_str()) {
            Some(index) => self.words.push(index as u64),
            None => {
                self.words.push(Field::COMMON.len() as u64);
                self.text(field.as_str());
            }
        }
    }

    fn value(&mut self, value: &Value<Name>) {
        match value {
            Value::Nil => self.words.push(0),
            Value::Bool(value) => self.words.extend([1, u64::from(!*value)]),
            Value::Int(value) => self.words.extend([2, value.unsigned_abs(), u64::from(*value < 0)]),
            Value::Char(value) => self.words.extend([3, u64::from(*value)]),
            Value::Float(value) => self.words.extend([4, value.get().to_bits()]),
            Value::Text(value) => {
                self.words.push(5);
                self.text(value);
            }
            Value::Reference(name) => self.words.extend([6, of_name(*name)]),
        }
    }

    fn text(&mut self, text: &str) {
        self.words.push(text.len() as u64);
        self.words.extend(text.bytes().map(u64::from));
    }
}

/// How many operations a program has; a bulk line counts as the lines that do the same, and one more.
fn operations(program: &Program) -> u64 {
    fn of(operation: &Operation<Name>) -> u64 {
        match operation {
            // The tables, a write between each two, and a drop of all but the first.
            Operation::Chain { length } => (3 * u64::from(*length)).saturating_sub(1).max(1),
            Operation::Ring { length } => (3 * u64::from(*length)).max(1),
            Operation::On { line, .. } | Operation::When { line, .. } => of(&line.operation),
            _ => 1,
        }
    }
    program.lines().iter().map(|line| of(&line.operation)).sum()
}

/// The place of an operation in the order of simplicity, from 1.
pub(super) fn simplicity(code: Code) -> usize {
    1 + Code::ALL.iter().take_while(|other| **other != code).count()
}

/// `self`, then the others in the order in which they are bound.
fn of_name(name: Name) -> u64 {
    if name == Name::SELF { 0 } else { 1 + u64::from(name.0) }
}

fn of_fault(fault: Fault) -> u64 {
    Fault::ALL.iter().take_while(|other| **other != fault).count() as u64
}
