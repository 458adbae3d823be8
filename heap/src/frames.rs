//! Frames: stretches of a program in which checks have a budget, and at the end of which what was
//! allocated for the moment is given up and freed at once.
//!
//! A *temporary* is an object that the frame holds once for the mutator. At the end of the frame it
//! is let go, unless the mutator has done so already. One that nothing else refers to is released
//! then. Others may be garbage, in cycles with each other or hanging off them. They are found by one
//! search from the temporaries ([`crate::cycles::search`]), and die as one set: what they reach,
//! less roots and what is reached from these or from outside. If that takes more than the frame's
//! budget, the search is given up, and they wait for a collection: each is reached from a candidate,
//! for it has just lost a reference, or lost its last from the mutator before.

use crate::arena::Arena;
use crate::copying::copies;
use crate::cycles::allowance::{Allowance, ForMembers};
use crate::digest::{Digest, Parts};
use crate::header::Mark;
use crate::{Budget, Collection, Heap, HeapError, Host, New, ObjectId};

/// How many temporaries are listed before those that have died are sought among them.
const FEW: usize = 64;

/// What has happened in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FrameStats {
    /// What each of its checks, and its end, may use.
    pub budget: Budget,
    /// Temporaries that were allocated.
    pub temporaries: u64,
    /// Objects that collections and detections have looked at, as often as they have.
    pub objects_touched: u64,
    /// Checks for cycles that ran.
    pub checks: u64,
    /// Objects that collections have freed.
    pub objects_collected: u64,
    /// Cycles that collections have freed.
    pub cycles_collected: u64,
}

/// The frame that is open.
#[derive(Debug)]
pub(crate) struct Frame {
    budget: Budget,
    /// In order of allocation, with some that have died.
    pub(crate) temporaries: Vec<ObjectId>,
    /// At which length the dead are taken out.
    crowded: usize,
    allocated: u64,
    /// The heap's figures when it was opened.
    before: Before,
}

copies!(Frame { budget, temporaries, crowded, allocated, before });

/// The figures of a heap at some time.
#[derive(Clone, Copy, Debug)]
struct Before {
    touched: u64,
    checks: u64,
    objects_collected: u64,
    cycles_collected: u64,
}

impl Frame {
    pub(crate) fn budget(&self) -> Budget {
        self.budget
    }

    /// Takes those that have died out of the list.
    fn forget_dead(&mut self, arena: &Arena) {
        self.temporaries.retain(|&it| arena.headers.find(it).is_ok());
        self.crowded = FEW.max(2 * self.temporaries.len());
    }

    /// Gives back the room for those that have died.
    pub(crate) fn shrink(&mut self, arena: &Arena) {
        self.forget_dead(arena);
        self.temporaries.shrink_to_fit();
    }

    /// See [`crate::digest`].
    pub(crate) fn digest(&self, digest: &mut Digest<'_, impl Parts>) {
        let Self { budget, temporaries, crowded, allocated: _, before: _ } = self;
        digest.part("frame.budget");
        match *budget {
            Budget::Objects(objects) => digest.number(u64::from(objects) << 1),
            Budget::Microseconds(time) => digest.number(u64::from(time) << 1 | 1),
        }
        digest.part("frame.temporaries");
        digest.list(temporaries.iter(), |digest, id| digest.id(*id));
        digest.part("frame.crowded");
        digest.size(*crowded);
    }
}

impl<H: Host> Heap<H> {
    /// Opens a frame, in which each check has this budget. There is at most one at a time.
    ///
    /// # Errors
    /// [`HeapError::Reentrant`] in a finalizer, [`HeapError::Frame`] if one is open,
    /// [`HeapError::Setting`] for a budget of 0.
    ///
    /// ```
    /// # use heapproof_heap::{Budget, Configuration, Heap, New};
    /// let mut heap = Heap::with_configuration((), Configuration::default().with_cycle_counts(true));
    /// heap.begin_frame(Budget::Objects(100))?;
    /// let a = heap.allocate_temporary(New::Table)?;
    /// let b = heap.allocate_temporary(New::Box(a.into()))?;
    /// heap.set_field(a, "b", b.into())?;
    /// let frame = heap.end_frame()?; // nothing else has come to refer to them
    /// assert_eq!((frame.temporaries, frame.cycles_collected), (2, 1));
    /// assert!(heap.is_empty());
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    pub fn begin_frame(&mut self, budget: Budget) -> Result<(), HeapError> {
        if self.finalizers.are_running() {
            return Err(HeapError::Reentrant);
        }
        if self.frame.is_some() {
            return Err(HeapError::Frame);
        }
        let budget = budget.positive("budget")?;
        self.frame =
            Some(Frame { budget, temporaries: Vec::new(), crowded: FEW, allocated: 0, before: self.figures() });
        self.log_frame_begun();
        Ok(())
    }

