//! Detection of all cycles, live or garbage, by what has changed.
//!
//! **Definition.** The *known* cycles are those of the last complete detection. *Dirty* is an
//! object that has got or lost a reference since. A *start* is a dirty object to which some object
//! refers. A known cycle is *touched* if a living member is dirty. A detection looks at
//!
//! - all that the starts reach, themselves included, and
//! - the living members of touched cycles,
//!
//! together the *region*. It forgets all known cycles with a dead member, all touched ones and all
//! others with a member in the region, and adds the cycles of the graph that is left when
//! everything outside the region is taken away. Then exactly the cycles that there are now are
//! known:
//!
//! **Why none is missed.** Take a cycle that there is now and that was not known. If one of its
//! references is new, the object that holds it is dirty, and a start since another member refers
//! to it; so it reaches the whole cycle, which lies in the region. If all its references are old,
//! its members were in one cycle before, a larger one. They are no longer, and there are two ways
//! to that. A living member of the larger one has lost a reference: then it is dirty. Or a member
//! has died: then some living member referred to one of the dead, for from the living ones there
//! was a way to each of them; that reference was given up before the death, so its holder is dirty
//! too. Either way the larger cycle is touched, and the new one lies in the region. This second
//! case is why it is not enough to follow what dirty objects reach: when `u` loses its reference
//! to `v`, a smaller cycle may be left around `v` that `u` reaches no more.
//!
//! **Why none is kept or added wrongly.** Take a known cycle that is none now. If its members are
//! part of a larger cycle, that has a new reference, hence a start, and reaches them all from it;
//! else it has lost a reference or a member and is touched. Either way it is forgotten. And a
//! cycle that is found in the region is not just a part of a larger one: what starts reach is
//! closed, so a cycle with an object of these is in the region whole; and a cycle that has no such
//! object has no start, hence old references only, hence lies in one touched cycle.
//!
//! A dirty object to which nothing refers is no start, and one that refers to nothing is left as
//! soon as it is entered: neither is in a cycle, so what has become of its references can only
//! have broken cycles. (That the strong count is 1 would say nothing: after `a.x = b; b.x = a` and
//! once the mutator has let go of both, each has the strong count 1.)
//!
//! Before the first detection is complete no cycle is known and no object dirty. Until then, and when it is
//! asked for, a detection starts from every object that is referred to.
//!
//! **The walk** ([`super::underway`]). Tarjan's ([`super::components`]), first from each start along all references,
//! then from each member of a touched cycle that was not met, only along references to members of
//! the same touched cycle: by the last argument no cycle is lost by that, and nothing beyond the
//! region is entered. Each object is entered at most once.
//!
//! **Slices.** A walk can pause before any object. What a finished slice has learned holds as long
//! as no reference comes to or leaves an object and no object dies; if one does, the next slice
//! begins anew, since the result has to be exact as of the call that completes it, and the walk may
//! have passed the place. A reference of the mutator's, or a new object to which nothing refers yet,
//! changes no cycle and does not disturb it. A slice pauses only after it has taken as many steps as it may. To enter an
//! object is one, and none is entered twice; what else takes steps ([`super::steps`]) takes fewer. So after the last change there
//! are at most twice as many pauses as objects.
//!
//! **What is kept across a pause**, and why it is still right when the walk goes on:
//!
//! - *Where the walk stands in an object* is a number of values. They keep their places when a plain
//!   value is stored, pushed or popped, and when a table or an array changes its form. They move when
//!   a field or an element is taken out, be its value plain: if the walk may stand in that table or array,
//!   it begins anew ([`Detection::moved`]). To insert an element moves others back, and at worst one of
//!   them is read twice.
//! - *Where it stands among the dirty objects* stays right while they only become more, at the end: one
//!   that leaves does so as it dies. So does *where it stands among known cycles*: those change by deaths
//!   and complete detections only.
//! - *Which objects were entered* is kept by slot, and a slot has another tenant only after a death.

use super::components::Numbers;
use super::underway::{Graph, Underway};
use crate::configuration::positive;
use crate::digest::{Digest, Parts};
use crate::header::Mark;
use crate::{Heap, HeapError, Host, ObjectId};

/// What detections keep between calls.
#[derive(Debug, Default)]
pub(crate) struct Detection {
    pub(super) numbers: Numbers,
    /// The detection that is under way; if none is, memory that is used again and means nothing.
    underway: Underway,
    is_under_way: bool,
    /// Whether anything has changed since the detection under way began.
    disturbed: bool,
    /// Whether a detection has been completed, since when changed objects are noted.
    has_learned: bool,
}

impl Detection {
    /// Whether changed objects are to be noted. Before the first detection is complete nothing is known
    /// that a change could make wrong, and the next looks at everything: who never asks for cycles does
    /// not pay for them.
    #[inline]
    pub(crate) fn follows_changes(&self) -> bool {
        self.has_learned
    }

    /// Notes that an object has got or lost a reference, or dies: a detection under way, if there
    /// is one, begins anew.
    #[inline]
    pub(crate) fn disturb(&mut self) {
        self.disturbed = true;
    }

