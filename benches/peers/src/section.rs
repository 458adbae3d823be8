//! A section: the part of a workload that is measured, by time or, in the program that counts bytes, by memory.

use crate::clock;
use crate::memory;
use crate::workload::Figures;

/// A section that has begun.
pub struct Section {
    start: f64,
    in_use: usize,
}

/// The figure of the most bytes in use within a section.
pub const PEAK: &str = "peak";
/// The figure of how many of these were not in use when the section began.
pub const GARBAGE: &str = "garbage";

impl Section {
    /// Begins one now.
    pub fn begin() -> Self {
        let in_use = memory::meter().map_or(0, |meter| {
            (meter.forget_peak)();
            (meter.in_use)()
        });
        Self { start: clock::now(), in_use }
    }

    /// Ends it, and adds its figure: the nanoseconds for each of so many things, or the bytes in all.
    pub fn end(self, figure: &str, things: usize, figures: &mut Figures) {
        let time = clock::now() - self.start;
        match memory::meter() {
            None => {
                figures.insert(figure.to_owned(), time / things as f64);
            }
            Some(meter) => self.add_bytes(figure, (meter.peak)(), figures),
        }
    }

    fn add_bytes(&self, figure: &str, peak: usize, figures: &mut Figures) {
        // The greatest of several sections of one name.
        for (kind, bytes) in [(PEAK, peak), (GARBAGE, peak.saturating_sub(self.in_use))] {
            let most = figures.entry(format!("{figure} {kind}")).or_insert(0.0);
            *most = most.max(bytes as f64);
        }
    }

    /// The bytes more in use than when it began; 0 in a program that does not count them.
    pub fn bytes(&self) -> usize {
        memory::meter().map_or(0, |meter| (meter.in_use)().saturating_sub(self.in_use))
    }

    /// The most bytes that were in use on top; 0 in a program that does not count them.
    pub fn most_bytes(&self) -> usize {
        memory::meter().map_or(0, |meter| (meter.peak)().saturating_sub(self.in_use))
    }
}
