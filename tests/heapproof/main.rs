//! The harness as its users meet it.
#![allow(clippy::unwrap_used, clippy::panic)] // in tests' helpers too

mod action;
mod ahead;
mod architecture;
mod blocks;
mod canaries;
mod canary;
mod cells;
mod closing;
mod command_line;
mod contracts;
mod corpus;
mod dialects;
mod digests;
mod elsewhere;
mod emit;
mod engine;
mod enumerate;
mod enumerate_command;
mod example;
#[rustfmt::skip] // as heapproof prints it
mod emitted;
mod example_night;
mod expectations;
mod explanations;
mod forms;
mod frames;
mod front_doors;
mod fuzz_targets;
mod generator;
mod golden;
mod hooks;
mod isolation;
mod keeping;
mod kept_by_proptest;
mod leaving_out;
mod logs;
mod long;
mod lost;
mod manual;
mod minimize_command;
mod minimizer;
mod mutate;
mod notations;
mod observations;
mod output_files;
mod papers;
mod pointers;
mod pretender;
mod processes;
mod properties;
mod public_paths;
mod reached;
mod repeats;
mod replay_command;
mod report;
mod saved_first;
mod sdk;
mod seldom;
mod sentences;
mod shards;
mod signatures;
mod spelled;
mod statistics;
mod thresholds;
mod told;
mod viewer;
mod whole_contract;
#[path = "../../examples/your_heap.rs"]
#[allow(dead_code)]
mod your_heap;

use heapproof::model::Program;
use std::path::{Path, PathBuf};

/// The program of a trace.
fn program(text: &str) -> Program {
    text.parse().unwrap()
}

/// All traces of the corpus.
fn corpus() -> Vec<PathBuf> {
    ["corpus/scenarios", "corpus/regressions", "corpus/differences"].into_iter().flat_map(traces).collect()
}

/// All traces below a folder of the repository, in order of their names.
fn traces(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "trace"))
        .collect();
    paths.sort();
    paths
}
