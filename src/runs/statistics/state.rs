//! The heap as an abstract state: its graph with marks, up to the names of objects.
//!
//! This is colour refinement. Each object begins with a colour for what it is (kind, held or not, garbage or not, with
//! a finalizer or not). In each round it takes a new colour from its own and those of its neighbours, by the way in
//! which they are neighbours. Isomorphic graphs get equal colours, so their states are equal. Graphs that differ within
//! the radius of the rounds hardly ever get equal colours (regular ones may, which is the known limit of colour
//! refinement). The places of references in an object do not count.

use heapproof_model::definitions::Graph;
use heapproof_model::{Contents, Object, Reference};

/// How many rounds there are, so how far away a difference is seen.
const ROUNDS: usize = 3;

/// Graphs of more objects are distinguished by their size alone: they are rare, and slow to colour.
const MOST: usize = 48;

/// The colours of the living objects: their first ones, and those after all rounds.
#[derive(Debug, Default)]
pub(super) struct Colours {
    /// The index of each object among the living ones, by its number.
    places: Vec<u32>,
    /// Their first colours.
    own: Vec<u64>,
    /// The colour of the whole graph.
    pub state: u64,
}

/// Mixes the bits of a value: the finaliser of SplitMix64.
pub(super) fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Mixes two values.
pub(super) fn mixed(first: u64, second: u64) -> u64 {
    mix(first.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ mix(second.wrapping_add(0x9e37_79b9_7f4a_7c15)))
}

impl Colours {
    /// The colours of a heap; `is_garbage` says which objects are garbage.
    pub fn of(model: &Reference, is_garbage: &dyn Fn(Object) -> bool) -> Colours {
        let living: Vec<Object> = model.living().collect();
        if living.len() > MOST {
            return Colours { state: mixed(u64::MAX, living.len().ilog2().into()), ..Colours::default() };
        }
        let mut places = vec![u32::MAX; model.bound()];
        living.iter().enumerate().for_each(|(place, object)| places[object.index()] = place as u32);
        // A reference from the first to the second; the third says whether it is strong or weak.
        let mut references = Vec::new();
        let mut colours = Vec::with_capacity(living.len());
        for (place, object) in living.iter().enumerate() {
            let Some(contents) = model.contents(*object) else { continue };
            let targets = contents.references().map(|target| (target, 1)).chain(model.target(*object).map(|t| (t, 2)));
            references.extend(targets.map(|(target, how)| (place, places[target.index()] as usize, how)));
            let marks = [model.has_code_for_death(*object), is_garbage(*object), model.is_pinned(*object)];
            colours.push(mix(first(contents, model.external(*object), marks)));
        }
        let own = colours.clone();
        for _ in 0..ROUNDS {
            let mut sums: Vec<u64> = vec![0; colours.len()];
            for (from, to, how) in &references {
                sums[*from] = sums[*from].wrapping_add(mixed(colours[*to], *how));
                sums[*to] = sums[*to].wrapping_add(mixed(colours[*from], how + 8));
            }
            colours.iter_mut().zip(sums).for_each(|(colour, sum)| *colour = mixed(*colour, sum));
        }
        let state = colours.iter().fold(0_u64, |sum, colour| sum.wrapping_add(mix(*colour)));
        Colours { places, own, state }
    }

    /// The first colour of an object; 0 for one that does not live.
    pub fn own(&self, object: Object) -> u64 {
        let place = self.places.get(object.index()).copied().unwrap_or(u32::MAX);
        self.own.get(place as usize).copied().unwrap_or(0)
    }
}

/// The colour that an object begins with.
fn first(contents: &Contents, external: u32, [finalizer, garbage, pinned]: [bool; 3]) -> u64 {
    let marks = u64::from(finalizer) | u64::from(garbage) << 1 | u64::from(pinned) << 2;
    contents.kind as u64 | u64::from(external.min(2)) << 8 | marks << 16
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Colours;
    use heapproof_model::{Program, Reference, script};

    fn state(trace: &str) -> u64 {
        let mut model = Reference::new();
        let program: Program = trace.parse().unwrap();
        program.lines().iter().for_each(|line| drop(script::step(&mut model, line)));
        let garbage = model.garbage();
        Colours::of(&model, &|object| garbage.contains(&object)).state
    }

    #[test]
    fn heaps_that_differ_in_the_names_of_objects_are_one_state() {
        let one = "a = table\nb = box a\nc = weak b\na.x = b";
        let other = "b = table\na = box b\nx = weak a\nb.x = a";
        assert_eq!(state(one), state(other));
        assert_eq!(state("a = table\nb = table\ndrop a\na1 = table"), state("a = table\nb = table"));
    }

    #[test]
    fn what_is_held_garbage_or_has_a_finalizer_is_another_state() {
        let states = [
            "a = table\na.x = a",
            "a = table\na.x = a\ndrop a",
            "a = table\na.x = a\ntake a",
            "a = table\na.x = a\non a: collect",
            "a = box nil\n*a = a",
            "a = table\nb = table\na.x = b\nb.x = a",
        ]
        .map(state);
        for (at, one) in states.iter().enumerate() {
            assert!(states[at + 1..].iter().all(|other| other != one), "{at}");
        }
    }
}
