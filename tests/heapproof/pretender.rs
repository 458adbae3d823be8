//! A subject that is the model itself: it does whatever a heap can be asked to do, and can be told to take sets one at a
//! time, to pretend faults, and to be wrong in one way. So the lockstep is tried on all that it compares.

use heapproof::model::definitions::{Graph, reachable};
use heapproof::model::{
    Code, Contents, Counts, Event, Fault, Finding, FindingKind, Kind, Machine, Name, Object, Operation, Reference,
    Refusal, Statistics, Value,
};
use heapproof::subject::{Observation, Subject, Visits};
use std::collections::BTreeSet;

/// How the pretender behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// As the model by itself: each slice does all there is.
    Whole,
    /// Every other slice only pauses; the rest take one closed set, and pause if there is more, or detect.
    Sliced,
    /// As [`Manner::Whole`], without a journal.
    Mute,
    /// As [`Manner::Sliced`], and can't be copied.
    Uncopied,
    /// Slices of collections pause for ever.
    PausesForEver,
    /// Slices of detections pause for ever.
    DetectsForEver,
    /// Slices say that they are complete and free nothing.
    LeavesGarbage,
    /// The first of two sets is one to which the second refers.
    TakesOpenSets,
    /// A collection takes its sets one at a time.
    CollectsInParts,
    /// Slices touch more than they may.
    Greedy,
    /// Each call reaches many objects, and says that it touches none.
    Wanders,
    /// A slice of a collection passes over every object that there has ever been.
    PassesOver,
    /// A detection touches objects though nothing has changed.
    LooksAgain,
    /// An incremental detection finds what the last one found.
    DetectsNothing,
    /// The end of a frame frees no set.
    KeepsTemporaries,
    /// A frame's budget is ignored.
    IgnoresFrames,
    /// Verification finds nothing at all.
    Blind,
    /// Verification finds a leak in every heap.
    Alarmed,
    /// Recovery does nothing.
    Unrepaired,
    /// Recovery reports that another reference is lost.
    LosesMore,
    /// A recovery without roots reports another external count.
    MakesUpCounts,
    /// Verification goes on finding what was repaired.
    Scarred,
    /// What objects of these kinds hold is not counted.
    CountsNothingIn(&'static [Kind]),
}

/// The model behind the trait of subjects.
#[derive(Clone)]
pub struct Pretender {
    model: Reference,
    manner: Manner,
    touched: u64,
    visits: Visits,
    paused: bool,
    scar: Option<Finding>,
}

impl Pretender {
    pub fn new(manner: Manner) -> Pretender {
        let mut model = Reference::new();
        if manner == Manner::Mute {
            model.expect_no_sets();
        }
        Pretender { model, manner, touched: 0, visits: Visits::default(), paused: false, scar: None }
    }

    /// A closed set of garbage that is no larger than need be: an object and all that reach it.
    fn closed_set(&self) -> Option<BTreeSet<Object>> {
        let garbage = self.model.garbage();
        let reaching = |first: &Object| -> BTreeSet<Object> {
            let reaches = |object: &Object| reachable(&self.model, std::iter::once(*object))[first.index()];
            garbage.iter().copied().filter(reaches).collect()
        };
        garbage.iter().map(reaching).min_by_key(BTreeSet::len)
    }

    /// What happens where only one closed set is taken, and the index at which the next would be.
    fn one_set(&self, operation: &Operation<Object>) -> Option<(Vec<Event>, usize)> {
        let first = Event::Took(self.closed_set()?);
        let mut trial = self.model.clone();
        trial.follow(vec![first.clone()]);
        let _ = trial.call(operation);
        let happened = std::mem::take(&mut trial.script().journal);
        let mut depth = 0;
        let next = happened.iter().position(|event| {
            match event {
                Event::Began(_) => depth += 1,
                Event::Ended(_) => depth -= 1,
                _ => {}
            }
            depth == 0 && matches!(event, Event::Took(_)) && *event != first
        });
        let next = next.unwrap_or(happened.len());
        (happened.first() == Some(&first)).then_some((happened, next))
    }

    /// What happens where all garbage is taken in one call, a closed set after the other.
    fn every_set(&self, operation: &Operation<Object>) -> Option<Vec<Event>> {
        let mut happened = vec![Event::Took(self.closed_set()?)];
        loop {
            let mut trial = self.clone();
            trial.model.follow(happened);
            // A slice of nothing is refused: there is no end of what it leaves.
            trial.model.call(operation).ok()?;
            happened = std::mem::take(&mut trial.model.script().journal);
            match trial.closed_set() {
                Some(set) => happened.push(Event::Took(set)),
                None => return Some(happened),
            }
        }
    }

