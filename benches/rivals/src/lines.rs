//! Simpler forms of a line, as a user of a framework would write them: smaller numbers, nil for a value, fewer values, and a
//! table for another object.

use heapproof::model::{Line, Name, Operation, Value};

/// The simpler forms of a line, the simplest first.
pub fn simpler(line: &Line) -> Vec<Line> {
    let with = |operation| Line { bind: line.bind, operation };
    operations(&line.operation).into_iter().map(with).collect()
}

fn operations(operation: &Operation<Name>) -> Vec<Operation<Name>> {
    use Operation::{
        Array, Box, Closure, CollectSlice, DetectSlice, On, Push, Scalar, SetBudget, SetInterval, Temp, WriteBox,
        WriteCapture, WriteElement, WriteField,
    };
    let object = *match operation {
        Push { object, .. } | WriteBox { object, .. } => object,
        WriteField { object, .. } | WriteElement { object, .. } | WriteCapture { object, .. } => object,
        _ => &None,
    };
    match operation {
        Array { values } => {
            let arrays = lists(values).into_iter().map(|values| Array { values });
            [Operation::Table {}].into_iter().chain(arrays).collect()
        }
        Closure { function, values } => {
            let closures = lists(values).into_iter().map(|values| Closure { function: *function, values });
            [Operation::Table {}].into_iter().chain(closures).collect()
        }
        Box { value } => {
            let boxes = values(value).into_iter().map(|value| Box { value });
            [Operation::Table {}].into_iter().chain(boxes).collect()
        }
        Scalar { value } => values(value).into_iter().map(|value| Scalar { value }).collect(),
        Push { value, .. } => values(value).into_iter().map(|value| Push { object, value }).collect(),
        WriteBox { value, .. } => values(value).into_iter().map(|value| WriteBox { object, value }).collect(),
        WriteField { field, value, .. } => {
            values(value).into_iter().map(|value| WriteField { object, field: field.clone(), value }).collect()
        }
        WriteElement { index, value, .. } => {
            values(value).into_iter().map(|value| WriteElement { object, index: *index, value }).collect()
        }
        WriteCapture { index, value, .. } => {
            values(value).into_iter().map(|value| WriteCapture { object, index: *index, value }).collect()
        }
        CollectSlice { objects } => numbers(*objects).map(|objects| CollectSlice { objects }).collect(),
        DetectSlice { objects } => numbers(*objects).map(|objects| DetectSlice { objects }).collect(),
        SetInterval { operations } => numbers(*operations).map(|operations| SetInterval { operations }).collect(),
        SetBudget { objects } => numbers(*objects).map(|objects| SetBudget { objects }).collect(),
        Temp { allocation } => {
            let simpler = operations(allocation).into_iter().map(|allocation| Temp { allocation: allocation.into() });
            [(**allocation).clone()].into_iter().chain(simpler).collect()
        }
        On { object, line } => {
            simpler(line).into_iter().map(|line| On { object: *object, line: line.into() }).collect()
        }
        _ => Vec::new(),
    }
}

fn values(value: &Value<Name>) -> Vec<Value<Name>> {
    match value {
        Value::Nil => Vec::new(),
        _ => vec![Value::Nil],
    }
}

/// All lists with one value less, then all lists with one simpler value.
fn lists(listed: &[Value<Name>]) -> Vec<Vec<Value<Name>>> {
    let without = (0..listed.len()).map(|at| [&listed[..at], &listed[at + 1..]].concat());
    let with = (0..listed.len()).flat_map(|at| {
        values(&listed[at]).into_iter().map(move |value| [&listed[..at], &[value], &listed[at + 1..]].concat())
    });
    without.chain(with).collect()
}

fn numbers(number: u32) -> impl Iterator<Item = u32> {
    [1, number / 2, number.saturating_sub(1)].into_iter().filter(move |simpler| *simpler < number)
}
