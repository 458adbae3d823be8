//! What `fuzz/` does, without a fuzzer.

use crate::command_line::FAILS;
use crate::{corpus, program};
use heapproof::front_doors::{fuzz, fuzz_in_short, fuzz_subject};
use heapproof::model::Program;
use heapproof::properties::Property;
use heapproof::subjects::{CANARY, HEAP};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The files of a folder below `fuzz/`, none where there is no such folder.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(folder);
    fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn every_property_is_a_fuzz_target_and_nothing_else_is() {
    let properties: BTreeSet<String> = Property::ALL.iter().map(|property| property.name().to_owned()).collect();
    let sources: BTreeSet<String> =
        files("fuzz_targets").iter().map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(sources, properties);

    let manifest = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/Cargo.toml")).unwrap();
    let (_, binaries) = manifest.split_once("[[bin]]").unwrap();
    let named = |key: &str| -> BTreeSet<String> {
        let values = binaries.lines().filter_map(|line| line.strip_prefix(&format!("{key} = \"")));
        values.map(|value| value.trim_end_matches('"').to_owned()).collect()
    };
    assert_eq!(named("name"), properties);
    let paths = properties.iter().map(|name| format!("fuzz_targets/{name}.rs")).collect();
    assert_eq!(named("path"), paths);
}

#[test]
fn a_fuzz_target_is_about_the_property_that_it_is_called_by() {
    for property in Property::ALL {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fuzz/fuzz_targets/{}.rs", property.name()));
        let text = fs::read_to_string(path).unwrap();
        assert_eq!(text, format!("#![no_main]\nheapproof_fuzz::target!({property:?});\n"));
    }
}

/// The corpus as each target gets it, and what a fuzzer has kept here, if one has run.
#[test]
fn what_a_fuzzer_starts_from_and_what_it_kept_holds_on_stable_too() {
    for property in Property::ALL {
        let seeds = corpus().into_iter().step_by(7).map(|path| {
            let text = fs::read_to_string(path).unwrap();
            match property {
                Property::Text => text.into_bytes(),
                _ => text.parse::<Program>().unwrap().encode(),
            }
        });
        let kept = files(&format!("corpus/{}", property.name())).into_iter().map(|path| fs::read(path).unwrap());
        for bytes in seeds.chain(kept.take(500)) {
            fuzz(*property, &bytes);
        }
    }
}

#[test]
fn an_input_of_any_bytes_is_no_failure() {
    for property in Property::ALL {
        for bytes in [&[][..], &[1], &[0xff; 9], b"a = table\n\xff", "heapproof trace 1\n\u{e9} = tabel".as_bytes()] {
            assert_eq!(fuzz(*property, bytes), fuzz_in_short(*property, bytes));
        }
    }
}

#[test]
fn an_input_with_too_many_objects_is_not_worth_running() {
    let large: Program = "a = ring 100000".parse().unwrap();
    assert!(!fuzz(Property::Lockstep, &large.encode()));
    assert!(fuzz(Property::Lockstep, &Program::default().encode()));
}

#[test]
fn another_subject_is_fuzzed_with_the_same_limit() {
    let fails = program(FAILS).encode();
    let failed = std::panic::catch_unwind(|| fuzz_subject(Property::Lockstep, &CANARY, &fails)).unwrap_err();
    let report = failed.downcast_ref::<String>().unwrap();
    assert!(report.starts_with("counts-external-at-count: `canary` does not hold `lockstep`"), "{report}");
    assert!(fuzz_subject(Property::Lockstep, &HEAP, &fails));
    let large: Program = "a = ring 100000".parse().unwrap();
    assert!(!fuzz_subject(Property::Lockstep, &CANARY, &large.encode()));
}
