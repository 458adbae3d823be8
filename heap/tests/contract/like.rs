use crate::support::{TestHeap, assert_exact, heap, table};
use heapproof_heap::{FieldSite, Heap, HeapError, Kind, New, ObjectId, Value, View};

/// The fields of a table, as texts.
fn fields(heap: &TestHeap, object: ObjectId) -> Vec<String> {
    let Some(View::Table(fields)) = heap.object(object) else { panic!("{object} is no table") };
    fields.iter().map(|(name, value)| format!("{name}: {value:?}")).collect()
}

/// A table with so many fields, the numbers from 0 on.
fn numbered(heap: &mut TestHeap, many: i64) -> ObjectId {
    let object = table(heap);
    for number in 0..many {
        heap.set_field(object, &format!("f{number}"), number.into()).unwrap();
    }
    object
}

#[test]
fn a_table_like_another_is_as_if_it_were_built_field_by_field() {
    let mut heap = heap();
    let target = table(&mut heap);
    for many in [0, 1, 2, 12, 13, 40] {
        let like = numbered(&mut heap, many);
        let values: Vec<Value> =
            (0..many).map(|number| if number % 2 == 0 { target.into() } else { (-number).into() }).collect();
        let built = table(&mut heap);
        for (number, value) in values.iter().enumerate() {
            heap.set_field(built, &format!("f{number}"), value.clone()).unwrap();
        }
        let made = heap.allocate_table_like(like, &values).unwrap();
        assert_eq!(fields(&heap, made), fields(&heap, built), "{many} fields");
        for object in [made, built] {
            heap.set_field(object, "one more", 7.into()).unwrap();
            _ = heap.remove_field(object, "f0");
        }
        assert_eq!(fields(&heap, made), fields(&heap, built), "{many} fields, changed alike");
        assert_exact(&heap);
    }
    assert!(heap.verify_heap().is_clean());
}

#[test]
fn fields_that_were_taken_out_are_no_fields_of_what_is_made_alike() {
    let mut heap = heap();
    let like = numbered(&mut heap, 20);
    for number in [3, 0, 19] {
        heap.remove_field(like, &format!("f{number}")).unwrap();
    }
    let made = heap.allocate_table_like(like, &vec![Value::Nil; 17]).unwrap();
    let names = |object| fields(&heap, object).iter().map(|it| it.split(':').next().unwrap().to_owned()).collect();
    let (made, like): (Vec<String>, Vec<String>) = (names(made), names(like));
    assert_eq!(made, like);
}

#[test]
fn the_two_tables_go_their_own_ways() {
    let mut heap = heap();
    let like = numbered(&mut heap, 2);
    let made = heap.allocate_table_like(like, &[8.into(), 9.into()]).unwrap();
    heap.set_field(like, "f0", 1.into()).unwrap();
    heap.dec_ref(like).unwrap();
    assert_eq!(fields(&heap, made), ["f0: Int(8)", "f1: Int(9)"]);
    let mut site = FieldSite::new("f1");
    assert_eq!(heap.get_field_at(made, &mut site), Ok(9.into()));
}

#[test]
fn it_is_refused_for_the_first_reason_and_nothing_is_counted_then() {
    let mut heap = heap();
    let like = numbered(&mut heap, 1);
    let (gone, held, array) = (table(&mut heap), table(&mut heap), heap.allocate_array(&[]).unwrap());
    heap.dec_ref(gone).unwrap();
    let mut refused = |like, values: &[Value]| heap.allocate_table_like(like, values).unwrap_err();
    assert_eq!(refused(ObjectId::NIL, &[]), HeapError::Nil);
    assert_eq!(refused(gone, &[]), HeapError::Stale { object: gone });
    assert_eq!(refused(array, &[]), HeapError::Kind { object: array, expected: Kind::Table, found: Kind::Array });
    let (too_few, too_many) = (refused(like, &[]), refused(like, &[gone.into(), gone.into()]));
    assert_eq!(too_few, HeapError::Index { object: like, index: 0, length: 1 });
    assert_eq!(too_many, HeapError::Index { object: like, index: 2, length: 1 });
    assert_eq!(refused(like, &[gone.into()]), HeapError::Stale { object: gone });
    assert_eq!(heap.counts(held).unwrap().internal, 0);
    assert_exact(&heap);
}

#[test]
fn what_it_refers_to_is_counted_or_all_is_refused() {
    let configuration = heapproof_heap::Configuration::default().with_count_ceiling(2).unwrap();
    let mut heap = Heap::with_configuration((), configuration.with_capacity(3).unwrap());
    let (like, target) = (heap.allocate_table().unwrap(), heap.allocate_table().unwrap());
    for name in ["a", "b", "c"] {
        heap.set_field(like, name, Value::Nil).unwrap();
    }
    let three = [target.into(), target.into(), target.into()];
    assert_eq!(heap.allocate_table_like(like, &three), Err(HeapError::Overflow { object: target }));
    assert_eq!(heap.counts(target).unwrap().internal, 0);
    let two = [target.into(), Value::Nil, target.into()];
    let made = heap.allocate_table_like(like, &two).unwrap();
    assert_eq!(heap.counts(target).unwrap().internal, 2);
    assert_eq!(heap.allocate_table_like(like, &[const { Value::Nil }; 3]), Err(HeapError::Capacity));
    heap.dec_ref(made).unwrap();
    assert_eq!(heap.counts(target).unwrap().internal, 0);
}

#[test]
fn a_ring_through_it_is_detected_though_nothing_else_was_written() {
    let mut heap = heap();
    let (like, end) = (numbered(&mut heap, 1), table(&mut heap));
    heap.detect_cycles();
    let made = heap.allocate_table_like(like, &[end.into()]).unwrap();
    heap.set_field(end, "up", made.into()).unwrap();
    assert_eq!(heap.detect_cycles(), 1);
}

#[test]
fn a_temporary_can_be_made_alike_too() {
    let mut heap = heap();
    let like = numbered(&mut heap, 1);
    heap.begin_frame(heapproof_heap::Budget::Objects(10)).unwrap();
    let made = heap.allocate_temporary(New::TableLike { like, values: &[5.into()] }).unwrap();
    assert_eq!(fields(&heap, made), ["f0: Int(5)"]);
    heap.end_frame().unwrap();
    assert!(!heap.contains(made));
}
