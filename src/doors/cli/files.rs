//! The files that a call reads and writes.
//!
//! A command asks [`Files`] for every place that it will write to, before it writes anything. [`Files`] knows all files that
//! the call reads or writes, and refuses one that is already among them. It follows links.

use super::output::Output;
use super::{Trouble, say};
use crate::failure::failures::{followed, write_whole};
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Stands for standard input as a file to read, and for standard output as a file to write.
const STANDARD: &str = "-";

/// All places that a call reads and writes.
#[derive(Debug, Default)]
pub(super) struct Files {
    taken: Vec<(Place, Taken)>,
}

#[derive(Debug)]
struct Taken {
    shown: String,
    for_what: &'static str,
}

const READ: &str = "read";
const WRITTEN: &str = "written";

/// A place, independent of its name.
#[derive(Debug, PartialEq)]
enum Place {
    /// A file that exists.
    Existing(Identity),
    /// A file that does not exist yet: its folder and its name.
    New(Identity, OsString),
    /// Standard output, if that is not a file.
    Standard,
}

/// A place that a command writes to.
#[derive(Debug)]
pub(super) enum Target {
    /// Standard output.
    Standard,
    /// A file.
    File(PathBuf),
}

impl Files {
    /// For a call that reads these files; `-` is standard input.
    pub fn reading<'a>(paths: impl IntoIterator<Item = &'a PathBuf>) -> Files {
        let mut files = Files::default();
        for path in paths {
            let metadata = if is_standard(path) { of_standard_input() } else { fs::metadata(path) };
            if let Some(identity) = metadata.ok().and_then(|metadata| identity(path, &metadata)) {
                files
                    .taken
                    .push((Place::Existing(identity), Taken { shown: path.display().to_string(), for_what: READ }));
            }
        }
        files
    }

    /// Takes standard output for the results of the call.
    pub fn standard_output(&mut self) -> Result<(), Trouble> {
        self.target(None).map(drop)
    }

    /// Takes a place to write to. No path, or `-`, is standard output.
    pub fn target(&mut self, path: Option<&Path>) -> Result<Target, Trouble> {
        match path {
            Some(path) if !is_standard(path) && path != Path::new("/dev/stdout") => self.file(path),
            _ => {
                let metadata = of_standard_output().ok();
                let identity = metadata.and_then(|metadata| identity(Path::new("/dev/stdout"), &metadata));
                self.take(identity.map_or(Place::Standard, Place::Existing), "standard output")?;
                Ok(Target::Standard)
            }
        }
    }

    /// Takes the place of an optional argument.
    pub fn optional_target(&mut self, path: Option<&PathBuf>) -> Result<Option<Target>, Trouble> {
        path.map(|path| self.target(Some(path))).transpose()
    }

    fn file(&mut self, path: &Path) -> Result<Target, Trouble> {
        let shown = path.display().to_string();
        let unwritable = |because: &str| Trouble::Fault(format!("can't write {shown}: {because}"));
        let end = followed(path);
        let folder = end.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let place = match fs::metadata(&end) {
            Ok(metadata) if metadata.is_dir() => return Err(unwritable("it is a folder")),
            Ok(metadata) => identity(&end, &metadata).map(Place::Existing),
            Err(_) => {
                let metadata = fs::metadata(folder).ok().filter(Metadata::is_dir);
                let identity = metadata.and_then(|metadata| identity(folder, &metadata));
                let identity =
                    identity.ok_or_else(|| unwritable(&format!("there is no folder {}", folder.display())))?;
                Some(Place::New(identity, end.file_name().unwrap_or_default().to_owned()))
            }
        };
        // A terminal or a pipe loses nothing when it is written to.
        if let Some(place) = place {
            self.take(place, &shown)?;
            // The work may take hours, so a folder that can't be written fails before it.
            tempfile::tempfile_in(folder).map_err(|error| unwritable(&error.to_string()))?;
        }
        Ok(Target::File(path.to_owned()))
    }

    /// Checks that a folder can be written into. It need not exist yet.
    pub fn folder(path: &Path) -> Result<(), Trouble> {
        let shown = path.display();
        if path.starts_with(STANDARD) {
            return Err(Trouble::Usage(format!("can't write into {shown}: several files can't go to standard output")));
        }
        let path = followed(path);
        let there = path.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
        if !there.is_dir() {
            return Err(Trouble::Usage(format!("can't write into {shown}: {} is no folder", there.display())));
        }
        let probe = tempfile::tempfile_in(there).map(drop);
        probe.map_err(|error| Trouble::Fault(format!("can't write into {shown}: {error}")))
    }

    /// Writes a file into a folder, completely or not at all. The folder is made if it is not there.
    pub fn keep_in(folder: &Path, name: &str, content: &(impl AsRef<[u8]> + ?Sized)) -> Result<PathBuf, Trouble> {
        let path = folder.join(name);
        let written = fs::create_dir_all(folder).and_then(|()| write_whole(&path, content));
        written.map_err(|error| Trouble::Fault(format!("can't write {}: {error}", path.display())))?;
        Ok(path)
    }

    fn take(&mut self, place: Place, shown: &str) -> Result<(), Trouble> {
        if let Some((_, Taken { shown: other, for_what })) = self.taken.iter().find(|(taken, _)| *taken == place) {
            let which = if other == shown { String::new() } else { format!("the same as {other}, which is ") };
            return Err(Trouble::Usage(format!(
                "nothing is written: {shown} is {which}also {for_what} by this call; give another name"
            )));
        }
        self.taken.push((place, Taken { shown: shown.to_owned(), for_what: WRITTEN }));
        Ok(())
    }
}

