//! The counters of a heap.

/// The counters of a heap (SPEC 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)] // each is what its name says
pub struct Statistics {
    pub allocations: u64,
    pub frees: u64,
    pub live_objects: u64,
    pub cycles_detected: u64,
    pub cycles_collected: u64,
    pub checks: u64,
    pub average_rate: u64,
    pub interval: u64,
    pub operations_since_check: u64,
    pub finalizer_panics: u64,
    pub verifications: u64,
}

impl Statistics {
    /// Each counter by its name.
    pub fn named(&self) -> [(&'static str, u64); 11] {
        [
            ("allocations", self.allocations),
            ("frees", self.frees),
            ("live_objects", self.live_objects),
            ("cycles_detected", self.cycles_detected),
            ("cycles_collected", self.cycles_collected),
            ("checks", self.checks),
            ("average_rate", self.average_rate),
            ("interval", self.interval),
            ("operations_since_check", self.operations_since_check),
            ("finalizer_panics", self.finalizer_panics),
            ("verifications", self.verifications),
        ]
    }
}
