//! Reports each line of a run before it is carried out: if the subject ends its process, only this is left.

use std::cell::Cell;

thread_local! {
    static NOTE: Cell<Option<fn(usize)>> = const { Cell::new(None) };
}

/// Calls `note` with the index of each line that a run of this thread begins, and at the end with the number of lines.
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
