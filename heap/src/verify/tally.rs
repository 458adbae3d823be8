//! What the counts should be: contents and roots, counted anew.

use crate::ObjectId;
use crate::arena::Arena;

/// A count from here on must have been counted down below 0, if it is wrong. No program takes two
/// thousand million references to one object.
pub(crate) const WRAPPED: u32 = 1 << 31;

/// How often each slot's object is referred to. References to objects that are gone count nowhere.
pub(crate) struct Tally {
    /// By slot.
    counts: Vec<Counts>,
    /// Whether external counts are known.
    has_roots: bool,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    external: u32,
    internal: u32,
    weak: u32,
}

impl Tally {
    pub(crate) fn new(arena: &Arena, roots: Option<&[ObjectId]>) -> Self {
        let mut tally = Self { counts: vec![Counts::default(); arena.slots()], has_roots: roots.is_some() };
        for &root in roots.unwrap_or_default() {
            tally.count(arena, root, |counts| &mut counts.external);
        }
        for (_, content, _) in arena.all() {
            content.each_reference(|child| tally.count(arena, child, |counts| &mut counts.internal));
            if let Some(link) = content.weak_link() {
                tally.count(arena, link.target, |counts| &mut counts.weak);
            }
        }
        tally
    }

    fn count(&mut self, arena: &Arena, object: ObjectId, which: impl FnOnce(&mut Counts) -> &mut u32) {
        if arena.headers.find(object).is_ok()
            && let Some(counts) = self.counts.get_mut(object.slot() as usize)
        {
            let count = which(counts);
            *count = count.saturating_add(1);
        }
    }

    #[inline]
    pub(crate) fn internal(&self, object: ObjectId) -> u32 {
        self.at(object).internal
    }

    #[inline]
    pub(crate) fn weak(&self, object: ObjectId) -> u32 {
        self.at(object).weak
    }

    /// How often the roots name the object, if there are roots.
    #[inline]
    pub(crate) fn external(&self, object: ObjectId) -> Option<u32> {
        self.has_roots.then(|| self.at(object).external)
    }

    #[inline]
    fn at(&self, object: ObjectId) -> Counts {
        self.counts.get(object.slot() as usize).copied().unwrap_or_default()
    }
}
