//! The reference heap: the contract as code, each rule from its definition and in the contract's words.
//!
//! It stores what can't be derived (contents, external counts, which finalizers have begun, the release queue, the
//! result of the last detection, counters), and computes everything else from the whole graph each time. Where the
//! contract leaves a choice, it does what the subject says it chose, if that was allowed ([`Reference::follow`]).

use crate::definitions::{Graph, counted, targeted};
use crate::operation::{Code, Operation};
use crate::script::{self, End, Event, Machine, Refusal, Script};
use crate::value::{Contents, Counts, Field, Kind, Object, Value};
use std::collections::{BTreeSet, VecDeque};

mod allocation;
mod checks;
mod collection;
mod damage;
mod digest;
mod frames;
mod release;
mod slices;
mod statistics;

pub use checks::Settings;
pub use damage::Damage;
pub use digest::NEAR;
pub use statistics::Statistics;

use frames::Frame;
use slices::Sliced;

/// The result of a call.
type Reply = Result<Value<Object>, Refusal>;

/// A living object.
#[derive(Debug, Clone)]
struct Thing {
    contents: Contents,
    external: u32,
    /// Whether its finalizer has begun.
    begun: bool,
}

/// The reference heap.
#[derive(Debug, Clone, Default)]
pub struct Reference {
    /// By number; `None` once dead.
    objects: Vec<Option<Thing>>,
    /// Objects whose strong count reached 0, in that order (SPEC 2).
    queue: VecDeque<Object>,
    /// Whether the queue is being processed.
    releasing: bool,
    /// The object whose finalizer runs in a release.
    finalizing: Option<Object>,
    /// Whether the finalizers of a set run.
    set_runs: bool,
    /// The cycles that the last detection found.
    cycles: Vec<BTreeSet<Object>>,
    settings: Settings,
    statistics: Statistics,
    allocations_since_check: u64,
    operations_since_verification: u64,
    /// The open frame.
    frame: Option<Frame>,
    /// The unfinished collection in slices.
    sliced: Option<Sliced>,
    /// How often detection has paused without a change or a death in between.
    pauses: u64,
    /// The faults since the last recovery, each at a different object.
    damages: Vec<Damage>,
    script: Script,
    /// The subject's events since the journal was last taken.
    choices: Vec<Event>,
    /// Whether the subject does not report which sets it takes and where it pauses.
    silent: bool,
}

impl Graph for Reference {
    fn contents(&self, object: Object) -> Option<&Contents> {
        self.thing(object).map(|thing| &thing.contents)
    }

    fn living(&self) -> impl Iterator<Item = Object> + Clone + '_ {
        let numbered = self.objects.iter().enumerate();
        numbered.filter(|(_, thing)| thing.is_some()).map(|(number, _)| Object(number as u32))
    }

    fn bound(&self) -> usize {
        self.objects.len()
    }
}

impl Reference {
    /// An empty heap with the default settings.
    pub fn new() -> Reference {
        Reference::default()
    }

    /// Takes the subject's events of the operation that is carried out next. Where the contract leaves the order free,
    /// the reference takes it from them.
    pub fn follow(&mut self, events: Vec<Event>) {
        self.choices = events;
    }

    /// From now on the subject does not report which sets it takes and where it pauses. Then each set is all garbage,
    /// work in slices is done in one slice, and the journal has no entry for either.
    pub fn expect_no_sets(&mut self) {
        self.silent = true;
    }

    /// The subject's next event.
    fn choice(&self) -> Option<&Event> {
        self.choices.get(self.script.journal.len())
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The counters.
    pub fn statistics(&self) -> Statistics {
        Statistics { live_objects: self.living().count() as u64, interval: self.settings.interval, ..self.statistics }
    }

    /// The cycles that the last detection found, without those of which an object has died.
    pub fn cycles(&self) -> impl Iterator<Item = &BTreeSet<Object>> + '_ {
        self.cycles.iter().filter(|cycle| cycle.iter().all(|object| self.lives(*object)))
    }

    /// Whether an object lives.
    pub fn lives(&self, object: Object) -> bool {
        self.thing(object).is_some()
    }

