use crate::pretender::{Manner, Pretender};
use crate::{corpus, traces};
use heapproof::lockstep::{self, Lockstep};
use heapproof::model::{Fault, Operation, Outcome, Program};
use heapproof::properties::Property;
use heapproof::subject::SubjectKind;
use heapproof::subjects::HEAP;
use std::collections::BTreeSet;
use std::fs::read_to_string;

fn all() -> Vec<(String, String)> {
    corpus()
        .into_iter()
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), read_to_string(path).unwrap()))
        .collect()
}

#[test]
fn every_trace_of_the_corpus_holds_every_property() {
    for (name, text) in all() {
        let program: Program = text.parse().unwrap_or_else(|error| panic!("{name}:{error}"));
        for property in Property::ALL {
            let failure = property.check(&HEAP, &program).failure;
            assert_eq!(failure, None, "{name}, {}\n{program}", property.name());
        }
    }
}

#[test]
fn every_trace_of_the_corpus_holds_what_it_says() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    assert!(heapproof::front_doors::corpus(&folder, &heapproof::subjects::all()).unwrap() > 60);
}

#[test]
fn every_trace_of_the_corpus_is_told_the_same_in_slices_as_in_one_go() {
    let programs = all().into_iter().map(|(name, text)| (name, text.parse::<Program>().unwrap()));
    // The pretender counts everything anew for each object, so large heaps are not for it.
    for (name, program) in programs.filter(|(_, program)| program.bulk() <= 100 && program.len() <= 300) {
        for subject in [
            SubjectKind::new("whole", "", || Box::new(Pretender::new(Manner::Whole))),
            SubjectKind::new("sliced", "", || Box::new(Pretender::new(Manner::Sliced))),
        ] {
            assert_eq!(lockstep::run(&subject, &program).failure, None, "{name}, {}", subject.name);
        }
    }
}

#[test]
fn there_are_sixty_scenarios_and_each_says_first_what_it_is_about() {
    assert!(traces("corpus/scenarios").len() >= 60);
    for (name, text) in all() {
        let second = text.lines().nth(1).unwrap_or_default();
        assert!(second.starts_with("# ") && second.len() > 20, "{name} begins with {second:?}");
    }
}

#[test]
fn every_fault_is_made_and_found_in_the_corpus() {
    let mut made = BTreeSet::new();
    for (_, text) in all() {
        let program: Program = text.parse().unwrap();
        let mut lockstep = Lockstep::new(&HEAP).unwrap();
        for line in program.lines() {
            let outcome = lockstep.step(line).unwrap();
            if let (Operation::Fault { fault, .. }, Outcome::Done(_)) = (&line.operation, outcome) {
                made.insert(*fault);
            }
        }
    }
    let never: Vec<&str> = Fault::ALL.iter().filter(|fault| !made.contains(fault)).map(|fault| fault.word()).collect();
    assert_eq!(never, [""; 0]);
}