    /// Whether this slice only looks at garbage, so that there is something to disturb: every other one does.
    fn rests(&mut self) -> bool {
        self.paused = !self.paused;
        self.paused && !self.model.garbage().is_empty()
    }

    fn slices(&self) -> bool {
        matches!(self.manner, Manner::Sliced | Manner::Uncopied)
    }

    /// What the model is to follow.
    fn choices(&mut self, operation: &Operation<Object>) -> Vec<Event> {
        match operation {
            Operation::Fault { fault, object: Some(object) } => self.fault(*fault, *object).into_iter().collect(),
            Operation::DetectSlice { .. } if self.slices() => {
                self.paused = !self.paused;
                self.paused.then_some(Event::Paused).into_iter().collect()
            }
            Operation::Collect {} => Vec::new(),
            Operation::CollectSlice { .. } if self.slices() && self.rests() => vec![Event::Paused],
            _ if self.slices() => match self.one_set(operation) {
                Some((happened, next)) if next < happened.len() => {
                    happened[..next].iter().cloned().chain([Event::Paused]).collect()
                }
                Some((happened, _)) => happened,
                None => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// The damage that a fault would do, if it can do any.
    fn fault(&self, fault: Fault, object: Object) -> Option<Event> {
        let contents = self.model.contents(object)?;
        let (_, counts) = self.model.counts().find(|(of, _)| *of == object)?;
        let refers = contents.references().next().is_some();
        let dead = (0..self.model.bound()).map(|number| Object(number as u32)).find(|dead| !self.model.lives(*dead));
        let can = match fault {
            Fault::ExternalLow => counts.external > 0,
            Fault::InternalLow => counts.internal > 0,
            Fault::WeakLow => counts.weak > 0,
            Fault::DanglingField => contents.kind == Kind::Table && refers,
            Fault::DanglingElement => contents.kind == Kind::Array && refers,
            Fault::DanglingCapture => contents.kind == Kind::Closure && refers,
            Fault::DanglingBox => contents.kind == Kind::Box && refers,
            Fault::DanglingWeak => self.model.target(object).is_some(),
            Fault::FreeTwice => dead.is_some(),
            _ => true,
        };
        let site = match fault {
            _ if fault.is_of_the_heap() || fault == Fault::FreeBeyond => None,
            _ if fault.is_of_free_slots() => dead,
            _ => Some(object),
        };
        can.then_some(Event::Damaged(site))
    }

    /// What one call does that is wrong; `None` where it is done as it should be.
    fn wrong(&mut self, operation: &Operation<Object>) -> Option<Result<Value<Object>, Refusal>> {
        match (self.manner, operation) {
            (Manner::PausesForEver, Operation::CollectSlice { .. })
            | (Manner::DetectsForEver, Operation::DetectSlice { .. }) => {
                self.model.script().journal.push(Event::Paused);
                Some(Ok(Value::Bool(false)))
            }
            (Manner::LeavesGarbage, Operation::CollectSlice { .. }) => Some(Ok(Value::Bool(true))),
            (Manner::DetectsNothing, Operation::Detect {}) => Some(Ok(Value::Nil)),
            (Manner::TakesOpenSets, Operation::CollectSlice { .. }) => {
                let happened = self.every_set(operation)?;
                let second = happened.iter().rposition(|event| matches!(event, Event::Took(_)))?;
                self.model.follow(happened);
                let reply = self.model.call(operation);
                self.model.script().journal.rotate_left(second);
                Some(reply)
            }
            (Manner::CollectsInParts, Operation::Collect {}) => {
                let part = Operation::CollectSlice { objects: 1 };
                let happened = self.every_set(&part)?;
                self.model.follow(happened);
                Some(self.model.call(&part).map(|_| Value::Nil))
            }
            (Manner::KeepsTemporaries, Operation::Begin { .. }) => {
                Some(self.call_model(&Operation::Begin { objects: 1 }))
            }
            (Manner::IgnoresFrames, Operation::Begin { .. }) => {
                Some(self.call_model(&Operation::Begin { objects: 99 }))
            }
            _ => None,
        }
    }

    fn call_model(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        let choices = self.choices(operation);
        self.model.follow(choices);
        self.model.call(operation)
    }

    /// Pretends to have touched as much as it may, or more.
    fn touch(&mut self, operation: &Operation<Object>) {
        let excess = u64::from(self.manner == Manner::Greedy);
        self.visits.contents += 60 * u64::from(self.manner == Manner::Wanders);
        if self.manner == Manner::PassesOver && matches!(operation, Operation::CollectSlice { .. }) {
            self.visits.headers += self.model.bound() as u64;
        }
        self.touched += match operation {
            Operation::CollectSlice { objects } | Operation::DetectSlice { objects } => u64::from(*objects) + excess,
            Operation::End {} => self.model.budget() + excess,
            Operation::Check {} => excess,
            Operation::Detect {} => u64::from(self.manner == Manner::LooksAgain),
            _ => 0,
        };
    }
}

impl Subject for Pretender {
    fn supports(&self, code: Code) -> bool {
        self.manner != Manner::Mute || !matches!(code, Code::Fault)
    }

    fn observes(&self, observation: Observation) -> bool {
        match self.manner {
            Manner::Mute => !matches!(observation, Observation::Journal | Observation::Sets),
            Manner::Uncopied => observation != Observation::Fork,
            _ => true,
        }
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        self.touch(operation);
        match self.wrong(operation) {
            Some(reply) => reply,
            None => self.call_model(operation),
        }
    }

    fn lives(&self, object: Object) -> bool {
        self.model.lives(object)
    }

    fn bind(&mut self, name: Name, object: Object) {
        self.model.script().bind(name, object);
    }

    fn take_journal(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.model.script().journal)
    }

    fn look(&self, object: Object, contents: &mut Contents) {
        let target = self.model.target(object);
        *contents = self.model.contents(object).map_or(Contents::default(), |of| Contents { target, ..of.clone() });
    }

    fn counts(&self, object: Object) -> Counts {
        let counts = self.model.counts().find(|(of, _)| *of == object).unwrap().1;
        let Manner::CountsNothingIn(kinds) = self.manner else { return counts };
        let holders = self.model.living().filter_map(|holder| self.model.contents(holder));
        let held = holders.filter(|contents| kinds.contains(&contents.kind)).flat_map(Contents::references);
        Counts { internal: counts.internal - held.filter(|of| *of == object).count() as u32, ..counts }
    }

    fn statistics(&self) -> Statistics {
        self.model.statistics()
    }

    fn cycles(&self) -> Vec<Vec<Object>> {
        self.model.cycles().map(|cycle| cycle.iter().copied().collect()).collect()
    }

    fn verify(&self, _: Option<&[Object]>) -> Vec<Finding> {
        let mut found: Vec<Finding> = self.model.damages().iter().map(|damage| damage.finding).collect();
        match self.manner {
            Manner::Blind => found.clear(),
            Manner::Alarmed => found.push(Finding { kind: FindingKind::Leak, object: None }),
            _ => found.extend(self.scar),
        }
        found
    }

    fn recover(&mut self, roots: Option<&[Object]>) {
        let damages = self.model.damages();
        if self.manner == Manner::Scarred {
            self.scar = damages.first().map(|damage| damage.finding);
        }
        if self.manner == Manner::Unrepaired {
            return;
        }
        let references = |object| {
            let contents = self.model.contents(object).unwrap();
            contents.values.iter().position(|value| value.reference().is_some()).unwrap_or(0)
        };
        let lost = damages.iter().filter(|damage| damage.fault.dangles());
        let lost = lost.map(|damage| (damage.object, references(damage.object))).collect();
        self.model.follow(vec![Event::Recovered { lost, externals: Vec::new() }]);
        let how = if roots.is_some() { Operation::RecoverRoots {} } else { Operation::Recover {} };
        self.model.call(&how).unwrap();
        if let Some(Event::Recovered { lost, externals }) = self.model.script().journal.first_mut() {
            match self.manner {
                Manner::LosesMore => lost.push((Object(0), 0)),
                Manner::MakesUpCounts => externals.iter_mut().for_each(|(_, external)| *external += 1),
                _ => {}
            }
        }
    }

    fn touched(&self) -> u64 {
        self.touched
    }

    fn visits(&self) -> Visits {
        self.visits
    }

    fn fork(&self) -> Option<Box<dyn Subject>> {
        let mut copy = self.clone();
        copy.model.script().journal.clear();
        Some(Box::new(copy))
    }
}
