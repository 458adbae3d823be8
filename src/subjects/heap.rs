//! The heap of this project as a subject.
//!
//! The heap's host is the virtual machine of a program: it numbers objects in the order of their allocation, keeps the
//! program's script, and runs finalizers as the script says.

use crate::subject::{Observation, Subject, SubjectKind};
use heapproof_heap as heap;
use heapproof_heap::{Configuration, Heap, HeapError, Host, ObjectId, View};
use heapproof_model::reference::Settings;
use heapproof_model::{
    Code, Contents, Counts, End, Event, Field, Float, Kind, Machine, Name, Object, Operation, Refusal, Script,
    Statistics, Value, script,
};
use std::collections::BTreeSet;

/// The heap of this project.
pub const HEAP: SubjectKind = SubjectKind::new("heap", "the heap of this project", || Box::new(HeapSubject::default()));

/// Operations that this subject does not pass on to its heap so far.
const LACKING: &[Code] = &[
    Code::Detect,
    Code::DetectSlice,
    Code::CollectSlice,
    Code::Verify,
    Code::Begin,
    Code::End,
    Code::Temp,
    Code::Fault,
    Code::Recover,
    Code::RecoverRoots,
    Code::SetBudget,
    Code::SetVerify,
];

/// A heap and the virtual machine around it.
pub struct HeapSubject {
    heap: Heap<VirtualMachine>,
}

#[derive(Clone, Default)]
struct VirtualMachine {
    script: Script,
    /// The id of each object, by number.
    ids: Vec<ObjectId>,
    /// The latest object of each slot.
    tenants: Vec<Object>,
}

impl VirtualMachine {
    fn number(&mut self, id: ObjectId) -> Object {
        let object = Object(self.ids.len() as u32);
        self.ids.push(id);
        let slot = id.slot() as usize;
        if self.tenants.len() <= slot {
            self.tenants.resize(slot + 1, Object(u32::MAX));
        }
        self.tenants[slot] = object;
        object
    }

    /// The object of an id: the slot's latest, unless the id is of an earlier one.
    fn object(&self, id: ObjectId) -> Object {
        match self.tenants.get(id.slot() as usize) {
            Some(object) if self.ids.get(object.index()) == Some(&id) => *object,
            _ => self.ids.iter().rposition(|known| *known == id).map_or(Object(u32::MAX), |index| Object(index as u32)),
        }
    }

    fn id(&self, object: Object) -> ObjectId {
        self.ids.get(object.index()).copied().unwrap_or(ObjectId::NIL)
    }

    fn inward(&self, value: &Value<Object>) -> heap::Value {
        match value {
            Value::Nil => heap::Value::Nil,
            Value::Bool(value) => heap::Value::Bool(*value),
            Value::Char(value) => heap::Value::Char(*value),
            Value::Int(value) => heap::Value::Int(*value),
            Value::Float(value) => heap::Value::Float(value.get()),
            Value::Text(value) => heap::Value::Text((&**value).into()),
            Value::Reference(object) => heap::Value::Reference(self.id(*object)),
        }
    }

    fn outward(&self, value: &heap::Value) -> Value<Object> {
        match value {
            heap::Value::Nil => Value::Nil,
            heap::Value::Bool(value) => Value::Bool(*value),
            heap::Value::Char(value) => Value::Char(*value),
            heap::Value::Int(value) => Value::Int(*value),
            heap::Value::Float(value) => Value::Float(Float::new(*value)),
            heap::Value::Text(value) => Value::Text(value.as_str().into()),
            heap::Value::Reference(id) => Value::Reference(self.object(*id)),
        }
    }
}

impl Host for VirtualMachine {
    fn finalize(heap: &mut Heap<Self>, id: ObjectId) {
        let object = heap.host().object(id);
        if script::finalize(&mut Caller(heap), object) == End::Panicked {
            // No panic hook sees this, so that a run of thousands of panicking finalizers prints nothing.
            std::panic::resume_unwind(Box::new("a finalizer of the program panics"));
        }
    }

