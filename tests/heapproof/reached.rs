//! What random programs and the corpus reach: each operation in each of its outcomes, each thing that can happen.

use crate::{corpus, program};
use heapproof::code::Sort;
use heapproof::generate::{Recipe, case};
use heapproof::lockstep::Lockstep;
use heapproof::model::{Code, End, Event, Line, Name, Object, Operation, Outcome, Program, Refusal, Value};
use heapproof::subjects::HEAP;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::read_to_string;
use std::rc::Rc;

/// So many random programs reach all that is common.
const PROGRAMS: u64 = 2_000;

/// Why each operation can be refused.
fn refusals(code: Code) -> &'static [Refusal] {
    use Refusal::*;
    match code {
        Code::Take => &[Stale, Overflow],
        Code::TryTake => &[Overflow],
        Code::Drop => &[Stale, NotHeld],
        Code::Pin | Code::Unpin => &[Nil, Stale],
        Code::Upgrade => &[Nil, Stale, Kind, Overflow],
        Code::ReadField | Code::ReadBox | Code::Length | Code::Truncate | Code::Clear => &[Nil, Stale, Kind],
        Code::ReadElement | Code::ReadCapture | Code::Swap => &[Nil, Stale, Kind, Index],
        Code::WriteField | Code::WriteBox | Code::Push => &[Nil, Stale, Kind, StaleValue, Overflow],
        Code::WriteElement | Code::WriteCapture | Code::Insert | Code::Fill => {
            &[Nil, Stale, Kind, Index, StaleValue, Overflow]
        }
        Code::Transfer => &[Nil, Stale, Kind, Index, StaleValue, Overflow, NotHeld],
        Code::Pop | Code::RemoveElement | Code::SwapRemove => &[Nil, Stale, Kind, Index, Overflow],
        Code::Remove => &[Nil, Stale, Kind, Field, Overflow],
        Code::Table | Code::Chain | Code::Ring => &[Capacity],
        Code::Box | Code::Array | Code::Closure => &[StaleValue, Overflow, Capacity],
        Code::Scalar => &[StaleValue, NotPlain, Capacity],
        Code::Weak => &[Nil, Stale, Overflow, Capacity],
        Code::Ephemeron => &[Nil, Stale, StaleValue, Overflow, Capacity],
        Code::TableLike => &[Nil, Stale, Kind, Index, StaleValue, Overflow, Capacity],
        Code::Collect | Code::Recover | Code::RecoverRoots => &[Reentrant],
        Code::CollectSlice => &[Reentrant, Setting],
        Code::DetectSlice => &[Setting],
        Code::Begin => &[Reentrant, Frame, Setting],
        Code::End => &[Reentrant, Frame],
        Code::Shrink => &[Reentrant],
        Code::Temp => &[Reentrant, Frame, Nil, Stale, Kind, Index, StaleValue, NotPlain, Overflow, Capacity],
        Code::On | Code::Inherit => &[Nil, Stale],
        Code::When => &[Nil, Stale, Kind],
        Code::Fault => &[Nil, Stale, Inapplicable],
        Code::SetInterval | Code::SetBounds | Code::SetCapacity | Code::SetCounts => &[Setting],
        Code::SetGenerations | Code::SetBudget | Code::SetVerify | Code::SetDebt => &[Setting],
        Code::Check | Code::DetectFull | Code::Detect | Code::Verify | Code::Panic | Code::SetChecks => &[],
        Code::ExpectLive | Code::ExpectDead | Code::ExpectStrong | Code::ExpectExternal | Code::ExpectField => &[],
    }
}

/// What can happen, each in a word.
const EVENTS: [&str; 11] =
    ["began", "called", "did", "returned", "panicked", "out of fuel", "died", "took", "paused", "damaged", "recovered"];

fn word(event: &Event) -> &'static str {
    match event {
        Event::Began(_) => "began",
        Event::Called(_) => "called",
        Event::Did(_) => "did",
        Event::Ended(End::Returned) => "returned",
        Event::Ended(End::Panicked) => "panicked",
        Event::Ended(End::OutOfFuel) => "out of fuel",
        Event::Died(_) => "died",
        Event::Took(_) => "took",
        Event::Paused => "paused",
        Event::Damaged(_) => "damaged",
        Event::Recovered { .. } => "recovered",
    }
}

/// An operation in one of its outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reached {
    Done(Code),
    Refused(Code, Refusal),
    Skipped(Code),
}

impl Reached {
    fn new(code: Code, outcome: &Outcome) -> Reached {
        match outcome {
            Outcome::Done(_) => Reached::Done(code),
            Outcome::Refused(refusal) => Reached::Refused(code, *refusal),
            Outcome::Skipped => Reached::Skipped(code),
        }
    }
}

/// What some programs have reached.
#[derive(Default)]
struct Record {
    outcomes: BTreeSet<Reached>,
    events: BTreeSet<&'static str>,
}

/// Whose code it is, and what code.
type Owner = (Object, Sort);

/// The user code of one program, told apart by what happens: the journal says what its operations came to, and this
/// knows which ones they are.
#[derive(Default)]
struct UserCode {
    lines: BTreeMap<Owner, Vec<Line>>,
    /// What runs, the innermost last: whose it is, how many lines are done, what they have bound.
    running: Vec<(Owner, usize, BTreeMap<Name, Object>)>,
    begun: BTreeSet<Owner>,
}

