//! How much a collection may do in one call.
//!
//! A mark asks its [`Limits`] before each step, and each is charged. A search, which is made in one go,
//! asks before an object joins, and is charged for that once for all; only the time is looked at in between.

use std::fmt;

use crate::configuration::positive;
use crate::{HeapError, Host};

/// What a slice of a collection may do, and what a frame allows each check in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Budget {
    /// So many objects may be touched.
    Objects(u32),
    /// So much time may pass on the clock of the host, see [`Host::microseconds`]. It is looked at
    /// before each step with an object, so the time may be exceeded by what one object takes; the
    /// first object is always touched, so that every call makes progress.
    Microseconds(u32),
}

impl From<u32> for Budget {
    /// So many objects.
    fn from(objects: u32) -> Self {
        Self::Objects(objects)
    }
}

impl Budget {
    /// The same, unless it is 0.
    ///
    /// # Errors
    /// [`HeapError::Setting`].
    pub(crate) fn positive(self, name: &'static str) -> Result<Self, HeapError> {
        let (Self::Objects(amount) | Self::Microseconds(amount)) = self;
        positive(name, amount)?;
        Ok(self)
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Objects(objects) => write!(f, "{objects} objects"),
            Self::Microseconds(time) => write!(f, "{time} microseconds"),
        }
    }
}

/// What is left of a budget in one call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowance {
    objects: u64,
    /// When the time is over, in microseconds.
    deadline: Option<u64>,
    is_untouched: bool,
}

impl Allowance {
    /// The whole of a budget, from now on.
    pub(crate) fn new(budget: Budget, host: &impl Host) -> Self {
        let (objects, deadline) = match budget {
            Budget::Objects(objects) => (u64::from(objects), None),
            Budget::Microseconds(time) => (u64::MAX, Some(host.microseconds().saturating_add(u64::from(time)))),
        };
        Self { objects, deadline, is_untouched: true }
    }

    /// Half of it, rounded down, and the half of the time that there is.
    pub(super) fn half(self, host: &impl Host) -> Self {
        let deadline = self.deadline.map(|deadline| {
            let now = host.microseconds().min(deadline);
            now + (deadline - now) / 2
        });
        let objects = if deadline.is_some() { self.objects } else { self.objects / 2 };
        Self { objects, deadline, is_untouched: false }
    }

    /// Takes what is left of a share that was given away, which was half of it or all.
    pub(super) fn take_back(&mut self, share: Self, was_half: bool) {
        if self.deadline.is_none() {
            let rest = if was_half { self.objects - self.objects / 2 } else { 0 };
            self.objects = rest + share.objects;
        }
        self.is_untouched &= was_half || share.is_untouched;
    }

    /// Whether one more object may be touched.
    pub(super) fn is_left(&mut self, host: &impl Host) -> bool {
        self.is_in_time(host) && self.objects > 0
    }

    /// Whether there is time left.
    #[inline]
    fn is_in_time(&mut self, host: &impl Host) -> bool {
        if self.deadline.is_some_and(|deadline| !self.is_untouched && host.microseconds() >= deadline) {
            self.objects = 0;
        }
        self.objects > 0 || self.deadline.is_none()
    }

    /// Asks whether one more object may be touched and, if so, adds it to those that were.
    #[inline]
    pub(super) fn take(&mut self, host: &impl Host, touched: &mut u64) -> bool {
        if !self.is_in_time(host) || self.objects == 0 {
            return false;
        }
        self.is_untouched = false;
        self.objects -= 1;
        *touched += 1;
        true
    }
}

/// What a search or a mark may do. Without a reason to the contrary that is everything.
pub(crate) trait Limits {
    /// Whether it may read the contents of one more object, or judge its counts.
    #[inline]
    fn may_step(&mut self) -> bool {
        true
    }

    /// Whether an object may become a member that is so much work to read.
    #[inline]
    fn may_join(&mut self, _width: usize) -> bool {
        true
    }
}

/// No limits; steps are counted.
pub(super) struct Counted<'a> {
    pub(super) steps: &'a mut u64,
}

impl Limits for Counted<'_> {
    #[inline]
    fn may_step(&mut self) -> bool {
        *self.steps += 1;
        true
    }
}

/// Only so many objects may join.
pub(super) struct UpTo(pub(super) usize);

impl Limits for UpTo {
    #[inline]
    fn may_join(&mut self, _width: usize) -> bool {
        let may = self.0 > 0;
        self.0 = self.0.saturating_sub(1);
        may
    }
}

/// The limits of what goes in slices: each step is charged.
pub(super) struct ForSteps<'a, H> {
    pub(super) allowance: &'a mut Allowance,
    pub(super) host: &'a H,
    pub(super) touched: &'a mut u64,
}

impl<H: Host> Limits for ForSteps<'_, H> {
    #[inline]
    fn may_step(&mut self) -> bool {
        self.allowance.take(self.host, self.touched)
    }
}

/// The limits of a search in one go: each object is charged as it joins.
pub(crate) struct ForMembers<'a, H> {
    pub(crate) allowance: &'a mut Allowance,
    pub(crate) host: &'a H,
    pub(crate) touched: &'a mut u64,
    /// How many values those may have that join.
    pub(crate) widest: usize,
    /// Whether the allowance was not enough.
    pub(crate) is_used_up: bool,
}

impl<H: Host> Limits for ForMembers<'_, H> {
    #[inline]
    fn may_step(&mut self) -> bool {
        let is_in_time = self.allowance.is_in_time(self.host);
        self.is_used_up |= !is_in_time;
        is_in_time
    }

    #[inline]
    fn may_join(&mut self, width: usize) -> bool {
        if self.is_used_up || width > self.widest {
            return false;
        }
        self.is_used_up = !self.allowance.take(self.host, self.touched);
        !self.is_used_up
    }
}
