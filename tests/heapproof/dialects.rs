//! Heaps of each dialect: the right ones pass as what they are and as what allows more, and as nothing else.

use super::command_line::{folder, heapproof};
use super::program;
use heapproof::enumerate::{How, Search, Space};
use heapproof::generate::{Recipe, case};
use heapproof::lockstep;
use heapproof::model::dialect::{CLAUSES, Clause};
use heapproof::model::script::{Machine, step};
use heapproof::model::{Code, Dialect, Event, Field, Kind, Outcome, Program, Reference, Value};
use heapproof::mutate::said;
use heapproof::proof::Counterexample;
use heapproof::properties::Property;
use heapproof::subject::SubjectKind;
use heapproof::subjects::twins::{Shows, beside, twin, twin_that_shows, wrong};
use std::sync::atomic::AtomicBool;

/// How many programs a heap passes that has to pass.
const PASSING: u64 = 500;
/// The most programs that are run of a heap that has to fail.
const FAILING: u64 = 40_000;

/// The first of the random programs that fails, and how.
pub fn failure(kind: &SubjectKind, programs: u64) -> Option<(Program, String)> {
    let abilities = kind.abilities().unwrap();
    let recipe = Recipe { dialect: *abilities.dialect(), most_lines: 40, ..Recipe::default() };
    (0..programs).find_map(|number| {
        let program = case(16, number, &recipe, &|code| abilities.has(code));
        let failure = lockstep::run(kind, &program).failure?;
        Some((program, format!("{:?}", failure.violation)))
    })
}

/// The dialects in which only that clause differs, with what it takes to tell its answers apart.
pub fn dialects(clause: &Clause) -> Vec<Dialect> {
    let answers = 0..clause.answers().len();
    answers.map(|answer| beside(clause.name, clause.with(&Dialect::default(), answer))).collect()
}

#[test]
fn each_right_heap_passes_as_what_it_is() {
    let mut failing = Vec::new();
    for clause in CLAUSES {
        for dialect in dialects(clause) {
            for text in RARE {
                assert_eq!(lockstep::run(&twin(dialect), &program(text)).failure, None, "{dialect}\n{text}");
            }
            if let Some((program, _)) = failure(&twin(dialect), PASSING) {
                let found = Counterexample::of(Property::Lockstep, &twin(dialect), &program).unwrap();
                failing.push(format!("{dialect}: {}", found.report("heapproof")));
            }
        }
    }
    assert!(failing.is_empty(), "{} fail\n{}", failing.len(), failing.join("\n"));
}

/// Programs that tell answers apart for which a random one is rare.
const RARE: &[&str] = &[
    // Three passes: each finalizer makes the garbage of the next.
    "a = table\na.x = a\non a: b = table\non a: b.x = b\non a: on b: c = table\non a: on b: c.x = c
on a: on b: on c: drop nil\ndrop a\ncollect",
    // Four passes: the code of each ring drops the next.
    "a = ring 1\nb = ring 1\nc = ring 1\nd = ring 1\non a: drop b\non b: drop c\non c: drop d\ndrop a\ncollect",
    // What the code of a member saves, arms and gives up.
    "a = ring 1\nb = ring 1\non a: take b\non b: take a\ndrop a\ndrop b\ncollect",
    "a = ring 1\nb = ring 1\non a: on b: drop nil\ndrop a\ndrop b\ncollect",
    "a = ring 1\non a: a.next = nil\non a: drop nil\ndrop a\ncollect",
    // The code of a set collects what it drops.
    "a = ring 1\nb = ring 1\nc = ring 1\non a: drop b\non a: collect\non a: drop c\non a: collect\ndrop a\ncollect",
    // What code makes has code of its own.
    "a = table\non a: b = table\non a: on b: drop nil\ndrop a",
    "a = table\na.x = a\non a: b = table\non a: on b: drop nil\ndrop a\ncollect",
];

