//! The paths that users write: none contains a room, and what was public stays where it was.
#![allow(unused_imports)] // to be named is all that is asked of them

use heapproof::alone::{Judged, judge};
use heapproof::assert_holds;
use heapproof::campaign::{Campaign, Case, Found, OBSERVED, Summary};
use heapproof::cli::main;
use heapproof::code::{Finalizers, Runs, run as run_code, step as step_of};
use heapproof::corpus::{CorpusError, Kept, REGRESSIONS, each, file_name, known, load, text};
use heapproof::digest::{Gathered, Part as PartOfState, Test, of};
use heapproof::emit::{Claim, Emitted, Part, Run, Spelling, Step, Story, Telling};
use heapproof::emit::{emit_embedding, emit_test, function, function_name, traces_in};
use heapproof::enumerate::Failed as FailedOfLast;
use heapproof::enumerate::{CheckpointError, Counts, End, How, Progress, Search, Share, Space, Tail, shortest};
use heapproof::expectation::Found as FoundInstead;
use heapproof::explain::{Explanation, Fact, Paint, Row, TraceLine, Variation, explain};
use heapproof::failures::{OUT, commented, save_minimized, save_original, write_whole};
use heapproof::front_doors::{fuzz, fuzz_in_short, fuzz_subject, proptest, quickcheck, replay, shorter};
use heapproof::generate::{Bias, MOST_LINES, Profile, Recipe, case, program};
use heapproof::heading::{Heading, found_as, judged_by};
use heapproof::heap::Heap;
use heapproof::isolation::{Isolated, Limits, serve};
use heapproof::known::Known;
use heapproof::lockstep::{
    Called, Everything, Failed, Failure, Inspection, Lockstep, Nothing, Trial, Verdict, Watcher,
};
use heapproof::lockstep::{Doubt, LONG, interval, run, run_with, supported};
use heapproof::lost::{Loss, Lost};
use heapproof::minimize::{Flaky, Minimized, Options, Rank, Removal, Tried, Without};
use heapproof::minimize::{minimize, minimize_as, removals};
use heapproof::mix::{Aim, Mix};
use heapproof::model::{bytes, definitions, fault, operation, part, reference, script, value};
use heapproof::mutate::{MOST_BULK, Plain, cross, cross_bytes, mutate, mutate_bytes, said};
use heapproof::pointers::{PointerHeap, Pointers, Probe, counted, dropped, finalizing, kind};
use heapproof::proof::Counterexample;
use heapproof::properties::{Property, determinism};
use heapproof::signature::{Signature, refusal, refused_for};
use heapproof::statistics::{Condition, Conditions, Distinct, Distribution, Growth, Observed, Shapes, Statistics};
use heapproof::statistics::{health, observe};
use heapproof::subject::{Coming, Figure, Looks, Observation, Subject, SubjectKind};
use heapproof::subjects::process;
use heapproof::subjects::{CANARY, Canary, HEAP, HeapSubject, all, ending, family};
use heapproof::tally::{Outcomes, Tally};
use heapproof::viewer::Viewer;
use heapproof::violation::{Crash, Violation, describe};

/// The names that a tree of `use` brings in.
fn brought(tree: &syn::UseTree) -> Vec<String> {
    match tree {
        syn::UseTree::Path(path) => brought(&path.tree),
        syn::UseTree::Group(group) => group.items.iter().flat_map(brought).collect(),
        syn::UseTree::Rename(rename) => vec![rename.rename.to_string()],
        syn::UseTree::Name(name) => vec![name.ident.to_string()],
        syn::UseTree::Glob(_) => vec!["*".to_owned()],
    }
}

#[test]
fn each_public_name_of_the_crate_is_named_here() {
    let root = syn::parse_file(include_str!("../../src/lib.rs")).unwrap();
    let public = |item: &syn::Item| match item {
        syn::Item::Use(item) if matches!(item.vis, syn::Visibility::Public(_)) => brought(&item.tree),
        syn::Item::Mod(item) if matches!(item.vis, syn::Visibility::Public(_)) => vec![item.ident.to_string()],
        _ => Vec::new(),
    };
    for name in root.items.iter().flat_map(public) {
        let named =
            [":", ";"].map(|end| include_str!("public_paths.rs").contains(&format!("use heapproof::{name}{end}")));
        assert!(named.contains(&true), "{name}");
    }
}
