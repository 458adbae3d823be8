//! How many strong references to an object stand in the contents of living objects, for claims about it.
//!
//! By its definition that takes a look at all objects, and a log has a claim at every other line. So where there are many objects the
//! counts are kept. After each call those objects are read again that it can have changed: what it names, what is new, and what
//! has died. Where it can have changed more (user code, sets, repairs, ephemerons whose keys have died), all are read again at the next
//! claim. Nothing is derived from what an operation means, so a count is always that of the contents.

use heapproof_model::definitions::Graph;
use heapproof_model::{Code, Contents, Event, Object, Operation, Reference};

/// From how many objects on the counts are kept; dead ones are among them.
const MANY: usize = 1_000;

/// The counts of a model's objects, once they have been asked for.
#[derive(Debug, Default)]
pub(super) struct Counted {
    counts: Vec<i64>,
    /// The references that each object had when it was read last.
    references: Vec<Box<[Object]>>,
    /// Whether they are those of the model now.
    is_known: bool,
    has_ephemerons: bool,
}

impl Counted {
    /// How many strong references to an object stand in the contents of living objects.
    pub fn of(&mut self, model: &Reference, object: Object) -> i64 {
        if model.bound() < MANY {
            return scanned(model, object);
        }
        if !self.is_known {
            *self = Counted { is_known: true, ..Counted::default() };
            self.read_new(model);
        }
        self.counts.get(object.index()).copied().unwrap_or(0)
    }

    /// Takes note of a call of the model, and of what happened in it.
    pub fn called(&mut self, model: &Reference, operation: &Operation<Object>, events: &[Event]) {
        if !self.is_known {
            return;
        }
        let repairs = matches!(operation.code(), Code::Fault | Code::Recover | Code::RecoverRoots);
        let is_more = |event: &Event| match event {
            Event::Died(_) => self.has_ephemerons,
            Event::Paused => false,
            _ => true,
        };
        self.is_known = !repairs && !events.iter().any(is_more);
        if self.is_known {
            self.read_new(model);
            operation.objects().into_iter().for_each(|object| self.read(model, object));
            for event in events {
                if let Event::Died(object) = event {
                    self.read(model, *object);
                }
            }
        }
    }

    fn read_new(&mut self, model: &Reference) {
        let born = self.references.len()..model.bound();
        self.counts.resize(born.end, 0);
        self.references.resize(born.end, Box::default());
        born.for_each(|number| self.read(model, Object(number as u32)));
    }

    fn read(&mut self, model: &Reference, object: Object) {
        let Some(held) = self.references.get_mut(object.index()) else { return };
        self.has_ephemerons |= model.contents(object).is_some_and(Contents::is_ephemeron);
        let now: Box<[Object]> = model.references(object).collect();
        // A heap that was damaged may refer to what never was.
        let counts = &mut self.counts;
        let mut add = |target: &Object, more: i64| {
            counts.get_mut(target.index()).into_iter().for_each(|count| *count += more);
        };
        now.iter().for_each(|target| add(target, 1));
        std::mem::replace(held, now).iter().for_each(|target| add(target, -1));
    }
}

/// The same, by its definition.
fn scanned(model: &Reference, object: Object) -> i64 {
    model.living().flat_map(|from| model.references(from)).filter(|target| *target == object).count() as i64
}

#[cfg(test)]
mod tests {
    use super::{Counted, scanned};
    use heapproof_model::definitions::Graph;
    use heapproof_model::{Dialect, Machine, Program, Reference, script};

    /// Checks the counts of all objects after each line.
    fn agree(dialect: Dialect, program: &Program) {
        let (mut model, mut counted) = (Reference::of(dialect), Counted::default());
        for (step, line) in program.lines().iter().enumerate() {
            let names = model.script();
            let operation = line.operation.resolve(&|name| names.object(name));
            script::step(&mut model, line);
            let events = std::mem::take(&mut model.script().journal);
            operation.iter().for_each(|operation| counted.called(&model, operation, &events));
            let living: Vec<_> = model.living().collect();
            for object in living {
                assert_eq!(counted.of(&model, object), scanned(&model, object), "line {} of {program}", step + 1);
            }
        }
    }

    #[test]
    fn counts_that_are_kept_are_those_of_the_contents() {
        use crate::programs::generate::{Recipe, case};
        let many: Program = "z = chain 1000\ndrop z\n".parse().unwrap();
        for dialect in ["", "release nested", "ephemerons ephemeron", "weak-objects shared, release unordered"] {
            let dialect = if dialect.is_empty() { Dialect::default() } else { dialect.parse().unwrap() };
            for number in 0..60 {
                let program = case(3, number, &Recipe::default(), &|_| true);
                let mut lines = program.lines().to_vec();
                let at = lines.iter().position(|line| !line.operation.code().is_setting()).unwrap_or(0);
                // Names of the lines before are not those of the program, which are shifted.
                lines.iter_mut().for_each(|line| line.rename(&mut |name| name.0 += 1));
                lines.splice(at..at, many.lines().iter().cloned());
                agree(dialect, &program.with_lines(lines));
            }
        }
    }
}
