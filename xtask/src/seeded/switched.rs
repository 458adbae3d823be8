//! All bugs in one copy of the sources, each behind a switch: one build instead of one for each bug.
//!
//! A bug whose edits change only bodies of functions can be switched. In the copy, such a body is a `match` with the
//! correct body as its last arm, and an arm before it for each bug that changes it:
//!
//! ```text
//! fn release(&mut self, slot: Slot) {
//!     match crate::switched::bug() {
//!         7 => { … }
//!         _ => { … }
//!     }
//! }
//! ```
//!
//! So an arm has the names, the types and the returns of its function, and an edit needs no other form than it has. The
//! switch is a variable of the environment that is read once. What changes more than bodies (a constant, a type, a
//! signature), a `const fn`, which can't read a switch, a function that returns `impl Trait`, whose arms would be of
//! several types, and a body within a macro can't be switched: such a bug has a build of its own.

use super::bug::Edited;
use super::replace::differ;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use syn::visit::Visit;

/// The variable that says which bug is on, by its number from 1.
pub(super) const VARIABLE: &str = "HEAPPROOF_BUG";

/// The module that says which bug of the copy is on.
fn module() -> String {
    format!(
        "//! Which bug of this copy is on.

use std::sync::OnceLock;

static BUG: OnceLock<usize> = OnceLock::new();

/// Its number; 0 if none is.
#[inline]
pub(crate) fn bug() -> usize {{
    *BUG.get_or_init(|| std::env::var(\"{VARIABLE}\").ok().and_then(|number| number.parse().ok()).unwrap_or(0))
}}
"
    )
}

/// A copy of the sources with switches.
pub(crate) struct Switched {
    /// The files that differ from the sources.
    pub files: BTreeMap<PathBuf, String>,
    /// For each bug whether it is in the copy; its switch is its place in this list, from 1.
    pub is_in: Vec<bool>,
    /// Where the arms are: the file, the lines in it, from 1, and the switch.
    pub arms: Vec<(PathBuf, Range<usize>, usize)>,
}

/// Puts all bugs that can be switched into one copy; `read` returns the correct text of a file.
pub(crate) fn switched(bugs: &[Edited], read: &impl Fn(&Path) -> Result<String>) -> Result<Switched> {
    let mut sources: BTreeMap<PathBuf, Source> = BTreeMap::new();
    let mut is_in = Vec::new();
    for (index, bug) in bugs.iter().enumerate() {
        // A bug that changes nothing is in no copy.
        let mut changes = (!bug.is_empty()).then(Vec::new);
        for (path, wrong) in bug {
            if !sources.contains_key(path) {
                let source = Source::new(read(path)?).with_context(|| format!("can't parse {}", path.display()))?;
                sources.insert(path.clone(), source);
            }
            let changed = sources.get(path).and_then(|source| source.changed(wrong));
            match (&mut changes, changed) {
                (Some(changes), Some(changed)) => changes.push((path.clone(), changed)),
                _ => changes = None,
            }
        }
        is_in.push(changes.is_some());
        for (path, changed) in changes.unwrap_or_default() {
            if let Some(source) = sources.get_mut(&path) {
                source.arms.extend(changed.into_iter().map(|(body, text)| (body, index + 1, text)));
            }
        }
    }
    let (mut files, mut arms): (BTreeMap<PathBuf, String>, _) = (BTreeMap::new(), Vec::new());
    for (path, source) in sources.into_iter().filter(|(_, source)| !source.arms.is_empty()) {
        let Some(folder) = path.ancestors().find(|folder| folder.ends_with("src")).map(Path::to_path_buf) else {
            continue;
        };
        files.insert(folder.join("switched.rs"), module());
        let (text, places) = source.with_switches();
        arms.extend(places.into_iter().map(|(lines, switch)| (path.clone(), lines, switch)));
        files.insert(path, text);
    }
    let roots: Vec<PathBuf> = files.keys().filter(|path| path.ends_with("src/switched.rs")).cloned().collect();
    for root in roots.iter().map(|module| module.with_file_name("lib.rs")) {
        let text = files.remove(&root).map_or_else(|| read(&root), Ok)?;
        files.insert(root, text + "\nmod switched;\n");
    }
    Ok(Switched { files, is_in, arms })
}

/// A file, and what bugs make of the bodies in it.
struct Source {
    text: String,
    bodies: Vec<Range<usize>>,
    /// The body, the switch, and the wrong text of the body.
    arms: Vec<(usize, usize, String)>,
}

impl Source {
    fn new(text: String) -> Result<Source> {
        let bodies = bodies(&text)?;
        Ok(Source { text, bodies, arms: Vec::new() })
    }

    /// The bodies that a wrong text of this file changes, and what it makes of them; `None` if it changes more than bodies.
    fn changed(&self, wrong: &str) -> Option<Vec<(usize, String)>> {
        let wrongs = bodies(wrong).ok()?;
        if wrongs.len() != self.bodies.len() || differ(&around(&self.text, &self.bodies), &around(wrong, &wrongs)) {
            return None;
        }
        let pairs = self.bodies.iter().zip(wrongs).enumerate();
        let changed = pairs.filter_map(|(body, (right, at))| {
            let text = &wrong[at];
            differ(&self.text[right.clone()], text).then(|| (body, text.to_owned()))
        });
        Some(changed.collect())
    }

    /// The text with switches, and the lines of each arm with its switch.
    fn with_switches(mut self) -> (String, Vec<(Range<usize>, usize)>) {
        self.arms.sort();
        let (mut text, mut places) = (String::new(), Vec::new());
        let mut from = 0;
        for (index, body) in self.bodies.iter().enumerate() {
            let mut arms = self.arms.iter().filter(|(changed, ..)| *changed == index).peekable();
            if arms.peek().is_none() {
                continue;
            }
            text.push_str(&self.text[from..body.start]);
            text.push_str("{ match crate::switched::bug() {\n");
            for (_, switch, wrong) in arms {
                let first = text.matches('\n').count() + 1;
                let _ = writeln!(text, "{switch} => {wrong}");
                places.push((first..text.matches('\n').count() + 1, *switch));
            }
            let _ = write!(text, "_ => {}\n}} }}", &self.text[body.clone()]);
            from = body.end;
        }
        (text + &self.text[from..], places)
    }
}

/// The text without these parts.
fn around(text: &str, parts: &[Range<usize>]) -> String {
    let ends = [0].into_iter().chain(parts.iter().map(|part| part.end));
    let starts = parts.iter().map(|part| part.start).chain([text.len()]);
    ends.zip(starts).map(|(end, start)| &text[end..start]).collect::<Vec<_>>().join("{}")
}

/// The bodies of a file's functions that can have a switch, in order, with their braces; a function within a body belongs
/// to it.
fn bodies(text: &str) -> Result<Vec<Range<usize>>> {
    let mut finder = Finder(Vec::new());
    finder.visit_file(&syn::parse_file(text)?);
    Ok(finder.0)
}

struct Finder(Vec<Range<usize>>);

impl Finder {
    fn found(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let mut opaque = Opaque(false);
        opaque.visit_return_type(&signature.output);
        if signature.constness.is_none() && !opaque.0 {
            let braces = body.brace_token.span;
            self.0.push(braces.open().byte_range().start..braces.close().byte_range().end);
        }
    }
}

impl<'a> Visit<'a> for Finder {
    fn visit_item_fn(&mut self, function: &'a syn::ItemFn) {
        self.found(&function.sig, &function.block);
    }

    fn visit_impl_item_fn(&mut self, function: &'a syn::ImplItemFn) {
        self.found(&function.sig, &function.block);
    }

    fn visit_trait_item_fn(&mut self, function: &'a syn::TraitItemFn) {
        if let Some(body) = &function.default {
            self.found(&function.sig, body);
        }
    }
}

/// Whether a type has `impl Trait` in it.
struct Opaque(bool);

impl<'a> Visit<'a> for Opaque {
    fn visit_type_impl_trait(&mut self, _: &'a syn::TypeImplTrait) {
        self.0 = true;
    }
}

#[cfg(test)]
mod tests {
    use super::{Source, switched};
    use crate::common::workspace::root;
    use crate::seeded::bug::{all_edited, load_all};

    const SOURCE: &str = "const MOST: usize = 3;\nfn one() -> u8 { 1 }\nfn two() -> u8 {\n    one() + 1\n}\n";

    #[test]
    fn a_body_that_differs_gets_an_arm() {
        let mut source = Source::new(SOURCE.to_owned()).unwrap();
        let changed = source.changed(&SOURCE.replace("one() + 1", "one() + 2")).unwrap();
        assert_eq!(changed, [(1, "{\n    one() + 2\n}".to_owned())]);
        source.arms.push((1, 7, changed[0].1.clone()));
        let (text, places) = source.with_switches();
        assert_eq!(places, [(4..7, 7)]);
        assert!(text.starts_with("const MOST: usize = 3;\nfn one() -> u8 { 1 }\nfn two() -> u8 { match"), "{text}");
        assert!(text.ends_with("7 => {\n    one() + 2\n}\n_ => {\n    one() + 1\n}\n} }\n"), "{text}");
    }

    #[test]
    fn what_changes_more_than_bodies_has_no_switch() {
        let changed =
            |right: &str, find, replace| Source::new(right.to_owned()).unwrap().changed(&right.replace(find, replace));
        assert_eq!(changed(SOURCE, "= 3", "= 4"), None);
        assert_eq!(changed(SOURCE, "fn two() -> u8", "fn two() -> u16"), None);
        assert_eq!(changed("const fn one() -> u8 { 1 }", "1 }", "2 }"), None);
        assert_eq!(changed("fn all() -> impl Iterator<Item = u8> { 0..1 }", "1 }", "2 }"), None);
    }

    #[test]
    fn nine_of_ten_bugs_can_be_switched() {
        let bugs = load_all(root()).unwrap();
        let read = |path: &std::path::Path| Ok(std::fs::read_to_string(root().join(path))?);
        let edited = all_edited(&bugs, read).unwrap();
        let switched = switched(&edited, &read).unwrap();
        let alone: Vec<&str> =
            bugs.iter().zip(&switched.is_in).filter(|(_, is_in)| !**is_in).map(|(bug, _)| &*bug.id).collect();
        assert!(alone.len() * 10 <= bugs.len(), "{} of {}: {alone:?}", alone.len(), bugs.len());
    }
}
