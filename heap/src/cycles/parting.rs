//! Parting: what a mark has shown to be garbage dies in parts between which there are no references.
//!
//! All that has waited for a [mark](super::marking) is white in the end, and that grows with the heap. Nothing can
//! interrupt the death of a set, so to free it as one would be a pause that grows with the heap too. Here it is parted,
//! and each part dies as a set of its own, within the budgets of as many slices as it takes.
//!
//! **Definition.** Two white objects are in one part if a path of references between white objects leads from one to the
//! other, whichever way each of them goes (the weakly connected components). A key counts as if it referred to the values
//! that ephemerons have for it. They are found by union and find, as of Galler and Fisher, "An improved equivalence
//! algorithm", CACM 7 (1964).
//!
//! **Why a part is a set:** nothing that lives on refers to a white object ([`super::marking`]), so all references to its members are
//! from white objects, and these are in the same part.
//!
//! **Why the mutator may go on meanwhile.** Whatever is given a reference while it is white is painted there and then, and
//! so is what it leads to before any part dies: the mark goes on until nothing is grey. So among white objects references
//! are lost, and none is new. Parts may come to be less connected than they are taken to be, and what is painted drops out
//! of them; what is left is a set still.
//!
//! **A part is over when it has died,** and not before: a clone that is made by the finalizer of a member has the whole
//! part still to come.

use super::allowance::Limits;
use crate::arena::Arena;
use crate::copying::copies;
use crate::digest::{Digest, Parts};
use crate::footprint::Reserved;
use crate::headers::Headers;

/// What was white as it was looked at.
#[derive(Clone, Copy, Debug)]
struct Place {
    slot: u32,
    /// The place of another of its part, or its own: then it stands for the part.
    above: u32,
    /// The place of the next of its part, in a circle.
    next: u32,
}

/// White objects, and the parts that they form as far as they have been read.
#[derive(Debug, Default)]
pub(super) struct Parting {
    /// In ascending order of their slots.
    places: Vec<Place>,
    /// So many have been read.
    read: usize,
    /// What stands for a part that is still to come is not below.
    next: usize,
    /// How many parts are still to come, as far as all has been read.
    left: usize,
    /// The place at which the gathering of the next part goes on, if it has begun: where it began if all of the part is gathered.
    at: Option<usize>,
    /// The slots of what was white of that part as it was come to.
    gathered: Vec<u32>,
}

copies!(Parting { places, read, next, left, at, gathered });

impl Parting {
    /// Adds a white object, whose slot must be above all others.
    pub(super) fn add(&mut self, slot: u32) {
        let place = self.places.len() as u32;
        self.places.push(Place { slot, above: place, next: place });
        self.left += 1;
    }

    /// Gives back the room behind its lists.
    pub(super) fn shrink(&mut self) {
        self.places.shrink_to_fit();
        self.gathered.shrink_to_fit();
    }

    /// Whether it has none.
    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether it is at rest as it should be.
    pub(super) fn counts_right(&self) -> bool {
        self.next + self.left <= self.places.len() && self.read <= self.places.len()
    }

    /// The slots of all, in ascending order.
    pub(super) fn slots(&self) -> impl Iterator<Item = u32> {
        self.places.iter().map(|place| place.slot)
    }

    /// Goes on reading until all is read and returns true, or until it may not and returns false.
    pub(super) fn read(&mut self, arena: &Arena, limits: &mut impl Limits) -> bool {
        while let Some(&Place { slot, .. }) = self.places.get(self.read) {
            if !limits.may_step() {
                return false;
            }
            let place = self.read as u32;
            self.read += 1;
            let is_white = |slot| arena.headers.is_white(slot);
            if let Some(content) = arena.contents().get(slot as usize).filter(|_| is_white(slot)) {
                content.each_reference(|child| self.unite_if(is_white(child.slot()), place, child.slot()));
                arena.each_kept_by(slot, |_, value| self.unite_if(is_white(value.slot()), place, value.slot()));
            }
        }
        true
    }

