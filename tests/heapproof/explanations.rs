//! Failures explained: the facts, what could be different, and that no failure is beyond words.

use crate::pretender::{Manner, Pretender};
use crate::program;
use crate::your_heap::RC;
use heapproof::explain::{Explanation, Paint, explain};
use heapproof::generate::{MOST_LINES, Recipe, case};
use heapproof::lockstep;
use heapproof::model::{Code, Machine, Object, Operation, Reference, Refusal, Value};
use heapproof::proof::Counterexample;
use heapproof::properties::Property;
use heapproof::subject::{Observation, Subject, SubjectKind};
use heapproof::subjects::{CANARY, all};

/// A heap of which only deaths are seen, and which counts no reference that is taken.
const TAKES_NOTHING: SubjectKind = SubjectKind::new("takes-nothing", "", || Box::new(TakesNothing::default()));

#[derive(Default)]
struct TakesNothing(Reference);

impl Subject for TakesNothing {
    fn supports(&self, code: Code) -> bool {
        matches!(code, Code::Table | Code::WriteField | Code::Take | Code::Drop)
    }

    fn observes(&self, _: Observation) -> bool {
        false
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        match operation {
            Operation::Take { .. } => Ok(Value::Nil),
            other => self.0.call(other),
        }
    }

    fn lives(&self, object: Object) -> bool {
        self.0.lives(object)
    }
}

/// The explanation of a trace that fails.
fn explained(subject: &SubjectKind, trace: &str) -> Explanation {
    let program = program(trace);
    let failure = lockstep::run(subject, &program).failure.unwrap();
    explain(subject, &program, &failure)
}

fn canary(name: &str) -> SubjectKind {
    all().iter().find(|subject| subject.name == name).unwrap().clone()
}

/// What is free in a trace that fails.
fn free(subject: &SubjectKind, trace: &str) -> Vec<String> {
    let program = program(trace);
    let failure = lockstep::run(subject, &program).failure.unwrap();
    let mut explanation = explain(subject, &program, &failure);
    let judge = &mut |program: &_| Property::Lockstep.check(subject, program).failure;
    explanation.vary(&program, &failure.signature(&program), judge);
    explanation.variations.into_iter().map(|variation| variation.text).collect()
}

fn facts(subject: &SubjectKind, trace: &str) -> Vec<String> {
    explained(subject, trace).facts.into_iter().map(|fact| fact.text).collect()
}

#[test]
fn a_free_too_early_is_told_with_the_path_from_a_root_and_the_reference_that_was_not_counted() {
    let trace = "a = table\nb = table\na.next = b\ntake b\ndrop b\na.next = nil";
    assert_eq!(
        facts(&TAKES_NOTHING, trace),
        [
            "`b` is a root: external 1: +1 line 2, +1 line 4, -1 line 5",
            "what counts for `b`: external 1 (+1 line 2, +1 line 4, -1 line 5)",
            "the subject freed `b` at line 6, where the count goes 2 -> 1; not counted: the reference taken at line 4",
        ]
    );
    let explanation = explained(&TAKES_NOTHING, trace);
    assert_eq!(explanation.facts[2].lines, [4, 6]);
    let matters: Vec<usize> = explanation.trace.iter().filter(|line| line.matters).map(|line| line.number).collect();
    assert_eq!(matters, [2, 4, 5, 6]);
    assert_eq!((&*explanation.graph[1].model, &*explanation.graph[1].subject), ("table 1+0", "-"));
}

#[test]
fn what_a_root_reaches_lives_by_a_path_of_which_each_reference_has_its_line() {
    let subject = canary("canary:freed-too-early");
    let facts = facts(&subject, "a = table\nb = table\na.next = b\nc = box 1\nb.x = c\ndrop b\ndrop c");
    assert_eq!(
        facts[0],
        "`c` is reachable: root `a` (external 1: +1 line 1), `a.next = b` (line 3), `b.x = c` (line 5)"
    );
    assert_eq!(facts[1], "what counts for `c`: external 0 (+1 line 4, -1 line 7); internal 1: `b.x = c` (line 5)");
}

#[test]
fn garbage_is_told_by_its_cycle_and_by_what_no_root_reaches() {
    let trace = "a = table\nb = table\na.x = b\nb.y = a\ndrop b";
    assert_eq!(
        facts(&RC, trace),
        [
            "no root reaches `a`: external 0 (+1 line 1, -1 the end); \
             what refers to it is garbage too: `b.y = a` (line 4)",
            "`a` is in a cycle: `a.x = b` (line 3), `b.y = a` (line 4)",
        ]
    );
}

