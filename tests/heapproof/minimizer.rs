use crate::program;
use heapproof::generate::{self, Recipe};
use heapproof::lockstep;
use heapproof::minimize::{Minimized, minimize};
use heapproof::model::{Line, Program};
use heapproof::properties::Property;
use heapproof::subjects::CANARY;

fn minimized(program: &Program) -> Option<Minimized> {
    minimize(program, &mut |program| Property::Lockstep.check(&CANARY, program).failure)
}

fn failing() -> impl Iterator<Item = Program> {
    (0..3_000)
        .map(|case| generate::case(5, case, &Recipe::default(), &|_| true))
        .filter(|program| lockstep::run(&CANARY, program).failure.is_some())
}

#[test]
fn no_line_and_no_object_of_a_minimised_program_can_go() {
    for found in failing().take(25).filter_map(|program| minimized(&program)) {
        let signature = found.failure.violation.signature();
        let fails = |lines: Vec<Line>| {
            let verdict = lockstep::run(&CANARY, &found.program.with_lines(lines));
            verdict.failure.is_some_and(|failure| failure.violation.signature() == signature)
        };
        let lines = found.program.lines();
        assert!(fails(lines.to_vec()));
        for gone in 0..lines.len() {
            let rest: Vec<Line> =
                lines.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, line)| line.clone()).collect();
            assert!(!fails(rest), "line {} can go from\n{}", gone + 1, found.program);
        }
        for name in lines.iter().flat_map(Line::bound) {
            let rest: Vec<Line> = lines.iter().filter(|line| !line.names().contains(&name)).cloned().collect();
            assert!(!fails(rest), "{} can go from\n{}", found.program.spell(name), found.program);
        }
    }
}

#[test]
fn minimising_twice_changes_nothing_and_names_are_canonical() {
    for first in failing().take(10).filter_map(|program| minimized(&program)) {
        let again = minimized(&first.program).unwrap();
        assert_eq!(again.program.to_string(), first.program.to_string());
        assert_eq!(first.program.to_string(), first.program.canonical().to_string());
    }
}

#[test]
fn a_program_that_does_not_fail_is_not_minimised() {
    assert!(minimized(&program("a = table")).is_none());
}
