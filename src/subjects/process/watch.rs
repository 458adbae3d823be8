//! Ends a child that does not answer.
//!
//! While an answer is due, a thread looks now and then how much processor time the child and what it has started have used
//! since. It hangs if that is more than the limit, or if none of them has run or wanted to run for as long as the limit. A
//! machine that is busy elsewhere makes nobody hang. Who is not asked anything is not watched.

use crate::judge::lost::Loss;
use crate::judge::violation::Hang;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError, Weak};
use std::time::Duration;

/// The time between two looks.
const TICK: Duration = Duration::from_millis(100);

/// All children that may be asked something.
static CHILDREN: Mutex<Vec<Weak<Due>>> = Mutex::new(Vec::new());
static WATCHING: Once = Once::new();

/// Whether a child has an answer due, and what became of it.
pub(super) struct Due {
    pid: u32,
    limit: Duration,
    /// The longest processor time of an answer that came, in milliseconds, of all children of a pool.
    longest: Arc<AtomicU64>,
    /// How often an answer became due or came: odd while one is due.
    turn: AtomicU64,
    state: Mutex<State>,
}

/// What the watcher has seen.
#[derive(Default)]
struct State {
    turn: u64,
    used: Duration,
    used_in_turn: Duration,
    still: Duration,
    hung: Option<Hang>,
    is_ended: bool,
}

impl Due {
    pub fn new(pid: u32, limit: Duration, longest: Arc<AtomicU64>) -> Due {
        Due { pid, limit, longest, turn: AtomicU64::new(0), state: Mutex::default() }
    }

    /// Ends the child and all that it has started. A number is given to another process only after the child was waited for.
    pub fn kill(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::mem::replace(&mut state.is_ended, true) {
            end(self.pid);
        }
    }

    fn look(&self) {
        let turn = self.turn.load(Ordering::Relaxed);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.turn != turn {
            self.longest.fetch_max(state.used_in_turn.as_millis() as u64, Ordering::Relaxed);
        }
        if turn.is_multiple_of(2) || state.is_ended {
            (state.turn, state.used_in_turn) = (turn, Duration::ZERO);
            return;
        }
        let (used, runs) = at_work(self.pid);
        if state.turn != turn {
            *state = State { turn, used, ..State::default() };
            return;
        }
        let more = used.saturating_sub(state.used);
        state.used = used;
        state.used_in_turn += more;
        state.still = if runs || !more.is_zero() { Duration::ZERO } else { state.still + TICK };
        state.hung = match (state.used_in_turn > self.limit, state.still > self.limit) {
            (true, _) => Some(Hang::Busy),
            (_, true) => Some(Hang::Still),
            _ => return,
        };
        state.is_ended = true;
        end(self.pid);
    }
}

/// The watch over one child.
pub(super) struct Watch(Arc<Due>);

impl Watch {
    pub fn over(due: Arc<Due>) -> Watch {
        let mut children = CHILDREN.lock().unwrap_or_else(PoisonError::into_inner);
        children.retain(|due| due.strong_count() > 0);
        children.push(Arc::downgrade(&due));
        drop(children);
        WATCHING.call_once(|| drop(std::thread::spawn(watch)));
        Watch(due)
    }

    /// An answer is due.
    pub fn begins(&self) {
        if self.0.turn.load(Ordering::Relaxed).is_multiple_of(2) {
            self.0.turn.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// It has come.
    pub fn ends(&self) {
        if !self.0.turn.load(Ordering::Relaxed).is_multiple_of(2) {
            self.0.turn.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The processor time that the child and all that it has started have used, and whether one of them runs or wants to.
    pub fn at_work(&self) -> (Duration, bool) {
        at_work(self.0.pid)
    }

    /// Ends the child, and says how it hung if it was ended for that.
    pub fn kill(&self) -> Option<Loss> {
        self.0.kill();
        let hung = self.0.state.lock().unwrap_or_else(PoisonError::into_inner).hung;
        hung.map(|how| Loss::Hung(how, self.0.limit))
    }
}

fn watch() {
    loop {
        std::thread::sleep(TICK);
        let children: Vec<Arc<Due>> =
            CHILDREN.lock().unwrap_or_else(PoisonError::into_inner).iter().filter_map(Weak::upgrade).collect();
        children.iter().for_each(|due| due.look());
    }
}

#[cfg(unix)]
fn end(pid: u32) {
    use nix::sys::signal::{Signal, killpg};
    // If that fails, it has ended already.
    let _ = killpg(nix::unistd::Pid::from_raw(pid as i32), Signal::SIGKILL);
}

#[cfg(not(unix))]
fn end(_pid: u32) {}

/// The processor time of a process and of all that it has started, and whether one of them runs, or waits for a processor or
/// a disk.
#[cfg(target_os = "linux")]
fn at_work(group: u32) -> (Duration, bool) {
    let ticks = nix::unistd::sysconf(nix::unistd::SysconfVar::CLK_TCK).ok().flatten().unwrap_or(100) as u64;
    let (mut used, mut runs) = (0, false);
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else { continue };
        // Fields are counted from behind the name, which may contain anything.
        let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
        let number = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
        if number(2) == u64::from(group) {
            used += number(11) + number(12);
            runs |= matches!(fields.first(), Some(&("R" | "D")));
        }
    }
    (Duration::from_millis(used * 1_000 / ticks.max(1)), runs)
}

/// Other systems use wall time instead.
#[cfg(not(target_os = "linux"))]
fn at_work(_group: u32) -> (Duration, bool) {
    static BEGAN: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    (BEGAN.elapsed(), false)
}
