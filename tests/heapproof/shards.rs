//! Runs that are divided among machines, and their results as those of one run.

use super::command_line::{folder, heapproof};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is another thing in a merged result: times, memory, where files are, and which of the last states were compared.
const OWN: [&str; 5] = ["seconds", "memory", "path", "replay", "pairs"];

const CHECK: [&str; 7] = ["check", "--subject", "canary", "--seed", "5", "--cases", "500"];

/// The result of all shards, a file for each.
fn shards(folder: &Path, arguments: &[&str], of: u32) -> Vec<PathBuf> {
    let shard = |number| {
        let (share, path) = (format!("{number}/{of}"), folder.join(format!("{number}.json")));
        let (code, out, error) = heapproof(folder, &[arguments, &["--format", "json", "--shard", &share]].concat());
        assert!(code < 2, "{error}");
        std::fs::write(&path, out).unwrap();
        path
    };
    (1..=of).map(shard).collect()
}

fn merged(folder: &Path, paths: &[PathBuf]) -> (i32, String, String) {
    let paths = paths.iter().map(|path| path.file_name().unwrap().to_str().unwrap());
    let arguments: Vec<&str> = ["merge", "--out", "merged", "--format", "json"].into_iter().chain(paths).collect();
    heapproof(folder, &arguments)
}

/// The objects without what is another thing in each run; of the statistics, which come now and then, the last.
fn comparable(out: &str) -> Vec<Value> {
    let mut objects: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let last = objects.iter().rposition(|object| object["type"] == "statistics");
    let mut place = 0;
    objects.retain(|object| {
        place += 1;
        object["type"] != "statistics" || Some(place - 1) == last
    });
    for object in &mut objects {
        OWN.iter().for_each(|field| drop(object.as_object_mut().unwrap().remove(*field)));
    }
    objects
}

#[test]
fn the_merge_of_all_shards_is_one_run_in_whatever_order_they_come() {
    let enumerate = ["enumerate", "--space", "whole", "--ops", "3", "--subject", "canary"];
    let unmerged = ["enumerate", "--space", "cycles", "--ops", "4", "--unmerged"];
    for (arguments, of) in [(&CHECK[..], 1), (&CHECK, 3), (&CHECK, 7), (&enumerate, 1), (&enumerate, 3), (&unmerged, 2)]
    {
        let folder = folder();
        let (code, one, _) = heapproof(folder.path(), &[arguments, &["--format", "json", "--keep-going"]].concat());
        let mut paths = shards(folder.path(), arguments, of);
        for _ in 0..2 {
            paths.reverse();
            let (merged_code, merged, error) = merged(folder.path(), &paths);
            assert_eq!(merged_code, code, "{error}");
            assert_eq!(comparable(&merged), comparable(&one), "{arguments:?}");
        }
        let traces = |out: &str| {
            let files =
                std::fs::read_dir(folder.path().join(out).join("failures")).ok()?.map(|file| file.unwrap().path());
            let text = |path: PathBuf| (path.file_name().unwrap().to_owned(), std::fs::read_to_string(path).unwrap());
            Some(files.filter(|path| path.is_file()).map(text).collect::<BTreeMap<_, _>>())
        };
        assert!(code == 0 || traces("merged").is_some_and(|traces| !traces.is_empty()));
        if arguments[0] == "check" {
            // Each shard saves what is the first failure to it; one run knows of those before.
            assert!(
                traces("merged").unwrap().iter().all(|(name, text)| traces("heapproof.out").unwrap()[name] == *text)
            );
        }
    }
}

