//! Whether equal digests mean equal states.
//!
//! A search goes on from one state of each digest only. If a digest leaves out something that matters, two different states
//! count as one, and what can follow the second is never tried: the search still says that everything is proved. So of the
//! pairs of a state that was kept and one that was dropped as met, some are drawn by a seed. The programs that lead to both are
//! carried out, and then the same random lines: both must answer alike, look alike after each line, and end alike.
//!
//! Alike is: which lines can follow, up to names; outcomes, journals, the changes of all counters and of what was touched, and all that can be
//! seen of the objects. Objects are named by their order among the living, dead ones by their places.

use super::drawn::{Sampling, drawn};
use super::expand::{Expander, State, check};
use super::situation::Situation;
use crate::judge::lockstep::{Ends, Lockstep};
use crate::judge::subject::Subject;
use heapproof_model::definitions::Graph;
use heapproof_model::{Contents, Counts, Event, Finding, Line, Object, Outcome, Program, Value};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::mem::take;
use std::rc::Rc;

/// Two programs that lead to states of one digest, which differ all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parted {
    /// The program whose state was kept, with the tail.
    pub kept: Program,
    /// The program whose state was dropped, with the same tail in its names.
    pub dropped: Program,
    /// How many lines of each lead to the states, before the tail.
    pub lines: (usize, usize),
    /// In what they differ, in words.
    pub what: String,
}

/// A way to a state: the choices of lines.
pub(super) type Way = Vec<u16>;

/// Compares the states at the ends of two ways by tails of random lines. The first says whether the states could be made again.
pub(super) fn compare(
    expander: &mut Expander<'_>,
    (kept, dropped): (&Way, &Way),
    sampling: &Sampling,
    number: u64,
) -> (bool, Option<Parted>) {
    for tail in 0..sampling.tails {
        let Some(mut pair) = Pair::new(expander, kept, dropped) else { return (false, None) };
        if let Some(what) = pair.tail(expander, sampling, drawn(number, &tail)) {
            return (true, Some(pair.parted(what)));
        }
    }
    (true, None)
}

/// Two states of one digest.
struct Pair {
    kept: Side,
    dropped: Side,
    lines: (usize, usize),
}

/// One of them, and the events since they were last taken.
struct Side {
    state: State,
    events: Rc<RefCell<Vec<Event>>>,
}

/// The answer to a line, in names that both sides share.
#[derive(PartialEq)]
struct Answer {
    outcome: Result<Outcome, String>,
    events: Vec<Event>,
    /// By how much counters have grown.
    grown: Vec<(&'static str, u64)>,
}

/// All that can be seen of a state, in names that both sides share.
#[derive(PartialEq)]
struct Look {
    objects: Vec<(Contents, Counts)>,
    cycles: Vec<BTreeSet<Object>>,
    found: Vec<Finding>,
    counters: Vec<(&'static str, u64)>,
}

impl Pair {
    /// `None` where a way does not lead to a state again: then the search itself finds that.
    fn new(expander: &mut Expander<'_>, kept: &Way, dropped: &Way) -> Option<Pair> {
        let (one, other) = (Side::new(expander, kept)?, Side::new(expander, dropped)?);
        Some(Pair { kept: one, dropped: other, lines: (kept.len(), dropped.len()) })
    }

    fn parted(&self, what: String) -> Parted {
        let program = |side: &Side| side.state.program(&[]);
        Parted { kept: program(&self.kept), dropped: program(&self.dropped), lines: self.lines, what }
    }

    /// Carries out a tail on both, and says how they differ.
    fn tail(&mut self, expander: &mut Expander<'_>, sampling: &Sampling, seed: u64) -> Option<String> {
        if let Some(what) = self.look() {
            return Some(format!("before any line follows, {what}"));
        }
        for step in 0..sampling.lines {
            let lines = expander.lines(&self.kept.state);
            let Some(line) = lines.get(drawn(seed, &step) as usize % lines.len().max(1)) else { break };
            let Some(same) = self.translated(line) else { continue };
            let (one, other) = (self.kept.answer(line), self.dropped.answer(&same));
            if one != other {
                return Some(one.differs_from(&other));
            }
            // Both are wrong in the same way, which the search itself finds.
            if one.outcome.is_err() {
                return None;
            }
            if let Some(what) = self.look() {
                return Some(what);
            }
        }
        let (one, other) = (self.kept.end(), self.dropped.end());
        (one != other).then(|| format!("at the end: {one} and {other}"))
    }

