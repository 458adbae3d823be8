//! Fields, by name, by symbol and at sites: whatever a site has met before, it gives what the name gives.

use heapproof_heap::{Configuration, FieldSite, HeapError, Kind, ObjectId, Symbol, Value, View};

use crate::random::Rng;
use crate::support::{TestHeap, assert_exact, drop_ref, heap, heap_with, internal, on, table};

/// A heap, and what its tables must hold.
#[derive(Clone)]
struct Twin {
    heap: TestHeap,
    tables: Vec<(ObjectId, Vec<(String, Value)>)>,
}

impl Twin {
    fn new() -> Self {
        let mut heap = heap();
        let tables = (0..4).map(|_| (table(&mut heap), Vec::new())).collect();
        Self { heap, tables }
    }

    fn get(&mut self, at: usize, site: &mut FieldSite) {
        let (table, fields) = &self.tables[at];
        let value = fields.iter().find(|(name, _)| name == site.name());
        let value = value.map(|(_, value)| value.clone()).unwrap_or_default();
        assert_eq!(self.heap.get_field(*table, site.name()), Ok(value.clone()));
        assert_eq!(self.heap.get_field(*table, &Symbol::new(site.name())), Ok(value.clone()));
        assert_eq!(self.heap.get_field_at(*table, site), Ok(value));
    }

    /// Stores a value; references are to boxes that live as long as they are stored.
    fn set(&mut self, at: usize, site: &mut FieldSite, by_name: bool, number: i64) {
        let (table, fields) = &mut self.tables[at];
        let value = match number % 3 {
            0 => self.heap.allocate_box(Value::Int(number)).unwrap().into(),
            1 => Value::Nil,
            _ => Value::Int(number),
        };
        let stored = match by_name {
            true => self.heap.set_field(*table, site.name(), value.clone()),
            false => self.heap.set_field_at(*table, site, value.clone()),
        };
        assert_eq!(stored, Ok(()));
        drop_ref(&mut self.heap, value.reference().unwrap_or_default());
        match fields.iter_mut().find(|(name, _)| name == site.name()) {
            Some(field) => field.1 = value,
            None => fields.push((site.name().to_owned(), value)),
        }
    }

    fn remove(&mut self, at: usize, name: &str) {
        let (table, fields) = &mut self.tables[at];
        let removed = match fields.len() % 2 {
            0 => self.heap.remove_field(*table, name),
            _ => self.heap.remove_field(*table, &Symbol::new(name)),
        };
        let Some(place) = fields.iter().position(|field| field.0 == name) else {
            assert_eq!(removed, Err(HeapError::Field { object: *table }));
            return;
        };
        let (_, value) = fields.remove(place);
        drop_ref(&mut self.heap, value.reference().unwrap_or_default());
        assert_eq!(removed, Ok(value));
    }

    fn replace(&mut self, at: usize) {
        drop_ref(&mut self.heap, self.tables[at].0);
        self.tables[at] = (table(&mut self.heap), Vec::new());
    }

    fn assert_same(&self) {
        for (table, expected) in &self.tables {
            let Some(View::Table(fields)) = self.heap.object(*table) else { panic!("a table") };
            assert_eq!(fields.len(), expected.len());
            assert!(fields.iter().eq(expected.iter().map(|(name, it)| (&**name, it))), "{fields:?} {expected:?}");
            assert!(expected.iter().all(|(name, it)| fields.get(&Symbol::new(name)) == Some(it)), "{fields:?}");
        }
        let boxes = self.tables.iter().flat_map(|(_, fields)| fields).filter(|(_, it)| it.reference().is_some());
        assert_eq!(self.heap.len(), self.tables.len() + boxes.count());
        assert_exact(&self.heap);
    }
}

/// A random program in which tables have up to `names` fields, on up to three heaps that are
/// clones of one another, with sites that all of them share.
fn run(seed: u64, names: usize, operations: usize) {
    let mut rng = Rng::new(seed);
    let mut twins = vec![Twin::new(), Twin::new()];
    let start = if seed.is_multiple_of(2) { "f" } else { "all_begin_alike_" };
    let site = |number: usize| FieldSite::new(&format!("{start}{}", number / 2));
    let mut sites: Vec<FieldSite> = (0..2 * names).map(site).collect();
    for operation in 0..operations {
        let shrinks = operation / (6 * names) % 2 == 1;
        // Names in order are more likely, so that tables often have equal shapes.
        let name = if rng.below(3) == 0 { rng.below(names) } else { operation % names };
        let site = &mut sites[2 * name + rng.below(2)];
        let chosen = rng.below(twins.len());
        let (twin, at) = (&mut twins[chosen], rng.below(4));
        match rng.below(20) {
            0 if rng.below(names) == 0 => twin.replace(at),
            1 if rng.below(10) == 0 => {
                let clone = twin.clone();
                twins.truncate(2);
                twins.push(clone);
            }
            0..=4 => twin.get(at, site),
            5..=14 if shrinks => twin.remove(at, site.name()),
            kind => twin.set(at, site, kind % 3 == 0, rng.below(1000) as i64),
        }
        twins.iter().for_each(Twin::assert_same);
    }
}

