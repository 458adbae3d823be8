//! Passes that change lines: values leave lists, and two objects become one.

use super::Search;
use heapproof_model::{Line, Name, Operation, Value};

/// How long a program may be for its objects to be merged: the pass is quadratic in their number.
const MOST_TO_MERGE: usize = 32;

/// The values that an array or closure is made of.
pub(super) fn listed(operation: &mut Operation<Name>) -> Option<&mut Vec<Value<Name>>> {
    match operation {
        Operation::Array { values } | Operation::Closure { values, .. } => Some(values),
        Operation::Temp { allocation } => listed(allocation),
        _ => None,
    }
}

/// An operation that is simpler to understand and may well do the same: one in one go for one in slices, an object for a
/// temporary.
pub(super) fn simpler(operation: &Operation<Name>) -> Option<Operation<Name>> {
    match operation {
        Operation::CollectSlice { .. } => Some(Operation::Collect {}),
        Operation::DetectSlice { .. } => Some(Operation::Detect {}),
        Operation::Detect {} => Some(Operation::DetectFull {}),
        Operation::Temp { allocation } => Some((**allocation).clone()),
        Operation::On { object, line } => {
            let line = Line { bind: line.bind, operation: simpler(&line.operation)? };
            Some(Operation::On { object: *object, line: Box::new(line) })
        }
        _ => None,
    }
}

impl Search<'_> {
    /// Leaves out values of lists, one at a time.
    pub(super) fn values(&mut self) {
        for at in (0..self.best.len()).rev() {
            let mut lines = self.best.lines().to_vec();
            let count = listed(&mut lines[at].operation).map_or(0, |values| values.len());
            for index in (0..count).rev() {
                let mut lines = self.best.lines().to_vec();
                if let Some(values) = listed(&mut lines[at].operation) {
                    values.remove(index);
                }
                self.keep(lines);
            }
        }
    }

    /// Puts simpler operations in place of others.
    pub(super) fn simplify(&mut self) {
        for at in (0..self.best.len()).rev() {
            let mut lines = self.best.lines().to_vec();
            while let Some(operation) = lines.get(at).and_then(|line| simpler(&line.operation)) {
                lines[at].operation = operation;
                if !self.keep(lines.clone()) {
                    break;
                }
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
