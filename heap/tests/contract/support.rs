//! A host whose finalizers are closures, and shorthands.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use heapproof_heap::{Collection, Configuration, Heap, Host, Kind, ObjectId, Value, VerificationReport, View};

/// Mixes the few bits of an id well enough, and quickly: random tests do hardly anything but look
/// for objects in sets.
#[derive(Clone, Default)]
pub(crate) struct Mixer(u64);

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u32(u32::from(byte)));
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0.rotate_left(32) ^ u64::from(number)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}

pub(crate) type Objects = HashSet<ObjectId, BuildHasherDefault<Mixer>>;
pub(crate) type ByObject<T> = HashMap<ObjectId, T, BuildHasherDefault<Mixer>>;

pub(crate) type Script = Rc<dyn Fn(&mut Heap<World>, ObjectId)>;

/// What has happened, and what finalizers and callbacks do.
#[derive(Clone, Default)]
pub(crate) struct World {
    pub(crate) deaths: Vec<ObjectId>,
    pub(crate) finalized: Vec<ObjectId>,
    pub(crate) scripts: HashMap<ObjectId, Script>,
    pub(crate) called: Vec<ObjectId>,
    pub(crate) callbacks: HashMap<ObjectId, Script>,
    /// The sets that collections have found.
    pub(crate) sets: Vec<Vec<ObjectId>>,
    pub(crate) collections: Vec<Collection>,
    /// A clock that ticks when it is looked at.
    pub(crate) clock: Cell<u64>,
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

    fn target_died(heap: &mut Heap<Self>, weak: ObjectId) {
        heap.host_mut().called.push(weak);
        if let Some(script) = heap.host().callbacks.get(&weak).cloned() {
            script(heap, weak);
        }
    }

    fn died(&mut self, object: ObjectId) {
        self.deaths.push(object);
    }

    fn collecting(&mut self, set: &[ObjectId]) {
        assert!(!set.is_empty());
        self.sets.push(set.to_vec());
    }

    fn collected(&mut self, collection: Collection) {
        self.collections.push(collection);
    }

    fn microseconds(&self) -> u64 {
        self.clock.set(self.clock.get() + 1);
        self.clock.get()
    }

    fn verified(&mut self, report: &VerificationReport) {
        self.reports.push(report.to_string());
    }
}

pub(crate) type TestHeap = Heap<World>;

/// A heap that neither checks for cycles nor verifies itself unless a test asks for it: among very
/// many objects, each verification takes its time.
pub(crate) fn heap_of_many() -> TestHeap {
    heap_with(Configuration::default().with_verification_interval(None).unwrap())
}

/// A heap that checks for cycles only when a test asks for it.
pub(crate) fn heap() -> TestHeap {
    heap_with(Configuration::default().with_automatic_checks(false))
}

pub(crate) fn heap_with(configuration: Configuration) -> TestHeap {
    Heap::with_configuration(World::default(), configuration.with_automatic_checks(false).with_cycle_counts(true))
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

/// Arms the callback of a weak object, and says what it does.
pub(crate) fn when(heap: &mut TestHeap, weak: ObjectId, script: impl Fn(&mut TestHeap, ObjectId) + 'static) {
    heap.host_mut().callbacks.insert(weak, Rc::new(script));
    assert_eq!(heap.arm_callback(weak), Ok(true));
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
        Some(View::Box(value) | View::Scalar(value) | View::Ephemeron { value, .. }) => vec![value.clone()],
        Some(View::Weak(_)) | None => Vec::new(),
    }
}

/// The objects that an object refers to, in order.
pub(crate) fn each_child(heap: &TestHeap, object: ObjectId, mut each: impl FnMut(ObjectId)) {
    let mut all = |values: &[Value]| values.iter().filter_map(Value::reference).for_each(&mut each);
    match heap.object(object) {
        Some(View::Table(fields)) => fields.iter().filter_map(|(_, value)| value.reference()).for_each(each),
        Some(View::Array(values) | View::Closure { captures: values, .. }) => all(values),
        Some(View::Box(value) | View::Scalar(value) | View::Ephemeron { value, .. }) => {
            all(std::slice::from_ref(value));
        }
        Some(View::Weak(_)) | None => {}
    }
}

