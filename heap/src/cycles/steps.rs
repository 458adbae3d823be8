//! The steps of a walk that may pause.
//!
//! To enter an object is a step. To leave one, to pass over a slot from which no walk sets out, or to go on in the contents of an object behind one
//! that was entered from there is too little to be one; but a chain is left all at once, and slots may be many more than objects. So
//! after each [`stretch`] of these there is a step too, save for the first. Then whatever a walk does follows the steps that it has taken.

use super::marking::{STRETCH, stretch};
use crate::arena::Arena;
use crate::digest::{Digest, Parts};

/// How much it is to read contents again, where to leave an object or to pass over a slot is one.
pub(super) const TO_READ_AGAIN: u32 = 8;

/// How many steps a walk may take now, and what it may do before it has to take one.
#[derive(Clone, Debug)]
pub(super) struct Steps {
    left: u64,
    /// How many objects it has entered of those that it might.
    entered: u64,
    /// How much may be done that is too little to be a step before there is one.
    free: u32,
    stretch: u32,
}

impl Steps {
    /// As many as it takes.
    pub(super) const ALL: Self = Self { left: u64::MAX, entered: 0, free: u32::MAX, stretch: u32::MAX };

    /// None as yet, of a walk that begins.
    pub(super) fn of(arena: &Arena) -> Self {
        let stretch = stretch(arena.every_slot().end, arena.live());
        Self { left: 0, entered: 0, free: stretch, stretch }
    }

    /// None as yet, of no walk.
    pub(super) const fn none() -> Self {
        Self { left: 0, entered: 0, free: STRETCH, stretch: STRETCH }
    }

    /// Allows so many from now on.
    pub(super) fn allow(&mut self, steps: u64) {
        (self.left, self.entered) = (steps, 0);
    }

    /// How many objects were entered since.
    pub(super) fn entered(&self) -> u64 {
        self.entered
    }

    /// Takes one to enter an object, if it may.
    #[inline]
    pub(super) fn enter(&mut self) -> bool {
        let may = self.step();
        self.entered += u64::from(may);
        may
    }

    #[inline]
    fn step(&mut self) -> bool {
        let may = self.left > 0;
        self.left -= u64::from(may);
        may
    }

    /// Does what is too little to be one, if it may, and is so much.
    #[inline]
    pub(super) fn pass(&mut self, much: u32) -> bool {
        if self.free < much {
            if !self.step() {
                return false;
            }
            self.free = self.stretch;
        }
        self.free -= much;
        true
    }

    /// See [`crate::digest`]. How many may be taken is said anew in each slice; and what is free does not matter as long as a walk over
    /// so many slots can't use it up.
    pub(super) fn digest(&self, slots: usize, digest: &mut Digest<'_, impl Parts>) {
        let Self { left: _, entered: _, free, stretch } = self;
        digest.part("detection.steps");
        digest.number(if *free as usize > (2 + TO_READ_AGAIN as usize) * slots { u32::MAX } else { *free });
        digest.number(*stretch);
    }
}
