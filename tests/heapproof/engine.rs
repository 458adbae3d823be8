//! The fuzz targets as ClusterFuzzLite and OSS-Fuzz build them and judge what was built, without their image.
#![cfg(unix)]

use super::command_line::folder;
use heapproof::model::text::{self, HEADER};
use heapproof::properties::Property;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What the image's `compile` sets for Rust; without its C++ library, which is not in other systems.
const FLAGS: [(&str, &str); 2] = [
    ("address", "--cfg fuzzing -Zsanitizer=address -Cdebuginfo=1 -Cforce-frame-pointers"),
    ("coverage", "--cfg fuzzing -Cdebuginfo=1 -Cforce-frame-pointers -Cinstrument-coverage"),
];

/// A function that each sanitizer puts into what it instruments.
const MARKS: [(&str, &str); 2] = [("address", "__asan_report_load8"), ("coverage", "__llvm_profile_")];

/// Fewer edges than this mean that a target was not instrumented.
const LEAST_EDGES: u64 = 100;

/// What a file of `-Cinstrument-coverage` begins with, and where its header says how many counters there are.
const PROFILE: [u8; 8] = *b"\x81rforpl\xff";
const COUNTERS: usize = 5;

fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// Builds all targets from a copy of the sources, as the image does.
fn build(sanitizer: &str, flags: &str, src: &Path, out: &Path) {
    let sources = src.join("heapproof");
    let copied =
        "git ls-files -z --cached --others --exclude-standard | tar --null --files-from=- -c | tar -xm -C \"$1\"";
    std::fs::create_dir_all(&sources).unwrap();
    let mut copying = Command::new("sh");
    copying.args(["-euc", copied, "sh"]).arg(&sources).current_dir(ROOT);
    assert!(copying.status().unwrap().success());
    std::fs::copy(Path::new(ROOT).join(".clusterfuzzlite/build.sh"), src.join("build.sh")).unwrap();
    // Dependencies are kept as they were compiled, so that a second run takes less time. All sources are new, so that nothing
    // is taken for what an earlier run has built from them.
    let work = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("engine/{sanitizer}"));
    for folder in [out, &work] {
        std::fs::create_dir_all(folder).unwrap();
    }
    let mut build = Command::new("bash");
    build.args(["-eux"]).arg(src.join("build.sh")).current_dir(&sources).env_remove("CARGO_TARGET_DIR");
    build.envs([("SRC", src), ("OUT", out), ("WORK", &work)]).env("RUSTUP_TOOLCHAIN", "nightly");
    build.env("SANITIZER", sanitizer).env("RUSTFLAGS", flags);
    build.envs([("FUZZING_ENGINE", "libfuzzer"), ("ARCHITECTURE", "x86_64"), ("FUZZING_LANGUAGE", "rust")]);
    let output = build.output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
}

/// A target where it was moved to: read-only, in a foreign working folder, without a network.
fn run(built: &Path, target: &str, scratch: &Path, arguments: &[String]) -> String {
    let alone = "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\" && cd \"$2\" && shift 2 && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "--net", "sh", "-euc", alone, "sh"]).args([built, scratch]);
    command.arg(built.join(target)).args(arguments).env_clear().env("PATH", "/usr/bin:/bin");
    command.env("LLVM_PROFILE_FILE", scratch.join("profile"));
    let output = command.arg(format!("-artifact_prefix={}/", scratch.display())).output().unwrap();
    assert!(output.status.success(), "{target} {arguments:?}: {}", told(&output));
    told(&output)
}

/// The arguments that a target's options mean.
fn options(built: &Path, target: &str) -> Vec<String> {
    let text = std::fs::read_to_string(built.join(format!("{target}.options"))).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("[libfuzzer]"));
    let option = |line: &str| match line.split_once(" = ").unwrap() {
        ("dict", name) => format!("-dict={}", built.join(name).display()),
        (name, value) => format!("-{name}={value}"),
    };
    lines.map(option).collect()
}

/// How many edges libFuzzer says that it counts.
fn edges(ran: &str) -> u64 {
    let (_, edges) = ran.split_once("inline 8-bit counters):").unwrap_or_else(|| panic!("{ran}"));
    edges.split_whitespace().next().unwrap().parse().unwrap()
}

/// How many edges a build for coverage counts, which libFuzzer does not see: the counters in the profile of a run.
fn counters(profile: &[u8]) -> u64 {
    assert_eq!(profile.get(..8), Some(&PROFILE[..]), "no profile");
    let field = profile.chunks_exact(8).nth(COUNTERS).unwrap();
    u64::from_le_bytes(field.try_into().unwrap())
}

