//! What a heap says of its memory, beside what the allocator counts. It has a process of its own, since that counts everything.

use heapproof_heap::{Heap, HeapError, ObjectId, Value};
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

#[test]
fn the_footprint_is_what_the_allocator_counts_within_a_tenth() {
    for count in [100, 1_000, 20_000] {
        let before = ALLOCATOR.current_usage();
        let mut heap = Heap::<()>::new();
        let made = objects(&mut heap, count).unwrap();
        let list = size_of_val(&made[..]) as f64;
        let detected = heap.detect_cycles_full();
        let (counted, said) = (in_use(before) - list, heap.footprint() as f64);
        assert!((said / counted - 1.0).abs() < 0.1, "{count} objects, {detected} cycles: {said} of {counted} bytes");
        empty(&mut heap, &made).unwrap();
        let (counted, said) = (in_use(before) - list, heap.footprint() as f64);
        assert!((said / counted - 1.0).abs() < 0.1, "{count} objects that are gone: {said} of {counted} bytes");
    }
}
