//! Callbacks: code of the host that runs when the target of a weak object has died.
//!
//! A callback is *due* from the death of the target until it runs or its weak object dies. Due ones run where the release
//! queue is worked off, one at a time and whenever the queue is empty. So a callback finds what its target's death has set off
//! at its end, and a heap that is whole; and it may do what a finalizer may that runs before a release.
//!
//! Why that is right: exactly those weak objects are in the list that have a callback and no target any more. A weak object gets into it
//! as its target dies, which it had (only one with a target can be given a callback), and leaves it as it begins to run
//! or dies. Both it does at most once, since neither target nor callback comes back.
//!
//! Other systems: Java has reference queues, JavaScript registries of finalization, which both run later, at nobody knows which moment;
//! CPython calls back as it clears the reference, with the dead not yet taken apart.

use crate::copying::copies;
use crate::footprint::Reserved;
use crate::weak::WeakLink;
use crate::{Heap, HeapError, Host, Kind, ObjectId};

/// The weak objects whose callbacks are due, in no order.
#[derive(Debug, Default)]
pub(crate) struct Callbacks {
    pub(crate) due: Vec<ObjectId>,
}

copies!(Callbacks { due });

impl Reserved for Callbacks {
    fn reserved(&self) -> u64 {
        self.due.reserved()
    }
}

impl WeakLink {
    /// Whether its callback is due.
    pub(crate) fn is_due(&self) -> bool {
        self.callback && self.target.is_nil()
    }
}

impl<H: Host> Heap<H> {
    /// Asks that [`Host::target_died`] be called once, when the target of this weak object has died. True if it will be, now
    /// that it was asked for once or several times; false if the target is dead already: then this has no effect.
    ///
    /// The callback belongs to the weak object and dies with it: it does not keep that alive, nor does it make the target
    /// live longer.
    ///
    /// ```
    /// use heapproof_heap::{Heap, Host, ObjectId};
    ///
    /// #[derive(Default)]
    /// struct Cache(usize);
    ///
    /// impl Host for Cache {
    ///     fn target_died(heap: &mut Heap<Self>, _weak: ObjectId) {
    ///         heap.host_mut().0 += 1;
    ///     }
    /// }
    ///
    /// let mut heap = Heap::<Cache>::new();
    /// let key = heap.allocate_table()?;
    /// let weak = heap.allocate_weak(key)?;
    /// heap.arm_callback(weak)?;
    /// heap.dec_ref(key)?;
    /// assert_eq!(heap.host().0, 1);
    /// # Ok::<(), heapproof_heap::HeapError>(())
    /// ```
    ///
    /// # Errors
    /// [`HeapError::Nil`], [`HeapError::Stale`], [`HeapError::Kind`] if it is neither a weak object nor an ephemeron.
    pub fn arm_callback(&mut self, weak: ObjectId) -> Result<bool, HeapError> {
        self.arena.headers.find(weak)?;
        let content = self.arena.content_at_mut(weak.slot()).ok_or(HeapError::Stale { object: weak })?;
        let Some(link) = content.weak_link_mut() else {
            return Err(content.mismatch(weak, Kind::Weak));
        };
        let has_target = !link.target.is_nil();
        link.callback |= has_target;
        Ok(has_target)
    }

    /// Whether a callback will run when the target of this weak object has died.
    #[must_use]
    pub fn has_callback(&self, weak: ObjectId) -> bool {
        self.weak_link_of(weak).is_some_and(|link| link.callback)
    }

    /// Takes a weak object that has died out of its target's list, or of those whose callbacks are due.
    #[inline(never)]
    pub(crate) fn bury_weak(&mut self, weak: ObjectId, link: WeakLink, is_ephemeron: bool) {
        if link.is_due() {
            self.callbacks.due.retain(|due| *due != weak);
        }
        self.unlink(link, is_ephemeron);
    }

    /// Runs a callback that is due. Nothing else of the mutator's may be running.
    #[cold]
    #[inline(never)]
    pub(crate) fn call_back(&mut self, weak: ObjectId) {
        if let Some(link) = self.weak_link(weak.slot()) {
            link.callback = false;
        }
        self.finalizers.set_calling_back(true);
        self.run_code(weak, H::target_died);
        self.finalizers.set_calling_back(false);
    }

    /// The living weak objects whose callbacks must be due, in order of slots.
    pub(crate) fn with_due_callbacks(&self) -> impl Iterator<Item = ObjectId> {
        let all = self.arena.contents().iter().zip(0..);
        let due = all.filter(|(content, _)| content.weak_link().is_some_and(WeakLink::is_due));
        due.filter_map(|(_, slot)| self.arena.tenant(slot))
    }
}