#[test]
fn what_could_be_different_is_found_by_trying() {
    assert_eq!(
        free(&CANARY, "a = table\nb = array 5 a\nc = pop b"),
        ["line 1, `a = table`: any kind", "line 2, `b = array 5 a`: any plain value"]
    );
    assert_eq!(free(&RC, "a = table\na.b = a"), ["the field `b`: any name"]);
}

#[test]
fn a_long_trace_is_shown_by_what_matters_in_it() {
    let nothing = "detect\n".repeat(5_000);
    let explanation = explained(&CANARY, &format!("a = table\n{nothing}b = array a\nc = pop b\n{nothing}"));
    let text = explanation.text();
    assert!(text.lines().count() < 40, "{text}");
    assert!(text.contains(".. 5001 lines") && text.contains("*5003  c = pop b"), "{text}");
}

#[test]
fn a_bulk_line_is_explained_without_all_its_objects() {
    let text = explained(&CANARY, "a = chain 20000\nb = array a\nc = pop b\ndrop a").text();
    assert!(text.lines().count() < 40 && text.contains("external 1"), "{text}");
}

#[test]
fn colours_are_all_that_a_terminal_gets_more() {
    let explanation = explained(&RC, "a = table\na.b = a");
    let painted = explanation.painted(Paint::Coloured);
    let mut plain = String::new();
    let mut parts = painted.split('\u{1b}');
    plain.push_str(parts.next().unwrap());
    parts.for_each(|part| plain.push_str(part.split_once('m').unwrap().1));
    assert!(painted.contains("\u{1b}[") && plain == explanation.text());
}

macro_rules! pretenders {
    ($($manner:ident)*) => {
        [$(SubjectKind::new(stringify!($manner), "", || Box::new(Pretender::new(Manner::$manner)))),*]
    };
}

#[test]
fn no_failure_is_beyond_words_and_few_need_more_than_a_screen() {
    let pretenders = pretenders! {
        PausesForEver DetectsForEver LeavesGarbage TakesOpenSets CollectsInParts Greedy LooksAgain DetectsNothing
        KeepsTemporaries IgnoresFrames Blind Alarmed Unrepaired LosesMore MakesUpCounts Scarred
    };
    let mut explained = 0;
    for subject in pretenders.iter().chain(&all()).chain([&RC]) {
        let abilities = subject.abilities().unwrap();
        let recipe = Recipe { most_lines: MOST_LINES, ..Recipe::default() };
        let programs = (0..60).map(|number| case(5, number, &recipe, &|code| abilities.has(code)));
        let mut seen = Vec::new();
        for program in programs {
            let Some(failure) = lockstep::run(subject, &program).failure else { continue };
            let whole = explain(subject, &program, &failure);
            assert!(!whole.model.is_empty() && !whole.place.is_empty());
            let signature = failure.signature(&program);
            if seen.contains(&signature) {
                continue;
            }
            seen.push(signature);
            let found = Counterexample::of(Property::Lockstep, subject, &program).unwrap();
            let text = found.report("heapproof");
            assert!(text.lines().count() <= 48, "{text}");
            println!("{text}");
            explained += 1;
        }
    }
    assert!(explained > 20, "{explained}");
}

#[test]
fn a_failure_in_what_follows_the_last_line_is_shown_with_the_steps_that_led_there() {
    let text = explained(&CANARY, "a = array\npush a a\npop a").text();
    assert!(text.contains("   3  pop a\n       (the end)\n       collect\n>      drop a\n"), "{text}");
    let text = explained(&RC, "a = table\na.b = a").text();
    assert!(text.contains("       drop a\n>      collect (the subject has no `collect`)\n"), "{text}");
    let inside = explained(&canary("canary:counts-external"), "a = table\na.x = a\ntake a");
    assert!(inside.end.is_empty() && inside.text().contains(">   3  take a\n"), "{}", inside.text());
}

#[test]
fn of_an_end_of_many_steps_the_last_are_shown() {
    let held: String = (0..30).map(|number| format!("b{number} = table\n")).collect();
    let text = explained(&CANARY, &format!("{held}a = array\npush a a\npop a")).text();
    assert!(text.contains(" steps\n       drop b") && text.contains("\n>      drop a\n"), "{text}");
}
