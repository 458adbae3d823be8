// `heap` carries this out as the model says.
//
//     heapproof trace 1
//     set interval 100
//     head = chain 62
//     check
#[test]
fn check_average_of_a_hundred() {
    use heapproof_heap::{Configuration, Counts, Heap, Host, ObjectId, Value};

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

    let configuration = Configuration::default().with_interval(100).unwrap();
    let mut heap = Heap::with_configuration((), configuration);
    let head = linked(&mut heap, 62, false)[0];
    heap.maybe_check_cycles();
    assert_eq!(heap.counts(head), Some(Counts { external: 1, internal: 0, weak: 0 }));
    let report = heap.verify_heap_with_roots(&[head]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    heap.dec_ref(head).unwrap();
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
}

// `heap` carries this out as the model says.
//
//     heapproof trace 1
//     set bounds 1 100
//     set interval 3
//     lost = table
//     lost.me = lost
//     drop lost
//     watch = weak nil
#[test]
fn check_before_a_refused_allocation() {
    use heapproof_heap::{Configuration, Heap, HeapError, ObjectId, Value};

    let configuration = Configuration::default().with_bounds(1, 100).unwrap().with_interval(3).unwrap();
    let mut heap = Heap::with_configuration((), configuration);
    let lost = heap.allocate_table().unwrap();
    heap.set_field(lost, "me", Value::Reference(lost)).unwrap();
    heap.dec_ref(lost).unwrap();
    assert!(matches!(heap.allocate_weak(ObjectId::NIL), Err(HeapError::Nil)));
    assert!(!heap.contains(lost));
    let report = heap.verify_heap_with_roots(&[]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
}

// `heap` carries this out as the model says.
//
//     heapproof trace 1
//     child = table
//     parent = table
//     parent.x = child
//     list = array child
//     code = closure 0 child
//     cell = box child
//     drop child
//     drop parent
//     drop list
//     drop code
//     drop cell
#[test]
fn counts_one_child_in_four_kinds() {
    use heapproof_heap::{Heap, Value};

    let mut heap = Heap::<()>::new();
    let child = heap.allocate_table().unwrap();
    let parent = heap.allocate_table().unwrap();
    heap.set_field(parent, "x", Value::Reference(child)).unwrap();
    let list = heap.allocate_array(&[Value::Reference(child)]).unwrap();
    let code = heap.allocate_closure(0, &[Value::Reference(child)]).unwrap();
    let cell = heap.allocate_box(Value::Reference(child)).unwrap();
    heap.dec_ref(child).unwrap();
    heap.dec_ref(parent).unwrap();
    heap.dec_ref(list).unwrap();
    heap.dec_ref(code).unwrap();
    heap.dec_ref(cell).unwrap();
    assert!(!heap.contains(child));
    assert!(!heap.contains(parent));
    assert!(!heap.contains(list));
    assert!(!heap.contains(code));
    assert!(!heap.contains(cell));
    let report = heap.verify_heap_with_roots(&[]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
}

// `heap` carries this out as the model says.
//
//     heapproof trace 1
//     item = table
//     list = array item
//     drop item
//     popped = pop list
//     drop list
//     drop popped
#[test]
fn counts_pop_hands_over() {
    use heapproof_heap::{Heap, Value};

    let mut heap = Heap::<()>::new();
    let item = heap.allocate_table().unwrap();
    let list = heap.allocate_array(&[Value::Reference(item)]).unwrap();
    heap.dec_ref(item).unwrap();
    assert_eq!(heap.pop(list), Ok(Value::Reference(item)));
    let popped = item;
    heap.dec_ref(list).unwrap();
    heap.dec_ref(popped).unwrap();
    assert!(!heap.contains(item));
    assert!(!heap.contains(list));
    let report = heap.verify_heap_with_roots(&[]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
}

// `heap` carries this out as the model says.
//
//     heapproof trace 1
//     parent = table
//     child = table
//     parent.x = child
//     drop child
//     taken = remove parent.x
//     parent.x
//     remove parent.x
//     drop taken
#[test]
fn counts_remove_hands_over() {
    use heapproof_heap::{Counts, Heap, HeapError, Value};

    let mut heap = Heap::<()>::new();
    let parent = heap.allocate_table().unwrap();
    let child = heap.allocate_table().unwrap();
    heap.set_field(parent, "x", Value::Reference(child)).unwrap();
    heap.dec_ref(child).unwrap();
    assert_eq!(heap.remove_field(parent, "x"), Ok(Value::Reference(child)));
    let taken = child;
    assert_eq!(heap.get_field(parent, "x"), Ok(Value::Nil));
    assert!(matches!(heap.remove_field(parent, "x"), Err(HeapError::Field { .. })));
    heap.dec_ref(taken).unwrap();
    assert_eq!(heap.counts(parent), Some(Counts { external: 1, internal: 0, weak: 0 }));
    assert!(!heap.contains(child));
    let report = heap.verify_heap_with_roots(&[parent]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    heap.dec_ref(parent).unwrap();
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
}

// `heap` carries this out as the model says.
//
//     heapproof trace 1
//     a = ring 2
//     b = ring 2
//     detect full
//     drop a
//     collect
//     detect full
#[test]
fn cycle_known_until_a_member_dies() {
    use heapproof_heap::{Counts, Heap, Host, ObjectId, Value};

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

    let mut heap = Heap::<()>::new();
    let a = linked(&mut heap, 2, true)[0];
    let b = linked(&mut heap, 2, true)[0];
    heap.detect_cycles_full();
    heap.dec_ref(a).unwrap();
    heap.collect_cycles().unwrap();
    heap.detect_cycles_full();
    assert!(!heap.contains(a));
    assert_eq!(heap.counts(b), Some(Counts { external: 1, internal: 1, weak: 0 }));
    let report = heap.verify_heap_with_roots(&[b]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    heap.dec_ref(b).unwrap();
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
}

// `heap` carries this out as the model says.
//
//     heapproof trace 1
//     set checks off
//     set bounds 1 100
//     set interval 1
//     lost = table
//     lost.me = lost
//     drop lost
//     next = table
//     check
#[test]
fn check_turned_off() {
    use heapproof_heap::{Configuration, Counts, Heap, Value};

    let configuration = Configuration::default().with_automatic_checks(false).with_bounds(1, 100).unwrap().with_interval(1).unwrap();
    let mut heap = Heap::with_configuration((), configuration);
    let lost = heap.allocate_table().unwrap();
    heap.set_field(lost, "me", Value::Reference(lost)).unwrap();
    heap.dec_ref(lost).unwrap();
    let next = heap.allocate_table().unwrap();
    heap.maybe_check_cycles();
    assert!(!heap.contains(lost));
    assert_eq!(heap.counts(next), Some(Counts { external: 1, internal: 0, weak: 0 }));
    let report = heap.verify_heap_with_roots(&[next]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    heap.dec_ref(next).unwrap();
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
}

// `heap` carries this out as the model says.
//
//     heapproof trace 1
//     head = ring 1000
//     drop head
//     head.next = nil
#[test]
fn deep_ring_cut_open() {
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

    let configuration = Configuration::default().with_verification_interval(None).unwrap();
    let mut heap = Heap::with_configuration((), configuration);
    let head = linked(&mut heap, 1000, true)[0];
    heap.dec_ref(head).unwrap();
    heap.set_field(head, "next", Value::Nil).unwrap();
    assert!(!heap.contains(head));
    let report = heap.verify_heap_with_roots(&[]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
}

// `heap` carries this out as the model says.
//
//     heapproof trace 1
//     a = ring 3
//     detect
//     detect
//     detect full
#[test]
fn detect_incremental_twice() {
    use heapproof_heap::{Counts, Heap, Host, ObjectId, Value};

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

    let mut heap = Heap::<()>::new();
    let a = linked(&mut heap, 3, true)[0];
    heap.detect_cycles();
    heap.detect_cycles();
    heap.detect_cycles_full();
    assert_eq!(heap.counts(a), Some(Counts { external: 1, internal: 1, weak: 0 }));
    let report = heap.verify_heap_with_roots(&[a]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    heap.dec_ref(a).unwrap();
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
}

// `heap` carries this out as the model says.
// How far a slice gets is the heap's choice; the calls follow what was chosen here.
//
//     heapproof trace 1
//     a = ring 3
//     b = ring 2
//     detect 1
//     detect 1
//     detect 1
//     detect 1
//     detect 1
//     detect 1
//     detect 1
//     detect 1
#[test]
fn detect_slices() {
    use heapproof_heap::{Counts, Heap, Host, ObjectId, Value};

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

    let mut heap = Heap::<()>::new();
    let a = linked(&mut heap, 3, true)[0];
    let b = linked(&mut heap, 2, true)[0];
    heap.detect_slice(1).unwrap();
    heap.detect_slice(1).unwrap();
    heap.detect_slice(1).unwrap();
    heap.detect_slice(1).unwrap();
    heap.detect_slice(1).unwrap();
    heap.detect_slice(1).unwrap();
    heap.detect_slice(1).unwrap();
    heap.detect_slice(1).unwrap();
    assert_eq!(heap.counts(a), Some(Counts { external: 1, internal: 1, weak: 0 }));
    assert_eq!(heap.counts(b), Some(Counts { external: 1, internal: 1, weak: 0 }));
    let report = heap.verify_heap_with_roots(&[a, b]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    heap.dec_ref(a).unwrap();
    heap.dec_ref(b).unwrap();
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
}

// `heap` carries this out as the model says.
// It needs the heap's feature `fault-injection`.
//
//     heapproof trace 1
//     a = table
//     b = table
//     a.x = b
//     a.y = 1
//     drop b
//     fault dangling_field a
//     recover roots
#[test]
fn fault_dangling_with_roots() {
    use heapproof_heap::{Counts, Fault, Heap, Value};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    let b = heap.allocate_table().unwrap();
    heap.set_field(a, "x", Value::Reference(b)).unwrap();
    heap.set_field(a, "y", Value::Int(1)).unwrap();
    heap.dec_ref(b).unwrap();
    heap.inject(Fault::DanglingField, a).unwrap();
    heap.attempt_recovery(&heap.verify_heap(), Some(&[a])).unwrap();
    assert_eq!(heap.counts(a), Some(Counts { external: 1, internal: 0, weak: 0 }));
    assert!(!heap.contains(b));
    let report = heap.verify_heap_with_roots(&[a]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    heap.dec_ref(a).unwrap();
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
}

// `heap` carries this out as the model says.
// It needs the heap's feature `fault-injection`.
//
//     heapproof trace 1
//     a = table
//     w = weak a
//     b = box a
//     c = table
//     v = weak c
//     fault external_low a
//     recover roots
//     fault live_high a
//     recover
//     fault weak_entry_missing w
//     recover
//     fault weak_entry_extra w
//     recover roots
//     fault dangling_box b
//     recover roots
//     *b
//     x = upgrade w
#[test]
fn fault_in_few_words() {
    use heapproof_heap::{Counts, Fault, Heap, Value};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    let w = heap.allocate_weak(a).unwrap();
    let b = heap.allocate_box(Value::Reference(a)).unwrap();
    let c = heap.allocate_table().unwrap();
    let v = heap.allocate_weak(c).unwrap();
    heap.inject(Fault::ExternalLow, a).unwrap();
    heap.attempt_recovery(&heap.verify_heap(), Some(&[a, w, b, c, v])).unwrap();
    heap.inject(Fault::LiveHigh, a).unwrap();
    heap.attempt_recovery(&heap.verify_heap(), None).unwrap();
    heap.inject(Fault::WeakEntryMissing, w).unwrap();
    heap.attempt_recovery(&heap.verify_heap(), None).unwrap();
    heap.inject(Fault::WeakEntryExtra, w).unwrap();
    heap.attempt_recovery(&heap.verify_heap(), Some(&[a, w, b, c, v])).unwrap();
    heap.inject(Fault::DanglingBox, b).unwrap();
    heap.attempt_recovery(&heap.verify_heap(), Some(&[a, w, b, c, v])).unwrap();
    assert_eq!(heap.get_box(b), Ok(Value::Nil));
    assert_eq!(heap.upgrade(w), Ok(a));
    assert_eq!(heap.counts(a), Some(Counts { external: 2, internal: 0, weak: 1 }));
    assert_eq!(heap.counts(w), Some(Counts { external: 1, internal: 0, weak: 0 }));
    assert_eq!(heap.counts(b), Some(Counts { external: 1, internal: 0, weak: 0 }));
    assert_eq!(heap.counts(c), Some(Counts { external: 1, internal: 0, weak: 1 }));
    assert_eq!(heap.counts(v), Some(Counts { external: 1, internal: 0, weak: 0 }));
    let report = heap.verify_heap_with_roots(&[a, a, w, b, c, v]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    heap.dec_ref(a).unwrap();
    heap.dec_ref(a).unwrap();
    heap.dec_ref(w).unwrap();
    heap.dec_ref(b).unwrap();
    heap.dec_ref(c).unwrap();
    heap.dec_ref(v).unwrap();
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
    use heapproof_heap::{Fault, Heap};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.inject(Fault::ExternalHigh, a).unwrap();
    // skipped: drop a
    // skipped: b = table
    // skipped: collect
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
    use heapproof_heap::{Counts, Heap, Host, ObjectId, Value};

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

    let mut heap = Heap::<Machine>::new();
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
//     child = table
//     thing.x = child
//     drop child
//     on thing: kept.x = 1
//     on thing: panic
//     on thing: kept.y = 2
//     drop thing
#[test]
fn finalizer_panics_in_the_middle() {
    use heapproof_heap::{Counts, Heap, Host, ObjectId, Value};

    #[derive(Clone, Default)]
    struct Machine {
        kept: ObjectId,
        thing: ObjectId,
    }

    impl Host for Machine {
        fn finalize(heap: &mut Heap<Self>, object: ObjectId) {
            let &Machine { kept, thing, .. } = heap.host();
            if object == thing {
                heap.set_field(kept, "x", Value::Int(1)).unwrap();
                std::panic::resume_unwind(Box::new("the finalizer panics"));
            }
        }
    }

    let mut heap = Heap::<Machine>::new();
    let kept = heap.allocate_table().unwrap();
    heap.host_mut().kept = kept;
    let thing = heap.allocate_table().unwrap();
    heap.host_mut().thing = thing;
    let child = heap.allocate_table().unwrap();
    heap.set_field(thing, "x", Value::Reference(child)).unwrap();
    heap.dec_ref(child).unwrap();
    heap.arm_finalizer(thing).unwrap();
    heap.arm_finalizer(thing).unwrap();
    heap.arm_finalizer(thing).unwrap();
    heap.dec_ref(thing).unwrap();
    assert_eq!(heap.counts(kept), Some(Counts { external: 1, internal: 0, weak: 0 }));
    assert!(!heap.contains(thing));
    assert!(!heap.contains(child));
    let report = heap.verify_heap_with_roots(&[kept]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    heap.dec_ref(kept).unwrap();
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
    assert_eq!(heap.finalizer_panics(), 1);
}

// `heap` carries this out as the model says.
//
//     heapproof trace 1
//     thing = table
//     on thing: heir = table
//     on thing: take heir
//     on thing: take heir
//     drop thing
#[test]
fn finalizer_takes_what_it_bound() {
    use heapproof_heap::{Heap, Host, ObjectId};

    #[derive(Clone, Default)]
    struct Machine {
        thing: ObjectId,
    }

    impl Host for Machine {
        fn finalize(heap: &mut Heap<Self>, object: ObjectId) {
            let &Machine { thing, .. } = heap.host();
            if object == thing {
                let heir = heap.allocate_table().unwrap();
                heap.inc_ref(heir).unwrap();
                heap.inc_ref(heir).unwrap();
                heap.dec_ref(heir).unwrap();
                heap.dec_ref(heir).unwrap();
                heap.dec_ref(heir).unwrap();
            }
        }
    }

    let mut heap = Heap::<Machine>::new();
    let thing = heap.allocate_table().unwrap();
    heap.host_mut().thing = thing;
    heap.arm_finalizer(thing).unwrap();
    heap.arm_finalizer(thing).unwrap();
    heap.arm_finalizer(thing).unwrap();
    heap.dec_ref(thing).unwrap();
    assert!(!heap.contains(thing));
    let report = heap.verify_heap_with_roots(&[]);
    assert!(report.is_clean(), "{}", report.format_report());
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
    use heapproof_heap::{Budget, Heap, New, Value};

    let mut heap = Heap::<()>::new();
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
//     list = array 1 2
//     code = closure 0 1
//     list[1]
//     list[2]
//     list[2] = 3
//     list[4294967295] = 3
//     code{0}
//     code{1}
//     code{1} = 2
#[test]
fn refusal_index_out_of_range() {
    use heapproof_heap::{Counts, Heap, HeapError, Value};

    let mut heap = Heap::<()>::new();
    let list = heap.allocate_array(&[Value::Int(1), Value::Int(2)]).unwrap();
    let code = heap.allocate_closure(0, &[Value::Int(1)]).unwrap();
    assert_eq!(heap.get_element(list, 1), Ok(Value::Int(2)));
    assert!(matches!(heap.get_element(list, 2), Err(HeapError::Index { .. })));
    assert!(matches!(heap.set_element(list, 2, Value::Int(3)), Err(HeapError::Index { .. })));
    assert!(matches!(heap.set_element(list, 4294967295, Value::Int(3)), Err(HeapError::Index { .. })));
    assert_eq!(heap.get_capture(code, 0), Ok(Value::Int(1)));
    assert!(matches!(heap.get_capture(code, 1), Err(HeapError::Index { .. })));
    assert!(matches!(heap.set_capture(code, 1, Value::Int(2)), Err(HeapError::Index { .. })));
    assert_eq!(heap.counts(list), Some(Counts { external: 1, internal: 0, weak: 0 }));
    assert_eq!(heap.counts(code), Some(Counts { external: 1, internal: 0, weak: 0 }));
    let report = heap.verify_heap_with_roots(&[list, code]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    heap.dec_ref(list).unwrap();
    heap.dec_ref(code).unwrap();
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
}

// `heap` carries this out as the model says.
//
//     heapproof trace 1
//     set interval 3
//     set interval 0
//     set bounds 2 8
//     set bounds 0 8
//     set bounds 9 8
//     set counts 0
//     set capacity 0
//     set generations 0
//     lost = table
//     lost.me = lost
//     drop lost
//     check
#[test]
fn refusal_settings() {
    use heapproof_heap::{Configuration, Heap, Value};

    assert!(Configuration::default().with_interval(0).is_err());
    assert!(Configuration::default().with_bounds(0, 8).is_err());
    assert!(Configuration::default().with_bounds(9, 8).is_err());
    assert!(Configuration::default().with_count_ceiling(0).is_err());
    assert!(Configuration::default().with_capacity(0).is_err());
    assert!(Configuration::default().with_generation_ceiling(0).is_err());
    let configuration = Configuration::default().with_interval(3).unwrap().with_bounds(2, 8).unwrap();
    let mut heap = Heap::with_configuration((), configuration);
    let lost = heap.allocate_table().unwrap();
    heap.set_field(lost, "me", Value::Reference(lost)).unwrap();
    heap.dec_ref(lost).unwrap();
    heap.maybe_check_cycles();
    assert!(!heap.contains(lost));
    let report = heap.verify_heap_with_roots(&[]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
}

// `heap` carries this out as the model says.
//
//     heapproof trace 1
//     gone = table
//     drop gone
//     map = table
//     list = array 1
//     cell = box 2
//     code = closure 0 3
//     map.x = gone
//     list[0] = gone
//     *cell = gone
//     code{0} = gone
//     push list gone
//     pair = array list gone
//     function = closure 0 gone
//     nest = box gone
#[test]
fn refusal_stale_value() {
    use heapproof_heap::{Counts, Heap, HeapError, ObjectId, Value};

    let mut heap = Heap::<()>::new();
    let gone = heap.allocate_table().unwrap();
    heap.dec_ref(gone).unwrap();
    let map = heap.allocate_table().unwrap();
    let list = heap.allocate_array(&[Value::Int(1)]).unwrap();
    let cell = heap.allocate_box(Value::Int(2)).unwrap();
    let code = heap.allocate_closure(0, &[Value::Int(3)]).unwrap();
    assert!(matches!(heap.set_field(map, "x", Value::Reference(gone)), Err(HeapError::Stale { object: stale }) if stale != map));
    assert!(matches!(heap.set_element(list, 0, Value::Reference(gone)), Err(HeapError::Stale { object: stale }) if stale != list));
    assert!(matches!(heap.set_box(cell, Value::Reference(gone)), Err(HeapError::Stale { object: stale }) if stale != cell));
    assert!(matches!(heap.set_capture(code, 0, Value::Reference(gone)), Err(HeapError::Stale { object: stale }) if stale != code));
    assert!(matches!(heap.push(list, Value::Reference(gone)), Err(HeapError::Stale { object: stale }) if stale != list));
    assert!(matches!(heap.allocate_array(&[Value::Reference(list), Value::Reference(gone)]), Err(HeapError::Stale { object: stale }) if stale != ObjectId::NIL));
    assert!(matches!(heap.allocate_closure(0, &[Value::Reference(gone)]), Err(HeapError::Stale { object: stale }) if stale != ObjectId::NIL));
    assert!(matches!(heap.allocate_box(Value::Reference(gone)), Err(HeapError::Stale { object: stale }) if stale != ObjectId::NIL));
    assert!(!heap.contains(gone));
    assert_eq!(heap.counts(map), Some(Counts { external: 1, internal: 0, weak: 0 }));
    assert_eq!(heap.counts(list), Some(Counts { external: 1, internal: 0, weak: 0 }));
    assert_eq!(heap.counts(cell), Some(Counts { external: 1, internal: 0, weak: 0 }));
    assert_eq!(heap.counts(code), Some(Counts { external: 1, internal: 0, weak: 0 }));
    let report = heap.verify_heap_with_roots(&[map, list, cell, code]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    heap.dec_ref(map).unwrap();
    heap.dec_ref(list).unwrap();
    heap.dec_ref(cell).unwrap();
    heap.dec_ref(code).unwrap();
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
}

// `heap` carries this out as the model says.
//
//     heapproof trace 1
//     kept = table
//     log = array
//     first = table
//     second = table
//     on first: kept.x = second
//     on second: push log 2
//     pair = array first second
//     drop first
//     drop second
//     drop pair
//     kept.x = nil
#[test]
fn resurrection_of_a_queued_object() {
    use heapproof_heap::{Counts, Heap, Host, ObjectId, Value};

    #[derive(Clone, Default)]
    struct Machine {
        first: ObjectId,
        kept: ObjectId,
        log_: ObjectId,
        second: ObjectId,
    }

    impl Host for Machine {
        fn finalize(heap: &mut Heap<Self>, object: ObjectId) {
            let &Machine { first, kept, log_, second, .. } = heap.host();
            if object == first {
                heap.set_field(kept, "x", Value::Reference(second)).unwrap();
            } else if object == second {
                heap.push(log_, Value::Int(2)).unwrap();
            }
        }
    }

    let mut heap = Heap::<Machine>::new();
    let kept = heap.allocate_table().unwrap();
    heap.host_mut().kept = kept;
    let log_ = heap.allocate_array(&[]).unwrap();
    heap.host_mut().log_ = log_;
    let first = heap.allocate_table().unwrap();
    heap.host_mut().first = first;
    let second = heap.allocate_table().unwrap();
    heap.host_mut().second = second;
    heap.arm_finalizer(first).unwrap();
    heap.arm_finalizer(second).unwrap();
    let pair = heap.allocate_array(&[Value::Reference(first), Value::Reference(second)]).unwrap();
    heap.dec_ref(first).unwrap();
    heap.dec_ref(second).unwrap();
    heap.dec_ref(pair).unwrap();
    heap.set_field(kept, "x", Value::Nil).unwrap();
    assert_eq!(heap.counts(kept), Some(Counts { external: 1, internal: 0, weak: 0 }));
    assert_eq!(heap.counts(log_), Some(Counts { external: 1, internal: 0, weak: 0 }));
    assert!(!heap.contains(first));
    assert!(!heap.contains(second));
    assert!(!heap.contains(pair));
    let report = heap.verify_heap_with_roots(&[kept, log_]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    heap.dec_ref(kept).unwrap();
    heap.dec_ref(log_).unwrap();
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
    assert_eq!(heap.finalizer_panics(), 0);
}

// `heap` carries this out as the model says.
// How far a slice gets is the heap's choice; the calls follow what was chosen here.
//
//     heapproof trace 1
//     a = ring 2
//     b = ring 2
//     drop a
//     drop b
//     collect 2
//     collect 2
//     collect 2
#[test]
fn slice_takes_a_ring_at_a_time() {
    use heapproof_heap::{Heap, Host, ObjectId, Value};

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

    let mut heap = Heap::<()>::new();
    let a = linked(&mut heap, 2, true)[0];
    let b = linked(&mut heap, 2, true)[0];
    heap.dec_ref(a).unwrap();
    heap.dec_ref(b).unwrap();
    heap.collect_slice(2).unwrap();
    heap.collect_slice(2).unwrap();
    heap.collect_slice(2).unwrap();
    assert!(!heap.contains(a));
    assert!(!heap.contains(b));
    let report = heap.verify_heap_with_roots(&[]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
}

// `heap` carries this out as the model says.
//
//     heapproof trace 1
//     list = array 0.0 -0.0 nan inf -inf 5e-324 -5e-324 2.2250738585072014e-308 1.7976931348623157e308 0.1
//     list[1]
//     list[2]
//     list[5]
//     cell = scalar nan
#[test]
fn value_floating_point_numbers() {
    use heapproof_heap::{Counts, Heap, Value};

    let mut heap = Heap::<()>::new();
    let list = heap.allocate_array(&[Value::Float(0.0), Value::Float(-0.0), Value::Float(f64::NAN), Value::Float(f64::INFINITY), Value::Float(f64::NEG_INFINITY), Value::Float(5e-324), Value::Float(-5e-324), Value::Float(2.2250738585072014e-308), Value::Float(1.7976931348623157e308), Value::Float(0.1)]).unwrap();
    assert_eq!(heap.get_element(list, 1), Ok(Value::Float(-0.0)));
    assert_eq!(heap.get_element(list, 2), Ok(Value::Float(f64::NAN)));
    assert_eq!(heap.get_element(list, 5), Ok(Value::Float(5e-324)));
    let cell = heap.allocate_scalar(Value::Float(f64::NAN)).unwrap();
    assert_eq!(heap.counts(list), Some(Counts { external: 1, internal: 0, weak: 0 }));
    assert_eq!(heap.counts(cell), Some(Counts { external: 1, internal: 0, weak: 0 }));
    let report = heap.verify_heap_with_roots(&[list, cell]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    heap.dec_ref(list).unwrap();
    heap.dec_ref(cell).unwrap();
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
}

// `heap` carries this out as the model says.
//
//     heapproof trace 1
//     map = table
//     map.nothing = nil
//     map.yes = true
//     map.no = false
//     map.letter = 'c'
//     map.whole = 5
//     map.part = 1.5
//     map.word = "text"
//     map.thing = map
//     map.letter
//     map.word
//     map.thing
#[test]
fn value_of_every_kind() {
    use heapproof_heap::{Counts, Heap, Value};

    let mut heap = Heap::<()>::new();
    let map = heap.allocate_table().unwrap();
    heap.set_field(map, "nothing", Value::Nil).unwrap();
    heap.set_field(map, "yes", Value::Bool(true)).unwrap();
    heap.set_field(map, "no", Value::Bool(false)).unwrap();
    heap.set_field(map, "letter", Value::Char('c')).unwrap();
    heap.set_field(map, "whole", Value::Int(5)).unwrap();
    heap.set_field(map, "part", Value::Float(1.5)).unwrap();
    heap.set_field(map, "word", Value::from("text")).unwrap();
    heap.set_field(map, "thing", Value::Reference(map)).unwrap();
    assert_eq!(heap.get_field(map, "letter"), Ok(Value::Char('c')));
    assert_eq!(heap.get_field(map, "word"), Ok(Value::from("text")));
    assert_eq!(heap.get_field(map, "thing"), Ok(Value::Reference(map)));
    assert_eq!(heap.counts(map), Some(Counts { external: 1, internal: 1, weak: 0 }));
    let report = heap.verify_heap_with_roots(&[map]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    heap.dec_ref(map).unwrap();
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
}

// `heap` carries this out as the model says.
//
//     heapproof trace 1
//     kept = table
//     target = table
//     watch = weak target
//     on target: me = upgrade watch
//     on target: kept.x = me
//     drop target
//     seen = upgrade watch
#[test]
fn weak_upgrade_in_the_finalizer() {
    use heapproof_heap::{Counts, Heap, Host, ObjectId, Value};

    #[derive(Clone, Default)]
    struct Machine {
        kept: ObjectId,
        target: ObjectId,
        watch: ObjectId,
    }

    impl Host for Machine {
        fn finalize(heap: &mut Heap<Self>, object: ObjectId) {
            let &Machine { kept, target, watch, .. } = heap.host();
            if object == target {
                assert_eq!(heap.upgrade(watch), Ok(object));
                let me = object;
                heap.set_field(kept, "x", Value::Reference(me)).unwrap();
                heap.dec_ref(object).unwrap();
            }
        }
    }

    let mut heap = Heap::<Machine>::new();
    let kept = heap.allocate_table().unwrap();
    heap.host_mut().kept = kept;
    let target = heap.allocate_table().unwrap();
    heap.host_mut().target = target;
    let watch = heap.allocate_weak(target).unwrap();
    heap.host_mut().watch = watch;
    heap.arm_finalizer(target).unwrap();
    heap.arm_finalizer(target).unwrap();
    heap.dec_ref(target).unwrap();
    assert_eq!(heap.upgrade(watch), Ok(target));
    assert_eq!(heap.counts(kept), Some(Counts { external: 1, internal: 0, weak: 0 }));
    assert_eq!(heap.counts(target), Some(Counts { external: 1, internal: 1, weak: 1 }));
    assert_eq!(heap.counts(watch), Some(Counts { external: 1, internal: 0, weak: 0 }));
    let report = heap.verify_heap_with_roots(&[kept, target, watch]);
    assert!(report.is_clean(), "{}", report.format_report());
    heap.collect_cycles().unwrap();
    heap.dec_ref(kept).unwrap();
    heap.dec_ref(target).unwrap();
    heap.dec_ref(watch).unwrap();
    heap.collect_cycles().unwrap();
    assert!(heap.is_empty());
    assert_eq!(heap.finalizer_panics(), 0);
}

// `canary:freed-too-early` fails: freed-too-early
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
    use heapproof_heap::{Heap, Value};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_box(Value::Nil).unwrap();
    heap.set_box(a, Value::Reference(a)).unwrap();
    heap.collect_cycles().unwrap();
    heap.dec_ref(a).unwrap();
    assert!(heap.contains(a));
}

// `canary:not-freed-comes-back` fails: not-freed
// after the last line, where all is collected and dropped, when `a` is dropped:
//   the model says    `a` is gone
//   the subject says  `a` lives
// why:
//   the count of `a` goes 1 -> 0 at the end: external 1 before (+1 line 1, -1 the end)
//
//     heapproof trace 1
//     a = table
//     b = table
#[test]
fn canary_not_freed_comes_back() {
    use heapproof_heap::Heap;

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.allocate_table().unwrap();
    heap.collect_cycles().unwrap();
    heap.dec_ref(a).unwrap();
    assert!(!heap.contains(a));
}

// `canary:contents-kind` fails: contents-kind
// at line 1, `a = closure 0`:
//   the model says    `a` is a closure of function 0 holding []
//   the subject says  `a` is an array holding []
// why:
//   `a` lives and is a closure; it was made or changed at line 1
//
//     heapproof trace 1
//     a = closure 0
#[test]
fn canary_contents_kind() {
    use heapproof_heap::{Heap, View};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_closure(0, &[]).unwrap();
    assert!(matches!(heap.object(a), Some(View::Closure { function: 0, captures: held }) if held.is_empty()));
}

// `canary:contents-target` fails: contents-target
// at line 3, `c = weak b`:
//   the model says    `c` is a weak object, its target `b`
//   the subject says  `c` is a weak object, its target nil
// why:
//   `c` lives and is a weak object; it was made or changed at line 3
//
//     heapproof trace 1
//     a = table
//     b = weak a
//     c = weak b
#[test]
fn canary_contents_target() {
    use heapproof_heap::{Heap, View};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    let b = heap.allocate_weak(a).unwrap();
    let c = heap.allocate_weak(b).unwrap();
    assert!(matches!(heap.object(c), Some(View::Weak(target)) if target == b));
}

// `canary:contents-fields` fails: contents-fields
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

// `canary:contents-function` fails: contents-function
// at line 1, `a = closure 2`:
//   the model says    `a` is a closure of function 2 holding []
//   the subject says  `a` is a closure of function 0 holding []
// why:
//   `a` lives and is a closure; it was made or changed at line 1
//
//     heapproof trace 1
//     a = closure 2
#[test]
fn canary_contents_function() {
    use heapproof_heap::{Heap, View};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_closure(2, &[]).unwrap();
    assert!(matches!(heap.object(a), Some(View::Closure { function: 2, captures: held }) if held.is_empty()));
}

// `canary:contents-values` fails: contents-values
// at line 1, `a = array nil nil true`:
//   the model says    `a` is an array holding [nil, nil, true]
//   the subject says  `a` is an array holding [nil, nil, nil]
// why:
//   value 2 of `a`: true by the model, since line 1; the subject has nil
//   `a` lives and is an array; it was made or changed at line 1
//
//     heapproof trace 1
//     a = array nil nil true
#[test]
fn canary_contents_values() {
    use heapproof_heap::{Heap, Value, View};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_array(&[Value::Nil, Value::Nil, Value::Bool(true)]).unwrap();
    assert!(matches!(heap.object(a), Some(View::Array(held)) if *held == [Value::Nil, Value::Nil, Value::Bool(true)]));
}

// `canary:counts-internal` fails: counts-internal
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

// `canary:counts-weak` fails: counts-weak
// at line 3, `c = weak a`:
//   the model says    `a`: external 1, internal 0, weak 2
//   the subject says  `a`: external 1, internal 0, weak 1
// why:
//   what counts for `a`: external 1 (+1 line 1); weak 2: `b`, `c`
//   at line 3 the weak count goes 1 -> 2; the subject's stays 1
//
//     heapproof trace 1
//     a = table
//     b = weak a
//     c = weak a
#[test]
fn canary_counts_weak() {
    use heapproof_heap::{Counts, Heap};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.allocate_weak(a).unwrap();
    heap.allocate_weak(a).unwrap();
    assert_eq!(heap.counts(a), Some(Counts { external: 1, internal: 0, weak: 2 }));
}

// `canary:statistics-allocations` fails: statistics-allocations
// at line 4, `d = table`:
//   the model says    allocations: 4
//   the subject says  allocations: 3
// why:
//   allocations became 1 at line 1, 2 at line 2, 3 at line 3, 4 at line 4
//
//     heapproof trace 1
//     a = table
//     b = table
//     c = table
//     d = table
#[test]
fn canary_statistics_allocations() {
    use heapproof_heap::Heap;

    let mut heap = Heap::<()>::new();
    heap.allocate_table().unwrap();
    heap.allocate_table().unwrap();
    heap.allocate_table().unwrap();
    heap.allocate_table().unwrap();
    assert_eq!(heap.statistics().allocations, 4);
}

// `canary:statistics-frees` fails: statistics-frees
// after the last line, where all is collected and dropped, when `b` is dropped:
//   the model says    frees: 2
//   the subject says  frees: 1
// why:
//   frees became 1 at the end, 2 at the end
//
//     heapproof trace 1
//     a = table
//     b = table
#[test]
fn canary_statistics_frees() {
    use heapproof_heap::Heap;

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    let b = heap.allocate_table().unwrap();
    heap.collect_cycles().unwrap();
    heap.dec_ref(a).unwrap();
    heap.dec_ref(b).unwrap();
    assert_eq!(heap.statistics().frees, 2);
}

// `canary:statistics-live-objects` fails: statistics-live-objects
// at line 4, `d = table`:
//   the model says    live objects: 4
//   the subject says  live objects: 3
// why:
//   live objects became 1 at line 1, 2 at line 2, 3 at line 3, 4 at line 4
//
//     heapproof trace 1
//     a = table
//     b = table
//     c = table
//     d = table
#[test]
fn canary_statistics_live_objects() {
    use heapproof_heap::Heap;

    let mut heap = Heap::<()>::new();
    heap.allocate_table().unwrap();
    heap.allocate_table().unwrap();
    heap.allocate_table().unwrap();
    heap.allocate_table().unwrap();
    assert_eq!(heap.statistics().live_objects, 4);
}

// `canary:statistics-cycles-detected` fails: statistics-cycles-detected
// at line 4, `detect full`:
//   the model says    cycles detected: 2
//   the subject says  cycles detected: 1
// why:
//   cycles detected became 1 at line 3, 2 at line 4
//
//     heapproof trace 1
//     a = table
//     a.next = a
//     detect full
//     detect full
#[test]
fn canary_statistics_cycles_detected() {
    use heapproof_heap::{Heap, Value};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.set_field(a, "next", Value::Reference(a)).unwrap();
    heap.detect_cycles_full();
    heap.detect_cycles_full();
    assert_eq!(heap.statistics().cycles_detected, 2);
}

// `canary:statistics-cycles-collected` fails: statistics-cycles-collected
// after the last line, where all is collected and dropped, at `collect`:
//   the model says    cycles collected: 2
//   the subject says  cycles collected: 1
// why:
//   cycles collected became 2 at the end
//
//     heapproof trace 1
//     a = table
//     a.next = a
//     b = table
//     b.next = b
#[test]
fn canary_statistics_cycles_collected() {
    use heapproof_heap::{Heap, Value};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.set_field(a, "next", Value::Reference(a)).unwrap();
    let b = heap.allocate_table().unwrap();
    heap.set_field(b, "next", Value::Reference(b)).unwrap();
    heap.collect_cycles().unwrap();
    heap.dec_ref(a).unwrap();
    heap.dec_ref(b).unwrap();
    heap.collect_cycles().unwrap();
    assert_eq!(heap.statistics().cycles_collected, 2);
}

// `canary:statistics-checks` fails: statistics-checks
// at line 5, `check`:
//   the model says    checks: 2
//   the subject says  checks: 1
// why:
//   checks became 1 at line 4, 2 at line 5
//   1 operations since the last check, interval 1: so a check is due
//
//     heapproof trace 1
//     set interval 1
//     set bounds 1 1
//     a = table
//     b = table
//     check
#[test]
fn canary_statistics_checks() {
    use heapproof_heap::{Configuration, Heap};

    let configuration = Configuration::default().with_interval(1).unwrap().with_bounds(1, 1).unwrap();
    let mut heap = Heap::with_configuration((), configuration);
    heap.allocate_table().unwrap();
    heap.allocate_table().unwrap();
    heap.maybe_check_cycles();
    assert_eq!(heap.statistics().checks, 2);
}

// `canary:statistics-average-rate` fails: statistics-average-rate
// at line 3, `check`:
//   the model says    average rate: 300
//   the subject says  average rate: 200
// why:
//   average rate became 300 at line 3
//   rate = 1000 * 1 allocations / 1 operations = 1000; average = (7 * 0 + 3 * 1000) / 10 = 300
//   interval 1 -> 100: 6/5 (at least 1 more), since no cycle was collected, then 9/10, since the average is above 100, then clamped into the bounds
//
//     heapproof trace 1
//     set interval 1
//     a = table
//     check
#[test]
fn canary_statistics_average_rate() {
    use heapproof_heap::{Configuration, Heap};

    let configuration = Configuration::default().with_interval(1).unwrap();
    let mut heap = Heap::with_configuration((), configuration);
    heap.allocate_table().unwrap();
    heap.maybe_check_cycles();
    assert_eq!(heap.statistics().average_rate, 300);
}

// `canary:statistics-interval` fails: statistics-interval
// at line 1, `set interval 1`:
//   the model says    interval: 1
//   the subject says  interval: 2
// why:
//   interval became 1 at line 1
//
//     heapproof trace 1
//     set interval 1
#[test]
fn canary_statistics_interval() {
    use heapproof_heap::{Configuration, Heap};

    let configuration = Configuration::default().with_interval(1).unwrap();
    let heap = Heap::with_configuration((), configuration);
    assert_eq!(heap.statistics().interval, 1);
}

// `canary:statistics-operations-since-check` fails: statistics-operations-since-check
// after the last line, where all is collected and dropped, when `b` is dropped:
//   the model says    operations since check: 5
//   the subject says  operations since check: 4
// why:
//   operations since check became 1 at line 1, 2 at line 3, 3 at the end, 4 at the end, 5 at the end
//   4 operations since the last check, interval 1000: so no check is due
//
//     heapproof trace 1
//     a = table
//     take a
//     b = table
#[test]
fn canary_statistics_operations_since_check() {
    use heapproof_heap::Heap;

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.inc_ref(a).unwrap();
    let b = heap.allocate_table().unwrap();
    heap.collect_cycles().unwrap();
    heap.dec_ref(a).unwrap();
    heap.dec_ref(a).unwrap();
    heap.dec_ref(b).unwrap();
    assert_eq!(heap.statistics().operations_since_check, 5);
}

// `canary:statistics-finalizer-panics` fails: statistics-finalizer-panics
// after the last line, where all is collected and dropped, when `a` is dropped:
//   the model says    finalizer panics: 1
//   the subject says  finalizer panics: 0
// why:
//   finalizer panics became 1 at the end
//
//     heapproof trace 1
//     a = table
//     on a: panic
#[test]
fn canary_statistics_finalizer_panics() {
    use heapproof_heap::{Heap, Host, ObjectId};

    #[derive(Clone, Default)]
    struct Machine {
        a: ObjectId,
    }

    impl Host for Machine {
        fn finalize(heap: &mut Heap<Self>, object: ObjectId) {
            let &Machine { a, .. } = heap.host();
            if object == a {
                std::panic::resume_unwind(Box::new("the finalizer panics"));
            }
        }
    }

    let mut heap = Heap::<Machine>::new();
    let a = heap.allocate_table().unwrap();
    heap.host_mut().a = a;
    heap.arm_finalizer(a).unwrap();
    heap.collect_cycles().unwrap();
    heap.dec_ref(a).unwrap();
    assert_eq!(heap.finalizer_panics(), 1);
    assert_eq!(heap.finalizer_panics(), 1);
}

// `canary:statistics-verifications` fails: statistics-verifications
// at line 3, `b = table`:
//   the model says    verifications: 1
//   the subject says  verifications: 0
// why:
//   verifications became 1 at line 3
//
//     heapproof trace 1
//     set verify 1
//     a = table
//     b = table
#[test]
fn canary_statistics_verifications() {
    use heapproof_heap::{Configuration, Heap};

    let configuration = Configuration::default().with_verification_interval(Some(1)).unwrap();
    let mut heap = Heap::with_configuration((), configuration);
    heap.allocate_table().unwrap();
    heap.allocate_table().unwrap();
    assert_eq!(heap.statistics().verifications, 1);
}

// `canary:cycles` fails: cycles
// at line 4, `a.next = nil`:
//   the model says    the cycles known: {`a`}
//   the subject says  the cycles known: none
// why:
//   known is what the detection of line 3 found, less the cycles of which an object has died since
//
//     heapproof trace 1
//     a = table
//     a.next = a
//     detect full
//     a.next = nil
#[test]
fn canary_cycles() {
    use heapproof_heap::{Heap, Host, ObjectId, Value};
    use std::collections::BTreeSet;

    fn cycles<H: Host>(heap: &Heap<H>) -> BTreeSet<BTreeSet<ObjectId>> {
        heap.cycles().map(|cycle| cycle.iter().copied().collect()).collect()
    }

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.set_field(a, "next", Value::Reference(a)).unwrap();
    heap.detect_cycles_full();
    heap.set_field(a, "next", Value::Nil).unwrap();
    assert_eq!(cycles(&heap), BTreeSet::from([BTreeSet::from([a])]));
}

// `canary:detection-misses-cycle` fails: detection-misses-cycle
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

// `canary:detection-invents-cycle` fails: detection-invents-cycle
// at line 4, `b.next = b`:
//   the model says    the cycles that a detection finds: {`a`} {`b`}
//   the subject says  the cycles that a detection finds: {`a`, `b`}
// why:
//   `a` is in a cycle: `a.next = a` (line 2)
//   `b` is in a cycle: `b.next = b` (line 4)
//   {`a`, `b`} is no whole cycle: more than one, or a part of one
//
//     heapproof trace 1
//     a = table
//     a.next = a
//     b = table
//     b.next = b
#[test]
fn canary_detection_invents_cycle() {
    use heapproof_heap::{Heap, Host, ObjectId, Value};
    use std::collections::BTreeSet;

    fn cycles<H: Host>(heap: &Heap<H>) -> BTreeSet<BTreeSet<ObjectId>> {
        heap.cycles().map(|cycle| cycle.iter().copied().collect()).collect()
    }

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.set_field(a, "next", Value::Reference(a)).unwrap();
    let b = heap.allocate_table().unwrap();
    heap.set_field(b, "next", Value::Reference(b)).unwrap();
    let mut copy = heap.clone();
    copy.detect_cycles();
    assert_eq!(cycles(&copy), BTreeSet::from([BTreeSet::from([a]), BTreeSet::from([b])]));
    copy.detect_cycles();
    assert_eq!(cycles(&copy), BTreeSet::from([BTreeSet::from([a]), BTreeSet::from([b])]));
    copy.detect_cycles_full();
    assert_eq!(cycles(&copy), BTreeSet::from([BTreeSet::from([a]), BTreeSet::from([b])]));
}

// `canary:over-budget-looks-again` fails: over-budget
// at line 2, `a.next = a`:
//   the model says    at most 0 objects are touched here
//   the subject says  1 objects are touched
// why:
//   tried on a copy: a detection right after another has nothing to look at
//
//     heapproof trace 1
//     a = table
//     a.next = a
#[test]
fn canary_over_budget_looks_again() {
    use heapproof_heap::{Heap, Value};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.set_field(a, "next", Value::Reference(a)).unwrap();
    let mut copy = heap.clone();
    copy.detect_cycles();
    let before = copy.statistics().objects_touched;
    copy.detect_cycles();
    assert_eq!(copy.statistics().objects_touched, before);
}

// `canary:journal-died-died` fails: journal-died-died
// after the last line, where all is collected and dropped, when `b` is dropped:
//   the model says    `b` dies
//   the subject says  `a` dies
// why:
//   the count of `b` goes 1 -> 0 at the end: external 1 before (+1 line 2, -1 the end)
//
//     heapproof trace 1
//     a = table
//     b = box a
#[test]
fn canary_journal_died_died() {
    use heapproof_heap::{Heap, Host, ObjectId, Value};

    #[derive(Clone, Default)]
    struct Machine {
        log: Vec<(&'static str, ObjectId)>,
    }

    impl Host for Machine {
        fn finalize(heap: &mut Heap<Self>, object: ObjectId) {
            heap.host_mut().log.push(("finalizes", object));
        }

        fn died(&mut self, object: ObjectId) {
            self.log.push(("dies", object));
        }
    }

    let mut heap = Heap::<Machine>::new();
    let a = heap.allocate_table().unwrap();
    let b = heap.allocate_box(Value::Reference(a)).unwrap();
    heap.collect_cycles().unwrap();
    heap.dec_ref(a).unwrap();
    heap.host_mut().log.clear();
    heap.dec_ref(b).unwrap();
    assert_eq!(heap.host().log, [("dies", b), ("dies", a)]);
}

// `canary:journal-died-nothing` fails: journal-died-nothing
// after the last line, where all is collected and dropped, when `a` is dropped:
//   the model says    `a` dies
//   the subject says  nothing more happens
// why:
//   the count of `a` goes 1 -> 0 at the end: external 1 before (+1 line 1, -1 the end)
//
//     heapproof trace 1
//     a = table
#[test]
fn canary_journal_died_nothing() {
    use heapproof_heap::{Heap, Host, ObjectId};

    #[derive(Clone, Default)]
    struct Machine {
        log: Vec<(&'static str, ObjectId)>,
    }

    impl Host for Machine {
        fn finalize(heap: &mut Heap<Self>, object: ObjectId) {
            heap.host_mut().log.push(("finalizes", object));
        }

        fn died(&mut self, object: ObjectId) {
            self.log.push(("dies", object));
        }
    }

    let mut heap = Heap::<Machine>::new();
    let a = heap.allocate_table().unwrap();
    heap.collect_cycles().unwrap();
    heap.host_mut().log.clear();
    heap.dec_ref(a).unwrap();
    assert_eq!(heap.host().log, [("dies", a)]);
}

// `canary:journal-died-began` fails: journal-died-began
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
    use heapproof_heap::{Heap, Host, ObjectId};

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

    let mut heap = Heap::<Machine>::new();
    let a = heap.allocate_table().unwrap();
    heap.host_mut().a = a;
    heap.arm_finalizer(a).unwrap();
    heap.collect_cycles().unwrap();
    heap.host_mut().log.clear();
    heap.dec_ref(a).unwrap();
    assert_eq!(heap.host().log, [("finalizes", a), ("dies", a)]);
    assert_eq!(heap.finalizer_panics(), 1);
}

// `canary:journal-panicked-returned` fails: journal-panicked-returned
// after the last line, where all is collected and dropped, when `a` is dropped:
//   the model says    the finalizer panics
//   the subject says  the finalizer returns
// why:
//   before, in this call: the finalizer of `a` begins
//
//     heapproof trace 1
//     a = table
//     on a: panic
#[test]
fn canary_journal_panicked_returned() {
    use heapproof_heap::{Heap, Host, ObjectId};

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

    let mut heap = Heap::<Machine>::new();
    let a = heap.allocate_table().unwrap();
    heap.host_mut().a = a;
    heap.arm_finalizer(a).unwrap();
    heap.collect_cycles().unwrap();
    heap.host_mut().log.clear();
    heap.dec_ref(a).unwrap();
    assert_eq!(heap.host().log, [("finalizes", a), ("dies", a)]);
    assert_eq!(heap.finalizer_panics(), 1);
}

// `canary:journal-reentrant-done` fails: journal-reentrant-done
// after the last line, where all is collected and dropped, when `a` is dropped:
//   the model says    the finalizer's operation: refused (reentrant)
//   the subject says  the finalizer's operation: done
// why:
//   before, in this call: the finalizer of `a` begins
//
//     heapproof trace 1
//     a = table
//     on a: end
#[test]
fn canary_journal_reentrant_done() {
    use heapproof_heap::{Heap, HeapError, Host, ObjectId};

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
                assert!(matches!(heap.end_frame(), Err(HeapError::Reentrant)));
            }
        }

        fn died(&mut self, object: ObjectId) {
            self.log.push(("dies", object));
        }
    }

    let mut heap = Heap::<Machine>::new();
    let a = heap.allocate_table().unwrap();
    heap.host_mut().a = a;
    heap.arm_finalizer(a).unwrap();
    heap.collect_cycles().unwrap();
    heap.host_mut().log.clear();
    heap.dec_ref(a).unwrap();
    assert_eq!(heap.host().log, [("finalizes", a), ("dies", a)]);
    assert_eq!(heap.finalizer_panics(), 0);
}

// `canary:journal-recovered-recovered` fails: journal-recovered-recovered
// at line 1, `recover`:
//   the model says    the heap is recovered, losing nothing
//   the subject says  the heap is recovered, losing value 0 of #0
//
//     heapproof trace 1
//     recover
#[test]
fn canary_journal_recovered_recovered() {
    use heapproof_heap::{Heap, Host, ObjectId};

    #[derive(Clone, Default)]
    struct Machine {
        log: Vec<(&'static str, ObjectId)>,
    }

    impl Host for Machine {
        fn finalize(heap: &mut Heap<Self>, object: ObjectId) {
            heap.host_mut().log.push(("finalizes", object));
        }

        fn died(&mut self, object: ObjectId) {
            self.log.push(("dies", object));
        }
    }

    let mut heap = Heap::<Machine>::new();
    heap.host_mut().log.clear();
    heap.attempt_recovery(&heap.verify_heap(), None).unwrap();
    assert!(heap.host().log.is_empty());
}

// `canary:verification-count_mismatch` fails: verification-count_mismatch
// at line 2, `b = array a a`:
//   the model says    the heap is in order, so verification finds nothing
//   the subject says  verification finds: count mismatch at `a`
// why:
//   what counts for `a`: external 1 (+1 line 1); internal 2: `b[0] = a` (line 2), `b[1] = a` (line 2)
//
//     heapproof trace 1
//     a = table
//     b = array a a
#[test]
fn canary_verification_count_mismatch() {
    use heapproof_heap::{Heap, Value};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    let b = heap.allocate_array(&[Value::Reference(a), Value::Reference(a)]).unwrap();
    let report = heap.verify_heap_with_roots(&[a, b]);
    assert!(report.is_clean(), "{}", report.format_report());
    let report = heap.verify_heap();
    assert!(report.is_clean(), "{}", report.format_report());
}

// `canary:verification-dangling` fails: verification-dangling
// after the last line, where all is collected and dropped, when `a` is dropped:
//   the model says    the heap is in order, so verification finds nothing
//   the subject says  verification finds: dangling at `b`
// why:
//   what counts for `b`: external 1 (+1 line 2)
//
//     heapproof trace 1
//     a = table
//     b = weak a
#[test]
fn canary_verification_dangling() {
    use heapproof_heap::Heap;

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    let b = heap.allocate_weak(a).unwrap();
    heap.collect_cycles().unwrap();
    heap.dec_ref(a).unwrap();
    let report = heap.verify_heap_with_roots(&[b]);
    assert!(report.is_clean(), "{}", report.format_report());
    let report = heap.verify_heap();
    assert!(report.is_clean(), "{}", report.format_report());
}

// `canary:verification-orphaned` fails: verification-orphaned
// after the last line, where all is collected and dropped, when `a` is dropped:
//   the model says    the heap is in order, so verification finds nothing
//   the subject says  verification finds: orphaned at `a`
// why:
//   what counts for `a`: external 0 (+1 line 1, -1 the end); internal 1: `a.next = a` (line 2)
//
//     heapproof trace 1
//     a = table
//     a.next = a
#[test]
fn canary_verification_orphaned() {
    use heapproof_heap::{Heap, Value};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.set_field(a, "next", Value::Reference(a)).unwrap();
    heap.collect_cycles().unwrap();
    heap.dec_ref(a).unwrap();
    let report = heap.verify_heap_with_roots(&[]);
    assert!(report.is_clean(), "{}", report.format_report());
    let report = heap.verify_heap();
    assert!(report.is_clean(), "{}", report.format_report());
}

// `canary:verification-dirty` fails: verification-dirty
// after the last line, where all is collected and dropped:
//   the model says    the heap is in order, so verification finds nothing
//   the subject says  verification finds: dirty at `a`
// why:
//   what counts for `a`: external 1 (+1 line 1); internal 1: `a.next = a` (line 2)
//
//     heapproof trace 1
//     a = table
//     a.next = a
//     detect full
#[test]
fn canary_verification_dirty() {
    use heapproof_heap::{Heap, Value};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.set_field(a, "next", Value::Reference(a)).unwrap();
    heap.detect_cycles_full();
    let report = heap.verify_heap_with_roots(&[a]);
    assert!(report.is_clean(), "{}", report.format_report());
    let report = heap.verify_heap();
    assert!(report.is_clean(), "{}", report.format_report());
}

// `canary:verification-reference_mismatch` fails: verification-reference_mismatch
// at line 1, `a = array nil nil`:
//   the model says    the heap is in order, so verification finds nothing
//   the subject says  verification finds: reference mismatch at `a`
// why:
//   what counts for `a`: external 1 (+1 line 1)
//
//     heapproof trace 1
//     a = array nil nil
#[test]
fn canary_verification_reference_mismatch() {
    use heapproof_heap::{Heap, Value};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_array(&[Value::Nil, Value::Nil]).unwrap();
    let report = heap.verify_heap_with_roots(&[a]);
    assert!(report.is_clean(), "{}", report.format_report());
    let report = heap.verify_heap();
    assert!(report.is_clean(), "{}", report.format_report());
}

// `canary:verification-weak_corruption` fails: verification-weak_corruption
// at line 3, `c = weak a`:
//   the model says    the heap is in order, so verification finds nothing
//   the subject says  verification finds: weak corruption at `a`
// why:
//   what counts for `a`: external 1 (+1 line 1); weak 2: `b`, `c`
//
//     heapproof trace 1
//     a = table
//     b = weak a
//     c = weak a
#[test]
fn canary_verification_weak_corruption() {
    use heapproof_heap::Heap;

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    let b = heap.allocate_weak(a).unwrap();
    let c = heap.allocate_weak(a).unwrap();
    let report = heap.verify_heap_with_roots(&[a, b, c]);
    assert!(report.is_clean(), "{}", report.format_report());
    let report = heap.verify_heap();
    assert!(report.is_clean(), "{}", report.format_report());
}

// `canary:verification-leak` fails: verification-leak
// after the last line, where all is collected and dropped, when `a` is dropped:
//   the model says    the heap is in order, so verification finds nothing
//   the subject says  verification finds: leak at `a`
// why:
//   what counts for `a`: external 0 (+1 line 1, -1 the end); internal 1: `a.next = a` (line 2)
//
//     heapproof trace 1
//     a = table
//     a.next = a
#[test]
fn canary_verification_leak() {
    use heapproof_heap::{Heap, Value};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.set_field(a, "next", Value::Reference(a)).unwrap();
    heap.collect_cycles().unwrap();
    heap.dec_ref(a).unwrap();
    let report = heap.verify_heap_with_roots(&[]);
    assert!(report.is_clean(), "{}", report.format_report());
    let report = heap.verify_heap();
    assert!(report.is_clean(), "{}", report.format_report());
}

// `canary:verification-double_freed` fails: verification-double_freed
// after the last line, where all is collected and dropped, when `a` is dropped:
//   the model says    the heap is in order, so verification finds nothing
//   the subject says  verification finds: double freed at `b`
// why:
//   what counts for `b`: external 1 (+1 line 2)
//
//     heapproof trace 1
//     a = table
//     b = table
#[test]
fn canary_verification_double_freed() {
    use heapproof_heap::Heap;

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    let b = heap.allocate_table().unwrap();
    heap.collect_cycles().unwrap();
    heap.dec_ref(a).unwrap();
    let report = heap.verify_heap_with_roots(&[b]);
    assert!(report.is_clean(), "{}", report.format_report());
    let report = heap.verify_heap();
    assert!(report.is_clean(), "{}", report.format_report());
}

// `canary:verification-negative` fails: verification-negative
// at line 3, `take a`:
//   the model says    the heap is in order, so verification finds nothing
//   the subject says  verification finds: negative at `a`
// why:
//   what counts for `a`: external 3 (+1 line 1, +1 line 2, +1 line 3)
//
//     heapproof trace 1
//     a = table
//     take a
//     take a
#[test]
fn canary_verification_negative() {
    use heapproof_heap::Heap;

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.inc_ref(a).unwrap();
    heap.inc_ref(a).unwrap();
    let report = heap.verify_heap_with_roots(&[a, a, a]);
    assert!(report.is_clean(), "{}", report.format_report());
    let report = heap.verify_heap();
    assert!(report.is_clean(), "{}", report.format_report());
}

// `canary:fault-missed` fails: fault-missed-dangling_field
// at line 3, `fault dangling_field a`:
//   the model says    the heap was damaged (`dangling_field`), so verification finds: dangling at `a`
//   the subject says  verification finds: nothing
// It needs the heap's feature `fault-injection`.
//
//     heapproof trace 1
//     a = table
//     a.next = a
//     fault dangling_field a
#[test]
fn canary_fault_missed() {
    use heapproof_heap::{Fault, Heap, Value, VerificationErrorKind};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.set_field(a, "next", Value::Reference(a)).unwrap();
    heap.inject(Fault::DanglingField, a).unwrap();
    let report = heap.verify_heap_with_roots(&[a]);
    assert!(report.iter().any(|error| error.kind == VerificationErrorKind::DanglingReference && error.object == a), "{}", report.format_report());
}

// `canary:panicked` fails: panicked
// at line 4, `c = upgrade b`:
//   the model says    it returns
//   the subject says  (panicked) the target is gone
//
//     heapproof trace 1
//     a = table
//     b = weak a
//     drop a
//     c = upgrade b
#[test]
fn canary_panicked() {
    use heapproof_heap::{Heap, ObjectId};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    let b = heap.allocate_weak(a).unwrap();
    heap.dec_ref(a).unwrap();
    assert_eq!(heap.upgrade(b), Ok(ObjectId::NIL));
}

// `canary:result` fails: result
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

// `canary:result-pauses-for-ever` fails: result
// at line 6, `detect 1`:
//   the model says    done, giving true
//   the subject says  done, giving false
// why:
//   this is call 4 of what began at line 3; 1 objects live, so at most 1 + 2 may pause in a row
// How far a slice gets is the heap's choice; the calls follow what was chosen here.
//
//     heapproof trace 1
//     a = table
//     a.next = a
//     detect 1
//     detect 1
//     detect 1
//     detect 1
#[test]
fn canary_result_pauses_for_ever() {
    use heapproof_heap::{Heap, Value};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.set_field(a, "next", Value::Reference(a)).unwrap();
    heap.detect_slice(1).unwrap();
    heap.detect_slice(1).unwrap();
    heap.detect_slice(1).unwrap();
    assert!(heap.detect_slice(1).unwrap());
}

// `canary:outcome-done-capacity` fails: outcome-done-capacity
// at line 2, `push a nil`:
//   the model says    done
//   the subject says  refused (capacity)
// why:
//   `a` lives and is an array; it was made or changed at line 1, line 2
//
//     heapproof trace 1
//     a = array nil nil
//     push a nil
#[test]
fn canary_outcome_done_capacity() {
    use heapproof_heap::{Heap, Value};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_array(&[Value::Nil, Value::Nil]).unwrap();
    heap.push(a, Value::Nil).unwrap();
}

// `canary:outcome-not_held-done` fails: outcome-not_held-done
// at line 4, `drop a`:
//   the model says    refused (not held)
//   the subject says  done
// why:
//   the mutator holds no `a`: +1 line 1, -1 line 3
//
//     heapproof trace 1
//     a = table
//     a.next = a
//     drop a
//     drop a
#[test]
fn canary_outcome_not_held_done() {
    use heapproof_heap::{Heap, HeapError, Value};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.set_field(a, "next", Value::Reference(a)).unwrap();
    heap.dec_ref(a).unwrap();
    assert!(matches!(heap.dec_ref(a), Err(HeapError::NotHeld { .. })));
}

// `canary:outcome-stale-nil` fails: outcome-stale-nil
// at line 3, `take a`:
//   the model says    refused (stale)
//   the subject says  refused (nil)
// why:
//   the count of `a` goes 1 -> 0 at line 2: external 1 before (+1 line 1, -1 line 2)
//
//     heapproof trace 1
//     a = table
//     drop a
//     take a
#[test]
fn canary_outcome_stale_nil() {
    use heapproof_heap::{Heap, HeapError};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.dec_ref(a).unwrap();
    assert!(matches!(heap.inc_ref(a), Err(HeapError::Stale { object: stale }) if stale == a));
}

// `canary:not-freed` fails: not-freed
// after the last line, where all is collected and dropped, when `b` is dropped:
//   the model says    `b` is gone
//   the subject says  `b` lives
// why:
//   the count of `b` goes 1 -> 0 at the end: external 1 before (+1 line 2, -1 the end)
//
//     heapproof trace 1
//     a = table
//     b = weak a
#[test]
fn canary_not_freed() {
    use heapproof_heap::Heap;

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    let b = heap.allocate_weak(a).unwrap();
    heap.collect_cycles().unwrap();
    heap.dec_ref(a).unwrap();
    heap.dec_ref(b).unwrap();
    assert!(!heap.contains(b));
}

// `canary:counts-external` fails: counts-external
// at line 3, `take a`:
//   the model says    `a`: external 2, internal 1, weak 0
//   the subject says  `a`: external 1, internal 1, weak 0
// why:
//   what counts for `a`: external 2 (+1 line 1, +1 line 3); internal 1: `a.next = a` (line 2)
//   at line 3 the external count goes 1 -> 2; the subject's stays 1
//
//     heapproof trace 1
//     a = table
//     a.next = a
//     take a
#[test]
fn canary_counts_external() {
    use heapproof_heap::{Counts, Heap, Value};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.set_field(a, "next", Value::Reference(a)).unwrap();
    heap.inc_ref(a).unwrap();
    assert_eq!(heap.counts(a), Some(Counts { external: 2, internal: 1, weak: 0 }));
}

// `canary:journal-began-died` fails: journal-began-died
// after the last line, where all is collected and dropped, when `a` is dropped:
//   the model says    the finalizer of `a` begins
//   the subject says  `a` dies
// why:
//   the finalizer of `a` is made by line 2
//   the count of `a` goes 1 -> 0 at the end: external 1 before (+1 line 1, -1 the end)
//
//     heapproof trace 1
//     a = box nil
//     on a: take nil
#[test]
fn canary_journal_began_died() {
    use heapproof_heap::{Heap, Host, ObjectId, Value};

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
                heap.inc_ref(ObjectId::NIL).unwrap();
            }
        }

        fn died(&mut self, object: ObjectId) {
            self.log.push(("dies", object));
        }
    }

    let mut heap = Heap::<Machine>::new();
    let a = heap.allocate_box(Value::Nil).unwrap();
    heap.host_mut().a = a;
    heap.arm_finalizer(a).unwrap();
    heap.collect_cycles().unwrap();
    heap.host_mut().log.clear();
    heap.dec_ref(a).unwrap();
    assert_eq!(heap.host().log, [("finalizes", a), ("dies", a)]);
    assert_eq!(heap.finalizer_panics(), 0);
}

// `canary:over-budget-frame` fails: over-budget
// at line 9, `c = table`:
//   the model says    at most 1 objects are touched here
//   the subject says  2 objects are touched
// why:
//   the frame of line 8 gives the budget
//
//     heapproof trace 1
//     set interval 1
//     set bounds 1 1
//     a = table
//     b = box a
//     drop a
//     a.next = b
//     drop b
//     begin 1
//     c = table
#[test]
fn canary_over_budget_frame() {
    use heapproof_heap::{Budget, Configuration, Heap, Value};

    let configuration = Configuration::default().with_interval(1).unwrap().with_bounds(1, 1).unwrap();
    let mut heap = Heap::with_configuration((), configuration);
    let a = heap.allocate_table().unwrap();
    let b = heap.allocate_box(Value::Reference(a)).unwrap();
    heap.dec_ref(a).unwrap();
    heap.set_field(a, "next", Value::Reference(b)).unwrap();
    heap.dec_ref(b).unwrap();
    heap.begin_frame(Budget::Objects(1)).unwrap();
    let before = heap.statistics().objects_touched;
    heap.allocate_table().unwrap();
    assert!(heap.statistics().objects_touched - before <= 1);
}

// `canary:not-freed-temporary` fails: not-freed
// after the last line, where all is collected and dropped, at `end`:
//   the model says    `a` is gone
//   the subject says  `a` lives
// why:
//   the count of `a` goes 1 -> 0 at the end: external 1 before (+1 line 2, -1 the end)
//
//     heapproof trace 1
//     begin 1
//     a = temp table
#[test]
fn canary_not_freed_temporary() {
    use heapproof_heap::{Budget, Heap, New};

    let mut heap = Heap::<()>::new();
    heap.begin_frame(Budget::Objects(1)).unwrap();
    let a = heap.allocate_temporary(New::Table).unwrap();
    heap.end_frame().unwrap();
    assert!(!heap.contains(a));
}

// `canary:detection-misses-cycle-incremental` fails: detection-misses-cycle
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
fn canary_detection_misses_cycle_incremental() {
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

// `canary:detection-misses-cycle-full` fails: detection-misses-cycle
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
fn canary_detection_misses_cycle_full() {
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

// `canary:collects-live` fails: collects-live
// at line 2, `b = weak a`:
//   the model says    `a` survives a collection
//   the subject says  a collection now frees `a`
// why:
//   `a` is a root: external 1: +1 line 1
//   what counts for `a`: external 1 (+1 line 1); weak 1: `b`
//
//     heapproof trace 1
//     a = table
//     b = weak a
#[test]
fn canary_collects_live() {
    use heapproof_heap::Heap;

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.allocate_weak(a).unwrap();
    let mut copy = heap.clone();
    copy.detect_cycles();
    copy.detect_cycles();
    copy.detect_cycles_full();
    let _ = copy.collect_cycles();
    assert!(copy.contains(a));
}

// `canary:leaves-garbage` fails: leaves-garbage
// at line 4, `b = table`:
//   the model says    a collection frees `a`
//   the subject says  `a` survives a collection now
// why:
//   no root reaches `a`: external 0 (+1 line 1, -1 line 3); what refers to it is garbage too: `a.next = a` (line 2)
//   `a` is in a cycle: `a.next = a` (line 2)
//
//     heapproof trace 1
//     a = table
//     a.next = a
//     drop a
//     b = table
#[test]
fn canary_leaves_garbage() {
    use heapproof_heap::{Heap, Value};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.set_field(a, "next", Value::Reference(a)).unwrap();
    heap.dec_ref(a).unwrap();
    heap.allocate_table().unwrap();
    let mut copy = heap.clone();
    copy.detect_cycles();
    copy.detect_cycles();
    copy.detect_cycles_full();
    let _ = copy.collect_cycles();
    assert!(!copy.contains(a));
}

// `canary:over-budget` fails: over-budget
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
    use heapproof_heap::{Heap, Value};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    let b = heap.allocate_box(Value::Reference(a)).unwrap();
    heap.dec_ref(a).unwrap();
    heap.set_field(a, "next", Value::Reference(b)).unwrap();
    heap.dec_ref(b).unwrap();
    let before = heap.statistics().objects_touched;
    heap.collect_slice(1).unwrap();
    assert!(heap.statistics().objects_touched - before <= 1);
}

// `canary:over-budget-detection` fails: over-budget
// at line 4, `detect 1`:
//   the model says    at most 1 objects are touched here
//   the subject says  2 objects are touched
// why:
//   the call itself gives a budget of 1
// How far a slice gets is the heap's choice; the calls follow what was chosen here.
//
//     heapproof trace 1
//     a = table
//     b = box a
//     a.next = b
//     detect 1
#[test]
fn canary_over_budget_detection() {
    use heapproof_heap::{Heap, Value};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    let b = heap.allocate_box(Value::Reference(a)).unwrap();
    heap.set_field(a, "next", Value::Reference(b)).unwrap();
    let before = heap.statistics().objects_touched;
    heap.detect_slice(1).unwrap();
    assert!(heap.statistics().objects_touched - before <= 1);
}

// `canary:over-budget-check` fails: over-budget
// at line 9, `c = table`:
//   the model says    at most 1 objects are touched here
//   the subject says  2 objects are touched
// why:
//   the budget is set at line 3
//
//     heapproof trace 1
//     set interval 1
//     set bounds 1 1
//     set budget 1
//     a = table
//     b = box a
//     drop a
//     a.next = b
//     drop b
//     c = table
#[test]
fn canary_over_budget_check() {
    use heapproof_heap::{Configuration, Heap, Value};

    let configuration = Configuration::default().with_interval(1).unwrap().with_bounds(1, 1).unwrap().with_budget(1).unwrap();
    let mut heap = Heap::with_configuration((), configuration);
    let a = heap.allocate_table().unwrap();
    let b = heap.allocate_box(Value::Reference(a)).unwrap();
    heap.dec_ref(a).unwrap();
    heap.set_field(a, "next", Value::Reference(b)).unwrap();
    heap.dec_ref(b).unwrap();
    let before = heap.statistics().objects_touched;
    heap.allocate_table().unwrap();
    assert!(heap.statistics().objects_touched - before <= 1);
}

// `canary:journal-recovered-nothing` fails: journal-recovered-nothing
// at line 1, `recover`:
//   the model says    the heap is recovered, losing nothing
//   the subject says  nothing more happens
//
//     heapproof trace 1
//     recover
#[test]
fn canary_journal_recovered_nothing() {
    use heapproof_heap::{Heap, Host, ObjectId};

    #[derive(Clone, Default)]
    struct Machine {
        log: Vec<(&'static str, ObjectId)>,
    }

    impl Host for Machine {
        fn finalize(heap: &mut Heap<Self>, object: ObjectId) {
            heap.host_mut().log.push(("finalizes", object));
        }

        fn died(&mut self, object: ObjectId) {
            self.log.push(("dies", object));
        }
    }

    let mut heap = Heap::<Machine>::new();
    heap.host_mut().log.clear();
    heap.attempt_recovery(&heap.verify_heap(), None).unwrap();
    assert!(heap.host().log.is_empty());
}

// `canary:verification-unrepaired` fails: verification-dirty
// after the last line, where all is collected and dropped, at `recover roots`:
//   the model says    the heap is in order, so verification finds nothing
//   the subject says  verification finds: dirty at `a`
// why:
//   what counts for `a`: external 1 (+1 line 1)
// It needs the heap's feature `fault-injection`.
//
//     heapproof trace 1
//     a = table
//     fault dirty_flag a
#[test]
fn canary_verification_unrepaired() {
    use heapproof_heap::{Fault, Heap};

    let mut heap = Heap::<()>::new();
    let a = heap.allocate_table().unwrap();
    heap.inject(Fault::DirtyFlag, a).unwrap();
    heap.attempt_recovery(&heap.verify_heap(), Some(&[a])).unwrap();
    let report = heap.verify_heap_with_roots(&[a]);
    assert!(report.is_clean(), "{}", report.format_report());
    let report = heap.verify_heap();
    assert!(report.is_clean(), "{}", report.format_report());
}
