//! Which line a run is at, told before it is carried out: of a subject that ends its process nothing else is left.

use std::cell::Cell;

thread_local! {
    static NOTE: Cell<Option<fn(usize)>> = const { Cell::new(None) };
}

/// Has `note` called with the index of each line that a run of this thread begins, and with their number at the end.
#[cfg(feature = "cli")]
pub(crate) fn on_each_line(note: fn(usize)) {
    NOTE.set(Some(note));
}

/// A line begins.
pub(crate) fn begins(step: usize) {
    if let Some(note) = NOTE.get() {
        note(step);
    }
}
