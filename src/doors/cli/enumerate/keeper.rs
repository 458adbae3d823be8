//! Saves the state of a search, so that it can continue after a Ctrl-C or a kill.
//!
//! It never overwrites the file of another run: it writes only if the file is as this run has left it.

use crate::doors::cli::Trouble;
use crate::runs::enumerate::Search;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

/// The least time between two saves.
const EVERY: Duration = Duration::from_secs(30);

/// Saves take at most one twentieth of the time.
const SHARE: u32 = 20;

pub(super) struct Keeper<'a> {
    path: &'a Path,
    last: Instant,
    /// How long the last save took.
    took: Duration,
    /// The file as this run has left it, or as it found it at the start.
    left: Option<FileState>,
}

/// The time when a file was written, and its length.
type FileState = (SystemTime, u64);

fn state(path: &Path) -> Option<FileState> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

impl<'a> Keeper<'a> {
    pub fn new(path: &'a Path) -> Keeper<'a> {
        Keeper { path, last: Instant::now(), took: Duration::ZERO, left: state(path) }
    }

    /// Whether this search has a file.
    pub fn has_kept(&self) -> bool {
        self.left.is_some()
    }

    /// Saves the search if the last save is long enough ago.
    pub fn keep_now_and_then(&mut self, search: &Search) -> Result<(), Trouble> {
        if self.last.elapsed() < EVERY.max(self.took * SHARE) { Ok(()) } else { self.keep(search) }
    }

    /// Saves the search.
    pub fn keep(&mut self, search: &Search) -> Result<(), Trouble> {
        if state(self.path) != self.left {
            return Err(Trouble::Usage(format!(
                "another run has saved its search in {} meanwhile, so this one is not saved; give this one its own folder \
                 with `--out DIR`",
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
