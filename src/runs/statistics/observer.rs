//! Observes what a program reaches, on the model's side of the lockstep.
//!
//! The program is run once more, and nothing is compared. So the programs of every property are observed in the same
//! way, and only observed programs pay the cost. The run ends where subject and model differ or the subject panics: of
//! such a program, only its failure matters.

use super::condition::{Condition, Conditions};
use super::meanwhile::{Encounter, Kept, touches};
use super::shapes::Shapes;
use super::state::{mix, mixed};
use super::was::Was;
use crate::judge::code::Sort;
use crate::judge::lockstep::{Called, Lockstep, Then, begins};
use crate::judge::panics;
use crate::judge::subject::SubjectKind;
use heapproof_model::definitions::{Graph, reachable};
use heapproof_model::{Code, End, Event, Kind, Object, Operation, Outcome, Program, Reference, Refusal, Value};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

/// What one program reached.
#[derive(Debug, Clone, Default)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize))]
pub struct Observed {
    /// How many operations were carried out.
    pub operations: u64,
    /// The conditions that it reached.
    pub conditions: Conditions,
    /// The encounters of its operations with what was kept from earlier calls, each once.
    pub encounters: BTreeSet<Encounter>,
    /// The shapes of the heap.
    pub shapes: Shapes,
    /// The abstract states of the heap: its graph with marks, after each operation.
    pub states: Vec<u64>,
    /// The situations in which operations were carried out: the operation, its outcome, the unfinished work, the events
    /// during it, and what the objects were that it named.
    pub situations: Vec<u64>,
}

/// Observes a program on a subject of that kind.
pub fn observe(kind: &SubjectKind, program: &Program) -> Observed {
    let observer = Rc::new(RefCell::new(Observer::default()));
    let Ok(mut lockstep) = Lockstep::new(kind) else { return Observed::default() };
    let watching = Rc::clone(&observer);
    lockstep.watch(Box::new(move |lockstep, called| watching.borrow_mut().see(lockstep.model(), called)));
    for (step, line) in program.lines().iter().enumerate() {
        begins(step);
        lockstep.announce_lines(&program.lines()[step..], Then::Nothing);
        let followed = panics::catch(|| lockstep.follow(line).is_ok());
        if !matches!(followed, Ok(true)) {
            break;
        }
    }
    drop(lockstep);
    let mut observed = std::mem::take(&mut observer.borrow_mut().observed);
    for hashes in [&mut observed.states, &mut observed.situations] {
        hashes.sort_unstable();
        hashes.dedup();
    }
    observed
}

/// The progress of a collection or detection in slices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Pass {
    #[default]
    Idle,
    /// A slice ended with more to do.
    Paused,
    /// A slice ended with more to do, and something has changed since.
    Interrupted,
}

#[derive(Default)]
pub(super) struct Observer {
    observed: Observed,
    /// The heap before the operation.
    pub(super) was: Was,
    collection: Pass,
    detection: Pass,
    /// The temporaries of the frame that was open before the operation, if any.
    temporaries: Vec<Object>,
    in_frame: bool,
    most_living: u64,
    damage_cleared: bool,
}

impl Observer {
    /// Observes a call that both have answered.
    fn see(&mut self, model: &Reference, called: &Called<'_>) {
        self.observed.operations += 1;
        self.situation(called);
        self.shapes_before(called);
        self.release(model, called.events);
        self.weak(model, called);
        self.garbage(model, called);
        self.sets(model, called.events);
        self.pins(model, called);
        self.ephemerons(model, called);
        self.meanwhile(model, called);
        self.passes(model, called);
        self.tuning(model, called.events);
        self.frames(model, called);
        self.limits(model, called);
        self.damage(called);
        self.was = Was::of(model);
        self.in_frame = model.has_frame();
        self.shapes_after(model);
        let marks = [self.collection != Pass::Idle, self.detection != Pass::Idle, model.has_frame()];
        let marks = marks.iter().fold(0, |sum, mark| 2 * sum + u64::from(*mark));
        self.observed.states.push(mixed(self.was.colours.state, marks));
    }

    pub(super) fn note(&mut self, is_so: bool, condition: Condition) {
        self.observed.conditions.add_if(is_so, condition);
    }

    fn situation(&mut self, called: &Called<'_>) {
        let outcome = match called.model {
            Outcome::Done(Value::Bool(whole)) => u64::from(*whole),
            Outcome::Done(Value::Reference(_)) => 2,
            Outcome::Done(_) => 3,
            Outcome::Refused(why) => 4 + *why as u64,
            Outcome::Skipped => 63,
        };
        let passes = (self.collection as u64) << 8 | (self.detection as u64) << 10;
        let mut situation = called.operation.code() as u64 | outcome << 16 | passes << 24;
        for object in called.operation.objects() {
            situation = mixed(situation, self.was.colours.own(object));
        }
        let kinds = called.events.iter().take(12).map(|event| match event {
            Event::Began(_) => 1,
            Event::Did(Outcome::Refused(_)) => 2,
            Event::Did(_) => 3,
            Event::Ended(_) => 4,
            Event::Died(_) => 5,
            Event::Took(_) => 6,
            Event::Paused => 7,
            Event::Damaged(_) => 8,
            Event::Recovered { .. } => 9,
            Event::Called(_) => 10,
        });
        self.observed.situations.push(kinds.fold(mix(situation), mixed));
    }

