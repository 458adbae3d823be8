//! A host whose finalizers are closures, and shorthands.

use std::collections::HashMap;
use std::rc::Rc;

use heapproof_heap::{Configuration, Heap, Host, Kind, ObjectId, Value, VerificationReport, View};

pub(crate) type Script = Rc<dyn Fn(&mut Heap<World>, ObjectId)>;

/// What has happened, and what finalizers do.
#[derive(Clone, Default)]
pub(crate) struct World {
    pub(crate) deaths: Vec<ObjectId>,
    pub(crate) finalized: Vec<ObjectId>,
    pub(crate) scripts: HashMap<ObjectId, Script>,
    /// What verification has found inside finalizers.
    pub(crate) unclean: Vec<String>,
    /// What verifications by themselves have found, as text.
    pub(crate) reports: Vec<String>,
}

impl Host for World {
    fn finalize(heap: &mut Heap<Self>, object: ObjectId) {
        heap.host_mut().finalized.push(object);
        if let Some(script) = heap.host().scripts.get(&object).cloned() {
            script(heap, object);
        }
    }

    fn died(&mut self, object: ObjectId) {
        self.deaths.push(object);
    }

    fn verified(&mut self, report: &VerificationReport) {
        self.reports.push(report.to_string());
    }
}

pub(crate) type TestHeap = Heap<World>;

/// A heap that checks for cycles only when a test asks for it.
pub(crate) fn heap() -> TestHeap {
    Heap::with_configuration(World::default(), Configuration::default().with_automatic_checks(false))
}

pub(crate) fn heap_with(configuration: Configuration) -> TestHeap {
    Heap::with_configuration(World::default(), configuration.with_automatic_checks(false))
}

pub(crate) fn table(heap: &mut TestHeap) -> ObjectId {
    heap.allocate_table().unwrap()
}

pub(crate) fn link(heap: &mut TestHeap, from: ObjectId, field: &str, to: ObjectId) {
    heap.set_field(from, field, to.into()).unwrap();
}

pub(crate) fn drop_ref(heap: &mut TestHeap, object: ObjectId) {
    heap.dec_ref(object).unwrap();
}

/// A ring of tables that nobody holds; each refers to the next by `next`.
pub(crate) fn garbage_ring(heap: &mut TestHeap, length: usize) -> Vec<ObjectId> {
    let ring: Vec<_> = (0..length).map(|_| table(heap)).collect();
    for (place, &member) in ring.iter().enumerate() {
        link(heap, member, "next", ring[(place + 1) % length]);
    }
    for &member in &ring {
        drop_ref(heap, member);
    }
    ring
}

/// Arms the finalizer of an object, and says what it does.
pub(crate) fn on(heap: &mut TestHeap, object: ObjectId, script: impl Fn(&mut TestHeap, ObjectId) + 'static) {
    heap.host_mut().scripts.insert(object, Rc::new(script));
    assert_eq!(heap.arm_finalizer(object), Ok(true));
}

pub(crate) fn internal(heap: &TestHeap, object: ObjectId) -> u32 {
    heap.counts(object).unwrap().internal
}

pub(crate) fn external(heap: &TestHeap, object: ObjectId) -> u32 {
    heap.counts(object).unwrap().external
}

/// The values that an object holds, in order.
pub(crate) fn values(heap: &TestHeap, object: ObjectId) -> Vec<Value> {
    match heap.object(object) {
        Some(View::Table(fields)) => fields.iter().map(|(_, value)| value.clone()).collect(),
        Some(View::Array(elements)) => elements.to_vec(),
        Some(View::Closure { captures, .. }) => captures.to_vec(),
        Some(View::Box(value) | View::Scalar(value)) => vec![value.clone()],
        Some(View::Weak(_)) | None => Vec::new(),
    }
}

/// Checks every count that can be derived from contents, and that all references are to the living.
pub(crate) fn assert_exact(heap: &TestHeap) {
    let mut internal = HashMap::new();
    let mut weak = HashMap::new();
    for object in heap.objects() {
        for child in values(heap, object).iter().filter_map(Value::reference) {
            assert!(heap.contains(child), "{object} refers to {child}, which is gone");
            *internal.entry(child).or_insert(0) += 1;
        }
        if let Some(View::Weak(target)) = heap.object(object)
            && !target.is_nil()
        {
            assert!(heap.contains(target), "weak {object} still targets {target}, which is gone");
            *weak.entry(target).or_insert(0) += 1;
        }
    }
    for object in heap.objects() {
        let counts = heap.counts(object).unwrap();
        assert_eq!(counts.internal, internal.get(&object).copied().unwrap_or(0), "internal of {object}");
        assert_eq!(counts.weak, weak.get(&object).copied().unwrap_or(0), "weak of {object}");
        assert_ne!(counts.strong(), 0, "{object} lives though nothing refers to it");
        let scalar = heap.kind(object) == Some(Kind::Scalar);
        assert!(!scalar || values(heap, object)[0].reference().is_none());
    }
    assert_eq!(heap.objects().count(), heap.len());
    let statistics = heap.statistics();
    assert_eq!(statistics.live_objects, heap.len() as u64);
    assert_eq!(statistics.allocations - statistics.frees, statistics.live_objects);
}

/// The cycles of the last detection, in a fixed order.
pub(crate) fn cycles(heap: &TestHeap) -> Vec<Vec<ObjectId>> {
    let mut cycles: Vec<Vec<ObjectId>> = heap.cycles().map(<[ObjectId]>::to_vec).collect();
    cycles.iter_mut().for_each(|cycle| cycle.sort());
    cycles.sort();
    cycles
}

/// What the mutator holds, an entry a reference, as far as the heap has it right.
pub(crate) fn held(heap: &TestHeap) -> Vec<ObjectId> {
    let times = |object: ObjectId| std::iter::repeat_n(object, external(heap, object) as usize);
    heap.objects().flat_map(times).collect()
}

/// Checks that verification finds nothing, with the right roots and without.
pub(crate) fn assert_clean(heap: &TestHeap) {
    for report in [heap.verify_heap(), heap.verify_heap_with_roots(&held(heap))] {
        assert!(report.is_clean(), "{report}");
    }
}
