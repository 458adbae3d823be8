//! Passes that change lines: values leave lists, and two objects become one.

use super::Search;
use heapproof_model::{Line, Name, Operation, Value};

/// How long a program may be for its objects to be merged: the pass is quadratic in their number.
const MOST_TO_MERGE: usize = 32;

/// The values that an array or closure is made of.
pub(super) fn listed(line: &Line) -> &[Value<Name>] {
    match &line.operation {
        Operation::Array { values } | Operation::Closure { values, .. } => values,
        _ => &[],
    }
}

impl Search<'_> {
    /// Leaves out values of lists, one at a time.
    pub(super) fn values(&mut self) {
        for at in (0..self.best.len()).rev() {
            for index in (0..listed(&self.best.lines()[at]).len()).rev() {
                let mut lines = self.best.lines().to_vec();
                if let Operation::Array { values } | Operation::Closure { values, .. } = &mut lines[at].operation {
                    values.remove(index);
                }
                self.keep(lines);
            }
        }
    }

    /// Leaves out a line that binds a name, where another name, bound before, can stand for it.
    pub(super) fn merge(&mut self) {
        if self.best.len() > MOST_TO_MERGE {
            return;
        }
        let mut at = self.best.len();
        while at > 0 {
            at = (at - 1).min(self.best.len() - 1);
            let earlier: Vec<Name> = self.best.lines()[..at].iter().filter_map(|line| line.bind).collect();
            let Some(name) = self.best.lines()[at].bind else { continue };
            for other in earlier {
                let mut lines = self.best.lines().to_vec();
                lines.remove(at);
                let instead = |used: &mut Name| *used = if *used == name { other } else { *used };
                lines.iter_mut().for_each(|line| line.rename(&mut instead.clone()));
                if self.keep(lines) {
                    break;
                }
            }
        }
    }
}
