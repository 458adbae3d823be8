//! Programs without frames: what was temporary is held, and let go where the frame ended, or not at all.
//!
//! What dies together at the end of a frame also dies together where one holds the other.

use crate::minimize::search::Search;
use heapproof_model::{Line, Name, Operation, Value};

pub(super) fn run(search: &mut Search<'_>) {
    let lines = search.lines();
    if lines.iter().any(|line| matches!(line.operation, Operation::Begin { .. })) {
        let candidates =
            [(false, false), (true, false), (false, true)].map(|how| ((), dissolved(&lines, how.0, how.1)));
        search.first(candidates);
    }
}

/// The lines without frames; temporaries are dropped where those ended, or each is held by the next.
fn dissolved(lines: &[Line], drops: bool, holds: bool) -> Vec<Line> {
    let mut rest = Vec::new();
    let mut temporaries: Vec<Name> = Vec::new();
    for line in lines {
        match &line.operation {
            Operation::Begin { .. } => {}
            Operation::End {} => {
                let let_go = std::mem::take(&mut temporaries).into_iter().filter(|_| drops);
                rest.extend(let_go.map(|name| Line { bind: None, operation: Operation::Drop { object: Some(name) } }));
            }
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
    rest
}
