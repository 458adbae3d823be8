//! The bytes in use, in the program that counts them: what was requested, without what the allocator adds.

use std::sync::OnceLock;

/// How to ask the allocator.
#[derive(Clone, Copy, Debug)]
pub struct Meter {
    /// The bytes that are in use.
    pub in_use: fn() -> usize,
    /// The most that were, since the peak was forgotten.
    pub peak: fn() -> usize,
    /// Lets the peak be what is in use now.
    pub forget_peak: fn(),
}

static METER: OnceLock<Meter> = OnceLock::new();

/// Says that this program counts bytes.
pub fn install(meter: Meter) {
    // There is one program with one `main`.
    _ = METER.set(meter);
}

/// The meter, if this program counts bytes.
pub(crate) fn meter() -> Option<Meter> {
    METER.get().copied()
}
