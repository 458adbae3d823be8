//! The heap of this project as a subject.
//!
//! The heap's host is the virtual machine of a program: it numbers objects in the order of their allocation, keeps the
//! program's finalizers, and runs them.

mod calls;
mod host;
mod machine;
mod refusals;
mod spelling;
mod views;

use crate::judge::code::Runs;
use crate::judge::digest::Gathered;
use crate::judge::subject::{Figure, Observation, Subject, SubjectKind, Visits};
use calls::{Caller, returns_figures};
use heapproof_heap::{Configuration, Heap, Host, ObjectId, VerificationErrorKind, VerificationReport, View};
use heapproof_model::reference::Settings;
use heapproof_model::{
    Code, Contents, Counts, Event, Field, Finding, FindingKind, Kind, Name, Object, Operation, Refusal, Statistics,
    Value,
};
use machine::VirtualMachine;
use std::any::Any;
use std::rc::Rc;

/// The heap of this project.
pub const HEAP: SubjectKind = SubjectKind::new("heap", "the heap of this project", || Box::new(HeapSubject::default()))
    .in_rust("heapproof::subjects::HEAP")
    .spelled(&spelling::HeapSpelling);

/// A heap and the virtual machine around it.
pub struct HeapSubject {
    heap: Heap<VirtualMachine>,
}

/// The model's kind of finding for a kind of error.
fn kind(kind: VerificationErrorKind) -> FindingKind {
    match kind {
        VerificationErrorKind::RefCountMismatch => FindingKind::CountMismatch,
        VerificationErrorKind::DanglingReference => FindingKind::Dangling,
        VerificationErrorKind::OrphanedObject => FindingKind::Orphaned,
        VerificationErrorKind::DirtyInconsistency => FindingKind::Dirty,
        VerificationErrorKind::FieldRefMismatch => FindingKind::ReferenceMismatch,
        VerificationErrorKind::WeakRefCorruption => FindingKind::WeakCorruption,
        VerificationErrorKind::MemoryLeak => FindingKind::Leak,
        VerificationErrorKind::DoubleFreed => FindingKind::DoubleFreed,
        VerificationErrorKind::NegativeRefCount => FindingKind::Negative,
    }
}

/// The configuration with which a trace begins: checks are paced by an interval (SPEC 4.9), and capacity is bounded, so that no program
/// needs more memory than there is.
fn default_configuration() -> Configuration {
    let settings = Settings::default();
    let configuration = Configuration::default().with_cycle_counts(true).with_interval(settings.interval as u32);
    let configuration = configuration.and_then(|it| it.with_capacity(settings.capacity as u32));
    configuration.and_then(|it| it.with_verification_interval(None)).unwrap_or_default()
}

impl Default for HeapSubject {
    fn default() -> HeapSubject {
        HeapSubject { heap: Heap::with_configuration(VirtualMachine::default(), default_configuration()) }
    }
}

impl HeapSubject {
    fn report(&self, roots: Option<&[Object]>) -> VerificationReport {
        let Some(roots) = roots else { return self.heap.verify_heap() };
        let roots: Vec<ObjectId> = roots.iter().map(|root| self.heap.host().id(*root)).collect();
        self.heap.verify_heap_with_roots(&roots)
    }

    /// The heap inside.
    pub fn heap(&self) -> &Heap<impl Host + use<>> {
        &self.heap
    }
}

impl heapproof_heap::Parts for Gathered {
    fn part(&mut self, name: &'static str) {
        Gathered::part(self, name);
    }
}

impl Subject for HeapSubject {
    fn supports(&self, _: Code) -> bool {
        true
    }

    fn observes(&self, _: Observation) -> bool {
        true
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        let reply = Caller(&mut self.heap).call(operation);
        // What is left of calls in finalizers is not what this one returns.
        if !returns_figures(operation) {
            self.heap.host_mut().returned.clear();
        }
        reply
    }

    fn lives(&self, object: Object) -> bool {
        self.heap.contains(self.heap.host().id(object))
    }

    fn bind(&mut self, name: Name, object: Object) {
        self.heap.host_mut().finalizers.bind(name, object);
    }

