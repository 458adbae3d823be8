//! Seeded bugs: wrong edits of the heap or the model, kept as data in `tests/bugs/`, which the harness must notice.
//!
//! A bug is a file `tests/bugs/<class>/<id>.toml`:
//!
//! ```toml
//! id = "old-value-first"
//! class = "counting"
//! wrong = "A write gives up the old value before it counts the new one."
//! whose = "Etch: storing a field's own value frees it."
//!
//! [[edit]]
//! file = "heap/src/write.rs"
//! find = "headers.retain(&value)?;"
//! replace = ""
//! ```
//!
//! A bug that the lockstep can't notice, since no subject has a part in it, names the property that does: `property =
//! "text"`, in front of the edits.
//!
//! The library reads and applies them; the binary builds each and lets the harness look for it.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod apply;
pub mod bugs;
pub mod seeds;

use std::path::{Path, PathBuf};
use std::{fs, io};

/// The root of the workspace.
#[must_use]
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// All traces of the corpus, in order of their paths.
///
/// # Errors
/// Where a folder of the corpus can't be read.
pub fn traces() -> io::Result<Vec<PathBuf>> {
    let mut traces = Vec::new();
    for folder in fs::read_dir(root().join("corpus"))? {
        for file in fs::read_dir(folder?.path())? {
            traces.push(file?.path());
        }
    }
    traces.retain(|path| path.extension().is_some_and(|extension| extension == "trace"));
    traces.sort();
    Ok(traces)
}
