//! Keeping how far a search is, so that it can be gone on with after a Ctrl-C, or after a kill.
//!
//! What another run has kept is never written over: the file must be as this run has left it.

use crate::doors::cli::Trouble;
use crate::runs::enumerate::Search;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

/// How often at most.
const EVERY: Duration = Duration::from_secs(30);

/// At most so much of the time, as in one part of twenty.
const SHARE: u32 = 20;

pub(super) struct Keeper<'a> {
    path: &'a Path,
    last: Instant,
    /// How long it took.
    took: Duration,
    /// The file as this run has left it, or has found it when it went on with it.
    left: Option<State>,
}

/// What tells two states of a file apart: when it was written, and its length.
type State = (SystemTime, u64);

fn state(path: &Path) -> Option<State> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

impl<'a> Keeper<'a> {
    pub fn new(path: &'a Path) -> Keeper<'a> {
        Keeper { path, last: Instant::now(), took: Duration::ZERO, left: state(path) }
    }

    /// Whether there is a file of this search.
    pub fn has_kept(&self) -> bool {
        self.left.is_some()
    }

    /// Keeps it if that has not been done for a while.
    pub fn keep_now_and_then(&mut self, search: &Search) -> Result<(), Trouble> {
        if self.last.elapsed() < EVERY.max(self.took * SHARE) { Ok(()) } else { self.keep(search) }
    }

    /// Keeps it.
    pub fn keep(&mut self, search: &Search) -> Result<(), Trouble> {
        if state(self.path) != self.left {
            return Err(Trouble::Usage(format!(
                "another run has kept its search in {} meanwhile, so this one is not kept; run it in a folder of its own by \
                 `--out DIR`",
                self.path.display()
            )));
        }
        let start = Instant::now();
        let folder = self.path.parent().unwrap_or(self.path);
        let kept = std::fs::create_dir_all(folder).and_then(|()| search.save(self.path));
        (self.last, self.took, self.left) = (Instant::now(), start.elapsed(), state(self.path));
        kept.map_err(|error| Trouble::Fault(format!("can't keep the search as {}: {error}", self.path.display())))
    }
}
