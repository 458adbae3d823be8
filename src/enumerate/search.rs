//! The search, a level of programs of one length after the other.

use super::expand::{Expander, Step, check};
use super::space::Space;
use crate::lockstep::{Ends, Failure};
use crate::signature::Signature;
use crate::subject::SubjectKind;
use crate::tally::Tally;
use crate::violation::Violation;
use heapproof_model::Program;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many states are gone on from before what was found is put together; a result is the same for any number.
const CHUNK: usize = 4_096;

/// How many states a thread takes at once.
const BLOCK: usize = 16;

/// Into how many parts the states met in a chunk are divided, so that threads seldom wait for each other.
const PARTS: usize = 64;

/// A search through a space.
#[derive(Debug)]
pub struct Search {
    space: Space,
    subject: SubjectKind,
    /// Whether states are merged.
    merges: bool,
    keep_going: bool,
    nodes: Vec<Node>,
    /// The digests of all states met.
    met: HashSet<u128>,
    /// Ends of programs that went well.
    ends: Ends,
    /// Those that are gone on from now, by number.
    level: Range<usize>,
    /// The next of them.
    next: usize,
    summary: Summary,
}

/// A state by how it was met first.
#[derive(Debug, Clone, Copy)]
struct Node {
    /// The state before; the first state's is its own.
    parent: u32,
    /// Which of the lines that can follow that.
    choice: u16,
}

/// How a state was met, in the order in which one thread would meet them.
type Order = (usize, u16);

/// A program that fails.
#[derive(Debug, Clone)]
pub struct Found {
    /// The program.
    pub program: Program,
    /// Where and how it fails.
    pub failure: Failure,
}

/// What has been done.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// How many distinct states were met, the empty heap's included; without digests, how many programs.
    pub states: u64,
    /// How many lines were carried out from them.
    pub transitions: u64,
    /// How long the programs are of which all were tried.
    pub complete: usize,
    /// What the lines came to.
    pub tally: Tally,
    /// The signatures of the failures found, each with its first program's length.
    pub violations: Vec<(Signature, usize)>,
    /// How long it took.
    pub elapsed: Duration,
    /// Whether it was stopped before its end.
    pub stopped: bool,
}

/// How far a search is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// The length of the programs that are tried now.
    pub depth: usize,
    /// How many states of that length's beginnings are gone on from, and how many were.
    pub from: (u64, u64),
    /// So far.
    pub states: u64,
    /// So far.
    pub transitions: u64,
    /// About how many bytes the states take.
    pub memory: u64,
    /// Since the beginning.
    pub elapsed: Duration,
}

impl Progress {
    /// Whether all programs of that length are done.
    pub fn is_level_done(&self) -> bool {
        self.from.0 == self.from.1
    }
}

/// What was met in a chunk.
struct Chunk {
    states: Vec<Mutex<HashMap<u128, New>>>,
    /// Programs of subjects without digests, and lines that failed.
    rest: Mutex<Vec<New>>,
    transitions: AtomicU64,
    tally: Mutex<Tally>,
}

/// A state that is new in a chunk, or a program that failed.
struct New {
    order: Order,
    digest: Option<u128>,
    failure: Option<Failure>,
}

impl Search {
    /// A search through the space, not begun. Without `merges`, or where the subject has no digest, each program is
    /// tried by itself.
    pub fn new(space: Space, subject: &SubjectKind, merges: bool, keep_going: bool) -> Search {
        let merges = merges && subject.make().digest().is_some();
        Search {
            space,
            subject: subject.clone(),
            merges,
            keep_going,
            nodes: vec![Node { parent: 0, choice: 0 }],
            met: HashSet::new(),
            ends: Ends::default(),
            level: 0..1,
            next: 0,
            summary: Summary { states: 1, ..Summary::default() },
        }
    }

    /// Whether states are merged.
    pub fn merges(&self) -> bool {
        self.merges
    }

