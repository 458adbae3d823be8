//! Allocation (SPEC 1, 9.3).

use super::{Reference, Refusal, Reply, Site, Thing};
use crate::definitions::{Graph, targeted};
use crate::dialect::{Born, WeakObjects};
use crate::operation::Operation;
use crate::value::{Contents, Field, Kind, Object, Value};

impl Reference {
    /// Carries out an allocation.
    pub(super) fn make(&mut self, allocation: &Operation<Object>) -> Reply {
        match allocation {
            Operation::Table {} => self.allocate(Contents::default()),
            Operation::TableLike { like, values } => {
                let fields = self.find(*like, Some(Kind::Table))?.1.fields.clone();
                if fields.len() != values.len() {
                    return Err(Refusal::Index);
                }
                self.admit(values)?;
                self.allocate(Contents { fields, values: values.clone(), ..Contents::default() })
            }
            Operation::Array { values } => self.allocate_of(Kind::Array, 0, values),
            Operation::Closure { function, values } => self.allocate_of(Kind::Closure, *function, values),
            Operation::Box { value } => self.allocate_of(Kind::Box, 0, std::slice::from_ref(value)),
            Operation::Scalar { value } => match value.reference() {
                Some(object) if self.lives(object) => Err(Refusal::NotPlain),
                _ => self.allocate_of(Kind::Scalar, 0, std::slice::from_ref(value)),
            },
            Operation::Weak { target } => {
                let (target, _) = self.find(*target, None)?;
                let is_plain = |weak: &Object| self.contents(*weak).is_some_and(|weak| !weak.is_ephemeron());
                let shares = |weak: &Object| {
                    let shared = self.dialect.weak_objects == WeakObjects::Shared;
                    shared && self.target(*weak) == Some(target) && is_plain(weak)
                };
                let shared = self.living().find(shares);
                if let Some(weak) = shared {
                    return self.take(weak).map(|()| Value::Reference(weak));
                }
                if targeted(self)[target.index()] >= self.settings.counts {
                    self.overflow([target].into())?;
                }
                self.allocate(Contents { kind: Kind::Weak, target: Some(target), ..Contents::default() })
            }
            Operation::Ephemeron { key, value } => {
                let (key, _) = self.find(*key, None)?;
                self.admit([value])?;
                if targeted(self)[key.index()] >= self.settings.counts {
                    self.overflow([key].into())?;
                }
                let values = vec![value.clone()];
                let contents = Contents { kind: Kind::Weak, values, target: Some(key), ..Contents::default() };
                let reply = self.allocate(contents)?;
                self.ephemerons.extend(reply.reference());
                Ok(reply)
            }
            Operation::Chain { length } => self.bulk(*length, false),
            Operation::Ring { length } => self.bulk(*length, true),
            _ => Ok(Value::Nil),
        }
    }

    fn allocate(&mut self, contents: Contents) -> Reply {
        if self.living().count() as u64 >= self.settings.capacity {
            return Err(Refusal::Capacity);
        }
        let object = Object(self.objects.len() as u32);
        let born = match self.running.last().map(|run| &run.site) {
            Some(Site::Set(_) | Site::Callback(Some(_))) => self.dialect.set_born,
            Some(Site::Turn) => self.dialect.born,
            Some(Site::Callback(None)) | None => Born::LikeOthers,
        };
        let begun = born == Born::WithoutCode;
        self.objects.push(Some(Thing { contents, external: 1, pinned: false, begun }));
        self.statistics.allocations += 1;
        Ok(Value::Reference(object))
    }

    fn allocate_of(&mut self, kind: Kind, function: u32, values: &[Value<Object>]) -> Reply {
        self.admit(values)?;
        self.allocate(Contents { kind, function, values: values.to_vec(), ..Contents::default() })
    }

    /// Allocates tables, each in the field `next` of the one before; in a ring, the last refers to the first.
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
            self.objects.push(Some(Thing {
                contents,
                external: u32::from(number == first),
                pinned: false,
                begun: false,
            }));
        }
        self.statistics.allocations += u64::from(length);
        Ok(if length == 0 { Value::Nil } else { Value::Reference(Object(first)) })
    }
}
