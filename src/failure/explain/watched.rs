//! What is watched of a long program: the objects of its failure, and those that have referred to them.

use heapproof_model::{Code, Event, Object, Operation, Outcome, Value};
use std::collections::BTreeSet;
use std::ops::Range;

/// What is watched of a long program.
#[derive(Debug, Default)]
pub struct Watched {
    /// The objects of the failure.
    concerned: BTreeSet<Object>,
    /// These, and what was named together with them.
    pub objects: BTreeSet<Object>,
    /// The line that fails.
    pub step: usize,
}

impl Watched {
    /// The objects of a failure at that line; none of them stands for births and deaths.
    pub fn new(objects: Vec<Object>, step: usize) -> Watched {
        let concerned: BTreeSet<Object> = objects.into_iter().collect();
        Watched { objects: concerned.clone(), concerned, step }
    }

    /// Whether a call concerns what is watched, that of a line of this index or of what follows the last.
    pub fn is_concerned(
        &mut self,
        line: Option<usize>,
        (operation, outcome): (&Operation<Object>, &Outcome),
        born: Range<usize>,
        events: &[Event],
    ) -> bool {
        let (code, fails) = (operation.code(), line.is_none_or(|line| line == self.step));
        // What facts conclude from that it was never done.
        let rules = [Code::Begin, Code::End, Code::Fault, Code::Recover, Code::RecoverRoots];
        if code.is_setting() || rules.contains(&code) {
            return true;
        }
        if self.concerned.is_empty() {
            return fails || !born.is_empty() || events.iter().any(|event| matches!(event, Event::Died(_)));
        }
        let named = operation.objects();
        if named.iter().any(|object| self.concerned.contains(object)) {
            // A new object may refer to it too.
            self.objects.extend(named.into_iter().chain(born.map(|number| Object(number as u32))));
            return true;
        }
        let given = matches!(outcome, Outcome::Done(Value::Reference(object)) if self.concerned.contains(object));
        // User code and recoveries may do anything.
        let concerns = |event: &Event| match event {
            Event::Died(object) => self.objects.contains(object),
            Event::Began(_) | Event::Called(_) | Event::Recovered { .. } => true,
            _ => false,
        };
        let born = self.concerned.iter().any(|object| born.contains(&object.index()));
        let writes = operation.code().writes() && named.first().is_some_and(|object| self.objects.contains(object));
        fails || given || born || writes || events.iter().any(concerns)
    }

    /// Whether an expectation is about what is watched.
    pub fn asks(&self, expected: &Operation<Object>) -> bool {
        let about = expected.objects().first().copied();
        about.map_or(self.concerned.is_empty(), |about| self.concerned.contains(&about))
    }
}
