//! Known failures: a folder of minimised traces, each known until a day.
//!
//! An entry is a trace as a night has written it, with its comment that names the signature, and one more comment that a person adds:
//! `# known until 2026-12-31`. The trace itself is what is known. Another one with the same signature may be another bug, so it is new.
//! From the day after on, the entry excuses nothing.

use crate::common::command::Refused;
use anyhow::{Context, Result};
use heapproof_model::{Program, TextError};
use jiff::civil::Date;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

const SIGNATURE: &str = "signature ";
const UNTIL: &str = "known until ";

/// The entries of a folder, and the day on which they are asked.
pub(crate) struct Known {
    entries: Vec<Entry>,
    today: Date,
}

/// A failure that is known until a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub path: PathBuf,
    pub until: Date,
    signature: String,
    program: Program,
}

/// What is to be said of a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// No entry has its trace.
    New,
    /// An entry has it.
    Known(Entry),
    /// An entry had it, whose day has passed: it counts as a failure again.
    Expired(Entry),
    /// It did not fail in a second run.
    Flaky,
}

impl Standing {
    /// Whether someone has to look at it.
    pub fn is_news(&self) -> bool {
        !matches!(self, Standing::Known(_))
    }

    /// Adds it to a failure as it stands on a page.
    pub fn tell(&self, failure: &mut Value) {
        failure["known"] = json!(!self.is_news());
        failure["standing"] = json!(match self {
            Standing::New => "new".to_owned(),
            Standing::Known(entry) => format!("known until {}", entry.until),
            Standing::Expired(entry) => format!("was known until {}, which has passed", entry.until),
            Standing::Flaky => "flaky".to_owned(),
        });
    }
}

impl Known {
    /// Reads the entries of a folder, none if it does not exist. Errors have file, line and column, and are [`Refused`].
    pub fn load(folder: &Path, today: Date) -> Result<Known> {
        let mut paths = Vec::new();
        if folder.exists() {
            let unreadable = || format!("can't read {}", folder.display());
            for file in fs::read_dir(folder).with_context(unreadable)? {
                paths.push(file.with_context(unreadable)?.path());
            }
        }
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "trace"));
        paths.sort();
        let mut entries: Vec<Entry> = Vec::new();
        for path in paths {
            let text = fs::read_to_string(&path).with_context(|| format!("can't read {}", path.display()))?;
            let wrong = |error| Refused(format!("{}:{error}", path.display()));
            let entry = Entry::new(path.clone(), &text).map_err(wrong)?;
            if let Some(same) = entries.iter().find(|other| other.is_of(&entry.signature, &entry.program)) {
                let message = format!("the same failure as in {}", same.path.display());
                return Err(wrong(TextError { line: 1, column: 1, message }).into());
            }
            entries.push(entry);
        }
        Ok(Known { entries, today })
    }

    /// How a failure with that trace stands. A failure without one is never known.
    pub fn of(&self, signature: &str, trace: Option<&str>) -> Standing {
        let program = trace.and_then(|trace| trace.parse::<Program>().ok());
        let found = program.and_then(|program| self.entries.iter().find(|entry| entry.is_of(signature, &program)));
        match found.cloned() {
            None => Standing::New,
            Some(entry) if self.has_expired(&entry) => Standing::Expired(entry),
            Some(entry) => Standing::Known(entry),
        }
    }

    /// The entries whose day has passed.
    pub fn expired(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| self.has_expired(entry))
    }

    fn has_expired(&self, entry: &Entry) -> bool {
        entry.until < self.today
    }
}

impl Entry {
    fn new(path: PathBuf, text: &str) -> Result<Entry, TextError> {
        let program = text.parse()?;
        let (_, _, signature) = comment(text, SIGNATURE)?;
        let (line, column, day) = comment(text, UNTIL)?;
        let until = day.trim().parse().map_err(|_| {
            let message = format!("`{}` is no day; expected one like `2026-12-31`", day.trim());
            TextError { line, column, message }
        })?;
        let signature = signature.split(',').next().unwrap_or_default().trim().to_owned();
        Ok(Entry { path, until, signature, program })
    }

    /// Whether this is the failure with that signature and program, whatever its names are.
    fn is_of(&self, signature: &str, program: &Program) -> bool {
        self.signature == signature && self.program == *program
    }
}

