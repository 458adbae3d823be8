//! Feedback for random programs: those that reach new situations are kept, and changed.
//!
//! A case must be one program whatever the number of threads, so what it is made from must not depend on who was faster.
//! Cases come in rounds, and those of a round draw from the pool as it is after all cases of the last round but one, in
//! their order: a round begins while the one before it ends, and nobody waits long. A case of a number is thus a function
//! of the seed and of the cases before it; to have it again, the run is repeated up to it.
//!
//! What counts as new is a situation ([`Observed::situations`]): coarse enough that most programs bring none.

use crate::programs::mutate;
use crate::runs::statistics::Observed;
use heapproof_model::{Code, Program};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many cases a round has.
pub(crate) const ROUND: u64 = 512;

/// How many programs are kept: the ones that were found last, for they are the furthest.
const MOST: usize = 2_000;

/// With fewer than this, all programs are drawn.
const LEAST: usize = 50;

/// How long a thread waits for a pool before it looks whether it should stop.
const PATIENCE: Duration = Duration::from_millis(20);

/// Programs that reached something new, those of a round shared by its cases.
pub(crate) type Pool = Arc<Vec<Arc<Program>>>;

/// The pools of the rounds, as far as they are known.
#[derive(Debug, Default)]
pub(crate) struct Pools {
    /// The first round whose pool is not known yet, and the pools of the two before it.
    state: Mutex<(u64, [Pool; 2])>,
    published: Condvar,
}

impl Pools {
    fn state(&self) -> MutexGuard<'_, (u64, [Pool; 2])> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The pool of a round, as soon as it is known; `None` where `stopped` says so first.
    pub fn of(&self, round: u64, stopped: &dyn Fn() -> bool) -> Option<Pool> {
        let mut state = self.state();
        while round >= 2 && state.0 <= round {
            if stopped() {
                return None;
            }
            state = self.published.wait_timeout(state, PATIENCE).unwrap_or_else(PoisonError::into_inner).0;
        }
        Some(if round < 2 { Pool::default() } else { Arc::clone(&state.1[(round % 2) as usize]) })
    }

    fn publish(&self, round: u64, pool: Pool) {
        let mut state = self.state();
        state.1[(round % 2) as usize] = pool;
        state.0 = round + 1;
        self.published.notify_all();
    }
}

/// What all cases so far have reached, and the programs that were first.
#[derive(Debug, Default)]
pub(crate) struct Novelty {
    seen: HashSet<u64>,
    kept: VecDeque<Arc<Program>>,
}

impl Novelty {
    /// Learns of a case; cases come in their order.
    pub fn add(&mut self, observed: &Observed, program: &Arc<Program>) {
        let before = self.seen.len();
        self.seen.extend(&observed.situations);
        if self.seen.len() > before {
            self.kept.push_back(Arc::clone(program));
            if self.kept.len() > MOST {
                self.kept.pop_front();
            }
        }
    }

    /// So many cases are done: where that is the end of a round, the next but one can begin.
    pub fn publish(&self, cases: u64, pools: &Pools) {
        if cases.is_multiple_of(ROUND) {
            pools.publish(cases / ROUND + 1, Arc::new(self.kept.iter().cloned().collect()));
        }
    }
}

/// The program of a case that is made from programs of the pool; `None` where it is to be drawn. What the subject lacks
/// is left out.
pub(crate) fn made(
    seed: u64,
    case: u64,
    pool: &[Arc<Program>],
    most_lines: usize,
    supports: &dyn Fn(Code) -> bool,
) -> Option<Program> {
    if pool.len() < LEAST {
        return None;
    }
    // Other numbers than those by which the case would be drawn.
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x6b65_7074);
    rng.set_stream(case);
    if rng.random_bool(0.5) {
        return None;
    }
    let (first, second) = (rng.random_range(0..pool.len()), rng.random_range(0..pool.len()));
    let program = if rng.random_ratio(1, 4) {
        mutate::cross(&pool[first], &pool[second], &mut rng, most_lines)
    } else {
        mutate::mutate(&pool[first], &mut rng, most_lines)
    };
    let lines = program.lines().iter().filter(|line| supports(line.operation.code())).cloned().collect();
    Some(program.with_lines(lines))
}
