//! A detection under way: from where its walk sets out, and what it has found. Why it looks there and nowhere else is
//! said in [`super::detection`].

use super::components::{Numbers, Walk};
use super::known::KnownCycles;
use super::search::KEPT;
use super::steps::Steps;
use crate::arena::{Arena, NONE};
use crate::digest::{Digest, Parts};
use crate::footprint::Reserved;
use crate::slots::SlotSet;

/// Where the walk of a detection sets out from.
#[derive(Clone, Debug)]
enum Stage {
    /// From every object that is referred to, since nothing is known: the next slot.
    Every { slot: u32 },
    /// From starts: the place among the dirty objects.
    Starts { place: usize },
    /// From members of touched cycles.
    Touched { cycles: Vec<u32>, cycle: usize, member: usize },
}

impl Default for Stage {
    fn default() -> Self {
        Self::Every { slot: 0 }
    }
}

/// Where the walk goes on.
enum Next {
    /// From that slot. It is given again until it has been entered.
    From(u32),
    /// Nowhere before more may be done.
    Later,
    /// Nowhere.
    Nowhere,
}

/// A detection that has begun and is not complete.
#[derive(Clone, Debug)]
pub(super) struct Underway {
    stage: Stage,
    walk: Walk,
    steps: Steps,
    /// The slots of the cycles found, one cycle behind the other.
    found: Vec<u32>,
    /// For each cycle where it ends.
    ends: Vec<usize>,
}

/// What a detection looks at.
pub(super) struct Graph<'a> {
    pub(super) arena: &'a Arena,
    pub(super) dirty: &'a SlotSet,
    pub(super) known: &'a KnownCycles,
}

impl Graph<'_> {
    /// Whether some object refers to the tenant of a slot.
    fn is_referred_to(&self, slot: u32) -> bool {
        self.arena.headers.all().get(slot as usize).is_some_and(|header| header.is_stored())
    }

    /// The known cycles of which a living member is dirty, each once.
    fn touched_cycles(&self) -> Vec<u32> {
        let of_dirty = self.dirty.members().iter().map(|&slot| self.known.of_slot(slot));
        let mut cycles: Vec<u32> = of_dirty.filter(|&cycle| cycle != NONE).collect();
        cycles.sort_unstable();
        cycles.dedup();
        cycles
    }
}

impl Default for Underway {
    fn default() -> Self {
        let (found, ends) = (Vec::new(), Vec::new());
        Self { stage: Stage::default(), walk: Walk::default(), steps: Steps::none(), found, ends }
    }
}

impl Underway {
    /// Begins; `has_learned` says whether cycles are known from an earlier one.
    pub(super) fn begin(&mut self, has_learned: bool, arena: &Arena) {
        self.rest();
        self.steps = Steps::of(arena);
        self.stage = if has_learned { Stage::Starts { place: 0 } } else { Stage::Every { slot: 0 } };
    }

    /// Forgets everything, and gives back the memory of a large one.
    pub(super) fn rest(&mut self) {
        self.stage = Stage::default();
        self.steps = Steps::none();
        self.walk.rest();
        self.found.clear();
        self.found.shrink_to(KEPT);
        self.ends.clear();
        self.ends.shrink_to(KEPT);
    }

    /// How many objects it has entered when it went on last.
    pub(super) fn entered(&self) -> u64 {
        self.steps.entered()
    }

    /// Goes on until it is complete, which is true, or would have to take more steps than it may.
    pub(super) fn go_on(&mut self, graph: &Graph<'_>, numbers: &mut Numbers, allowance: u64) -> bool {
        self.steps.allow(allowance);
        let (found, ends) = (&mut self.found, &mut self.ends);
        let mut add = |cycle: &[u32]| {
            found.extend_from_slice(cycle);
            ends.push(found.len());
        };
        loop {
            let within = self.stage.within();
            let admits = |_: &Numbers, slot| within == NONE || graph.known.of_slot(slot) == within;
            if !self.walk.go_on(graph.arena.contents(), numbers, &mut self.steps, admits, &mut add) {
                return false;
            }
            let next = match self.stage.next(graph, numbers, &mut self.steps) {
                Next::From(next) => next,
                Next::Later => return false,
                Next::Nowhere => return true,
            };
            if !self.steps.enter() {
                return false;
            }
            self.walk.enter(next, numbers);
        }
    }

    /// The slots of all cycles found.
    pub(super) fn found(&self) -> &[u32] {
        &self.found
    }

    /// The slots of each cycle found.
    pub(super) fn cycles(&self) -> impl Iterator<Item = &[u32]> {
        let mut start = 0;
        self.ends.iter().filter_map(move |&end| self.found.get(std::mem::replace(&mut start, end)..end))
    }

    /// See [`crate::footprint`].
    pub(super) fn reserved(&self) -> u64 {
        let Self { stage, walk, steps: _, found, ends } = self;
        let touched = if let Stage::Touched { cycles, .. } = stage { cycles.reserved() } else { 0 };
        touched + walk.reserved() + found.reserved() + ends.reserved()
    }

    /// See [`crate::digest`].
    pub(super) fn digest(&self, numbers: &Numbers, digest: &mut Digest<'_, impl Parts>) {
        let Self { stage, walk, steps, found, ends } = self;
        walk.digest(numbers, digest);
        steps.digest(numbers.slots(), digest);
        digest.part("detection.stage");
        match stage {
            Stage::Every { slot } => digest.number(*slot),
            Stage::Starts { place } => digest.size(2 * place),
            Stage::Touched { cycles, cycle, member } => {
                digest.size(2 * member + 1);
                digest.size(*cycle);
                digest.list(cycles.iter(), |digest, place| digest.number(*place));
            }
        }
        digest.part("detection.found");
        digest.list(found.iter(), |digest, slot| digest.number(*slot));
        digest.list(ends.iter(), |digest, end| digest.size(*end));
    }
}

impl Stage {
    /// The known cycle that the walk must not leave, or [`NONE`].
    fn within(&self) -> u32 {
        match self {
            Self::Every { .. } | Self::Starts { .. } => NONE,
            Self::Touched { cycles, cycle, .. } => cycles.get(*cycle).copied().unwrap_or(NONE),
        }
    }

    /// The next slot from which to walk.
    fn next(&mut self, graph: &Graph<'_>, numbers: &Numbers, steps: &mut Steps) -> Next {
        let may_begin = |slot| graph.is_referred_to(slot) && numbers.is_unseen(slot);
        if let Self::Every { slot } = self {
            while *slot < graph.arena.every_slot().end {
                if may_begin(*slot) {
                    return Next::From(*slot);
                }
                if !steps.pass(1) {
                    return Next::Later;
                }
                *slot += 1;
            }
            return Next::Nowhere;
        }
        if let Self::Starts { place } = self {
            while let Some(&slot) = graph.dirty.members().get(*place) {
                if may_begin(slot) {
                    return Next::From(slot);
                }
                *place += 1;
            }
            *self = Self::Touched { cycles: graph.touched_cycles(), cycle: 0, member: 0 };
        }
        if let Self::Touched { cycles, cycle, member } = self {
            while let Some(&known) = cycles.get(*cycle) {
                while let Some(&object) = graph.known.members(known).get(*member) {
                    // The slot of a member that has died leads elsewhere, if anywhere.
                    if graph.known.of_slot(object.slot()) == known && may_begin(object.slot()) {
                        return Next::From(object.slot());
                    }
                    *member += 1;
                }
                (*cycle, *member) = (*cycle + 1, 0);
            }
        }
        Next::Nowhere
    }
}
