//! Imports go with the flow: a room imports only those before it, and files import one another in no circle.
//!
//! A module and its own children are one unit: which of them imports which does not matter. What matters is what the
//! children of one module import from one another, with all that is below them.

mod imports;
mod sources;

use imports::{Import, Imports};
use sources::Sources;
use std::collections::{BTreeMap, BTreeSet};

/// The rooms of the harness in the order in which data flows, and those of the development commands; each imports only
/// those before it.
const ROOMS: [(&str, &[&str]); 2] = [
    ("src/", &["programs", "judge", "failure", "subjects", "runs", "doors"]),
    ("xtask/src/", &["common", "fuzzing", "seeded", "hunting", "minimising", "emitting", "night"]),
];

/// The packages, each with those that it may import.
const PACKAGES: [(&str, &[&str]); 4] =
    [("model/", &[]), ("heap/", &[]), ("src/", &["model/", "heap/"]), ("xtask/", &["model/", "heap/", "src/"])];

/// Circles that are meant: the folder, the files or folders in it, all of them where none is named, and why.
const CIRCLES: [(&str, &[&str], &str); 1] =
    [("heap/src", &[], "its parts are methods of one type, `Heap`, and are to get types of their own")];

#[test]
fn every_import_goes_with_the_flow() {
    let complaints = complaints(&Sources::read());
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// What is wrong with the imports of those sources, a line each.
fn complaints(sources: &Sources) -> Vec<String> {
    let imports = Imports::of(sources);
    let mut complaints: Vec<String> = imports.imports.iter().filter_map(|import| against(&imports, import)).collect();
    let circles = circles(&imports);
    let is_meant = |circle: &Circle, (folder, units, _): &(&str, &[&str], &str)| match units {
        [] => circle.folder.starts_with(folder),
        units => circle.folder == *folder && circle.units.iter().map(String::as_str).eq(units.iter().copied()),
    };
    for circle in &circles {
        if !CIRCLES.iter().any(|meant| is_meant(circle, meant)) {
            complaints.push(format!("{} import one another in {}:", circle.units.join(", "), circle.folder));
            complaints.extend(circle.places.iter().map(|place| format!("    {place}")));
        }
    }
    let vain = CIRCLES.iter().filter(|meant| !circles.iter().any(|circle| is_meant(circle, meant)));
    complaints.extend(vain.map(|(folder, ..)| format!("{folder}: there is no such circle any more")));
    complaints.sort_by_key(|line| line.starts_with(' '));
    complaints
}

/// How an import runs against the order of packages or rooms.
fn against(imports: &Imports, import: &Import) -> Option<String> {
    let (by, of) = (&imports.modules[import.by].file, &imports.modules[import.of].file);
    let place = imports.place(import);
    let package = |file: &str| PACKAGES.iter().position(|(folder, _)| file.starts_with(folder)).unwrap();
    if package(by) != package(of) {
        let allowed = PACKAGES[package(by)].1.contains(&PACKAGES[package(of)].0);
        return (!allowed).then(|| format!("{place} imports {of}, of a package that it must not know"));
    }
    if import.is_roundabout && room(by).is_some() {
        return Some(format!("{place} goes through what `lib.rs` gives its users, which hides the room of {of}"));
    }
    let ((by, by_name), (of_room, of_name)) = room(by).zip(room(of))?;
    (of_room > by).then(|| format!("{place} imports {of}: `{of_name}` stands behind `{by_name}`"))
}

/// The room that a file of a package with rooms is in: its place in their order, and its name.
fn room(file: &str) -> Option<(usize, &'static str)> {
    let (folder, rooms) = ROOMS.iter().find(|(folder, _)| file.starts_with(folder))?;
    let (room, _) = file.strip_prefix(folder)?.split_once('/')?;
    rooms.iter().copied().enumerate().find(|(_, name)| *name == room)
}

/// Units that import one another.
struct Circle {
    /// The module that they are children of, as a folder.
    folder: String,
    units: Vec<String>,
    /// The imports among them, one for each two units.
    places: Vec<String>,
}

fn circles(imports: &Imports) -> Vec<Circle> {
    // By the module that they have in common: which of its children imports which, and where.
    let mut levels: BTreeMap<usize, BTreeMap<(usize, usize), String>> = BTreeMap::new();
    for import in &imports.imports {
        let (by, of) = (imports.around(import.by), imports.around(import.of));
        let Some(common) = by.iter().find(|module| of.contains(module)) else { continue };
        let below =
            |around: &[usize]| around.iter().position(|module| module == common)?.checked_sub(1).map(|at| around[at]);
        if let (Some(one), Some(other)) = (below(&by), below(&of)) {
            let place = || format!("{} imports {}", imports.place(import), imports.modules[import.of].file);
            levels.entry(*common).or_default().entry((one, other)).or_insert_with(place);
        }
    }
    levels.iter().flat_map(|(common, edges)| circles_of(imports, *common, edges)).collect()
}

/// The circles among the children of a module.
fn circles_of(imports: &Imports, common: usize, edges: &BTreeMap<(usize, usize), String>) -> Vec<Circle> {
    let units: BTreeSet<usize> = edges.keys().flat_map(|(one, other)| [*one, *other]).collect();
    let reached = |from: usize| {
        let mut reached = BTreeSet::new();
        let mut left = vec![from];
        while let Some(at) = left.pop() {
            left.extend(
                edges.keys().filter(|(one, other)| *one == at && reached.insert(*other)).map(|(_, other)| *other),
            );
        }
        reached
    };
    let reached: BTreeMap<usize, BTreeSet<usize>> = units.iter().map(|unit| (*unit, reached(*unit))).collect();
    let together = |one: &usize, other: &usize| reached[one].contains(other) && reached[other].contains(one);
    let mut seen = BTreeSet::new();
    let mut circles = Vec::new();
    for unit in &units {
        let circle: BTreeSet<usize> =
            units.iter().filter(|other| *other != unit && together(unit, other)).chain([unit]).copied().collect();
        if circle.len() > 1 && seen.insert(circle.clone()) {
            let among = edges.iter().filter(|((one, other), _)| circle.contains(one) && circle.contains(other));
            circles.push(Circle {
                folder: imports.folder(common),
                units: circle.iter().map(|unit| imports.modules[*unit].name.clone()).collect(),
                places: among.map(|(_, place)| place.clone()).collect(),
            });
        }
    }
    circles
}

mod test {
    use super::{Sources, complaints};

    /// What is said of the sources with that text at the end of a file.
    fn with(file: &str, text: &str) -> String {
        let mut sources = Sources::read();
        sources.0.get_mut(file).unwrap().push_str(text);
        complaints(&sources).join("\n")
    }

    /// The number of the line behind a file.
    fn next_line(file: &str) -> usize {
        Sources::read().0[file].lines().count() + 1
    }

    #[test]
    fn an_import_of_a_later_room_is_found_however_it_is_written() {
        let file = "src/judge/tally.rs";
        let place = format!("{file}:{} imports src/", next_line(file));
        for text in [
            "use crate::failure::proof::assert_holds;",
            "use super::super::subjects::HEAP;",
            "use {super::{panics, super::runs::campaign as named}};",
            "fn in_code() { crate::runs::statistics::observe(); }",
            "#[cfg(test)] mod tests { use crate::subjects::*; }",
            "fn in_a_macro() { println!(\"{}\", crate::failure::failures::OUT); }",
            "macro_rules! made { () => { $crate::runs::campaign::Campaign } }",
            "#[arg(value_parser = crate::doors::front_doors::fuzz)] struct Attributed;",
        ] {
            let said = with(file, text);
            assert!(said.contains(&place) && said.contains("stands behind `judge`"), "{text}\n{said}");
        }
    }

    #[test]
    fn an_import_of_a_later_room_is_found_in_the_development_commands_too() {
        let said = with("xtask/src/common/child.rs", "use crate::seeded::scratch::Scratch;");
        assert!(said.contains("`seeded` stands behind `common`"), "{said}");
    }

    #[test]
    fn a_path_through_the_names_for_users_is_found_whatever_its_room() {
        let said = with("src/runs/feedback.rs", "use crate::mutate::cross;");
        assert!(said.contains("which hides the room of src/programs/mutate/mod.rs"), "{said}");
        let said = with("src/runs/feedback.rs", "use crate::emit::Story;");
        assert!(said.contains("which hides the room of src/judge/story.rs"), "{said}");
    }

    #[test]
    fn an_import_of_a_package_that_must_not_be_known_is_found() {
        let said = with("heap/src/arena.rs", "use heapproof_model::Value as Other;");
        assert!(said.contains("imports model/src/value.rs, of a package that it must not know"), "{said}");
    }

    #[test]
    fn a_circle_of_files_is_found_with_its_imports() {
        let said = with("src/judge/tally.rs", "use crate::judge::lockstep::Lockstep;");
        assert!(said.contains("import one another in src/judge"), "{said}");
        assert!(said.contains("src/judge/tally.rs:") && said.contains("imports src/judge/lockstep/mod.rs"), "{said}");
    }

    #[test]
    fn a_module_and_its_children_are_one_unit() {
        assert_eq!(with("src/judge/lockstep/compare.rs", "use super::Lockstep as AsItIs;"), "");
    }
}
