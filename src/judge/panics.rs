//! Catches panics of subjects silently.
//!
//! A subject that panics would otherwise print a message and a backtrace for each of the hundreds of programs that a
//! minimiser tries. A panic in a thread of the subject's own can't be caught here, and may be a stranger's: the first at
//! each place is told, and while subjects run no more of them.

use crate::judge::violation::Violation;
use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::Write;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, Once, PoisonError};

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
    static PLACE: Cell<Option<String>> = const { Cell::new(None) };
}

static HOOK: Once = Once::new();

/// How many subjects run.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// How often threads of a name have panicked at a place while subjects ran.
static TOLD: Mutex<BTreeMap<(String, String), u64>> = Mutex::new(BTreeMap::new());

/// A panic that was caught.
#[derive(Debug)]
pub(crate) struct Panic {
    /// Its message.
    pub message: String,
    /// Where in the sources, as `file:line:column`; a panic that is resumed does not tell.
    pub place: Option<String>,
}

impl From<Panic> for Violation {
    fn from(Panic { message, place }: Panic) -> Violation {
        Violation::Panicked { message, place }
    }
}

/// The result of `work`, or its panic. No panic hook sees that panic.
pub(crate) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, Panic> {
    HOOK.call_once(|| {
        let outer = take_hook();
        set_hook(Box::new(move |info| {
            if QUIET.get() {
                PLACE.set(info.location().map(ToString::to_string));
            } else if is_told(info) {
                outer(info);
            }
        }));
    });
    let before = QUIET.replace(true);
    PLACE.set(None);
    RUNNING.fetch_add(1, Ordering::Relaxed);
    let caught = catch_unwind(AssertUnwindSafe(work));
    RUNNING.fetch_sub(1, Ordering::Relaxed);
    QUIET.set(before);
    caught.map_err(|panic| Panic { message: said(&*panic), place: PLACE.take() })
}

/// Whether the hook tells of a panic that is not caught here.
fn is_told(info: &PanicHookInfo<'_>) -> bool {
    if RUNNING.load(Ordering::Relaxed) == 0 {
        return true;
    }
    let place = info.location().map_or_else(String::new, ToString::to_string);
    // Threads of a pool are one; two tests that fail at one place are not.
    let thread = std::thread::current();
    let name = thread.name().unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    let times = told.entry((name, place.clone())).or_default();
    *times += 1;
    if *times == 2 {
        let _ =
            writeln!(std::io::stderr(), "a thread of the subject panicked at {place} again; no more is said of that");
    }
    *times == 1
}

/// The message of a panic.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}
