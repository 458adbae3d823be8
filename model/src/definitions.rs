//! The definitions (SPEC 1, 3, 5), each computed from the whole object graph.
//!
//! Nothing here is cached.

use crate::value::{Contents, Object};
use std::collections::BTreeSet;

/// The living objects of a heap and their contents.
pub trait Graph {
    /// The contents of a living object.
    fn contents(&self, object: Object) -> Option<&Contents>;
    /// All living objects, in order of allocation.
    fn living(&self) -> impl Iterator<Item = Object> + Clone + '_;
    /// One more than the greatest object's number.
    fn bound(&self) -> usize;

    /// The objects to which a living object refers strongly, one entry for each reference.
    fn references(&self, object: Object) -> impl Iterator<Item = Object> + Clone + '_ {
        self.contents(object).into_iter().flat_map(Contents::references)
    }

    /// Whether an ephemeron refers to its value only as long as its key is reached (SPEC 1.20, 11.26).
    fn keys(&self) -> bool {
        true
    }

    /// The key without which an ephemeron does not lead to the value that it has for it.
    fn key(&self, object: Object) -> Option<Object> {
        let contents = self.contents(object).filter(|contents| self.keys() && contents.is_ephemeron())?;
        contents.references().next().and(contents.target)
    }
}

/// The internal count of each object: the number of strong references from living objects.
pub fn counted(graph: &impl Graph) -> Vec<u32> {
    let mut counts = vec![0; graph.bound()];
    for object in graph.living() {
        graph.references(object).for_each(|target| counts[target.index()] += 1);
    }
    counts
}

/// The weak count of each object: how many living weak objects target it.
pub fn targeted(graph: &impl Graph) -> Vec<u32> {
    let mut counts = vec![0; graph.bound()];
    for object in graph.living() {
        if let Some(target) = graph.contents(object).and_then(|contents| contents.target) {
            counts[target.index()] += 1;
        }
    }
    counts
}

/// For each object, whether it is one of the roots or referred to by a reachable object; the value of an ephemeron only if the
/// key is reachable, too.
pub fn reachable(graph: &impl Graph, roots: impl Iterator<Item = Object>) -> Vec<bool> {
    let mut reached = vec![false; graph.bound()];
    let (mut open, mut ephemerons) = (Vec::from_iter(roots), Vec::new());
    loop {
        while let Some(object) = open.pop() {
            if !std::mem::replace(&mut reached[object.index()], true) {
                match graph.key(object) {
                    Some(key) => ephemerons.push((object, key)),
                    None => open.extend(graph.references(object)),
                }
            }
        }
        let has_key = |(_, key): &(Object, Object)| reached[key.index()];
        let (with_keys, without): (Vec<_>, Vec<_>) = ephemerons.into_iter().partition(has_key);
        if with_keys.is_empty() {
            return reached;
        }
        open.extend(with_keys.into_iter().flat_map(|(object, _)| graph.references(object)));
        ephemerons = without;
    }
}

/// For each object, whether those lead to it: the value of an ephemeron is led to by the ephemeron, and by the key.
pub fn led_to(graph: &impl Graph, from: impl Iterator<Item = Object>, goes_on: impl Fn(Object) -> bool) -> Vec<bool> {
    let ephemerons: Vec<_> = graph.living().filter_map(|object| Some((object, graph.key(object)?))).collect();
    let (mut reached, mut open) = (vec![false; graph.bound()], Vec::from_iter(from));
    while let Some(object) = open.pop() {
        if !std::mem::replace(&mut reached[object.index()], true) && goes_on(object) {
            open.extend(graph.references(object));
            let kept = ephemerons.iter().filter(|(_, key)| *key == object);
            open.extend(kept.flat_map(|(ephemeron, _)| graph.references(*ephemeron)));
        }
    }
    reached
}

/// The cycles among those members, by mutual reachability. Two objects are in the same cycle if each reaches the other
/// through members; an object is in a cycle if it reaches itself. Cycles are in the order of their first objects.
pub fn cycles(graph: &impl Graph, members: impl Iterator<Item = Object>) -> Vec<BTreeSet<Object>> {
    let mut rest: Vec<Object> = members.collect();
    without_ends(graph.bound(), &mut rest, |object| graph.references(object));
    if rest.is_empty() {
        return Vec::new();
    }
    let mut referrers: Vec<Vec<Object>> = vec![Vec::new(); graph.bound()];
    for object in &rest {
        graph.references(*object).for_each(|target| referrers[target.index()].push(*object));
    }
    let behind = |object: Object| referrers[object.index()].iter().copied();
    without_ends(graph.bound(), &mut rest, behind);
    let mut rest: BTreeSet<Object> = rest.into_iter().collect();
    let mut cycles = Vec::new();
    while let Some(object) = rest.first().copied() {
        let ahead_of_it = closure(&rest, object, |object| graph.references(object));
        let cycle = &ahead_of_it & &closure(&rest, object, behind);
        rest.remove(&object);
        for member in &cycle {
            rest.remove(member);
        }
        if !cycle.is_empty() {
            cycles.push(cycle);
        }
    }
    cycles
}

/// The members that can be reached from that one in one or more steps through members.
fn closure<I: Iterator<Item = Object>>(
    members: &BTreeSet<Object>,
    from: Object,
    next: impl Fn(Object) -> I,
) -> BTreeSet<Object> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<Object> = next(from).collect();
    while let Some(object) = open.pop() {
        if members.contains(&object) && reached.insert(object) {
            open.extend(next(object));
        }
    }
    reached
}

/// Removes the members to which no other member refers, then those to which none of the rest refers, and so on: an
/// object without a referrer is in no cycle. This saves [`closure`] the long chains.
fn without_ends<I: Iterator<Item = Object>>(bound: usize, members: &mut Vec<Object>, next: impl Fn(Object) -> I) {
    let mut leading = vec![0; bound];
    members.iter().for_each(|object| next(*object).for_each(|target| leading[target.index()] += 1));
    // Nothing goes on from what is no member.
    let mut gone = vec![true; bound];
    members.iter().for_each(|object| gone[object.index()] = false);
    let mut ends: Vec<Object> = members.iter().copied().filter(|object| leading[object.index()] == 0).collect();
    while let Some(object) = ends.pop() {
        gone[object.index()] = true;
        next(object).for_each(|target| {
            leading[target.index()] -= 1;
            if leading[target.index()] == 0 && !gone[target.index()] {
                ends.push(target);
            }
        });
    }
    members.retain(|object| !gone[object.index()]);
}