    fn died(&mut self, id: ObjectId) {
        let object = self.object(id);
        self.script.journal.push(Event::Died(object));
    }
}

/// Whoever calls the heap: the program, or a finalizer.
struct Caller<'a>(&'a mut Heap<VirtualMachine>);

impl Machine for Caller<'_> {
    fn script(&mut self) -> &mut Script {
        &mut self.0.host_mut().script
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        self.perform(operation).map_err(|error| refusal(&error, self.subject_of(operation)))
    }
}

impl Caller<'_> {
    fn id(&self, object: Option<Object>) -> ObjectId {
        object.map_or(ObjectId::NIL, |object| self.0.host().id(object))
    }

    fn inward(&self, value: &Value<Object>) -> heap::Value {
        self.0.host().inward(value)
    }

    fn all_inward(&self, values: &[Value<Object>]) -> Vec<heap::Value> {
        values.iter().map(|value| self.inward(value)).collect()
    }

    fn number(&mut self, allocated: Result<ObjectId, HeapError>) -> Result<Value<Object>, HeapError> {
        allocated.map(|id| Value::Reference(self.0.host_mut().number(id)))
    }

    fn outward(&self, read: Result<heap::Value, HeapError>) -> Result<Value<Object>, HeapError> {
        read.map(|value| self.0.host().outward(&value))
    }

    /// The object that an operation is done to, rather than a value that it stores.
    fn subject_of(&self, operation: &Operation<Object>) -> ObjectId {
        match operation {
            Operation::Take { object }
            | Operation::Drop { object }
            | Operation::ReadField { object, .. }
            | Operation::ReadElement { object, .. }
            | Operation::ReadCapture { object, .. }
            | Operation::ReadBox { object }
            | Operation::WriteField { object, .. }
            | Operation::WriteElement { object, .. }
            | Operation::WriteCapture { object, .. }
            | Operation::WriteBox { object, .. }
            | Operation::Push { object, .. }
            | Operation::Pop { object }
            | Operation::Remove { object, .. }
            | Operation::On { object, .. } => self.id(*object),
            Operation::Upgrade { weak } => self.id(*weak),
            Operation::Weak { target } => self.id(*target),
            _ => ObjectId::NIL,
        }
    }

    fn perform(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, HeapError> {
        let nothing = |()| Value::Nil;
        match operation {
            Operation::Table {} => {
                let table = self.0.allocate_table();
                self.number(table)
            }
            Operation::Array { values } => {
                let array = self.0.allocate_array(&self.all_inward(values));
                self.number(array)
            }
            Operation::Closure { function, values } => {
                let closure = self.0.allocate_closure(*function, &self.all_inward(values));
                self.number(closure)
            }
            Operation::Box { value } => {
                let object = self.0.allocate_box(self.inward(value));
                self.number(object)
            }
            Operation::Scalar { value } => {
                let scalar = self.0.allocate_scalar(self.inward(value));
                self.number(scalar)
            }
            Operation::Weak { target } => {
                let weak = self.0.allocate_weak(self.id(*target));
                self.number(weak)
            }
            Operation::Chain { length } => self.bulk(*length, false),
            Operation::Ring { length } => self.bulk(*length, true),

            Operation::ReadField { object, field } => self.outward(self.0.get_field(self.id(*object), field.as_str())),
            Operation::ReadElement { object, index } => self.outward(self.0.get_element(self.id(*object), *index)),
            Operation::ReadCapture { object, index } => self.outward(self.0.get_capture(self.id(*object), *index)),
            Operation::ReadBox { object } => self.outward(self.0.get_box(self.id(*object))),

            Operation::WriteField { object, field, value } => {
                self.0.set_field(self.id(*object), field.as_str(), self.inward(value)).map(nothing)
            }
            Operation::WriteElement { object, index, value } => {
                self.0.set_element(self.id(*object), *index, self.inward(value)).map(nothing)
            }
            Operation::WriteCapture { object, index, value } => {
                self.0.set_capture(self.id(*object), *index, self.inward(value)).map(nothing)
            }
            Operation::WriteBox { object, value } => self.0.set_box(self.id(*object), self.inward(value)).map(nothing),
            Operation::Push { object, value } => self.0.push(self.id(*object), self.inward(value)).map(nothing),
            Operation::Pop { object } => {
                let value = self.0.pop(self.id(*object));
                self.outward(value)
            }
            Operation::Remove { object, field } => {
                let value = self.0.remove_field(self.id(*object), field.as_str());
                self.outward(value)
            }

            Operation::Take { object } => self.0.inc_ref(self.id(*object)).map(nothing),
            Operation::Drop { object } => self.0.dec_ref(self.id(*object)).map(nothing),
            Operation::Upgrade { weak } => {
                let id = self.0.upgrade(self.id(*weak))?;
                Ok(if id.is_nil() { Value::Nil } else { Value::Reference(self.0.host().object(id)) })
            }

            Operation::Collect {} => self.0.collect_cycles().map(|_| Value::Nil),
            Operation::Check {} => {
                self.0.maybe_check_cycles();
                Ok(Value::Nil)
            }
            Operation::DetectFull {} => {
                self.0.detect_cycles_full();
                Ok(Value::Nil)
            }
            Operation::On { object, line } => {
                if self.0.arm_finalizer(self.id(*object))?
                    && let Some(object) = object
                {
                    self.script().append(*object, (**line).clone());
                }
                Ok(Value::Nil)
            }
            Operation::Panic {} => Ok(Value::Nil),
            setting => self.configure(setting).map(nothing),
        }
    }

    /// The single calls that a bulk line stands for, without checks.
    fn bulk(&mut self, length: u32, ring: bool) -> Result<Value<Object>, HeapError> {
        if self.0.len() as u64 + u64::from(length) > u64::from(self.0.configuration().capacity()) {
            return Err(HeapError::Capacity);
        }
        let checks = self.0.configuration().automatic_checks();
        self.0.set_automatic_checks(false);
        let head = self.link(length, ring);
        self.0.set_automatic_checks(checks);
        head
    }

    fn link(&mut self, length: u32, ring: bool) -> Result<Value<Object>, HeapError> {
        if length == 0 {
            return Ok(Value::Nil);
        }
        let head = self.0.allocate_table()?;
        let object = self.0.host_mut().number(head);
        let mut last = head;
        for _ in 1..length {
            let next = self.0.allocate_table()?;
            self.0.host_mut().number(next);
            self.0.set_field(last, "next", heap::Value::Reference(next))?;
            self.0.dec_ref(next)?;
            last = next;
        }
        if ring {
            self.0.set_field(last, "next", heap::Value::Reference(head))?;
        }
        Ok(Value::Reference(object))
    }

    /// Settings come before operations, so the heap is still empty and can be made anew.
    fn configure(&mut self, setting: &Operation<Object>) -> Result<(), HeapError> {
        let before = *self.0.configuration();
        let configuration = match *setting {
            Operation::SetInterval { operations } => before.with_interval(operations),
            Operation::SetBounds { least, greatest } => before.with_bounds(least, greatest),
            Operation::SetCapacity { objects } => before.with_capacity(objects),
            Operation::SetCounts { ceiling } => before.with_count_ceiling(ceiling),
            Operation::SetGenerations { ceiling } => before.with_generation_ceiling(ceiling),
            Operation::SetChecks { on } => Ok(before.with_automatic_checks(on)),
            _ => Ok(before),
        }?;
        *self.0 = Heap::with_configuration(VirtualMachine::default(), configuration);
        Ok(())
    }
}

