//! The seeded bugs fit the sources as they are.

use xtask::bugs::{self, Bug};
use xtask::root;

/// All at once: a change of the heap touches several.
#[test]
fn each_seeded_bug_can_be_applied() {
    let files = bugs::files(root()).unwrap();
    assert!(!files.is_empty());
    let apply = |path: &_| Bug::load(path)?.edited(|file| Ok(std::fs::read_to_string(root().join(file))?));
    let faults: Vec<String> =
        files.iter().filter_map(|path| apply(path).err()).map(|fault| format!("{fault:#}")).collect();
    assert!(faults.is_empty(), "{} of {} can't:\n\n{}\n", faults.len(), files.len(), faults.join("\n\n"));
}

#[test]
fn ids_are_unique() {
    bugs::load_all(root()).unwrap();
}
