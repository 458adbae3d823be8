//! What calls do.

use super::heap::{Twin, refers, weak_to};
use super::wrong::Mistake;
use heapproof_model::dialect::{AbsentFields, Born, Ceiling, CollectInCode, PlainValues, Upgrade, WeakObjects};
use heapproof_model::{Contents, Field, Float, Kind, Object, Operation, Refusal, Value};

type Reply = Result<Value<Object>, Refusal>;

impl Twin {
    /// Carries out a call, and all that it sets off.
    pub(super) fn whole_call(&mut self, operation: &Operation<Object>) -> Reply {
        if operation.code().allocates() {
            self.settle_by_itself();
        }
        let mut reply = self.perform(operation);
        if reply.is_ok() {
            self.figures.operations += counted(operation);
        }
        self.settle();
        self.settle_by_itself();
        if self.running.is_empty() {
            self.run_jobs();
            self.ends_at_once = false;
            if std::mem::take(&mut self.panicking) && !self.errs(Mistake::PanicSwallowed) {
                reply = Err(Refusal::Panicked);
            }
        }
        reply
    }

    fn settle_by_itself(&mut self) {
        self.settle();
        self.free_by_itself();
    }

    /// Carries out an operation alone.
    pub(super) fn perform(&mut self, operation: &Operation<Object>) -> Reply {
        match operation {
            Operation::ReadField { object, field } => self.read_field(*object, field),
            Operation::ReadElement { object, index } => self.read(*object, Kind::Array, *index),
            Operation::ReadCapture { object, index } => self.read(*object, Kind::Closure, *index),
            Operation::ReadBox { object } if self.is_ephemeron(*object) => self.read(*object, Kind::Weak, 0),
            Operation::ReadBox { object } => self.read(*object, Kind::Box, 0),
            Operation::WriteField { object, field, value } => self.write_field(*object, field, value),
            Operation::WriteElement { object, index, value } => self.write(*object, Kind::Array, *index, value),
            Operation::WriteCapture { object, index, value } => self.write(*object, Kind::Closure, *index, value),
            Operation::WriteBox { object, value } => self.write(*object, Kind::Box, 0, value),
            Operation::Push { object, value } => {
                let object = self.find(*object, Some(Kind::Array))?;
                self.add(object, None, value)
            }
            Operation::Pop { object } => {
                let object = self.find(*object, Some(Kind::Array))?;
                match self.contents(object).values.len().checked_sub(1) {
                    Some(last) => self.take_out(object, last),
                    None if self.errs(Mistake::PopsNothing) => Ok(Value::Nil),
                    None => Err(Refusal::Index),
                }
            }
            Operation::Remove { object, field } => {
                let object = self.find(*object, Some(Kind::Table))?;
                let at = self.contents(object).fields.iter().position(|one| one == field).ok_or(Refusal::Field)?;
                self.take_out(object, at)
            }
            Operation::Take { object: None } | Operation::Drop { object: None } => Ok(Value::Nil),
            Operation::Take { object: Some(object) } => self.take(*object).map(|()| Value::Nil),
            Operation::Drop { object: Some(object) } => self.drop_one(*object),
            Operation::Upgrade { weak } => self.upgrade(*weak),
            Operation::On { object, line } => {
                let object = self.find(*object, None)?;
                if self.node(object).is_some_and(|node| !node.done) {
                    self.finalizers.append(object, (**line).clone());
                }
                Ok(Value::Nil)
            }
            Operation::Inherit { from, .. } if !self.finalizers.has_code(*from) => Ok(Value::Nil),
            Operation::Inherit { object, from } => {
                let object = self.find(*object, None)?;
                if self.node(object).is_some_and(|node| !node.done) {
                    self.finalizers.inherit(object, *from);
                }
                Ok(Value::Nil)
            }
            Operation::When { weak, line } => {
                let weak = self.find(*weak, Some(Kind::Weak))?;
                if self.target_of(weak).is_some() {
                    self.finalizers.append_to_callback(weak, (**line).clone());
                }
                Ok(Value::Nil)
            }
            Operation::Collect {} => self.collect_now(),
            Operation::SetCapacity { objects: 0 } | Operation::SetCounts { ceiling: 0 } => Err(Refusal::Setting),
            Operation::SetCapacity { objects } => {
                self.capacity = (*objects).into();
                Ok(Value::Nil)
            }
            Operation::SetCounts { ceiling } => {
                self.ceiling = *ceiling;
                Ok(Value::Nil)
            }
            operation => self.allocate(operation),
        }
    }