    /// The counts of each living object.
    pub fn counts(&self) -> impl Iterator<Item = (Object, Counts)> + '_ {
        let (internal, weak) = (counted(self), targeted(self));
        self.living().map(move |object| {
            let (internal, weak) = (internal[object.index()], weak[object.index()]);
            (object, Counts { external: self.external(object), internal, weak })
        })
    }

    /// The target of a weak object while it lives.
    pub fn target(&self, object: Object) -> Option<Object> {
        self.contents(object)?.target.filter(|target| self.lives(*target))
    }

    /// Whether an object has a finalizer that has not begun.
    pub fn has_finalizer(&self, object: Object) -> bool {
        self.script.has_finalizer(object)
    }

    fn thing(&self, object: Object) -> Option<&Thing> {
        self.objects.get(object.index())?.as_ref()
    }

    fn thing_mut(&mut self, object: Object) -> Option<&mut Thing> {
        self.objects.get_mut(object.index())?.as_mut()
    }

    /// How many references to an object the mutator holds.
    pub fn external(&self, object: Object) -> u32 {
        self.thing(object).map_or(0, |thing| thing.external)
    }

    /// The object and its contents, if it is not nil, lives and is of that kind.
    fn find(&mut self, object: Option<Object>, kind: Option<Kind>) -> Result<(Object, &mut Contents), Refusal> {
        let object = object.ok_or(Refusal::Nil)?;
        let contents = &mut self.thing_mut(object).ok_or(Refusal::Stale)?.contents;
        match kind {
            Some(kind) if kind != contents.kind => Err(Refusal::Kind),
            _ => Ok((object, contents)),
        }
    }

    /// One of the values of an object of that kind.
    fn slot(&mut self, object: Option<Object>, kind: Kind, index: u32) -> Result<&mut Value<Object>, Refusal> {
        let (_, contents) = self.find(object, Some(kind))?;
        contents.values.get_mut(index as usize).ok_or(Refusal::Index)
    }

    /// Checks that all values may be stored: their objects live, and there is room for all the references.
    fn admit<'a>(&self, values: impl IntoIterator<Item = &'a Value<Object>>) -> Result<(), Refusal> {
        let targets: Vec<Object> = values.into_iter().filter_map(Value::reference).collect();
        if targets.iter().any(|target| !self.lives(*target)) {
            return Err(Refusal::StaleValue);
        }
        if targets.is_empty() {
            return Ok(());
        }
        let mut internal = counted(self);
        targets.iter().for_each(|target| internal[target.index()] = internal[target.index()].saturating_add(1));
        let full = targets.iter().any(|target| internal[target.index()] > self.settings.counts);
        if full { Err(Refusal::Overflow) } else { Ok(()) }
    }

    /// Adds an external reference to a living object.
    fn take(&mut self, object: Object) -> Result<(), Refusal> {
        let ceiling = self.settings.counts;
        let thing = self.thing_mut(object).ok_or(Refusal::Stale)?;
        if thing.external >= ceiling {
            return Err(Refusal::Overflow);
        }
        thing.external += 1;
        Ok(())
    }

    /// Replaces the value in a place, and gives up the old one.
    fn replace(&mut self, object: Option<Object>, kind: Kind, index: u32, value: &Value<Object>) -> Reply {
        self.slot(object, kind, index)?;
        self.admit([value])?;
        let old = std::mem::replace(self.slot(object, kind, index)?, value.clone());
        self.lose(&old);
        Ok(Value::Nil)
    }

    /// Removes the last element, or a field, and gives it to the caller.
    fn take_out(
        &mut self,
        object: Option<Object>,
        kind: Kind,
        find: impl Fn(&Contents) -> Result<usize, Refusal>,
    ) -> Reply {
        let (object, contents) = self.find(object, Some(kind))?;
        let index = find(contents)?;
        let value = contents.values[index].clone();
        if let Value::Reference(target) = value {
            self.take(target)?;
        }
        let (_, contents) = self.find(Some(object), Some(kind))?;
        contents.values.remove(index);
        if kind == Kind::Table {
            contents.fields.remove(index);
        }
        Ok(value)
    }

    fn write_field(&mut self, object: Option<Object>, field: &Field, value: &Value<Object>) -> Reply {
        let (_, contents) = self.find(object, Some(Kind::Table))?;
        if let Some(index) = contents.fields.iter().position(|have| have == field) {
            return self.replace(object, Kind::Table, index as u32, value);
        }
        self.admit([value])?;
        let (_, contents) = self.find(object, Some(Kind::Table))?;
        contents.fields.push(field.clone());
        contents.values.push(value.clone());
        Ok(Value::Nil)
    }

    /// Carries out an operation, without processing the queue.
    fn perform(&mut self, operation: &Operation<Object>) -> Reply {
        match operation {
            Operation::ReadField { object, field } => {
                let (_, contents) = self.find(*object, Some(Kind::Table))?;
                let index = contents.fields.iter().position(|have| have == field);
                Ok(index.map_or(Value::Nil, |index| contents.values[index].clone()))
            }
            Operation::ReadElement { object, index } => self.slot(*object, Kind::Array, *index).cloned(),
            Operation::ReadCapture { object, index } => self.slot(*object, Kind::Closure, *index).cloned(),
            Operation::ReadBox { object } => self.slot(*object, Kind::Box, 0).cloned(),

            Operation::WriteField { object, field, value } => self.write_field(*object, field, value),
            Operation::WriteElement { object, index, value } => self.replace(*object, Kind::Array, *index, value),
            Operation::WriteCapture { object, index, value } => self.replace(*object, Kind::Closure, *index, value),
            Operation::WriteBox { object, value } => self.replace(*object, Kind::Box, 0, value),
            Operation::Push { object, value } => {
                self.find(*object, Some(Kind::Array))?;
                self.admit([value])?;
                self.find(*object, Some(Kind::Array))?.1.values.push(value.clone());
                Ok(Value::Nil)
            }
            Operation::Pop { object } => {
                self.take_out(*object, Kind::Array, |array| array.values.len().checked_sub(1).ok_or(Refusal::Index))
            }
            Operation::Remove { object, field } => self.take_out(*object, Kind::Table, |table| {
                table.fields.iter().position(|have| have == field).ok_or(Refusal::Field)
            }),

            Operation::Take { object: None } | Operation::Drop { object: None } => Ok(Value::Nil),
            Operation::Take { object: Some(object) } => self.take(*object).map(|()| Value::Nil),
            Operation::Drop { object: Some(object) } => {
                let thing = self.thing_mut(*object).ok_or(Refusal::Stale)?;
                thing.external = thing.external.checked_sub(1).ok_or(Refusal::NotHeld)?;
                self.lose(&Value::Reference(*object));
                Ok(Value::Nil)
            }
            Operation::Upgrade { weak } => {
                let (weak, _) = self.find(*weak, Some(Kind::Weak))?;
                let Some(target) = self.target(weak) else { return Ok(Value::Nil) };
                self.take(target).map(|()| Value::Reference(target))
            }

            Operation::On { object, line } => {
                let (object, _) = self.find(*object, None)?;
                if self.thing(object).is_some_and(|thing| !thing.begun) {
                    self.script.append(object, (**line).clone());
                }
                Ok(Value::Nil)
            }
            // The script ends the run that contains it.
            Operation::Panic {} => Ok(Value::Nil),
            operation if operation.code().is_setting() => self.settings.set(operation).map(|()| Value::Nil),
            operation if operation.code() >= Code::Table && operation.code() <= Code::Ring => self.make(operation),
            operation => self.manage(operation),
        }
    }

    /// Carries out an operation on the heap as a whole.
    fn manage(&mut self, operation: &Operation<Object>) -> Reply {
        let in_finalizer = self.set_runs || self.finalizing.is_some();
        match operation {
            Operation::Collect {} | Operation::CollectSlice { .. } if self.set_runs => Err(Refusal::Reentrant),
            Operation::CollectSlice { objects: 0 } | Operation::DetectSlice { objects: 0 } => Err(Refusal::Setting),
            Operation::Collect {} => {
                self.collect();
                Ok(Value::Nil)
            }
            Operation::CollectSlice { .. } => Ok(Value::Bool(self.collect_slice().complete)),
            Operation::Check {} => {
                self.check();
                Ok(Value::Nil)
            }
            Operation::DetectFull {} | Operation::Detect {} => Ok(self.detect()),
            Operation::DetectSlice { .. } => Ok(Value::Bool(self.detect_slice())),
            operation if in_finalizer && !operation.code().suits_finalizers() => Err(Refusal::Reentrant),
            Operation::Temp { allocation } => self.temporary(allocation),
            Operation::Begin { objects } => self.begin(*objects),
            Operation::End {} => self.end(),
            Operation::Fault { fault, object } => self.fault(*fault, *object),
            Operation::Recover {} => Ok(self.recover(false)),
            Operation::RecoverRoots {} => Ok(self.recover(true)),
            // Verification changes nothing.
            _ => Ok(Value::Nil),
        }
    }
}

impl Machine for Reference {
    fn call(&mut self, operation: &Operation<Object>) -> Reply {
        if operation.code().allocates() {
            self.verify_by_itself();
            if self.settings.checks {
                self.check();
            }
        }
        let reply = self.perform(operation);
        if reply.is_ok() {
            self.count(operation);
            self.disturb(operation);
        }
        self.settle();
        self.strike_out();
        reply
    }

    fn script(&mut self) -> &mut Script {
        &mut self.script
    }

    fn permits(&self, operation: &Operation<Object>) -> bool {
        operation.suits_damage(&self.damages.iter().map(|damage| damage.object).collect::<Vec<_>>())
    }
}
