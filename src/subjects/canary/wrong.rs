//! A heap with one mistake.
//!
//! All calls go to the heap of this project, but one of them is falsified. The mistake depends on the state of the heap
//! alone, so it happens again wherever the heap gets into the same state: it stays while a program is minimised.

use crate::judge::digest;
use crate::judge::subject::{Figure, Observation, Subject, Visits};
use crate::subjects::HeapSubject;
use heapproof_model::{
    Code, Contents, Counts, Dialect, Event, Finding, Name, Object, Operation, Refusal, Statistics, Value,
};
use std::any::Any;
use std::cell::Cell;

/// The result of a call.
pub(super) type Reply = Result<Value<Object>, Refusal>;

/// The correct heap behind the mistake.
pub(super) type Truth = dyn Subject;

/// Which call of a subject is falsified, and how. Most mistakes get the true answer and change it.
#[derive(Clone, Copy)]
pub(super) enum Mistake {
    /// The operation is missing.
    Lacks(Code),
    /// Carries out an operation; the events are appended to the heap's journal.
    Call(fn(&mut Truth, &Operation<Object>, &mut Vec<Event>) -> Reply),
    /// Recovers.
    Recover(fn(&mut Truth, Option<&[Object]>, &mut Vec<Event>)),
    /// Whether an object lives.
    Lives(fn(&Truth, Object) -> bool),
    /// The events since the last call.
    Journal(fn(&mut Vec<Event>)),
    /// The contents of an object.
    Contents(fn(&Truth, &mut Contents)),
    /// The counts of an object.
    Counts(fn(&mut Counts)),
    /// The sum of external and internal counts, where it does not tell them apart.
    Strong(fn(u64) -> u64),
    /// The counters.
    Statistics(fn(&mut Statistics)),
    /// What a call returns beside its value.
    Returned(fn(&mut Vec<(Figure, u64)>)),
    /// The cycles of the last detection.
    Cycles(fn(&Truth, &mut Vec<Vec<Object>>)),
    /// The findings of verification.
    Verify(fn(&Truth, Option<&[Object]>, &mut Vec<Finding>)),
    /// The score of verification.
    Score(fn(f64) -> f64),
    /// The number of repairs, from the number of recoveries.
    Repairs(fn(u64) -> u64),
    /// How many bytes it has reserved.
    Footprint(fn(&Truth) -> u64),
    /// How many objects were touched.
    Touched(fn(&Truth) -> u64),
    /// From which objects it looks for garbage.
    Candidates(fn(&Truth, &mut Vec<Object>)),
    /// What it shows in several ways, by the one that counts.
    Contradiction(fn(&Truth) -> bool),
    /// What happens as it goes away, in a dialect that it claims.
    Closing(&'static str, fn(&Truth) -> Vec<Event>),
    /// How often objects were reached, by how many were allocated.
    Visits(fn(&mut Visits, u64)),
    /// Copies itself.
    Fork(fn(&mut Truth)),
    /// Copies itself into a former copy.
    ForkInto(fn(&Truth, &mut Truth)),
    /// Carries out an operation, in every second heap that a thread makes.
    EveryOther(fn(&mut Truth, &Operation<Object>) -> Reply),
}

/// A heap that makes one mistake.
pub(super) struct Wrong {
    heap: Box<Truth>,
    mistake: Mistake,
    /// The events to append to the heap's journal.
    journal: Vec<Event>,
    /// How many recoveries there were.
    recoveries: u64,
    /// Whether it is a second heap: true for every second one that a thread makes.
    is_other: bool,
}

thread_local! {
    static OTHER: Cell<bool> = const { Cell::new(false) };
}

impl Wrong {
    pub(super) fn new(mistake: Mistake) -> Wrong {
        let is_other = OTHER.replace(!OTHER.get());
        Wrong { heap: Box::new(HeapSubject::default()), mistake, journal: Vec::new(), recoveries: 0, is_other }
    }
}

impl Subject for Wrong {
    fn supports(&self, code: Code) -> bool {
        let lacks = matches!(self.mistake, Mistake::Lacks(lacking) if lacking == code);
        !lacks && self.heap.supports(code)
    }

    fn observes(&self, observation: Observation) -> bool {
        let hides = matches!(self.mistake, Mistake::Strong(_)) && observation == Observation::Counts;
        !hides && self.heap.observes(observation)
    }

    fn strong(&self, object: Object) -> u64 {
        match self.mistake {
            Mistake::Strong(falsify) => falsify(self.heap.strong(object)),
            _ => self.heap.strong(object),
        }
    }

    fn call(&mut self, operation: &Operation<Object>) -> Reply {
        match self.mistake {
            Mistake::Call(call) => call(&mut *self.heap, operation, &mut self.journal),
            Mistake::EveryOther(call) if self.is_other => call(&mut *self.heap, operation),
            _ => self.heap.call(operation),
        }
    }

    fn lives(&self, object: Object) -> bool {
        match self.mistake {
            Mistake::Lives(lives) => lives(&*self.heap, object),
            _ => self.heap.lives(object),
        }
    }

    fn bind(&mut self, name: Name, object: Object) {
        self.heap.bind(name, object);
    }

    fn take_journal(&mut self) -> Vec<Event> {
        let mut journal = self.heap.take_journal();
        journal.append(&mut self.journal);
        if let Mistake::Journal(falsify) = self.mistake {
            falsify(&mut journal);
        }
        journal
    }

