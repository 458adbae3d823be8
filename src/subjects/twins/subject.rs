//! A twin as a subject.

use super::heap::Twin;
use super::wrong::Mistake;
use crate::judge::code::{Finalizers, Runs};
use crate::judge::subject::{Observation, Subject};
use heapproof_model::{Code, Contents, Counts, Dialect, Event, Name, Object, Operation, Refusal, Statistics, Value};

impl Runs for Twin {
    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        self.whole_call(operation)
    }

    fn finalizers(&mut self) -> &mut Finalizers {
        &mut self.finalizers
    }

    fn permits(&self, operation: &Operation<Object>) -> bool {
        let skips = self.errs(Mistake::SkipsTakes) && matches!(operation, Operation::Take { .. });
        !skips && self.clone().can_write(operation)
    }
}

impl Subject for Twin {
    fn supports(&self, code: Code) -> bool {
        // What finalizers of a set see depends on their order, which only the journal says.
        if code.arms() && !self.shows.journal {
            return false;
        }
        let others = matches!(
            code,
            Code::On
                | Code::Inherit
                | Code::When
                | Code::Panic
                | Code::Collect
                | Code::Upgrade
                | Code::SetCapacity
                | Code::SetCounts
                | Code::Chain
                | Code::Ring
        );
        let on_elements = (Code::RemoveElement..=Code::Transfer).contains(&code) || code == Code::Length;
        let lacks = on_elements || matches!(code, Code::TryTake | Code::Clear);
        others || code <= Code::TableLike && code != Code::Upgrade && !lacks
    }

    fn observes(&self, observation: Observation) -> bool {
        match observation {
            Observation::Journal => self.shows.journal,
            Observation::Sets => self.shows.journal && self.shows.sets,
            Observation::Cycles | Observation::Returned | Observation::Verification => false,
            _ => true,
        }
    }

    fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        self.whole_call(operation)
    }

    fn lives(&self, object: Object) -> bool {
        self.alive(object) && self.knows(object)
    }

    fn knows(&self, object: Object) -> bool {
        self.shows.garbage || !self.garbage().contains(&object)
    }

    fn bind(&mut self, name: Name, object: Object) {
        self.finalizers.bind(name, object);
    }

    fn take_journal(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.finalizers.journal)
    }

    fn look(&self, object: Object, contents: &mut Contents) {
        if let Some(node) = self.node(object) {
            contents.clone_from(&node.contents);
        }
    }

    fn counts(&self, object: Object) -> Counts {
        let counts =
            |node: &super::heap::Node| Counts { external: node.external, internal: node.internal, weak: node.weak };
        self.node(object).map_or_else(Counts::default, counts)
    }

    fn statistics(&self) -> Statistics {
        Statistics {
            allocations: self.figures.allocations,
            frees: self.figures.frees,
            live_objects: self.all().len() as u64,
            cycles_collected: self.figures.cycles,
            interval: 1_000,
            operations_since_check: self.figures.operations,
            finalizer_panics: self.figures.panics,
            ..Statistics::default()
        }
    }

    fn close(&mut self) -> Option<Vec<Event>> {
        self.finalizers.journal.clear();
        self.run_the_last();
        Some(self.take_journal())
    }

    fn fork(&self) -> Option<Box<dyn Subject>> {
        let mut copy = self.clone();
        copy.finalizers.journal.clear();
        Some(Box::new(copy))
    }
}
