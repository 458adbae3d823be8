//! Notes about names that no line binds. Most of them are misspelt.

use crate::failure::explain::unbound;
use heapproof_model::{Line, Program};
use std::collections::BTreeSet;

/// How many of them are told.
const MOST_TOLD: usize = 10;

/// A note for each name that no line binds.
pub(super) fn notes(program: &Program) -> Vec<String> {
    let unbound = unbound(program);
    if unbound.is_empty() {
        return Vec::new();
    }
    let bound: BTreeSet<String> =
        program.lines().iter().flat_map(Line::bound).map(|name| program.spell(name)).collect();
    let note = |(line, name): &(usize, String)| {
        let distance = |other: &&String| strsim::damerau_levenshtein(other, name);
        let near = bound.iter().min_by_key(distance).filter(|other| distance(other) <= 2);
        let meant = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        format!("line {line}: name `{name}` is bound by no line{meant}")
    };
    let mut notes: Vec<String> = unbound.iter().take(MOST_TOLD).map(note).collect();
    if unbound.len() > MOST_TOLD {
        notes.push(format!("{} more names are bound by no line", unbound.len() - MOST_TOLD));
    }
    notes
}