#[test]
fn random_fields_are_what_a_list_of_names_and_values_says() {
    for (names, operations) in [(1, 200), (3, 400), (12, 700), (13, 700), (15, 1000), (40, 1500)] {
        for seed in 0..12 {
            run(seed, names, operations);
        }
    }
}

#[test]
fn a_site_is_right_for_tables_of_all_shapes_in_turn() {
    let mut heap = heap();
    let mut site = FieldSite::new("x");
    let tables: Vec<ObjectId> = (0..30).map(|_| table(&mut heap)).collect();
    for (ahead, &table) in tables.iter().enumerate() {
        for number in 0..ahead {
            heap.set_field(table, &format!("f{number}"), Value::Nil).unwrap();
        }
    }
    for round in 0..3 {
        for (number, &table) in tables.iter().enumerate() {
            let before = if round == 0 { Value::Nil } else { Value::Int(number as i64) };
            assert_eq!(heap.get_field_at(table, &mut site), Ok(before));
            heap.set_field_at(table, &mut site, Value::Int(number as i64)).unwrap();
            assert_eq!(heap.get_field(table, "x"), Ok(Value::Int(number as i64)));
        }
    }
}

#[test]
fn a_site_is_right_in_a_clone_that_has_gone_its_own_way() {
    let mut heap = heap();
    let object = table(&mut heap);
    let mut clone = heap.clone();
    let (mut x, mut y) = (FieldSite::new("x"), FieldSite::new("y"));
    heap.set_field_at(object, &mut x, Value::Int(1)).unwrap();
    heap.set_field_at(object, &mut y, Value::Int(2)).unwrap();
    clone.set_field(object, "y", Value::Int(3)).unwrap();
    clone.set_field(object, "z", Value::Int(4)).unwrap();
    assert_eq!(clone.get_field_at(object, &mut x), Ok(Value::Nil));
    assert_eq!(clone.get_field_at(object, &mut y), Ok(Value::Int(3)));
    assert_eq!(heap.get_field_at(object, &mut y), Ok(Value::Int(2)));

    let other = table(&mut clone);
    heap.get_field_at(object, &mut x).unwrap();
    clone.set_field_at(other, &mut x, Value::Int(5)).unwrap();
    assert_eq!(clone.get_field(other, "x"), Ok(Value::Int(5)));
    assert_eq!(clone.get_field(other, "y"), Ok(Value::Nil));
}

#[test]
fn there_may_be_more_kinds_of_tables_than_shapes() {
    let mut heap = heap();
    let mut shared = FieldSite::new("shared");
    let tables: Vec<ObjectId> = (0..6_000).map(|_| table(&mut heap)).collect();
    for (number, &table) in tables.iter().enumerate() {
        heap.set_field(table, &format!("own{number}"), Value::Int(-1)).unwrap();
        heap.set_field_at(table, &mut shared, Value::Int(number as i64)).unwrap();
    }
    for (number, &table) in tables.iter().enumerate() {
        assert_eq!(heap.get_field_at(table, &mut shared), Ok(Value::Int(number as i64)));
        assert_eq!(heap.remove_field(table, &format!("own{number}")), Ok(Value::Int(-1)));
        assert_eq!(heap.get_field_at(table, &mut shared), Ok(Value::Int(number as i64)));
    }
}