/// Checks every count that can be derived from contents, and that all references are to the living.
pub(crate) fn assert_exact(heap: &TestHeap) {
    let mut internal = ByObject::default();
    let mut weak = ByObject::default();
    for object in heap.objects() {
        each_child(heap, object, |child| {
            assert!(heap.contains(child), "{object} refers to {child}, which is gone");
            *internal.entry(child).or_insert(0) += 1;
        });
        if let Some(View::Weak(target) | View::Ephemeron { key: target, .. }) = heap.object(object)
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

/// What is reached from some objects, and they themselves.
pub(crate) fn reached_from(heap: &TestHeap, starts: impl IntoIterator<Item = ObjectId>) -> Objects {
    let mut left: Vec<ObjectId> = starts.into_iter().collect();
    let mut reached: Objects = left.iter().copied().collect();
    while let Some(object) = left.pop() {
        each_child(heap, object, |child| {
            if reached.insert(child) {
                left.push(child);
            }
        });
    }
    reached
}

/// What the mutator reaches; while no finalizer runs, all the rest is garbage.
pub(crate) fn reachable(heap: &TestHeap) -> Objects {
    reached_from(heap, heap.objects().filter(|&object| external(heap, object) > 0))
}

pub(crate) fn garbage(heap: &TestHeap) -> Objects {
    let reachable = reachable(heap);
    heap.objects().filter(|object| !reachable.contains(object)).collect()
}

/// Checks that all garbage is reached from candidates.
pub(crate) fn assert_findable(heap: &TestHeap) {
    assert!(heap.candidates().all(|object| heap.contains(object)));
    let findable = reached_from(heap, heap.candidates());
    for object in garbage(heap) {
        assert!(findable.contains(&object), "{object} is garbage, and no candidate reaches it");
    }
}

/// Fails if an assertion in a finalizer has.
pub(crate) fn assert_no_panics(heap: &mut TestHeap) {
    assert_eq!(heap.finalizer_panics(), 0, "{:?}", heap.take_finalizer_panics());
}

/// The cycles of the last detection, in a fixed order.
pub(crate) fn cycles(heap: &TestHeap) -> Vec<Vec<ObjectId>> {
    let mut cycles: Vec<Vec<ObjectId>> = heap.cycles().map(<[ObjectId]>::to_vec).collect();
    cycles.iter_mut().for_each(|cycle| cycle.sort());
    cycles.sort();
    cycles
}

/// The cycles as they are now: which objects reach each other, by trying all ways.
pub(crate) fn true_cycles(heap: &TestHeap) -> Vec<Vec<ObjectId>> {
    let objects: Vec<ObjectId> = heap.objects().collect();
    let children = |&object: &ObjectId| -> Vec<usize> {
        let values = values(heap, object);
        values.iter().filter_map(Value::reference).map(|child| objects.binary_search(&child).unwrap()).collect()
    };
    let mut reaches = vec![vec![false; objects.len()]; objects.len()];
    for (from, object) in objects.iter().enumerate() {
        children(object).into_iter().for_each(|to| reaches[from][to] = true);
    }
    for middle in 0..objects.len() {
        let onwards = reaches[middle].clone();
        for row in reaches.iter_mut().filter(|row| row[middle]) {
            row.iter_mut().zip(&onwards).for_each(|(reached, further)| *reached |= further);
        }
    }
    let mutual = |one: usize| -> Vec<ObjectId> {
        let also = |&two: &usize| reaches[one][two] && reaches[two][one];
        (0..objects.len()).filter(also).map(|two| objects[two]).collect()
    };
    let mut cycles: Vec<Vec<ObjectId>> = (0..objects.len()).map(mutual).filter(|it| !it.is_empty()).collect();
    cycles.sort();
    cycles.dedup();
    cycles
}

/// How many objects detections and collections have looked at while this was done.
pub(crate) fn touched<T>(heap: &mut TestHeap, work: impl FnOnce(&mut TestHeap) -> T) -> u64 {
    let before = heap.statistics().objects_touched;
    work(heap);
    heap.statistics().objects_touched - before
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
