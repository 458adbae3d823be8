//! The reference heap: the contract as code, each rule from its definition and in the contract's words.
//!
//! It stores what can't be derived (contents, external counts, which finalizers have begun, the release queue, what the
//! last detection found, counters) and computes all else from the whole graph each time it is asked. Where the contract
//! leaves a choice, it follows what the subject says it chose, if that was allowed ([`Reference::follow`]).

use crate::definitions::{self, Graph, counted, targeted};
use crate::operation::Operation;
use crate::script::{self, End, Event, Machine, Refusal, Script};
use crate::value::{Contents, Counts, Field, Kind, Object, Value};
use std::collections::{BTreeSet, VecDeque};

mod checks;
mod collection;
mod release;

pub use checks::Settings;

/// What a call comes to.
type Reply = Result<Value<Object>, Refusal>;

/// What a heap counts (SPEC 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)] // each is what its name says
pub struct Statistics {
    pub allocations: u64,
    pub frees: u64,
    pub live_objects: u64,
    pub cycles_detected: u64,
    pub cycles_collected: u64,
    pub checks: u64,
    pub average_rate: u64,
    pub interval: u64,
    pub operations_since_check: u64,
    pub finalizer_panics: u64,
}

impl Statistics {
    /// Each counter by its name.
    pub fn named(&self) -> [(&'static str, u64); 10] {
        [
            ("allocations", self.allocations),
            ("frees", self.frees),
            ("live_objects", self.live_objects),
            ("cycles_detected", self.cycles_detected),
            ("cycles_collected", self.cycles_collected),
            ("checks", self.checks),
            ("average_rate", self.average_rate),
            ("interval", self.interval),
            ("operations_since_check", self.operations_since_check),
            ("finalizer_panics", self.finalizer_panics),
        ]
    }
}

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
    /// Whether the queue is being worked off.
    releasing: bool,
    /// The object whose finalizer a release runs.
    finalizing: Option<Object>,
    /// Whether the finalizers of a set run.
    set_runs: bool,
    /// What the last detection found.
    cycles: Vec<BTreeSet<Object>>,
    settings: Settings,
    statistics: Statistics,
    allocations_since_check: u64,
    script: Script,
    /// What the subject says has happened since the journal was last taken.
    choices: Vec<Event>,
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

    /// What the subject says has happened in the operation that is carried out next: where the order is free, it is
    /// taken from there.
    pub fn follow(&mut self, events: Vec<Event>) {
        self.choices = events;
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The counters.
    pub fn statistics(&self) -> Statistics {
        Statistics { live_objects: self.living().count() as u64, interval: self.settings.interval, ..self.statistics }
    }

    /// The cycles that the last detection found, less those of which an object has died.
    pub fn cycles(&self) -> impl Iterator<Item = &BTreeSet<Object>> + '_ {
        self.cycles.iter().filter(|cycle| cycle.iter().all(|object| self.lives(*object)))
    }

    /// Whether an object lives.
    pub fn lives(&self, object: Object) -> bool {
        self.thing(object).is_some()
    }

    /// How often each living object is referred to.
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

    /// The object itself, if it is one, lives and is of that kind.
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

    /// Whether the values may all be stored: their objects live, and there is room for all the references.
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

    /// One more external reference to an object that lives.
    fn take(&mut self, object: Object) -> Result<(), Refusal> {
        let ceiling = self.settings.counts;
        let thing = self.thing_mut(object).ok_or(Refusal::Stale)?;
        if thing.external >= ceiling {
            return Err(Refusal::Overflow);
        }
        thing.external += 1;
        Ok(())
    }

    fn allocate(&mut self, contents: Contents) -> Reply {
        if self.living().count() as u64 >= self.settings.capacity {
            return Err(Refusal::Capacity);
        }
        let object = Object(self.objects.len() as u32);
        self.objects.push(Some(Thing { contents, external: 1, begun: false }));
        self.statistics.allocations += 1;
        Ok(Value::Reference(object))
    }

