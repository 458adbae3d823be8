//! Known failures, which a night does not report as new.

use super::failure::{Failure, UNCLEAR};
use crate::common::workspace::traces;
use anyhow::{Context, Result};
use heapproof_model::Program;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The file beside the corpora, with one line for each failure: property and signature.
const FILE: &str = "known-failures";

/// The failures of earlier nights, and the regression tests.
pub(super) struct Known {
    path: PathBuf,
    by_signature: BTreeSet<(String, String)>,
    regressions: Vec<(String, Program)>,
}

impl Known {
    pub fn load(root: &Path, corpus: &Path) -> Result<Known> {
        let path = corpus.join(FILE);
        let text = if path.exists() { fs::read_to_string(&path)? } else { String::new() };
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let by_signature = lines.filter_map(|line| line.split_once(' ')).map(|(one, two)| (one.into(), two.into()));
        let mut regressions = Vec::new();
        for trace in traces()? {
            if trace.starts_with(root.join("corpus/regressions")) {
                let program = fs::read_to_string(&trace)?.parse();
                let program = program.with_context(|| format!("{} is no trace", trace.display()))?;
                regressions.push((trace.strip_prefix(root)?.display().to_string(), program));
            }
        }
        Ok(Known { path, by_signature: by_signature.collect(), regressions })
    }

    /// Where the failure was found before, if it was.
    pub fn of(&self, property: &str, signature: &str, trace: Option<&str>) -> Option<String> {
        let program: Option<Program> = trace.and_then(|trace| trace.parse().ok());
        let regression = self.regressions.iter().find(|(_, regression)| Some(regression) == program.as_ref());
        if let Some((path, _)) = regression {
            return Some(path.clone());
        }
        let earlier = self.by_signature.contains(&(property.to_owned(), signature.to_owned()));
        earlier.then(|| "an earlier night".to_owned())
    }

    /// Keeps a failure for later nights. A failure that was not reproduced is new each time.
    pub fn add(&mut self, failure: &Failure) -> Result<()> {
        if failure.signature == UNCLEAR
            || !self.by_signature.insert((failure.property.clone(), failure.signature.clone()))
        {
            return Ok(());
        }
        let mut text = "# failures that were reported; delete a line to have one reported again\n".to_owned();
        for (property, signature) in &self.by_signature {
            text.push_str(&format!("{property} {signature}\n"));
        }
        let beside = self.path.with_extension("new");
        let write = || fs::write(&beside, text).and_then(|()| fs::rename(&beside, &self.path));
        write().with_context(|| format!("can't write {}", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::failure::{Failure, UNCLEAR};
    use super::Known;
    use crate::common::workspace::root;

    fn failure(signature: &str) -> Failure {
        Failure {
            property: "lockstep".to_owned(),
            signature: signature.to_owned(),
            trace: None,
            path: None,
            artifact: "crash-1".into(),
            inputs: 1,
            known: None,
        }
    }

    #[test]
    fn what_one_night_has_found_the_next_one_knows() {
        let corpus = tempfile::tempdir().unwrap();
        let load = || Known::load(root(), corpus.path()).unwrap();
        assert_eq!(load().of("lockstep", "not-freed", None), None);
        load().add(&failure("not-freed")).unwrap();
        load().add(&failure("counts-weak")).unwrap();
        assert_eq!(load().of("lockstep", "not-freed", None).as_deref(), Some("an earlier night"));
        assert_eq!(load().of("lockstep", "counts-weak", None).as_deref(), Some("an earlier night"));
        assert_eq!(load().of("collect", "not-freed", None), None);
        load().add(&failure(UNCLEAR)).unwrap();
        assert_eq!(load().of("lockstep", UNCLEAR, None), None);
    }

    #[test]
    fn a_trace_that_is_a_regression_test_is_known_whatever_its_names() {
        let corpus = tempfile::tempdir().unwrap();
        let known = Known::load(root(), corpus.path()).unwrap();
        let (path, program) = known.regressions.first().unwrap();
        assert_eq!(known.of("lockstep", "any", Some(&program.canonical().to_string())).as_ref(), Some(path));
        assert_eq!(known.of("lockstep", "any", Some("a = table\na = table")), None);
    }
}
