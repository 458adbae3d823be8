//! What programs of a dialect can say (SPEC 11.2 to 11.8).

use super::Reference;
use crate::definitions::{Graph, reachable};
use crate::dialect::{Ceiling, Names, Panics, SetView, WrongCalls};
use crate::operation::{Code, Line, Operation};
use crate::script::Refusal;
use crate::value::Object;

impl Reference {
    /// Whether programs of its dialect can say that now.
    pub(super) fn can_say(&self, operation: &Operation<Object>) -> bool {
        let has_handles = self.dialect.names == Names::Any || self.has_handles(operation);
        let is_allowed = self.dialect.wrong_calls == WrongCalls::Refused || !self.refuses(operation, |_| true);
        let survives =
            self.dialect.ceiling != Ceiling::Panics || !self.refuses(operation, |refusal| refusal == Refusal::Overflow);
        let panics = matches!(operation, Operation::On { line, .. } if panics(line));
        let no_panic = self.dialect.panics != Panics::Never || !panics;
        self.is_shallow(operation)
            && no_panic
            && self.keeps_the_doomed(operation)
            && has_handles
            && is_allowed
            && survives
    }

    fn is_shallow(&self, operation: &Operation<Object>) -> bool {
        match operation {
            Operation::Chain { length } | Operation::Ring { length } => *length <= self.dialect.depth,
            _ => true,
        }
    }

    /// Whether there is a handle for each object that it names: one that the mutator holds, or one on the way from such a
    /// handle, or from the object whose code runs (SPEC 11.5).
    fn has_handles(&self, operation: &Operation<Object>) -> bool {
        let own = self.running.last().map(|run| run.object).filter(|object| self.lives(*object));
        let held = self.living().filter(|object| self.external(*object) > 0);
        let reached = reachable(self, held.chain(own));
        let names_nil = matches!(operation, Operation::Take { object: None } | Operation::Drop { object: None });
        let gives_up_what_it_holds = match operation {
            Operation::Drop { object: Some(object) } => self.external(*object) > 0,
            _ => true,
        };
        let is_reached = |object: &Object| self.lives(*object) && reached[object.index()];
        let handles = operation.objects().iter().all(is_reached);
        handles && gives_up_what_it_holds && !names_nil && !self.refuses(operation, |refusal| refusal == Refusal::Nil)
    }

    /// Whether it leaves it at reading and writing contents where objects are concerned that nothing saves (SPEC 11.17).
    fn keeps_the_doomed(&self, operation: &Operation<Object>) -> bool {
        if self.doomed.is_empty() {
            return true;
        }
        let code = operation.code();
        let has_contents = code.reads() || code.writes() || code == Code::Upgrade;
        let used = operation.objects().into_iter().skip(usize::from(has_contents));
        let gives = |object: &Object| self.doomed.contains(object);
        used.into_iter().all(|object| !gives(&object))
            && !self.taken_out(operation).is_some_and(|object| gives(&object))
    }

    /// The object that a `pop` or `remove` would give.
    fn taken_out(&self, operation: &Operation<Object>) -> Option<Object> {
        match operation {
            Operation::Pop { object } => self.contents((*object)?)?.values.last()?.reference(),
            Operation::Remove { object, field } => {
                let contents = self.contents((*object)?)?;
                let place = contents.fields.iter().position(|have| have == field)?;
                contents.values[place].reference()
            }
            _ => None,
        }
    }

    /// Whether an object is dead to calls, though it is not dead yet (SPEC 11.20).
    pub(super) fn seems_dead(&self, object: Object) -> bool {
        let is_own = self.running.last().is_some_and(|run| run.object == object);
        self.dialect.set_view == SetView::Dead && self.runs_in_set() && self.doomed.contains(&object) && !is_own
    }

    /// Whether it would be refused for such a reason, before any check. It is tried on a copy.
    fn refuses(&self, operation: &Operation<Object>, which: impl Fn(Refusal) -> bool) -> bool {
        let refusal = match operation {
            Operation::CollectSlice { objects: 0 } | Operation::DetectSlice { objects: 0 } => Some(Refusal::Setting),
            Operation::Collect {} | Operation::CollectSlice { .. } => self.refused_collection(),
            // The subject says whether there is anything to damage.
            Operation::Check {} | Operation::Fault { .. } => None,
            other => self.clone().perform(other).err(),
        };
        refusal.is_some_and(which)
    }
}

/// Whether a line panics, or lets a finalizer panic.
fn panics(line: &Line) -> bool {
    match &line.operation {
        Operation::Panic {} => true,
        Operation::On { line, .. } => panics(line),
        _ => false,
    }
}
