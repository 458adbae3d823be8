//! What a heap says of its memory, beside what the allocator counts. It has a process of its own, since that counts everything.

use std::sync::Mutex;

use heapproof_heap::{Budget, Heap, HeapError, Kind, New, ObjectId, Value};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// How much memory is in use now that was not before.
fn in_use(before: usize) -> f64 {
    (ALLOCATOR.current_usage() - before) as f64
}

fn objects(heap: &mut Heap, count: usize) -> Result<Vec<ObjectId>, HeapError> {
    let mut made = vec![ObjectId::NIL];
    for number in 0..count {
        let last = Value::from(made[made.len() - 1]);
        let object = match number % 6 {
            0 => heap.allocate_table()?,
            1 => heap.allocate_array(&[last, Value::Int(1), Value::Text("seven and more".into())])?,
            2 => heap.allocate_closure(1, &[last, Value::Nil])?,
            3 => heap.allocate_box(last)?,
            4 => heap.allocate_scalar(Value::Float(0.5))?,
            _ => heap.allocate_weak(made[made.len() - 1])?,
        };
        if number % 6 == 0 {
            for field in ["next", "x", "y", "a-name-of-some-length"] {
                heap.set_field(object, field, Value::from(made[made.len() - 1]))?;
            }
            for field in 0..if number % 60 == 0 { 20 } else { 0 } {
                heap.set_field(object, &format!("field {field}"), Value::Int(field))?;
            }
        }
        if number % 6 == 1 {
            (0..number as i64 % 40).try_for_each(|value| heap.push(object, Value::Int(value)))?;
        }
        made.push(object);
    }
    Ok(made)
}

fn empty(heap: &mut Heap, made: &[ObjectId]) -> Result<(), HeapError> {
    made.iter().try_for_each(|object| heap.dec_ref(*object))?;
    heap.collect_cycles().map(drop)
}

/// One test at a time, since the allocator counts for all.
static ALONE: Mutex<()> = Mutex::new(());

#[test]
fn a_peak_leaves_nothing_behind() {
    let _alone = ALONE.lock().unwrap();
    let mut heap = Heap::<()>::new();
    let mut left_of = |count| {
        let made = objects(&mut heap, count).unwrap();
        for &object in made.iter().filter(|&&object| heap.kind(object) == Some(Kind::Table)).collect::<Vec<_>>() {
            heap.set_field(object, "itself", object.into()).unwrap();
        }
        heap.detect_cycles();
        // Nothing is left of a collection under way and of a frame either.
        heap.collect_slice(10).unwrap();
        heap.begin_frame(Budget::Objects(1)).unwrap();
        for _ in 0..count {
            let temporary = heap.allocate_temporary(New::Table).unwrap();
            heap.dec_ref(temporary).unwrap();
        }
        empty(&mut heap, &made).unwrap();
        heap.shrink().unwrap();
        let left = heap.footprint();
        heap.end_frame().unwrap();
        left
    };
    // Tables with new fields make new shapes, which stay.
    let few = [600, 600].map(&mut left_of)[1];
    assert_eq!(left_of(20_000), few);
    assert!(few < 20_000, "{few}");
}

#[test]
fn the_footprint_is_what_the_allocator_counts_within_a_tenth() {
    let _alone = ALONE.lock().unwrap();
    for count in [100, 1_000, 20_000] {
        let before = ALLOCATOR.current_usage();
        let mut heap = Heap::<()>::new();
        let made = objects(&mut heap, count).unwrap();
        let list = (made.capacity() * size_of::<ObjectId>()) as f64;
        let detected = heap.detect_cycles_full();
        let (counted, said) = (in_use(before) - list, heap.footprint() as f64);
        assert!((said / counted - 1.0).abs() < 0.1, "{count} objects, {detected} cycles: {said} of {counted} bytes");
        empty(&mut heap, &made).unwrap();
        let (counted, said) = (in_use(before) - list, heap.footprint() as f64);
        assert!((said / counted - 1.0).abs() < 0.1, "{count} objects that are gone: {said} of {counted} bytes");
        heap.shrink().unwrap();
        let left = in_use(before) - list;
        assert!(count < 20_000 || left < counted / 20.0, "{left} of {counted} bytes are left");
    }
}
