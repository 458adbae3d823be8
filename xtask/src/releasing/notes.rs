//! `cargo xtask notes`: prints the notes of a release, as `CHANGELOG.md` has them.

use crate::common::command::{Command, End, Refused};
use crate::common::workspace::root;
use anyhow::{Context, Result};
use std::fs;

/// The heading of what is in no release yet.
const UNRELEASED: &str = "Unreleased";

#[derive(Debug, clap::Args)]
pub(crate) struct Notes {
    /// The release, as in `0.1.0`; by default what is in no release yet
    #[arg(value_name = "VERSION", default_value = UNRELEASED)]
    version: String,
}

impl Command for Notes {
    fn run(&self) -> Result<End> {
        let path = root().join("CHANGELOG.md");
        let text = fs::read_to_string(&path).with_context(|| format!("can't read {}", path.display()))?;
        println!("{}", notes(&text, &self.version)?);
        Ok(End::Done)
    }
}

/// What is below the heading of a release.
fn notes(changelog: &str, version: &str) -> Result<String> {
    let refused = |why: String| Refused(format!("CHANGELOG.md: {why}"));
    let releases = parse_changelog::parse(changelog).map_err(|error| refused(error.to_string()))?;
    // A tag is `v0.1.0`, a heading `0.1.0`.
    let wanted = version.strip_prefix('v').unwrap_or(version);
    let Some(release) = releases.get(wanted) else {
        let known: Vec<&str> = releases.keys().copied().collect();
        return Err(refused(format!("there is no release `{wanted}`; there are: {}", known.join(", "))).into());
    };
    if release.notes.trim().is_empty() {
        return Err(refused(format!("nothing is said of `{wanted}`")).into());
    }
    Ok(release.notes.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{UNRELEASED, notes};
    use crate::common::workspace::root;

    const CHANGELOG: &str = "# Changelog\n\n## Unreleased\n\n## 0.2.0 - 2026-01-02\n\n- New.\n\n  ```\n  ## no heading\n  ```\n\n## 0.1.0\n\n- First.\n";

    #[test]
    fn the_notes_of_a_release_are_what_is_below_its_heading() {
        assert_eq!(notes(CHANGELOG, "v0.2.0").unwrap(), "- New.\n\n  ```\n  ## no heading\n  ```");
        assert_eq!(notes(CHANGELOG, "0.1.0").unwrap(), "- First.");
    }

    #[test]
    fn a_release_that_is_not_there_or_of_which_nothing_is_said_is_refused_in_one_line() {
        let why = |version| notes(CHANGELOG, version).unwrap_err().to_string();
        assert_eq!(why("0.3.0"), "CHANGELOG.md: there is no release `0.3.0`; there are: Unreleased, 0.2.0, 0.1.0");
        assert_eq!(why(UNRELEASED), "CHANGELOG.md: nothing is said of `Unreleased`");
    }

    #[test]
    fn the_changelog_of_this_repository_is_read() {
        let text = std::fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
        let versions = text.lines().filter_map(|line| line.strip_prefix("## ")?.split(' ').next());
        // What is not released yet may be nothing.
        let said = versions.filter_map(|version| notes(&text, version).ok()).next().unwrap();
        assert!(said.starts_with("- "));
    }
}
