//! Shapes against the tables that have them, and against each other.
//!
//! Which shape a table has says the names of its values, so there must be one name for each value;
//! and a table has no shape if and only if it has names of its own. A shape is found by its parent
//! under its last name, which has the word that it should, and nowhere else. So each link must be to a child whose last name it bears,
//! and each shape but the first must have one: then no list of names has two shapes, and a table
//! that grows gets the names that it should.

use std::collections::{BTreeMap, BTreeSet};

use super::census::Census;
use super::error::{VerificationDetail, VerificationError, VerificationErrorKind};
use crate::fields::Values;
use crate::object::Content;
use crate::shapes::{NO_SHAPE, Shape, Shapes};
use crate::{Heap, Host, ObjectId};

impl<H: Host> Heap<H> {
    /// Faults of a shape are reported at each table that has it; at none, if no table has.
    pub(super) fn verify_shapes(&self, census: &Census) -> Vec<VerificationError> {
        let mut found = Vec::new();
        let mut report = |object, detail| {
            found.push(VerificationError::new(VerificationErrorKind::FieldRefMismatch, object, detail));
        };
        let faults = link_faults(&self.shapes);
        let mut told = BTreeSet::new();
        for (object, content, _) in self.arena.all().filter(|_| census.tables) {
            let Content::Table { shape, values } = content else {
                continue;
            };
            if let Some(detail) = shape_fault(&self.shapes, *shape, values) {
                report(object, detail);
            } else if let Some(fault) = faults.get(shape) {
                report(object, fault.clone());
                told.insert(*shape);
            }
        }
        for (_, fault) in faults.into_iter().filter(|(shape, _)| !told.contains(shape)) {
            report(ObjectId::NIL, fault);
        }
        found
    }
}

/// What is wrong with the shape that a table of these values has.
pub(crate) fn shape_fault(shapes: &Shapes, shape: u32, values: &Values) -> Option<VerificationDetail> {
    match values {
        Values::Directory(_) => (shape != NO_SHAPE).then_some(VerificationDetail::ShapeAndNames),
        Values::Shaped(_) if shapes.list.len() <= shape as usize => Some(VerificationDetail::NoShape),
        Values::Shaped(values) => {
            let (names, values) = (shapes.names(shape).len(), values.len());
            (names != values).then_some(VerificationDetail::ShapeMisfit { names, values })
        }
    }
}

/// By shape what is wrong with the links to it.
pub(crate) fn link_faults(shapes: &Shapes) -> BTreeMap<u32, VerificationDetail> {
    let list = &shapes.list;
    let (mut faults, mut links) = (BTreeMap::new(), 0);
    for (number, shape) in (0..).zip(list) {
        if !is_linked(shapes, number) {
            faults.insert(number, VerificationDetail::ShapeNotLinked { shape: number });
        }
        links += shape.children.len();
    }
    // Each shape but the first is found where it belongs, so these are all the links that there are.
    if faults.is_empty() && links + 1 == list.len() {
        return faults;
    }
    for (number, shape) in (0..).zip(list) {
        for (name, &child) in &shape.children {
            let has_the_name = |child: &Shape| child.names.last().is_some_and(|last| last.name() == name);
            let belongs = |child: &Shape| child.parent == number && has_the_name(child);
            if !list.get(child as usize).is_some_and(belongs) {
                // What is wrong with a link that leads to no shape is wrong with where it begins.
                let place = if (child as usize) < list.len() { child } else { number };
                faults.entry(place).or_insert(VerificationDetail::ShapeLinkedElsewhere { shape: child });
            }
        }
    }
    faults
}

