//! Files that are written.

use std::path::Path;

/// Writes a text, in a folder that is made if it is not there.
///
/// # Errors
/// That can't be done.
pub fn write(path: &Path, text: &str) -> Result<(), String> {
    let said = |error: std::io::Error| format!("{}: {error}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(said)?;
    }
    std::fs::write(path, text).map_err(said)
}
