//! Catches panics of subjects without output.
//!
//! Otherwise a panicking subject prints a message and a backtrace for each of the hundreds of programs that a minimiser
//! tries. A panic in another thread can't be caught here, and need not be the subject's. While subjects run, only the first
//! such panic at each place is printed.

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

/// How often threads with a name have panicked at a place while subjects ran.
static UNCAUGHT: Mutex<BTreeMap<(String, String), u64>> = Mutex::new(BTreeMap::new());

/// A panic that was caught.
#[derive(Debug)]
pub(crate) struct Panic {
    /// Its message.
    pub message: String,
    /// The source location, as `file:line:column`. A resumed panic has none.
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
            } else if is_printed(info) {
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
    caught.map_err(|panic| Panic { message: message(&*panic), place: PLACE.take() })
}

/// Whether the hook prints a panic that is not caught here.
fn is_printed(info: &PanicHookInfo<'_>) -> bool {
    if RUNNING.load(Ordering::Relaxed) == 0 {
        return true;
    }
    let place = info.location().map_or_else(String::new, ToString::to_string);
    // Threads of a pool count as one, so the number at the end of the name is cut. Tests differ in the rest of it.
    let thread = std::thread::current();
    let name = thread.name().unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    let mut uncaught = UNCAUGHT.lock().unwrap_or_else(PoisonError::into_inner);
    let times = uncaught.entry((name, place.clone())).or_default();
    *times += 1;
    if *times == 2 {
        let _ = writeln!(
            std::io::stderr(),
            "a thread of the subject panicked at {place} again; no more such panics are shown"
        );
    }
    *times == 1
}

/// The message of a panic.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}
