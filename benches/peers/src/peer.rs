//! A peer: a heap or a collector as every workload drives it.

use crate::twin::Twin;

/// The names of an object's fields, as all objects of a workload share them.
pub const NAMES: [&str; 4] = ["next", "parent", "left", "right"];

/// The same names as numbers, as a program has them that interns its names.
const NUMBERS: [u32; NAMES.len()] = [105, 17, 3, 40];

/// A collector. Objects have edges, numbered from 0, and the workload holds objects by handles.
///
/// What a peer can't do it says by its constants; then the workload never asks for it.
pub trait Peer: Sized {
    /// The crate, as tables name it.
    const NAME: &'static str;
    /// The version that was measured; empty for our own.
    const VERSION: &'static str;
    /// Whether it frees cycles at all. One that does not is a floor, and no ratio is made with it.
    const CYCLES: bool = true;
    /// Whether it has weak references.
    const WEAK: bool = true;
    /// Whether it collects by itself. For others the workload calls [`collect`](Self::collect) every so often.
    const OWN_TRIGGER: bool = false;

    /// What holds an object for the workload.
    type Handle;
    /// What names an object without keeping it alive.
    type Weak;
    /// A weak reference that is an object itself, where that is something else.
    type WeakObject;

    /// A heap without objects, as it is released: nothing is configured.
    fn new() -> Self;

    /// An object that has room for so many edges.
    fn make(&mut self, edges: usize) -> Self::Handle;

    /// Takes one more reference.
    fn hold(&mut self, object: &Self::Handle) -> Self::Handle;

    /// Gives a reference up.
    fn give_up(&mut self, object: Self::Handle);

    /// Makes an edge that the object did not have. They are made in the order of their numbers.
    fn add_edge(&mut self, from: &Self::Handle, edge: usize, to: &Self::Handle);

    /// Lets an edge lead somewhere else.
    fn set_edge(&mut self, from: &Self::Handle, edge: usize, to: &Self::Handle);

    /// An object with a field for each of [`NAMES`], of no value yet.
    fn make_named(&mut self) -> Self::Handle {
        self.make(NAMES.len())
    }

    /// Gives a field its first value.
    fn add_named(&mut self, from: &Self::Handle, field: usize, to: &Self::Handle) {
        self.add_edge(from, field, to);
    }

    /// Writes a field that is found by its name. A peer without names finds its place in the list of names that all its
    /// objects share.
    fn set_named(&mut self, from: &Self::Handle, name: &str, to: &Self::Handle) {
        if let Some(edge) = std::hint::black_box(&NAMES).iter().position(|it| *it == name) {
            self.set_edge(from, edge, to);
        }
    }

    /// Writes a field that is found by its name as a number. A peer without names finds its place in the list of numbers that
    /// all its objects share.
    fn set_by_symbol(&mut self, from: &Self::Handle, field: usize, to: &Self::Handle) {
        if let Some(edge) = std::hint::black_box(&NUMBERS).iter().position(|it| *it == NUMBERS[field]) {
            self.set_edge(from, edge, to);
        }
    }

    /// Writes a field that a place in the program has met before. A peer without such places knows the number.
    fn set_at_site(&mut self, from: &Self::Handle, field: usize, to: &Self::Handle) {
        self.set_edge(from, field, to);
    }

    /// Collects whatever may be garbage now.
    fn collect(&mut self);

    /// Collects all: what a collector may leave for later, too.
    fn collect_full(&mut self) {
        self.collect();
    }

    /// From now on collects only when it is asked to. Rows do so that time a collection alone.
    fn be_quiet(&mut self) {}

    /// Where the program can bear a pause: a peer with a trigger may use it.
    fn safe_point(&mut self) {}

    /// Names an object weakly.
    fn weak(&mut self, object: &Self::Handle) -> Self::Weak;

    /// Takes a reference to what is named weakly, if it lives.
    fn try_hold(&mut self, weak: &Self::Weak) -> Option<Self::Handle>;

    /// Makes a weak object.
    fn make_weak(&mut self, object: &Self::Handle) -> Self::WeakObject;

    /// Takes a reference to the target of a weak object, if it lives.
    fn upgrade(&mut self, weak: &Self::WeakObject) -> Option<Self::Handle>;

    /// Drops a weak object.
    fn drop_weak(&mut self, weak: Self::WeakObject);

    /// Brings the heap into the state of a twin, in which these are the objects that the workload uses most.
    fn prepare(&mut self, _twin: Twin, _hot: &[Self::Handle]) {}

    /// Whether the heap is still in the state of the twin.
    fn is_prepared(&mut self, twin: Twin) -> bool {
        twin == Twin::Plain
    }
}
