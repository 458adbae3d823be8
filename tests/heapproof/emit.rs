//! Traces as Rust tests: `emitted.rs` beside this file has one of each shape, and is part of this binary. `cargo xtask emitted`
//! runs those of the whole corpus and of all wrong heaps.

use crate::canaries::FOUND;
use crate::{corpus, program, traces};
use heapproof::emit::{Emitted, emit_embedding, emit_test, function, function_name, traces_in};
use heapproof::model::{Code, Line, Operation, Program};
use heapproof::properties::Property;
use heapproof::subject::SubjectKind;
use heapproof::subjects::{CANARY, HEAP, family};
use std::collections::BTreeSet;
use std::fs::read_to_string;
use std::path::PathBuf;

/// Scenarios whose tests have each a shape of their own.
const SCENARIOS: &[&str] = &[
    // A setting, and a chain: a function of the test makes it.
    "check-does-not-count-what-the-heap-gives-up",
    // A damage, lines that are skipped, a recovery.
    "fault-skips",
    // A finalizer, and an object that is made within.
    "finalizer-allocates-and-stores",
    // A drop that is refused and passed over, at the end of a finalizer.
    "finalizer-leftover-was-given-up",
    "frame-every-kind",
    "refusal-index-before-stale-value",
];

/// Wrong heaps whose tests make each a claim of its own.
const WRONG_HEAPS: &[&str] = &[
    "canary:freed-too-early",
    "canary:contents-fields",
    "canary:counts-internal",
    "canary:detection-misses-cycle",
    "canary:journal-died-began",
    "canary:over-budget",
    "canary:result",
];

const EMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/heapproof/emitted.rs");

fn scenario(name: &str) -> Program {
    let path = traces("corpus/scenarios").into_iter().find(|path| path.file_stem().unwrap() == name);
    program(&read_to_string(path.unwrap_or_else(|| panic!("there is no {name}"))).unwrap())
}

/// The test of a scenario, or of a wrong heap's failure as if it were the heap's: such a test passes on the heap.
fn emitted(name: &str, program: &Program) -> Emitted {
    let spelled_as_the_heap = |kind: &SubjectKind| kind.clone().spelled(HEAP.spelling().unwrap());
    let canary = family().find(|canary| function_name(&canary.kind.name).as_deref() == Some(name));
    let subject = canary.map_or(HEAP, |canary| spelled_as_the_heap(&canary.kind));
    emit_test(&subject, Property::Lockstep, program, name)
}

/// What the lockstep finds of each wrong heap: its name and the test that is emitted.
fn of_wrong_heaps() -> impl Iterator<Item = (&'static str, Emitted)> {
    FOUND.iter().map(|(canary, found)| {
        let name = &*canary.kind.name;
        (name, emitted(&function_name(name).unwrap(), &found.minimized.program))
    })
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
    let names = || SCENARIOS.iter().chain(WRONG_HEAPS).map(|name| function_name(name).unwrap());
    if std::env::var_os("HEAPPROOF_BLESS").is_some() {
        let scenarios = SCENARIOS.iter().map(|name| emitted(&function_name(name).unwrap(), &scenario(name)));
        let wrong = of_wrong_heaps().filter(|(name, _)| WRONG_HEAPS.contains(name)).map(|(_, test)| test);
        let spelled: Vec<String> = scenarios.chain(wrong).map(|test| test.text).collect();
        std::fs::write(EMITTED, spelled.join("\n")).unwrap();
    }
    let committed = committed();
    let kept: BTreeSet<String> = committed.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(kept, names().collect(), "HEAPPROOF_BLESS=1 writes all anew");
    for (name, test) in committed {
        let program = program(&traces_in(&test)[0]);
        let Emitted { text, embeds_because } = emitted(&name, &program);
        assert_eq!(embeds_because, None, "{name}");
        assert_eq!(behind_the_story(&text), behind_the_story(&test), "{name}; HEAPPROOF_BLESS=1 writes all anew");
    }
}

#[test]
fn a_test_of_so_many_objects_that_debt_would_make_a_check_sets_the_interval_of_traces() {
    let sets = |settings: &str, objects: usize| {
        let lines: String = (0..objects).map(|number| format!("a{number} = table\n")).collect();
        emitted("many", &format!("{settings}{lines}").parse().unwrap()).text.contains(".with_interval(1_000)")
    };
    assert!(!sets("", 47) && sets("", 48));
    assert!(sets("set interval 0\nset bounds 2 1\nset debt 0 1\n", 64), "what is refused paces nothing");
    assert!(!sets("set debt 100 1\n", 64));
}

#[test]
#[ignore = "`cargo xtask emitted` runs what it writes"]
fn tests_of_wrong_heaps_are_written() {
    let file = std::env::var_os("HEAPPROOF_EMITTED").expect("HEAPPROOF_EMITTED says where");
    let spelled = of_wrong_heaps().filter(|(_, test)| test.embeds_because.is_none()).map(|(_, test)| test.text);
    std::fs::write(file, spelled.collect::<Vec<String>>().join("\n")).unwrap();
}

/// The traces of the corpus whose tests `cargo xtask emitted` runs at least.
fn small_traces() -> impl Iterator<Item = (PathBuf, Program)> {
    let programs = corpus().into_iter().map(|path| (program(&read_to_string(&path).unwrap()), path));
    programs.filter(|(program, _)| program.bulk() <= 100 && program.len() <= 60).map(|(program, path)| (path, program))
}

#[test]
fn the_small_traces_of_the_corpus_use_every_operation() {
    fn codes(line: &Line, used: &mut BTreeSet<Code>) {
        used.insert(line.operation.code());
        match &line.operation {
            Operation::On { line, .. } | Operation::When { line, .. } => codes(line, used),
            Operation::Temp { allocation } => {
                used.insert(allocation.code());
            }
            _ => {}
        }
    }
    let mut used = BTreeSet::new();
    for (_, program) in small_traces() {
        program.lines().iter().for_each(|line| codes(line, &mut used));
    }
    let unused: Vec<&Code> = Code::ALL.iter().filter(|code| !used.contains(code)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn all_small_traces_of_the_corpus_are_spelled() {
    let mut embedded = Vec::new();
    for (path, program) in small_traces() {
        let test = emit_test(&HEAP, Property::Lockstep, &program, "trace");
        embedded.extend(test.embeds_because.map(|because| format!("{}: {because}", path.display())));
        assert_eq!(traces_in(&test.text).len(), 1, "{}", path.display());
        assert_eq!(self::program(&traces_in(&test.text)[0]), program, "{}", path.display());
    }
    assert!(embedded.is_empty(), "{embedded:#?}");
}

#[test]
fn a_test_asserts_what_the_model_says_where_the_subject_parts_from_it() {
    let kind = CANARY.spelled(HEAP.spelling().unwrap());
    let text = emit_test(&kind, Property::Lockstep, &program("a = table\nb = array a\nc = pop b"), "it_counts").text;
    assert!(text.contains("// `canary` fails: counts-external-at-count\n"), "{text}");
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

#[test]
fn a_program_of_very_many_objects_is_not_run_for_its_test() {
    let test = emit_test(&HEAP, Property::Lockstep, &program("r = ring 10000000\ndrop r\ncollect"), "many");
    assert_eq!(test.embeds_because.as_deref(), Some("its chains and rings have 10000000 objects"));
    assert!(test.text.starts_with("// `heap`, property `lockstep`\n"), "{}", test.text);
}
