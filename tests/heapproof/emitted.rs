// `heap` carries this out as the model says.
//
//     heapproof trace 1
//     set interval 18
//     head = chain 6
//     drop head
//     check
#[test]
fn check_does_not_count_what_the_heap_gives_up() {
    use heapproof_heap::{Configuration, Heap, Host, ObjectId, Value};

    /// Tables, each the field `next` of the one before; the first is held.
    fn linked<H: Host>(heap: &mut Heap<H>, length: u32, ring: bool) -> Vec<ObjectId> {
        let (checks, verifications) =
            (heap.configuration().automatic_checks(), heap.configuration().verification_interval());
        heap.set_automatic_checks(false);
        heap.set_verification_interval(None).unwrap();
        let mut all = vec![heap.allocate_table().unwrap()];
        for at in 1..length as usize {
            all.push(heap.allocate_table().unwrap());
            heap.set_field(all[at - 1], "next", Value::Reference(all[at])).unwrap();
            heap.dec_ref(all[at]).unwrap();
        }
        if ring {
            heap.set_field(all[all.len() - 1], "next", Value::Reference(all[0])).unwrap();
        }
        heap.set_automatic_checks(checks);
        heap.set_verification_interval(verifications).unwrap();
        all
    }

    let configuration = Configuration::default().with_cycle_counts(true).with_interval(18).unwrap();
    let mut heap = Heap::with_configuration((), configuration);
    let head = linked(&mut heap, 6, false)[0];
    heap.dec_ref(head).unwrap();
    heap.maybe_check_cycles();
    assert!(!heap.contains(head));
    let report = heap.verify_heap_with_roots(&[]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
}

// `heap` carries this out as the model says.
// It needs the heap's feature `fault-injection`.
//
//     heapproof trace 1
//     a = table
//     fault external_high a
//     drop a
//     b = table
//     collect
//     verify
//     recover roots
//     drop a
#[test]
fn fault_skips() {
    use heapproof_heap::{Configuration, Fault, Heap};

    let configuration = Configuration::default().with_cycle_counts(true);
    let mut heap = Heap::with_configuration((), configuration);
    let a = heap.allocate_table().unwrap();
    heap.inject(Fault::ExternalHigh, a).unwrap();
    // no call: drop a
    // no call: b = table
    // no call: collect
    let hint = heap.verify_heap();
    heap.attempt_recovery(&hint, Some(&[a])).unwrap();
    heap.dec_ref(a).unwrap();
    assert!(!heap.contains(a));
    let report = heap.verify_heap_with_roots(&[]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
}

// `heap` carries this out as the model says.
//
//     heapproof trace 1
//     kept = table
//     thing = table
//     on thing: heir = table
//     on thing: heir.x = 5
//     on thing: kept.heir = heir
//     drop thing
//     found = kept.heir
//     found.x
#[test]
fn finalizer_allocates_and_stores() {
    use heapproof_heap::{Configuration, Counts, Heap, Host, ObjectId, Value};

    #[derive(Clone, Default)]
    struct Machine {
        kept: ObjectId,
        object_2: ObjectId,
        thing: ObjectId,
    }

    impl Host for Machine {
        fn finalize(heap: &mut Heap<Self>, object: ObjectId) {
            let &Machine { kept, thing, .. } = heap.host();
            if object == thing {
                let heir = heap.allocate_table().unwrap();
                heap.host_mut().object_2 = heir;
                heap.set_field(heir, "x", Value::Int(5)).unwrap();
                heap.set_field(kept, "heir", Value::Reference(heir)).unwrap();
                heap.dec_ref(heir).unwrap();
            }
        }
    }

    let configuration = Configuration::default().with_cycle_counts(true);
    let mut heap = Heap::with_configuration(Machine::default(), configuration);
    let kept = heap.allocate_table().unwrap();
    heap.host_mut().kept = kept;
    let thing = heap.allocate_table().unwrap();
    heap.host_mut().thing = thing;
    heap.arm_finalizer(thing).unwrap();
    heap.arm_finalizer(thing).unwrap();
    heap.arm_finalizer(thing).unwrap();
    heap.dec_ref(thing).unwrap();
    assert_eq!(heap.get_field(kept, "heir"), Ok(Value::Reference(heap.host().object_2)));
    let found = heap.host().object_2;
    assert_eq!(heap.get_field(found, "x"), Ok(Value::Int(5)));
    assert_eq!(heap.counts(kept), Some(Counts { external: 1, internal: 0, weak: 0 }));
    assert!(!heap.contains(thing));
    assert_eq!(heap.counts(found), Some(Counts { external: 0, internal: 1, weak: 0 }));
    let report = heap.verify_heap_with_roots(&[kept]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    heap.dec_ref(kept).unwrap();
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
    assert_eq!(heap.finalizer_panics(), 0);
}

// `heap` carries this out as the model says.
//
//     heapproof trace 1
//     kept = table
//     thing = table
//     on thing: a = table
//     on thing: kept.x = a
//     on thing: b = table
//     on thing: other = kept.x
//     on thing: drop other
//     drop thing
#[test]
fn finalizer_leftover_was_given_up() {
    use heapproof_heap::{Configuration, Counts, Heap, Host, ObjectId, Value};

    #[derive(Clone, Default)]
    struct Machine {
        kept: ObjectId,
        thing: ObjectId,
    }

    impl Host for Machine {
        fn finalize(heap: &mut Heap<Self>, object: ObjectId) {
            let &Machine { kept, thing, .. } = heap.host();
            if object == thing {
                let a = heap.allocate_table().unwrap();
                heap.set_field(kept, "x", Value::Reference(a)).unwrap();
                let b = heap.allocate_table().unwrap();
                assert_eq!(heap.get_field(kept, "x"), Ok(Value::Reference(a)));
                let other = a;
                heap.dec_ref(other).unwrap();
                let _ = heap.dec_ref(a); // refused if it is held no more
                heap.dec_ref(b).unwrap();
            }
        }
    }

    let configuration = Configuration::default().with_cycle_counts(true);
    let mut heap = Heap::with_configuration(Machine::default(), configuration);
    let kept = heap.allocate_table().unwrap();
    heap.host_mut().kept = kept;
    let thing = heap.allocate_table().unwrap();
    heap.host_mut().thing = thing;
    heap.arm_finalizer(thing).unwrap();
    heap.arm_finalizer(thing).unwrap();
    heap.arm_finalizer(thing).unwrap();
    heap.arm_finalizer(thing).unwrap();
    heap.arm_finalizer(thing).unwrap();
    heap.dec_ref(thing).unwrap();
    assert_eq!(heap.counts(kept), Some(Counts { external: 1, internal: 0, weak: 0 }));
    assert!(!heap.contains(thing));
    let report = heap.verify_heap_with_roots(&[kept]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    heap.dec_ref(kept).unwrap();
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
    assert_eq!(heap.finalizer_panics(), 0);
}

// `heap` carries this out as the model says.
//
//     heapproof trace 1
//     begin 9
//     a = temp table
//     b = temp array a 1
//     c = temp closure 3 a nil
//     d = temp box a
//     e = temp scalar "text"
//     f = temp weak a
//     end
#[test]
fn frame_every_kind() {
    use heapproof_heap::{Budget, Configuration, Heap, New, Value};

    let configuration = Configuration::default().with_cycle_counts(true);
    let mut heap = Heap::with_configuration((), configuration);
    heap.begin_frame(Budget::Objects(9)).unwrap();
    let a = heap.allocate_temporary(New::Table).unwrap();
    let b = heap.allocate_temporary(New::Array(&[Value::Reference(a), Value::Int(1)])).unwrap();
    let c = heap.allocate_temporary(New::Closure { function: 3, captures: &[Value::Reference(a), Value::Nil] }).unwrap();
    let d = heap.allocate_temporary(New::Box(Value::Reference(a))).unwrap();
    let e = heap.allocate_temporary(New::Scalar(Value::from("text"))).unwrap();
    let f = heap.allocate_temporary(New::Weak(a)).unwrap();
    heap.end_frame().unwrap();
    assert!(!heap.contains(a));
    assert!(!heap.contains(b));
    assert!(!heap.contains(c));
    assert!(!heap.contains(d));
    assert!(!heap.contains(e));
    assert!(!heap.contains(f));
    let report = heap.verify_heap_with_roots(&[]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
}

// `heap` carries this out as the model says.
//
//     heapproof trace 1
//     list = array 1
//     gone = table
//     drop gone
//     list[1] = gone
//     list[0] = gone
#[test]
fn refusal_index_before_stale_value() {
    use heapproof_heap::{Configuration, Counts, Heap, HeapError, Value};

    let configuration = Configuration::default().with_cycle_counts(true);
    let mut heap = Heap::with_configuration((), configuration);
    let list = heap.allocate_array(&[Value::Int(1)]).unwrap();
    let gone = heap.allocate_table().unwrap();
    heap.dec_ref(gone).unwrap();
    assert!(matches!(heap.set_element(list, 1, Value::Reference(gone)), Err(HeapError::Index { .. })));
    assert!(matches!(heap.set_element(list, 0, Value::Reference(gone)), Err(HeapError::Stale { object: stale }) if stale != list));
    assert_eq!(heap.counts(list), Some(Counts { external: 1, internal: 0, weak: 0 }));
    assert!(!heap.contains(gone));
    let report = heap.verify_heap_with_roots(&[list]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    heap.dec_ref(list).unwrap();
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
}

// `canary:freed-too-early` fails: freed-too-early-at-count
// after the last line, where all is collected and dropped, when `a` is dropped:
//   the model says    `a` lives
//   the subject says  `a` is gone
// why:
//   `a` is garbage, but what still has references goes by a collection alone, and none has taken it
//   what counts for `a`: external 0 (+1 line 1, -1 the end); internal 1: `*a = a` (line 2)
//   the subject freed `a` at the end, where the count goes 2 -> 1; not counted: `*a = a` (line 2)
//
//     heapproof trace 1
//     a = box nil
//     *a = a
#[test]
fn canary_freed_too_early() {
    use heapproof_heap::{Configuration, Heap, Value};

    let configuration = Configuration::default().with_cycle_counts(true);
    let mut heap = Heap::with_configuration((), configuration);
    let a = heap.allocate_box(Value::Nil).unwrap();
    heap.set_box(a, Value::Reference(a)).unwrap();
    heap.collect_cycles().unwrap();
    heap.dec_ref(a).unwrap();
    assert!(heap.contains(a));
}

// `canary:contents-fields` fails: contents-fields-at-write-table
// at line 3, `a.next = nil`:
//   the model says    `a` is a table holding [x: nil, next: nil]
//   the subject says  `a` is a table holding [next: nil, x: nil]
// why:
//   its fields, in the order in which they were first stored: `x` (line 2), `next` (line 3)
//
//     heapproof trace 1
//     a = table
//     a.x = nil
//     a.next = nil
#[test]
fn canary_contents_fields() {
    use heapproof_heap::{Heap, Value, View};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.set_field(a, "x", Value::Nil).unwrap();
    heap.set_field(a, "next", Value::Nil).unwrap();
    let Some(View::Table(fields)) = heap.object(a) else { panic!("no table") };
    assert_eq!(fields.iter().collect::<Vec<_>>(), [("x", &Value::Nil), ("next", &Value::Nil)]);
}

// `canary:counts-internal` fails: counts-internal-at-allocate-array
// at line 2, `b = array a a`:
//   the model says    `a`: external 1, internal 2, weak 0
//   the subject says  `a`: external 1, internal 1, weak 0
// why:
//   what counts for `a`: external 1 (+1 line 1); internal 2: `b[0] = a` (line 2), `b[1] = a` (line 2)
//   at line 2 the internal count goes 0 -> 2; the subject's goes 0 -> 1
//
//     heapproof trace 1
//     a = table
//     b = array a a
#[test]
fn canary_counts_internal() {
    use heapproof_heap::{Counts, Heap, Value};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.allocate_array(&[Value::Reference(a), Value::Reference(a)]).unwrap();
    assert_eq!(heap.counts(a), Some(Counts { external: 1, internal: 2, weak: 0 }));
}

// `canary:detection-misses-cycle` fails: detection-misses-cycle-at-write-table
// at line 2, `a.next = a`:
//   the model says    the cycles that a detection finds: {`a`}
//   the subject says  the cycles that a detection finds: none
// why:
//   `a` is in a cycle: `a.next = a` (line 2)
//
//     heapproof trace 1
//     a = table
//     a.next = a
#[test]
fn canary_detection_misses_cycle() {
    use heapproof_heap::{Heap, Host, ObjectId, Value};
    use std::collections::BTreeSet;

    fn cycles<H: Host>(heap: &Heap<H>) -> BTreeSet<BTreeSet<ObjectId>> {
        heap.cycles().map(|cycle| cycle.iter().copied().collect()).collect()
    }

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.set_field(a, "next", Value::Reference(a)).unwrap();
    let mut copy = heap.clone();
    copy.detect_cycles();
    assert_eq!(cycles(&copy), BTreeSet::from([BTreeSet::from([a])]));
    copy.detect_cycles();
    assert_eq!(cycles(&copy), BTreeSet::from([BTreeSet::from([a])]));
    copy.detect_cycles_full();
    assert_eq!(cycles(&copy), BTreeSet::from([BTreeSet::from([a])]));
}

// `canary:journal-died-began` fails: journal-died-began-at-count
// after the last line, where all is collected and dropped, when `a` is dropped:
//   the model says    `a` dies
//   the subject says  the finalizer of `a` begins
// why:
//   before, in this call: the finalizer of `a` begins; the finalizer panics
//   the count of `a` goes 1 -> 0 at the end: external 1 before (+1 line 1, -1 the end)
//
//     heapproof trace 1
//     a = table
//     on a: panic
#[test]
fn canary_journal_died_began() {
    use heapproof_heap::{Configuration, Heap, Host, ObjectId};

    #[derive(Clone, Default)]
    struct Machine {
        a: ObjectId,
        log: Vec<(&'static str, ObjectId)>,
    }

    impl Host for Machine {
        fn finalize(heap: &mut Heap<Self>, object: ObjectId) {
            heap.host_mut().log.push(("finalizes", object));
            let &Machine { a, .. } = heap.host();
            if object == a {
                std::panic::resume_unwind(Box::new("the finalizer panics"));
            }
        }

        fn died(&mut self, object: ObjectId) {
            self.log.push(("dies", object));
        }
    }

    let configuration = Configuration::default().with_cycle_counts(true);
    let mut heap = Heap::with_configuration(Machine::default(), configuration);
    let a = heap.allocate_table().unwrap();
    heap.host_mut().a = a;
    heap.arm_finalizer(a).unwrap();
    heap.collect_cycles().unwrap();
    heap.host_mut().log.clear();
    heap.dec_ref(a).unwrap();
    assert_eq!(heap.host().log, [("finalizes", a), ("dies", a)]);
    assert_eq!(heap.finalizer_panics(), 1);
}

// `canary:result` fails: result-at-read-box
// at line 2, `*a`:
//   the model says    done, giving 0
//   the subject says  done
// why:
//   `a` lives and is a box; it was made or changed at line 1
//
//     heapproof trace 1
//     a = box 0
//     *a
#[test]
fn canary_result() {
    use heapproof_heap::{Heap, Value};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_box(Value::Int(0)).unwrap();
    assert_eq!(heap.get_box(a), Ok(Value::Int(0)));
}

// `canary:over-budget` fails: over-budget-at-manage
// at line 6, `collect 1`:
//   the model says    at most 1 objects are touched here
//   the subject says  2 objects are touched
// why:
//   the call itself gives a budget of 1
// How far a slice gets is the heap's choice; the calls follow what was chosen here.
//
//     heapproof trace 1
//     a = table
//     b = box a
//     drop a
//     a.next = b
//     drop b
//     collect 1
#[test]
fn canary_over_budget() {
    use heapproof_heap::{Configuration, Heap, Value};

    let configuration = Configuration::default().with_cycle_counts(true);
    let mut heap = Heap::with_configuration((), configuration);
    let a = heap.allocate_table().unwrap();
    let b = heap.allocate_box(Value::Reference(a)).unwrap();
    heap.dec_ref(a).unwrap();
    heap.set_field(a, "next", Value::Reference(b)).unwrap();
    heap.dec_ref(b).unwrap();
    let before = heap.statistics().objects_touched;
    heap.collect_slice(1).unwrap();
    assert!(heap.statistics().objects_touched - before <= 1);
}