fn judge(sanitizer: &str, built: &Path, target: &str) {
    let scratch = folder();
    let options = options(built, target);
    let ran =
        run(built, target, scratch.path(), &[&["-runs=4".to_owned(), "-seed=1337".to_owned()][..], &options].concat());
    let edges = match sanitizer {
        "coverage" => counters(&std::fs::read(scratch.path().join("profile")).unwrap()),
        _ => edges(&ran),
    };
    assert!(edges >= LEAST_EDGES, "{target}: {edges} edges");
    assert_eq!(ran.contains("Dictionary: "), target == "text", "{ran}");
    let binary = std::fs::read(built.join(target)).unwrap();
    for (other, mark) in MARKS {
        let is_in = binary.windows(mark.len()).any(|bytes| bytes == mark.as_bytes());
        assert_eq!(is_in, other == sanitizer, "{target}: {mark}");
    }
    let seeds = scratch.path().join("seeds");
    let zip = built.join(format!("{target}_seed_corpus.zip"));
    assert!(Command::new("unzip").arg("-q").arg(zip).arg("-d").arg(&seeds).status().unwrap().success());
    assert!(std::fs::read_dir(&seeds).unwrap().count() > 100);
    let seeds = seeds.display().to_string();
    run(built, target, scratch.path(), &[&["-runs=0".to_owned()][..], &options, &[seeds]].concat());
}

#[test]
#[ignore = "builds all fuzz targets twice, with nightly Rust and cargo-fuzz; `.ci/nightly` runs it"]
fn what_the_engines_build_runs_where_they_move_it_to() {
    for (sanitizer, flags) in FLAGS {
        let (src, built) = (folder(), folder());
        let out = src.path().join("out");
        build(sanitizer, flags, src.path(), &out);
        let moved: PathBuf = built.path().join("not-out");
        assert!(Command::new("mv").args([&out, &moved]).status().unwrap().success());
        Property::ALL.iter().for_each(|property| judge(sanitizer, &moved, property.name()));
    }
}

#[test]
fn what_was_not_tested_is_said_and_is_a_failure_if_that_is_asked_for() {
    let (folder, bin) = (folder(), folder());
    std::fs::create_dir(folder.path().join(".ci")).unwrap();
    std::fs::copy(Path::new(ROOT).join(".ci/engine"), folder.path().join(".ci/engine")).unwrap();
    let engine = |arguments: &[&str]| {
        let mut bash = Command::new("/bin/bash");
        bash.arg(folder.path().join(".ci/engine")).args(arguments).env("PATH", bin.path());
        let output = bash.output().unwrap();
        (output.status.code(), told(&output))
    };
    let says = "zip is missing. Not tested: that the fuzz targets build as OSS-Fuzz builds them";
    for (arguments, ends) in [(&[][..], 0), (&["--strict"], 3)] {
        let (code, said) = engine(arguments);
        assert!(code == Some(ends) && said.starts_with(says), "{code:?}: {said}");
    }
    assert_eq!(engine(&["--strikt"]).0, Some(2));
    let night = std::fs::read_to_string(Path::new(ROOT).join(".github/workflows/nightly.yml")).unwrap();
    assert!(night.contains("- run: .ci/engine --strict\n"), "the nightly job does not ask");
}

#[test]
fn the_dictionary_has_each_word_of_the_grammar_and_no_other() {
    let dictionary = std::fs::read_to_string(Path::new(ROOT).join(".clusterfuzzlite/text.dict")).unwrap();
    let entries: Vec<&str> = dictionary.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix('"')).collect();
    // Others are marks, plain values, and the header.
    let is_word = |entry: &&str| entry.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let words: BTreeSet<&str> = entries.iter().copied().filter(is_word).collect();
    // It stands in the header alone.
    let grammar: BTreeSet<&str> = text::words().into_iter().filter(|word| *word != "heapproof").collect();
    let differ: Vec<&&str> = words.symmetric_difference(&grammar).collect();
    assert!(differ.is_empty(), "in one of both alone: {differ:?}");
    assert!(entries.contains(&format!("{HEADER}\\x0a").as_str()));
    let once: BTreeSet<&str> = entries.iter().copied().collect();
    assert_eq!(once.len(), entries.len(), "a word is there twice");
}
