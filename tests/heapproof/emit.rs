//! Traces as Rust tests: `emitted.rs` beside this file is such tests, and part of this binary.

use crate::canaries::FOUND;
use crate::{corpus, program, traces};
use heapproof::emit::{Emitted, emit_embedding, emit_test, function, function_name, traces_in};
use heapproof::model::{Code, Line, Operation, Program};
use heapproof::properties::Property;
use heapproof::subject::SubjectKind;
use heapproof::subjects::{CANARY, HEAP, family};
use std::collections::BTreeSet;
use std::fs::read_to_string;

/// Scenarios that use every operation.
const SAMPLE: &[&str] = &[
    "check-average-of-a-hundred",
    "check-before-a-refused-allocation",
    "counts-one-child-in-four-kinds",
    "counts-pop-hands-over",
    "counts-remove-hands-over",
    "cycle-known-until-a-member-dies",
    "check-turned-off",
    "deep-ring-cut-open",
    "detect-incremental-twice",
    "detect-slices",
    "fault-dangling-with-roots",
    "fault-in-few-words",
    "fault-skips",
    "finalizer-allocates-and-stores",
    "finalizer-panics-in-the-middle",
    "finalizer-takes-what-it-bound",
    "frame-every-kind",
    "refusal-index-out-of-range",
    "refusal-settings",
    "refusal-stale-value",
    "resurrection-of-a-queued-object",
    "slice-takes-a-ring-at-a-time",
    "value-floating-point-numbers",
    "value-of-every-kind",
    "weak-upgrade-in-the-finalizer",
];

const EMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/heapproof/emitted.rs");

fn scenario(name: &str) -> Program {
    let path = traces("corpus/scenarios").into_iter().find(|path| path.file_stem().unwrap() == name);
    program(&read_to_string(path.unwrap_or_else(|| panic!("there is no {name}"))).unwrap())
}

/// The test of a scenario, or of a canary's failure as if it were the heap's: such a test passes on the heap.
fn emitted(name: &str, program: &Program) -> Emitted {
    let spelled_as_the_heap = |kind: &SubjectKind| kind.clone().spelled(HEAP.spelling().unwrap());
    let canary = family().find(|canary| function_name(&canary.kind.name).as_deref() == Some(name));
    let subject = canary.map_or(HEAP, |canary| spelled_as_the_heap(&canary.kind));
    emit_test(&subject, Property::Lockstep, program, name)
}

/// The committed tests: the name and the text of each.
fn committed() -> Vec<(String, String)> {
    let text = read_to_string(EMITTED).unwrap();
    let tests = text.split_inclusive("\n}\n").map(|test| test.trim_start().to_owned());
    tests.map(|test| (test.split_once("\nfn ").unwrap().1.split_once('(').unwrap().0.to_owned(), test)).collect()
}

/// All but the words over the trace, which are an explanation's and tested there.
fn behind_the_story(test: &str) -> &str {
    &test[test.find("//     heapproof trace").unwrap()..]
}

#[test]
fn tests_that_are_emitted_are_those_of_this_binary() {
    if std::env::var_os("HEAPPROOF_BLESS").is_some() {
        let scenarios = SAMPLE.iter().map(|name| (function_name(name).unwrap(), scenario(name)));
        let canaries = FOUND
            .iter()
            .map(|(canary, found)| (function_name(&canary.kind.name).unwrap(), found.minimized.program.clone()));
        let tests = scenarios.chain(canaries).map(|(name, program)| emitted(&name, &program));
        let spelled: Vec<String> = tests.filter(|test| test.embeds_because.is_none()).map(|test| test.text).collect();
        std::fs::write(EMITTED, spelled.join("\n")).unwrap();
    }
    let committed = committed();
    assert!(committed.len() >= SAMPLE.len() + 20, "HEAPPROOF_BLESS=1 writes it anew");
    for (name, test) in committed {
        let program = program(&traces_in(&test)[0]);
        let emitted = emitted(&name, &program).text;
        assert_eq!(behind_the_story(&emitted), behind_the_story(&test), "{name}; HEAPPROOF_BLESS=1 writes all anew");
    }
}

