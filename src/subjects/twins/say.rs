//! What lines of code can be written in its dialect.

use super::heap::Twin;
use super::wrong::Mistake;
use heapproof_model::dialect::{Ceiling, Names, SetView, WrongCalls};
use heapproof_model::{Code, Line, Object, Operation, Refusal};

impl Twin {
    /// Whether a line of code can be written.
    pub(super) fn can_write(&mut self, operation: &Operation<Object>) -> bool {
        let long = match operation {
            Operation::Chain { length } | Operation::Ring { length } => *length > self.dialect.depth,
            _ => false,
        };
        let panics = operation.armed().is_some_and(|(_, line)| has_panic(line));
        if long || panics && !self.dialect.has_panics() || self.saves_the_doomed(operation) {
            return false;
        }
        if self.dialect.names == Names::Held && !self.has_handle_of_all(operation) {
            return false;
        }
        let refusal = self.why_refused(operation);
        let skips = self.dialect.wrong_calls == WrongCalls::Skipped;
        let over = self.dialect.ceiling == Ceiling::Panics && refusal == Some(Refusal::Overflow);
        !(skips && refusal.is_some() || over)
    }

    fn saves_the_doomed(&self, operation: &Operation<Object>) -> bool {
        let code = operation.code();
        let mut objects = match operation {
            // Of the other it only reads the code.
            Operation::Inherit { object, .. } => object.iter().copied().collect(),
            _ => operation.objects(),
        };
        let reads = code.reads() || matches!(code, Code::Upgrade | Code::TableLike);
        if (reads || code.writes()) && !objects.is_empty() {
            objects.remove(0);
        }
        objects.extend(self.would_take_out(operation));
        objects.into_iter().any(|object| self.node(object).is_some_and(|node| node.doomed))
    }

    fn would_take_out(&self, operation: &Operation<Object>) -> Option<Object> {
        match operation {
            Operation::Pop { object } => self.node((*object)?)?.contents.values.last()?.reference(),
            Operation::Remove { object, field } => {
                let contents = &self.node((*object)?)?.contents;
                let at = contents.fields.iter().position(|one| one == field)?;
                contents.values[at].reference()
            }
            _ => None,
        }
    }

    fn has_handle_of_all(&mut self, operation: &Operation<Object>) -> bool {
        let mut from: Vec<Object> =
            self.all().into_iter().filter(|object| self.node(*object).is_some_and(|node| node.external > 0)).collect();
        from.extend(self.running.last().map(|code| code.object));
        let marks = self.reached(from);
        let nil = match operation {
            Operation::Take { object } | Operation::Drop { object } => object.is_none(),
            _ => false,
        };
        let gives_away = match operation {
            Operation::Drop { object: Some(object) } => self.node(*object).is_some_and(|node| node.external > 0),
            _ => true,
        };
        let named = operation.objects();
        let reached = named.iter().all(|object| marks.get(object.index()).copied().unwrap_or(false));
        reached && gives_away && !nil && self.why_refused(operation) != Some(Refusal::Nil)
    }

    /// Why it would be refused now.
    fn why_refused(&mut self, operation: &Operation<Object>) -> Option<Refusal> {
        match operation {
            Operation::Collect {} => self.refused_here(),
            _ => {
                let mut copy = self.clone();
                copy.tries = true;
                copy.perform(operation).err()
            }
        }
    }

    /// Whether an object is dead to calls.
    pub(super) fn is_gone_for_code(&self, object: Object) -> bool {
        let Some(code) = self.running.last().filter(|code| code.set.is_some()) else { return false };
        let doomed = self.node(object).is_some_and(|node| node.doomed);
        let view = self.dialect.set_view == SetView::Dead && !self.errs(Mistake::NeighboursLive);
        view && doomed && code.object != object
    }
}

fn has_panic(line: &Line) -> bool {
    match &line.operation {
        Operation::Panic {} => true,
        operation => operation.armed().is_some_and(|(_, line)| has_panic(line)),
    }
}
