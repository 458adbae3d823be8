//! Makes operands simpler: values, numbers, fields, objects and settings. Makes lists shorter.

use crate::failure::minimize::search::Search;
use heapproof_model::{Fault, Field, Float, Line, Name, Operation, Part, Value};

pub(super) fn run(search: &mut Search<'_>) {
    super::at_each_line(search, |lines, at| {
        let others = simpler(&lines[at], &bound_before(lines, at));
        Box::new(super::instead(lines, at, others))
    });
}

fn bound_before(lines: &[Line], at: usize) -> Vec<Name> {
    lines[..at].iter().filter_map(|line| line.bind).collect()
}

/// Lines with one simpler operand, the simplest first. Within user code nothing is simpler than `self`; the first
/// operand is the object whose code it is.
fn simpler(line: &Line, names: &[Name]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut index = 0;
    let with_self: Vec<Name> = std::iter::once(Name::SELF).chain(names.iter().copied()).collect();
    let is_finalizer = line.operation.armed().is_some();
    loop {
        let mut operation = line.operation.clone();
        let mut parts = flat(&mut operation);
        if index == parts.len() {
            return lines;
        }
        let names = if is_finalizer && index > 0 { &with_self } else { names };
        let instead = instead(&parts[index], names);
        for one in instead {
            let mut operation = line.operation.clone();
            let mut parts = flat(&mut operation);
            one.put(parts.swap_remove(index));
            lines.push(Line { bind: line.bind, operation });
        }
        parts.clear();
        index += 1;
    }
}

/// The operands of an operation, and of the operations within it.
pub(super) fn flat(operation: &mut Operation<Name>) -> Vec<Part<'_>> {
    let within = |part| match part {
        Part::Line(line) => flat(&mut line.operation),
        Part::Allocation(within) | Part::Store(within) => flat(within),
        other => vec![other],
    };
    operation.parts().into_iter().flat_map(within).collect()
}

/// What can replace an operand.
enum Instead {
    Number(u32),
    Switch(bool),
    Field(Field),
    Object(Option<Name>),
    Value(Value<Name>),
    Values(Vec<Value<Name>>),
    Fault(Fault),
}

impl Instead {
    fn put(self, part: Part<'_>) {
        match (self, part) {
            (Instead::Number(to), Part::Number(from)) => *from = to,
            (Instead::Switch(to), Part::Switch(from)) => *from = to,
            (Instead::Field(to), Part::Field(from)) => *from = to,
            (Instead::Object(to), Part::Object(from)) => *from = to,
            (Instead::Value(to), Part::Value(from)) => *from = to,
            (Instead::Values(to), Part::Values(from)) => *from = to,
            (Instead::Fault(to), Part::Fault(from)) => *from = to,
            _ => {}
        }
    }
}

fn instead(part: &Part<'_>, names: &[Name]) -> Vec<Instead> {
    match part {
        Part::Number(number) => smaller((**number).into()).map(|number| Instead::Number(number as u32)).collect(),
        Part::Switch(on) => on.then_some(Instead::Switch(false)).into_iter().collect(),
        Part::Field(field) => fields(field).map(Instead::Field).collect(),
        Part::Object(object) => {
            let others = names.iter().take_while(|name| Some(**name) != **object).map(|name| Some(*name));
            let own = object.is_some().then_some(None);
            own.into_iter().chain(others).map(Instead::Object).collect()
        }
        Part::Value(value) => values(value, names).into_iter().map(Instead::Value).collect(),
        Part::Values(list) => lists(list, names).into_iter().map(Instead::Values).collect(),
        Part::Fault(fault) => {
            Fault::ALL.iter().take_while(|other| *other != *fault).map(|other| Instead::Fault(*other)).collect()
        }
        Part::Line(_) | Part::Allocation(_) | Part::Store(_) | Part::Count(_) => Vec::new(),
    }
}

/// Smaller numbers: a few from zero, then ones that halve the distance each time.
fn smaller(number: u64) -> impl Iterator<Item = u64> {
    let few = 0..number.min(4);
    let halves = std::iter::successors(Some(number / 2), |step| Some(step / 2)).take_while(|step| *step > 0);
    few.chain(halves.map(move |step| number - step).filter(|number| *number > 3))
}

fn fields(field: &Field) -> impl Iterator<Item = Field> {
    let place = Field::COMMON.iter().position(|common| *common == field.as_str()).unwrap_or(Field::COMMON.len());
    (0..place.min(3)).map(Field::common)
}

fn values(value: &Value<Name>, names: &[Name]) -> Vec<Value<Name>> {
    let simple = [Value::Nil, Value::Bool(true), Value::Bool(false), Value::Int(0), Value::Int(1)];
    let mut values: Vec<Value<Name>> = simple.into_iter().take_while(|simple| simple != value).collect();
    match value {
        Value::Int(number) => {
            let whole = |number: u64| i64::try_from(number).ok().map(Value::Int);
            values.extend(
                smaller(number.unsigned_abs())
                    .filter_map(whole)
                    .filter(|whole| !values.contains(whole))
                    .collect::<Vec<_>>(),
            );
            values.extend((*number < 0).then(|| Value::Int(number.saturating_abs())));
        }
        Value::Char(_) => values.push(Value::Char('a')),
        Value::Float(_) => values.extend([0.0, 1.0].map(|simple| Value::Float(Float::new(simple)))),
        Value::Text(text) => {
            let half = (0..=text.len() / 2).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
            values.extend([Value::Text("".into()), Value::Text("a".into()), Value::Text(text[..half].into())]);
        }
        Value::Reference(name) => {
            values.extend(names.iter().take_while(|other| *other != name).map(|other| Value::Reference(*other)));
        }
        Value::Nil | Value::Bool(_) => {}
    }
    values
}

/// The list without one of its values, or with a simpler one.
fn lists(list: &[Value<Name>], names: &[Name]) -> Vec<Vec<Value<Name>>> {
    let mut lists = Vec::new();
    if list.len() > 1 {
        lists.push(Vec::new());
    }
    for at in (0..list.len()).rev() {
        let mut list = list.to_vec();
        list.remove(at);
        lists.push(list);
    }
    for at in (0..list.len()).rev() {
        for value in values(&list[at], names) {
            let mut list = list.to_vec();
            list[at] = value;
            lists.push(list);
        }
    }
    lists
}