    fn shapes_before(&mut self, called: &Called<'_>) {
        let looks = matches!(called.operation.code(), Code::Collect | Code::CollectSlice | Code::Check);
        if looks && self.collection == Pass::Idle {
            self.observed.shapes.garbage.add(self.was.lost);
        }
        let deaths = called.events.iter().filter(|event| matches!(event, Event::Died(_))).count() as u64;
        if deaths > 0 {
            self.observed.shapes.deaths.add(deaths);
        }
        let runs = called.events.iter().filter(|event| matches!(event, Event::Began(_))).count() as u64;
        if runs > 0 {
            self.observed.shapes.finalizers.add(runs);
        }
    }

    fn shapes_after(&mut self, model: &Reference) {
        let living = self.was.statistics.live_objects;
        self.most_living = self.most_living.max(living);
        let shapes = &mut self.observed.shapes;
        shapes.living.add(living);
        let hundredfold = 100 * self.was.references.len() as u64;
        hundredfold.checked_div(living).into_iter().for_each(|density| shapes.references.add(density));
        if model.statistics().cycles_detected > 0 {
            let sizes: Vec<u64> = model.cycles().map(|cycle| cycle.len() as u64).collect();
            shapes.cycles.add(sizes.len() as u64);
            sizes.iter().for_each(|size| shapes.cycle_sizes.add(*size));
        }
    }

    fn release(&mut self, model: &Reference, events: &[Event]) {
        let (mut runs, mut inside, mut took, mut cascade) = (0, 0_u64, false, 0);
        let (mut callbacks, mut code) = (0, Vec::new());
        for event in events {
            match event {
                Event::Began(object) => {
                    runs += 1;
                    inside += 1;
                    code.push(Sort::Finalizer);
                    self.observed.shapes.finalizer_depth.add(inside);
                    self.note(true, Condition::FinalizerRuns);
                    self.note(model.lives(*object), Condition::FinalizerResurrects);
                }
                Event::Called(_) => {
                    callbacks += 1;
                    code.push(Sort::Callback);
                    self.note(true, Condition::CallbackRuns);
                }
                Event::Did(Outcome::Refused(why)) => {
                    self.note(true, Condition::FinalizerRefused);
                    self.note(*why == Refusal::Reentrant, Condition::ReentrantRefused);
                }
                Event::Ended(end) => {
                    let panics = *end == End::Panicked;
                    match code.pop() {
                        Some(Sort::Callback) => self.note(panics, Condition::CallbackPanics),
                        _ => {
                            inside = inside.saturating_sub(1);
                            self.note(panics, Condition::FinalizerPanics);
                        }
                    }
                    self.note(*end == End::OutOfFuel, Condition::FuelUsedUp);
                }
                Event::Took(_) => {
                    took = true;
                    self.note(inside > 0, Condition::FinalizerCollects);
                }
                Event::Died(_) => {
                    cascade += u32::from(!took);
                    self.note(callbacks > 0 && !took && code.is_empty(), Condition::CallbackReleases);
                }
                _ => {}
            }
        }
        self.note(cascade >= 4, Condition::Cascade);
        self.note(runs >= 3, Condition::SeveralFinalizers);
        self.note(callbacks >= 2, Condition::SeveralCallbacks);
    }

    fn weak(&mut self, model: &Reference, called: &Called<'_>) {
        let cleared = |(weak, target): &(Object, Object)| !model.lives(*target) && model.lives(*weak);
        let both = |(weak, target): &(Object, Object)| !model.lives(*target) && !model.lives(*weak);
        let (cleared, both) = (self.was.weak.iter().any(cleared), self.was.weak.iter().any(both));
        self.note(cleared, Condition::WeakCleared);
        self.note(both, Condition::WeakDiesToo);
        if let (Operation::Upgrade { .. }, Outcome::Done(given)) = (called.operation, called.model) {
            let saved = given.reference().is_some_and(|object| self.was.is_garbage(object));
            self.note(given.reference().is_some(), Condition::UpgradeGives);
            self.note(given.reference().is_none(), Condition::UpgradeFails);
            self.note(saved, Condition::UpgradeSaves);
        }
    }

