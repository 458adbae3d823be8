//! How much a collection may do in one call.

use std::fmt;

use crate::Host;

/// What a frame allows each check in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Budget {
    /// So many objects may be touched.
    Objects(u32),
    /// So much time may pass on the clock of the host, see [`Host::microseconds`]. It is looked at
    /// before an object is touched, so the time may be exceeded by what one object takes, and the
    /// first object is always touched, so that every call makes progress.
    Microseconds(u32),
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

    /// Asks whether one more object may be touched and, if so, adds it to those that were.
    #[inline]
    pub(crate) fn take(&mut self, host: &impl Host, touched: &mut u64) -> bool {
        let is_over = |deadline| !self.is_untouched && host.microseconds() >= deadline;
        if self.objects == 0 || self.deadline.is_some_and(is_over) {
            self.objects = 0;
            return false;
        }
        self.is_untouched = false;
        self.objects -= 1;
        *touched += 1;
        true
    }
}
