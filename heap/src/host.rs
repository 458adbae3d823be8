//! What the heap calls back.

use std::sync::OnceLock;
use std::time::Instant;

use crate::{Collection, Heap, ObjectId, VerificationReport};

/// The state of the virtual machine around a heap, and what it does when objects go.
///
/// The heap owns its host, so that a finalizer reaches it through
/// [`host_mut`](Heap::host_mut) and a clone of the heap has a host of its own.
///
/// ```
/// use heapproof_heap::{Heap, Host, ObjectId};
///
/// #[derive(Default)]
/// struct Log(Vec<ObjectId>);
///
/// impl Host for Log {
///     fn finalize(heap: &mut Heap<Self>, object: ObjectId) {
///         heap.host_mut().0.push(object);
///     }
/// }
///
/// let mut heap = Heap::<Log>::new();
/// let file = heap.allocate_table()?;
/// heap.arm_finalizer(file)?;
/// heap.dec_ref(file)?;
/// assert_eq!(heap.host().0, [file]);
/// # Ok::<(), heapproof_heap::HeapError>(())
/// ```
pub trait Host: Sized {
    /// Runs the finalizer of `object`, once in its life and before it dies, if
    /// [`arm_finalizer`](Heap::arm_finalizer) asked for it.
    ///
    /// The object is intact, and so is all that it refers to. The finalizer may call whatever the
    /// heap offers; an object that it stores or holds somewhere lives on. A panic ends this
    /// finalizer and nothing else, see [`take_finalizer_panics`](Heap::take_finalizer_panics).
    /// The heap must stay where it is: one that is moved out of `heap` here, say by
    /// [`std::mem::take`], believes for ever that a finalizer runs. Clone it instead.
    ///
    /// A heap that is dropped runs no finalizer: what lives goes with it, and nobody is told. Who needs these to run lets go of all that
    /// is held, and collects, before.
    fn finalize(heap: &mut Heap<Self>, object: ObjectId) {
        let _ = (heap, object);
    }

    /// Runs the callback of `weak`, a weak object whose target has died, if [`arm_callback`](Heap::arm_callback) asked for it.
    ///
    /// The target and what died with it are gone, and nothing waits to be released. The callback may call whatever a finalizer may;
    /// a panic ends this callback and nothing else, and the same holds for a heap that is moved out.
    fn target_died(heap: &mut Heap<Self>, weak: ObjectId) {
        let _ = (heap, weak);
    }

    /// Learns that these objects have been found to be garbage, which nothing outside of them refers
    /// to. Called once for each such set, before its finalizers run; then those of its members die
    /// together that no finalizer has made live again.
    #[inline]
    fn collecting(&mut self, set: &[ObjectId]) {
        let _ = set;
    }

    /// Learns what a collection has freed, as [`collect_cycles`](Heap::collect_cycles),
    /// [`collect_slice`](Heap::collect_slice) or a check ends.
    #[inline]
    fn collected(&mut self, collection: Collection) {
        let _ = collection;
    }

    /// Microseconds on a clock that never goes back, for budgets of time. A panic here reaches whoever
    /// called the heap, and loses nothing.
    fn microseconds(&self) -> u64 {
        static START: OnceLock<Instant> = OnceLock::new();
        let since = START.get_or_init(Instant::now).elapsed();
        u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
    }

    /// Learns that `object` has died; its id is stale. Called once for each object, in the order
    /// in which they die.
    ///
    /// A panic here, or in what else the heap tells the host, reaches whoever called the heap. The
    /// heap is sound after it, but deaths of the same moment may go unreported, and what was still
    /// to be released waits for the next call that releases something.
    #[inline]
    fn died(&mut self, object: ObjectId) {
        let _ = object;
    }

    /// Learns that a verification that was due, see
    /// [`maybe_verify_heap`](Heap::maybe_verify_heap), has found something.
    ///
    /// A panic here reaches whoever called the heap; the verification is over.
    fn verified(&mut self, report: &VerificationReport) {
        let _ = report;
    }
}

/// The host of a heap that wants nothing.
impl Host for () {}
