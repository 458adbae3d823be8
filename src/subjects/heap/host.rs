//! What the heap calls: finalizers and callbacks run as the program has armed them, and events go into the journal.

use super::calls::Caller;
use super::machine::VirtualMachine;
use crate::judge::code;
use heapproof_heap::{Collection, Heap, Host, ObjectId};
use heapproof_model::{End, Event};

impl Host for VirtualMachine {
    fn finalize(heap: &mut Heap<Self>, id: ObjectId) {
        let object = heap.host().object(id);
        if heap.host().tells_at_end(Event::Began(object)) {
            return;
        }
        if code::run(&mut Caller(heap), object) == End::Panicked {
            // No panic hook sees this, so thousands of panicking finalizers print nothing.
            std::panic::resume_unwind(Box::new("a finalizer of the program panics"));
        }
    }

    fn target_died(heap: &mut Heap<Self>, weak: ObjectId) {
        let object = heap.host().object(weak);
        if heap.host().tells_at_end(Event::Called(object)) {
            return;
        }
        if code::call_back(&mut Caller(heap), object) == End::Panicked {
            std::panic::resume_unwind(Box::new("a callback of the program panics"));
        }
    }

    fn collecting(&mut self, set: &[ObjectId]) {
        let set = set.iter().map(|id| self.object(*id)).collect();
        self.finalizers.journal.push(Event::Took(set));
    }

    fn collected(&mut self, collection: Collection) {
        if !collection.complete {
            self.finalizers.journal.push(Event::Paused);
        }
    }

    fn died(&mut self, id: ObjectId) {
        let object = self.object(id);
        self.finalizers.journal.push(Event::Died(object));
    }
}
