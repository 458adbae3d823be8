//! Long traces: looked at at intervals, but a failure is told at its line.

use crate::command_line::{folder, heapproof};
use crate::program;
use heapproof::lockstep::{LONG, interval};
use heapproof::model::{Code, Contents, Dialect, Object, Operation, Refusal, Value};
use heapproof::properties::Property;
use heapproof::subject::{Looks, Observation, Subject, SubjectKind};
use heapproof::subjects::{CANARY, HEAP, HeapSubject, model};
use heapproof::{alone, explain};

/// A long trace with those lines in the middle.
fn long(lines: &str) -> String {
    let idle = "take x\ndrop x\n".repeat(LONG / 3);
    format!("x = table\ny = box nil\n{idle}{lines}\n{idle}")
}

#[test]
fn a_short_trace_is_looked_at_after_each_line_and_a_long_one_is_not() {
    assert_eq!(interval(&program("a = table")), None);
    assert_eq!(interval(&program(&long(""))), Some(14));
}

#[test]
fn a_wrong_heap_is_told_at_its_line_whatever_lies_between_two_looks() {
    for more in 0..20 {
        let text = long(&format!("{}a = array\npush a a\npop a\ndrop a", "take x\ndrop x\n".repeat(more)));
        let failure = Property::Lockstep.check(&CANARY, &program(&text)).failure.unwrap();
        let wanted = text.lines().position(|line| line == "drop a").unwrap();
        assert_eq!((failure.violation.kind(), failure.step), ("counts-external".to_owned(), wanted));
        assert_eq!(Property::Lockstep.check(&HEAP, &program(&text)).failure, None);
    }
}

#[test]
fn a_long_trace_is_explained_by_the_lines_that_concern_its_failure() {
    let text = long("expect x 1\n*y = x\nexpect x 3");
    let program = program(&text);
    let failure = alone::judge(Dialect::default(), &program).verdict.failure.unwrap();
    let told = explain::explain(&model(Dialect::default()), &program, &failure);
    let at = failure.step + 1;
    let since = format!("trace and model agreed last at line {}; since then: +1 line {}", at - 2, at - 1);
    assert_eq!(told.facts[0].text, since);
    assert!(told.facts[1].text.contains(&format!("internal 1: `*y = x` (line {})", at - 1)), "{}", told.facts[1].text);
    assert!(told.trace.len() < 100 && told.trace.last().is_some_and(|line| line.fails && line.number == at));
    assert!(told.text().contains(" lines\n"), "{}", told.text());
}

#[test]
fn births_and_deaths_of_a_long_trace_are_told() {
    let program = program(&long("expect live 2\na = table\nb = table\ndrop a\nexpect live 4"));
    let failure = alone::judge(Dialect::default(), &program).verdict.failure.unwrap();
    let told = explain::explain(&model(Dialect::default()), &program, &failure);
    let at = failure.step + 1;
    let (first, second, third) = (at - 3, at - 2, at - 1);
    let since = format!("since then: +1 line {first}, +1 line {second}, -1 line {third}");
    assert!(told.facts[0].text.ends_with(&since), "{}", told.facts[0].text);
}

#[test]
fn a_replay_says_how_often_it_has_looked() {
    let folder = folder();
    std::fs::write(folder.path().join("long.trace"), long("")).unwrap();
    let (code, out, _) = heapproof(folder.path(), &["replay", "long.trace"]);
    assert!(code == 0 && out.contains("more than 5000: looked at after every 14 operations"), "{out}");
    let (_, out, _) = heapproof(folder.path(), &["replay", "long.trace", "--format", "json"]);
    assert!(out.contains("\"looked_every\":14,"), "{out}");
}

/// A heap that is dear to look at, and shows the number 7 as 8.
struct Dear(HeapSubject);

impl Subject for Dear {
    fn supports(&self, code: Code) -> bool {
        self.0.supports(code)
    }

    fn observes(&self, observation: Observation) -> bool {
        observation == Observation::Contents
    }

    fn looks(&self) -> Looks {
        Looks::Dear
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        self.0.call(operation)
    }

    fn lives(&self, object: Object) -> bool {
        self.0.lives(object)
    }

    fn look(&self, object: Object, contents: &mut Contents) {
        self.0.look(object, contents);
        contents.values.iter_mut().filter(|value| **value == Value::Int(7)).for_each(|value| *value = Value::Int(8));
    }
}

#[test]
fn a_heap_that_is_dear_to_look_at_is_looked_at_where_a_long_trace_ends() {
    let dear = SubjectKind::new("dear", "", || Box::new(Dear(HeapSubject::default())));
    for more in 0..15 {
        let idle = "take x\ndrop x\n".repeat(more);
        let fails = |text: &str| Property::Lockstep.check(&dear, &program(&long(text))).failure.is_some();
        assert!(fails(&format!("{idle}*y = 7")), "{more}");
        assert!(!fails(&format!("{idle}*y = 6")), "{more}");
    }
}
