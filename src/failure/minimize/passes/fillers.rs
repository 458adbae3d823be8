//! Replaces a line that matters only because it is counted by a line that does less.

use crate::failure::minimize::search::Search;
use heapproof_model::{Field, Line, Name, Operation, Value};

/// The longest program for this pass.
const MOST_LINES: usize = 8;

pub(super) fn run(search: &mut Search<'_>) {
    if search.best().len() > MOST_LINES {
        return;
    }
    loop {
        let lines = search.lines();
        let candidates = (0..lines.len()).rev().filter(|at| is_alone(&lines, *at)).flat_map(|at| {
            let lines = &lines;
            fillers(&lines[..at]).into_iter().map(move |operation| {
                let mut lines = lines.clone();
                lines[at] = Line { bind: None, operation };
                ((), lines)
            })
        });
        if search.first(candidates).is_none() {
            return;
        }
    }
}

/// Whether no other line uses what a line binds.
fn is_alone(lines: &[Line], at: usize) -> bool {
    let used = |name: Name| lines.iter().filter(|line| line.names().contains(&name)).count() > 1;
    !lines[at].operation.code().is_setting() && lines[at].bind.is_none_or(|name| !used(name))
}

fn fillers(before: &[Line]) -> Vec<Operation<Name>> {
    let names = before.iter().filter_map(|line| line.bind);
    let moves = names.flat_map(|name| {
        let object = Some(name);
        let write = Operation::WriteField { object, field: Field::common(0), value: Value::Nil };
        [Operation::Take { object }, Operation::Drop { object }, write]
    });
    let nothing = Operation::Take { object: None };
    [nothing, Operation::Collect {}, Operation::Check {}, Operation::Recover {}].into_iter().chain(moves).collect()
}