/// Whether a shape continues its parent's names, and is found there.
fn is_linked(shapes: &Shapes, number: u32) -> bool {
    let Some(shape) = shapes.list.get(number as usize) else {
        return false;
    };
    match shape.names.split_last() {
        None => number == Shapes::EMPTY && shape.parent == NO_SHAPE,
        Some((last, first)) => {
            let parent = shapes.list.get(shape.parent as usize).filter(|_| shape.parent < number);
            let is_child = |parent: &Shape| parent.children.get(last.as_str()) == Some(&number);
            parent.is_some_and(|parent| *parent.names == *first && is_child(parent) && last.is_right())
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fields::Values;
    use crate::object::Content;
    use crate::shapes::NO_SHAPE;
    use crate::symbols::Symbol;
    use crate::{Heap, ObjectId, RecoveryAction, Unknown, Value, VerificationDetail, View};

    /// Two tables with the fields x and y, of which the first has a z.
    fn heap() -> (Heap, [ObjectId; 2]) {
        let mut heap = Heap::<()>::new();
        let tables = [(); 2].map(|()| heap.allocate_table().unwrap());
        for table in tables {
            heap.set_field(table, "x", tables[0].into()).unwrap();
            heap.set_field(table, "y", Value::Int(1)).unwrap();
        }
        heap.set_field(tables[0], "z", Value::Nil).unwrap();
        (heap, tables)
    }

    fn set_shape(heap: &mut Heap, table: ObjectId, to: u32) {
        if let Some(Content::Table { shape, .. }) = heap.arena.content_at_mut(table.slot()) {
            *shape = to;
        }
    }

    fn fields(heap: &Heap, table: ObjectId) -> Vec<(String, Value)> {
        let Some(View::Table(fields)) = heap.object(table) else { panic!("{table} is no table") };
        fields.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect()
    }

    fn found(heap: &Heap) -> Vec<(ObjectId, VerificationDetail)> {
        heap.verify_heap().iter().map(|it| (it.object, it.detail.clone())).collect()
    }

    #[test]
    fn a_shape_that_does_not_fit_is_found_and_no_value_is_lost() {
        let (heap, [table, _]) = heap();
        let misfit = |names| VerificationDetail::ShapeMisfit { names, values: 3 };
        for (shape, fault) in [(NO_SHAPE, VerificationDetail::NoShape), (0, misfit(0)), (2, misfit(2))] {
            let mut heap = heap.clone();
            let before: Vec<Value> = fields(&heap, table).into_iter().map(|it| it.1).collect();
            set_shape(&mut heap, table, shape);
            let report = heap.verify_heap();
            assert_eq!(found(&heap), [(table, fault)]);
            let recovery = heap.attempt_recovery(&report, None).unwrap();
            assert!(recovery.is_clean() && recovery.actions.contains(&RecoveryAction::NamedAnew { table }));
            assert!(recovery.unknown.contains(&Unknown::Names(table)));
            assert_eq!(fields(&heap, table).into_iter().map(|it| it.1).collect::<Vec<_>>(), before);
        }
    }

    #[test]
    fn a_table_with_a_shape_and_names_of_its_own_keeps_its_names() {
        let (mut heap, [table, _]) = heap();
        heap.set_field(table, &"n".repeat(100), Value::Nil).unwrap();
        let before = fields(&heap, table);
        set_shape(&mut heap, table, 0);
        assert_eq!(found(&heap), [(table, VerificationDetail::ShapeAndNames)]);
        let recovery = heap.attempt_recovery(&heap.verify_heap(), None).unwrap();
        assert!(recovery.is_clean());
        assert_eq!(fields(&heap, table), before);
    }

    #[test]
    fn a_name_with_the_word_of_another_is_found_and_no_value_is_lost() {
        let (mut heap, [first, second]) = heap();
        let before = fields(&heap, second);
        heap.shapes.list[2].names = [Symbol::new("x"), Symbol::damaged("y", "z")].into();
        assert_eq!(heap.get_field(second, "y"), Ok(Value::Nil));
        assert!(found(&heap).contains(&(second, VerificationDetail::ShapeNotLinked { shape: 2 })));
        assert!(heap.attempt_recovery(&heap.verify_heap(), None).unwrap().is_clean());
        assert_eq!(fields(&heap, second), before);
        assert_eq!(heap.get_field(first, "y"), Ok(Value::Int(1)));
    }

    #[test]
    fn a_fault_of_a_shape_is_told_at_each_of_its_tables_or_at_none() {
        let (mut heap, [first, second]) = heap();
        heap.shapes.list[1].children.remove("y");
        heap.shapes.list[0].children.insert("w".into(), 1);
        heap.shapes.list[0].children.insert("v".into(), 77);
        let not_linked = VerificationDetail::ShapeNotLinked { shape: 2 };
        let elsewhere = |shape| VerificationDetail::ShapeLinkedElsewhere { shape };
        assert_eq!(found(&heap), [(second, not_linked), (ObjectId::NIL, elsewhere(77)), (ObjectId::NIL, elsewhere(1))]);
        assert!(heap.attempt_recovery(&heap.verify_heap(), None).unwrap().is_clean());
        heap.remove_field(first, "z").unwrap();
        let shape = |heap: &Heap, table: ObjectId| match heap.arena.content(table) {
            Ok(Content::Table { shape, values: Values::Shaped(_) }) => *shape,
            _ => NO_SHAPE,
        };
        assert_eq!(shape(&heap, first), shape(&heap, second));
    }

    #[test]
    fn shapes_that_have_no_parent_are_all_given_up() {
        let (mut heap, tables) = heap();
        let before = tables.map(|table| fields(&heap, table));
        heap.shapes.list[2].parent = 3;
        assert!(!heap.verify_heap().is_clean());
        let recovery = heap.attempt_recovery(&heap.verify_heap(), None).unwrap();
        assert!(recovery.is_clean(), "{recovery}");
        assert_eq!(tables.map(|table| fields(&heap, table)), before);
        assert_eq!(heap.shapes.list.len(), 1);
    }
}
