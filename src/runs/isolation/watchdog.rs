//! Watches the thread that runs programs: how long one call of the subject uses the processor, and whether anything runs.
//!
//! It reads the processor clock of the whole process a few hundred times a second, so a subject's own threads count too.
//! If two looks see the same call, the time between them belongs to the subject, since the harness waits during a call.
//! Processor time of the harness and of other processes is not counted.

use super::channel;
use crate::judge::guard::protocol::Message;
use crate::judge::subject::watch;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The time between two looks.
const TICK: Duration = Duration::from_millis(3);

/// The time between two messages that the process lives.
const ALIVE: Duration = Duration::from_millis(250);

/// The watch over the current question; `None` if there is none.
static WATCH: Mutex<Option<Watch>> = Mutex::new(None);

/// The longest processor time of a call since the question began, in nanoseconds.
static LONGEST: AtomicU64 = AtomicU64::new(0);

#[derive(Clone, Copy)]
struct Watch {
    /// How long a call may use the processor, and for how long nothing may run.
    patience: Duration,
    /// The last look, and the processor time of the process until then.
    last_look: Instant,
    used: Duration,
    /// The processor time when the question began.
    used_before: Duration,
    /// The processor time at which the program is next reported as slow.
    slow_at: Duration,
    /// The call that is under way, and its processor time.
    call: Option<u64>,
    in_call: Duration,
    /// How long nothing has run.
    still: Duration,
    last_alive: Instant,
}

/// From now on, watches the thread that calls this.
pub(super) fn begin() {
    watch::watch_this_thread();
    std::thread::spawn(|| {
        loop {
            std::thread::sleep(TICK);
            look();
        }
    });
}

/// Starts to watch over a question.
pub(super) fn start(patience: Duration) {
    let (now, used) = (Instant::now(), processor_time());
    LONGEST.store(0, Ordering::Relaxed);
    set(Some(Watch {
        patience,
        last_look: now,
        used,
        used_before: used,
        slow_at: patience,
        call: None,
        in_call: Duration::ZERO,
        still: Duration::ZERO,
        last_alive: now,
    }));
}

/// Stops to watch. Returns the longest processor time of a call.
pub(super) fn stop() -> Duration {
    set(None);
    Duration::from_nanos(LONGEST.load(Ordering::Relaxed))
}

fn set(watch: Option<Watch>) {
    *WATCH.lock().unwrap_or_else(PoisonError::into_inner) = watch;
}

fn look() {
    let mut watch = WATCH.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(watch) = &mut *watch
        && let Some(message) = watch.look()
    {
        channel::send(&message);
    }
}

impl Watch {
    /// Looks once. Returns the message to send, if any.
    fn look(&mut self) -> Option<Message> {
        let (now, used, call) = (Instant::now(), processor_time(), watch::call());
        // If this thread got no processor for long, perhaps the others got none either.
        let elapsed = (now - self.last_look).min(4 * TICK);
        let more = used.saturating_sub(self.used);
        (self.last_look, self.used) = (now, used);
        self.in_call = if call.is_some() && call == self.call { self.in_call + more } else { Duration::ZERO };
        self.call = call;
        LONGEST.fetch_max(self.in_call.as_nanos() as u64, Ordering::Relaxed);
        // A thread that wakes now and then only to poll counts as asleep.
        self.still = match more * 10 > elapsed || others_want_to_run() {
            true => self.still.saturating_sub(elapsed),
            false => self.still + elapsed,
        };
        if self.in_call > self.patience {
            return Some(Message::Busy(self.patience));
        }
        if self.still > self.patience {
            return Some(Message::Still(self.patience));
        }
        let total = used.saturating_sub(self.used_before);
        if total.saturating_sub(self.in_call) > self.slow_at {
            self.slow_at = total * 2;
            return Some(Message::Slow(total));
        }
        (now - self.last_alive > ALIVE).then(|| {
            self.last_alive = now;
            Message::Alive
        })
    }
}

/// The processor time of this process.
#[cfg(unix)]
fn processor_time() -> Duration {
    use nix::time::{ClockId, clock_gettime};
    clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).map_or(Duration::ZERO, Duration::from)
}

/// Other systems use wall time instead.
#[cfg(not(unix))]
fn processor_time() -> Duration {
    static BEGAN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    BEGAN.elapsed()
}

/// Whether another thread runs, or waits for a processor or a disk. On a busy machine, to wait is not to hang.
#[cfg(target_os = "linux")]
fn others_want_to_run() -> bool {
    let name = |path: std::path::PathBuf| path.file_name().map(std::ffi::OsStr::to_owned);
    let this = std::fs::read_link("/proc/thread-self").ok().and_then(name);
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return false };
    threads.flatten().filter(|thread| Some(thread.file_name()) != this).any(|thread| {
        let state = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        // The state comes after the name, which may contain anything.
        state.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with(['R', 'D']))
    })
}

#[cfg(not(target_os = "linux"))]
fn others_want_to_run() -> bool {
    false
}