    fn contents(&self, object: Object) -> Contents {
        self.node(object).map(|node| node.contents.clone()).unwrap_or_default()
    }

    /// The object, if it can be called so.
    pub(super) fn find(&self, object: Option<Object>, kind: Option<Kind>) -> Result<Object, Refusal> {
        let object = object.ok_or(Refusal::Nil)?;
        let node = self.node(object).filter(|_| !self.is_gone_for_code(object)).ok_or(Refusal::Stale)?;
        if kind.is_some_and(|kind| kind != node.contents.kind) { Err(Refusal::Kind) } else { Ok(object) }
    }

    fn is_ephemeron(&self, object: Option<Object>) -> bool {
        object.and_then(|object| self.node(object)).is_some_and(|node| node.contents.is_ephemeron())
    }

    fn read_field(&self, object: Option<Object>, field: &Field) -> Reply {
        let contents = self.contents(self.find(object, Some(Kind::Table))?);
        let refused = (self.dialect.absent_fields == AbsentFields::Refused) != self.errs(Mistake::AbsentOtherwise);
        match contents.fields.iter().position(|one| one == field) {
            Some(at) => Ok(self.shown(contents.values[at].clone())),
            None if refused => Err(Refusal::Field),
            None => Ok(Value::Nil),
        }
    }

    fn read(&self, object: Option<Object>, kind: Kind, index: u32) -> Reply {
        let contents = self.contents(self.find(object, Some(kind))?);
        let value = contents.values.get(index as usize).cloned().ok_or(Refusal::Index)?;
        Ok(self.shown(value))
    }

    /// A value as it is read.
    fn shown(&self, value: Value<Object>) -> Value<Object> {
        if refers(&value) && self.errs(Mistake::ForgetsReferences) { Value::Nil } else { value }
    }

    fn write_field(&mut self, object: Option<Object>, field: &Field, value: &Value<Object>) -> Reply {
        let object = self.find(object, Some(Kind::Table))?;
        match self.contents(object).fields.iter().position(|one| one == field) {
            Some(at) => self.write(Some(object), Kind::Table, at as u32, value),
            None => self.add(object, Some(field), value),
        }
    }

    fn write(&mut self, object: Option<Object>, kind: Kind, index: u32, value: &Value<Object>) -> Reply {
        let object = self.find(object, Some(kind))?;
        let stored = self.stored(value);
        let old = self.contents(object).values.get(index as usize).cloned().ok_or(Refusal::Index)?;
        self.may_store(std::slice::from_ref(value))?;
        if let Some(target) = value.reference() {
            self.refer(target);
        }
        if let Some(node) = self.node_mut(object) {
            node.contents.values[index as usize] = stored;
        }
        if let Some(target) = old.reference() {
            self.unrefer(target);
            self.lost(target);
        }
        Ok(Value::Nil)
    }

    /// Puts a value at the end.
    fn add(&mut self, object: Object, field: Option<&Field>, value: &Value<Object>) -> Reply {
        let stored = self.stored(value);
        self.may_store(std::slice::from_ref(value))?;
        if let Some(target) = value.reference() {
            self.refer(target);
        }
        if let Some(node) = self.node_mut(object) {
            node.contents.fields.extend(field.cloned());
            node.contents.values.push(stored);
        }
        Ok(Value::Nil)
    }

    /// A value as it is stored.
    fn stored(&self, value: &Value<Object>) -> Value<Object> {
        match value {
            Value::Int(number) if self.errs(Mistake::BlursNumbers) => Value::Float(Float::new(*number as f64)),
            Value::Text(_) if self.errs(Mistake::ForgetsTexts) => Value::Nil,
            Value::Reference(object) => Value::Reference(*object),
            _ if self.dialect.plain_values == PlainValues::References => Value::Nil,
            Value::Int(number) if self.dialect.plain_values == PlainValues::NumbersAlike => {
                Value::Float(Float::new(*number as f64))
            }
            value => value.clone(),
        }
    }