    /// Puts what is in two places in one part, for which the first of all of them stands, if the second is white.
    fn unite_if(&mut self, is_white: bool, place: u32, slot: u32) {
        let other = is_white.then(|| self.places.binary_search_by_key(&slot, |place| place.slot));
        let Some(Ok(other)) = other else {
            return;
        };
        let (one, other) = (self.first_of(place), self.first_of(other as u32));
        if one != other {
            self.set_above(one.max(other), one.min(other));
            self.join_circles(one as usize, other as usize);
            self.left -= 1;
        }
    }

    /// What stands for the part of a place. Each place on the way is put below the one two above it, so that the next search is shorter.
    fn first_of(&mut self, mut place: u32) -> u32 {
        loop {
            let above = self.above(place);
            if above == place {
                return place;
            }
            let further = self.above(above);
            self.set_above(place, further);
            place = further;
        }
    }

    fn above(&self, place: u32) -> u32 {
        self.places.get(place as usize).map_or(place, |it| it.above)
    }

    fn set_above(&mut self, place: u32, above: u32) {
        if let Some(it) = self.places.get_mut(place as usize) {
            it.above = above;
        }
    }

    /// Makes one circle of two, by letting each of two places be followed by what followed the other.
    fn join_circles(&mut self, one: usize, other: usize) {
        if let Ok([one, other]) = self.places.get_disjoint_mut([one, other]) {
            std::mem::swap(&mut one.next, &mut other.next);
        }
    }

    /// Whether there is a part to come. All must have been read.
    pub(super) fn has_next(&self) -> bool {
        self.left > 0
    }

    /// Goes on gathering the next part until all of it is and returns true, or until it may not and returns false.
    pub(super) fn gather(&mut self, headers: &Headers, limits: &mut impl Limits) -> bool {
        while !self.is_gathered() {
            if !limits.may_step() {
                return false;
            }
            let place = self.at.unwrap_or_else(|| self.first_of_next());
            let Some(it) = self.places.get(place) else {
                return true;
            };
            if headers.is_white(it.slot) {
                self.gathered.push(it.slot);
            }
            self.at = Some(it.next as usize);
        }
        true
    }

    /// What stands for the next part.
    fn first_of_next(&mut self) -> usize {
        while self.places.get(self.next).is_some_and(|it| it.above as usize != self.next) {
            self.next += 1;
        }
        self.next
    }

    /// Whether all of the next part is gathered.
    fn is_gathered(&self) -> bool {
        self.at == Some(self.next)
    }

    /// The slots of what is white of the next part, in ascending order, once that is gathered: a set.
    pub(super) fn next_part(&self, headers: &Headers) -> Vec<u32> {
        let mut part: Vec<u32> = self.gathered.iter().copied().filter(|&slot| headers.is_white(slot)).collect();
        part.sort_unstable();
        part
    }

    /// Passes over the next part, if it is gathered. What lives on of it is painted: it was made live, or is reached from that, and
    /// refers to nothing white outside the part.
    pub(super) fn pass_part(&mut self, headers: &mut Headers) {
        if self.is_gathered() {
            self.gathered.drain(..).for_each(|slot| _ = headers.paint(slot));
            self.at = None;
            self.next += 1;
            self.left = self.left.saturating_sub(1);
        }
    }

    /// See [`crate::footprint`].
    pub(super) fn reserved(&self) -> u64 {
        let Self { places, read: _, next: _, left: _, at: _, gathered } = self;
        places.reserved() + gathered.reserved()
    }

    /// See [`crate::digest`].
    pub(super) fn digest(&self, digest: &mut Digest<'_, impl Parts>) {
        // How many parts are left follows from the rest.
        let Self { places, read, next, left: _, at, gathered } = self;
        digest.part("parting.read");
        digest.size(*read);
        digest.part("parting.next");
        digest.size(*next);
        digest.part("parting.gathered");
        digest.size(at.map_or(0, |at| at + 1));
        digest.list(gathered.iter(), |digest, slot| digest.number(*slot));
        digest.part("parting.places");
        digest.list(places.iter(), |digest, Place { slot, above, next }| {
            digest.numbers([*slot, *above, *next].map(u64::from));
        });
    }
}
