//! Which mutants nothing can see, and why: `tests/mutants/unseen.toml`.

use crate::common::workspace::root;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;

const FILE: &str = "tests/mutants/unseen.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    unseen: Vec<Excuse>,
}

/// Mutants that one reason excuses.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Excuse {
    mutants: Vec<String>,
    why: String,
}

/// By mutant, why nothing can see it.
pub(super) type Excuses = BTreeMap<String, String>;

/// All of them.
pub(super) fn excuses() -> Result<Excuses> {
    read(&fs::read_to_string(root().join(FILE)).context(FILE)?).context(FILE)
}

fn read(text: &str) -> Result<Excuses> {
    let file: File = toml::from_str(text)?;
    let mut excuses = BTreeMap::new();
    for Excuse { mutants, why } in file.unseen {
        ensure!(!mutants.is_empty() && !why.trim().is_empty(), "an excuse has no mutant or no reason");
        for mutant in mutants {
            ensure!(!excuses.contains_key(&mutant), "`{mutant}` is excused twice");
            excuses.insert(mutant, why.trim().to_owned());
        }
    }
    Ok(excuses)
}

#[cfg(test)]
mod tests {
    use super::{excuses, read};

    #[test]
    fn the_excuses_are_read_and_each_mutant_has_one() {
        excuses().unwrap();
        let two = "[[unseen]]\nmutants = [\"a\", \"b\"]\nwhy = \"It costs more and does the same.\"\n";
        assert_eq!(read(two).unwrap().len(), 2);
        assert!(read(&[two, two].concat()).is_err());
        assert!(read(&two.replace("It costs more and does the same.", " ")).is_err());
    }
}
