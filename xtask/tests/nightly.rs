//! Nights with stubs in place of cargo, the fuzz targets and `heapproof`: what a night makes of what those do.
#![cfg(unix)]
#![allow(clippy::unwrap_used)] // in tests' helpers too

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// "Builds" a target, or `heapproof`, by copying a stub.
const CARGO: &str = r#"#!/bin/sh
case "$1" in
build) mkdir -p "$CARGO_TARGET_DIR/release" && cp "$STUBS/heapproof" "$CARGO_TARGET_DIR/release/heapproof" ;;
fuzz) target=$7; folder="$6/host/release"; mkdir -p "$folder" && cp "$STUBS/target" "$folder/$target" ;;
esac
"#;

/// Fuzzes and finds what FOUND says; merges by copying one input.
const TARGET: &str = r##"#!/bin/sh
merge=
for argument in "$@"; do
    case "$argument" in
    -merge=1) merge=yes ;;
    -artifact_prefix=*) prefix=${argument#*=} ;;
    -*) ;;
    *) before=$last; last=$argument ;;
    esac
done
if [ -n "$merge" ]; then for input in "$last"/*; do exec cp "$input" "$before"; done; fi
if [ "$FOUND" = trouble ]; then echo "no such flag" >&2; exit 1; fi
crashes=0
for signature in $FOUND; do echo "$signature" >"${prefix}crash-$signature"; echo "$signature" >"${prefix}crash-again-$signature"; crashes=$((crashes + 2)); done
if [ -n "$SLOW" ]; then echo started >"$SLOW"; sleep 60; fi
echo "#100: cov: 5 ft: 6 corp: 2 exec/s: 50 oom/timeout/crash: 0/0/$crashes time: 2s job: 2 dft_time: 0" >&2
"##;

/// An input holds its signature.
const HEAPPROOF: &str = r#"#!/bin/sh
for argument in "$@"; do file=$argument; done
signature=$(cat "$file")
case "$1" in
replay)
    if [ "$signature" = flaky ]; then echo '{"type":"replay","passed":true,"signature":null}'; exit 0; fi
    echo "{\"type\":\"replay\",\"passed\":false,\"signature\":\"$signature\"}"; exit 1 ;;
minimize)
    while [ "$1" != --output ]; do shift; done
    printf 'heapproof trace 1\n# signature %s\na = table\n' "$signature" >"$2"; exit 1 ;;
esac
"#;

struct Place(TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        for (name, text) in [("cargo", CARGO), ("target", TARGET), ("heapproof", HEAPPROOF)] {
            let path = place.path("stubs").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, found: &str, targets: &[&str]) -> Command {
        let mut night = Command::new(env!("CARGO_BIN_EXE_xtask"));
        let stubs = self.path("stubs");
        let path = format!("{}:{}", stubs.display(), std::env::var("PATH").unwrap());
        night.env("PATH", path).env("STUBS", stubs).env("FOUND", found);
        night.env("CARGO_TARGET_DIR", self.path("built"));
        night.args(["nightly", "--time", "1s", "--seed", "1"]);
        night.arg("--corpus").arg(self.path("corpus")).arg("--out").arg(self.path("out"));
        for target in targets {
            night.args(["--target", target]);
        }
        night
    }

    fn night(&self, found: &str, targets: &[&str]) -> (Option<i32>, String) {
        let Output { status, stderr, .. } = self.command(found, targets).output().unwrap();
        let summary = self.summary();
        (status.code(), format!("{summary}\n{}", String::from_utf8_lossy(&stderr)))
    }

    fn summary(&self) -> String {
        fs::read_to_string(self.path("out/summary.md")).unwrap()
    }
}

fn count(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[test]
fn a_night_that_finds_nothing_ends_with_0_and_a_smaller_corpus() {
    let place = Place::new();
    let (code, told) = place.night("", &["text"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("# Fuzzing: nothing found\n") && told.contains("| text | 100 | 50 | 5 | 6 |"), "{told}");
    assert_eq!(count(&place.path("corpus/text")), 1);
}

#[test]
fn a_new_failure_ends_with_1_and_is_known_the_next_night() {
    let place = Place::new();
    let (code, told) = place.night("not-freed counts-weak", &["lockstep"]);
    assert_eq!(code, Some(1), "{told}");
    for part in ["# Fuzzing: 2 new, 0 known\n", "### not-freed, by `lockstep`", "2 inputs fail", "a = table\n```"] {
        assert!(told.contains(part), "no {part:?} in\n{told}");
    }
    assert!(place.path("out/traces/lockstep-not-freed.trace").is_file());

    let (code, told) = place.night("not-freed", &["lockstep"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("# Fuzzing: nothing new, 1 known\n"), "{told}");

    let (code, told) = place.night("not-freed shows-cycles", &["lockstep"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("# Fuzzing: 1 new, 1 known\n"), "{told}");
}

#[test]
fn what_fails_only_in_the_fuzzer_is_news_every_night() {
    let place = Place::new();
    for _ in 0..2 {
        let (code, told) = place.night("flaky", &["lockstep"]);
        assert_eq!(code, Some(1), "{told}");
        assert!(
            told.contains("### not-reproduced, by `lockstep`") && told.contains("could not be minimised"),
            "{told}"
        );
    }
}

#[test]
fn trouble_with_a_target_does_not_keep_the_others_from_their_turn() {
    let place = Place::new();
    let (code, told) = place.night("trouble", &["text", "bytes"]);
    assert_eq!(code, Some(3), "{told}");
    assert!(
        told.contains("trouble with 2") && told.contains("bytes: run failed") && told.contains("no such flag"),
        "{told}"
    );
    assert!(count(&place.path("corpus/text")) > 100, "the corpus is gone");
}

#[test]
fn an_interrupted_night_ends_with_130_and_says_what_it_did_not_look_at() {
    let place = Place::new();
    let started = place.path("started");
    let mut night = place.command("not-freed", &["text", "bytes"]).env("SLOW", &started).spawn().unwrap();
    while !started.is_file() {
        assert!(night.try_wait().unwrap().is_none(), "it ended by itself: {}", place.summary());
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    Command::new("kill").args(["-TERM", &night.id().to_string()]).status().unwrap();
    assert_eq!(night.wait().unwrap().code(), Some(130));
    let told = place.summary();
    assert!(told.contains("interrupted") && told.contains("2 failing inputs were not looked at"), "{told}");
    assert!(count(&place.path("corpus/bytes")) > 100, "the corpus is gone");
    assert_eq!(count(&place.path("out/artifacts/bytes")), 2);
}
