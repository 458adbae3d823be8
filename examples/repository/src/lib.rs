//! A small heap: tables with named fields, counted references, and a collection of cycles.
//!
//! It knows nothing of its proof, which is the package in `proof/`.
#![forbid(unsafe_code)]

use std::collections::{BTreeMap, BTreeSet};

/// The id of a table. No other table ever gets it, so a dead table is not taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(u32);

/// What a field holds: a plain value, or a reference that counts.
#[derive(Debug, Clone)]
pub enum Value<P> {
    Plain(P),
    Reference(Id),
}

/// Why a call was refused. Nothing has changed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The table is dead.
    Dead,
    /// The value to store refers to a dead table.
    DeadValue,
    /// The table has no such field.
    NoField,
    /// The caller holds no reference that it could release.
    NotHeld,
}

/// How often a table is referred to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// References that callers hold.
    pub external: u32,
    /// References in fields.
    pub internal: u32,
}

#[derive(Debug)]
struct Table<P> {
    counts: Counts,
    /// In the order in which they were first stored.
    fields: Vec<(String, Value<P>)>,
}

/// A heap of tables.
#[derive(Debug)]
pub struct Heap<P> {
    /// The living tables.
    tables: BTreeMap<Id, Table<P>>,
    next: u32,
}

impl<P> Default for Heap<P> {
    fn default() -> Heap<P> {
        Heap { tables: BTreeMap::new(), next: 0 }
    }
}

impl<P: Clone> Heap<P> {
    /// Makes an empty table, to which the caller holds a reference.
    pub fn table(&mut self) -> Id {
        let id = Id(self.next);
        self.next += 1;
        self.tables.insert(id, Table { counts: Counts { external: 1, internal: 0 }, fields: Vec::new() });
        id
    }

    /// Whether a table lives.
    pub fn lives(&self, id: Id) -> bool {
        self.tables.contains_key(&id)
    }

    /// How often a table is referred to.
    pub fn counts(&self, id: Id) -> Result<Counts, Refused> {
        Ok(self.living(id)?.counts)
    }

    /// The fields of a table, in the order in which they were first stored.
    pub fn fields(&self, id: Id) -> Result<&[(String, Value<P>)], Refused> {
        Ok(&self.living(id)?.fields)
    }

    /// Reads a field. That counts nothing.
    pub fn get(&self, id: Id, name: &str) -> Result<Option<&Value<P>>, Refused> {
        let fields = self.fields(id)?;
        Ok(fields.iter().find(|(have, _)| have == name).map(|(_, value)| value))
    }

    /// Stores into a field.
    pub fn set(&mut self, id: Id, name: &str, value: Value<P>) -> Result<(), Refused> {
        self.living(id)?;
        // The new reference is counted before the old one is given up: they can be to one table.
        if let Value::Reference(target) = value {
            self.living_mut(target).map_err(|_| Refused::DeadValue)?.counts.internal += 1;
        }
        let fields = &mut self.living_mut(id)?.fields;
        match fields.iter_mut().find(|(have, _)| have == name) {
            Some((_, field)) => {
                let old = std::mem::replace(field, value);
                if !cfg!(feature = "mistake") {
                    self.give_up(&old);
                }
            }
            None => fields.push((name.to_owned(), value)),
        }
        Ok(())
    }

    /// Takes a field out. A reference in it belongs to the caller then.
    pub fn remove(&mut self, id: Id, name: &str) -> Result<Value<P>, Refused> {
        let fields = &mut self.living_mut(id)?.fields;
        let at = fields.iter().position(|(have, _)| have == name).ok_or(Refused::NoField)?;
        let (_, value) = fields.remove(at);
        if let Value::Reference(target) = value {
            let counts = &mut self.living_mut(target)?.counts;
            counts.internal -= 1;
            counts.external += 1;
        }
        Ok(value)
    }

    /// Takes another reference for the caller.
    pub fn hold(&mut self, id: Id) -> Result<(), Refused> {
        self.living_mut(id)?.counts.external += 1;
        Ok(())
    }

    /// Gives up a reference of the caller.
    pub fn release(&mut self, id: Id) -> Result<(), Refused> {
        let counts = &mut self.living_mut(id)?.counts;
        counts.external = counts.external.checked_sub(1).ok_or(Refused::NotHeld)?;
        self.free(id);
        Ok(())
    }

    /// Frees all tables that nothing held from outside reaches, and says how many.
    pub fn collect(&mut self) -> usize {
        let mut reached: Vec<Id> =
            self.tables.keys().copied().filter(|id| self.tables[id].counts.external > 0).collect();
        let mut is_reached: BTreeSet<Id> = reached.iter().copied().collect();
        while let Some(id) = reached.pop() {
            let targets = self.tables[&id].fields.iter().filter_map(|(_, value)| value.target());
            reached.extend(targets.filter(|target| is_reached.insert(*target)));
        }
        let garbage: Vec<Id> = self.tables.keys().copied().filter(|id| !is_reached.contains(id)).collect();
        let dead: Vec<Table<P>> = garbage.iter().filter_map(|id| self.tables.remove(id)).collect();
        for (_, value) in dead.iter().flat_map(|table| &table.fields) {
            self.give_up(value);
        }
        dead.len()
    }

    fn living(&self, id: Id) -> Result<&Table<P>, Refused> {
        self.tables.get(&id).ok_or(Refused::Dead)
    }

    fn living_mut(&mut self, id: Id) -> Result<&mut Table<P>, Refused> {
        self.tables.get_mut(&id).ok_or(Refused::Dead)
    }

    /// Gives up what a field held. The target is dead already where both were garbage.
    fn give_up(&mut self, value: &Value<P>) {
        if let Some((id, table)) = value.target().and_then(|id| Some((id, self.tables.get_mut(&id)?))) {
            table.counts.internal -= 1;
            self.free(id);
        }
    }

    /// Frees a table if nothing refers to it, and then what only it referred to: one after the other, since a chain can be
    /// longer than the stack.
    fn free(&mut self, id: Id) {
        let mut queue = vec![id];
        while let Some(id) = queue.pop() {
            let is_free = |table: &Table<P>| table.counts.external + table.counts.internal == 0;
            if !self.tables.get(&id).is_some_and(is_free) {
                continue;
            }
            let dead = self.tables.remove(&id);
            for target in dead.iter().flat_map(|table| &table.fields).filter_map(|(_, value)| value.target()) {
                if let Some(table) = self.tables.get_mut(&target) {
                    table.counts.internal -= 1;
                    queue.push(target);
                }
            }
        }
    }
}

impl<P> Value<P> {
    fn target(&self) -> Option<Id> {
        match self {
            Value::Reference(id) => Some(*id),
            Value::Plain(_) => None,
        }
    }
}