    /// The digests of all states that were met; empty where the subject has none.
    pub fn met(&self) -> &HashSet<u128> {
        &self.met
    }

    /// The space that is searched.
    pub fn space(&self) -> &Space {
        &self.space
    }

    /// What has been done so far.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Searches until all is done, a program fails or `stop` is set. `found` learns of the first failure of each
    /// signature, `progress` after each chunk.
    pub fn run(
        &mut self,
        jobs: usize,
        stop: &AtomicBool,
        found: &mut dyn FnMut(Found),
        progress: &mut dyn FnMut(&Progress),
    ) -> &Summary {
        let before = self.summary.elapsed;
        let start = Instant::now();
        if self.met.is_empty() {
            self.met.extend(Expander::new(&self.space, &self.subject).start().digest());
        }
        while self.summary.complete < self.space.lines && !self.level.is_empty() {
            if stop.load(Ordering::Relaxed) {
                self.summary.stopped = true;
                break;
            }
            let chunk = self.next..self.level.end.min(self.next + CHUNK);
            let met = self.explore(chunk.clone(), jobs);
            self.next = chunk.end;
            let goes_on = self.merge(met, found);
            self.summary.elapsed = before + start.elapsed();
            progress(&self.progress());
            if !goes_on {
                self.summary.stopped = true;
                break;
            }
            if self.next == self.level.end {
                self.summary.complete += 1;
                self.level = self.level.end..self.nodes.len();
            }
        }
        self.summary.elapsed = before + start.elapsed();
        &self.summary
    }

    fn progress(&self) -> Progress {
        Progress {
            depth: self.summary.complete + 1,
            from: ((self.next - self.level.start) as u64, self.level.len() as u64),
            states: self.summary.states,
            transitions: self.summary.transitions,
            memory: self.memory(),
            elapsed: self.summary.elapsed,
        }
    }

    /// About how many bytes the states take.
    fn memory(&self) -> u64 {
        // A set keeps a byte beside each entry.
        (self.met.capacity() * (size_of::<u128>() + 1) + self.nodes.capacity() * size_of::<Node>()) as u64
    }

    /// Whether states that are met now are gone on from.
    fn is_last(&self) -> bool {
        self.summary.complete + 1 == self.space.lines
    }

    fn explore(&self, chunk: Range<usize>, jobs: usize) -> Chunk {
        let next = AtomicUsize::new(chunk.start);
        let met = Chunk::new();
        std::thread::scope(|scope| {
            for _ in 0..jobs.max(1) {
                scope.spawn(|| {
                    let mut expander = Expander::new(&self.space, &self.subject);
                    loop {
                        let block = next.fetch_add(BLOCK, Ordering::Relaxed);
                        if block >= chunk.end {
                            break;
                        }
                        for number in block..chunk.end.min(block + BLOCK) {
                            self.expand(number, &mut expander, &met);
                        }
                    }
                    lock(&met.tally).merge(&expander.tally);
                });
            }
        });
        met
    }

    /// Goes on from a state by every line that can follow.
    fn expand(&self, number: usize, expander: &mut Expander<'_>, chunk: &Chunk) {
        let choices = self.choices(number);
        let state = match expander.state(choices.iter().copied()) {
            Ok(state) => state,
            Err(violation) => return chunk.add((number, 0), Some(failure(choices.len(), violation))),
        };
        let length = choices.len() + 1;
        let mut transitions = 0;
        expander.expand(&state, &mut |choice, step| {
            transitions += 1;
            let order = (number, choice);
            match step {
                Step::Same if self.merges => {}
                Step::Same => chunk.add(order, None),
                Step::Failed(violation) => chunk.add(order, Some(failure(length, violation))),
                Step::State(Some(digest), lockstep) if self.merges => {
                    let is_new = !self.met.contains(&digest) && chunk.meet(digest, order);
                    if let Some(failure) = is_new.then(|| check(lockstep, length, &self.ends).err()).flatten() {
                        chunk.fail(digest, failure);
                    }
                }
                Step::State(digest, lockstep) => {
                    let failure = check(lockstep, length, &self.ends).err();
                    lock(&chunk.rest).push(New { order, digest, failure });
                }
            }
        });
        chunk.transitions.fetch_add(transitions, Ordering::Relaxed);
    }

