#![allow(clippy::needless_pass_by_value)] // quickcheck wants properties that own their programs

use crate::your_heap::RC;
use crate::{program, traces};
use arbitrary::{Arbitrary, Unstructured};
use heapproof::assert_holds;
use heapproof::front_doors::{self, proptest::programs, quickcheck::AnyProgram, shorter};
use heapproof::model::Program;
use heapproof::properties::Property;
use heapproof::subject::SubjectKind;
use heapproof::subjects::{CANARY, HEAP};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::cell::Cell;
use std::panic::catch_unwind;
use std::path::Path;
use std::process::Command;

/// As many cases as the environment says: a test that sets the number itself can't be made longer overnight.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, max_shrink_iters: 0, ..ProptestConfig::default() }
}

thread_local! {
    static CASES: Cell<u32> = const { Cell::new(0) };
}

#[test]
fn proptest_finds_every_property_to_hold() {
    for property in Property::ALL {
        front_doors::proptest::holds(*property, &HEAP);
    }
}

#[test]
fn quickcheck_finds_every_property_to_hold() {
    for property in Property::ALL {
        front_doors::quickcheck::holds(*property, &HEAP);
    }
}

#[test]
fn a_property_that_is_about_nothing_of_the_subject_is_no_green_test() {
    let told = |holds: fn(Property, &SubjectKind)| {
        let panic = catch_unwind(|| holds(Property::Cycles, &RC)).unwrap_err();
        let told = panic.downcast_ref::<String>().unwrap();
        assert!(told.contains("`cycles` is about nothing that `rc` has"), "{told}");
    };
    told(front_doors::proptest::holds);
    told(front_doors::quickcheck::holds);
}

#[test]
fn a_folder_is_replayed_whole_or_told_what_is_wrong_with_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("one.trace"), "a = table\ncollect").unwrap();
    std::fs::write(folder.path().join("two"), program("a = table").encode()).unwrap();
    assert_eq!(front_doors::replay(Property::Verify, folder.path()).unwrap(), 2);
    std::fs::write(folder.path().join("three.trace"), "a = tabel").unwrap();
    let error = front_doors::replay(Property::Verify, folder.path()).unwrap_err().to_string();
    assert!(error.contains("three.trace:1:5: "), "{error}");
    assert!(front_doors::replay(Property::Verify, &folder.path().join("none")).is_err());
}

#[test]
fn frameworks_are_given_programs_of_the_operations_that_a_subject_has() {
    let mut runner = TestRunner::default();
    let abilities = RC.abilities().unwrap();
    for _ in 0..200 {
        let program = programs().subject(&RC).new_tree(&mut runner).unwrap().current();
        let lacking = program.lines().iter().find(|line| !abilities.has(line.operation.code()));
        assert!(lacking.is_none(), "{program}");
    }
}

/// Runs one of these tests in a process of its own, in that folder; whether it passed, and what it printed.
pub fn alone(test: &str, folder: &Path, environment: &[(&str, &str)]) -> (bool, String) {
    let mut run = Command::new(std::env::current_exe().unwrap());
    run.args([test, "--exact", "--ignored", "--nocapture"]).current_dir(folder).envs(environment.iter().copied());
    let run = run.output().unwrap();
    let printed = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    (run.status.success(), printed)
}

#[test]
#[ignore = "counts cases for the tests below"]
fn counts_proptest_cases() {
    proptest!(config(), |(program in programs())| {
        let _ = program;
        CASES.set(CASES.get() + 1);
    });
    println!("{} cases", CASES.get());
}

#[test]
#[ignore = "counts cases for the tests below"]
fn counts_quickcheck_cases() {
    fn counted(_: AnyProgram) {
        CASES.set(CASES.get() + 1);
    }
    quickcheck::quickcheck(counted as fn(AnyProgram));
    println!("{} cases", CASES.get());
}

#[test]
fn the_environment_says_how_many_cases_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let child = |test: &str, variable: &str, value: &str| alone(test, folder.path(), &[(variable, value)]).1;
    assert!(child("front_doors::counts_proptest_cases", "PROPTEST_CASES", "17").contains("17 cases"));
    assert!(child("front_doors::counts_quickcheck_cases", "QUICKCHECK_TESTS", "19").contains("19 cases"));
}

fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    panic.downcast_ref::<String>().map_or("", String::as_str)
}

#[test]
fn a_failure_is_reported_whole_through_every_door() {
    let failing: Program = "b = box 1\na = array\npush a a\nc = pop a\ncollect\ndrop a\ndrop b".parse().unwrap();
    let direct = catch_unwind(|| assert_holds(Property::Lockstep, &CANARY, &failing)).unwrap_err();
    for part in [
        "counts-external",
        "pop a",
        "the model says",
        "the subject says",
        "cut from 7 lines",
        "replay --subject canary",
    ] {
        assert!(message(&*direct).contains(part), "{part} is not in {}", message(&*direct));
    }

    let by_proptest = catch_unwind(|| {
        proptest!(config(), |(program in programs())| assert_holds(Property::Lockstep, &CANARY, &program));
    });
    assert!(message(&*by_proptest.unwrap_err()).contains("replay --subject canary"));

    let by_quickcheck = catch_unwind(|| {
        fn holds(program: AnyProgram) {
            assert_holds(Property::Lockstep, &CANARY, &program);
        }
        quickcheck::quickcheck(holds as fn(AnyProgram));
    });
    assert!(message(&*by_quickcheck.unwrap_err()).contains("replay --subject canary"));
}

#[test]
fn arbitrary_reads_the_bytes_that_programs_are_encoded_to() {
    for path in traces("corpus/scenarios") {
        let program: Program = std::fs::read_to_string(path).unwrap().parse().unwrap();
        let bytes = program.encode();
        assert_eq!(Program::arbitrary_take_rest(Unstructured::new(&bytes)).unwrap(), program);
        assert_eq!(Program::arbitrary(&mut Unstructured::new(&bytes)).unwrap(), program);
    }
}

#[test]
fn shorter_programs_are_shorter_and_leave_out_each_line() {
    let program: Program = "a = table\nb = table\nc = table".parse().unwrap();
    let shorter: Vec<Program> = shorter(&program).collect();
    assert!(shorter.iter().all(|one| one.len() < 3));
    assert_eq!(shorter.len(), 3);
}
