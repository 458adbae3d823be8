//! What the heap shows in several ways: each must say the same as the one that is compared with the model.

use super::machine::VirtualMachine;
use heapproof_heap::{Heap, ObjectId, View};
use std::collections::BTreeMap;

/// An arrow of a picture: from where, to where, and whether it is weak.
type Arrow = (String, String, bool);

/// Where two ways contradict each other, if they do. The heap must not be damaged.
pub(super) fn contradiction(heap: &Heap<VirtualMachine>) -> Option<String> {
    if !heap.quick_health_check() {
        return Some("the quick check says that the heap is damaged".to_owned());
    }
    verified_by_itself(heap).or_else(|| drawn(heap))
}

/// Compares the report of the verification that came by itself last, and what one that is asked for now does if it is due.
fn verified_by_itself(heap: &Heap<VirtualMachine>) -> Option<String> {
    let has_been = heap.statistics().verifications > 0;
    let says = |report: Option<bool>| report.map_or("nothing", |clean| if clean { "a clean heap" } else { "errors" });
    let last = heap.last_verification().map(|report| report.is_clean());
    if last != has_been.then_some(true) {
        let number = heap.statistics().verifications;
        return Some(format!("after {number} verifications by itself the report of the last one says {}", says(last)));
    }
    let mut copy = heap.clone();
    let report = copy.maybe_verify_heap().map(|report| report.is_clean());
    let counted = copy.statistics().verifications - heap.statistics().verifications;
    (report != (counted == 1).then_some(true)).then(|| {
        format!("a verification that may be due is counted {counted} times, and its report says {}", says(report))
    })
}

/// Compares the picture of the heap with its objects.
fn drawn(heap: &Heap<VirtualMachine>) -> Option<String> {
    let picture = heap.graph().to_string();
    let mut arrows: BTreeMap<Arrow, i32> = BTreeMap::new();
    let mut nodes = 0;
    for line in picture.lines() {
        match arrow(line) {
            Some(arrow) => *arrows.entry(arrow).or_default() += 1,
            None => nodes += usize::from(line.trim_start().starts_with('"')),
        }
    }
    for object in heap.objects() {
        for (target, weak) in references(heap, object) {
            *arrows.entry((object.to_string(), target.to_string(), weak)).or_default() -= 1;
        }
    }
    let objects = heap.objects().count();
    if nodes != objects {
        return Some(format!("the picture has {nodes} objects, and {objects} live"));
    }
    let ((from, to, _), number) = arrows.into_iter().find(|(_, number)| *number != 0)?;
    let (how, number) = if number > 0 { ("more", number) } else { ("fewer", -number) };
    Some(format!("the picture has {number} {how} arrows from {from} to {to} than there are references"))
}

/// The arrow in a line of a picture.
fn arrow(line: &str) -> Option<Arrow> {
    let (from, rest) = line.trim_start().split_once(" -> ")?;
    let (to, attributes) = rest.split_once(' ')?;
    let name = |quoted: &str| quoted.trim_matches('"').to_owned();
    Some((name(from), name(to), attributes.ends_with(" style=dashed]")))
}

/// To what an object refers, and whether weakly.
fn references(heap: &Heap<VirtualMachine>, object: ObjectId) -> Vec<(ObjectId, bool)> {
    let strong = |values: &[heapproof_heap::Value]| -> Vec<(ObjectId, bool)> {
        values.iter().filter_map(|value| Some((value.reference()?, false))).collect()
    };
    let weak = |target: ObjectId| (!target.is_nil()).then_some((target, true));
    match heap.object(object) {
        Some(View::Table(fields)) => fields.iter().filter_map(|(_, value)| Some((value.reference()?, false))).collect(),
        Some(View::Array(values) | View::Closure { captures: values, .. }) => strong(values),
        Some(View::Box(value) | View::Scalar(value)) => strong(std::slice::from_ref(value)),
        Some(View::Weak(target)) => weak(target).into_iter().collect(),
        Some(View::Ephemeron { key, value }) => {
            weak(key).into_iter().chain(strong(std::slice::from_ref(value))).collect()
        }
        None => Vec::new(),
    }
}
