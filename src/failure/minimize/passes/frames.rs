//! Programs without frames: what was temporary is held, and let go where the frame ended, or not at all; or the budget of a
//! frame is that of all checks.
//!
//! What dies together at the end of a frame also dies together where one holds the other.

use crate::failure::minimize::search::Search;
use heapproof_model::{Line, Name, Operation, Value};

pub(super) fn run(search: &mut Search<'_>) {
    let lines = search.lines();
    if lines.iter().any(|line| matches!(line.operation, Operation::Begin { .. })) {
        let dissolved = [(false, false), (true, false), (false, true)].map(|how| dissolved(&lines, how.0, how.1));
        search.first(dissolved.into_iter().chain(budgeted(&lines)).map(|lines| ((), lines)));
    }
}

/// The budget of a frame as that of all checks, a check in the place of the last line, which makes one if it allocates.
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

/// The lines without frames; temporaries are dropped where those ended or the program does, or each is held by the next.
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

/// Lines that drop those names, if they are to be dropped.
fn dropped(names: Vec<Name>, drops: bool) -> impl Iterator<Item = Line> {
    let drop = |name| Line { bind: None, operation: Operation::Drop { object: Some(name) } };
    names.into_iter().filter(move |_| drops).map(drop)
}