    fn take_out(&mut self, object: Object, at: usize) -> Reply {
        let value = self.contents(object).values[at].clone();
        if let Some(target) = value.reference() {
            self.take(target)?;
            self.unrefer(target);
        }
        if let Some(node) = self.node_mut(object) {
            node.contents.values.remove(at);
            if node.contents.kind == Kind::Table {
                node.contents.fields.remove(at);
            }
        }
        Ok(value)
    }

    /// Whether values can be stored: what they refer to lives, and its count has room.
    fn may_store(&mut self, values: &[Value<Object>]) -> Result<(), Refusal> {
        let targets: Vec<Object> = values.iter().filter_map(Value::reference).collect();
        if targets.iter().any(|target| !self.alive(*target)) {
            return Err(Refusal::StaleValue);
        }
        for target in &targets {
            let more = targets.iter().filter(|other| *other == target).count() as u64;
            let now = self.node(*target).map_or(0, |node| u64::from(node.internal));
            if now + more > u64::from(self.ceiling) {
                self.at_ceiling(*target)?;
            }
        }
        Ok(())
    }

    /// A count of an object would pass its ceiling.
    fn at_ceiling(&mut self, object: Object) -> Result<(), Refusal> {
        if self.dialect.ceiling != Ceiling::Saturates {
            return if self.errs(Mistake::CeilingIgnored) { Ok(()) } else { Err(Refusal::Overflow) };
        }
        let forgets = self.errs(Mistake::SaturatedDies);
        if let Some(node) = self.node_mut(object) {
            node.for_ever = !forgets;
        }
        Ok(())
    }

    fn take(&mut self, object: Object) -> Result<(), Refusal> {
        let ceiling = self.ceiling;
        let external = self.node(object).ok_or(Refusal::Stale)?.external;
        if external >= ceiling {
            return self.at_ceiling(object);
        }
        if let Some(node) = self.node_mut(object) {
            node.external += 1;
        }
        Ok(())
    }

    fn drop_one(&mut self, object: Object) -> Reply {
        if self.errs(Mistake::DropsTheDead) && !self.alive(object) {
            return Ok(Value::Nil);
        }
        let node = self.node_mut(object).ok_or(Refusal::Stale)?;
        match node.external.checked_sub(1) {
            Some(external) => node.external = external,
            None if node.for_ever => {}
            None => return Err(Refusal::NotHeld),
        }
        self.lost(object);
        Ok(Value::Nil)
    }

    fn upgrade(&mut self, weak: Option<Object>) -> Reply {
        let weak = self.find(weak, Some(Kind::Weak))?;
        let Some(target) = self.target_of(weak) else { return Ok(Value::Nil) };
        let node = self.node(target);
        let barred = node.is_some_and(|node| node.hidden || node.doomed);
        let in_set = self.running.iter().any(|code| code.set.as_ref().is_some_and(|set| set.contains(&target)));
        let garbage = !in_set && self.garbage().contains(&target);
        let nil = match self.dialect.upgrade {
            Upgrade::Gives => self.errs(Mistake::UpgradeOtherwise),
            Upgrade::Nil => !self.errs(Mistake::UpgradeOtherwise),
            Upgrade::Either => self.luck(2) == 0,
        };
        if barred || garbage && nil {
            return Ok(Value::Nil);
        }
        if self.errs(Mistake::UpgradeUncounted) {
            return Ok(Value::Reference(target));
        }
        self.take(target).map(|()| Value::Reference(target))
    }

    /// Why a collection that is called now is refused.
    pub(super) fn refused_here(&self) -> Option<Refusal> {
        (self.collection_now() == CollectInCode::Refused).then_some(Refusal::Reentrant)
    }

    fn collect_now(&mut self) -> Reply {
        match self.collection_now() {
            CollectInCode::Refused if !self.errs(Mistake::CollectsAnyway) => Err(Refusal::Reentrant),
            CollectInCode::Nothing if !self.errs(Mistake::CollectsAnyway) => Ok(self.given(Default::default())),
            CollectInCode::Works if self.errs(Mistake::CollectsNothing) && !self.running.is_empty() => {
                Ok(self.given(Default::default()))
            }
            _ => Ok(self.collect()),
        }
    }