    /// Notes that values in the tenant of a slot have moved to other places, though no reference came
    /// or went: a walk that may stand in it begins anew.
    #[inline]
    pub(crate) fn moved(&mut self, slot: u32) {
        if self.is_under_way && self.numbers.is_open(slot) {
            self.disturb();
        }
    }

    /// Forgets a detection under way, and says whether there was one.
    pub(crate) fn forget(&mut self) -> bool {
        self.underway.rest();
        std::mem::take(&mut self.is_under_way)
    }

    /// Gives back memory that the detection under way does not need, which is all of it if there is none, or it begins anew.
    pub(crate) fn shrink_to(&mut self, slots: usize) {
        match self.is_under_way && !self.disturbed {
            true => self.numbers.shrink_to(slots),
            false => (self.numbers, self.underway) = (Numbers::default(), Underway::default()),
        }
    }

    /// See [`crate::footprint`].
    pub(crate) fn reserved(&self) -> u64 {
        let Self { numbers, underway, is_under_way: _, disturbed: _, has_learned: _ } = self;
        numbers.reserved() + underway.reserved()
    }

    /// See [`crate::digest`]. One that was disturbed begins anew, and nothing of it is read again.
    pub(crate) fn digest(&self, digest: &mut Digest<'_, impl Parts>) {
        let Self { numbers, underway, is_under_way, disturbed, has_learned } = self;
        digest.part("detection.has_learned");
        digest.number(*has_learned);
        digest.part("detection.underway");
        if !is_under_way || *disturbed {
            digest.number(u32::from(*is_under_way));
        } else {
            digest.number(2_u32);
            numbers.digest(digest);
            underway.digest(numbers, digest);
        }
    }
}

/// Between detections there is nothing worth a copy: a clone makes its own numbers.
impl Clone for Detection {
    fn clone(&self) -> Self {
        let mut clone = Self::default();
        clone.clone_from(self);
        clone
    }

    fn clone_from(&mut self, source: &Self) {
        let Self { numbers, underway, is_under_way, disturbed, has_learned } = source;
        (self.has_learned, self.disturbed) = (*has_learned, false);
        self.is_under_way = *is_under_way && !disturbed;
        if self.is_under_way {
            self.numbers.clone_from(numbers);
            self.underway.clone_from(underway);
        }
    }
}

impl<H: Host> Heap<H> {
    /// Finds all cycles, live ones and garbage, and returns how many there are.
    /// [`cycles`](Self::cycles) then gives them. Nothing is freed, and no check is influenced.
    ///
    /// It looks at nothing but what has changed since the last detection, what that reaches, and
    /// what is left of cycles that have changed; at nothing at all if nothing has. A detection in
    /// slices that is under way is completed.
    ///
    /// That can still be much: whether a new reference closes a cycle is known only once what it
    /// leads to has been followed to the end, so one that leads into the midst of a large live
    /// structure costs all of that structure which can be reached from there. This is the price of
    /// knowing *live* cycles. To free garbage takes no detection: neither
    /// [`collect_cycles`](Self::collect_cycles) nor a check makes one, or pays for what one would
    /// look at.
    ///
    /// ```
    /// # use heapproof_heap::{Heap, Value};
    /// let mut heap = Heap::<()>::new();
    /// let parent = heap.allocate_table()?;
    /// let child = heap.allocate_table()?;
    /// heap.set_field(parent, "child", child.into())?;
    /// assert_eq!(heap.detect_cycles(), 0);
    ///
    /// heap.set_field(child, "parent", parent.into())?;
    /// assert_eq!(heap.detect_cycles(), 1);
    /// assert_eq!(heap.cycles().next().map(<[_]>::len), Some(2));
    ///
    /// let touched = heap.statistics().objects_touched;
    /// assert_eq!(heap.detect_cycles(), 1);
    /// assert_eq!(heap.statistics().objects_touched, touched);
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    pub fn detect_cycles(&mut self) -> usize {
        self.advance_detection(u64::MAX);
        self.cycles.len()
    }

    /// Finds all cycles, as [`detect_cycles`](Self::detect_cycles) does, but takes nothing for
    /// known: it looks at every object to which an object refers.
    pub fn detect_cycles_full(&mut self) -> usize {
        self.cycles.clear();
        self.detection.disturb();
        self.detection.has_learned = false;
        self.forget_changes();
        self.detect_cycles()
    }

    /// Goes on with the detection that is under way, or begins one, and looks at no more than this
    /// many objects. True if it is complete: then all is as after
    /// [`detect_cycles`](Self::detect_cycles), exact as of this call. Until then
    /// [`cycles`](Self::cycles) and the statistics of cycles stay as they are.
    ///
    /// A detection under way begins anew when an object gets or loses a reference or dies, and when a
    /// field or an element is taken out of an object that it is looking at. Once that stops, it pauses at most twice for
    /// each object. The slice that completes also takes the mark from
    /// each object that had changed, without looking at it, and takes over the cycles that were found.
    ///
    /// # Errors
    /// [`HeapError::Setting`] for 0.
    pub fn detect_slice(&mut self, objects: u32) -> Result<bool, HeapError> {
        let allowance = positive("slice", objects)?;
        Ok(self.advance_detection(u64::from(allowance)))
    }

