//! Removes frames. The mutator holds the temporaries instead, and drops them where the frame ended, or never. Or a
//! frame's budget becomes the budget of all checks.
//!
//! Temporaries that die together at the end of a frame also die together where one holds the other.

use crate::failure::minimize::search::Search;
use heapproof_model::{Line, Name, Operation, Value};

pub(super) fn run(search: &mut Search<'_>) {
    let lines = search.lines();
    if lines.iter().any(|line| matches!(line.operation, Operation::Begin { .. })) {
        let dissolved = [(false, false), (true, false), (false, true)].map(|how| dissolved(&lines, how.0, how.1));
        search.first(dissolved.into_iter().chain(budgeted(&lines)).map(|lines| ((), lines)));
    }
}

/// The frame's budget as the budget of all checks. A check replaces the last line, since an allocation there can cause
/// one.
fn budgeted(lines: &[Line]) -> Option<Vec<Line>> {
    let settings = lines.iter().take_while(|line| line.operation.code().is_setting()).count();
    let begin = lines.iter().position(|line| matches!(line.operation, Operation::Begin { .. }))?;
    let Operation::Begin { objects } = lines[begin].operation else { return None };
    let mut budgeted = lines.to_vec();
    budgeted.remove(begin);
    *budgeted.last_mut()? = Line { bind: None, operation: Operation::Check {} };
    budgeted.insert(settings, Line { bind: None, operation: Operation::SetBudget { objects } });
    Some(budgeted)
}

/// The lines without frames. `drops`: temporaries are dropped where their frame or the program ends. `holds`: each is
/// held by the next.
fn dissolved(lines: &[Line], drops: bool, holds: bool) -> Vec<Line> {
    let mut rest = Vec::new();
    let mut temporaries: Vec<Name> = Vec::new();
    for line in lines {
        match &line.operation {
            Operation::Begin { .. } => {}
            Operation::End {} => rest.extend(dropped(std::mem::take(&mut temporaries), drops)),
            Operation::Temp { allocation } => {
                let operation = match temporaries.last() {
                    Some(held) if holds => Operation::Box { value: Value::Reference(*held) },
                    _ => (**allocation).clone(),
                };
                temporaries.extend(line.bind);
                rest.push(Line { bind: line.bind, operation });
            }
            _ => rest.push(line.clone()),
        }
    }
    rest.extend(dropped(temporaries, drops));
    rest
}

/// Lines that drop those names, if `drops` is set.
fn dropped(names: Vec<Name>, drops: bool) -> impl Iterator<Item = Line> {
    let drop = |name| Line { bind: None, operation: Operation::Drop { object: Some(name) } };
    names.into_iter().filter(move |_| drops).map(drop)
}
