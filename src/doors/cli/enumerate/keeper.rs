//! Keeping how far a search is, so that it can be gone on with after a Ctrl-C, or after a kill.

use crate::doors::cli::Trouble;
use crate::runs::enumerate::Search;
use std::path::Path;
use std::time::{Duration, Instant};

/// How often at most.
const EVERY: Duration = Duration::from_secs(30);

/// At most so much of the time, as in one part of twenty.
const SHARE: u32 = 20;

pub(super) struct Keeper<'a> {
    path: &'a Path,
    last: Instant,
    /// How long it took.
    took: Duration,
}

impl<'a> Keeper<'a> {
    pub fn new(path: &'a Path) -> Keeper<'a> {
        Keeper { path, last: Instant::now(), took: Duration::ZERO }
    }

    /// Keeps it if that has not been done for a while.
    pub fn keep_now_and_then(&mut self, search: &Search) -> Result<(), Trouble> {
        if self.last.elapsed() < EVERY.max(self.took * SHARE) { Ok(()) } else { self.keep(search) }
    }

    /// Keeps it.
    pub fn keep(&mut self, search: &Search) -> Result<(), Trouble> {
        let start = Instant::now();
        let folder = self.path.parent().unwrap_or(self.path);
        let kept = std::fs::create_dir_all(folder).and_then(|()| search.save(self.path));
        (self.last, self.took) = (Instant::now(), start.elapsed());
        kept.map_err(|error| Trouble::Fault(format!("can't keep the search as {}: {error}", self.path.display())))
    }
}