    fn look(&self, object: Object, contents: &mut Contents) {
        self.heap.look(object, contents);
        if let Mistake::Contents(falsify) = self.mistake {
            falsify(&*self.heap, contents);
        }
    }

    fn counts(&self, object: Object) -> Counts {
        let mut counts = self.heap.counts(object);
        if let Mistake::Counts(falsify) = self.mistake {
            falsify(&mut counts);
        }
        counts
    }

    fn marks(&self, object: Object) -> Vec<&'static str> {
        self.heap.marks(object)
    }

    fn statistics(&self) -> Statistics {
        let mut statistics = self.heap.statistics();
        if let Mistake::Statistics(falsify) = self.mistake {
            falsify(&mut statistics);
        }
        statistics
    }

    fn take_returned(&mut self) -> Vec<(Figure, u64)> {
        let mut returned = self.heap.take_returned();
        if let Mistake::Returned(falsify) = self.mistake {
            falsify(&mut returned);
        }
        returned
    }

    fn cycles(&self) -> Vec<Vec<Object>> {
        let mut cycles = self.heap.cycles();
        if let Mistake::Cycles(falsify) = self.mistake {
            falsify(&*self.heap, &mut cycles);
        }
        cycles
    }

    fn verify(&self, roots: Option<&[Object]>) -> Vec<Finding> {
        let mut found = self.heap.verify(roots);
        if let Mistake::Verify(falsify) = self.mistake {
            falsify(&*self.heap, roots, &mut found);
        }
        found
    }

    fn score(&self, roots: Option<&[Object]>) -> Option<f64> {
        let score = self.heap.score(roots);
        match self.mistake {
            Mistake::Score(falsify) => score.map(falsify),
            _ => score,
        }
    }

    fn recover(&mut self, roots: Option<&[Object]>) {
        self.recoveries += 1;
        match self.mistake {
            Mistake::Recover(recover) => recover(&mut *self.heap, roots, &mut self.journal),
            _ => self.heap.recover(roots),
        }
    }

    fn repairs(&self) -> Option<u64> {
        match self.mistake {
            Mistake::Repairs(falsify) => Some(falsify(self.recoveries)),
            _ => self.heap.repairs(),
        }
    }

    fn footprint(&self) -> u64 {
        match self.mistake {
            Mistake::Footprint(footprint) => footprint(&*self.heap),
            _ => self.heap.footprint(),
        }
    }

    fn touched(&self) -> u64 {
        match self.mistake {
            Mistake::Touched(touched) => touched(&*self.heap),
            _ => self.heap.touched(),
        }
    }

    fn candidates(&self) -> Option<Vec<Object>> {
        let mut candidates = self.heap.candidates();
        if let (Mistake::Candidates(falsify), Some(candidates)) = (self.mistake, &mut candidates) {
            falsify(&*self.heap, candidates);
        }
        candidates
    }

    fn contradiction(&self) -> Option<String> {
        let differs = matches!(self.mistake, Mistake::Contradiction(differs) if differs(&*self.heap));
        differs.then(|| "a picture shows one object less".to_owned()).or_else(|| self.heap.contradiction())
    }

    fn dialect(&self) -> Dialect {
        match self.mistake {
            Mistake::Closing(words, _) => words.parse().unwrap_or_default(),
            _ => self.heap.dialect(),
        }
    }

    fn close(&mut self) -> Option<Vec<Event>> {
        match self.mistake {
            Mistake::Closing(_, close) => Some(close(&*self.heap)),
            _ => self.heap.close(),
        }
    }

    fn visits(&self) -> Visits {
        let mut visits = self.heap.visits();
        if let Mistake::Visits(falsify) = self.mistake {
            falsify(&mut visits, self.heap.statistics().allocations);
        }
        visits
    }

    fn digest(&self) -> Option<u128> {
        let state = self.heap.digest()?;
        Some(match self.mistake {
            // These may depend on counters, which the heap's digest leaves out.
            Mistake::Statistics(_) | Mistake::Lives(_) | Mistake::Touched(_) | Mistake::Visits(_) => {
                digest::of(&(state, self.heap.statistics().named(), self.heap.touched()))
            }
            _ => state,
        })
    }

    fn place(&self, object: Object) -> u64 {
        self.heap.place(object)
    }

    fn fork(&self) -> Option<Box<dyn Subject>> {
        let mut heap = self.heap.fork()?;
        if let Mistake::Fork(falsify) = self.mistake {
            falsify(&mut *heap);
        }
        Some(Box::new(Wrong { heap, journal: Vec::new(), ..*self }))
    }

    fn fork_into(&self, former: Box<dyn Subject>) -> Option<Box<dyn Subject>> {
        let former: Box<dyn Any> = former;
        let mut former = former.downcast::<Wrong>().ok()?.heap;
        let mut heap = match self.mistake {
            Mistake::ForkInto(falsify) => {
                falsify(&*self.heap, &mut *former);
                former
            }
            _ => self.heap.fork_into(former)?,
        };
        if let Mistake::Fork(falsify) = self.mistake {
            falsify(&mut *heap);
        }
        Some(Box::new(Wrong { heap, journal: Vec::new(), ..*self }))
    }
}

/// The contents of a living object.
pub(super) fn contents(heap: &Truth, object: Object) -> Contents {
    let mut contents = Contents::default();
    heap.look(object, &mut contents);
    contents
}

/// All living objects, in the order of their allocation.
pub(super) fn living(heap: &Truth) -> impl Iterator<Item = Object> + '_ {
    (0..heap.statistics().allocations).map(|number| Object(number as u32)).filter(|object| heap.lives(*object))
}
