use crate::program;
use heapproof::enumerate::{Space, shortest};
use heapproof::generate::{self, Recipe};
use heapproof::lockstep::{self, Failure};
use heapproof::minimize::{Flaky, Minimized, Options, Rank, Without, minimize, minimize_as, removals};
use heapproof::model::{Line, Program};
use heapproof::properties::Property;
use heapproof::subject::SubjectKind;
use heapproof::subjects::{CANARY, family};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

fn failure(subject: &SubjectKind, program: &Program) -> Option<Failure> {
    Property::Lockstep.check(subject, program).failure
}

fn minimized(subject: &SubjectKind, program: &Program) -> Minimized {
    minimize(program, &mut |program| failure(subject, program)).unwrap()
}

/// Programs of 64 lines at most that fail on that subject.
fn failing(subject: &SubjectKind) -> impl Iterator<Item = Program> {
    let cases = (0..4_000).map(|case| generate::case(5, case, &Recipe::default(), &|_| true));
    cases.filter(move |program| failure(subject, program).is_some())
}

/// Every canary that fails within few programs, with such a program, and that minimised. Several tests look at these.
static CANARIES: LazyLock<Vec<(SubjectKind, Program, Minimized)>> = LazyLock::new(|| {
    let of_one = |kind: &SubjectKind| {
        let program = failing(kind).take(400).next()?;
        let found = minimized(kind, &program);
        Some((kind.clone(), program, found))
    };
    family().filter_map(|canary| of_one(&canary.kind)).collect()
});

#[test]
fn no_line_and_no_object_of_a_minimised_program_can_go() {
    let of_one: Vec<(SubjectKind, Minimized)> =
        failing(&CANARY).take(20).map(|program| (CANARY, minimized(&CANARY, &program))).collect();
    let all = CANARIES.iter().map(|(subject, _, found)| (subject, found));
    for (subject, found) in of_one.iter().map(|(subject, found)| (subject, found)).chain(all) {
        let signature = found.failure.signature(&found.program);
        let fails = |lines: Vec<Line>| {
            let program = found.program.with_lines(lines);
            let failure = lockstep::run(subject, &program).failure;
            failure.is_some_and(|failure| failure.signature(&program) == signature)
        };
        let lines = found.program.lines();
        assert!(found.is_minimal && fails(lines.to_vec()), "{}", subject.name);
        for gone in 0..lines.len() {
            let rest: Vec<Line> =
                lines.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, line)| line.clone()).collect();
            assert!(!fails(rest), "{}: line {} can go from\n{}", subject.name, gone + 1, found.program);
        }
        for name in lines.iter().flat_map(Line::bound) {
            let rest: Vec<Line> = lines.iter().filter(|line| !line.names().contains(&name)).cloned().collect();
            assert!(!fails(rest), "{}: {} can go from\n{}", subject.name, found.program.spell(name), found.program);
        }
    }
}

#[test]
fn minimising_twice_changes_nothing_and_names_are_canonical() {
    for (subject, _, first) in &*CANARIES {
        let again = minimized(subject, &first.program);
        assert_eq!(again.program.to_string(), first.program.to_string(), "{}", subject.name);
        assert_eq!(first.program.to_string(), first.program.canonical().to_string());
    }
}

#[test]
fn of_a_hundred_programs_that_fail_alike_95_come_to_one_trace_in_fewer_than_300_executions() {
    let mut forms: BTreeMap<String, usize> = BTreeMap::new();
    let mut executions = Vec::new();
    for program in failing(&CANARY).take(100) {
        let found = minimized(&CANARY, &program);
        *forms.entry(found.program.to_string()).or_default() += 1;
        executions.push(found.executions);
    }
    executions.sort_unstable();
    assert!(forms.values().any(|times| *times >= 95), "{forms:#?}");
    assert!(executions[50] < 300, "{executions:?}");
}

#[test]
fn each_step_goes_down_in_the_order_and_no_program_is_run_twice() {
    for (subject, program, _) in &*CANARIES {
        let (mut ranks, mut seen, mut runs) = (Vec::new(), BTreeSet::new(), 0);
        let signature = failure(subject, program).unwrap().signature(program);
        let found = minimize(program, &mut |program| {
            runs += 1;
            let failed = failure(subject, program);
            let alike = failed.as_ref().is_some_and(|failed| failed.signature(program) == signature);
            if seen.insert(program.canonical().encode()) && alike {
                ranks.push(Rank::of(&program.canonical()));
            }
            failed
        });
        let found = found.unwrap();
        assert!(ranks.is_sorted_by(|before, after| before > after), "{}", subject.name);
        assert_eq!(ranks.last(), Some(&Rank::of(&found.program)));
        assert_eq!(runs, found.executions);
        // The result is run again, to see whether it always fails.
        assert!(runs - seen.len() as u64 <= 10, "{runs} runs of {} programs", seen.len());
    }
}

