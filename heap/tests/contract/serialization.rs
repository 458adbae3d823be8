//! Statistics, reports and what recovery did, as JSON.

use heapproof_heap::{Budget, Configuration, Kind, ObjectId, Value};
use serde_json::{json, to_value};

use crate::support::{assert_clean, drop_ref, garbage_ring, heap, table};

#[test]
fn ids_are_written_as_their_text_and_names_in_small_letters() {
    let mut heap = heap();
    let a = table(&mut heap);
    assert_eq!(to_value([a, ObjectId::NIL]).unwrap(), json!(["0.1", "nil"]));
    assert_eq!(to_value(heap.kind(a)).unwrap(), json!("table"));
    assert_eq!(to_value(heap.counts(a)).unwrap(), json!({"external": 1, "internal": 0, "weak": 0}));
    assert_eq!(to_value(Kind::Weak).unwrap(), json!("weak"));
    assert_eq!(to_value(Budget::Microseconds(7)).unwrap(), json!({"microseconds": 7}));
}

#[test]
fn statistics_and_settings_are_written_by_name() {
    let mut heap = heap();
    garbage_ring(&mut heap, 3);
    let collection = to_value(heap.collect_cycles().unwrap()).unwrap();
    assert_eq!(collection, json!({"objects": 3, "cycles": 1, "complete": true}));
    heap.begin_frame(Budget::Objects(9)).unwrap();
    let frame = to_value(heap.frame_stats()).unwrap();
    assert_eq!((&frame["budget"], &frame["temporaries"]), (&json!({"objects": 9}), &json!(0)));
    let statistics = to_value(heap.statistics()).unwrap();
    assert_eq!((&statistics["allocations"], &statistics["cycles_collected"]), (&json!(3), &json!(1)));
    let configuration = to_value(Configuration::default()).unwrap();
    assert_eq!((&configuration["budget"], &configuration["verbose"]), (&json!(1_000), &json!(false)));
}

#[test]
fn a_report_is_written_with_all_that_was_found() {
    let mut heap = heap();
    let (a, b) = (table(&mut heap), table(&mut heap));
    let gone = table(&mut heap);
    drop_ref(&mut heap, gone);
    let report = heap.verify_heap_with_roots(&[a, a, gone, b]);
    let expected = json!({
        "errors": [
            {"kind": "dangling_reference", "object": "2.1", "detail": "dangling_root"},
            {
                "kind": "ref_count_mismatch",
                "object": "0.1",
                "detail": {"count": {"count": "external", "recorded": 1, "actual": 2}},
            },
        ],
        "warnings": [],
        "total_objects": 2,
    });
    assert_eq!(to_value(&report).unwrap(), expected);
}

#[test]
fn a_recovery_is_written_with_what_was_done() {
    let mut heap = heap();
    let (a, b) = (table(&mut heap), heap.allocate_box(Value::Nil).unwrap());
    let recovery = heap.attempt_recovery(&heap.verify_heap(), Some(&[a, a])).unwrap();
    assert_clean(&heap);
    let written = to_value(&recovery).unwrap();
    let actions = json!([
        {"set_count": {"object": a, "count": "external", "from": 1, "to": 2}},
        {"set_count": {"object": b, "count": "external", "from": 1, "to": 0}},
        {"released": {"object": b}},
    ]);
    assert_eq!((&written["actions"], &written["lost"]), (&actions, &json!([])));
    assert_eq!((&written["after"]["errors"], &written["outdated"]), (&json!([]), &json!(0)));
}
