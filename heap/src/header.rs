//! The header of an object, in 8 bytes: which tenant its slot has, how often that is referred to, and
//! what it is marked as.
//!
//! Headers lie in an array of their own, eight to a cache line: to count a reference touches one of them
//! and no contents. A count takes a byte, since few objects have more references than that; what a byte
//! can't hold lies [beside](crate::headers).

/// What an object can be marked as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// It waits to be released, or runs its finalizer before that.
    Queued,
    /// Weak objects target it.
    Targeted,
    /// Its references have changed since cycles were last detected.
    Dirty,
    /// It may be where garbage hangs that only a collection finds.
    Candidate,
    /// The frame that is open gives up one reference to it at its end.
    Temporary,
    /// It is a candidate that no trial has looked at since it last lost a reference.
    Untried,
    /// A part of its counts lies beside the header.
    Spilled,
    /// The colour: the mark under way has come to objects of the present one, and not to the others.
    Colour,
    /// It has a finalizer that has not begun.
    Armed,
    /// Its finalizer has begun, and will never run again.
    Begun,
    /// It is a root until its pin is taken back.
    Pinned,
}

impl Mark {
    /// Those that say something to people who look at a heap, in words.
    pub(crate) const TOLD: [(Mark, &'static str); 5] = [
        (Mark::Dirty, "dirty"),
        (Mark::Candidate, "candidate"),
        (Mark::Queued, "queued"),
        (Mark::Temporary, "temporary"),
        (Mark::Pinned, "pinned"),
    ];

    #[inline]
    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// What an object is marked as, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks(u16);

impl Marks {
    /// The marks that say how far the finalizer is.
    const FINALIZER: u16 = Mark::Armed.bit() | Mark::Begun.bit();
    /// The marks that stand for an entry elsewhere, which goes when the object dies.
    const ENTERED: u16 = Mark::Targeted.bit() | Mark::Dirty.bit() | Mark::Candidate.bit() | Mark::Spilled.bit();

    #[inline]
    pub(crate) fn has(self, mark: Mark) -> bool {
        self.0 & mark.bit() != 0
    }

    #[inline]
    pub(crate) fn set(&mut self, mark: Mark) {
        self.0 |= mark.bit();
    }

    /// Adds those of another.
    #[inline]
    pub(crate) fn join(&mut self, others: Marks) {
        self.0 |= others.0;
    }

    #[inline]
    pub(crate) fn clear(&mut self, mark: Mark) {
        self.0 &= !mark.bit();
    }

    /// Whether a mark under way, of which this is the colour, has not come to the object.
    #[inline]
    pub(crate) fn are_white(self, colour: Colour) -> bool {
        (self.0 ^ colour.0) & Mark::Colour.bit() != 0
    }

    /// Gives the object a colour.
    #[inline]
    pub(crate) fn paint(&mut self, colour: Colour) {
        self.0 = self.0 & !Mark::Colour.bit() | colour.0;
    }

    /// Whether any of these marks makes the object a root.
    #[inline]
    fn make_a_root(self) -> bool {
        self.0 & (Mark::Queued.bit() | Mark::Pinned.bit()) != 0
    }

    /// Whether its death concerns others than those to which it refers: there are entries of it elsewhere, or it has a
    /// finalizer.
    #[inline(always)]
    pub(crate) fn concern_others(self) -> bool {
        self.0 & (Self::ENTERED | Mark::Armed.bit()) != 0
    }

    /// Whether there are entries of the object elsewhere.
    #[inline]
    pub(crate) fn have_entries(self) -> bool {
        self.0 & Self::ENTERED != 0
    }

    /// Whether there are others than that of a candidate.
    #[inline]
    pub(crate) fn have_rare_entries(self) -> bool {
        self.0 & Self::ENTERED & !Mark::Candidate.bit() != 0
    }

    #[inline(always)]
    fn are_queued_or_spilled(self) -> bool {
        self.0 & (Mark::Queued.bit() | Mark::Spilled.bit()) != 0
    }

    /// How far the finalizer is, as a number.
    pub(crate) fn finalizer_bits(self) -> u16 {
        self.0 & Self::FINALIZER
    }

    /// All but that and the pin as a number, the colour as whether the object is white, and without what only says where
    /// something lies.
    pub(crate) fn other_bits(self, colour: Colour) -> u16 {
        (self.0 ^ colour.0) & !(Self::FINALIZER | Mark::Pinned.bit() | Mark::Spilled.bit())
    }
}

/// The colour of objects to which the mark under way has come, and of all objects while none is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Colour(u16);

impl Colour {
    /// The other one: all objects become white at once.
    pub(crate) fn flip(&mut self) {
        self.0 ^= Mark::Colour.bit();
    }
}

/// All that is known of an object but its contents, and what its counts have beyond a byte.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Header {
    /// Which tenant the slot has, from 1; 0 while it has none.
    pub(crate) generation: u32,
    /// The references that the mutator holds, or the part of them that lies here; 0 only if there is none.
    pub(crate) external: u8,
    /// Likewise the references from contents.
    pub(crate) internal: u8,
    pub(crate) marks: Marks,
}

impl Header {
    /// The header of a new object. A mark under way need not come to it: what it refers to is noted as it
    /// is stored.
    #[inline]
    pub(crate) fn held_once(generation: u32, colour: Colour) -> Self {
        Self { generation, external: 1, internal: 0, marks: Marks(colour.0) }
    }

    /// Whether the mutator can be given a reference by counting it here, and nobody has to be told.
    #[inline(always)]
    pub(crate) fn may_be_held(&self, limit: u8, colour: Colour) -> bool {
        self.external < limit && !self.marks.are_white(colour)
    }

    /// Likewise contents.
    #[inline(always)]
    pub(crate) fn may_be_stored(&self, limit: u8, colour: Colour) -> bool {
        self.internal < limit && !self.marks.are_white(colour)
    }

    /// Whether the only reference to it is a stored one, it is not in the queue, and all that is known of its counts is here.
    #[inline(always)]
    pub(crate) fn has_one_reference_left(&self) -> bool {
        self.external == 0 && self.internal == 1 && !self.marks.are_queued_or_spilled()
    }

    #[inline]
    pub(crate) fn is_live(&self) -> bool {
        self.generation != 0
    }

    /// Whether the mutator holds it.
    #[inline]
    pub(crate) fn is_held(&self) -> bool {
        self.external != 0
    }

    /// Whether it is a root for longer than it takes to release it.
    #[inline]
    pub(crate) fn is_held_or_pinned(&self) -> bool {
        self.is_held() || self.marks.has(Mark::Pinned)
    }

    /// Whether contents refer to it.
    #[inline]
    pub(crate) fn is_stored(&self) -> bool {
        self.internal != 0
    }

    #[inline]
    pub(crate) fn is_unreferenced(&self) -> bool {
        !self.is_held() && !self.is_stored()
    }

    /// Whether it dies when its turn comes, and nobody is asked.
    #[inline(always)]
    pub(crate) fn dies_unasked(&self) -> bool {
        self.is_unreferenced() && !self.marks.has(Mark::Armed)
    }

    /// Whether the object lives whatever refers to it.
    #[inline]
    pub(crate) fn is_root(&self) -> bool {
        self.is_live() && (self.is_held() || self.marks.make_a_root())
    }
}

#[cfg(test)]
mod tests {
    use super::Header;

    #[test]
    fn a_header_takes_8_bytes() {
        assert_eq!(size_of::<Header>(), 8);
    }
}