    /// The choices that lead to a state.
    fn choices(&self, number: usize) -> Vec<u16> {
        let mut choices = Vec::new();
        let mut at = number;
        while at > 0 {
            let node = self.nodes[at];
            choices.push(node.choice);
            at = node.parent as usize;
        }
        choices.reverse();
        choices
    }

    /// Takes over what was met in a chunk, in the order in which one thread would have met it; whether to go on.
    fn merge(&mut self, chunk: Chunk, found: &mut dyn FnMut(Found)) -> bool {
        self.summary.transitions += chunk.transitions.load(Ordering::Relaxed);
        self.summary.tally.merge(&lock(&chunk.tally));
        for New { order, digest, failure } in chunk.in_order() {
            self.met.extend(digest);
            let Some(failure) = failure else {
                self.summary.states += 1;
                if !self.is_last() {
                    self.nodes.push(Node { parent: order.0 as u32, choice: order.1 });
                }
                continue;
            };
            let signature = failure.violation.signature();
            if !self.summary.violations.iter().any(|(known, _)| *known == signature) {
                let program = self.program(order);
                self.summary.violations.push((signature, program.len()));
                found(Found { program, failure });
            }
            if !self.keep_going {
                return false;
            }
        }
        true
    }

    /// The program that a state was met by.
    fn program(&self, (parent, choice): Order) -> Program {
        let mut expander = Expander::new(&self.space, &self.subject);
        let Ok(state) = expander.state(self.choices(parent).into_iter()) else { return Program::default() };
        let lines = expander.lines(&state);
        state.program(lines.get(usize::from(choice)).map_or(&[], std::slice::from_ref))
    }
}

impl Chunk {
    fn new() -> Chunk {
        Chunk {
            states: (0..PARTS).map(|_| Mutex::default()).collect(),
            rest: Mutex::default(),
            transitions: AtomicU64::new(0),
            tally: Mutex::default(),
        }
    }

    /// Notes a program that is told from others by itself.
    fn add(&self, order: Order, failure: Option<Failure>) {
        lock(&self.rest).push(New { order, digest: None, failure });
    }

    /// Notes that a state was met; whether it is for the first time in this chunk.
    fn meet(&self, digest: u128, order: Order) -> bool {
        match lock(self.part(digest)).entry(digest) {
            Entry::Vacant(entry) => {
                entry.insert(New { order, digest: Some(digest), failure: None });
                true
            }
            Entry::Occupied(mut entry) => {
                let known = &mut entry.get_mut().order;
                *known = order.min(*known);
                false
            }
        }
    }

    /// Notes that a state that was met is wrong.
    fn fail(&self, digest: u128, failure: Failure) {
        if let Some(met) = lock(self.part(digest)).get_mut(&digest) {
            met.failure = Some(failure);
        }
    }

    fn part(&self, digest: u128) -> &Mutex<HashMap<u128, New>> {
        &self.states[digest as usize % PARTS]
    }

    /// All that was met.
    fn in_order(self) -> Vec<New> {
        let mut all = self.rest.into_inner().unwrap_or_else(PoisonError::into_inner);
        for part in self.states {
            all.extend(part.into_inner().unwrap_or_else(PoisonError::into_inner).into_values());
        }
        all.sort_unstable_by_key(|new| new.order);
        all
    }
}

/// The failure of the last line of a program of that length.
fn failure(length: usize, violation: Violation) -> Failure {
    Failure { step: length.saturating_sub(1), tried: Box::default(), violation }
}

/// The lock, also of a thread that panicked: each change under it is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
