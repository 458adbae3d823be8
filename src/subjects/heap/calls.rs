//! Carries out operations as calls of the heap.

use super::machine::{VirtualMachine, Way};
use super::refusals::{done_to, refusal};
use crate::judge::code::{Finalizers, Runs};
use crate::judge::subject::Figure;
use heapproof_heap as heap;
use heapproof_heap::{Budget, Collection, FieldSite, Heap, HeapError, New, ObjectId, RecoveryAction, Symbol, To};
use heapproof_model::{Code, Event, Fault, Object, Operation, Refusal, Value};

/// The caller of the heap: the program, or a finalizer.
pub(super) struct Caller<'a>(pub(super) &'a mut Heap<VirtualMachine>);

impl Runs for Caller<'_> {
    fn finalizers(&mut self) -> &mut Finalizers {
        &mut self.0.host_mut().finalizers
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        self.perform(operation).map_err(|error| refusal(&error, operation, self.id(done_to(operation))))
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

    fn perform(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, HeapError> {
        let nothing = |()| Value::Nil;
        match operation {
            Operation::Table {} => {
                let table = self.0.allocate_table();
                self.number(table)
            }
            // Room that was asked for must make no difference: every other array without elements has some.
            Operation::Array { values } if values.is_empty() && self.0.len() % 2 == 1 => {
                let array = self.0.allocate_array_with_capacity(3);
                self.number(array)
            }
            Operation::Array { values } => {
                let array = self.0.allocate_array(&self.all_inward(values));
                self.number(array)
            }
            Operation::TableLike { like, values } => {
                let table = self.0.allocate_table_like(self.id(*like), &self.all_inward(values));
                self.number(table)
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
            Operation::Ephemeron { key, value } => {
                let ephemeron = self.0.allocate_ephemeron(self.id(*key), self.inward(value));
                self.number(ephemeron)
            }
            Operation::Temp { allocation } => {
                let temporary = self.allocate_temporary(allocation);
                self.number(temporary)
            }
            Operation::Chain { length } => self.bulk(*length, false),
            Operation::Ring { length } => self.bulk(*length, true),

            Operation::ReadField { object, field } => {
                let table = self.id(*object);
                let value = match self.0.host().way_to_fields_of(*object) {
                    Way::Name => self.0.get_field(table, field.as_str()),
                    Way::Symbol => self.0.get_field(table, &Symbol::new(field.as_str())),
                    Way::Site => self.at_site(field.as_str(), |heap, site| heap.get_field_at(table, site)),
                };
                self.outward(value)
            }
            Operation::ReadElement { object, index } => self.outward(self.0.get_element(self.id(*object), *index)),
            Operation::ReadCapture { object, index } => self.outward(self.0.get_capture(self.id(*object), *index)),
            Operation::ReadBox { object } => self.outward(self.0.get_box(self.id(*object))),
            Operation::Length { object } => self.0.length(self.id(*object)).map(|length| Value::Int(i64::from(length))),

            Operation::WriteField { object, field, value } => {
                let (table, value) = (self.id(*object), self.inward(value));
                let written = match self.0.host().way_to_fields_of(*object) {
                    Way::Name => self.0.set_field(table, field.as_str(), value),
                    Way::Symbol => self.0.set_field(table, &Symbol::new(field.as_str()), value),
                    Way::Site => self.at_site(field.as_str(), |heap, site| heap.set_field_at(table, site, value)),
                };
                written.map(nothing)
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
            Operation::RemoveElement { object, index } => {
                let value = self.0.remove_element(self.id(*object), *index);
                self.outward(value)
            }
            Operation::SwapRemove { object, index } => {
                let value = self.0.swap_remove(self.id(*object), *index);
                self.outward(value)
            }
            Operation::Insert { object, index, value } => {
                self.0.insert_element(self.id(*object), *index, self.inward(value)).map(nothing)
            }
            Operation::Truncate { object, length } => self.0.truncate(self.id(*object), *length).map(nothing),
            Operation::Clear { object } => self.0.clear(self.id(*object)).map(nothing),
            Operation::Swap { object, index, other, place } => {
                self.0.swap(self.id(*object), *index, self.id(*other), *place).map(nothing)
            }
            Operation::Fill { object, index, count, value } => {
                self.0.fill(self.id(*object), *index, *count, self.inward(value)).map(nothing)
            }

            Operation::Transfer { store } => self.transfer(&store.0).map(nothing),

            Operation::Take { object } => self.0.inc_ref(self.id(*object)).map(nothing),
            Operation::TryTake { object } => self.0.try_hold(self.id(*object)).map(Value::Bool),
            Operation::Drop { object } => self.0.dec_ref(self.id(*object)).map(nothing),
            Operation::Pin { object } => self.0.pin(self.id(*object)).map(nothing),
            Operation::Unpin { object } => self.0.unpin(self.id(*object)).map(nothing),
            Operation::Upgrade { weak } => {
                let id = self.0.upgrade(self.id(*weak))?;
                Ok(if id.is_nil() { Value::Nil } else { Value::Reference(self.0.host().object(id)) })
            }

            Operation::Collect {} => {
                let collection = self.0.collect_cycles()?;
                self.return_collection(collection);
                Ok(Value::Nil)
            }
            Operation::Check {} => {
                let collection = self.0.maybe_check_cycles();
                self.return_collection(collection.unwrap_or_default());
                self.0.host_mut().returned.push((Figure::Checks, collection.is_some().into()));
                Ok(Value::Nil)
            }
            Operation::CollectSlice { objects } => {
                let collection = self.0.collect_slice(*objects)?;
                self.return_collection(collection);
                Ok(Value::Bool(collection.complete))
            }
            Operation::Detect {} => {
                let cycles = self.0.detect_cycles();
                self.return_figures([(Figure::Cycles, cycles as u64)]);
                Ok(Value::Nil)
            }
            Operation::DetectFull {} => {
                let cycles = self.0.detect_cycles_full();
                self.return_figures([(Figure::Cycles, cycles as u64)]);
                Ok(Value::Nil)
            }
            Operation::DetectSlice { objects } => {
                let complete = self.0.detect_slice(*objects)?;
                if !complete {
                    self.finalizers().journal.push(Event::Paused);
                }
                Ok(Value::Bool(complete))
            }
            Operation::Verify {} => {
                let report = self.0.verify_heap();
                let findings = report.findings();
                self.0.host_mut().report = Some(report);
                // In a damaged heap, the lockstep itself compares the findings.
                Ok(if findings == 0 || self.0.host().is_damaged { Value::Nil } else { Value::Int(findings as i64) })
            }
            Operation::Shrink {} => self.0.shrink().map(nothing),
            Operation::Fault { fault, object } => self.damage(*fault, self.id(*object)).map(nothing),
            Operation::Recover {} | Operation::RecoverRoots {} => self.recover(None).map(nothing),
            Operation::Begin { objects } => self.0.begin_frame(Budget::Objects(*objects)).map(nothing),
            Operation::End {} => {
                let frame = self.0.end_frame()?;
                self.return_figures([
                    (Figure::Objects, frame.objects_collected),
                    (Figure::Cycles, frame.cycles_collected),
                    (Figure::Temporaries, frame.temporaries),
                    (Figure::Checks, frame.checks),
                ]);
                Ok(Value::Nil)
            }
            Operation::On { object, line } => {
                if self.0.arm_finalizer(self.id(*object))?
                    && let Some(object) = object
                {
                    self.finalizers().append(*object, (**line).clone());
                }
                Ok(Value::Nil)
            }
            Operation::Inherit { object, from } => {
                if self.finalizers().has_code(*from)
                    && self.0.arm_finalizer(self.id(*object))?
                    && let Some(object) = object
                {
                    self.finalizers().inherit(*object, *from);
                }
                Ok(Value::Nil)
            }
            Operation::When { weak, line } => {
                if self.0.arm_callback(self.id(*weak))?
                    && let Some(weak) = weak
                {
                    self.finalizers().append_to_callback(*weak, (**line).clone());
                }
                Ok(Value::Nil)
            }
            Operation::Panic {} => Ok(Value::Nil),
            setting => self.configure(setting).map(nothing),
        }
    }

    fn transfer(&mut self, store: &Operation<Object>) -> Result<(), HeapError> {
        let holder = self.id(done_to(store));
        let value = store.stored().map(|value| self.inward(value)).unwrap_or_default();
        let to = match store {
            Operation::WriteField { object, field, .. } => match self.0.host().way_to_fields_of(*object) {
                Way::Name => To::Field(field.as_str().into()),
                Way::Symbol => return self.0.transfer(holder, To::Field((&Symbol::new(field.as_str())).into()), value),
                Way::Site => {
                    return self.at_site(field.as_str(), |heap, site| heap.transfer(holder, To::FieldAt(site), value));
                }
            },
            Operation::WriteElement { index, .. } => To::Element(*index),
            Operation::WriteCapture { index, .. } => To::Capture(*index),
            Operation::Insert { index, .. } => To::Before(*index),
            Operation::Push { .. } => To::End,
            _ => To::Box,
        };
        self.0.transfer(holder, to, value)
    }

    fn allocate_temporary(&mut self, allocation: &Operation<Object>) -> Result<ObjectId, HeapError> {
        match allocation {
            Operation::Array { values } => self.0.allocate_temporary(New::Array(&self.all_inward(values))),
            Operation::TableLike { like, values } => {
                let (like, values) = (self.id(*like), &self.all_inward(values));
                self.0.allocate_temporary(New::TableLike { like, values })
            }
            Operation::Closure { function, values } => {
                let captures = &self.all_inward(values);
                self.0.allocate_temporary(New::Closure { function: *function, captures })
            }
            Operation::Box { value } => self.0.allocate_temporary(New::Box(self.inward(value))),
            Operation::Scalar { value } => self.0.allocate_temporary(New::Scalar(self.inward(value))),
            Operation::Weak { target } => self.0.allocate_temporary(New::Weak(self.id(*target))),
            Operation::Ephemeron { key, value } => {
                let (key, value) = (self.id(*key), self.inward(value));
                self.0.allocate_temporary(New::Ephemeron { key, value })
            }
            _ => self.0.allocate_temporary(New::Table),
        }
    }

    /// Makes a fault, and notes in the journal where verification must find it.
    fn damage(&mut self, fault: Fault, id: ObjectId) -> Result<(), HeapError> {
        let same = |known: &&heap::Fault| known.word() == fault.word();
        let fault = heap::Fault::ALL.iter().find(same).ok_or(HeapError::Inapplicable)?;
        let place = self.0.inject(*fault, id)?;
        let object = (!place.is_nil()).then(|| self.0.host().object(place));
        self.0.host_mut().is_damaged = true;
        self.finalizers().journal.push(Event::Damaged(object));
        Ok(())
    }

    fn return_collection(&mut self, collection: Collection) {
        self.return_figures([(Figure::Objects, collection.objects), (Figure::Cycles, collection.cycles)]);
    }

    /// Notes what a call returns beside its value, instead of what calls within it have returned.
    fn return_figures<const N: usize>(&mut self, figures: [(Figure, u64); N]) {
        let returned = &mut self.0.host_mut().returned;
        returned.clear();
        returned.extend(figures);
    }

    /// Recovers. In the journal, what could not be restored comes before what that released.
    pub(super) fn recover(&mut self, roots: Option<&[Object]>) -> Result<(), HeapError> {
        let held: Option<Vec<ObjectId>> = roots.map(|roots| roots.iter().map(|root| self.id(Some(*root))).collect());
        let place = self.finalizers().journal.len();
        let report = self.0.host_mut().report.take().unwrap_or_else(|| self.0.verify_heap());
        let recovery = self.0.attempt_recovery(&report, held.as_deref())?;
        let machine = self.0.host();
        let mut lost: Vec<(Object, usize)> =
            recovery.lost.iter().map(|lost| (machine.object(lost.holder), lost.place)).collect();
        lost.sort_unstable();
        let external = |id| (machine.object(id), self.0.counts(id).unwrap_or_default().external);
        let mut externals: Vec<(Object, u32)> = self.0.objects().map(external).collect();
        externals.sort_unstable();
        if roots.is_some() {
            externals.clear();
        }
        self.0.host_mut().is_damaged = false;
        // Recovery always ends unfinished work, and finalizers may have begun new work since.
        let ends = |action: &&RecoveryAction| {
            matches!(action, RecoveryAction::EndedCollection | RecoveryAction::EndedDetection)
        };
        let repairs = recovery.actions.iter().filter(|action| !ends(action)).count();
        self.0.host_mut().repairs += repairs as u64;
        self.finalizers().journal.insert(place, Event::Recovered { lost, externals });
        Ok(())
    }

    /// Reads or writes a field through a site for its name.
    fn at_site<T>(&mut self, field: &str, access: impl FnOnce(&mut Heap<VirtualMachine>, &mut FieldSite) -> T) -> T {
        let mut site = self.0.host_mut().take_site(field);
        let result = access(self.0, &mut site);
        self.0.host_mut().give_site(site);
        result
    }

    /// Makes the single calls that a bulk line stands for, without checks and verifications.
    fn bulk(&mut self, length: u32, ring: bool) -> Result<Value<Object>, HeapError> {
        if self.0.len() as u64 + u64::from(length) > u64::from(self.0.configuration().capacity()) {
            return Err(HeapError::Capacity);
        }
        let before = *self.0.configuration();
        self.0.set_automatic_checks(false);
        self.0.set_verification_interval(None)?;
        let head = self.link(length, ring);
        self.0.set_automatic_checks(before.automatic_checks());
        self.0.set_verification_interval(before.verification_interval())?;
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

    /// Changes a setting. Settings come before operations, so the heap is still empty and can be made anew.
    fn configure(&mut self, setting: &Operation<Object>) -> Result<(), HeapError> {
        let before = *self.0.configuration();
        let configuration = match *setting {
            Operation::SetInterval { operations } => before.with_interval(operations),
            Operation::SetBounds { least, greatest } => before.with_bounds(least, greatest),
            Operation::SetCapacity { objects } => before.with_capacity(objects),
            Operation::SetCounts { ceiling } => before.with_count_ceiling(ceiling),
            Operation::SetGenerations { ceiling } => before.with_generation_ceiling(ceiling),
            Operation::SetChecks { on } => Ok(before.with_automatic_checks(on)),
            Operation::SetBudget { objects } => before.with_budget(objects),
            Operation::SetDebt { allocations, objects } => before.with_debt(allocations, objects),
            Operation::SetVerify { operations } => before.with_verification_interval(Some(operations)),
            // Nothing else is a setting.
            _ => return Ok(()),
        }?;
        let host = VirtualMachine::looking_up(self.0.host().by_name);
        *self.0 = Heap::with_configuration(host, configuration);
        Ok(())
    }
}

/// Whether a call returns more than its value.
pub(super) fn returns_figures(operation: &Operation<Object>) -> bool {
    use Code::{Check, Collect, CollectSlice, Detect, DetectFull, End};
    matches!(operation.code(), Check | Collect | CollectSlice | Detect | DetectFull | End)
}