    fn take_journal(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.heap.host_mut().finalizers.journal)
    }

    fn look(&self, object: Object, contents: &mut Contents) {
        let machine = self.heap.host();
        contents.fields.clear();
        contents.values.clear();
        (contents.function, contents.target) = (0, None);
        let Some(view) = self.heap.object(machine.id(object)) else { return };
        contents.kind = match view {
            View::Table(_) => Kind::Table,
            View::Array(_) => Kind::Array,
            View::Closure { .. } => Kind::Closure,
            View::Box(_) => Kind::Box,
            View::Scalar(_) => Kind::Scalar,
            View::Weak(_) | View::Ephemeron { .. } => Kind::Weak,
        };
        match view {
            View::Table(fields) => {
                for (name, value) in fields.iter() {
                    contents.fields.extend(Field::new(name));
                    contents.values.push(machine.outward(value));
                }
            }
            View::Array(values) => contents.values.extend(values.iter().map(|value| machine.outward(value))),
            View::Closure { function, captures } => {
                contents.function = function;
                contents.values.extend(captures.iter().map(|value| machine.outward(value)));
            }
            View::Box(value) | View::Scalar(value) => contents.values.push(machine.outward(value)),
            View::Weak(target) => contents.target = (!target.is_nil()).then(|| machine.object(target)),
            View::Ephemeron { key, value } => {
                contents.target = (!key.is_nil()).then(|| machine.object(key));
                contents.values.push(machine.outward(value));
            }
        }
    }

    fn counts(&self, object: Object) -> Counts {
        let counts = self.heap.counts(self.heap.host().id(object));
        counts.map_or(Counts::default(), |counts| Counts {
            external: counts.external,
            internal: counts.internal,
            weak: counts.weak,
        })
    }

    fn marks(&self, object: Object) -> Vec<&'static str> {
        self.heap.marks(self.heap.host().id(object)).collect()
    }

    fn statistics(&self) -> Statistics {
        let statistics = self.heap.statistics();
        Statistics {
            allocations: statistics.allocations,
            frees: statistics.frees,
            live_objects: statistics.live_objects,
            cycles_detected: statistics.cycles_detected,
            cycles_collected: statistics.cycles_collected,
            checks: statistics.checks,
            average_rate: statistics.average_rate,
            interval: statistics.interval.into(),
            operations_since_check: statistics.operations_since_check,
            finalizer_panics: self.heap.finalizer_panics() as u64,
            verifications: statistics.verifications,
        }
    }

    fn take_returned(&mut self) -> Vec<(Figure, u64)> {
        std::mem::take(&mut self.heap.host_mut().returned)
    }

    fn cycles(&self) -> Vec<Vec<Object>> {
        let machine = self.heap.host();
        self.heap.cycles().map(|cycle| cycle.iter().map(|id| machine.object(*id)).collect()).collect()
    }

    fn verify(&self, roots: Option<&[Object]>) -> Vec<Finding> {
        let machine = self.heap.host();
        let report = self.report(roots);
        let object = |id: ObjectId| (!id.is_nil()).then(|| machine.object(id));
        report.iter().map(|error| Finding { kind: kind(error.kind), object: object(error.object) }).collect()
    }

    fn score(&self, roots: Option<&[Object]>) -> Option<f64> {
        Some(self.report(roots).heap_health_score())
    }

    fn recover(&mut self, roots: Option<&[Object]>) {
        // Recovery is refused only in finalizers, and this call is outside of them.
        let _ = Caller(&mut self.heap).recover(roots);
    }

    fn repairs(&self) -> Option<u64> {
        Some(self.heap.host().repairs)
    }

    fn footprint(&self) -> u64 {
        self.heap.footprint()
    }

    fn touched(&self) -> u64 {
        self.heap.statistics().objects_touched
    }

    fn candidates(&self) -> Option<Vec<Object>> {
        let machine = self.heap.host();
        Some(self.heap.candidates().map(|id| machine.object(id)).collect())
    }

    fn contradiction(&self) -> Option<String> {
        views::contradiction(self)
    }

    fn visits(&self) -> Visits {
        let heapproof_heap::Visits { contents, places, headers } = heapproof_heap::visits();
        Visits { contents, places, headers }
    }

    fn close(&mut self) -> Option<Vec<Event>> {
        let told = Rc::default();
        self.heap.host_mut().closing = Some(Rc::clone(&told));
        drop(std::mem::take(self));
        Some(told.take())
    }

    fn digest(&self) -> Option<u128> {
        let mut state = Gathered::of("heap");
        self.heap.digest_parts(&mut state);
        VirtualMachine::digest(&self.heap, &mut state);
        Some(state.digest())
    }

    fn place(&self, object: Object) -> u64 {
        self.heap.host().id(object).slot().into()
    }

    fn fork(&self) -> Option<Box<dyn Subject>> {
        let heap = self.heap.clone();
        debug_assert!(heap.host().finalizers.journal.is_empty());
        Some(Box::new(HeapSubject { heap }))
    }

    fn fork_into(&self, former: Box<dyn Subject>) -> Option<Box<dyn Subject>> {
        let former: Box<dyn Any> = former;
        let Ok(mut copy) = former.downcast::<HeapSubject>() else { return self.fork() };
        copy.heap.clone_from(&self.heap);
        debug_assert!(copy.heap.host().finalizers.journal.is_empty());
        Some(copy)
    }
}
