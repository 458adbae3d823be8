//! Finds values, numbers and fields that may be others.

use super::{Trial, Variation};
use heapproof_model::{Field, Float, Line, Name, Operation, Store, Value};

impl Trial<'_> {
    /// Whether the plain values of a line may be any.
    pub(super) fn values(&mut self, index: usize) -> Option<String> {
        let mut line = self.program.lines()[index].clone();
        let plain: Vec<usize> = values(&mut line.operation)
            .iter()
            .enumerate()
            .filter(|(_, value)| value.reference().is_none())
            .map(|(place, _)| place)
            .collect();
        let all = plain.len();
        let free = plain.into_iter().filter(|place| self.any_value(index, *place)).count();
        match free {
            0 => None,
            free if free == all => Some("any plain value".to_owned()),
            free => Some(format!("any plain value for {free} of {all}")),
        }
    }

    fn any_value(&mut self, index: usize, place: usize) -> bool {
        let others = [
            Value::Nil,
            Value::Bool(true),
            Value::Char('c'),
            Value::Int(7),
            Value::Float(Float::new(1.5)),
            Value::Text("text".into()),
        ];
        let mut line = self.program.lines()[index].clone();
        let now = values(&mut line.operation)[place].clone();
        others.into_iter().filter(|other| *other != now).all(|other| {
            self.fails_with(index, |line| {
                if let Some(value) = values(&mut line.operation).into_iter().nth(place) {
                    *value = other;
                }
            })
        })
    }

    /// Whether the numbers of a line may be others.
    pub(super) fn numbers(&mut self, index: usize) -> Option<String> {
        let mut line = self.program.lines()[index].clone();
        let now: Vec<u32> = numbers(&mut line.operation).into_iter().map(|number| *number).collect();
        let free: Vec<String> =
            now.into_iter().enumerate().filter_map(|(place, now)| self.other_number(index, place, now)).collect();
        (!free.is_empty()).then(|| free.join(", "))
    }

    fn other_number(&mut self, index: usize, place: usize, now: u32) -> Option<String> {
        let bulk = matches!(self.program.lines()[index].operation, Operation::Chain { .. } | Operation::Ring { .. });
        let mut all_fail = |others: &[u32]| {
            others.iter().all(|other| {
                self.fails_with(index, |line| {
                    if let Some(number) = numbers(&mut line.operation).into_iter().nth(place) {
                        *number = *other;
                    }
                })
            })
        };
        let far = if bulk { 64 } else { 100_000 };
        let more = [now.saturating_add(1), now.saturating_mul(2).saturating_add(3), now.saturating_add(far)];
        let mut less: Vec<u32> =
            [1, now / 2, now.saturating_sub(1)].into_iter().filter(|n| (1..now).contains(n)).collect();
        less.dedup();
        match (all_fail(&more), !less.is_empty() && all_fail(&less)) {
            (true, true) => Some("any number".to_owned()),
            (true, false) if less.is_empty() => Some("any number".to_owned()),
            (true, false) => Some(format!("{now} or more")),
            (false, true) => Some(format!("{now} or less")),
            (false, false) => None,
        }
    }

    /// The fields that may have any name, as long as it is the same in all lines.
    pub(super) fn fields(&mut self) -> Vec<Variation> {
        let mut found = Vec::new();
        let mut lines = self.program.lines().to_vec();
        let used: Vec<(Field, usize)> = lines
            .iter_mut()
            .enumerate()
            .filter_map(|(index, line)| Some((field(&mut line.operation)?.clone(), index + 1)))
            .collect();
        let mut names: Vec<&Field> = Vec::new();
        for (name, _) in &used {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        for name in names {
            let others = ["other", "next"].into_iter().filter_map(Field::new).filter(|other| other != name);
            let free = others.filter(|other| used.iter().all(|(used, _)| used != other));
            let free: Vec<Field> = free.collect();
            if !free.is_empty() && free.iter().all(|other| self.fails(renamed(self.program.lines(), name, other))) {
                let lines = used.iter().filter(|(used, _)| used == name).map(|(_, number)| *number).collect();
                found.push(Variation { text: format!("the field `{name}`: any name"), lines });
            }
        }
        found
    }
}

fn renamed(lines: &[Line], from: &Field, to: &Field) -> Vec<Line> {
    let mut lines = lines.to_vec();
    for line in &mut lines {
        if let Some(field) = field(&mut line.operation).filter(|field| *field == from) {
            *field = to.clone();
        }
    }
    lines
}

/// The values in an operation, including those of a finalizer or a temporary in it.
pub(super) fn values(operation: &mut Operation<Name>) -> Vec<&mut Value<Name>> {
    match operation {
        Operation::WriteField { value, .. }
        | Operation::WriteElement { value, .. }
        | Operation::WriteCapture { value, .. }
        | Operation::WriteBox { value, .. }
        | Operation::Push { value, .. }
        | Operation::Insert { value, .. }
        | Operation::Fill { value, .. }
        | Operation::Box { value }
        | Operation::Scalar { value } => vec![value],
        Operation::Array { values } | Operation::Closure { values, .. } | Operation::TableLike { values, .. } => {
            values.iter_mut().collect()
        }
        Operation::Temp { allocation: within } | Operation::Transfer { store: Store(within) } => values(within),
        Operation::On { line, .. } | Operation::When { line, .. } => values(&mut line.operation),
        _ => Vec::new(),
    }
}

/// The numbers in an operation that are not an index.
fn numbers(operation: &mut Operation<Name>) -> Vec<&mut u32> {
    match operation {
        Operation::Closure { function: number, .. }
        | Operation::Chain { length: number }
        | Operation::Ring { length: number }
        | Operation::DetectSlice { objects: number }
        | Operation::CollectSlice { objects: number }
        | Operation::Begin { objects: number }
        | Operation::SetInterval { operations: number }
        | Operation::SetCapacity { objects: number }
        | Operation::SetCounts { ceiling: number }
        | Operation::SetGenerations { ceiling: number }
        | Operation::SetBudget { objects: number }
        | Operation::SetVerify { operations: number } => vec![number],
        Operation::SetBounds { least: first, greatest: second }
        | Operation::SetDebt { allocations: first, objects: second } => vec![first, second],
        Operation::Temp { allocation } => numbers(allocation),
        Operation::On { line, .. } | Operation::When { line, .. } => numbers(&mut line.operation),
        _ => Vec::new(),
    }
}

/// The field that an operation names.
fn field(operation: &mut Operation<Name>) -> Option<&mut Field> {
    match operation {
        Operation::ReadField { field, .. } | Operation::WriteField { field, .. } | Operation::Remove { field, .. } => {
            Some(field)
        }
        Operation::On { line, .. } | Operation::When { line, .. } => field(&mut line.operation),
        Operation::Transfer { store } => field(&mut store.0),
        _ => None,
    }
}