#[test]
fn a_table_grows_beyond_twelve_fields_and_back_at_sites() {
    let mut heap = heap();
    let table = table(&mut heap);
    let mut sites: Vec<FieldSite> = (0..14).map(|number| FieldSite::new(&number.to_string())).collect();
    for round in 0..4 {
        for count in [11, 12, 13, 14, 13, 12, 11, 1] {
            for (number, site) in sites.iter_mut().enumerate() {
                let value = Value::Int(round * 100 + number as i64);
                if number < count {
                    heap.set_field_at(table, site, value.clone()).unwrap();
                } else if heap.get_field_at(table, site) != Ok(Value::Nil) {
                    heap.remove_field(table, site.name()).unwrap();
                }
                let expected = if number < count { value } else { Value::Nil };
                assert_eq!(heap.get_field_at(table, site), Ok(expected));
            }
            let Some(View::Table(fields)) = heap.object(table) else { panic!("a table") };
            let names: Vec<&str> = fields.iter().map(|(name, _)| name).collect();
            assert_eq!(names, sites[..count].iter().map(FieldSite::name).collect::<Vec<_>>());
        }
    }
}

#[test]
fn sites_at_which_one_table_has_grown_large_do_so_with_the_next() {
    let mut heap = heap();
    let mut sites: Vec<FieldSite> = (0..20).map(|number| FieldSite::new(&number.to_string())).collect();
    for _ in 0..3 {
        let table = table(&mut heap);
        for (number, site) in (0..).zip(&mut sites) {
            heap.set_field_at(table, site, Value::Int(number)).unwrap();
        }
        for (number, site) in (0..).zip(&mut sites) {
            assert_eq!(heap.get_field(table, site.name()), Ok(Value::Int(number)));
            assert_eq!(heap.get_field_at(table, site), Ok(Value::Int(number)));
        }
    }
}

#[test]
fn a_field_at_a_site_is_refused_as_by_name() {
    let mut heap = heap_with(Configuration::default().with_count_ceiling(1).unwrap());
    let mut site = FieldSite::new("x");
    let owner = table(&mut heap);
    let target = heap.allocate_box(Value::Nil).unwrap();
    let stale = table(&mut heap);
    heap.set_field_at(stale, &mut site, Value::Int(1)).unwrap();
    drop_ref(&mut heap, stale);

    let kind = HeapError::Kind { object: target, expected: Kind::Table, found: Kind::Box };
    let gone = HeapError::Stale { object: stale };
    for (object, error) in [(ObjectId::NIL, HeapError::Nil), (stale, gone), (target, kind)] {
        assert_eq!(heap.get_field_at(object, &mut site), Err(error));
        assert_eq!(heap.set_field_at(object, &mut site, Value::Nil), Err(error));
    }
    assert_eq!(heap.set_field_at(owner, &mut site, Value::Reference(stale)), Err(gone));
    heap.set_field(owner, "y", target.into()).unwrap();
    let full = HeapError::Overflow { object: target };
    assert_eq!(heap.set_field_at(owner, &mut site, target.into()), Err(full));
    assert_eq!(internal(&heap, target), 1);
    let Some(View::Table(fields)) = heap.object(owner) else { panic!("a table") };
    assert_eq!(fields.get("x"), None);
}

#[test]
fn a_value_replaced_at_a_site_is_given_up_after_the_new_one_is_in_place() {
    let mut heap = heap();
    let mut site = FieldSite::new("x");
    let owner = table(&mut heap);
    let old = heap.allocate_box(Value::Nil).unwrap();
    heap.set_field_at(owner, &mut site, old.into()).unwrap();
    drop_ref(&mut heap, old);
    heap.set_field_at(owner, &mut site, old.into()).unwrap();
    assert_eq!(internal(&heap, old), 1);

    on(&mut heap, old, move |heap, _| {
        let mut site = FieldSite::new("x");
        assert_eq!(heap.get_field_at(owner, &mut site), Ok(Value::Int(7)));
        heap.set_field_at(owner, &mut site, Value::Int(8)).unwrap();
    });
    heap.set_field_at(owner, &mut site, Value::Int(7)).unwrap();
    assert_eq!(heap.take_finalizer_panics(), []);
    assert!(!heap.contains(old));
    assert_eq!(heap.get_field_at(owner, &mut site), Ok(Value::Int(8)));
}

#[test]
fn nil_at_a_site_is_a_value_and_its_field_stays() {
    let mut heap = heap();
    let mut site = FieldSite::new("x");
    let owner = table(&mut heap);
    assert_eq!(heap.get_field_at(owner, &mut site), Ok(Value::Nil));
    heap.set_field_at(owner, &mut site, Value::Reference(ObjectId::NIL)).unwrap();
    let Some(View::Table(fields)) = heap.object(owner) else { panic!("a table") };
    assert_eq!((fields.len(), fields.get("x")), (1, Some(&Value::Nil)));
}