/// The model's word for an error; `object` is what the operation was done to.
fn refusal(error: &HeapError, object: ObjectId) -> Refusal {
    match error {
        HeapError::Reentrant => Refusal::Reentrant,
        HeapError::Nil => Refusal::Nil,
        HeapError::Stale { object: stale } if *stale == object => Refusal::Stale,
        HeapError::Stale { .. } => Refusal::StaleValue,
        HeapError::Kind { .. } => Refusal::Kind,
        HeapError::Index { .. } => Refusal::Index,
        HeapError::Field { .. } => Refusal::Field,
        HeapError::ScalarReference { .. } => Refusal::NotPlain,
        HeapError::Overflow { .. } => Refusal::Overflow,
        HeapError::NotHeld { .. } => Refusal::NotHeld,
        HeapError::Setting { .. } => Refusal::Setting,
        _ => Refusal::Capacity,
    }
}

impl Default for HeapSubject {
    fn default() -> HeapSubject {
        let capacity = Settings::default().capacity as u32;
        let configuration = Configuration::default().with_capacity(capacity).unwrap_or_default();
        HeapSubject { heap: Heap::with_configuration(VirtualMachine::default(), configuration) }
    }
}

impl HeapSubject {
    /// The heap, to be looked at.
    pub fn heap(&self) -> &Heap<impl Host + use<>> {
        &self.heap
    }
}

