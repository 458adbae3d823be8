//! What the heap shows in several ways: each must say the same as the one that is compared with the model.

use super::HeapSubject;
use super::machine::VirtualMachine;
use crate::judge::subject::Subject;
use heapproof_heap::{Heap, ObjectId};
use heapproof_model::Contents;
use std::collections::BTreeMap;

/// An arrow of a picture: from which of the living objects, to which, and whether it is weak.
type Arrow = (usize, usize, bool);

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
    let text = subject.heap.graph().to_string();
    let (nodes, arrows) = read(&text);
    let objects: Vec<ObjectId> = subject.heap.objects().collect();
    let names: Vec<String> = objects.iter().map(ObjectId::to_string).collect();
    if nodes != names {
        let (nodes, names) = (nodes.join(" "), names.join(" "));
        return Some(format!("the picture has the objects {nodes}, and {names} live"));
    }
    let numbers: BTreeMap<&str, usize> = nodes.into_iter().zip(0..).collect();
    let mut shown = Vec::with_capacity(arrows.len());
    for (from, to, is_weak) in arrows {
        match (numbers.get(from), numbers.get(to)) {
            (Some(&from), Some(&to)) => shown.push((from, to, is_weak)),
            _ => return Some(format!("the picture has an arrow from {from} to {to}, which do not both live")),
        }
    }
    let mut there = references(subject, &objects);
    shown.sort_unstable();
    there.sort_unstable();
    let (from, to, many) = difference(&shown, &there)?;
    let (how, many) = if many > 0 { ("more", many) } else { ("fewer", -many) };
    let [from, to] = [from, to].map(|number| names.get(number).map_or("a dead object", String::as_str));
    Some(format!("the picture has {many} {how} arrows from {from} to {to} than there are references"))
}

/// The names of the objects in a picture, and the arrows between names: weak ones are dashed.
fn read(picture: &str) -> (Vec<&str>, Vec<(&str, &str, bool)>) {
    let (mut nodes, mut arrows) = (Vec::new(), Vec::new());
    for line in picture.lines() {
        let Some((name, rest)) = line.trim_start().strip_prefix('"').and_then(|line| line.split_once('"')) else {
            continue;
        };
        match rest.strip_prefix(" -> \"").and_then(|rest| rest.split_once('"')) {
            Some((to, attributes)) => arrows.push((name, to, attributes.ends_with(" style=dashed]"))),
            None => nodes.push(name),
        }
    }
    (nodes, arrows)
}

/// The arrows that a picture of these living objects must have.
fn references(subject: &HeapSubject, objects: &[ObjectId]) -> Vec<Arrow> {
    let machine = subject.heap.host();
    let number = |target| objects.binary_search(&machine.id(target)).unwrap_or(usize::MAX);
    let (mut arrows, mut contents) = (Vec::new(), Contents::default());
    for (from, object) in objects.iter().enumerate() {
        subject.look(machine.object(*object), &mut contents);
        arrows.extend(contents.references().map(|target| (from, number(target), false)));
        arrows.extend(contents.target.map(|target| (from, number(target), true)));
    }
    arrows
}

/// The first arrow that two sorted lists have not equally often, and how much more often the first list has it.
fn difference(shown: &[Arrow], there: &[Arrow]) -> Option<(usize, usize, isize)> {
    let equal = shown.iter().zip(there).take_while(|(one, other)| one == other).count();
    let first = shown.get(equal).into_iter().chain(there.get(equal)).min()?;
    let number = |list: &[Arrow]| list.iter().filter(|arrow| *arrow == first).count() as isize;
    Some((first.0, first.1, number(shown) - number(there)))
}

#[cfg(test)]
mod tests {
    use super::{difference, read};

    #[test]
    fn a_picture_is_read_as_names_and_arrows() {
        let picture = "digraph heap {\n  node [fontname=x]\n  \"0.1\" [label=\"0.1 table\"]\n  \"0.1\" -> \"2.1\" [label=\"a -> b\"]\n  \
                       \"2.1\" [label=\"\"]\n  \"2.1\" -> \"0.1\" [label=\"\" style=dashed]\n}\n";
        assert_eq!(read(picture), (vec!["0.1", "2.1"], vec![("0.1", "2.1", false), ("2.1", "0.1", true)]));
    }

    #[test]
    fn the_first_arrow_that_is_drawn_too_often_or_not_often_enough_is_told() {
        let (loops, other) = ((0, 0, false), (0, 1, false));
        assert_eq!(difference(&[loops, other], &[loops, other]), None);
        assert_eq!(difference(&[other], &[loops, loops, other]), Some((0, 0, -2)));
        assert_eq!(difference(&[loops, other, other], &[loops, other]), Some((0, 1, 1)));
        assert_eq!(difference(&[], &[(0, 1, true)]), Some((0, 1, -1)));
    }
}
