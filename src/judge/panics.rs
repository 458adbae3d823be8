//! Panics of subjects, caught and kept quiet.
//!
//! A subject that panics would otherwise print a message and a backtrace for each of the hundreds of programs that a
//! minimiser tries.

use crate::judge::violation::Violation;
use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
    static PLACE: Cell<Option<String>> = const { Cell::new(None) };
}

static HOOK: Once = Once::new();

/// A panic that was caught.
#[derive(Debug)]
pub(crate) struct Panic {
    /// What it said.
    pub message: String,
    /// Where in the sources, as `file:line:column`; a panic that is resumed does not tell.
    pub place: Option<String>,
}

impl From<Panic> for Violation {
    fn from(Panic { message, place }: Panic) -> Violation {
        Violation::Panicked { message, place }
    }
}

/// What `work` gives, or its panic. No panic hook sees that.
pub(crate) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, Panic> {
    HOOK.call_once(|| {
        let outer = take_hook();
        set_hook(Box::new(move |info| {
            if QUIET.get() {
                PLACE.set(info.location().map(ToString::to_string));
            } else {
                outer(info);
            }
        }));
    });
    let before = QUIET.replace(true);
    PLACE.set(None);
    let caught = catch_unwind(AssertUnwindSafe(work));
    QUIET.set(before);
    caught.map_err(|panic| Panic { message: said(&*panic), place: PLACE.take() })
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}