#[test]
fn an_answer_that_is_declared_as_another_fails_unless_that_allows_it() {
    let mut wrong = Vec::new();
    for clause in CLAUSES {
        let (answers, dialects) = (clause.answers(), dialects(clause));
        for (actual, dialect) in dialects.iter().enumerate() {
            for (declared, other) in dialects.iter().enumerate().filter(|(declared, _)| *declared != actual) {
                let allows = clause.stricter(declared).contains(&actual);
                let (is, says) = (answers[actual].0, answers[declared].0);
                let kind = twin(*dialect).held_to(*other);
                let rare = |text: &&str| lockstep::run(&kind, &program(text)).failure.is_some();
                let failed = RARE.iter().any(rare) || failure(&kind, if allows { PASSING } else { FAILING }).is_some();
                if failed == allows {
                    let what = if failed { "fails" } else { "passes" };
                    wrong.push(format!("{}: {is}, declared as {says}, {what}", clause.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of the matrix\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn each_wrong_heap_fails() {
    let passing: Vec<String> = wrong()
        .filter(|twin| failure(&twin.kind, FAILING).is_none())
        .map(|twin| format!("{} {}: {}", twin.clause, twin.answer, twin.kind.about))
        .collect();
    assert!(passing.is_empty(), "{} pass\n{}", passing.len(), passing.join("\n"));
}

/// Every program of a few lines over tables, and what kills, saves and looks at them.
fn small(lines: usize) -> Space {
    use Code::*;
    let operations = vec![Take, Drop, Upgrade, ReadField, WriteField, Remove, Table, Weak, Ring, Collect, On, Panic];
    Space { lines, operations, kinds: vec![Kind::Table], ..Space::whole() }
}

/// The first program that fails.
fn found(space: Space, kind: &SubjectKind) -> Option<Program> {
    let mut first = None;
    let mut search = Search::new(space, kind, How::default()).unwrap();
    search.run(2, &AtomicBool::new(false), &mut |one| first = Some(one.program), &mut |_, _| {});
    first
}

#[test]
fn a_search_through_all_short_programs_finds_the_right_heaps_right() {
    for clause in CLAUSES {
        for dialect in dialects(clause) {
            for space in [Some(small(3)), special(clause.name, 4)].into_iter().flatten() {
                assert_eq!(found(space, &twin(dialect)), None, "{dialect}");
            }
        }
    }
}

/// The programs in which the wrong heaps of a clause are found, if these need other operations or objects.
fn special(clause: &str, lines: usize) -> Option<Space> {
    use Code::*;
    let tables = |operations: Vec<Code>| Space { operations, ..small(lines) };
    Some(match clause {
        "contents" => {
            let fields = (1..=3).map(Field::common).collect();
            Space { fields, objects: 3, ..tables(vec![Table, WriteField]) }
        }
        "born" | "set-born" | "set-armed" | "set-own" | "set-view" | "weak" | "set-weak" => {
            Space { lines, ..Space::code() }
        }
        "callbacks" | "set-callbacks" => {
            let fields = vec![Field::common(0), Field::common(1)];
            let kinds = vec![Kind::Table, Kind::Weak];
            Space { fields, kinds, objects: 3, ..tables(vec![WriteField, Drop, Chain, Weak, When, Collect, Panic]) }
        }
        "wrong-calls" => Space { kinds: vec![Kind::Array], ..tables(vec![Drop, Array, Push, Pop, Take, On]) },
        "ceiling" => tables(vec![SetCounts, Table, Take, Drop, On]),
        "weak-objects" | "upgrade" => {
            Space { kinds: vec![Kind::Table, Kind::Weak], objects: 3, ..tables(vec![Drop, Ring, Table, Weak, Upgrade]) }
        }
        "ephemerons" => Space { lines: lines + 1, ..Space::ephemerons() },
        "plain-values" => {
            let plain = vec![Value::Int(1), Value::Text("".into()), Value::Nil];
            Space { plain, ..tables(vec![Table, WriteField, ReadField]) }
        }
        _ => return None,
    })
}

#[test]
fn a_search_through_all_short_programs_finds_what_is_wrong() {
    for twin in wrong() {
        let found =
            (1..=6).find_map(|lines| found(special(twin.clause, lines).unwrap_or_else(|| small(lines)), &twin.kind));
        assert!(found.is_some(), "{} {}: {}", twin.clause, twin.answer, twin.kind.about);
    }
}

#[test]
fn a_heap_passes_as_what_it_is_that_shows_no_sets_no_journal_or_no_garbage() {
    for dialect in CLAUSES.iter().flat_map(dialects) {
        let no_sets = Shows { sets: false, ..Shows::ALL };
        for shows in [no_sets, Shows { journal: false, ..no_sets }, Shows { garbage: false, ..Shows::ALL }] {
            let kind = twin_that_shows(dialect, shows);
            if let Some((program, violation)) = failure(&kind, PASSING / 2) {
                panic!("{dialect}, {shows:?}: {violation}\n{program}");
            }
        }
    }
}

#[test]
fn what_a_dialect_has_no_words_for_is_skipped() {
    for (dialect, text, skipped) in [
        ("depth 3", "a = chain 3\nb = chain 4\nc = ring 4", 2),
        ("names held", "a = table\nb = table\na.x = b\ndrop b\nb.y = 1\ndrop a\ntake a\nb.y = 2", 2),
        ("wrong-calls skipped", "a = array\nb = pop a\na.x = 1\ndrop a\ndrop a", 3),
        ("ceiling panics", "set counts 1\na = table\ntake a\na.x = a\na.y = a", 2),
        ("panics never", "a = table\non a: panic\non a: on self: panic\non a: take self", 2),
    ] {
        let dialect: Dialect = dialect.parse().unwrap();
        let verdict = lockstep::run(&twin(dialect), &program(text));
        assert_eq!((verdict.failure, verdict.tally.total().skipped), (None, skipped), "{dialect}");
        let said = Property::Determinism.check(&twin(dialect), &program(text)).tally.total();
        assert_eq!((said.done + said.refused) as usize + skipped as usize, program(text).len(), "{dialect}");
    }
}

#[test]
fn the_command_line_lists_overrides_and_tries_dialects() {
    let folder = folder();
    let run = |words: &[&str]| heapproof(folder.path(), words);
    let (_, listed, _) = run(&["list", "dialects"]);
    assert!(
        CLAUSES.iter().all(|clause| listed.contains(&format!("\n{}", clause.name)) || listed.starts_with(clause.name))
    );
    for more in [&[][..], &["--isolate"]] {
        let check = ["check", "--cases", "60", "--seed", "1", "--dialect", "loosest"];
        let (code, out, error) = run(&[&check, more].concat());
        assert_eq!(code, 0, "{out}{error}");
        assert!(out.contains("dialect: names held, ") && out.contains(" --dialect 'names held, "), "{out}");
    }
    let (code, out, _) = run(&["dialect", "--cases", "20"]);
    assert!(code == 0 && out.contains("`heap` declares: default"), "{out}");
    let (code, out, _) = run(&["dialect", "--cases", "2000", "--dialect", "collect-gives anything"]);
    assert!(code == 1 && out.contains("`collect-gives nothing` is what the heap has to declare"), "{out}");
    let (code, _, error) = run(&["check", "--dialect", "name held"]);
    assert!(code == 2 && error.contains("did you mean `names`?"), "{error}");
}

#[test]
fn a_trace_says_by_which_dialect_it_fails_and_is_judged_by_that() {
    let folder = folder();
    let check = ["check", "--cases", "3000", "--seed", "1", "--dialect", "set-code none, names held"];
    let (code, out, error) = heapproof(folder.path(), &check);
    assert_eq!(code, 1, "{out}{error}");
    assert!(out.contains(" --dialect 'names held, set-code none' "), "{out}");
    let saved = std::fs::read_dir(folder.path().join("heapproof.out/failures")).unwrap();
    let saved = saved.map(|entry| entry.unwrap().path()).find(|path| path.is_file()).unwrap();
    let trace = std::fs::read_to_string(&saved).unwrap();
    assert!(trace.contains(", subject heap, dialect names held; set-code none\n"), "{trace}");
    let file = saved.to_str().unwrap();
    assert_eq!(heapproof(folder.path(), &["replay", file]).0, 1);
    assert_eq!(heapproof(folder.path(), &["replay", "--dialect", "default", file]).0, 0);
    std::fs::write(&saved, trace.replace("names held", "name held")).unwrap();
    let (code, _, error) = heapproof(folder.path(), &["replay", file]);
    assert!(code == 2 && error.contains(":2:1: no dialect: `name` is none of: "), "{error}");
}

#[test]
fn a_changed_program_keeps_what_its_dialect_has_words_for() {
    let dialect: Dialect = "names held, panics never".parse().unwrap();
    let changed = program("a = table\nb = table\ndrop a\na.x = b\nb.x = b\non b: panic\ndrop b\ndrop b");
    assert_eq!(said(&changed, dialect), program("a = table\nb = table\ndrop a\nb.x = b\ndrop b"));
    assert_eq!(said(&changed, Dialect::default()), changed);
}

/// The dialects of real heaps, as far as they are known: most of their clauses differ from ours at once.
const REAL: &[&str] = &[
    // Counted pointers without a collection, as `std::rc`.
    "names held, wrong-calls skipped, release nested, garbage never, code destructor, set-code destructor, panics never, set-panics never",
    // CPython from 3.13 on.
    "names held, wrong-calls skipped, release nested, reach one-pass, collect-gives objects, set-own held, saved whole-set, collect-in-set nothing, panics contained, set-panics contained, set-weak for-good",
    // PHP 8.
    "names held, wrong-calls skipped, release nested, reach two-passes, collect-gives objects, saved whole-set, collect-in-set nothing, panics passed-after, set-panics passed-after",
    // Nim's ORC.
    "names held, wrong-calls skipped, release nested, reach one-pass, code destructor, set-code destructor, set-view nil, collect-in-set nothing, panics never, set-panics never",
    // Counted pointers with finalizers and destructors, as the crate rust-cc.
    "names held, wrong-calls skipped, release nested, reach n-passes, passes 10, code both, set-code both, set-order one-by-one, set-view dead, born without-code, set-born without-code, collect-in-set nothing, panics never, set-panics never",
    // A tracing collector with finalizers, as the crate gc.
    "names held, wrong-calls skipped, release traced, garbage any-time, reach one-pass, set-born without-code, collect-in-set refused, panics never, set-panics never",
    // One that finalizes by jobs, as JavaScript's.
    "names held, wrong-calls skipped, release nested, garbage any-time, code job, set-code job, upgrade nil, panics contained, set-panics contained",
    // Deferred counting with a collection of cycles.
    "release deferred, contents unordered, garbage late, collect-gives anything",
];

#[test]
fn heaps_that_differ_in_many_clauses_at_once_pass_as_what_they_are() {
    let mut failing = Vec::new();
    for text in REAL {
        let dialect: Dialect = text.parse().unwrap();
        if let Some((program, _)) = failure(&twin(dialect), 4 * PASSING) {
            let found = Counterexample::of(Property::Lockstep, &twin(dialect), &program).unwrap();
            failing.push(found.report("heapproof"));
        }
    }
    assert!(failing.is_empty(), "{} fail\n{}", failing.len(), failing.join("\n"));
}

/// Programs as which model and heaps differed once, in mixtures of clauses.
const DIFFERED: &[(&str, &str)] = &[
    // A reference is given up, and nothing shows it, before code collects.
    (
        "release nested, contents unordered",
        "a = table\na.next = a\nb = table\nc = array b a\non b: collect\ndrop a\ndrop b\ndrop c",
    ),
    // A set before the allocation, which saves a member, and what happens behind it.
    (
        "garbage any-time, code none, set-view nil, saved whole-set",
        "a = table\nb = box a\ndrop a\na.next = b\ndrop b\non a: take self\nc = array a",
    ),
    // What dies in a set without code gives up what it holds at once, but a set is no release.
    ("release nested, set-code none, set-order one-by-one", "a = table\nb = box a\na.next = b\non b: take nil"),
    // What waits for its turn may have had it.
    (
        "release deferred, upgrade nil",
        "a = table\ne = box a\ndrop a\ndrop e\na.next = a\nf = weak a\ng = upgrade f\nh = upgrade f\ni = upgrade f",
    ),
    // What waits in code dies after the collection has looked for more garbage.
    (
        "release unordered, collect-in-set works",
        "a = table\na.next = a\nb = table\ncollect\ncollect\non a: c = box self\non b: collect",
    ),
    // What a torn member held is given up in the order of its contents.
    (
        "contents reversed, set-view nil",
        "a = table\na.x = a\ng = table\na.y = g\nh = table\na.next = h\ndrop g\ndrop h\ndrop a\ncollect",
    ),
    // What a torn member held counts until the member has died.
    ("release nested, set-view nil", "a = table\na.x = a\ndrop a\nb = table\na.y = b\non a: drop b"),
    ("set-view nil", "set counts 1\na = table\na.x = a\ndrop a\nb = table\na.y = b\non a: self.y = b"),
    // So does what a dead object is still to give up.
    ("release nested", "set counts 1\na = table\nb = table\nc = array a b\non a: self.x = b"),
    // Two objects that code held die when the second is dropped, or one when the first is.
    (
        "release unordered, code both, again each-death, set-view nil",
        "a = table\na.next = a\nb = table\nc = table\nd = table\ne = box b\non a: f = box self\non a: g = table
on b: collect\non e: h = table",
    ),
    // Code holds its object while it runs; what waits besides goes on waiting.
    ("release unordered, set-own held", "a = table\na.next = a\nb = box a\non a: c = box self"),
    // Code that runs late could be a finalizer or a destructor.
    ("release traced, set-code both, set-armed either", "a = table\nb = table\ncollect\non b: on a: take self"),
];

#[test]
fn model_and_heaps_agree_where_they_differed_once() {
    for (dialect, text) in DIFFERED {
        let dialect: Dialect = dialect.parse().unwrap();
        assert_eq!(lockstep::run(&twin(dialect), &program(text)).failure, None, "{dialect}\n{text}");
    }
}

/// What lines of code came to, on the model of that dialect.
fn did(dialect: &str, text: &str) -> Vec<Outcome> {
    let mut model = Reference::of(dialect.parse().unwrap());
    program(text).lines().iter().for_each(|line| drop(step(&mut model, line)));
    let did = |event: &Event| if let Event::Did(outcome) = event { Some(outcome.clone()) } else { None };
    model.script().journal.iter().filter_map(did).collect()
}

#[test]
fn what_nothing_can_save_is_swapped_nowhere_and_gives_its_code_all_the_same() {
    let done = Outcome::Done(Value::Nil);
    let ring = "k = array nil nil\na = array nil 1\nb = array a\na[0] = b\n";
    for (line, wanted) in [
        ("swap self[0] k[0]", Outcome::Skipped),
        ("swap k[0] self[0]", Outcome::Skipped),
        ("swap self[1] k[0]", done.clone()),
        ("on k like self", done.clone()),
        ("on self like k", Outcome::Skipped),
    ] {
        let text = format!("{ring}on k: drop nil\non a: {line}\ndrop a\ndrop b\ncollect");
        assert_eq!(did("set-code destructor", &text), [wanted], "{line}");
    }
}

/// A dialect with the answers that a number stands for, half of them the first.
pub fn drawn(number: u64) -> Dialect {
    let mut state = number;
    CLAUSES.iter().fold(Dialect::default(), |dialect, clause| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let answer = (state >> 33) as usize % clause.answers().len();
        if state >> 63 == 0 { clause.with(&dialect, answer) } else { dialect }
    })
}

#[test]
fn heaps_of_any_dialect_pass_as_what_they_are() {
    for number in 0..120 {
        let kind = twin(drawn(number));
        if let Some((program, _)) = failure(&kind, PASSING / 5) {
            let found = Counterexample::of(Property::Lockstep, &kind, &program).unwrap();
            panic!("{number}: {}", found.report("heapproof"));
        }
    }
}
