//! Makes new lines and operands, and changes operands.

use super::scope::{Scope, kind_wanted};
use super::{Draft, drawn};
use heapproof_model::program::DEEPEST_FINALIZER;
use heapproof_model::{Code, Fault, Field, Float, Gives, Line, Name, Operation, Part, Value};
use rand::RngExt;
use std::sync::Arc;

/// The most values in a list.
const MOST_VALUES: usize = 8;

impl Draft<'_> {
    /// A line of any operation that is allowed in that place.
    pub(super) fn new_line(&mut self, scope: &Scope) -> Option<Line> {
        let within = scope.depth > 0;
        let weight = |code: Code| match code {
            Code::Panic => u32::from(within) * 10,
            // Half of the default mix would be drops, writes and temporaries; here rare operations are worth more.
            code if within && (code.is_setting() || code == Code::Fault) => 0,
            // Alone it makes the lockstep skip all lines after it.
            Code::Fault => 1,
            code => code.weight().clamp(8, 40),
        };
        let code = Code::ALL[drawn(self.rng, Code::ALL.iter().map(|code| weight(*code)))?];
        self.line_of(code, scope)
    }

    /// A line of that operation with operands that fit.
    pub(super) fn line_of(&mut self, code: Code, scope: &Scope) -> Option<Line> {
        let mut operation = Operation::simplest(code);
        self.fill(&mut operation, scope);
        let binds = match code.gives() {
            Gives::Nothing => false,
            Gives::Look | Gives::Own => self.rng.random_bool(0.7),
            Gives::New => true,
        };
        let bind = if binds { Some(self.fresh()?) } else { None };
        Some(Line { bind, operation })
    }

    fn fill(&mut self, operation: &mut Operation<Name>, scope: &Scope) {
        let code = operation.code();
        for part in operation.parts() {
            match part {
                Part::Number(number) => *number = self.number(code),
                // Only expectations have one, and none is drawn.
                Part::Count(_) => {}
                Part::Switch(on) => *on = self.rng.random_bool(0.5),
                Part::Field(field) => *field = self.field(),
                Part::Object(object) => *object = self.name(scope, kind_wanted(code)),
                Part::Value(value) => *value = self.value(scope, code),
                Part::Values(values) => {
                    *values = (0..self.rng.random_range(0..4)).map(|_| self.value(scope, code)).collect();
                }
                Part::Line(line) => {
                    if let Some(new) = self.finalizer_line(scope) {
                        *line = new;
                    }
                }
                Part::Allocation(allocation) => *allocation = self.allocation(scope),
                Part::Store(store) => *store = self.store(scope),
                Part::Fault(fault) => *fault = self.fault(),
            }
        }
    }

    /// Changes one operand of a line. Returns false where it has none.
    pub(super) fn change(&mut self, operation: &mut Operation<Name>, scope: &Scope) -> bool {
        let code = operation.code();
        let mut parts = operation.parts();
        if parts.is_empty() {
            return false;
        }
        let chosen = self.rng.random_range(0..parts.len());
        match parts.swap_remove(chosen) {
            Part::Number(number) => *number = self.other_number(*number, code),
            Part::Count(_) => return false,
            Part::Switch(on) => *on = !*on,
            Part::Field(field) => *field = self.field(),
            Part::Object(object) => *object = self.name(scope, kind_wanted(code)),
            Part::Value(value) => *value = self.value(scope, code),
            Part::Values(values) => self.change_values(values, scope, code),
            Part::Line(line) => {
                let inner = scope.inner();
                if self.rng.random_ratio(1, 4) || !self.change(&mut line.operation, &inner) {
                    return self.finalizer_line(scope).map(|new| *line = new).is_some();
                }
            }
            Part::Allocation(allocation) => {
                if self.rng.random_bool(0.5) || !self.change(allocation, scope) {
                    *allocation = self.allocation(scope);
                }
            }
            Part::Store(store) => {
                if self.rng.random_bool(0.3) || !self.change(store, scope) {
                    *store = self.store(scope);
                }
            }
            Part::Fault(fault) => *fault = self.fault(),
        }
        true
    }

    fn change_values(&mut self, values: &mut Vec<Value<Name>>, scope: &Scope, code: Code) {
        match self.rng.random_range(0..4) {
            0 if !values.is_empty() => {
                values.remove(self.rng.random_range(0..values.len()));
            }
            1 if !values.is_empty() => {
                let at = self.rng.random_range(0..values.len());
                values[at] = self.value(scope, code);
            }
            2 if values.len() > 1 => values.rotate_left(1),
            _ if values.len() < MOST_VALUES => {
                let at = self.rng.random_range(0..=values.len());
                values.insert(at, self.value(scope, code));
            }
            _ => values.truncate(MOST_VALUES / 2),
        }
    }

    pub(super) fn finalizer_line(&mut self, scope: &Scope) -> Option<Line> {
        let inner = scope.inner();
        if inner.depth >= DEEPEST_FINALIZER {
            return None;
        }
        self.new_line(&inner)
    }

    fn allocation(&mut self, scope: &Scope) -> Operation<Name> {
        self.one_of(Code::allocates_plainly, scope)
    }

    fn store(&mut self, scope: &Scope) -> Operation<Name> {
        self.one_of(Code::stores, scope)
    }

    fn one_of(&mut self, may: fn(Code) -> bool, scope: &Scope) -> Operation<Name> {
        let codes: Vec<Code> = Code::ALL.iter().copied().filter(|code| may(*code)).collect();
        let mut operation = Operation::simplest(codes[self.rng.random_range(0..codes.len())]);
        self.fill(&mut operation, scope);
        operation
    }

    /// A number that makes sense in its place: nearly always a small one.
    fn number(&mut self, code: Code) -> u32 {
        match self.rng.random_range(0..32) {
            0 => 0,
            1 => self.rng.random_range(8..64),
            2 if !matches!(code, Code::Chain | Code::Ring) => [64, 255, 1_000, u32::MAX][self.rng.random_range(0..4)],
            _ => self.rng.random_range(0..7),
        }
    }

    fn other_number(&mut self, number: u32, code: Code) -> u32 {
        match self.rng.random_range(0..6) {
            0 => number.saturating_add(1),
            1 => number.saturating_sub(1),
            2 => number / 2,
            _ => self.number(code),
        }
    }

    /// Mostly one of three, so that fields are overwritten; else one that is encoded in a byte, and seldom a long one.
    fn field(&mut self) -> Field {
        let many = [3, 3, 3, 3, 12, Field::COMMON.len()][self.rng.random_range(0..6)];
        let common = Field::common(self.rng.random_range(0..many));
        if self.rng.random_ratio(1, 64) { Field::new("another").unwrap_or(common) } else { common }
    }

    /// Mostly a reference.
    fn value(&mut self, scope: &Scope, code: Code) -> Value<Name> {
        let refers = self.rng.random_ratio(if code == Code::Scalar { 1 } else { 12 }, 16);
        match refers.then(|| self.name(scope, None)).flatten() {
            Some(name) => Value::Reference(name),
            None => self.plain(),
        }
    }

    fn plain(&mut self) -> Value<Name> {
        const FLOATS: [f64; 6] = [0.0, -0.0, 1.5, f64::NAN, f64::INFINITY, f64::MIN_POSITIVE];
        const CHARACTERS: [char; 5] = ['a', '\'', '\0', '\u{e9}', '\u{10ffff}'];
        const TEXTS: [&str; 4] = ["", "text", "\"#\\\n", "\u{feff}\u{1f600}"];
        match self.rng.random_range(0..12) {
            0..4 => Value::Nil,
            4 => Value::Bool(self.rng.random_bool(0.5)),
            5 => Value::Int([i64::MIN, i64::MAX, -1][self.rng.random_range(0..3)]),
            6 => Value::Float(Float::new(FLOATS[self.rng.random_range(0..FLOATS.len())])),
            7 => Value::Char(CHARACTERS[self.rng.random_range(0..CHARACTERS.len())]),
            8 => Value::Text(Arc::from(TEXTS[self.rng.random_range(0..TEXTS.len())])),
            _ => Value::Int(self.rng.random_range(0..4)),
        }
    }

    pub(super) fn fault(&mut self) -> Fault {
        Fault::ALL[self.rng.random_range(0..Fault::ALL.len())]
    }
}
