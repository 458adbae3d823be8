//! The night of the repository to copy: how its fuzz target ends decides how it ends. cargo is a script that builds another one.
#![cfg(unix)]

use crate::command_line::folder;
use std::path::Path;
use std::process::Command;

/// `cargo fuzz build` puts a target where cargo-fuzz would, and nothing else is done.
const CARGO: &str = r#"#!/bin/sh
case "$*" in
"fuzz build "*)
    host=$(rustc -vV | sed -n 's/^host: //p')
    mkdir -p "$CARGO_TARGET_DIR/$host/release"
    printf '#!/bin/sh\nexit %s\n' "$ENDS_WITH" >"$CARGO_TARGET_DIR/$host/release/lockstep"
    chmod +x "$CARGO_TARGET_DIR/$host/release/lockstep"
    exit "$BUILD_ENDS_WITH"
    ;;
esac
"#;

#[test]
fn the_night_of_the_example_tells_apart_how_its_target_ends() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    for name in ["bin", "repository/.ci"] {
        std::fs::create_dir_all(at(name)).unwrap();
    }
    std::fs::write(at("bin/cargo"), CARGO).unwrap();
    assert!(Command::new("chmod").arg("+x").arg(at("bin/cargo")).status().unwrap().success());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/repository/.ci/nightly");
    std::fs::copy(script, at("repository/.ci/nightly")).unwrap();
    let night = |build: &str, target: &str| {
        let mut night = Command::new("bash");
        night.arg(at("repository/.ci/nightly")).env("BUILD_ENDS_WITH", build).env("ENDS_WITH", target);
        let path = format!("{}:{}", at("bin").display(), std::env::var("PATH").unwrap());
        night.env("PATH", path).env("CARGO_TARGET_DIR", at("target"));
        night.output().unwrap().status.code()
    };
    // Passed; crashed; too slow; too large; interrupted; not run.
    for (target, ends) in [("0", 0), ("77", 1), ("70", 1), ("71", 1), ("72", 130), ("1", 3)] {
        assert_eq!(night("0", target), Some(ends), "the target ends with {target}");
    }
    assert_eq!(night("1", "0"), Some(3), "the target does not build");
}
