//! How names are made to fit the values of tables again: indexes and shapes.
//!
//! Values are believed, and so are the names of shapes. A table whose shape does not fit its values
//! gets names of its own: those of its shape as far as they go, and for other values some that no
//! field had. Links between shapes are made anew from those to parents. Should these be wrong too,
//! all shapes are given up, under which no table loses a name; new ones come by themselves.

use std::sync::Arc;

use super::{Recovery, RecoveryAction, Unknown};
use crate::directory::Directory;
use crate::fields::Values;
use crate::object::Content;
use crate::shapes::{NO_SHAPE, Shapes};
use crate::verify::{Structure, VerificationDetail, index_fault, link_faults, shape_fault};
use crate::{Heap, Host};

impl<H: Host> Heap<H> {
    pub(super) fn rebuild_shapes(&mut self, recovery: &mut Recovery) {
        for table in self.living() {
            if let Some(Content::Table { shape, values }) = self.arena.contents.get_mut(table.slot() as usize)
                && let Some(fault) = shape_fault(&self.shapes, *shape, values)
            {
                name_anew(&self.shapes, shape, values);
                recovery.did(RecoveryAction::NamedAnew { table });
                if fault != VerificationDetail::ShapeAndNames {
                    recovery.unknown.push(Unknown::Names(table));
                }
            }
        }
        let are_linked = |shapes: &Shapes| link_faults(shapes).is_empty();
        if are_linked(&self.shapes) {
            return;
        }
        self.shapes.relink();
        if !are_linked(&self.shapes) {
            self.give_up_shapes();
        }
        let (structure, entries) = (Structure::Shapes, self.shapes.list.len());
        recovery.did(RecoveryAction::Rebuilt { structure, entries });
    }

    fn give_up_shapes(&mut self) {
        for content in self.arena.contents.iter_mut() {
            if let Content::Table { shape, values } = content {
                name_anew(&self.shapes, shape, values);
            }
        }
        self.shapes = Shapes::default();
    }

    pub(super) fn rebuild_indexes(&mut self, recovery: &mut Recovery) {
        for table in self.living() {
            if let Some(Content::Table { values: Values::Directory(directory), .. }) =
                self.arena.content_at_mut(table.slot())
                && index_fault(directory).is_some()
            {
                directory.reindex();
                recovery.did(RecoveryAction::RebuiltIndex { table });
            }
        }
    }
}

/// Gives a table names of its own, unless it has them, and no shape.
fn name_anew(shapes: &Shapes, shape: &mut u32, values: &mut Values) {
    if let Values::Shaped(shaped) = values {
        let names = shapes.names(*shape);
        // One character longer than any name that there is.
        let longest = names.iter().map(|name| name.as_str().len()).max().unwrap_or_default();
        let mut directory = Directory::default();
        for (place, value) in std::mem::take(shaped).into_iter().enumerate() {
            let invented = || format!("{}{place}", "_".repeat(longest + 1)).into();
            directory.push(names.get(place).map_or_else(invented, |name| Arc::clone(name.name())), value);
        }
        *values = Values::Directory(Box::new(directory));
    }
    *shape = NO_SHAPE;
}
