//! What each operation does (SPEC 1).

use super::{Freed, Reference, Refusal, Reply};
use crate::dialect::{AbsentFields, CollectInCode};
use crate::operation::{Code, Operation, Store};
use crate::value::{Contents, Field, Kind, Object, Value};
use std::collections::VecDeque;
use std::ops::Range;

impl Reference {
    /// Replaces the value in a place, and gives up the old one.
    fn replace(&mut self, object: Option<Object>, kind: Kind, index: u32, value: &Value<Object>) -> Reply {
        self.slot(object, kind, index)?;
        self.admit([value])?;
        let old = std::mem::replace(self.slot(object, kind, index)?, value.clone());
        self.lose(old.reference());
        Ok(Value::Nil)
    }

    /// Removes an element or a field, and gives it to the caller.
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

    /// Puts other values in the place of some values of an object, which are given up in order when all is there (SPEC 1.16).
    fn put(&mut self, object: Object, places: Range<usize>, values: Vec<Value<Object>>) -> Reply {
        let (_, contents) = self.find(Some(object), None)?;
        let old: VecDeque<Object> = contents.values.splice(places, values).filter_map(|old| old.reference()).collect();
        let mut internal = self.internal();
        old.iter().for_each(|object| internal[object.index()] += 1);
        self.give_up(vec![old], &mut internal);
        Ok(Value::Nil)
    }

    /// Exchanges two elements (SPEC 1.21). Of what is wrong with either, the reason is given that comes first in SPEC 1.13.
    fn swap(&mut self, one: (Option<Object>, u32), other: (Option<Object>, u32)) -> Reply {
        let places = [one, other];
        let refusals = places.iter().filter_map(|(object, index)| self.slot(*object, Kind::Array, *index).err());
        if let Some(refusal) = refusals.min() {
            return Err(refusal);
        }
        let value = self.slot(one.0, Kind::Array, one.1)?.clone();
        let value = std::mem::replace(self.slot(other.0, Kind::Array, other.1)?, value);
        *self.slot(one.0, Kind::Array, one.1)? = value;
        Ok(Value::Nil)
    }