impl UserCode {
    fn happened(&mut self, lockstep: &mut Lockstep, events: &[Event], record: &mut Record) {
        for event in events {
            record.events.insert(word(event));
            match event {
                Event::Began(_) | Event::Called(_) => {
                    let owner = Sort::begun(event).unwrap();
                    self.begun.insert(owner);
                    self.running.push((owner, 0, BTreeMap::new()));
                }
                Event::Ended(end) => {
                    let (owner, at, _) = self.running.pop().unwrap();
                    if *end == End::Panicked {
                        assert_eq!(self.lines[&owner][at].operation.code(), Code::Panic);
                        record.outcomes.insert(Reached::Done(Code::Panic));
                    }
                }
                Event::Did(outcome) => self.did(lockstep, outcome, record),
                _ => {}
            }
        }
    }

    fn did(&mut self, lockstep: &mut Lockstep, outcome: &Outcome, record: &mut Record) {
        let (owner, at, bound) = self.running.last_mut().unwrap();
        let line = self.lines[owner][*at].clone();
        *at += 1;
        record.outcomes.insert(Reached::new(line.operation.code(), outcome));
        if let (Some(name), Outcome::Done(Value::Reference(given))) = (line.bind, outcome) {
            bound.insert(name, *given);
        }
        let known = objects(lockstep, &line);
        let operation = line.operation.resolve(&|name| match name {
            Name::SELF => Some(owner.0),
            name => bound.get(&name).or_else(|| known.get(&name)).copied(),
        });
        self.arm(operation, outcome);
    }

    /// Learns of lines that an object's code has now.
    fn arm(&mut self, operation: Option<Operation<Object>>, outcome: &Outcome) {
        let (Some(operation), Outcome::Done(_)) = (operation, outcome) else { return };
        let (owner, lines) = match &operation {
            Operation::Inherit { object: Some(object), from: Some(from) } => {
                let (owner, from) = ((*object, Sort::Finalizer), (*from, Sort::Finalizer));
                let has_ended = self.begun.contains(&from) && !self.running.iter().any(|(of, ..)| *of == from);
                let Some(lines) = self.lines.get(&from).filter(|_| !has_ended) else { return };
                (owner, lines.clone())
            }
            operation => {
                let Some((object, sort, line)) = Sort::armed(operation) else { return };
                let before = self.lines.get(&(object, sort)).into_iter().flatten();
                ((object, sort), before.chain([line]).cloned().collect())
            }
        };
        if !self.begun.contains(&owner) {
            self.lines.insert(owner, lines);
        }
    }
}

/// The objects that the program's names in a line stand for.
fn objects(lockstep: &mut Lockstep, line: &Line) -> BTreeMap<Name, Object> {
    line.names().into_iter().filter_map(|name| Some((name, lockstep.object(name)?))).collect()
}

fn run(program: &Program, record: &mut Record) {
    let mut lockstep = Lockstep::new(&HEAP).unwrap();
    let events: Rc<RefCell<Vec<Event>>> = Rc::default();
    let told = Rc::clone(&events);
    lockstep.watch(Box::new(move |_, called| told.borrow_mut().extend_from_slice(called.events)));
    let mut code = UserCode::default();
    for line in program.lines() {
        let outcome = lockstep.step(line).unwrap();
        code.happened(&mut lockstep, &events.take(), record);
        record.outcomes.insert(Reached::new(line.operation.code(), &outcome));
        let known = objects(&mut lockstep, line);
        code.arm(line.operation.resolve(&|name| known.get(&name).copied()), &outcome);
    }
    lockstep.end().unwrap();
    code.happened(&mut lockstep, &events.take(), record);
}

/// What random programs and the corpus reach together.
fn reached() -> Record {
    let mut record = Record::default();
    for number in 0..PROGRAMS {
        run(&case(13, number, &Recipe::default(), &|_| true), &mut record);
    }
    for path in corpus() {
        run(&program(&read_to_string(path).unwrap()), &mut record);
    }
    record
}

#[test]
fn each_operation_is_reached_in_each_of_its_outcomes_and_every_event_happens() {
    let mut wanted = BTreeSet::new();
    for code in Code::ALL {
        wanted.insert(Reached::Done(*code));
        wanted.extend(refusals(*code).iter().map(|refusal| Reached::Refused(*code, *refusal)));
        // In a damaged heap, if nowhere else; a panic stands only in finalizers, whose lines are not reached there.
        let suits_damage = matches!(code, Code::Verify | Code::Recover | Code::RecoverRoots);
        if !code.is_setting() && !suits_damage && *code != Code::Panic {
            wanted.insert(Reached::Skipped(*code));
        }
    }
    let record = reached();
    let missing: Vec<_> = wanted.difference(&record.outcomes).collect();
    let unexpected: Vec<_> = record.outcomes.difference(&wanted).collect();
    assert!(missing.is_empty() && unexpected.is_empty(), "never reached: {missing:?}; not expected: {unexpected:?}");
    assert_eq!(record.events, BTreeSet::from(EVENTS));
}
