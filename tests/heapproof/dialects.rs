//! Heaps of each dialect: the right ones pass as what they are and as what allows more, and as nothing else.

use super::program;
use heapproof::generate::{Recipe, case};
use heapproof::lockstep;
use heapproof::model::dialect::{CLAUSES, Clause};
use heapproof::model::{Dialect, Program};
use heapproof::proof::Counterexample;
use heapproof::properties::Property;
use heapproof::subject::SubjectKind;
use heapproof::subjects::twins::{beside, twin, wrong};

/// The most programs that are run of a heap.
const PROGRAMS: u64 = 3_000;

/// The first of the random programs that fails, and how.
fn failure(kind: &SubjectKind, programs: u64) -> Option<(Program, String)> {
    let abilities = kind.abilities().unwrap();
    let recipe = Recipe { dialect: *abilities.dialect(), most_lines: 40, ..Recipe::default() };
    (0..programs).find_map(|number| {
        let program = case(16, number, &recipe, &|code| abilities.has(code));
        let failure = lockstep::run(kind, &program).failure?;
        Some((program, format!("{:?}", failure.violation)))
    })
}

/// The dialects in which only that clause differs, with what it takes to tell its answers apart.
fn dialects(clause: &Clause) -> Vec<Dialect> {
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
            if let Some((program, _)) = failure(&twin(dialect), PROGRAMS) {
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
    // What the code of a set makes has code of its own.
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
                let failed = RARE.iter().any(|text| rare(&text)) || failure(&kind, PROGRAMS).is_some();
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
        .filter(|twin| failure(&twin.kind, 4 * PROGRAMS).is_none())
        .map(|twin| format!("{} {}: {}", twin.clause, twin.answer, twin.kind.about))
        .collect();
    assert!(passing.is_empty(), "{} pass\n{}", passing.len(), passing.join("\n"));
}
