//! Processor time of this thread. What other processes do meanwhile is not in it, though what they do to the caches is.

use nix::time::{ClockId, clock_gettime};

/// The nanoseconds of processor time that this thread has used.
pub fn now() -> f64 {
    match clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID) {
        Ok(time) => time.tv_sec() as f64 * 1e9 + time.tv_nsec() as f64,
        Err(_) => f64::NAN,
    }
}