    fn garbage(&mut self, model: &Reference, called: &Called<'_>) {
        let Outcome::Done(gives) = called.model else { return };
        let was_garbage = |object: &Option<Object>| object.is_some_and(|object| self.was.is_garbage(object));
        let stores = match called.operation {
            Operation::Transfer { store } => &store.0,
            other => other,
        };
        let (holder, value) = match stores {
            Operation::Take { object } | Operation::TryTake { object } if gives != &Value::Bool(false) => {
                let taken = was_garbage(object);
                return self.note(taken, Condition::GarbageTaken);
            }
            Operation::WriteField { object, value, .. }
            | Operation::WriteElement { object, value, .. }
            | Operation::WriteCapture { object, value, .. }
            | Operation::WriteBox { object, value }
            | Operation::Push { object, value }
            | Operation::Insert { object, value, .. }
            | Operation::Fill { object, value, .. } => (object, value.reference()),
            _ => return,
        };
        let (written, stored) = (was_garbage(holder), was_garbage(&value));
        self.note(written, Condition::GarbageWritten);
        self.note(stored && !written, Condition::GarbageStored);
        self.note(value.is_some() && *holder == value, Condition::StoredInItself);
        let same = holder.zip(value).is_some_and(|reference| {
            let now = model.references(reference.0).filter(|target| *target == reference.1).count();
            self.was.references.iter().filter(|was| **was == reference).count() == now
        });
        self.note(same && !matches!(stores.code(), Code::Push | Code::Insert), Condition::StoredAgain);
    }

    fn sets(&mut self, model: &Reference, events: &[Event]) {
        let sets = events.iter().filter_map(|event| if let Event::Took(set) = event { Some(set) } else { None });
        for set in sets {
            let within = |(from, to): &&(Object, Object)| set.contains(from) && set.contains(to);
            let inside: Vec<(Object, Object)> = self.was.references.iter().filter(within).copied().collect();
            let from: BTreeSet<Object> = inside.iter().map(|(from, _)| *from).collect();
            let to: BTreeSet<Object> = inside.iter().map(|(_, to)| *to).collect();
            let off = !inside.is_empty() && set.iter().any(|object| !from.contains(object) || !to.contains(object));
            let leaves = |(from, to): &(Object, Object)| set.contains(from) && !set.contains(to) && model.lives(*to);
            let reaches = self.was.references.iter().any(leaves);
            self.note(off, Condition::GarbageOnGarbage);
            self.note(reaches, Condition::GarbageReachesLive);
            self.note(set.iter().any(|object| model.lives(*object)), Condition::SetLivesOn);
        }
        let cycles = model.statistics().cycles_collected - self.was.statistics.cycles_collected;
        self.note(cycles >= 2, Condition::SeveralCycles);
    }

    /// Observes encounters with what is kept from earlier calls.
    fn meanwhile(&mut self, model: &Reference, called: &Called<'_>) {
        let Outcome::Done(_) = called.model else { return };
        let was = &self.was;
        let refers = |object: Object| was.references.iter().any(|(from, _)| *from == object);
        let is_referred_to = |object: Object| was.references.iter().any(|(_, to)| *to == object);
        let about = |kept: Kept, object: Object| match kept {
            Kept::Collection => was.is_garbage(object),
            Kept::Detection => refers(object) && is_referred_to(object),
            Kept::Frame => self.temporaries.contains(&object),
            Kept::Cycles => was.cyclic.contains(&object),
        };
        let code = called.operation.code();
        let holder = called.operation.objects().into_iter().next().filter(|_| code.writes());
        let moves = holder.is_some_and(|holder| {
            let before = was.references.iter().filter(|(from, _)| *from == holder).map(|(_, to)| *to);
            !before.eq(model.references(holder))
        });
        let is_kept = [
            (self.collection != Pass::Idle, Kept::Collection),
            (self.detection != Pass::Idle, Kept::Detection),
            (self.in_frame, Kept::Frame),
            (!was.cyclic.is_empty(), Kept::Cycles),
        ];
        for (_, kept) in is_kept.into_iter().filter(|(is_kept, _)| *is_kept) {
            let touches = touches(called.operation, |object| about(kept, object), moves);
            self.observed.encounters.extend(touches.map(|touch| Encounter { kept, code, touch }));
        }
    }

