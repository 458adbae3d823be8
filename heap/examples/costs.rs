//! One operation, repeated, so that its instructions can be counted:
//!
//! ```text
//! cargo build --release -p heapproof-heap --example costs
//! valgrind --tool=callgrind --callgrind-out-file=/dev/null target/release/examples/costs get-field-at
//! ```
//!
//! What an operation costs is the difference to `nothing`, over [`TIMES`]. See COMPARE.md.

use std::collections::HashMap;
use std::hint::black_box;

use heapproof_heap::{Configuration, FieldSite, Heap, HeapError, Symbol, Value};

const TIMES: u32 = 100_000;

const NAMES: [&str; 6] = ["next", "parent", "left", "right", "value", "key"];

fn main() -> Result<(), HeapError> {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let verification = mode.ends_with("verified").then_some(u32::MAX);
    let configuration = Configuration::default().with_verification_interval(verification)?;
    let mut heap = Heap::with_configuration((), configuration.with_automatic_checks(false));
    let table = heap.allocate_table()?;
    let mut map = HashMap::new();
    for (number, name) in (0..).zip(NAMES) {
        heap.set_field(table, name, Value::Int(number))?;
        map.insert(name.to_owned(), Value::Int(number));
    }
    let other = heap.allocate_box(Value::Nil)?;
    let (mut site, symbol, name) = (FieldSite::new("key"), Symbol::new("key"), String::from("key"));
    let (mut sites, six) = (NAMES.map(FieldSite::new), [const { Value::Int(1) }; NAMES.len()]);
    for _ in 0..TIMES {
        match mode.as_str() {
            "nothing" => black_box(()),
            "inc-and-dec-ref" => {
                heap.inc_ref(black_box(table))?;
                heap.dec_ref(black_box(table))?;
            }
            "set-box" => heap.set_box(black_box(other), table.into())?,
            "allocate-and-drop" | "allocate-and-drop-verified" => {
                let object = heap.allocate_box(Value::Nil)?;
                heap.dec_ref(black_box(object))?;
            }
            "table-field-by-field" => {
                let object = heap.allocate_table()?;
                for site in &mut sites {
                    heap.set_field_at(object, site, Value::Int(1))?;
                }
                heap.dec_ref(black_box(object))?;
            }
            "table-like" => {
                let object = heap.allocate_table_like(table, &six)?;
                heap.dec_ref(black_box(object))?;
            }
            "get-field" => _ = black_box(heap.get_field(black_box(table), &name)?),
            "get-field-by-symbol" => _ = black_box(heap.get_field(black_box(table), &symbol)?),
            "get-field-at" => _ = black_box(heap.get_field_at(black_box(table), &mut site)?),
            "get-from-map" => _ = black_box(map.get(black_box(&name)).cloned()),
            "set-field" => heap.set_field(black_box(table), &name, Value::Int(1))?,
            "set-field-by-symbol" => heap.set_field(black_box(table), &symbol, Value::Int(1))?,
            "set-field-at" => heap.set_field_at(black_box(table), &mut site, Value::Int(1))?,
            "quick-health-check" => assert!(heap.quick_health_check()),
            other => {
                eprintln!("`{other}` is no operation; they stand in this file");
                std::process::exit(2);
            }
        }
    }
    Ok(())
}
