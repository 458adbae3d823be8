//! Subjects that can't be made, and subjects that are lost while they are judged.

use crate::program;
use heapproof::campaign::Campaign;
use heapproof::enumerate::Share;
use heapproof::generate::{Profile, Recipe};
use heapproof::lockstep;
use heapproof::mix::Mix;
use heapproof::model::{Code, Contents, Counts, Object, Operation, Refusal, Value};
use heapproof::properties::Property;
use heapproof::subject::{Observation, Subject, SubjectKind};
use heapproof::subjects::{HEAP, HeapSubject};
use heapproof::violation::{Crash, Violation};
use heapproof::{assert_holds, enumerate};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// A kind of which so many can be made.
fn scarce(most: u32) -> SubjectKind {
    let made = AtomicU32::new(0);
    SubjectKind::made_by("scarce".to_owned(), "a heap that runs out", move || {
        match made.fetch_add(1, Ordering::Relaxed) < most {
            true => HEAP.make().map_err(Into::into),
            false => Err("there are no more".into()),
        }
    })
}

const NO_MORE: &str = "`scarce` can't be made: there are no more";

fn campaign(subject: SubjectKind) -> Campaign {
    let mix = Mix::one(Property::Lockstep, Profile::Default);
    let recipe = Recipe::default();
    let (seed, cases, jobs) = (1, 1_000, 2);
    let (known, without) = (BTreeSet::new(), Vec::new());
    Campaign {
        mix,
        subject,
        seed,
        recipe,
        known,
        without,
        cases,
        share: Share::WHOLE,
        time: None,
        jobs,
        keep_going: true,
        feedback: false,
        told: 0,
    }
}

#[test]
fn a_run_ends_where_a_subject_can_not_be_made() {
    for most in [0, 1, 100] {
        let mut found = 0;
        let ended = campaign(scarce(most)).run(&AtomicBool::new(false), &mut |_| found += 1, &mut |_| {});
        assert_eq!(ended.err().unwrap().to_string(), NO_MORE);
        assert_eq!(found, 0);
    }
    assert!(enumerate::Search::new(enumerate::Space::whole(), &scarce(0), enumerate::How::default()).is_err());
}

#[test]
fn a_verdict_says_that_there_was_no_subject_whatever_the_property() {
    for property in Property::ALL.iter().filter(|property| !matches!(property, Property::Text | Property::Bytes)) {
        let failure = property.check(&scarce(0), &program("a = table")).failure.unwrap();
        assert_eq!(failure.violation.not_made().unwrap().to_string(), NO_MORE, "{}", property.name());
    }
}

#[test]
fn an_assertion_says_in_a_line_that_there_is_no_subject() {
    let said = catch_unwind(|| assert_holds(Property::Lockstep, &scarce(0), &program("a = table"))).unwrap_err();
    assert_eq!(said.downcast_ref::<String>().unwrap(), NO_MORE);
}

#[test]
fn what_a_kind_can_do_is_asked_once() {
    let once = scarce(1);
    assert_eq!(once.abilities(), HEAP.abilities());
    assert_eq!(once.clone().abilities(), HEAP.abilities());
}

/// A heap that is lost after so many calls and looks, and answers nonsense from then on.
struct Mortal {
    heap: HeapSubject,
    left: Cell<u32>,
}

impl Mortal {
    fn answer<T>(&self, answer: T, nonsense: T) -> T {
        self.left.set(self.left.get().saturating_sub(1));
        if self.left.get() > 0 { answer } else { nonsense }
    }
}

impl Subject for Mortal {
    fn supports(&self, code: Code) -> bool {
        matches!(code, Code::Table | Code::Box | Code::WriteField | Code::Take | Code::Drop | Code::Collect)
    }

    fn observes(&self, observation: Observation) -> bool {
        matches!(observation, Observation::Contents | Observation::Counts)
    }

    fn broken(&self) -> Option<Violation> {
        (self.left.get() == 0).then_some(Violation::Crashed { how: Crash::Exited(7) })
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        let answer = self.heap.call(operation);
        self.answer(answer, Err(Refusal::Stale))
    }

    fn lives(&self, object: Object) -> bool {
        self.answer(self.heap.lives(object), !self.heap.lives(object))
    }

    fn look(&self, object: Object, contents: &mut Contents) {
        self.heap.look(object, contents);
        contents.function = self.answer(contents.function, contents.function + 1);
    }

    fn counts(&self, object: Object) -> Counts {
        self.answer(self.heap.counts(object), Counts { external: 99, ..Counts::default() })
    }
}

#[test]
fn what_a_lost_subject_answers_counts_for_nothing() {
    let trace = program("a = table\nb = box a\na.x = b\ndrop b\ndrop a\ncollect");
    let mut seen = false;
    for most in 1..400 {
        let make = move || Ok(Box::new(Mortal { heap: HeapSubject::default(), left: Cell::new(most) }) as _);
        let mortal = SubjectKind::made_by("mortal", "", make);
        for property in [Property::Lockstep, Property::Cycles, Property::Collect, Property::Determinism] {
            let failure = property.check(&mortal, &trace).failure;
            let lost = Violation::Crashed { how: Crash::Exited(7) };
            assert!(failure.as_ref().is_none_or(|failure| failure.violation == lost), "{most}: {failure:?}");
            seen |= failure.is_some();
        }
    }
    assert!(seen && lockstep::run(&HEAP, &trace).failure.is_none());
}

/// The names of the functions of the largest trait, or implementation of a trait, in the source of a file.
fn functions(source: &str) -> Vec<String> {
    let trait_function =
        |item: &syn::TraitItem| if let syn::TraitItem::Fn(f) = item { Some(f.sig.ident.to_string()) } else { None };
    let function =
        |item: &syn::ImplItem| if let syn::ImplItem::Fn(f) = item { Some(f.sig.ident.to_string()) } else { None };
    let of_item = |item: &syn::Item| match item {
        syn::Item::Trait(of) => of.items.iter().filter_map(trait_function).collect(),
        syn::Item::Impl(of) if of.trait_.is_some() => of.items.iter().filter_map(function).collect(),
        _ => Vec::new(),
    };
    let of_items = syn::parse_file(source).unwrap().items.iter().map(of_item).max_by_key(Vec::len);
    let mut names = of_items.unwrap();
    names.sort();
    names
}

#[test]
fn who_watches_a_subject_passes_on_every_call() {
    let asked = functions(include_str!("../../src/judge/subject.rs"));
    let passed_on = functions(include_str!("../../src/judge/subject/watch.rs"));
    assert_eq!(passed_on, asked);
}