    fn allocate(&mut self, operation: &Operation<Object>) -> Reply {
        let contents = match operation {
            Operation::Table {} => Contents::default(),
            Operation::TableLike { like, values } => {
                let like = self.find(*like, Some(Kind::Table))?;
                let fields = self.node(like).map(|node| node.contents.fields.clone()).unwrap_or_default();
                if fields.len() != values.len() {
                    return Err(Refusal::Index);
                }
                Contents { fields, ..of(Kind::Table, 0, values) }
            }
            Operation::Array { values } => of(Kind::Array, 0, values),
            Operation::Closure { function, values } => of(Kind::Closure, *function, values),
            Operation::Box { value } => of(Kind::Box, 0, std::slice::from_ref(value)),
            Operation::Scalar { value } => {
                if value.reference().is_some_and(|target| self.alive(target)) {
                    return Err(Refusal::NotPlain);
                }
                of(Kind::Scalar, 0, std::slice::from_ref(value))
            }
            Operation::Weak { target } => {
                let target = self.find(*target, None)?;
                let is_one = |weak: &Object| self.target_of(*weak) == Some(target) && !self.is_ephemeron(Some(*weak));
                let known = self.all().into_iter().find(is_one);
                let shares = (self.dialect.weak_objects == WeakObjects::Shared) != self.errs(Mistake::SharesOtherwise);
                if let Some(known) = known.filter(|_| shares) {
                    return self.take(known).map(|()| Value::Reference(known));
                }
                if self.node(target).is_some_and(|node| node.weak >= self.ceiling) {
                    self.at_ceiling(target)?;
                }
                weak_to(target)
            }
            Operation::Ephemeron { key, value } => {
                let key = self.find(*key, None)?;
                self.may_store(std::slice::from_ref(value))?;
                if self.node(key).is_some_and(|node| node.weak >= self.ceiling) {
                    self.at_ceiling(key)?;
                }
                Contents { values: vec![value.clone()], ..weak_to(key) }
            }
            Operation::Chain { length } => return self.bulk(*length, false),
            Operation::Ring { length } => return self.bulk(*length, true),
            _ => return Ok(Value::Nil),
        };
        self.may_store(&contents.values)?;
        let values = contents.values.iter().map(|value| self.stored(value)).collect();
        let contents = Contents { values, ..contents };
        if self.all().len() as u64 >= self.capacity {
            return Err(Refusal::Capacity);
        }
        let born_mute = match self.running.last() {
            Some(code) if code.set.is_some() => {
                (self.dialect.set_born == Born::WithoutCode) != self.errs(Mistake::SetBornOtherwise)
            }
            Some(code) if !code.calls_back => {
                (self.dialect.born == Born::WithoutCode) != self.errs(Mistake::BornOtherwise)
            }
            _ => false,
        };
        Ok(Value::Reference(self.place(contents, 1, born_mute)))
    }

    /// A chain of tables, or a ring.
    fn bulk(&mut self, length: u32, ring: bool) -> Reply {
        if self.all().len() as u64 + u64::from(length) > self.capacity {
            return Err(Refusal::Capacity);
        }
        if length == 0 {
            return Ok(Value::Nil);
        }
        let made: Vec<Object> =
            (0..length).map(|number| self.place(Contents::default(), u32::from(number == 0), false)).collect();
        let mut next = made.iter().skip(1).copied().collect::<Vec<_>>();
        next.extend(ring.then_some(made[0]));
        for (object, target) in made.iter().zip(next) {
            self.refer(target);
            if let Some(node) = self.node_mut(*object) {
                node.contents.fields.push(Field::common(0));
                node.contents.values.push(Value::Reference(target));
            }
        }
        Ok(Value::Reference(made[0]))
    }
}

fn of(kind: Kind, function: u32, values: &[Value<Object>]) -> Contents {
    Contents { kind, function, values: values.to_vec(), ..Contents::default() }
}

/// How many operations it counts as, for checks.
fn counted(operation: &Operation<Object>) -> u64 {
    match operation {
        Operation::Chain { length: 0 } | Operation::Ring { length: 0 } => 0,
        Operation::Chain { length } => 3 * u64::from(*length) - 2,
        Operation::Ring { length } => 3 * u64::from(*length) - 1,
        Operation::Drop { object } => object.is_some().into(),
        other => u64::from(other.code().allocates()) + u64::from(other.code().writes()),
    }
}
