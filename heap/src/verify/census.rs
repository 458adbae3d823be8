//! What one walk over all objects shows of them together.
//!
//! Most objects bear few marks, and of most structures there is nothing: no table has a directory, no weak
//! object a target, nothing dangles. A check asks this first, and walks itself only where it has something to
//! compare.

use crate::arena::Arena;
use crate::fields::Values;
use crate::header::{Mark, Marks};
use crate::object::Content;

/// What there is among the living objects.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Census {
    /// The marks that any of them has.
    marks: Marks,
    /// Whether any is white.
    pub(super) whites: bool,
    /// Whether any has no reference and does not wait in the queue.
    pub(super) unreferenced: bool,
    /// Whether any refers to what is gone.
    pub(super) dangles: bool,
    /// Whether any is a weak object or an ephemeron with a target.
    pub(super) targets: bool,
    /// Whether any is a table.
    pub(super) tables: bool,
    /// Whether any is a table that has a directory.
    pub(super) directories: bool,
}

impl Census {
    pub(crate) fn of(arena: &Arena) -> Self {
        let mut census = Self::default();
        let colour = arena.headers.colour;
        for (_, content, header) in arena.all() {
            census.marks.join(header.marks);
            census.whites |= header.marks.are_white(colour);
            census.unreferenced |= header.is_unreferenced() && !header.marks.has(Mark::Queued);
            census.targets |= content.weak_link().is_some_and(|link| !link.target.is_nil());
            if let Content::Table { values, .. } = content {
                census.tables = true;
                census.directories |= matches!(values, Values::Directory(_));
            }
            content.each_reference(|target| census.dangles |= arena.headers.find(target).is_err());
        }
        census
    }

    /// Whether any object has that mark.
    #[inline]
    pub(super) fn has(&self, mark: Mark) -> bool {
        self.marks.has(mark)
    }
}