    /// The places of so many elements from an index on.
    fn places(&mut self, object: Option<Object>, index: u32, count: u32) -> Result<(Object, Range<usize>), Refusal> {
        let (array, contents) = self.find(object, Some(Kind::Array))?;
        let places = index as usize..index as usize + count as usize;
        if places.end > contents.values.len() { Err(Refusal::Index) } else { Ok((array, places)) }
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

    fn pin(&mut self, object: Option<Object>, is_pinned: bool) -> Reply {
        let (object, _) = self.find(object, None)?;
        self.thing_mut(object).into_iter().for_each(|thing| thing.pinned = is_pinned);
        Ok(Value::Nil)
    }

    /// Stores a value and gives up the mutator's reference to it. All that would refuse the store comes first.
    fn transfer(&mut self, store: &Operation<Object>) -> Reply {
        let given = store.stored().and_then(Value::reference);
        if given.is_some_and(|given| self.external(given) == 0 && !self.immortal.contains(&given)) {
            self.clone().perform(store)?;
            return Err(Refusal::NotHeld);
        }
        self.perform(store)?;
        self.perform(&Operation::Drop { object: given })
    }

    /// Carries out an operation, without processing the queue.
    pub(super) fn perform(&mut self, operation: &Operation<Object>) -> Reply {
        match operation {
            Operation::ReadField { object, field } => {
                let (_, contents) = self.find(*object, Some(Kind::Table))?;
                match contents.fields.iter().position(|have| have == field) {
                    Some(index) => Ok(contents.values[index].clone()),
                    None if self.dialect.absent_fields == AbsentFields::Refused => Err(Refusal::Field),
                    None => Ok(Value::Nil),
                }
            }
            Operation::ReadElement { object, index } => self.slot(*object, Kind::Array, *index).cloned(),
            Operation::ReadCapture { object, index } => self.slot(*object, Kind::Closure, *index).cloned(),
            Operation::ReadBox { object } => match self.find(*object, None)? {
                (_, contents) if contents.is_ephemeron() => Ok(contents.values[0].clone()),
                _ => self.slot(*object, Kind::Box, 0).cloned(),
            },
            Operation::Length { object } => {
                Ok(Value::Int(self.find(*object, Some(Kind::Array))?.1.values.len() as i64))
            }

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
            Operation::RemoveElement { object, index } => {
                self.take_out(*object, Kind::Array, |array| element(array, *index))
            }
            Operation::SwapRemove { object, index } => {
                let taken = self.take_out(*object, Kind::Array, |array| element(array, *index))?;
                let (_, array) = self.find(*object, Some(Kind::Array))?;
                if (*index as usize) < array.values.len() {
                    array.values[*index as usize..].rotate_right(1);
                }
                Ok(taken)
            }
            Operation::Insert { object, index, value } => {
                let (array, places) = self.places(*object, *index, 0)?;
                self.admit([value])?;
                self.put(array, places, vec![value.clone()])
            }
            Operation::Truncate { object, length } => {
                let (array, contents) = self.find(*object, Some(Kind::Array))?;
                let all = contents.values.len();
                self.put(array, all.min(*length as usize)..all, Vec::new())
            }
            Operation::Clear { object } => {
                let (object, contents) = self.find(*object, None)?;
                if !matches!(contents.kind, Kind::Table | Kind::Array) {
                    return Err(Refusal::Kind);
                }
                contents.fields.clear();
                let all = contents.values.len();
                self.put(object, 0..all, Vec::new())
            }
            Operation::Swap { object, index, other, place } => self.swap((*object, *index), (*other, *place)),
            Operation::Fill { object, index, count, value } => {
                let (array, places) = self.places(*object, *index, *count)?;
                let values = vec![value.clone(); places.len()];
                self.admit(&values)?;
                self.put(array, places, values)
            }
            Operation::Transfer { store: Store(store) } => self.transfer(store),

            Operation::Take { object: None } | Operation::Drop { object: None } => Ok(Value::Nil),
            Operation::Take { object: Some(object) } => self.take(*object).map(|()| Value::Nil),
            Operation::TryTake { object } => match object.filter(|object| self.can_be_tried(*object)) {
                Some(object) => self.take(object).map(|()| Value::Bool(true)),
                None => Ok(Value::Bool(false)),
            },
            Operation::Drop { object: Some(object) } => {
                let for_ever = self.immortal.contains(object);
                let thing = self.thing_mut(*object).ok_or(Refusal::Stale)?;
                match thing.external.checked_sub(1) {
                    Some(external) => thing.external = external,
                    None if for_ever => {}
                    None => return Err(Refusal::NotHeld),
                }
                self.lose([*object]);
                Ok(Value::Nil)
            }
            Operation::Pin { object } => self.pin(*object, true),
            Operation::Unpin { object } => self.pin(*object, false),
            Operation::Upgrade { weak } => {
                let (weak, _) = self.find(*weak, Some(Kind::Weak))?;
                let Some(target) = self.target(weak).filter(|target| self.upgrades(*target)) else {
                    return Ok(Value::Nil);
                };
                self.take(target).map(|()| Value::Reference(target))
            }

            Operation::On { object, line } => {
                let (object, _) = self.find(*object, None)?;
                if self.thing(object).is_some_and(|thing| !thing.begun) {
                    self.script.append(object, (**line).clone());
                }
                Ok(Value::Nil)
            }
            operation if !self.script.is_call(operation) => Ok(Value::Nil),
            Operation::Inherit { object, from } => {
                let (object, _) = self.find(*object, None)?;
                if let Some(from) = from.filter(|_| self.thing(object).is_some_and(|thing| !thing.begun)) {
                    self.script.inherit(object, from);
                }
                Ok(Value::Nil)
            }
            Operation::When { weak, line } => {
                let (weak, _) = self.find(*weak, Some(Kind::Weak))?;
                if self.target(weak).is_some() {
                    self.script.append_to_callback(weak, (**line).clone());
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
        match operation {
            Operation::Collect {} | Operation::CollectSlice { .. } if self.collection() == CollectInCode::Refused => {
                Err(Refusal::Reentrant)
            }
            Operation::CollectSlice { objects: 0 } | Operation::DetectSlice { objects: 0 } => Err(Refusal::Setting),
            Operation::Collect {} => {
                let nothing = self.collection() == CollectInCode::Nothing;
                let freed = if nothing { Freed::default() } else { self.collect() };
                Ok(self.told(&freed))
            }
            Operation::CollectSlice { .. } if self.collection() == CollectInCode::Nothing => Ok(Value::Bool(true)),
            Operation::CollectSlice { .. } => Ok(Value::Bool(self.collect_slice().complete)),
            Operation::Check {} => {
                self.check();
                Ok(Value::Nil)
            }
            Operation::DetectFull {} | Operation::Detect {} => Ok(self.detect()),
            Operation::DetectSlice { .. } => Ok(Value::Bool(self.detect_slice())),
            operation if !self.running.is_empty() && !operation.code().suits_finalizers() => Err(Refusal::Reentrant),
            Operation::Temp { allocation } => self.temporary(allocation),
            Operation::Begin { objects } => self.begin(*objects),
            Operation::End {} => self.end(),
            Operation::Fault { fault, object } => self.fault(*fault, *object),
            Operation::Recover {} => Ok(self.recover(false)),
            Operation::RecoverRoots {} => Ok(self.recover(true)),
            // Verification changes nothing, and an expectation is never called.
            _ => Ok(Value::Nil),
        }
    }
}

/// The place of an element that the array has.
fn element(array: &Contents, index: u32) -> Result<usize, Refusal> {
    let place = index as usize;
    if place < array.values.len() { Ok(place) } else { Err(Refusal::Index) }
}