    fn look(&self) -> Option<String> {
        let situation = |side: &Side| Situation::of(&side.state.lockstep, &side.state.names);
        if !situation(&self.kept).is_like(&situation(&self.dropped)) {
            return Some("other lines can follow".to_owned());
        }
        let (one, other) = (self.kept.look(), self.dropped.look());
        (one != other).then(|| one.differs_from(&other))
    }

    /// A line in the names of the other program.
    fn translated(&self, line: &Line) -> Option<Line> {
        let (one, other) = (&self.kept.state, &self.dropped.state);
        let names = one.names.translation(&one.lockstep, &other.names, &other.lockstep);
        let mut line = line.clone();
        let mut is_whole = true;
        line.rename(&mut |name| match names.get(name) {
            Some(same) => *name = *same,
            None => is_whole = false,
        });
        is_whole.then_some(line)
    }
}

impl Side {
    fn new(expander: &mut Expander<'_>, way: &Way) -> Option<Side> {
        let mut state = expander.state(way.iter().copied()).ok()?;
        let events: Rc<RefCell<Vec<Event>>> = Rc::default();
        let heard = Rc::clone(&events);
        state.lockstep.watch(Box::new(move |_, called| heard.borrow_mut().extend_from_slice(called.journal)));
        Some(Side { state, events })
    }

    fn answer(&mut self, line: &Line) -> Answer {
        let shared = Shared::of(&self.state.lockstep);
        let before = self.totals();
        let outcome = self.state.go_on(line).map_err(|violation| violation.kind());
        let grown = self.totals().into_iter().zip(before);
        let grown = grown.map(|((which, after), (_, before))| (which, after.saturating_sub(before))).collect();
        Answer {
            outcome: outcome.map(|outcome| shared.outcome(&outcome)),
            events: take(&mut *self.events.borrow_mut()).iter().map(|event| shared.event(event)).collect(),
            grown,
        }
    }

    fn totals(&self) -> Vec<(&'static str, u64)> {
        let subject = self.state.lockstep.subject();
        let is_total = |(which, _): &(&str, u64)| !STATES.contains(which);
        let named = subject.statistics().named().into_iter().filter(is_total);
        named.chain([("objects touched", subject.touched())]).collect()
    }

    fn look(&self) -> Look {
        let lockstep = &self.state.lockstep;
        let (model, subject) = (lockstep.model(), lockstep.subject());
        let shared = Shared::of(lockstep);
        let mut found: Vec<Finding> = subject.verify(Some(&model.roots()));
        found.iter_mut().for_each(|one| one.object = one.object.map(|object| shared.label(object)));
        if model.is_damaged() {
            return Look { objects: Vec::new(), cycles: Vec::new(), found, counters: Vec::new() };
        }
        let objects = model.living().map(|object| (shared.contents(subject, object), subject.counts(object))).collect();
        let known = subject.cycles();
        let cycles = known.iter().map(|cycle| cycle.iter().map(|one| shared.label(*one)).collect());
        let mut cycles: Vec<BTreeSet<Object>> = cycles.collect();
        cycles.sort_unstable();
        let statistics = subject.statistics();
        // What is further away than that is in no digest.
        let is_near = model.is_check_near();
        let is_state = |(which, _): &(&str, u64)| STATES.contains(which) && (is_near || *which != STATES[0]);
        let counters = statistics.named().into_iter().filter(is_state).collect();
        Look { objects, cycles, found, counters }
    }

