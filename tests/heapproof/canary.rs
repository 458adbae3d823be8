use crate::your_heap::RC;
use heapproof::campaign::{Campaign, Found, Summary};
use heapproof::enumerate::Share;
use heapproof::generate::{Profile, Recipe};
use heapproof::mix::Mix;
use heapproof::model::{Code, Contents, Event, Object, Operation, Refusal, Value};
use heapproof::proof::Counterexample;
use heapproof::properties::Property;
use heapproof::subject::{Observation, Subject, SubjectKind};
use heapproof::subjects::{CANARY, HeapSubject};
use std::sync::atomic::AtomicBool;

fn campaign(subject: &SubjectKind, jobs: usize, keep_going: bool) -> Campaign {
    Campaign {
        mix: Mix::one(Property::Lockstep, Profile::Default),
        subject: subject.clone(),
        seed: 7,
        recipe: Recipe::default(),
        without: Vec::new(),
        known: Default::default(),
        cases: 2_000,
        share: Share::WHOLE,
        time: None,
        jobs,
        keep_going,
        feedback: false,
        told: 0,
    }
}

fn run(campaign: &Campaign) -> (Summary, Vec<Found>) {
    let mut found = Vec::new();
    let summary = campaign.run(&AtomicBool::new(false), &mut |one| found.push(one), &mut |_| {}).unwrap();
    (summary, found)
}

#[test]
fn the_canary_is_caught_and_cut_to_at_most_six_operations() {
    let (_, found) = run(&campaign(&CANARY, 1, false));
    let counterexample = Counterexample::of(Property::Lockstep, &CANARY, &found[0].program).unwrap();
    let lines = counterexample.minimized.program.lines().len();
    assert!((3..=6).contains(&lines), "{}", counterexample.report("heapproof"));
}

#[test]
fn a_heap_on_rc_is_caught_leaking_a_cycle() {
    let (_, found) = run(&campaign(&RC, 1, false));
    let counterexample = Counterexample::of(Property::Lockstep, &RC, &found[0].program).unwrap();
    assert_eq!(counterexample.signature.as_str(), "leaks-cycle-at-manage");
    let trace = counterexample.minimized.program.to_string();
    let lines: Vec<&str> = trace.lines().skip(1).collect();
    assert!(matches!(lines[..], ["a = table", store] if store.starts_with("a.") && store.ends_with(" = a")), "{trace}");
}

#[test]
fn the_result_of_a_run_does_not_depend_on_the_number_of_threads() {
    for keep_going in [false, true] {
        let (one, found_by_one) = run(&campaign(&CANARY, 1, keep_going));
        let (three, found_by_three) = run(&campaign(&CANARY, 3, keep_going));
        assert_eq!((one.digest, one.programs), (three.digest, three.programs));
        assert_eq!((&one.violations, &one.tally), (&three.violations, &three.tally));
        let cases = |found: &[Found]| found.iter().map(|one| one.case).collect::<Vec<_>>();
        assert_eq!(cases(&found_by_one), cases(&found_by_three));
    }
}

#[test]
fn nor_does_it_with_feedback_which_makes_other_programs_from_the_third_round_on() {
    let subject = heapproof::subjects::HEAP;
    let of = |jobs, feedback, cases| {
        let campaign = Campaign {
            mix: Mix::one(Property::Text, Profile::Default),
            cases,
            feedback,
            ..campaign(&subject, jobs, false)
        };
        let summary = run(&campaign).0;
        (summary.digest, summary.programs, summary.statistics.growth())
    };
    let (one, three) = (of(1, true, 1_300), of(3, true, 1_300));
    assert_eq!(one, three);
    assert_ne!(one.0, of(2, false, 1_300).0);
    assert_eq!(of(2, true, 1_024).0, of(2, false, 1_024).0, "the first two rounds are drawn");
}

#[test]
fn another_seed_has_another_digest() {
    let subject = heapproof::subjects::HEAP;
    let of = |seed| run(&Campaign { seed, cases: 200, ..campaign(&subject, 2, false) }).0.digest;
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
}

/// A heap on which what has died is back a call later, as where an id reaches the slot's next tenant.
#[derive(Default)]
struct Undead {
    heap: HeapSubject,
    dead: Vec<Object>,
    buried: Vec<Object>,
}

impl Subject for Undead {
    fn supports(&self, code: Code) -> bool {
        self.heap.supports(code)
    }

    fn observes(&self, observation: Observation) -> bool {
        observation == Observation::Contents
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        self.dead.append(&mut self.buried);
        let reply = self.heap.call(operation);
        let died = |event| if let Event::Died(object) = event { Some(object) } else { None };
        self.buried = self.heap.take_journal().into_iter().filter_map(died).collect();
        reply
    }

    fn lives(&self, object: Object) -> bool {
        self.heap.lives(object) || self.dead.contains(&object)
    }

    fn look(&self, object: Object, contents: &mut Contents) {
        self.heap.look(object, contents);
    }
}

/// A heap that panics when it is looked at.
struct Shy;

impl Subject for Shy {
    fn supports(&self, code: Code) -> bool {
        code == Code::Table
    }

    fn observes(&self, _: Observation) -> bool {
        false
    }

    fn call(&mut self, _: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        Ok(Value::Reference(Object(0)))
    }

    fn lives(&self, _: Object) -> bool {
        panic!("do not look")
    }
}

fn fails_with(subject: &SubjectKind, trace: &str) -> String {
    let failure = heapproof::lockstep::run(subject, &crate::program(trace)).failure;
    failure.map_or_else(String::new, |failure| failure.violation.kind())
}

#[test]
fn an_object_that_comes_back_is_seen() {
    let undead = SubjectKind::new("undead", "", || Box::new(Undead::default()));
    assert_eq!(fails_with(&undead, "a = table\ndrop a\ntake nil"), "not-freed");
}

#[test]
fn a_panic_of_a_subject_is_a_violation_wherever_it_happens() {
    assert_eq!(fails_with(&SubjectKind::new("shy", "", || Box::new(Shy)), "a = table"), "panicked");
}

/// What a small run comes to everywhere, as `.ci/check` compares it for a release build too.
const DIGEST: &str = include_str!("digest");

#[test]
fn a_run_has_the_digest_that_it_has_in_every_build_and_with_any_number_of_threads() {
    let folder = crate::command_line::folder();
    for jobs in ["1", "2"] {
        let arguments = ["check", "--seed", "7", "--cases", "200", "--jobs", jobs];
        let (_, out, _) = crate::command_line::heapproof(folder.path(), &arguments);
        let digest = out.lines().find(|line| line.starts_with("digest: "));
        let meant = "if programs are meant to differ now, this is the new tests/heapproof/digest";
        assert_eq!(digest, Some(DIGEST.trim_end()), "{meant}");
    }
}
