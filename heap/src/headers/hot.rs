//! What is done for every reference: it is counted, and given up.
//!
//! All of it is inlined always: left to itself, the compiler calls it, which costs as much as it does. It asks one question,
//! whether the header alone does and nobody has to be told, and leaves all else to one cold call. So it saves no registers
//! for what is seldom done. To find that an object is dead is not seldom: an id is a weak reference.

use super::colours::note;
use super::{Headers, add, missing};
use crate::header::{Header, Mark};
use crate::visits::List;
use crate::{HeapError, ObjectId, Value};

/// What the mutator holds of an object after it has let go of a reference.
pub(crate) enum Left {
    /// It holds more of them.
    More,
    /// It holds none. This is the header.
    None(Header),
    /// The header alone does not tell, or the call is refused. Nothing is done.
    Unknown,
}

impl Headers {
    /// Counts a reference that the mutator is given.
    #[inline(always)]
    pub(crate) fn hold(&mut self, object: ObjectId) -> Result<(), HeapError> {
        let (limit, colour) = (self.limit, self.colour);
        let Some(header) = living(&mut self.list, object) else {
            return Err(missing(object));
        };
        if !header.may_be_held(limit, colour) {
            return self.hold_slowly(object);
        }
        header.external += 1;
        Ok(())
    }

    /// The same where the header alone does not do, or somebody has to be told.
    #[cold]
    #[inline(never)]
    fn hold_slowly(&mut self, object: ObjectId) -> Result<(), HeapError> {
        let (limit, colour) = (self.limit, self.colour);
        let Some(header) = living(&mut self.list, object) else {
            return Err(missing(object));
        };
        if header.external < limit {
            header.external += 1;
            note(header, colour, object.slot(), &mut self.disturbed);
            return Ok(());
        }
        self.change(object, |counts, ceiling| add(&mut counts.external, ceiling))?;
        self.disturb_white(object.slot());
        Ok(())
    }

    /// Gives up a reference that the mutator holds, if the header alone does for that, and says whether it holds more.
    #[inline(always)]
    pub(crate) fn let_go_here(&mut self, object: ObjectId) -> Left {
        match living(&mut self.list, object) {
            Some(header) => {
                if header.external > 1 {
                    header.external -= 1;
                    return Left::More;
                }
                if header.external == 0 || header.marks.has(Mark::Spilled) {
                    return Left::Unknown;
                }
                header.external = 0;
                Left::None(*header)
            }
            _ => Left::Unknown,
        }
    }

    /// Counts a value that is about to be stored.
    #[inline(always)]
    pub(crate) fn retain(&mut self, value: &Value) -> Result<(), HeapError> {
        let Some(object) = value.reference() else {
            return Ok(());
        };
        if self.retain_simply(object) { Ok(()) } else { self.retain_slowly(object) }
    }

    /// Counts a reference that is about to be stored, if the header alone does for that. False if not, or if there is no such
    /// object, and then nothing is done.
    #[inline(always)]
    pub(crate) fn retain_simply(&mut self, object: ObjectId) -> bool {
        let (limit, colour) = (self.limit, self.colour);
        match living(&mut self.list, object) {
            Some(header) if header.may_be_stored(limit, colour) => {
                header.internal += 1;
                true
            }
            _ => false,
        }
    }

    /// The same where the header alone does not do, or somebody has to be told.
    #[cold]
    #[inline(never)]
    fn retain_slowly(&mut self, object: ObjectId) -> Result<(), HeapError> {
        let (limit, colour) = (self.limit, self.colour);
        let Some(header) = living(&mut self.list, object) else {
            return Err(missing(object));
        };
        if header.internal < limit {
            header.internal += 1;
            note(header, colour, object.slot(), &mut self.disturbed);
            return Ok(());
        }
        self.change(object, |counts, ceiling| add(&mut counts.internal, ceiling))?;
        self.disturb_white(object.slot());
        Ok(())
    }

    /// Gives up a reference that was stored, if the mutator holds the object, or if it has died: then nothing follows from
    /// it. False if something may, and then nothing is done.
    #[inline(always)]
    pub(crate) fn forget_if_held(&mut self, object: ObjectId) -> bool {
        match living(&mut self.list, object) {
            Some(header) => {
                if !header.is_held() || header.marks.has(Mark::Spilled) {
                    return false;
                }
                header.internal = header.internal.saturating_sub(1);
                true
            }
            _ => true,
        }
    }

    /// Gives up the last reference to an object of all, a stored one, and marks it as queued. False if there are more, or
    /// it is marked already, and then nothing is done.
    #[inline(always)]
    pub(crate) fn forget_last(&mut self, object: ObjectId) -> bool {
        match living(&mut self.list, object) {
            Some(header) if header.has_one_reference_left() => {
                header.internal = 0;
                header.marks.set(Mark::Queued);
                true
            }
            _ => false,
        }
    }
}

/// The header of a living object.
#[inline(always)]
fn living(list: &mut List<Header>, object: ObjectId) -> Option<&mut Header> {
    list.get_mut(object.slot() as usize).filter(|header| header.generation == object.generation())
}