impl Subject for HeapSubject {
    fn supports(&self, code: Code) -> bool {
        !LACKING.contains(&code)
    }

    fn observes(&self, observation: Observation) -> bool {
        !matches!(observation, Observation::Sets | Observation::Verification)
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        Caller(&mut self.heap).call(operation)
    }

    fn lives(&self, object: Object) -> bool {
        self.heap.contains(self.heap.host().id(object))
    }

    fn bind(&mut self, name: Name, object: Object) {
        self.heap.host_mut().script.bind(name, object);
    }

    fn take_journal(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.heap.host_mut().script.journal)
    }

    fn look(&self, object: Object, contents: &mut Contents) {
        let machine = self.heap.host();
        contents.fields.clear();
        contents.values.clear();
        (contents.function, contents.target) = (0, None);
        let Some(view) = self.heap.object(machine.id(object)) else { return };
        contents.kind = match view {
            View::Table(_) => Kind::Table,
            View::Array(_) => Kind::Array,
            View::Closure { .. } => Kind::Closure,
            View::Box(_) => Kind::Box,
            View::Scalar(_) => Kind::Scalar,
            View::Weak(_) => Kind::Weak,
        };
        match view {
            View::Table(fields) => {
                for (name, value) in fields.iter() {
                    contents.fields.extend(Field::new(name));
                    contents.values.push(machine.outward(value));
                }
            }
            View::Array(values) => contents.values.extend(values.iter().map(|value| machine.outward(value))),
            View::Closure { function, captures } => {
                contents.function = function;
                contents.values.extend(captures.iter().map(|value| machine.outward(value)));
            }
            View::Box(value) | View::Scalar(value) => contents.values.push(machine.outward(value)),
            View::Weak(target) => contents.target = (!target.is_nil()).then(|| machine.object(target)),
        }
    }

    fn counts(&self, object: Object) -> Counts {
        let counts = self.heap.counts(self.heap.host().id(object));
        counts.map_or(Counts::default(), |counts| Counts {
            external: counts.external,
            internal: counts.internal,
            weak: counts.weak,
        })
    }

    fn statistics(&self) -> Statistics {
        let statistics = self.heap.statistics();
        Statistics {
            allocations: statistics.allocations,
            frees: statistics.frees,
            live_objects: statistics.live_objects,
            cycles_detected: statistics.cycles_detected,
            cycles_collected: statistics.cycles_collected,
            checks: statistics.checks,
            average_rate: statistics.average_rate,
            interval: statistics.interval.into(),
            operations_since_check: statistics.operations_since_check,
            finalizer_panics: self.heap.finalizer_panics() as u64,
        }
    }

    fn cycles(&self) -> Vec<BTreeSet<Object>> {
        let machine = self.heap.host();
        self.heap.cycles().map(|cycle| cycle.iter().map(|id| machine.object(*id)).collect()).collect()
    }

    fn fork(&self) -> Option<Box<dyn Subject>> {
        let heap = self.heap.clone();
        debug_assert!(heap.host().script.journal.is_empty());
        Some(Box::new(HeapSubject { heap }))
    }
}
