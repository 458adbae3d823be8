//! What the heap shows in several ways: each must say the same as the one that is compared with the model.

use super::HeapSubject;
use super::machine::VirtualMachine;
use crate::judge::subject::Subject;
use heapproof_heap::Heap;
use heapproof_model::Contents;
use std::collections::BTreeMap;

/// An arrow of a picture: from where, to where, and whether it is weak.
type Arrow = (String, String, bool);

/// Where two ways contradict each other, if they do. The heap must not be damaged.
pub(super) fn contradiction(subject: &HeapSubject) -> Option<String> {
    if !subject.heap.quick_health_check() {
        return Some("the quick check says that the heap is damaged".to_owned());
    }
    verified_by_itself(&subject.heap).or_else(|| drawn(subject))
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

/// Compares the picture of the heap with its objects, as a look shows them.
fn drawn(subject: &HeapSubject) -> Option<String> {
    let (heap, machine) = (&subject.heap, subject.heap.host());
    let picture = heap.graph().to_string();
    let mut arrows: BTreeMap<Arrow, i32> = BTreeMap::new();
    let mut nodes = 0;
    for line in picture.lines() {
        match arrow(line) {
            Some(arrow) => *arrows.entry(arrow).or_default() += 1,
            None => nodes += usize::from(line.trim_start().starts_with('"')),
        }
    }
    let (mut objects, mut contents) = (0, Contents::default());
    for object in heap.objects() {
        objects += 1;
        subject.look(machine.object(object), &mut contents);
        let strong = contents.references().map(|target| (target, false));
        for (target, is_weak) in strong.chain(contents.target.map(|target| (target, true))) {
            let arrow = (object.to_string(), machine.id(target).to_string(), is_weak);
            *arrows.entry(arrow).or_default() -= 1;
        }
    }
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
