//! Small states of a heap, each by the simplest program that was found for it.
//!
//! One bug of a collector shows in garbage of any shape: in two objects that refer to themselves, in one that holds
//! another, in a ring of two. No change of one line leads from one to the other while the failure stays. So passes replace
//! the beginning of a program as a whole by one that leads to a small state.
//!
//! No list says which states matter; a list would be of the bugs that somebody knew. They are searched, breadth first, on
//! the model: from the empty heap by the program's own shapes of lines, and by the least ones that make an object, refer to
//! it, and let it go, each in turn with all names. A program whose state was reached before is left out; it is not shorter.
//! What the heap under test has beyond the model (its candidates and marks) depends on the number of operations too, which
//! the state of the model contains. The search ends at a number of lines and of steps. So of a program with many shapes
//! only the first few lines are searched whole; the least shapes are searched alone before, and so further.

use super::beginnings::{Beginning, shape, used};
use super::vocabulary::parsed;
use crate::failure::minimize::order::Rank;
use crate::judge::digest::Gathered;
use heapproof_model::definitions::Graph;
use heapproof_model::script::Outcome;
use heapproof_model::{Line, Operation, Program, Reference};
use std::collections::HashSet;

/// How many objects a state has at most, the dead ones with them.
const MOST_OBJECTS: usize = 3;
/// How many names a line of it uses at most.
const MOST_USED: usize = 2;
/// How many steps of the model each of the two searches takes.
const MOST_STEPS: usize = 6_000;

/// The least lines that make an object, refer to it, and let it go, and lead from each to the others.
const LEAST: &str = "a = table\na.next = a\nb = box a\ndrop a";

/// The states that programs of at most so many lines lead to from that model, those of shorter programs first.
pub(super) fn states(empty: &Reference, program: &[Line], most_lines: usize) -> Vec<Beginning> {
    let least = shapes(&parsed(LEAST).unwrap_or_default());
    let own: Vec<Line> = program.iter().filter(|line| !line.operation.code().is_setting()).cloned().collect();
    let all = shapes(&[&own[..], &least].concat());
    let mut seen = HashSet::new();
    let mut states = reached(empty, &least, most_lines, &mut seen);
    if all != least {
        states.extend(reached(empty, &all, most_lines, &mut seen));
    }
    states.sort_by_key(|state| state.lines.len());
    states
}

/// The shapes of those lines, each once, the simplest first; without those of many names or objects.
fn shapes(lines: &[Line]) -> Vec<Line> {
    let is_small = |shape: &Line| match shape.operation {
        Operation::Chain { length } | Operation::Ring { length } => length as usize <= MOST_OBJECTS,
        _ => used(shape) <= MOST_USED,
    };
    let mut shapes: Vec<Line> = lines.iter().map(shape).filter(is_small).collect();
    shapes.sort_by_cached_key(|shape| Rank::of(&Program::new(vec![shape.clone()])));
    shapes.dedup();
    shapes
}

/// The states that lines of those shapes lead to, without the ones that were seen.
fn reached(empty: &Reference, shapes: &[Line], most_lines: usize, seen: &mut HashSet<u128>) -> Vec<Beginning> {
    let (mut own, mut new) = (HashSet::new(), vec![false]);
    let mut states = vec![Beginning::of(empty.clone())];
    let mut steps = 0;
    let mut at = 0;
    while at < states.len() && states[at].lines.len() < most_lines {
        let begun = states[at].clone();
        at += 1;
        for line in shapes.iter().flat_map(|shape| begun.filled(shape)) {
            steps += 1;
            if steps > MOST_STEPS {
                at = states.len();
                break;
            }
            let Some((longer, Outcome::Done(_))) = begun.with(line) else { continue };
            let is_small = longer.model.bound() <= MOST_OBJECTS;
            if let Some(digest) = is_small.then(|| digest(&longer.model)).filter(|digest| own.insert(*digest)) {
                new.push(seen.insert(digest));
                states.push(longer);
            }
        }
    }
    states.into_iter().zip(new).filter(|(_, is_new)| *is_new).map(|(state, _)| state).collect()
}

fn digest(model: &Reference) -> u128 {
    let mut state = Gathered::of("model");
    model.digest(&|object| object.index() as u64, &mut state);
    state.digest()
}

#[cfg(test)]
mod tests {
    use super::{Beginning, parsed, states};
    use heapproof_model::definitions::cycles;
    use heapproof_model::{Program, Reference};

    fn texts(program: &str, most_lines: usize) -> Vec<String> {
        let states = states(&Reference::new(), &parsed(program).unwrap(), most_lines);
        states.into_iter().map(|state| Program::new(state.lines).to_string()).collect()
    }

    #[test]
    fn all_states_of_two_lines_are_found() {
        let lines =
            ["a = table", "a = table\na.next = a", "a = table\ndrop a", "a = table\nb = table", "a = table\nb = box a"];
        let mut found = texts("", 2);
        found.sort();
        let mut expected = lines.map(|lines| lines.parse::<Program>().unwrap().to_string()).to_vec();
        expected.sort();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_ring_of_garbage_is_among_those_of_five_lines() {
        let ring = |state: Beginning| {
            let garbage = state.model.garbage();
            state.lines.len() == 5 && cycles(&state.model, garbage.iter().copied()).iter().any(|ring| ring.len() == 2)
        };
        assert!(states(&Reference::new(), &[], 5).into_iter().any(ring));
    }

    #[test]
    fn a_programs_own_operations_lead_to_states() {
        let own: Program = "begin 1\na = temp table\nb = temp box a".parse().unwrap();
        assert!(texts(&own.to_string(), 3).contains(&own.to_string()));
    }
}
