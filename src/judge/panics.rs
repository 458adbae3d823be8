//! Catches panics of subjects without output.
//!
//! Otherwise a panicking subject prints a message and a backtrace for each of the hundreds of programs that a minimiser
//! tries. A panic in a thread that judges nothing can't be caught here, and need not be the subject's. While subjects run, only
//! the first such panic at each place is told, and the hook that was there before is not called: that of libFuzzer ends the process,
//! and a subject that goes on after a thread of its own has panicked would fail there and nowhere else.

use crate::judge::violation::Violation;
use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::Write;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, Once, PoisonError};

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
    /// Whether the thread has ever run a subject: then its panics beside that are of who judges.
    static JUDGES: Cell<bool> = const { Cell::new(false) };
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

/// While one is kept a subject runs, and has threads of its own perhaps.
pub(crate) struct Running(());

impl Running {
    /// A subject runs from now on.
    pub fn begins() -> Running {
        HOOK.call_once(|| {
            let outer = take_hook();
            set_hook(Box::new(move |info| {
                if QUIET.get() {
                    PLACE.set(info.location().map(ToString::to_string));
                } else if JUDGES.get() || RUNNING.load(Ordering::Relaxed) == 0 {
                    outer(info);
                } else {
                    tell_once(info);
                }
            }));
        });
        RUNNING.fetch_add(1, Ordering::Relaxed);
        Running(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The result of `work`, or its panic. No other panic hook sees that panic.
pub(crate) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, Panic> {
    let _running = Running::begins();
    JUDGES.set(true);
    let before = QUIET.replace(true);
    PLACE.set(None);
    let caught = catch_unwind(AssertUnwindSafe(work));
    QUIET.set(before);
    caught.map_err(|panic| Panic { message: message(&*panic), place: PLACE.take() })
}

/// Prints a panic of another thread as the standard hook does, if it is the first at its place.
fn tell_once(info: &PanicHookInfo<'_>) {
    let place = info.location().map_or_else(String::new, ToString::to_string);
    // Threads of a pool count as one, so the number at the end of the name is cut. Tests differ in the rest of it.
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("<unnamed>");
    let pool = name.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    let mut uncaught = UNCAUGHT.lock().unwrap_or_else(PoisonError::into_inner);
    let times = uncaught.entry((pool, place.clone())).or_default();
    *times += 1;
    match *times {
        // A test that fails meanwhile prints where other tests do.
        1 => {
            eprintln!("\nthread '{name}' {info}");
            let backtrace = Backtrace::capture();
            if backtrace.status() == BacktraceStatus::Captured {
                eprintln!("{backtrace}");
            }
        }
        2 => {
            let again = "no more such panics are shown";
            let _ = writeln!(std::io::stderr(), "a thread of the subject panicked at {place} again; {again}");
        }
        _ => {}
    }
}

/// The message of a panic.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}
