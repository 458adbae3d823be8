//! Counts beyond a byte.
//!
//! A count is the byte in the [header](crate::header) and what lies beside it, in
//! a map by slot. Two rules tie them. The byte is 0 only if the whole count is, so that to ask whether an
//! object is referred to takes the header alone. And the byte reaches its limit no later than the count
//! reaches the ceiling, so that to ask whether there is room takes the header alone, until the byte is at
//! its limit. Where a byte has come to an end of its range, half of the range is moved ([`split`]): the map
//! is looked at once in more than a hundred changes, however many references there are.

use super::Headers;
use crate::header::Mark;

/// Both strong counts of an object, whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Strong {
    pub(crate) external: u32,
    pub(crate) internal: u32,
}

impl Headers {
    /// Both counts of the tenant of a slot.
    #[inline]
    pub(crate) fn strong(&self, slot: u32) -> Strong {
        let header = self.list.get(slot as usize).copied().unwrap_or_default();
        let here = Strong { external: header.external.into(), internal: header.internal.into() };
        match header.marks.has(Mark::Spilled) {
            true => self.with_spilled(slot, here),
            false => here,
        }
    }

    #[cold]
    fn with_spilled(&self, slot: u32, here: Strong) -> Strong {
        let beside = self.spilled.get(&slot).copied().unwrap_or_default();
        let sum = u32::saturating_add;
        Strong { external: sum(here.external, beside.external), internal: sum(here.internal, beside.internal) }
    }

    /// Makes these the counts of the tenant of a slot.
    #[cold]
    pub(crate) fn set_strong(&mut self, slot: u32, counts: Strong) {
        let (external, more_external) = split(counts.external, self.ceiling);
        let (internal, more_internal) = split(counts.internal, self.ceiling);
        let Some(header) = self.list.get_mut(slot as usize) else {
            return;
        };
        (header.external, header.internal) = (external, internal);
        let beside = Strong { external: more_external, internal: more_internal };
        if beside == Strong::default() {
            header.marks.clear(Mark::Spilled);
            self.spilled.remove(&slot);
        } else {
            header.marks.set(Mark::Spilled);
            self.spilled.insert(slot, beside);
        }
    }

    /// Forgets what counts have beside the header of an object that dies.
    #[cold]
    pub(crate) fn forget_spilled(&mut self, slot: u32) {
        self.spilled.remove(&slot);
    }

    /// Splits all counts anew, and says how many have something beside their headers then. What no mark
    /// leads to is no part of a count.
    pub(crate) fn split_anew(&mut self) -> usize {
        for slot in 0..self.list.len() as u32 {
            let counts = self.strong(slot);
            self.set_strong(slot, counts);
        }
        self.spilled.len()
    }

    /// Takes what lies beside a header away, or puts something there, and leaves the mark as it is.
    #[cfg(test)]
    pub(crate) fn damage_spilled(&mut self, slot: u32, beside: Option<Strong>) {
        match beside {
            Some(beside) => _ = self.spilled.insert(slot, beside),
            None => _ = self.spilled.remove(&slot),
        }
    }

    /// The slots that have something beside their headers.
    pub(crate) fn spilled(&self) -> impl Iterator<Item = u32> {
        self.spilled.keys().copied()
    }
}

/// A count as a byte for the header, from the middle of its range where that may be, and what lies beside.
fn split(count: u32, ceiling: u32) -> (u8, u32) {
    const MIDDLE: u32 = 128;
    const MOST: u32 = u8::MAX as u32;
    let Some(least) = count.checked_sub(MOST).filter(|&least| least > 0) else {
        return (count as u8, 0);
    };
    // With more beside, the byte would reach its limit later than the count its ceiling.
    let most = ceiling.saturating_sub(MOST).max(least);
    let beside = (count - MIDDLE).min(most);
    ((count - beside) as u8, beside)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_byte_is_0_only_for_0_and_full_before_the_ceiling_is_passed() {
        for ceiling in (1..1_000).chain([u32::MAX]) {
            for count in (0..=ceiling.min(1_000)).chain([u32::MAX - 2]) {
                let (byte, beside) = split(count, ceiling);
                assert_eq!(u32::from(byte) + beside, count);
                assert_eq!(byte == 0, count == 0);
                assert!(count > ceiling || beside == 0 || beside + 255 <= ceiling, "{count} of {ceiling}");
            }
        }
    }
}
