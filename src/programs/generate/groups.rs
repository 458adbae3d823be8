//! Groups of lines that are useful only together.

use super::Generator;
use super::operands::Place;
use heapproof_model::definitions::Graph;
use heapproof_model::{Code, Contents, Fault, Kind, Line, Name, Operation};
use rand::RngExt;

impl Generator<'_> {
    /// Adds a detection or a verification, which looks at what has changed.
    pub(super) fn look(&mut self) {
        let looks = [Code::Detect, Code::DetectFull, Code::DetectSlice, Code::Verify];
        let looks: Vec<Code> = looks.into_iter().filter(|code| self.has(*code)).collect();
        if !looks.is_empty() {
            let look = looks[self.rng.random_range(0..looks.len())];
            let line = self.make(look, &Place::Program);
            line.into_iter().for_each(|line| self.add(line));
        }
    }

    /// Damages the heap, mostly verifies it, and recovers. Rarely puts another line in between, which must be skipped.
    /// Returns false where there is nothing to damage.
    pub(super) fn damage(&mut self) -> bool {
        let recoveries: Vec<Code> =
            [Code::Recover, Code::RecoverRoots].into_iter().filter(|code| self.has(*code)).collect();
        let Some(object) = self.target() else { return false };
        if recoveries.is_empty() {
            return false;
        }
        self.faults(object);
        if self.rng.random_bool(0.8) && self.has(Code::Verify) {
            self.add(Line { bind: None, operation: Operation::Verify {} });
        }
        if self.rng.random_ratio(1, 20)
            && let Some(line) = self.draw(false).and_then(|code| self.make(code, &Place::Program))
        {
            self.lines.push(line);
        }
        let operation = match recoveries[self.rng.random_range(0..recoveries.len())] {
            Code::Recover => Operation::Recover {},
            _ => Operation::RecoverRoots {},
        };
        self.add(Line { bind: None, operation });
        true
    }

    /// Damages an object, and now and then the same one again, or others.
    fn faults(&mut self, first: Option<Name>) {
        let more = if self.rng.random_ratio(1, 4) { self.rng.random_range(1..=3) } else { 0 };
        for number in 0..=more {
            let again = number == 0 || self.rng.random_bool(0.5);
            let object = if again { Some(first) } else { self.target() };
            let Some(object) = object else { return };
            let fault = self.fault_of(object);
            self.add(Line { bind: None, operation: Operation::Fault { fault, object } });
        }
    }

    /// The object to damage. Mostly one with references, since most faults are in those.
    fn target(&mut self) -> Option<Option<Name>> {
        let telling = |contents: &Contents| contents.target.is_some() || contents.references().next().is_some();
        if self.rng.random_bool(0.6)
            && let Some(name) =
                self.any_bound(|generator, object| generator.model.contents(object).is_some_and(telling))
        {
            return Some(Some(name));
        }
        self.object(&Place::Program, |_| true)
    }

    /// A fault that fits the kind of the object; now and then any fault.
    fn fault_of(&mut self, object: Option<Name>) -> Fault {
        let dangling = self.contents(object).and_then(|contents| match contents.kind {
            Kind::Weak => Some(Fault::DanglingWeak),
            _ if contents.references().next().is_none() => None,
            Kind::Table => Some(Fault::DanglingField),
            Kind::Array => Some(Fault::DanglingElement),
            Kind::Closure => Some(Fault::DanglingCapture),
            _ => Some(Fault::DanglingBox),
        });
        match dangling {
            Some(fault) if self.rng.random_bool(0.5) => fault,
            _ => Fault::ALL[self.rng.random_range(0..Fault::ALL.len())],
        }
    }

    /// A number of objects that a slice, a check or a frame may touch: few, so that it matters.
    pub(super) fn budget(&mut self) -> u32 {
        match self.rng.random_range(0..40) {
            0 => 0,
            1 => 1_000,
            _ => self.rng.random_range(1..=6),
        }
    }

    /// An allocation for a temporary.
    pub(super) fn temporary(&mut self, place: &Place) -> Option<Operation<Name>> {
        let code = (0..20).filter_map(|_| self.draw(false)).find(|code| code.allocates_plainly())?;
        Some(Operation::Temp { allocation: Box::new(self.operation(code, place)?) })
    }

    /// Whether to draw a line that needs an open frame, or that needs none. Seldom true for a line that would be
    /// refused.
    pub(super) fn suits_frame(&mut self, open: bool, place: &Place) -> bool {
        self.model.has_frame() == open || matches!(place, Place::Finalizer(_)) || self.rng.random_ratio(1, 40)
    }

    /// Whether the operation is drawn at all.
    pub(super) fn has(&self, code: Code) -> bool {
        self.weights.iter().any(|(_, drawn)| *drawn == code)
    }

    /// What a bound name's object holds.
    pub(super) fn contents(&self, name: Option<Name>) -> Option<&Contents> {
        self.model.contents(self.object_of(name?)?)
    }
}