    /// Allocates an object that the mutator holds once, until it lets go of it or the frame ends.
    ///
    /// The check that is due is made first, as by every allocation.
    ///
    /// # Errors
    /// [`HeapError::Reentrant`] in a finalizer, [`HeapError::Frame`] if no frame is open, and then
    /// those of the allocation, see [`New`].
    pub fn allocate_temporary(&mut self, new: New<'_>) -> Result<ObjectId, HeapError> {
        self.check_before_allocation();
        if self.finalizers.are_running() {
            return Err(HeapError::Reentrant);
        }
        if self.frame.is_none() {
            return Err(HeapError::Frame);
        }
        let object = self.allocate(new)?;
        let Self { arena, frame, .. } = self;
        if let Some(frame) = frame {
            if frame.temporaries.len() >= frame.crowded {
                frame.forget_dead(arena);
            }
            frame.temporaries.push(object);
            frame.allocated += 1;
            arena.headers.find_mut(object)?.marks.set(Mark::Temporary);
        }
        Ok(object)
    }

    /// Closes the frame: gives up one reference to each temporary that the mutator still holds, and
    /// frees what is then garbage among the objects that temporaries reach. That is left to later
    /// collections if it takes more than the frame's budget.
    ///
    /// # Errors
    /// [`HeapError::Reentrant`] in a finalizer, [`HeapError::Frame`] if no frame is open.
    pub fn end_frame(&mut self) -> Result<FrameStats, HeapError> {
        if self.finalizers.are_running() {
            return Err(HeapError::Reentrant);
        }
        let frame = self.frame.take().ok_or(HeapError::Frame)?;
        for &object in &frame.temporaries {
            self.give_up_temporary(object);
        }
        if self.search_from_temporaries(&frame) {
            let garbage = self.search.found(&self.arena);
            self.free_set(garbage, &mut Collection::default());
        }
        self.settle();
        let statistics = self.statistics_of(&frame);
        self.log_frame_ended(&statistics);
        Ok(statistics)
    }

    /// What has happened so far in the frame that is open, if one is.
    #[must_use]
    pub fn frame_stats(&self) -> Option<FrameStats> {
        self.frame.as_ref().map(|frame| self.statistics_of(frame))
    }

    fn statistics_of(&self, frame: &Frame) -> FrameStats {
        let (now, before) = (self.figures(), frame.before);
        // A finalizer may have put another heap in this one's place.
        FrameStats {
            budget: frame.budget,
            temporaries: frame.allocated,
            objects_touched: now.touched.saturating_sub(before.touched),
            checks: now.checks.saturating_sub(before.checks),
            objects_collected: now.objects_collected.saturating_sub(before.objects_collected),
            cycles_collected: now.cycles_collected.saturating_sub(before.cycles_collected),
        }
    }

    fn figures(&self) -> Before {
        Before {
            touched: self.totals.touched,
            checks: self.tuning.checks(),
            objects_collected: self.totals.objects_collected,
            cycles_collected: self.totals.cycles_collected,
        }
    }

    /// Gives up the reference that a frame holds, if it is still there.
    fn give_up_temporary(&mut self, object: ObjectId) {
        if let Ok(header) = self.arena.headers.find_mut(object) {
            header.marks.clear(Mark::Temporary);
        }
        let Ok(header) = self.arena.headers.let_go(object) else {
            return;
        };
        if header.is_unreferenced() {
            self.release(object);
        } else {
            self.suspect(object);
        }
    }

    /// Looks for garbage among what temporaries reach, and says whether the budget was enough.
    fn search_from_temporaries(&mut self, frame: &Frame) -> bool {
        let mut allowance = Allowance::new(frame.budget, &self.host);
        let mut limits = ForMembers {
            allowance: &mut allowance,
            host: &self.host,
            touched: &mut self.totals.touched,
            widest: usize::MAX,
            is_used_up: false,
        };
        let starts = frame.temporaries.iter().copied();
        self.search.run(&self.arena, starts, &mut limits) && !self.search.is_partial()
    }
}
