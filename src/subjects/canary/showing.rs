//! Heaps that do everything right, but show something wrong.

use super::wrong::Mistake::{
    Candidates, Closing, Contents, Contradiction, Counts, Cycles, Footprint, Journal, Lives, Repairs, Returned, Score,
    Statistics, Strong, Touched, Verify, Visits,
};
use super::wrong::{contents, living};
use super::{at, canaries};
use crate::judge::subject::Figure;
use heapproof_model::{End, Event, FindingKind, Kind, Object, Outcome, Refusal, Value};

canaries! {
    from all

    "freed-too-early" ["freed-too-early"] "says that a box is dead if only references keep it"
        Lives(|heap, object| heap.lives(object)
            && (heap.counts(object).external > 0 || contents(heap, object).kind != Kind::Box));
    "not-freed-comes-back" ["not-freed"] "the id of a dead object reaches the object that was allocated next"
        Lives(|heap, object| heap.lives(object) || u64::from(object.0) + 1 < heap.statistics().allocations);

    "contents-kind" ["contents-kind"] "shows a closure as an array"
        Contents(|_, shown| if shown.kind == Kind::Closure { shown.kind = Kind::Array });
    "contents-target" ["contents-target"] "shows no target of a weak object, if the target is weak too"
        Contents(|heap, shown| {
            shown.target = shown.target.filter(|target| contents(heap, *target).kind != Kind::Weak);
        });
    "contents-fields" ["contents-fields"] "shows the first two fields in order of their names"
        Contents(|_, shown| if let [one, other, ..] = &shown.fields[..] && one > other {
            shown.fields.swap(0, 1);
            shown.values.swap(0, 1);
        });
    "contents-function" ["contents-function"] "keeps no more than one bit of a closure's function"
        Contents(|_, shown| shown.function &= 1);
    "contents-values" ["contents-values"] "shows the third of several values as nil"
        Contents(|_, shown| if let Some(value) = shown.values.get_mut(2) { *value = Value::Nil });

    "counts-internal" ["counts-internal"] "counts two references to an object as one"
        Counts(|shown| if shown.internal == 2 { shown.internal = 1 });
    "counts-weak" ["counts-weak"] "counts one weak object for each target"
        Counts(|shown| shown.weak = shown.weak.min(1));

    "counts-strong" ["counts-strong"] "does not tell counts apart, and shows no sum above two"
        Strong(|shown| shown.min(2));

    "statistics-allocations" ["statistics-allocations"] "counts three allocations and no more"
        Statistics(|shown| shown.allocations = shown.allocations.min(3));
    "statistics-frees" ["statistics-frees"] "counts one death and no more"
        Statistics(|shown| shown.frees = shown.frees.min(1));
    "statistics-live-objects" ["statistics-live-objects"] "counts three living objects and no more"
        Statistics(|shown| shown.live_objects = shown.live_objects.min(3));
    "statistics-cycles-detected" ["statistics-cycles-detected"] "counts one detected cycle and no more"
        Statistics(|shown| shown.cycles_detected = shown.cycles_detected.min(1));
    "statistics-cycles-collected" ["statistics-cycles-collected"] "counts one collected cycle and no more"
        Statistics(|shown| shown.cycles_collected = shown.cycles_collected.min(1));
    "statistics-checks" ["statistics-checks"] "counts one check and no more"
        Statistics(|shown| shown.checks = shown.checks.min(1));
    "statistics-average-rate" ["statistics-average-rate"] "shows no average rate above 200"
        Statistics(|shown| shown.average_rate = shown.average_rate.min(200));
    "statistics-interval" ["statistics-interval"] "has no interval below two"
        Statistics(|shown| shown.interval = shown.interval.max(2));
    "statistics-operations-since-check" ["statistics-operations-since-check"] "counts four operations and no more"
        Statistics(|shown| shown.operations_since_check = shown.operations_since_check.min(4));
    "statistics-finalizer-panics" ["statistics-finalizer-panics"] "counts no panics"
        Statistics(|shown| shown.finalizer_panics = 0);
    "statistics-verifications" ["statistics-verifications"] "counts no verifications"
        Statistics(|shown| shown.verifications = 0);

    "returned-objects" ["returned-objects"] "returns that nothing was freed"
        Returned(|returned| returned.iter_mut().filter(|(figure, _)| *figure == Figure::Objects)
            .for_each(|(_, number)| *number = 0));
    "returned-cycles" ["returned-cycles"] "returns no more than one cycle"
        Returned(|returned| returned.iter_mut().filter(|(figure, _)| *figure == Figure::Cycles)
            .for_each(|(_, number)| *number = (*number).min(1)));
    "returned-temporaries" ["returned-temporaries"] "returns no more than one temporary"
        Returned(|returned| returned.iter_mut().filter(|(figure, _)| *figure == Figure::Temporaries)
            .for_each(|(_, number)| *number = (*number).min(1)));
    "returned-checks" ["returned-checks"] "returns that each check was made"
        Returned(|returned| returned.iter_mut().filter(|(figure, _)| *figure == Figure::Checks)
            .for_each(|(_, number)| *number = (*number).max(1)));

    "footprint" ["footprint"] by Memory "keeps 24 bytes of each object that it ever had"
        Footprint(|heap| heap.footprint() + 24 * heap.statistics().allocations);

    "cycles" ["cycles"] "forgets a known cycle as soon as a write has broken it"
        Cycles(|heap, known| known.retain(|cycle| cycle.iter().all(|object| {
            let inside = |target| cycle.contains(&target);
            contents(heap, *object).references().any(inside)
        })));
    "detection-misses-cycle" ["detection-misses-cycle", "cycles"] "does not count an object that refers to itself as a cycle"
        Cycles(|_, known| known.retain(|cycle| cycle.len() > 1));
    "detection-invents-cycle" ["detection-invents-cycle", "cycles"] "shows two cycles, and both together as a third"
        Cycles(|_, known| if known.len() == 2 { known.push(known.iter().flatten().copied().collect()) });
    "over-budget-looks-again" ["over-budget"] "touches known cycles again where nothing has changed"
        Touched(|heap| heap.touched() + heap.statistics().cycles_detected);
    "candidate-missing" ["candidate-missing"] "forgets a candidate that refers to itself"
        Candidates(|heap, shown| shown.retain(|object| contents(heap, *object).references().all(|target| target != *object)));
    "candidate-dead" ["candidate-dead"] "shows the object that was allocated first as a candidate for ever"
        Candidates(|heap, shown| if heap.statistics().allocations > 0 { shown.push(Object(0)) });
    "contradiction" ["contradiction"] "draws no more than three objects"
        Contradiction(|heap| heap.statistics().live_objects > 3);
    "ending-began" ["ending-began"] "runs the code of its youngest object as it goes away"
        Closing("", |heap| living(heap).last().map(Event::Began).into_iter().collect());
    "ending-nothing" ["ending-nothing"] "says that it runs all code as it goes away, and runs none"
        Closing("at-end finalized", |_| Vec::new());
    "visits-contents" ["visits-contents"] "looks at a hundred other objects for each that it allocates"
        Visits(|visits, allocations| visits.contents += 100 * allocations);
    "visits-headers" ["visits-headers"] "looks at a thousand headers for each object that it allocates"
        Visits(|visits, allocations| visits.headers += 1_000 * allocations);

    "journal-died-died" ["journal-died-died"] "reports two deaths in the wrong order"
        Journal(|told| if let [Event::Died(_), Event::Died(_), ..] = told[..] { told.swap(0, 1) });
    "journal-died-nothing" ["journal-died-nothing"] "does not report a death if nothing else happened"
        Journal(|told| if let [Event::Died(_)] = told[..] { told.clear() });
    "journal-died-began" ["journal-died-began"] "runs a finalizer again before its object dies"
        Journal(|told| if let [Event::Began(_), Event::Ended(_), Event::Died(_)] = told[..] {
            let again = told[..2].to_vec();
            told.splice(2..2, again);
        });
    "journal-panicked-returned" ["journal-panicked-returned"] "reports that a finalizer returned when it panicked"
        Journal(|told| for event in told {
            if *event == Event::Ended(End::Panicked) {
                *event = Event::Ended(End::Returned);
            }
        });
    "journal-reentrant-done" ["journal-reentrant-done"] "allows finalizers operations that must be refused"
        Journal(|told| for event in told {
            if *event == Event::Did(Outcome::Refused(Refusal::Reentrant)) {
                *event = Event::Did(Outcome::Done(Value::Nil));
            }
        });
    "journal-took" ["journal-took", "journal-began", "journal-died", "returned-objects"] "reports sets without their last member"
        Journal(|told| for event in told {
            if let Event::Took(set) = event && set.len() > 1 {
                set.pop_last();
            }
        });
    "journal-recovered-recovered" ["journal-recovered-recovered"] "reports that a recovery lost a reference"
        Journal(|told| if let Some(Event::Recovered { lost, .. }) = told.first_mut() {
            lost.push((Object(0), 0));
        });
    "outcome-inapplicable-done" ["outcome-inapplicable-done"] "does not report where a fault was made"
        Journal(|told| if let [Event::Damaged(site @ Some(_))] = &mut told[..] { *site = None });

    "verification-count_mismatch" ["verification-count_mismatch", "score"]
        "finds a wrong count where two references are right"
        Verify(|heap, _, found| found.extend(
            living(heap).find(|one| heap.counts(*one).internal == 2).map(|one| at(FindingKind::CountMismatch, one)),
        ));
    "verification-dangling" ["verification-dangling", "score"] "finds that a weak object dangles when its target is gone"
        Verify(|heap, _, found| found.extend(
            living(heap)
                .find(|one| { let shown = contents(heap, *one); shown.kind == Kind::Weak && shown.target.is_none() })
                .map(|one| at(FindingKind::Dangling, one)),
        ));
    "verification-orphaned" ["verification-orphaned", "score"]
        "finds that an object is orphaned if only references keep it"
        Verify(|heap, roots, found| if let Some(roots) = roots {
            found.extend(living(heap).find(|one| !roots.contains(one)).map(|one| at(FindingKind::Orphaned, one)));
        });
    "verification-dirty" ["verification-dirty", "score"] "finds without roots that a known cycle is dirty"
        Verify(|heap, roots, found| if roots.is_none() {
            let cycle = heap.cycles().pop();
            found.extend(cycle.into_iter().flatten().map(|one| at(FindingKind::Dirty, one)));
        });
    "verification-reference_mismatch" ["verification-reference_mismatch", "score"]
        "finds that an array of two is one too long"
        Verify(|heap, _, found| found.extend(
            living(heap)
                .find(|one| { let shown = contents(heap, *one); shown.kind == Kind::Array && shown.values.len() == 2 })
                .map(|one| at(FindingKind::ReferenceMismatch, one)),
        ));
    "verification-weak_corruption" ["verification-weak_corruption", "score"]
        "finds that two weak objects for one target are too many"
        Verify(|heap, _, found| found.extend(
            living(heap).find(|one| heap.counts(*one).weak == 2).map(|one| at(FindingKind::WeakCorruption, one)),
        ));
    "verification-leak" ["verification-leak", "score"] "finds a leak where garbage waits for its collection"
        Verify(|heap, _, found| found.extend(
            living(heap)
                .find(|one| heap.counts(*one).external == 0 && contents(heap, *one).references().eq([*one]))
                .map(|one| at(FindingKind::Leak, one)),
        ));
    "verification-double_freed" ["verification-double_freed", "score"] "finds a double free once anything was freed"
        Verify(|heap, _, found| if heap.statistics().frees > 0 {
            found.extend(living(heap).last().map(|one| at(FindingKind::DoubleFreed, one)));
        });
    "verification-negative" ["verification-negative", "score"] "finds that a count of three is below zero"
        Verify(|heap, _, found| found.extend(
            living(heap).find(|one| heap.counts(*one).external == 3).map(|one| at(FindingKind::Negative, one)),
        ));
    "score" ["score"] by Verify "rounds its score"
        Score(f64::round);
    "repaired-again" ["repaired-again"] by Recover "counts each recovery as a repair"
        Repairs(|recoveries| recoveries);
    "fault-missed" ["fault-missed"] "finds nothing, whatever is wrong"
        Verify(|_, _, found| found.clear());
}
