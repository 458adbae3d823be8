//! What programs of a dialect can say (SPEC 11.2 to 11.8).

use super::Reference;
use crate::definitions::{Graph, reachable};
use crate::dialect::{Ceiling, CollectInCode, Dialect, Names, SetView, WrongCalls};
use crate::operation::{Code, Line, Operation};
use crate::script::Refusal;
use crate::value::{Object, Value};

impl Reference {
    /// Whether programs of its dialect can say that now.
    pub(super) fn can_say(&self, operation: &Operation<Object>) -> bool {
        let Dialect { names, wrong_calls, ceiling, .. } = self.dialect;
        let panics = !self.dialect.has_panics() && operation.armed().is_some_and(|(_, line)| panics(line));
        if panics || !self.is_shallow(operation) || !self.keeps_the_doomed(operation) {
            return false;
        }
        if names == Names::Any && wrong_calls == WrongCalls::Refused && ceiling != Ceiling::Panics {
            return true;
        }
        let can = match self.refusal(operation) {
            None => true,
            Some(Refusal::Nil) if names == Names::Held => false,
            Some(Refusal::Overflow) if ceiling == Ceiling::Panics => false,
            Some(_) => wrong_calls == WrongCalls::Refused,
        };
        can && (names == Names::Any || self.has_handles(operation))
    }

    fn is_shallow(&self, operation: &Operation<Object>) -> bool {
        match operation {
            Operation::Chain { length } | Operation::Ring { length } => *length <= self.dialect.depth,
            _ => true,
        }
    }

    /// The living objects that there are handles for, by number: one that the mutator holds, or one on the way from such a
    /// handle, or from the object whose code runs (SPEC 11.5).
    pub fn handled(&self) -> Vec<bool> {
        let own = self.running.last().map(|run| run.object).filter(|object| self.lives(*object));
        let held = self.living().filter(|object| self.external(*object) > 0);
        reachable(self, held.chain(own))
    }

    /// Whether there is a handle for each object that it names.
    fn has_handles(&self, operation: &Operation<Object>) -> bool {
        let reached = self.handled();
        let names_nil = matches!(
            operation,
            Operation::Take { object: None } | Operation::TryTake { object: None } | Operation::Drop { object: None }
        );
        let gives_up_what_it_holds = match operation {
            Operation::Drop { object: Some(object) } => self.external(*object) > 0,
            Operation::Transfer { store } => {
                store.0.stored().and_then(Value::reference).is_none_or(|given| self.external(given) > 0)
            }
            _ => true,
        };
        let is_reached = |object: &Object| self.lives(*object) && reached[object.index()];
        let handles = operation.objects().iter().all(is_reached);
        handles && gives_up_what_it_holds && !names_nil
    }

    /// Whether it leaves it at reading and writing contents where objects are concerned that nothing saves (SPEC 11.17).
    fn keeps_the_doomed(&self, operation: &Operation<Object>) -> bool {
        if self.doomed.is_empty() {
            return true;
        }
        let code = operation.code();
        // Whose contents it reads or writes, or whose code it reads, comes to no harm by that.
        let used = match operation {
            Operation::Inherit { object, .. } => object.iter().copied().collect(),
            Operation::Swap { .. } => Vec::new(),
            _ => operation.objects(),
        };
        let has_contents = code.reads() || code.writes() || matches!(code, Code::Upgrade | Code::TableLike);
        let used = used.into_iter().skip(usize::from(has_contents));
        !used.chain(self.taken_out(operation)).any(|object| self.doomed.contains(&object))
    }

    /// The objects that a `pop` or a `remove` of any sort would give, or a `swap` bring elsewhere.
    fn taken_out(&self, operation: &Operation<Object>) -> Vec<Object> {
        let element =
            |array: &Option<Object>, index: &u32| self.contents((*array)?)?.values.get(*index as usize)?.reference();
        let taken = || match operation {
            Operation::Pop { object } => self.contents((*object)?)?.values.last()?.reference(),
            Operation::RemoveElement { object, index } | Operation::SwapRemove { object, index } => {
                element(object, index)
            }
            Operation::Remove { object, field } => {
                let contents = self.contents((*object)?)?;
                let place = contents.fields.iter().position(|have| have == field)?;
                contents.values[place].reference()
            }
            _ => None,
        };
        match operation {
            Operation::Swap { object, index, other, place } => {
                [element(object, index), element(other, place)].into_iter().flatten().collect()
            }
            _ => taken().into_iter().collect(),
        }
    }

    /// Whether an object is dead to calls, though it is not dead yet (SPEC 11.20).
    pub(super) fn seems_dead(&self, object: Object) -> bool {
        let is_own = self.running.last().is_some_and(|run| run.object == object);
        self.dialect.set_view == SetView::Dead && self.runs_in_set() && self.doomed.contains(&object) && !is_own
    }

    /// Why it would be refused, before any check. It is tried on a copy.
    fn refusal(&self, operation: &Operation<Object>) -> Option<Refusal> {
        match operation {
            Operation::CollectSlice { objects: 0 } | Operation::DetectSlice { objects: 0 } => Some(Refusal::Setting),
            Operation::Collect {} | Operation::CollectSlice { .. } => {
                (self.collection() == CollectInCode::Refused).then_some(Refusal::Reentrant)
            }
            // The subject says whether there is anything to damage.
            Operation::Check {} | Operation::Fault { .. } => None,
            other => self.clone().perform(other).err(),
        }
    }
}

/// Whether a line panics, or lets user code panic.
fn panics(line: &Line) -> bool {
    match &line.operation {
        Operation::Panic {} => true,
        operation => operation.armed().is_some_and(|(_, line)| panics(line)),
    }
}
