//! Saves failures as files.
//!
//! `failures/` holds only minimised traces, `failures/original/` the programs before that. A file gets a temporary name
//! and is then renamed, so no file is ever incomplete. Its name is the signature and a hash of the program, so the same
//! failure has the same file.

use crate::judge::signature::Signature;
use heapproof_model::Program;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::xxh3_64;

/// The default folder of failures.
pub const OUT: &str = "heapproof.out";

/// Follows as many links as Linux does.
const MOST_LINKS: usize = 40;

/// Saves a program that failed, before it is minimised.
///
/// # Errors
/// If the folder or the file can't be written.
pub fn save_original(out: &Path, signature: &Signature, program: &Program, note: &str) -> io::Result<PathBuf> {
    save(&originals(out), signature, program, note)
}

/// The folder of programs that are not minimised.
pub(crate) fn originals(out: &Path) -> PathBuf {
    out.join("failures").join("original")
}

/// Saves a minimised trace.
///
/// # Errors
/// If the folder or the file can't be written.
pub fn save_minimized(out: &Path, signature: &Signature, program: &Program, note: &str) -> io::Result<PathBuf> {
    save(&out.join("failures"), signature, program, note)
}

/// Saves a program in a folder, which is made if it does not exist, under its signature and hash.
pub(crate) fn save(folder: &Path, signature: &Signature, program: &Program, note: &str) -> io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let hash = xxh3_64(&program.identity()) as u32;
    let path = folder.join(format!("{signature}-{hash:08x}.trace"));
    write_whole(&path, &commented(program, note))?;
    Ok(path)
}

/// A program's trace, with the note as comments after the header.
pub fn commented(program: &Program, note: &str) -> String {
    let trace = program.to_string();
    let (header, lines) = trace.split_once('\n').unwrap_or((&trace, ""));
    let comments: String = note.lines().map(|line| format!("# {line}\n")).collect();
    format!("{header}\n{comments}{lines}")
}

/// Writes a file completely or not at all.
///
/// # Errors
/// If it can't be written.
pub fn write_whole(path: &Path, bytes: &(impl AsRef<[u8]> + ?Sized)) -> io::Result<()> {
    // Does not replace links, terminals and pipes, but writes to them.
    let path = &followed(path);
    if path.exists() && !path.is_file() {
        return std::fs::write(path, bytes);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(io::Error::new(io::ErrorKind::NotFound, format!("there is no folder {}", folder.display())));
    }
    let mut file = readable_by_others(tempfile::Builder::new().prefix(".heapproof-")).tempfile_in(folder)?;
    file.write_all(bytes.as_ref())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Follows links to a file, which need not exist yet.
pub fn followed(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(next) = std::fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(next);
    }
    path.canonicalize().unwrap_or(path)
}

/// By default only the owner can read temporary files. This widens that; the user's mask still applies.
#[cfg(unix)]
fn readable_by_others<'a, 'b, 'c>(builder: &'c mut tempfile::Builder<'a, 'b>) -> &'c mut tempfile::Builder<'a, 'b> {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(std::fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn readable_by_others<'a, 'b, 'c>(builder: &'c mut tempfile::Builder<'a, 'b>) -> &'c mut tempfile::Builder<'a, 'b> {
    builder
}
