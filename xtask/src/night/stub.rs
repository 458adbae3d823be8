//! Programs that stand for fuzz targets in tests.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// What stands for the binary of a fuzz target, in a folder. It is a link, since a file that was just written may be busy.
pub(super) fn fuzzer(folder: &Path) -> PathBuf {
    let path = folder.join("fuzzer");
    symlink(concat!(env!("CARGO_MANIFEST_DIR"), "/src/night/stubs/fuzzer.sh"), &path).unwrap();
    path
}
