//! The parts of a state, as digests are fed with them.

use std::hash::Hasher;

/// What takes a digest, and is told which part of the state comes next. So a search can try what it would miss if a part were
/// left out.
pub trait Parts: Hasher {
    /// What is fed from now on belongs to that part.
    fn part(&mut self, name: &'static str);
}