/// The rest of the first comment that begins so, and its line and column.
fn comment<'a>(text: &'a str, key: &str) -> Result<(usize, usize, &'a str), TextError> {
    let found = text.lines().enumerate().find_map(|(number, line)| {
        let rest = line.strip_prefix('#')?.trim_start().strip_prefix(key)?;
        Some((number + 1, line[..line.len() - rest.len()].chars().count() + 1, rest))
    });
    let example = if key == UNTIL { "# known until 2026-12-31" } else { "# signature not-freed, property lockstep" };
    let message = format!("no comment says `# {}`; a known failure has one like `{example}`", key.trim_end());
    found.ok_or(TextError { line: 1, column: 1, message })
}

#[cfg(test)]
mod tests {
    use super::{Known, Standing};
    use crate::common::command::Refused;
    use crate::common::workspace::root;
    use jiff::civil::{Date, date};

    const TRACE: &str = "a = table\ndrop a\n";
    const ENTRY: &str =
        "heapproof trace 1\n# signature not-freed, property lockstep\n# known until 2026-03-31\nb = table\ndrop b\n";

    fn known(entries: &[&str], today: Date) -> anyhow::Result<Known> {
        let folder = tempfile::tempdir().unwrap();
        for (number, entry) in entries.iter().enumerate() {
            std::fs::write(folder.path().join(format!("{number}.trace")), entry).unwrap();
        }
        Known::load(folder.path(), today)
    }

    fn refused(entries: &[&str]) -> String {
        let error = known(entries, date(2026, 1, 1)).map(|_| ()).unwrap_err();
        let Refused(line) = error.downcast_ref().unwrap();
        line[line.find(".trace:").unwrap() - 1..].to_owned()
    }

    #[test]
    fn a_failure_is_known_by_its_trace_whatever_its_names() {
        let known = known(&[ENTRY], date(2026, 3, 31)).unwrap();
        let Standing::Known(entry) = known.of("not-freed", Some(TRACE)) else { panic!("it is not known") };
        assert_eq!(entry.until, date(2026, 3, 31));
        assert_eq!(known.of("not-freed", Some("a = table\n")), Standing::New, "another trace with the same signature");
        assert_eq!(known.of("counts-weak", Some(TRACE)), Standing::New, "the same trace with another signature");
        assert_eq!(known.of("not-freed", None), Standing::New, "no trace");
        assert!(known.expired().next().is_none());
    }

    #[test]
    fn from_the_day_after_on_a_known_failure_is_one_again() {
        let known = known(&[ENTRY], date(2026, 4, 1)).unwrap();
        let standing = known.of("not-freed", Some(TRACE));
        assert!(matches!(standing, Standing::Expired(_)) && standing.is_news());
        assert_eq!(known.expired().count(), 1);
    }

    #[test]
    fn a_bad_entry_is_told_with_file_line_and_column() {
        let without = |line: &str| ENTRY.replace(line, "");
        for (entry, told) in [
            (ENTRY.replace("03-31", "02-30"), "0.trace:3:15: `2026-02-30` is no day; expected one like `2026-12-31`"),
            (without("# known until 2026-03-31\n"), "0.trace:1:1: no comment says `# known until`; a known failure"),
            (without("# signature not-freed, property lockstep\n"), "0.trace:1:1: no comment says `# signature`; a"),
            (ENTRY.replace("drop b", "drip b"), "0.trace:5:1: "),
        ] {
            let refused = refused(&[&entry]);
            assert!(refused.starts_with(told) && refused.lines().count() == 1, "{refused}");
        }
        assert!(refused(&[ENTRY, ENTRY]).starts_with("1.trace:1:1: the same failure as in "));
    }

    #[test]
    fn the_known_failures_of_this_heap_are_written_as_they_have_to_be() {
        Known::load(&root().join("fuzz/known"), date(2026, 1, 1)).unwrap();
    }

    #[test]
    fn without_a_folder_nothing_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let known = Known::load(&folder.path().join("none"), date(2026, 1, 1)).unwrap();
        assert_eq!(known.of("not-freed", Some(TRACE)), Standing::New);
    }
}