#[test]
fn what_is_not_all_shards_of_one_run_is_refused_by_name() {
    let folder = folder();
    let paths = shards(folder.path(), &CHECK, 3);
    let other = ["check", "--subject", "canary", "--seed", "6", "--cases", "500"];
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let text = std::fs::read_to_string(&paths[1]).unwrap();
    let (_, foreign, _) = heapproof(folder.path(), &[&other[..], &["--format", "json", "--shard", "2/3"]].concat());
    write("foreign.json", &foreign);
    write("newer.json", &text.replace(r#""version":"0.1.0""#, r#""version":"0.2.0""#));
    let lines: Vec<&str> = text.lines().collect();
    write("dead.json", &format!("{}\n", lines[..2].join("\n")));
    write("cut.json", &text[..text.len() - 20]);
    write("empty.json", "");
    write("interrupted.json", &text.replace(r#""interrupted":false"#, r#""interrupted":true"#));
    write("whole.json", &heapproof(folder.path(), &[&CHECK[..], &["--format", "json"]].concat()).1);
    for (given, message) in [
        (&["1.json", "3.json"][..], "missing: 2/3"),
        (&["1.json", "2.json", "3.json", "2.json"], "2.json and 2.json are the same shard 2/3"),
        (&["1.json", "foreign.json", "3.json"], "foreign.json is of another run than 1.json: its `seed` is 6, not 5"),
        (&["1.json", "newer.json", "3.json"], "newer.json is of another run than 1.json: its `version` is \"0.2.0\""),
        (&["1.json", "dead.json", "3.json"], "dead.json: shard 2/3 died"),
        (&["1.json", "cut.json", "3.json"], "cut.json: shard 2/3 died"),
        (&["1.json", "empty.json", "3.json"], "empty.json is empty: its shard died before it began"),
        (&["1.json", "interrupted.json", "3.json"], "interrupted.json: shard 2/3 was interrupted after "),
        (&["whole.json"], "whole.json is the result of a whole run, not of a shard"),
    ] {
        let (code, out, error) = heapproof(folder.path(), &[&["merge", "--out", "merged"], given].concat());
        assert_eq!((code, out.as_str()), (3, ""), "{error}");
        assert!(error.contains(message), "{message} is not in {error}");
    }
    assert!(!folder.path().join("merged").exists());
    write("junk.json", "hello\n");
    std::fs::create_dir(folder.path().join("nothing")).unwrap();
    for (given, message) in [
        ("junk.json", "junk.json: line 1 is no JSON object"),
        ("absent.json", "can't read absent.json"),
        ("nothing", "there are no results in nothing"),
    ] {
        let (code, _, error) = heapproof(folder.path(), &["merge", given]);
        assert!(code == 2 && error.contains(message), "{error}");
    }
}

#[test]
fn a_folder_stands_for_the_results_in_it() {
    let folder = folder();
    let paths = shards(folder.path(), &CHECK, 2);
    let results = folder.path().join("results");
    std::fs::create_dir_all(results.join("far")).unwrap();
    std::fs::rename(&paths[0], results.join("one.json")).unwrap();
    std::fs::rename(&paths[1], results.join("far/two.jsonl")).unwrap();
    std::fs::write(results.join("statistics.json"), "{\"type\":\"statistics\"}\n").unwrap();
    let (code, out, error) = heapproof(folder.path(), &["merge", "results", "--out", "merged"]);
    assert_eq!(code, 1, "{error}");
    for part in ["counts-external-at-count: `canary` does not hold", "saved as merged/failures/", "programs: 500\n"] {
        assert!(out.contains(part), "{part} is not in {out}");
    }
}

#[test]
fn a_shard_that_could_not_be_merged_is_refused_at_once() {
    let folder = folder();
    let seeded = ["check", "--seed", "1", "--cases", "9"];
    for (arguments, message) in [
        (&["check", "--shard", "1/2"][..], "`--shard` needs `--cases N`"),
        (&["check", "--shard", "1/2", "--cases", "9"], "`--shard` needs `--seed S`"),
        (&["check", "--shard", "1/2", "--time", "1s"], "`--shard` and `--time` don't go together"),
        (&[&seeded[..], &["--shard", "1/2", "--feedback"]].concat(), "`--shard` and `--feedback` don't go together"),
        (&[&seeded[..], &["--shard", "1/10"]].concat(), "leaves shares without a program"),
        (&[&seeded[..], &["--shard", "0/2"]].concat(), "shares are counted from 1"),
        (&[&seeded[..], &["--shard", "3/2"]].concat(), "expected something like `2/3`"),
        (&["merge"], "nothing to merge"),
    ] {
        let (code, _, error) = heapproof(folder.path(), arguments);
        assert!(code == 2 && error.contains(message), "{message} is not in {error}");
    }
}

#[test]
fn corpora_are_joined_with_each_content_once_and_the_same_names_in_any_order() {
    let folder = folder();
    for (name, content) in [
        ("a/one", "1"),
        ("a/same", "2"),
        ("b/same", "3"),
        ("b/deep/other", "1"),
        ("b/x.trace", "4"),
        ("b/.hidden", "5"),
    ] {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let joined = |order: [&str; 2], out: &str| -> BTreeMap<String, String> {
        let arguments = ["merge", "--corpus", order[0], "--corpus", order[1], "--out", out];
        let (code, _, error) = heapproof(folder.path(), &arguments);
        assert!(code == 0 && error.contains("4 of 5 inputs from 2 folders"), "{error}");
        let files = std::fs::read_dir(folder.path().join(out).join("corpus")).unwrap().map(|file| file.unwrap().path());
        let text = |path: PathBuf| (path.file_name().unwrap().to_str().unwrap().to_owned(), path);
        files.map(text).map(|(name, path)| (name, std::fs::read_to_string(path).unwrap())).collect()
    };
    let one = joined(["a", "b"], "one");
    assert_eq!(one, joined(["b", "a"], "other"));
    assert_eq!((one["one"].as_str(), one["x.trace"].as_str(), one.len()), ("1", "4", 4));
    assert!(one.keys().filter(|name| name.starts_with("same-")).count() == 2, "{one:?}");
}

/// The text of a file of `examples/fleet`.
fn example(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/fleet").join(name)).unwrap()
}

/// Runs the script of an example for each number of its shards, and merges what they write.
fn run(folder: &Path, script: &str, variable: &str, numbers: impl Iterator<Item = u32>) {
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_heapproof"), folder.join("heapproof")).unwrap();
    std::fs::create_dir(folder.join("results")).unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    for number in numbers {
        let mut command = Command::new("sh");
        command.args(["-euc", script]).current_dir(folder).env("PATH", &path).env(variable, number.to_string());
        let output = command.envs([("CASES", "200"), ("SEED", "5"), ("RESULTS", "results")]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let (code, out, error) = heapproof(folder, &["merge", "results", "--format", "json"]);
    assert_eq!(code, 0, "{error}");
    let one = ["check", "--seed", "5", "--cases", "200", "--keep-going", "--format", "json"];
    assert_eq!(comparable(&out), comparable(&heapproof(folder, &one).1));
}

#[test]
fn the_script_for_slurm_makes_shards_that_merge() {
    let script = example("slurm.sh");
    let array = script.lines().find_map(|line| line.strip_prefix("#SBATCH --array=1-")).unwrap();
    assert!(script.contains(&format!("\nshards={array}\n")), "the array and the number of shards differ");
    run(folder().path(), &script, "SLURM_ARRAY_TASK_ID", 1..=array.parse().unwrap());
}

#[test]
fn the_job_for_kubernetes_makes_shards_that_merge() {
    let manifest = example("job.yaml");
    let completions = manifest.lines().find_map(|line| line.trim().strip_prefix("completions: ")).unwrap();
    let (_, after) = manifest.split_once("- |\n").unwrap();
    let block: Vec<&str> = after.lines().map_while(|line| line.strip_prefix("              ")).collect();
    assert!(block.len() == 3 && manifest.contains(r#"command: ["/bin/sh", "-euc"]"#), "{block:?}");
    run(folder().path(), &block.join("\n"), "JOB_COMPLETION_INDEX", 0..completions.parse().unwrap());
}