impl Target {
    /// Writes the bytes completely or not at all. For a file, says so on standard error.
    pub fn write(&self, bytes: &[u8], output: &mut Output) -> Result<(), Trouble> {
        match self {
            Target::Standard => output.write_all(bytes)?,
            Target::File(path) => {
                self.keep(bytes)?;
                say(&format!("wrote {}", path.display()));
            }
        }
        Ok(())
    }

    /// Writes an intermediate version to a file, without a message. Standard output can't be rewritten, so it gets nothing.
    pub fn keep(&self, bytes: &[u8]) -> Result<(), Trouble> {
        let Target::File(path) = self else { return Ok(()) };
        write_whole(path, bytes).map_err(|error| Trouble::Fault(format!("can't write {}: {error}", path.display())))
    }
}

fn is_standard(path: &Path) -> bool {
    path == Path::new(STANDARD)
}

/// The identity of a file or folder. `None` for a terminal, a pipe or a device: it loses nothing when it is written to.
#[cfg(unix)]
fn identity(_: &Path, metadata: &Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    (metadata.is_file() || metadata.is_dir()).then(|| (metadata.dev(), metadata.ino()))
}

#[cfg(unix)]
type Identity = (u64, u64);

#[cfg(not(unix))]
fn identity(path: &Path, metadata: &Metadata) -> Option<Identity> {
    (metadata.is_file() || metadata.is_dir()).then(|| path.canonicalize().ok()).flatten()
}

#[cfg(not(unix))]
type Identity = PathBuf;

#[cfg(unix)]
fn of_standard_input() -> io::Result<Metadata> {
    use std::os::fd::AsFd;
    fs::File::from(io::stdin().as_fd().try_clone_to_owned()?).metadata()
}

#[cfg(unix)]
fn of_standard_output() -> io::Result<Metadata> {
    use std::os::fd::AsFd;
    fs::File::from(io::stdout().as_fd().try_clone_to_owned()?).metadata()
}

#[cfg(not(unix))]
fn of_standard_input() -> io::Result<Metadata> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(not(unix))]
fn of_standard_output() -> io::Result<Metadata> {
    Err(io::ErrorKind::Unsupported.into())
}
