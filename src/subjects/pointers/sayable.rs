//! What a line of code can say in Rust (SPEC 11.5, 11.6, 11.17, 11.24).

use super::Pointers;
use super::calls::Caller;
use heapproof_model::dialect::WrongCalls;
use heapproof_model::{Code, Line, Object, Operation, Refusal};

impl<P: Pointers> Caller<'_, P> {
    /// Whether the line that contains the operation could be written and compiled.
    pub fn can_say(&self, operation: &Operation<Object>) -> bool {
        let panics = operation.armed().is_some_and(|(_, line)| panics(line));
        let refusal = self.check(operation).err();
        let is_right = match self.shared.borrow().dialect.wrong_calls {
            WrongCalls::Skipped => refusal.is_none(),
            WrongCalls::Refused => refusal != Some(Refusal::Nil),
        };
        let may_panic = !panics || self.shared.borrow().dialect.has_panics();
        is_right && may_panic && self.has_handles(operation) && self.keeps_the_doomed(operation)
    }

    fn has_handles(&self, operation: &Operation<Object>) -> bool {
        let state = self.shared.borrow();
        let reached = state.reached();
        let is_there = match operation {
            Operation::Take { object: None } | Operation::Drop { object: None } => false,
            Operation::Drop { object: Some(object) } => state.holds(*object),
            _ => true,
        };
        is_there && operation.objects().iter().all(|object| reached.get(object.index()) == Some(&true))
    }

    /// Whether nothing is made of a handle to what dies anyway, but to read and write there.
    fn keeps_the_doomed(&self, operation: &Operation<Object>) -> bool {
        let state = self.shared.borrow();
        let code = operation.code();
        let uses_contents = code.reads() || code.writes() || code == Code::Upgrade;
        let used = match operation {
            // Of the other it only reads the code.
            Operation::Inherit { object, .. } => object.iter().copied().collect(),
            _ => operation.objects(),
        };
        let used = used.into_iter().skip(usize::from(uses_contents));
        let taken = match operation {
            Operation::Pop { .. } | Operation::Remove { .. } => self.slot(operation).ok(),
            _ => None,
        };
        let taken = taken.and_then(|(object, slot)| state.contents_of(object).values[slot].reference());
        used.chain(taken).all(|object| !state.doomed.contains(&object))
    }
}

/// Whether a line panics, or lets code panic.
fn panics(line: &Line) -> bool {
    match &line.operation {
        Operation::Panic {} => true,
        operation => operation.armed().is_some_and(|(_, line)| panics(line)),
    }
}
