//! Colours: which objects a mark under way has come to, and which were given a reference before it has.
//!
//! The [mark](crate::cycles) flips the colour that means so, and is told of every white object that is given a
//! reference: its insertion barrier.

use super::Headers;
use crate::ObjectId;
use crate::header::{Colour, Header, Marks};

/// Notes that the living object of this header was given a reference, if a mark under way has not come to it.
#[inline]
pub(super) fn note(header: &mut Header, colour: Colour, slot: u32, disturbed: &mut Vec<u32>) {
    if header.marks.are_white(colour) {
        header.marks.paint(colour);
        disturbed.push(slot);
    }
}

impl Headers {
    /// Notes that an object was given a reference, if a mark under way has not come to it.
    #[inline(always)]
    pub(crate) fn disturb(&mut self, object: ObjectId, marks: Marks) {
        if marks.are_white(self.colour) {
            self.disturb_white(object.slot());
        }
    }

    #[cold]
    #[inline(never)]
    pub(super) fn disturb_white(&mut self, slot: u32) {
        let colour = self.colour;
        if let Some(header) = self.list.get_mut(slot as usize)
            && header.is_live()
        {
            note(header, colour, slot, &mut self.disturbed);
        }
    }

    /// Paints the living object in a slot, and says whether it was white.
    #[inline]
    pub(crate) fn paint(&mut self, slot: u32) -> bool {
        let colour = self.colour;
        let Some(header) = self.list.get_mut(slot as usize) else {
            return false;
        };
        let was_white = header.is_live() && header.marks.are_white(colour);
        if was_white {
            header.marks.paint(colour);
        }
        was_white
    }

    /// Paints all objects.
    pub(crate) fn paint_all(&mut self) {
        let colour = self.colour;
        self.list.iter_mut().filter(|header| header.is_live()).for_each(|header| header.marks.paint(colour));
    }

    /// Whether the object in a slot lives and a mark under way has not come to it.
    #[inline]
    pub(crate) fn is_white(&self, slot: u32) -> bool {
        self.list.get(slot as usize).is_some_and(|it| it.is_live() && it.marks.are_white(self.colour))
    }
}
