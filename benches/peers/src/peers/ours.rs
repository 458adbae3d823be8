//! Our heap by its public interface, in its default configuration: every allocation makes the check that is due.
//!
//! The workload holds an object by its id and a reference that it counts. An object is an array that is allocated with all
//! its elements, nil at first; where fields have names, it is a table. An id is a weak reference too: of a dead object it is
//! refused.

use heapproof_heap::{Budget, FieldSite, Heap, HeapError, ObjectId, Symbol, Value};

use crate::peer::{NAMES, Peer};
use crate::twin::Twin;

/// The objects that a collection in slices or a detection has to look at, so many that it does not complete.
const BACKLOG: usize = 20_000;

/// Our heap, and a symbol and a site for each name.
pub struct Ours {
    heap: Heap<()>,
    symbols: [Symbol; NAMES.len()],
    sites: [FieldSite; NAMES.len()],
}

#[cold]
fn refused(error: &HeapError) -> ! {
    eprintln!("the heap refused a call: {error}");
    std::process::exit(3);
}

#[inline]
fn done<T>(result: Result<T, HeapError>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => refused(&error),
    }
}

impl Peer for Ours {
    const NAME: &'static str = "heapproof-heap";
    const VERSION: &'static str = "";
    const OWN_TRIGGER: bool = true;

    type Handle = ObjectId;
    type Weak = ObjectId;
    type WeakObject = ObjectId;

    fn new() -> Self {
        Self { heap: Heap::new(), symbols: NAMES.map(Symbol::new), sites: NAMES.map(FieldSite::new) }
    }

    #[inline]
    fn make(&mut self, edges: usize) -> ObjectId {
        const NILS: [Value; 4] = [const { Value::Nil }; 4];
        match NILS.get(..edges) {
            Some(elements) => done(self.heap.allocate_array(elements)),
            None => done(self.heap.allocate_array(&vec![Value::Nil; edges])),
        }
    }

    #[inline]
    fn hold(&mut self, object: &ObjectId) -> ObjectId {
        done(self.heap.inc_ref(*object));
        *object
    }

    #[inline]
    fn give_up(&mut self, object: ObjectId) {
        done(self.heap.dec_ref(object));
    }

    #[inline]
    fn add_edge(&mut self, from: &ObjectId, edge: usize, to: &ObjectId) {
        self.set_edge(from, edge, to);
    }

    #[inline]
    fn set_edge(&mut self, from: &ObjectId, edge: usize, to: &ObjectId) {
        done(self.heap.set_element(*from, edge as u32, Value::Reference(*to)));
    }

    fn make_named(&mut self) -> ObjectId {
        done(self.heap.allocate_table())
    }

    fn add_named(&mut self, from: &ObjectId, field: usize, to: &ObjectId) {
        self.set_named(from, NAMES[field], to);
    }

    #[inline]
    fn set_named(&mut self, from: &ObjectId, name: &str, to: &ObjectId) {
        done(self.heap.set_field(*from, name, Value::Reference(*to)));
    }

    #[inline]
    fn set_by_symbol(&mut self, from: &ObjectId, field: usize, to: &ObjectId) {
        done(self.heap.set_field(*from, &self.symbols[field], Value::Reference(*to)));
    }

    #[inline]
    fn set_at_site(&mut self, from: &ObjectId, field: usize, to: &ObjectId) {
        done(self.heap.set_field_at(*from, &mut self.sites[field], Value::Reference(*to)));
    }

    fn collect(&mut self) {
        done(self.heap.collect_cycles());
    }

    fn be_quiet(&mut self) {
        self.heap.set_automatic_checks(false);
    }

    #[inline]
    fn weak(&mut self, object: &ObjectId) -> ObjectId {
        *object
    }

    #[inline]
    fn try_hold(&mut self, weak: &ObjectId) -> Option<ObjectId> {
        self.heap.inc_ref(*weak).ok().map(|()| *weak)
    }

    #[inline]
    fn make_weak(&mut self, object: &ObjectId) -> ObjectId {
        done(self.heap.allocate_weak(*object))
    }

    #[inline]
    fn upgrade(&mut self, weak: &ObjectId) -> Option<ObjectId> {
        let target = done(self.heap.upgrade(*weak));
        (!target.is_nil()).then_some(target)
    }

    #[inline]
    fn drop_weak(&mut self, weak: ObjectId) {
        self.give_up(weak);
    }

    fn prepare(&mut self, twin: Twin, hot: &[ObjectId]) {
        match twin {
            Twin::Plain => {}
            Twin::Slices => {
                let first = self.make_ring(hot);
                self.give_up(first);
                done(self.heap.collect_slice(1_000));
                // It stays under way: what a check does for it is measured by other rows.
                self.heap.set_automatic_checks(false);
            }
            Twin::Frame => done(self.heap.begin_frame(Budget::Objects(1_000))),
            Twin::Detection => {
                self.make_ring(hot);
                done(self.heap.detect_slice(1_000));
            }
            Twin::Weak => self.target_all(hot),
        }
    }

    fn is_prepared(&mut self, twin: Twin) -> bool {
        match twin {
            Twin::Plain | Twin::Weak => true,
            Twin::Slices => !done(self.heap.collect_slice(1)).complete,
            Twin::Frame => self.heap.frame_stats().is_some(),
            Twin::Detection => !done(self.heap.detect_slice(1)),
        }
    }
}

impl Ours {
    /// A large ring, of which one object refers to the hot objects.
    fn make_ring(&mut self, hot: &[ObjectId]) -> ObjectId {
        let first = self.make(hot.len() + 1);
        for (edge, object) in hot.iter().enumerate() {
            self.add_edge(&first, edge, object);
        }
        let (mut last, mut edge) = (first, hot.len());
        for _ in 0..BACKLOG {
            let next = self.make(1);
            self.add_edge(&last, edge, &next);
            self.give_up(next);
            (last, edge) = (next, 0);
        }
        self.add_edge(&last, 0, &first);
        first
    }

    fn target_all(&mut self, hot: &[ObjectId]) {
        let others: Vec<ObjectId> =
            if hot.is_empty() { (0..1_000).map(|_| self.make(0)).collect() } else { Vec::new() };
        for object in hot.iter().chain(&others) {
            done(self.heap.allocate_weak(*object));
        }
    }
}
