//! Heaps that do something wrong.

use super::canaries;
use super::wrong::Mistake::{Call, EveryOther, Fork, ForkInto, Lacks, Recover};
use super::wrong::{Truth, contents, living};
use heapproof_model::{Code, Counts, Event, Field, FindingKind, Kind, Object, Operation, Refusal, Value};

canaries! {
    from all

    "panicked" ["panicked"] "panics at an upgrade if the target is dead"
        Call(|heap, operation, _| match (operation, heap.call(operation)) {
            (Operation::Upgrade { .. }, Ok(Value::Nil)) => give_up(),
            (_, reply) => reply,
        });
    "result" ["result"] "reads a whole number in a box as nil"
        Call(|heap, operation, _| match (operation, heap.call(operation)) {
            (Operation::ReadBox { .. }, Ok(Value::Int(_))) => Ok(Value::Nil),
            (_, reply) => reply,
        });
    "result-pauses-for-ever" ["result"] "never completes a detection in slices, if there is a cycle"
        Call(|heap, operation, journal| match operation {
            Operation::DetectSlice { objects: 1.. } if living(heap).any(|one| refers_to_itself(heap, one)) => {
                journal.push(Event::Paused);
                Ok(Value::Bool(false))
            }
            _ => heap.call(operation),
        });
    "outcome-done-capacity" ["outcome-done-capacity"] "has room for two elements in an array"
        Call(|heap, operation, _| match operation {
            Operation::Push { object: Some(object), .. } if contents(heap, *object).values.len() == 2 => {
                Err(Refusal::Capacity)
            }
            _ => heap.call(operation),
        });
    "outcome-not_held-done" ["outcome-not_held-done"] "allows the mutator to drop what it does not hold"
        Call(|heap, operation, _| match heap.call(operation) {
            Err(Refusal::NotHeld) => Ok(Value::Nil),
            reply => reply,
        });
    "outcome-stale-nil" ["outcome-stale-nil"] "treats a dead object as nil"
        Call(|heap, operation, _| heap.call(operation).map_err(|refusal| match refusal {
            Refusal::Stale => Refusal::Nil,
            other => other,
        }));

    "not-freed" ["not-freed"] "does not free a weak object when it is dropped"
        Call(|heap, operation, _| match operation {
            Operation::Drop { object: Some(object) }
                if contents(heap, *object).kind == Kind::Weak && is_held_once(heap.counts(*object)) =>
            {
                Ok(Value::Nil)
            }
            _ => heap.call(operation),
        });
    "leaks-cycle" ["leaks-cycle"] "frees cycles in slices and checks, but has no collection"
        Lacks(Code::Collect);
    "counts-external" ["counts-external", "journal-nothing-died", "journal-nothing-took", "outcome-done-not_held", "outcome-overflow-done"]
        "does not count a take of an object that a reference keeps"
        Call(|heap, operation, _| match operation {
            Operation::Take { object: Some(object) } if heap.counts(*object).internal > 0 => Ok(Value::Nil),
            _ => heap.call(operation),
        });
    "journal-began-died" ["journal-began-died", "journal-done-returned"] "forgets the finalizers of boxes"
        Call(|heap, operation, _| match operation {
            Operation::On { object: Some(object), .. } if contents(heap, *object).kind == Kind::Box => Ok(Value::Nil),
            _ => heap.call(operation),
        });
    "over-budget-frame" ["over-budget", "journal-nothing-took"] "doubles the budget of a frame"
        Call(|heap, operation, _| match operation {
            Operation::Begin { objects } => heap.call(&Operation::Begin { objects: objects.saturating_mul(2) }),
            _ => heap.call(operation),
        });
    "not-freed-temporary" ["not-freed", "counts-external", "journal", "returned-temporaries"]
        "does not give up temporaries at the end of their frame"
        Call(|heap, operation, _| match operation {
            Operation::Temp { allocation } if heap.fork().is_some_and(|mut fork| fork.call(operation).is_ok()) => {
                heap.call(allocation)
            }
            _ => heap.call(operation),
        });

    "detection-misses-cycle-incremental" ["detection-misses-cycle", "cycles"]
        "finds only what the last detection found, unless it detects in full"
        Call(|heap, operation, _| match operation {
            Operation::Detect {} => Ok(Value::Nil),
            _ => heap.call(operation),
        });
    "detection-misses-cycle-full" ["detection-misses-cycle", "cycles", "returned-cycles", "journal-nothing-died", "journal-nothing-began"]
        "removes an object's reference to itself when it detects in full"
        Call(|heap, operation, _| {
            if let Operation::DetectFull {} = operation
                && let Some((object, field)) = field_of_itself(heap)
            {
                heap.call(&Operation::WriteField { object: Some(object), field, value: Value::Nil })?;
            }
            heap.call(operation)
        });
    "collects-live" ["collects-live", "journal"] "collects an object that is held once, if a weak object targets it"
        Call(|heap, operation, _| {
            if let Operation::Collect {} = operation {
                let watched = living(heap).find(|one| {
                    let counts = heap.counts(*one);
                    is_held_once(Counts { weak: 0, ..counts }) && counts.weak > 0
                });
                if watched.is_some() {
                    heap.call(&Operation::Drop { object: watched })?;
                }
            }
            heap.call(operation)
        });
    "leaves-garbage" ["leaves-garbage", "not-freed", "returned-checks"] "collects nothing while the mutator holds anything"
        Call(|heap, operation, _| match operation {
            Operation::Collect {} if living(heap).any(|one| heap.counts(one).external > 0) => {
                Ok(Value::Nil)
            }
            _ => heap.call(operation),
        });
    "peak" ["peak"] by Memory "gives no memory back"
        Call(|heap, operation, _| match operation {
            Operation::Shrink {} => Ok(Value::Nil),
            _ => heap.call(operation),
        });
    "over-budget" ["over-budget"] "collects with nine times the budget of a slice"
        Call(|heap, operation, _| match *operation {
            Operation::CollectSlice { objects } => {
                heap.call(&Operation::CollectSlice { objects: objects.saturating_mul(9) })
            }
            _ => heap.call(operation),
        });
    "over-budget-detection" ["over-budget"] "detects with twice the budget of a slice"
        Call(|heap, operation, _| match *operation {
            Operation::DetectSlice { objects } => {
                heap.call(&Operation::DetectSlice { objects: objects.saturating_mul(2) })
            }
            _ => heap.call(operation),
        });
    "over-budget-check" ["over-budget"] "adds a hundred objects to the budget of checks"
        Call(|heap, operation, _| match *operation {
            Operation::SetBudget { objects: objects @ 1.. } => {
                heap.call(&Operation::SetBudget { objects: objects.saturating_add(100) })
            }
            _ => heap.call(operation),
        });

    "journal-recovered-nothing" ["journal-recovered-nothing"] "does not recover"
        Recover(|_, _, _| {});
    "verification-unrepaired" ["verification"] "says that it recovers, and leaves wrong marks of changed objects"
        Recover(|heap, roots, journal| {
            let found = heap.verify(roots);
            if roots.is_some() && !found.is_empty() && found.iter().all(|one| one.kind == FindingKind::Dirty) {
                journal.push(Event::Recovered { lost: Vec::new(), externals: Vec::new() });
            } else {
                heap.recover(roots);
            }
        });

    "undetermined-outcome" ["undetermined-outcome", "undetermined-journal"] by Determinism "does slices of one object only, in every second heap"
        EveryOther(|heap, operation| match operation {
            Operation::DetectSlice { objects: 2.. } => heap.call(&Operation::DetectSlice { objects: 1 }),
            Operation::CollectSlice { objects: 2.. } => heap.call(&Operation::CollectSlice { objects: 1 }),
            _ => heap.call(operation),
        });
    "undetermined-journal" ["undetermined-journal", "undetermined-outcome"] by Determinism "lets checks touch only one object, in every second heap"
        EveryOther(|heap, operation| match operation {
            Operation::SetBudget { objects: 2.. } => heap.call(&Operation::SetBudget { objects: 1 }),
            _ => heap.call(operation),
        });
    "undetermined-state" ["undetermined-state", "statistics-cycles-detected"] by Determinism "detects in each copy when it is made, and counts those cycles"
        Fork(|heap| drop(heap.call(&Operation::Detect {})));
    "collects-live-in-a-former-copy" ["collects-live"] "copies itself into a former copy by leaving that as it was"
        ForkInto(|_, _| {});
}

/// Panics as an array does whose index is out of bounds.
#[allow(clippy::panic)] // it is the mistake
fn give_up() -> ! {
    panic!("the target is gone")
}

fn is_held_once(counts: Counts) -> bool {
    counts == Counts { external: 1, ..Counts::default() }
}

fn refers_to_itself(heap: &Truth, object: Object) -> bool {
    contents(heap, object).references().any(|target| target == object)
}

/// The first table that refers to itself, and the field with that reference.
fn field_of_itself(heap: &Truth) -> Option<(Object, Field)> {
    living(heap).find_map(|object| {
        let shown = contents(heap, object);
        let mut both = shown.fields.into_iter().zip(shown.values);
        both.find(|(_, value)| *value == Value::Reference(object)).map(|(field, _)| (object, field))
    })
}
