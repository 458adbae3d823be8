//! The heap itself: what it is made of, and what it says about itself.

use std::fmt;

use crate::arena::Arena;
use crate::callbacks::Callbacks;
use crate::cycles::candidates::Candidates;
use crate::cycles::detection::Detection;
use crate::cycles::known::KnownCycles;
use crate::cycles::search::Search;
use crate::cycles::slices::Slices;
use crate::cycles::tuning::Tuning;
use crate::finalize::Finalizers;
use crate::frames::Frame;
use crate::release::Queue;
use crate::shapes::Shapes;
use crate::slots::SlotSet;
use crate::spare::Spare;
use crate::statistics::Totals;
use crate::{Configuration, HeapError, Host, VerificationReport};

/// A heap of reference-counted objects. See the [crate's documentation](crate).
///
/// A clone is a heap of its own, with the same ids. One that is made inside a finalizer is a heap
/// in which that finalizer has been cut short at this point: what it has held is still held. `clone_from` makes
/// the same clone in the memory of the heap that it replaces.
pub struct Heap<H: Host = ()> {
    pub(crate) arena: Arena,
    pub(crate) shapes: Shapes,
    pub(crate) queue: Queue,
    pub(crate) finalizers: Finalizers,
    pub(crate) callbacks: Callbacks,
    /// Objects whose references have changed since cycles were last detected.
    pub(crate) dirty: SlotSet,
    /// The cycles of the last detection.
    pub(crate) cycles: KnownCycles,
    pub(crate) detection: Detection,
    pub(crate) candidates: Candidates,
    pub(crate) slices: Slices,
    /// The last search in one go: memory that is used again, and means nothing in between.
    pub(crate) search: Search,
    /// Lists of values that nobody has, to be used again.
    pub(crate) spare: Spare,
    pub(crate) tuning: Tuning,
    pub(crate) frame: Option<Frame>,
    pub(crate) totals: Totals,
    pub(crate) last_verification: Option<Box<VerificationReport>>,
    pub(crate) configuration: Configuration,
    pub(crate) host: H,
}

impl<H: Host> Heap<H> {
    /// An empty heap, with the default configuration and host.
    #[must_use]
    pub fn new() -> Self
    where
        H: Default,
    {
        Self::with_configuration(H::default(), Configuration::default())
    }

    /// An empty heap.
    #[must_use]
    pub fn with_configuration(host: H, configuration: Configuration) -> Self {
        Self {
            arena: Arena::new(&configuration),
            shapes: Shapes::default(),
            queue: Queue::default(),
            finalizers: Finalizers::default(),
            callbacks: Callbacks::default(),
            dirty: SlotSet::default(),
            cycles: KnownCycles::default(),
            detection: Detection::default(),
            candidates: Candidates::default(),
            slices: Slices::default(),
            search: Search::default(),
            spare: Spare::default(),
            tuning: Tuning::new(&configuration),
            frame: None,
            totals: Totals::default(),
            last_verification: None,
            configuration,
            host,
        }
    }

    /// The host.
    #[inline]
    #[must_use]
    pub fn host(&self) -> &H {
        &self.host
    }

    /// The host, to be changed.
    #[inline]
    #[must_use]
    pub fn host_mut(&mut self) -> &mut H {
        &mut self.host
    }

    /// The configuration; its interval is the one that the heap began with, if one paces checks.
    #[inline]
    #[must_use]
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// Lets the heap verify itself so many operations after it last has, or never by itself; see
    /// [`Configuration::with_verification_interval`].
    ///
    /// # Errors
    /// [`HeapError::Setting`] for 0.
    pub fn set_verification_interval(&mut self, operations: Option<u32>) -> Result<(), HeapError> {
        self.configuration = self.configuration.with_verification_interval(operations)?;
        self.tuning.set_verification(operations);
        Ok(())
    }

    /// Says whether allocations from now on make the check that is due.
    pub fn set_automatic_checks(&mut self, automatic: bool) {
        self.configuration = self.configuration.with_automatic_checks(automatic);
        self.tuning.set_automatic(automatic);
    }
}

impl<H: Host + Default> Default for Heap<H> {
    fn default() -> Self {
        Self::new()
    }
}

impl<H: Host + Clone> Clone for Heap<H> {
    fn clone(&self) -> Self {
        let mut queue = self.queue.clone();
        queue.extend_front(self.finalizers.interrupted());
        Self {
            arena: self.arena.clone(),
            shapes: self.shapes.clone(),
            queue,
            finalizers: self.finalizers.clone_at_rest(),
            callbacks: self.callbacks.clone(),
            dirty: self.dirty.clone(),
            candidates: self.candidates.clone(),
            slices: self.slices.clone(),
            search: Search::default(),
            spare: Spare::default(),
            cycles: self.cycles.clone(),
            detection: self.detection.clone(),
            tuning: self.tuning.clone(),
            frame: self.frame.clone(),
            totals: self.totals,
            last_verification: self.last_verification.clone(),
            configuration: self.configuration,
            host: self.host.clone(),
        }
    }

    /// A clone in the memory of this heap, of which nothing else is left. The source is taken apart, so that the compiler asks for
    /// a field that is not copied.
    fn clone_from(&mut self, source: &Self) {
        let Self {
            arena,
            shapes,
            queue,
            finalizers,
            callbacks,
            dirty,
            candidates,
            slices,
            // Nothing lasts in it from one search to the next.
            search: _,
            // It holds nothing.
            spare: _,
            cycles,
            detection,
            tuning,
            frame,
            totals,
            last_verification,
            configuration,
            host,
        } = source;
        self.arena.clone_from(arena);
        self.shapes.clone_from(shapes);
        self.queue.0.copy_from(&queue.0);
        self.queue.extend_front(finalizers.interrupted());
        self.finalizers.become_those_at_rest(finalizers);
        self.callbacks.clone_from(callbacks);
        self.dirty.clone_from(dirty);
        self.candidates.clone_from(candidates);
        self.slices.clone_from(slices);
        self.cycles.clone_from(cycles);
        self.detection.clone_from(detection);
        self.tuning = tuning.clone();
        self.frame.clone_from(frame);
        self.last_verification.clone_from(last_verification);
        (self.totals, self.configuration) = (*totals, *configuration);
        self.host.clone_from(host);
    }
}

impl<H: Host> fmt::Debug for Heap<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Heap")
            .field("configuration", &self.configuration)
            .field("statistics", &self.statistics())
            .finish_non_exhaustive()
    }
}