    fn passes(&mut self, model: &Reference, called: &Called<'_>) {
        let (code, done) = (called.operation.code(), matches!(called.model, Outcome::Done(_)));
        let paused = called.events.contains(&Event::Paused);
        let under_way = self.collection != Pass::Idle;
        let touched = under_way && called.operation.objects().iter().any(|object| self.was.is_garbage(*object));
        self.note(touched && done, Condition::TouchedUnderWay);
        match code {
            Code::CollectSlice if done => {
                self.note(paused, Condition::SlicePaused);
                self.note(self.collection == Pass::Interrupted, Condition::SliceInterrupted);
                self.note(under_way && !paused, Condition::SliceCompletes);
                self.collection = if paused { Pass::Paused } else { Pass::Idle };
            }
            Code::DetectSlice if done => {
                self.note(paused, Condition::DetectionPaused);
                self.note(self.detection == Pass::Interrupted, Condition::DetectionInterrupted);
                self.detection = if paused { Pass::Paused } else { Pass::Idle };
            }
            _ if paused => self.collection = Pass::Paused,
            // A check that does not pause is the last slice of a collection.
            _ if model.statistics().checks > self.was.statistics.checks => self.collection = Pass::Idle,
            Code::Collect if done => self.collection = Pass::Idle,
            Code::Detect | Code::DetectFull if done => self.detection = Pass::Idle,
            _ if done && !code.reads() && code != Code::Verify => {
                for pass in [&mut self.collection, &mut self.detection] {
                    *pass = if *pass == Pass::Paused { Pass::Interrupted } else { *pass };
                }
            }
            _ => {}
        }
    }

    fn tuning(&mut self, model: &Reference, events: &[Event]) {
        let (was, now) = (&self.was.statistics, model.statistics());
        if now.checks == was.checks {
            return;
        }
        let freed = events.iter().any(|event| matches!(event, Event::Took(_)));
        let (shrunk, grown) = (now.interval < was.interval, now.interval > was.interval);
        self.note(freed, Condition::CheckCollected);
        self.note(!freed, Condition::CheckFoundNothing);
        self.note(events.contains(&Event::Paused), Condition::CheckPaused);
        self.note(shrunk, Condition::IntervalShrunk);
        self.note(grown, Condition::IntervalGrown);
    }

    fn frames(&mut self, model: &Reference, called: &Called<'_>) {
        match (called.operation, called.model) {
            (Operation::Temp { .. }, Outcome::Done(given)) => self.temporaries.extend(given.reference()),
            (Operation::End {}, Outcome::Done(_)) => {
                let temporaries = std::mem::take(&mut self.temporaries);
                let left = reachable(model, temporaries.iter().copied().filter(|object| model.lives(*object)));
                let held = reachable(model, model.living().filter(|object| model.is_kept(*object)));
                let garbage = model.living().any(|object| left[object.index()] && !held[object.index()]);
                self.note(called.events.iter().any(|event| matches!(event, Event::Took(_))), Condition::FrameFreed);
                self.note(garbage, Condition::FrameLeft);
                self.note(temporaries.iter().any(|object| model.lives(*object)), Condition::TemporaryOutlives);
            }
            _ => {}
        }
    }

    fn limits(&mut self, model: &Reference, called: &Called<'_>) {
        if let Outcome::Refused(why) = called.model {
            self.note(*why == Refusal::Overflow, Condition::OverflowRefused);
            self.note(*why == Refusal::Capacity, Condition::CapacityRefused);
            self.note(*why == Refusal::Stale, Condition::StaleRefused);
            self.note(*why == Refusal::StaleValue, Condition::StaleValueRefused);
        }
        // If no slot was retired, there are at most as many slots as objects have lived at once, and each slot has
        // freed fewer objects than its ceiling.
        let ceiling = u64::from(model.settings().generations);
        let retired = model.statistics().frees > (ceiling - 1).saturating_mul(self.most_living.max(1));
        self.note(retired && ceiling < 1_000, Condition::GenerationsRanOut);
        if let Operation::WriteField { object: Some(object), .. } | Operation::Remove { object: Some(object), .. } =
            called.operation
        {
            let fields = model.contents(*object).filter(|contents| contents.kind == Kind::Table);
            let fields = fields.map_or(0, |contents| contents.fields.len());
            let removes = called.operation.code() == Code::Remove && matches!(called.model, Outcome::Done(_));
            self.note(fields > 16, Condition::ManyFields);
            self.note(removes && fields >= 12, Condition::FieldsRemoved);
        }
    }

    fn damage(&mut self, called: &Called<'_>) {
        let Outcome::Done(_) = called.model else { return };
        match called.operation {
            Operation::Fault { .. } => {
                self.note(true, Condition::Damaged);
                self.damage_cleared = false;
            }
            Operation::Recover {} | Operation::RecoverRoots {} => {
                let roots = called.operation.code() == Code::RecoverRoots;
                let first = !std::mem::replace(&mut self.damage_cleared, true);
                let damaged = first && self.observed.conditions.has(Condition::Damaged);
                let lost = |event: &Event| matches!(event, Event::Recovered { lost, .. } if !lost.is_empty());
                self.note(damaged && roots, Condition::RecoveredWithRoots);
                self.note(damaged && !roots, Condition::RecoveredWithout);
                self.note(called.events.iter().any(lost), Condition::ReferenceLost);
            }
            _ => {}
        }
    }
}
