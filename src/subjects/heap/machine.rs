//! The virtual machine around a heap under proof: the program's names and finalizers, and the numbers of objects.

use crate::judge::code::Finalizers;
use crate::judge::digest::Gathered;
use crate::judge::subject::Figure;
use heapproof_heap as heap;
use heapproof_heap::{FieldSite, Heap, ObjectId, VerificationReport};
use heapproof_model::{Event, Float, Object, Value};
use std::cell::RefCell;
use std::hash::Hasher;
use std::rc::Rc;

/// How many field sites there are. Few, so that each sees several fields and shapes.
const SITES: usize = 4;

#[derive(Default)]
pub(super) struct VirtualMachine {
    pub(super) finalizers: Finalizers,
    /// The id of each object, by number.
    ids: Vec<ObjectId>,
    /// The latest object of each slot.
    tenants: Vec<Object>,
    /// Whether a fault was made and no recovery has followed.
    pub(super) is_damaged: bool,
    /// The report of the last verification. The next recovery gets it as a hint, out of date or not.
    pub(super) report: Option<VerificationReport>,
    /// What the last call has returned beside its value.
    pub(super) returned: Vec<(Figure, u64)>,
    /// How many repairs recoveries have made, except for unfinished work that they ended.
    pub(super) repairs: u64,
    /// Where it is told whose code begins, once the heap goes away.
    pub(super) closing: Option<Rc<RefCell<Vec<Event>>>>,
    /// Whether all fields are looked up by their names alone.
    pub(super) by_name: bool,
    /// The field sites, the last used one at the end.
    sites: Vec<FieldSite>,
}

impl Clone for VirtualMachine {
    fn clone(&self) -> VirtualMachine {
        let mut copy = VirtualMachine::default();
        copy.clone_from(self);
        copy
    }

    /// Copies into a former copy, whose memory is used again.
    fn clone_from(&mut self, source: &VirtualMachine) {
        let VirtualMachine {
            finalizers,
            ids,
            tenants,
            is_damaged,
            report,
            returned,
            repairs,
            closing: _,
            by_name,
            sites,
        } = source;
        self.finalizers.clone_from(finalizers);
        self.ids.clone_from(ids);
        self.tenants.clone_from(tenants);
        (self.is_damaged, self.repairs, self.by_name) = (*is_damaged, *repairs, *by_name);
        self.report.clone_from(report);
        self.returned.clone_from(returned);
        self.sites.clone_from(sites);
    }
}

/// How a field of a table is found.
#[derive(Clone, Copy)]
pub(super) enum Way {
    Name,
    Symbol,
    Site,
}

impl VirtualMachine {
    /// An empty machine; `by_name` says whether it looks all fields up by their names alone.
    pub(super) fn looking_up(by_name: bool) -> VirtualMachine {
        VirtualMachine { by_name, ..VirtualMachine::default() }
    }

    /// How fields of that table are found. Of most it is by sites, but all ways are to be judged.
    pub(super) fn way_to_fields_of(&self, table: Option<Object>) -> Way {
        match table.map_or(0, |table| table.0 % 8) {
            _ if self.by_name => Way::Name,
            3 => Way::Name,
            7 => Way::Symbol,
            _ => Way::Site,
        }
    }

    /// Tells what begins where the heap goes away, and says whether it does: then the code does nothing.
    pub(super) fn tells_at_end(&self, event: Event) -> bool {
        self.closing.as_ref().is_some_and(|told| {
            told.borrow_mut().push(event);
            true
        })
    }

    pub(super) fn number(&mut self, id: ObjectId) -> Object {
        let object = Object(self.ids.len() as u32);
        self.ids.push(id);
        let slot = id.slot() as usize;
        if self.tenants.len() <= slot {
            self.tenants.resize(slot + 1, Object(u32::MAX));
        }
        self.tenants[slot] = object;
        object
    }

    /// The object of an id: the latest of its slot, unless the id is that of an earlier one.
    pub(super) fn object(&self, id: ObjectId) -> Object {
        match self.tenants.get(id.slot() as usize) {
            Some(object) if self.ids.get(object.index()) == Some(&id) => *object,
            _ => self.ids.iter().rposition(|known| *known == id).map_or(Object(u32::MAX), |index| Object(index as u32)),
        }
    }

    pub(super) fn id(&self, object: Object) -> ObjectId {
        self.ids.get(object.index()).copied().unwrap_or(ObjectId::NIL)
    }

    /// Takes out the site of a field; the caller gives it back.
    pub(super) fn take_site(&mut self, name: &str) -> FieldSite {
        match self.sites.iter().position(|site| site.name() == name) {
            Some(index) => self.sites.remove(index),
            None => FieldSite::new(name),
        }
    }

    pub(super) fn give_site(&mut self, site: FieldSite) {
        if self.sites.len() == SITES {
            self.sites.remove(0);
        }
        self.sites.push(site);
    }

    pub(super) fn inward(&self, value: &Value<Object>) -> heap::Value {
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

    pub(super) fn outward(&self, value: &heap::Value) -> Value<Object> {
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

impl VirtualMachine {
    /// Feeds to `state` everything here on which the future depends: the slots of the living objects in the order of
    /// allocation, since numbers mean that order; the program's finalizers, in which a dead object is named by its slot;
    /// and what sites remember of where fields are. The numbers of dead objects are left out: they occur only in names
    /// and in past journals. The report that a recovery takes as a hint and the number of repairs are left out too:
    /// nothing is decided by either.
    pub(super) fn digest(heap: &Heap<VirtualMachine>, state: &mut Gathered) {
        let VirtualMachine {
            finalizers,
            ids,
            tenants: _,
            is_damaged,
            report: _,
            repairs: _,
            closing: _,
            by_name: _,
            sites,
            returned: _,
        } = heap.host();
        state.part("machine.ids");
        for id in ids.iter().filter(|id| heap.contains(**id)) {
            state.write_u32(id.slot());
        }
        state.write_u32(u32::MAX);
        let label = |object: Object| {
            ids.get(object.index()).map_or((false, u64::MAX), |id| (heap.contains(*id), id.slot().into()))
        };
        finalizers.digest(&label, Gathered::part, state);
        state.part("machine.is_damaged");
        state.write_u8((*is_damaged).into());
        state.part("machine.sites");
        state.write_usize(sites.len());
        for site in sites {
            site.digest(heap, state);
        }
    }
}