#[test]
fn the_result_does_not_depend_on_how_many_programs_are_run_at_a_time() {
    for (subject, program, alone) in &*CANARIES {
        let options = Options { jobs: 3, ..Options::default() };
        let together = minimize_as(program, &options, &|program| failure(subject, program)).unwrap();
        let told = |found: &Minimized| {
            (found.program.to_string(), found.executions, found.removals.clone(), found.others.clone())
        };
        assert_eq!(told(alone), told(&together), "{}", subject.name);
    }
}

#[test]
fn a_budget_ends_the_search_with_the_simplest_program_so_far() {
    let program = failing(&CANARY).next().unwrap();
    let whole = minimized(&CANARY, &program);
    let mut before = usize::MAX;
    for budget in [1, 5, 20, whole.executions - 20] {
        let options = Options { budget: Some(budget), ..Options::default() };
        let found = minimize_as(&program, &options, &|program| failure(&CANARY, program)).unwrap();
        assert!(found.executions <= budget && !found.is_minimal && found.removals.is_empty());
        assert_eq!(failure(&CANARY, &found.program), Some(found.failure));
        assert!(found.program.len() <= before);
        before = found.program.len();
    }
}

#[test]
fn each_step_to_the_result_is_told() {
    let program = failing(&CANARY).next().unwrap();
    let told = RefCell::new(Vec::new());
    let improved = |program: &Program, failed: &Failure| {
        assert_eq!(failure(&CANARY, program).as_ref(), Some(failed));
        told.borrow_mut().push(program.clone());
    };
    let options = Options { improved: Some(&improved), ..Options::default() };
    let found = minimize_as(&program, &options, &|program| failure(&CANARY, program)).unwrap();
    let told = told.into_inner();
    assert!(told.len() > 2 && told.windows(2).all(|pair| Rank::of(&pair[1]) < Rank::of(&pair[0])));
    assert_eq!((&told[0], told.last()), (&program.canonical(), Some(&found.program)));
}

#[test]
fn a_search_that_is_stopped_says_so() {
    let program = failing(&CANARY).next().unwrap();
    let stop = AtomicBool::new(true);
    let options = Options { stop: Some(&stop), ..Options::default() };
    let found = minimize_as(&program, &options, &|program| failure(&CANARY, program)).unwrap();
    assert!(!found.is_minimal);
    assert_eq!(found.program, program);
}

#[test]
fn a_failure_that_does_not_always_happen_is_minimised_by_vote() {
    let program = failing(&CANARY).next().unwrap();
    let certain = minimized(&CANARY, &program).program;
    for of_five in [1, 3, 4] {
        let turn = Cell::new(0);
        let found = minimize(&program, &mut |program| {
            turn.set(turn.get() + 1);
            let fails = turn.get() * 2 % 5 < of_five;
            fails.then(|| failure(&CANARY, program)).flatten()
        });
        let found = found.unwrap();
        assert_eq!(found.flaky, Some(Flaky { failed: 2 * of_five, runs: 10 }));
        assert_eq!(found.program, certain);
    }
}

#[test]
fn removals_that_could_be_made_are_told() {
    let program = program("a = array\npush a a\nb = table\npop a");
    let found = failure(&CANARY, &program).unwrap();
    let tried = removals(&program, &found, &mut |program| failure(&CANARY, program));
    let alike: Vec<usize> = (0..tried.len()).filter(|at| tried[*at].without == Without::FailsAlike).collect();
    assert_eq!((tried.len(), alike), (6, vec![2, 5]), "{tried:?}");
}

#[test]
fn a_program_that_does_not_fail_is_not_minimised() {
    assert!(minimize(&program("a = table"), &mut |program| failure(&CANARY, program)).is_none());
}

#[test]
fn no_program_that_an_exhaustive_search_finds_is_shorter() {
    let operations = |program: &Program| Rank::of(&program.canonical()).operations();
    for (subject, _, found) in &*CANARIES {
        let signature = found.failure.signature(&found.program);
        let most = found.program.len() - 1;
        let spaces = [Space { lines: most.min(2), ..Space::whole() }, Space { lines: most.min(5), ..Space::cycles() }];
        for shorter in spaces.into_iter().filter_map(|space| shortest(subject, &signature, space)) {
            let (ours, least) = (operations(&found.program), operations(&shorter.program));
            assert!(ours <= least, "{}:\n{}is shorter than\n{}", subject.name, shorter.program, found.program);
        }
    }
}
