//! What verification and recovery ask of the fields of a table.

use std::sync::Arc;

use super::{Directory, Table};
use crate::Value;

/// How the index of a table of many fields differs from its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum IndexFault {
    /// The index does not lead to this field.
    Missing(Arc<str>),
    /// The index has so many names that no field has.
    Extra(usize),
}

impl Table {
    /// The first difference between the index, if the table has one, and the fields.
    pub(crate) fn index_fault(&self) -> Option<IndexFault> {
        match self {
            Self::Few(_) => None,
            Self::Many(many) => many.index_fault(),
        }
    }

    /// Makes the index anew, if the table has one.
    pub(crate) fn rebuild_index(&mut self) {
        if let Self::Many(many) = self {
            many.fields.retain(Option::is_some);
            many.index();
        }
    }

    /// The values, in order of insertion.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        let (few, many) = match self {
            Self::Few(few) => (Some(few.iter_mut()), None),
            Self::Many(many) => (None, Some(many.fields.iter_mut().flatten())),
        };
        few.into_iter().flatten().chain(many.into_iter().flatten()).map(|field| &mut field.value)
    }

    /// How many places for values there are, some of which may be without one.
    pub(crate) fn value_places(&self) -> usize {
        self.places()
    }

    /// The value at a place, if there is one.
    pub(crate) fn value_at(&self, place: usize) -> Option<&Value> {
        self.at(place).map(|field| &field.value)
    }

    /// Takes one name out of the index; false if there is no index.
    #[cfg(feature = "fault-injection")]
    pub(crate) fn drop_index_entry(&mut self) -> bool {
        let Self::Many(many) = self else {
            return false;
        };
        let name = many.fields.iter().flatten().next().map(|field| Arc::clone(&field.name));
        name.is_some_and(|name| many.places.remove(&name).is_some())
    }

    /// Puts a name into the index that no field has; false if there is no index.
    #[cfg(feature = "fault-injection")]
    pub(crate) fn add_index_entry(&mut self) -> bool {
        let Self::Many(many) = self else {
            return false;
        };
        // One character longer than any name that there is.
        let longest = many.places.keys().map(|name| name.len()).max().unwrap_or(0);
        many.places.insert("_".repeat(longest + 1).into(), 0).is_none()
    }
}

impl Directory {
    fn index_fault(&self) -> Option<IndexFault> {
        let mut fields = 0;
        for (place, field) in self.fields.iter().enumerate() {
            let Some(field) = field else {
                continue;
            };
            fields += 1;
            if self.places.get(&field.name) != Some(&place) {
                return Some(IndexFault::Missing(Arc::clone(&field.name)));
            }
        }
        // Each field has an entry of its own, so more entries than fields are too many.
        let extra = self.places.len().saturating_sub(fields);
        (extra > 0).then_some(IndexFault::Extra(extra))
    }
}