#[test]
fn the_tests_of_this_binary_use_every_operation() {
    fn codes(line: &Line, used: &mut BTreeSet<Code>) {
        used.insert(line.operation.code());
        match &line.operation {
            Operation::On { line, .. } => codes(line, used),
            Operation::Temp { allocation } => {
                used.insert(allocation.code());
            }
            _ => {}
        }
    }
    let mut used = BTreeSet::new();
    for (_, test) in committed() {
        program(&traces_in(&test)[0]).lines().iter().for_each(|line| codes(line, &mut used));
    }
    let unused: Vec<&Code> = Code::ALL.iter().filter(|code| !used.contains(code)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn all_small_traces_of_the_corpus_are_spelled() {
    let mut embedded = Vec::new();
    for path in corpus() {
        let program = program(&read_to_string(&path).unwrap());
        if program.bulk() <= 100 && program.len() <= 60 {
            let test = emit_test(&HEAP, Property::Lockstep, &program, "trace");
            embedded.extend(test.embeds_because.map(|because| format!("{}: {because}", path.display())));
            assert_eq!(traces_in(&test.text).len(), 1, "{}", path.display());
            assert_eq!(self::program(&traces_in(&test.text)[0]), program, "{}", path.display());
        }
    }
    assert!(embedded.is_empty(), "{embedded:#?}");
}

#[test]
fn a_test_asserts_what_the_model_says_where_the_subject_parts_from_it() {
    let kind = CANARY.spelled(HEAP.spelling().unwrap());
    let text = emit_test(&kind, Property::Lockstep, &program("a = table\nb = array a\nc = pop b"), "it_counts").text;
    assert!(text.contains("// `canary` fails: counts-external\n"), "{text}");
    assert!(text.contains("heap.dec_ref(a).unwrap();"), "{text}");
    let claim = text.lines().rev().nth(1).unwrap().trim();
    assert_eq!(claim, "assert_eq!(heap.counts(a), Some(Counts { external: 1, internal: 0, weak: 0 }));");
}

#[test]
fn a_subject_that_spells_nothing_gets_its_trace_embedded() {
    let rc = &crate::your_heap::RC;
    let test = emit_test(rc, Property::Lockstep, &program("a = table\na.b = a"), "it_leaks");
    assert_eq!(test.embeds_because.as_deref(), Some("`rc` does not say how it spells operations"));
    assert!(test.text.contains("SUBJECT is the `SubjectKind` that is called `rc`"), "{}", test.text);
    assert!(test.text.contains("assert_holds(heapproof::properties::Property::Lockstep, subject, &program)"));
    assert_eq!(traces_in(&test.text).len(), 1);
    let canary = emit_test(&CANARY, Property::Lockstep, &program("a = table"), "it_holds").text;
    assert!(canary.contains("heapproof::subjects::all()"), "{canary}");
}

#[test]
fn a_trace_survives_its_embedding() {
    let quoted = program("heap = box \"\\\"#\"\nfn = table\nheap_ = array heap fn \"###\"\nstale = pop heap_");
    for text in [
        function(&quoted, "program"),
        emit_embedding(&HEAP, Property::Lockstep, &quoted, "quotes").text,
        emit_test(&HEAP, Property::Lockstep, &quoted, "quotes").text,
    ] {
        let traces = traces_in(&text);
        assert_eq!(traces.len(), 1, "{text}");
        assert_eq!(program(&traces[0]), quoted, "{text}");
        assert_eq!(program(&traces[0]).to_string(), quoted.to_string());
    }
}

#[test]
fn names_of_tests_are_made_of_words() {
    assert_eq!(function_name("counts-external-69d8efb8").as_deref(), Some("counts_external_69d8efb8"));
    assert_eq!(function_name("2 heaps: one").as_deref(), Some("trace_2_heaps_one"));
    assert_eq!(function_name("Loop").as_deref(), Some("loop_"));
    assert_eq!(function_name("-"), None);
}