    /// The cycles that the last complete detection found, less those of which an object has died
    /// since. Neither they nor the objects in them are in a particular order.
    pub fn cycles(&self) -> impl Iterator<Item = &[ObjectId]> {
        self.cycles.iter()
    }

    /// Goes on with a detection, or begins one; true if it is complete.
    fn advance_detection(&mut self, allowance: u64) -> bool {
        if self.detection.has_learned && self.dirty.is_empty() {
            self.cycles.remove_broken();
        } else if !self.walk_changes(allowance) {
            return false;
        }
        self.totals.cycles_detected += self.cycles.len() as u64;
        self.log_detection();
        true
    }

    fn walk_changes(&mut self, allowance: u64) -> bool {
        let Detection { numbers, underway, is_under_way, disturbed, has_learned } = &mut self.detection;
        if !*is_under_way || *disturbed {
            (*is_under_way, *disturbed) = (true, false);
            numbers.begin(self.arena.slots());
            underway.begin(*has_learned, &self.arena);
        }
        let graph = Graph { arena: &self.arena, dirty: &self.dirty, known: &self.cycles };
        let complete = underway.go_on(&graph, numbers, allowance);
        self.totals.touched += underway.entered();
        if complete {
            let mut underway = std::mem::take(underway);
            self.learn(&underway);
            underway.rest();
            self.detection.underway = underway;
            self.detection.is_under_way = false;
        }
        complete
    }

    /// Takes over what a detection has found.
    fn learn(&mut self, detection: &Underway) {
        self.cycles.remove_broken();
        for &slot in self.dirty.members().iter().chain(detection.found()) {
            self.cycles.remove(self.cycles.of_slot(slot));
        }
        let headers = self.arena.headers.all();
        let name = |&slot: &u32| ObjectId::new(slot, headers[slot as usize].generation);
        for cycle in detection.cycles() {
            self.cycles.insert(cycle.iter().map(name).collect());
        }
        self.detection.has_learned = true;
        self.forget_changes();
    }

    /// Notes of no object any more that it has changed.
    fn forget_changes(&mut self) {
        while let Some(slot) = self.dirty.pop() {
            if let Some(header) = self.arena.headers.at_mut(slot) {
                header.marks.clear(Mark::Dirty);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Heap, ObjectId};

    fn ring(heap: &mut Heap, length: usize) -> Vec<ObjectId> {
        let ring: Vec<_> = (0..length).map(|_| heap.allocate_table().unwrap()).collect();
        for (place, &object) in ring.iter().enumerate() {
            heap.set_field(object, "next", ring[(place + 1) % length].into()).unwrap();
        }
        ring
    }

    #[test]
    fn the_cycles_among_some_objects_are_counted_without_the_others() {
        let mut heap = Heap::new();
        let (one, two) = (ring(&mut heap, 3), ring(&mut heap, 2));
        heap.set_field(one[0], "other", two[0].into()).unwrap();
        assert_eq!(heap.cycles_among(&[]), 0);
        assert_eq!(heap.cycles_among(&one), 1);
        assert_eq!(heap.cycles_among(&one[1..]), 0);
        assert_eq!(heap.cycles_among(&[one, two].concat()), 2);
        assert_eq!(heap.statistics().objects_touched, 0);
    }

    #[test]
    fn a_count_between_slices_does_not_confuse_the_detection() {
        let mut heap = Heap::new();
        let (one, two) = (ring(&mut heap, 3), ring(&mut heap, 5));
        for objects in 1..8 {
            assert_eq!(heap.detect_slice(objects), Ok(false));
            heap.cycles_among(&two);
            heap.cycles_among(&one[1..]);
        }
        assert_eq!(heap.detect_cycles(), 2);
    }

    #[test]
    fn a_full_detection_believes_nothing_that_is_known() {
        let mut heap = Heap::new();
        let ring = ring(&mut heap, 2);
        let single = heap.allocate_table().unwrap();
        heap.detect_cycles();
        heap.cycles.remove(0);
        heap.cycles.insert(Box::new([single]));
        assert_eq!(heap.detect_cycles_full(), 1);
        assert_eq!(heap.cycles().map(<[_]>::len).collect::<Vec<_>>(), [2]);
        let members = ring.iter().map(|member| (member.slot(), 0));
        assert_eq!(heap.cycles.entries().collect::<Vec<_>>(), members.collect::<Vec<_>>());
    }

    #[test]
    fn nothing_is_kept_of_cycles_that_died_when_changes_are_looked_at() {
        let mut heap = Heap::new();
        for object in ring(&mut heap, 3) {
            heap.dec_ref(object).unwrap();
        }
        heap.detect_cycles();
        heap.collect_cycles().unwrap();
        assert_eq!((heap.cycles().count(), heap.cycles.all().count()), (0, 1));
        ring(&mut heap, 1);
        heap.detect_cycles();
        assert_eq!((heap.cycles().count(), heap.cycles.all().count()), (1, 1));
    }
}
