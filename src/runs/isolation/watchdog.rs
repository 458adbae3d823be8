//! Watches the thread that runs programs: how long one call of the subject uses the processor, and whether anything runs.
//!
//! It looks a few hundred times a second at the clock of the whole process, so that a subject's own threads count too.
//! What is used between two looks at one and the same call is the subject's alone: while it is called, the harness waits.
//! What the harness uses, and the time for which others have the processor, is no subject's fault and counts for nothing.

use super::channel::say;
use crate::judge::guard::protocol::Said;
use crate::judge::subject::watch;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How often it looks.
const TICK: Duration = Duration::from_millis(3);

/// How often it says that the process lives.
const LIVES: Duration = Duration::from_millis(250);

/// What it watches for; `None` where no answer is due.
static WATCH: Mutex<Option<Watch>> = Mutex::new(None);

/// The longest that a call used the processor, in nanoseconds, since that was last asked.
static LONGEST: AtomicU64 = AtomicU64::new(0);

#[derive(Clone, Copy)]
struct Watch {
    /// How long a call may use the processor, and for how long nothing may run.
    patience: Duration,
    /// When the process had used how much of the processor, and when that was.
    used: Duration,
    at: Instant,
    /// What it had used when the answer began to be due.
    began: Duration,
    /// What it may have used when it is next called slow.
    slow: Duration,
    /// The call that is under way, and how much it has used.
    call: Option<u64>,
    in_call: Duration,
    /// How long nothing has run.
    still: Duration,
    said: Instant,
}

/// Has the thread that asks for it watched from now on.
pub(super) fn begin() {
    watch::watch_this_thread();
    std::thread::spawn(|| {
        loop {
            std::thread::sleep(TICK);
            look();
        }
    });
}

/// An answer is due from now on.
pub(super) fn due(patience: Duration) {
    let (now, used) = (Instant::now(), processor());
    LONGEST.store(0, Ordering::Relaxed);
    set(Some(Watch {
        patience,
        used,
        at: now,
        began: used,
        slow: patience,
        call: None,
        in_call: Duration::ZERO,
        still: Duration::ZERO,
        said: now,
    }));
}

/// No answer is due any more. The longest that a call has used the processor.
pub(super) fn done() -> Duration {
    set(None);
    Duration::from_nanos(LONGEST.load(Ordering::Relaxed))
}

fn set(watch: Option<Watch>) {
    *WATCH.lock().unwrap_or_else(PoisonError::into_inner) = watch;
}

fn look() {
    let mut watch = WATCH.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(due) = &mut *watch
        && let Some(said) = due.look()
    {
        say(&said);
    }
}

impl Watch {
    /// What there is to say.
    fn look(&mut self) -> Option<Said> {
        let (now, used, call) = (Instant::now(), processor(), watch::call());
        // Where this thread could not look, no more can be said of the others.
        let elapsed = (now - self.at).min(4 * TICK);
        let more = used.saturating_sub(self.used);
        (self.at, self.used) = (now, used);
        self.in_call = if call.is_some() && call == self.call { self.in_call + more } else { Duration::ZERO };
        self.call = call;
        LONGEST.fetch_max(self.in_call.as_nanos() as u64, Ordering::Relaxed);
        // One that wakes now and then to see whether it may go on is as still as one that sleeps.
        self.still = match more * 10 > elapsed || others_want_to_run() {
            true => self.still.saturating_sub(elapsed),
            false => self.still + elapsed,
        };
        if self.in_call > self.patience {
            return Some(Said::Busy(self.patience));
        }
        if self.still > self.patience {
            return Some(Said::Still(self.patience));
        }
        let total = used.saturating_sub(self.began);
        if total.saturating_sub(self.in_call) > self.slow {
            self.slow = total * 2;
            return Some(Said::Slow(total));
        }
        (now - self.said > LIVES).then(|| {
            self.said = now;
            Said::Alive
        })
    }
}

/// How much of the processor this process has used.
#[cfg(unix)]
fn processor() -> Duration {
    use nix::time::{ClockId, clock_gettime};
    clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).map_or(Duration::ZERO, Duration::from)
}

/// Elsewhere the time that passes stands for it.
#[cfg(not(unix))]
fn processor() -> Duration {
    static BEGAN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    BEGAN.elapsed()
}

/// Whether another thread waits for a processor, or for a disk: on a busy machine that is no fault of it.
#[cfg(target_os = "linux")]
fn others_want_to_run() -> bool {
    let name = |path: std::path::PathBuf| path.file_name().map(std::ffi::OsStr::to_owned);
    let this = std::fs::read_link("/proc/thread-self").ok().and_then(name);
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return false };
    threads.flatten().filter(|thread| Some(thread.file_name()) != this).any(|thread| {
        let state = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        // The state stands behind the name, which may hold anything.
        state.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with(['R', 'D']))
    })
}

#[cfg(not(target_os = "linux"))]
fn others_want_to_run() -> bool {
    false
}
