//! Shrinks a given program with the code of proptest and of quickcheck.

use crate::lines::simpler;
use crate::{Minimized, signature};
use heapproof::model::{Line, Program};
use proptest::num::usize::BinarySearch;
use proptest::sample::subsequence;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};
use quickcheck::{Arbitrary, Gen, QuickCheck};
use std::cell::{Cell, RefCell};

/// The index of a line's form: simpler forms come first, the line itself is last. Proptest shrinks this number.
#[derive(Debug)]
struct Simplicity(usize);

impl Strategy for Simplicity {
    type Tree = BinarySearch;
    type Value = usize;

    fn new_tree(&self, _: &mut TestRunner) -> NewTree<Self> {
        Ok(BinarySearch::new(self.0))
    }
}

/// Proptest: the kept lines are a subsequence, like the elements of a vector, and each line's form is a number.
pub fn proptest(program: &Program) -> Minimized {
    let length = program.len();
    let forms: Vec<Vec<Line>> = program.lines().iter().map(forms).collect();
    let kept = subsequence((0..length).collect::<Vec<_>>(), 0..=length);
    let form: Vec<Simplicity> = forms.iter().map(|forms| Simplicity(forms.len() - 1)).collect();
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    let strategy = (kept, form);
    // The number of kept lines is random, so this draws until all lines are kept.
    let tree = loop {
        let tree = strategy.new_tree(&mut runner).expect("nothing is rejected");
        if tree.current().0.len() == length {
            break tree;
        }
    };
    let build = |(kept, form): &(Vec<usize>, Vec<usize>)| {
        program.with_lines(kept.iter().map(|line| forms[*line][form[*line]].clone()).collect())
    };
    let executions = Cell::new(0);
    let shrunk = runner.run_one(tree, |value| {
        executions.set(executions.get() + 1);
        match signature(&build(&value)) {
            None => Ok(()),
            Some(signature) => Err(TestCaseError::fail(signature)),
        }
    });
    let Err(TestError::Fail(_, value)) = shrunk else { panic!("it fails when it is run first") };
    Minimized { program: build(&value), executions: executions.get() }
}

/// The simpler forms of a line, the simplest first, and the line itself.
fn forms(line: &Line) -> Vec<Line> {
    let mut forms = simpler(line);
    forms.push(line.clone());
    forms
}

/// A line as a quickcheck type.
#[derive(Debug, Clone)]
struct AnyLine(Line);

impl Arbitrary for AnyLine {
    /// Never called, since the program is given.
    fn arbitrary(_: &mut Gen) -> AnyLine {
        unreachable!("a program is given")
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = AnyLine>> {
        Box::new(simpler(&self.0).into_iter().map(AnyLine))
    }
}

thread_local! {
    static GIVEN: RefCell<Vec<AnyLine>> = const { RefCell::new(Vec::new()) };
    static SHORTEST: RefCell<Option<Program>> = const { RefCell::new(None) };
    static EXECUTIONS: Cell<u64> = const { Cell::new(0) };
}

/// The given program as a quickcheck type. It shrinks like any vector.
#[derive(Debug, Clone)]
struct Given(Vec<AnyLine>);

impl Arbitrary for Given {
    fn arbitrary(_: &mut Gen) -> Given {
        Given(GIVEN.with_borrow(Clone::clone))
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = Given>> {
        Box::new(self.0.shrink().map(Given))
    }
}

/// Quickcheck: a vector of lines.
pub fn quickcheck(program: &Program) -> Minimized {
    fn holds(given: Given) -> bool {
        let program = Program::new(given.0.into_iter().map(|line| line.0).collect());
        EXECUTIONS.set(EXECUTIONS.get() + 1);
        let fails = signature(&program).is_some();
        if fails {
            SHORTEST.set(Some(program));
        }
        !fails
    }
    GIVEN.set(program.lines().iter().cloned().map(AnyLine).collect());
    SHORTEST.set(None);
    EXECUTIONS.set(0);
    let result = QuickCheck::new().tests(1).quicktest(holds as fn(Given) -> bool);
    assert!(result.is_err(), "it fails when it is run first");
    Minimized { program: SHORTEST.take().expect("it failed"), executions: EXECUTIONS.get() }
}
