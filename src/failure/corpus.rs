//! A corpus: a folder of traces that are kept.
//!
//! A regression is filed while the heap still fails, in the form that the minimiser gives every failure of that bug. So
//! its trace is recognised when the bug comes back, or is found a second time.

use crate::failure::failures::commented;
use crate::failure::heading::Heading;
use crate::judge::signature::Signature;
use heapproof_model::{Program, TextError};
use std::collections::HashSet;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::xxh3_64;

/// The folder of regressions within a corpus.
pub const REGRESSIONS: &str = "regressions";

/// The longest file name that is made from a note.
const LONGEST_NAME: usize = 60;

/// A trace that is kept.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its file.
    pub path: PathBuf,
    /// Its description: the comment in its second line, empty if it has none.
    pub note: String,
    /// What stands over it, and by what it is to be judged.
    pub heading: Heading,
    /// The program.
    pub program: Program,
}

impl Kept {
    /// The trace with that text.
    ///
    /// # Errors
    /// Where it is none, or speaks of a property that there is not.
    pub fn new(path: PathBuf, text: &str) -> Result<Kept, TextError> {
        let program = text.parse()?;
        let note = text.lines().nth(1).and_then(|line| line.strip_prefix("# ")).unwrap_or_default().trim().to_owned();
        Ok(Kept { path, note, heading: Heading::of(text)?, program })
    }
}

/// Why a corpus can't be read or added to.
#[derive(Debug)]
pub enum CorpusError {
    /// A file or folder can't be read or written.
    Unreadable(PathBuf, io::Error),
    /// A file in it is not a trace.
    Malformed(PathBuf, TextError),
    /// It already has that program.
    Known(PathBuf),
    /// A trace in it is about a subject that is not here.
    Foreign(PathBuf, String),
}

impl fmt::Display for CorpusError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CorpusError::Unreadable(path, error) => write!(out, "can't read {}: {error}", path.display()),
            CorpusError::Malformed(path, error) => write!(out, "{}:{error}", path.display()),
            CorpusError::Foreign(path, error) => write!(out, "{}: {error}", path.display()),
            CorpusError::Known(path) => write!(out, "{} is the same program", path.display()),
        }
    }
}

impl std::error::Error for CorpusError {}

/// A folder with a file of that name holds traces of heaps that this program does not have.
const OTHER_HEAPS: &str = ".other-heaps";

/// All traces in a folder and its subfolders, in order of their paths, but for those of other programs' heaps.
///
/// # Errors
/// If something can't be read.
pub fn load(folder: &Path) -> Result<Vec<Kept>, CorpusError> {
    each(folder)?.into_iter().collect()
}

/// The same, but a trace that can't be read does not keep from the others.
///
/// # Errors
/// Where a folder can't be read.
pub fn each(folder: &Path) -> Result<Vec<Result<Kept, CorpusError>>, CorpusError> {
    let is_ours = |path: &Path| !path.join(OTHER_HEAPS).exists();
    let paths = below(folder, &is_ours).map_err(|(path, error)| CorpusError::Unreadable(path, error))?;
    let paths = paths.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "trace"));
    Ok(paths.map(read).collect())
}

/// The files in a folder and below it, in order of their paths; `enters` says which folders count. A folder is entered once,
/// however many links lead to it.
///
/// # Errors
/// The folder that can't be read.
pub(crate) fn below(folder: &Path, enters: &dyn Fn(&Path) -> bool) -> Result<Vec<PathBuf>, (PathBuf, io::Error)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    let mut entered = HashSet::new();
    while let Some(folder) = folders.pop() {
        let unreadable = |error| (folder.clone(), error);
        if !entered.insert(folder.canonicalize().map_err(unreadable)?) {
            continue;
        }
        for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            match path.is_dir() {
                true => folders.extend(Some(path).filter(|path| enters(path))),
                false => files.push(path),
            }
        }
    }
    files.sort();
    Ok(files)
}

/// One of them.
pub(super) fn read(path: PathBuf) -> Result<Kept, CorpusError> {
    let text = std::fs::read_to_string(&path).map_err(|error| CorpusError::Unreadable(path.clone(), error))?;
    Kept::new(path.clone(), &text).map_err(|error| CorpusError::Malformed(path, error))
}

/// The trace among them with the same program, whatever its names and comments.
pub fn known<'a>(kept: &'a [Kept], program: &Program) -> Option<&'a Kept> {
    kept.iter().find(|kept| kept.program == *program)
}

/// The text of a regression: the note, then what was found, then the trace.
pub fn text(program: &Program, note: &str, found: Option<&str>) -> String {
    let comments: Vec<&str> = [note].into_iter().chain(found).collect();
    commented(program, &comments.join("\n"))
}

/// The file name of a regression. It is made from the note if that has words, and no file of that name holds another
/// program; else from the signature and a hash of the program.
pub fn file_name(note: &str, signature: Option<&Signature>, program: &Program, folder: &Path) -> String {
    let hash = xxh3_64(&program.identity()) as u32;
    let slug = slug(note);
    let free = |name: &String| !folder.join(name).exists();
    let signature = signature.map_or("passing", Signature::as_str);
    let named = (!slug.is_empty()).then(|| format!("{slug}.trace")).filter(free);
    named.unwrap_or_else(|| format!("{signature}-{hash:08x}.trace"))
}

/// The first words of a note, joined by `-` to a short name.
fn slug(note: &str) -> String {
    let mut slug = String::new();
    let words = note.split(|c: char| !c.is_alphanumeric() && c != '\'').map(|word| word.replace('\'', ""));
    for word in words.filter(|word| !word.is_empty()) {
        if slug.len() + word.len() >= LONGEST_NAME {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(&word.to_lowercase());
    }
    slug
}