    fn allocate_of(&mut self, kind: Kind, function: u32, values: &[Value<Object>]) -> Reply {
        self.admit(values)?;
        self.allocate(Contents { kind, function, values: values.to_vec(), ..Contents::default() })
    }

    /// Tables, each the field `next` of the one before, the first one's the last if it is a ring.
    fn bulk(&mut self, length: u32, ring: bool) -> Reply {
        if self.living().count() as u64 + u64::from(length) > self.settings.capacity {
            return Err(Refusal::Capacity);
        }
        let first = self.objects.len() as u32;
        for number in first..first + length {
            let next = if number + 1 < first + length { Some(number + 1) } else { ring.then_some(first) };
            let fields = next.iter().map(|_| Field::common(0)).collect();
            let values = next.map(|next| Value::Reference(Object(next))).into_iter().collect();
            let contents = Contents { fields, values, ..Contents::default() };
            self.objects.push(Some(Thing { contents, external: u32::from(number == first), begun: false }));
        }
        self.statistics.allocations += u64::from(length);
        Ok(if length == 0 { Value::Nil } else { Value::Reference(Object(first)) })
    }

    /// Puts a value into a place where there is one already, and gives up the old one.
    fn replace(&mut self, object: Option<Object>, kind: Kind, index: u32, value: &Value<Object>) -> Reply {
        self.slot(object, kind, index)?;
        self.admit([value])?;
        let old = std::mem::replace(self.slot(object, kind, index)?, value.clone());
        self.lose(&old);
        Ok(Value::Nil)
    }

    /// Turns the last element, or a field, into what the caller holds.
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

    /// What the operation does and gives, or why it can't; the queue is not worked off here.
    fn perform(&mut self, operation: &Operation<Object>) -> Reply {
        match operation {
            Operation::Table {} => self.allocate(Contents::default()),
            Operation::Array { values } => self.allocate_of(Kind::Array, 0, values),
            Operation::Closure { function, values } => self.allocate_of(Kind::Closure, *function, values),
            Operation::Box { value } => self.allocate_of(Kind::Box, 0, std::slice::from_ref(value)),
            Operation::Scalar { value } => match value.reference() {
                Some(object) if self.lives(object) => Err(Refusal::NotPlain),
                _ => self.allocate_of(Kind::Scalar, 0, std::slice::from_ref(value)),
            },
            Operation::Weak { target } => {
                let (target, _) = self.find(*target, None)?;
                if targeted(self)[target.index()] >= self.settings.counts {
                    return Err(Refusal::Overflow);
                }
                self.allocate(Contents { kind: Kind::Weak, target: Some(target), ..Contents::default() })
            }
            Operation::Chain { length } => self.bulk(*length, false),
            Operation::Ring { length } => self.bulk(*length, true),

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

            Operation::Collect {} if self.set_runs => Err(Refusal::Reentrant),
            Operation::Collect {} => {
                self.collect();
                Ok(Value::Nil)
            }
            Operation::Check {} => {
                self.check();
                Ok(Value::Nil)
            }
            Operation::DetectFull {} => {
                self.cycles = definitions::cycles(self, self.living());
                self.statistics.cycles_detected += self.cycles.len() as u64;
                Ok(Value::Nil)
            }
            Operation::On { object, line } => {
                let (object, _) = self.find(*object, None)?;
                if self.thing(object).is_some_and(|thing| !thing.begun) {
                    self.script.append(object, (**line).clone());
                }
                Ok(Value::Nil)
            }
            // It ends the run that it stands in, which is the script's to do.
            Operation::Panic {} => Ok(Value::Nil),
            setting => self.settings.set(setting).map(|()| Value::Nil),
        }
    }
}

impl Machine for Reference {
    fn call(&mut self, operation: &Operation<Object>) -> Reply {
        if operation.code().allocates() && self.settings.checks {
            self.check();
        }
        let reply = self.perform(operation);
        if reply.is_ok() {
            self.count(operation);
        }
        self.settle();
        reply
    }

    fn script(&mut self) -> &mut Script {
        &mut self.script
    }
}