    /// How the program ends here. What is known of ends is known by digests, so all of it is carried out.
    fn end(&mut self) -> String {
        let checked = check(&mut self.state.lockstep, 1, &Ends::default());
        checked.map_or_else(|failure| failure.violation.kind(), |()| "all is in order".to_owned())
    }
}

/// The counters that are states, and not totals.
const STATES: [&str; 3] = ["operations_since_check", "average_rate", "interval"];

impl Answer {
    fn differs_from(&self, other: &Answer) -> String {
        if self.outcome != other.outcome {
            return format!("it comes to {} and to {}", told(&self.outcome), told(&other.outcome));
        }
        if self.events != other.events {
            let same = self.events.iter().zip(&other.events).take_while(|(one, other)| one == other).count();
            return format!("what happens in it differs: {:?} and {:?}", self.events.get(same), other.events.get(same));
        }
        parted(&self.grown, &other.grown)
    }
}

impl Look {
    fn differs_from(&self, other: &Look) -> String {
        if self.counters != other.counters {
            return parted(&self.counters, &other.counters);
        }
        if self.found != other.found {
            return format!("verification finds {:?} and {:?}", self.found, other.found);
        }
        if self.cycles != other.cycles {
            return "other cycles are known".to_owned();
        }
        "objects look different".to_owned()
    }
}

fn parted(one: &[(&'static str, u64)], other: &[(&'static str, u64)]) -> String {
    let differs = one.iter().zip(other).find(|(one, other)| one != other);
    differs.map_or_else(String::new, |((which, one), (_, other))| {
        format!("{} differ: {one} and {other}", which.replace('_', " "))
    })
}

fn told(outcome: &Result<Outcome, String>) -> String {
    match outcome {
        Ok(outcome) => format!("{outcome:?}"),
        Err(kind) => format!("`{kind}`"),
    }
}

/// The names of objects that states of one digest share: of the living their order, of the dead their places, and of those that
/// are still to come their order too.
struct Shared {
    living: Vec<Object>,
    places: Vec<u64>,
}

/// From here on numbers name dead objects, and from twice as many on new ones.
const DEAD: u64 = 1 << 30;

impl Shared {
    fn of(lockstep: &Lockstep) -> Shared {
        let (model, subject) = (lockstep.model(), lockstep.subject());
        let places = (0..model.bound()).map(|number| subject.place(Object(number as u32))).collect();
        Shared { living: model.living().collect(), places }
    }

    fn label(&self, object: Object) -> Object {
        let living = self.living.iter().position(|one| *one == object).map(|order| order as u64);
        let dead = || self.places.get(object.index()).map(|place| DEAD + place % DEAD);
        let new = || 2 * DEAD + (object.index() as u64).saturating_sub(self.places.len() as u64);
        Object(living.or_else(dead).unwrap_or_else(new) as u32)
    }

    fn value(&self, value: &Value<Object>) -> Value<Object> {
        value.reference().map_or_else(|| value.clone(), |object| Value::Reference(self.label(object)))
    }

    fn outcome(&self, outcome: &Outcome) -> Outcome {
        match outcome {
            Outcome::Done(value) => Outcome::Done(self.value(value)),
            other => other.clone(),
        }
    }

    fn event(&self, event: &Event) -> Event {
        match event {
            Event::Began(object) => Event::Began(self.label(*object)),
            Event::Called(object) => Event::Called(self.label(*object)),
            Event::Did(outcome) => Event::Did(self.outcome(outcome)),
            Event::Died(object) => Event::Died(self.label(*object)),
            Event::Took(set) => Event::Took(set.iter().map(|object| self.label(*object)).collect()),
            Event::Damaged(object) => Event::Damaged(object.map(|object| self.label(object))),
            Event::Recovered { lost, externals } => Event::Recovered {
                lost: lost.iter().map(|(object, place)| (self.label(*object), *place)).collect(),
                externals: externals.iter().map(|(object, held)| (self.label(*object), *held)).collect(),
            },
            Event::Ended(_) | Event::Paused => event.clone(),
        }
    }

    fn contents(&self, subject: &dyn Subject, object: Object) -> Contents {
        let mut contents = Contents::default();
        subject.look(object, &mut contents);
        contents.values.iter_mut().for_each(|value| *value = self.value(value));
        contents.target = contents.target.map(|target| self.label(target));
        contents
    }
}
