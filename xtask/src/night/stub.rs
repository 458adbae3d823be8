//! Programs that stand for fuzz targets and others in tests, which are scripts in `stubs/`.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// What stands for the binary of a fuzz target, in a folder.
pub(super) fn fuzzer(folder: &Path) -> PathBuf {
    link("fuzzer", folder)
}

/// The script of that name, in a folder. It is a link, since a file that was just written may be busy.
pub(super) fn link(name: &str, folder: &Path) -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/night/stubs").join(name).with_extension("sh");
    let path = folder.join(name);
    symlink(script, &path).unwrap();
    path
}
