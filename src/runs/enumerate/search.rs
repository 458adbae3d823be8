//! The search. It takes one level after the other; a level is all programs of one length.

use super::chunk::{Chunk, New};
use super::drawn::{Drawn, Order, Sampling};
use super::expand::{Expander, Step, check};
use super::space::Space;
use super::summary::{End, Summary};
use super::tail::Tail;
use crate::judge::digest;
use crate::judge::lockstep::{Ends, Failure};
use crate::judge::signature::Signature;
use crate::judge::subject::SubjectKind;
use crate::judge::violation::{NotMade, Violation};
use crate::runs::share::Share;
use heapproof_model::Program;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How many states are expanded before their results are merged. The outcome is the same for any number.
const CHUNK: usize = 1_024;

/// How many states a thread takes at once.
const BLOCK: usize = 8;

/// How a space is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct How {
    /// Whether programs with the same state are merged, if the subject has a digest. If not, each program is tried.
    pub merges: bool,
    /// Whether it goes on after the first failure.
    pub keep_going: bool,
    /// The share of the work to do.
    pub share: Share,
    /// Whether its part of the last level is kept, for results of shares that are put together.
    pub keeps_tail: bool,
    /// About how many bytes states may take.
    pub memory: u64,
    /// Which pairs of states with equal digests are compared.
    pub sampling: Sampling,
}

impl Default for How {
    /// Searches the whole space with merging, up to the first failure, in four gigabytes.
    fn default() -> How {
        How {
            merges: true,
            keep_going: false,
            share: Share::WHOLE,
            keeps_tail: false,
            memory: 4_000_000_000,
            sampling: Sampling::default(),
        }
    }
}

/// A search through a space.
#[derive(Debug)]
pub struct Search {
    pub(super) space: Space,
    pub(super) subject: SubjectKind,
    pub(super) how: How,
    /// The signatures of failures that are no news.
    pub(super) known: BTreeSet<Signature>,
    pub(super) nodes: Vec<Node>,
    /// The digests of all states that were reached.
    pub(super) met: HashSet<u128>,
    /// Ends of programs that passed.
    ends: Ends,
    /// The states of the present level, by number.
    pub(super) level: Range<usize>,
    /// The next of them to expand.
    pub(super) next: usize,
    pub(super) summary: Summary,
    pub(super) has_choices: bool,
    /// How states were reached whose digests may be met again, for comparing pairs; `None` is the first state.
    pub(super) watched: HashMap<u128, Option<Order>>,
    /// Its part of the last level, if this is one of several shares.
    pub(super) tail: Tail,
}

/// A state, as the way in which it was reached first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    /// The state before; the first state is its own parent.
    pub(super) parent: u32,
    /// The index of the line among those that can follow the parent.
    pub(super) choice: u16,
}

/// A program that fails.
#[derive(Debug, Clone)]
pub struct Found {
    /// The program.
    pub program: Program,
    /// Where and how it fails.
    pub failure: Failure,
}

/// How far a search is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// The length of the programs that are tried now.
    pub lines: usize,
    /// How many of their beginnings were expanded, and how many there are.
    pub beginnings: (u64, u64),
    /// So far.
    pub states: u64,
    /// So far.
    pub transitions: u64,
    /// About how many bytes the states take.
    pub memory: u64,
    /// The time since the search began.
    pub elapsed: Duration,
}

impl Progress {
    /// Whether all programs of that length are done.
    pub fn is_level_done(&self) -> bool {
        self.beginnings.0 == self.beginnings.1
    }
}

impl Search {
    /// A search through the space that has not begun.
    ///
    /// # Errors
    /// Why there is no subject.
    pub fn new(space: Space, subject: &SubjectKind, how: How) -> Result<Search, NotMade> {
        let digest = subject.make()?.digest();
        let how = How { merges: how.merges && digest.is_some() && space.is_near(), ..how };
        let mut search = Search {
            space,
            subject: subject.clone(),
            how,
            known: BTreeSet::new(),
            nodes: vec![Node { parent: 0, choice: 0 }],
            met: HashSet::new(),
            ends: Ends::default(),
            has_choices: !subject.abilities()?.repeats(),
            watched: HashMap::new(),
            level: 0..1,
            next: 0,
            summary: Summary { states: 1, ..Summary::default() },
            tail: Tail::default(),
        };
        let first = Expander::new(&search.space, subject).start()?.digest();
        search.met.extend(first);
        search.watched.extend(first.map(|digest| (digest, None)));
        Ok(search)
    }

    /// The same where failures of those signatures are no news: they are counted, nothing is gone on from there, and they
    /// end no search.
    pub fn knowing(self, known: BTreeSet<Signature>) -> Search {
        Search { known, ..self }
    }

    /// How it is searched. It does not merge if the subject has no digest, or if programs are too long for digests.
    pub fn how(&self) -> &How {
        &self.how
    }

    /// The digests of all states that were reached; empty if the subject has no digest.
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

    /// What other shares have to know of it; only of use when the search is done.
    pub fn tail(&self) -> Tail {
        let is_in_last = self.summary.complete >= self.space.lines;
        let before = if is_in_last { self.tail.before.clone() } else { self.summary.counts() };
        Tail { before, ..self.tail.clone() }
    }

    /// Searches until everything is tried, a program fails or `stop` is set. Calls `found` with the first failure of
    /// each signature, and `progress` after each stretch.
    pub fn run(
        &mut self,
        jobs: usize,
        stop: &AtomicBool,
        found: &mut dyn FnMut(Found),
        progress: &mut dyn FnMut(&Search, &Progress),
    ) -> &Summary {
        let before = self.summary.elapsed;
        let start = Instant::now();
        self.summary.end = loop {
            if self.summary.complete >= self.space.lines || self.level.is_empty() {
                break End::Done;
            }
            if self.memory() > self.how.memory {
                break End::OutOfMemory;
            }
            if self.is_last() && self.next == self.level.start {
                self.tail.before = self.summary.counts();
            }
            let stretch = self.next..self.level.end.min(self.next + CHUNK);
            let chunk = self.explore(stretch.clone(), jobs, stop);
            // A stretch that was not completed is done again when the search is resumed.
            if stop.load(Ordering::Relaxed) {
                break End::Stopped;
            }
            self.next = stretch.end;
            let (goes_on, drawn) = self.merge(chunk, found);
            if !goes_on {
                break End::Failed;
            }
            if self.finds_parted(drawn, jobs) {
                break End::Unsound;
            }
            self.summary.elapsed = before + start.elapsed();
            let now = self.progress();
            if now.is_level_done() {
                self.summary.complete += 1;
                self.level = self.level.end..self.nodes.len();
            }
            progress(self, &now);
        };
        self.summary.elapsed = before + start.elapsed();
        &self.summary
    }

    fn progress(&self) -> Progress {
        Progress {
            lines: self.summary.complete + 1,
            beginnings: ((self.next - self.level.start) as u64, self.level.len() as u64),
            states: self.summary.states,
            transitions: self.summary.transitions(),
            memory: self.memory(),
            elapsed: self.summary.elapsed,
        }
    }

    /// About how many bytes the states take.
    fn memory(&self) -> u64 {
        // A hash set keeps one more byte for each entry.
        let digests = self.met.capacity() + self.ends.capacity() + self.tail.states.capacity();
        let watched = self.watched.capacity() * (size_of::<(u128, Option<Order>)>() + 1);
        (watched + digests * (size_of::<u128>() + 1) + self.nodes.capacity() * size_of::<Node>()) as u64
    }

    /// Whether this is the last level, so that its new states are not expanded.
    fn is_last(&self) -> bool {
        self.summary.complete + 1 == self.space.lines
    }

    /// Whether a state is in this share: by its digest, or by the number of the program where it has none.
    ///
    /// Every share walks all levels before the last, since which states are new depends on all states before, and on which of
    /// them fail. But a share carries out the last line only from its own states: most states are in the last level, and most
    /// lines lead there. All shares together do what one search does.
    fn is_ours(&self, digest: Option<u128>, number: usize) -> bool {
        let Share { number: share, of } = self.how.share;
        digest.unwrap_or(number as u128) % u128::from(of) == u128::from(share - 1)
    }

    fn explore(&self, stretch: Range<usize>, jobs: usize, stop: &AtomicBool) -> Chunk {
        let next = AtomicUsize::new(stretch.start);
        let chunk = Chunk::new(Drawn::new(&self.how.sampling));
        let test = digest::Test::current();
        std::thread::scope(|scope| {
            for _ in 0..jobs.max(1) {
                scope.spawn(|| {
                    test.begin();
                    let mut expander = Expander::new(&self.space, &self.subject);
                    loop {
                        let block = next.fetch_add(BLOCK, Ordering::Relaxed);
                        if block >= stretch.end || stop.load(Ordering::Relaxed) {
                            break;
                        }
                        for number in block..stretch.end.min(block + BLOCK) {
                            self.go_on_from(number, &mut expander, &chunk);
                        }
                    }
                });
            }
        });
        chunk
    }

    /// Expands a state by every line that can follow.
    fn go_on_from(&self, number: usize, expander: &mut Expander<'_>, chunk: &Chunk) {
        let choices = self.choices(number);
        let state = match expander.state(choices.iter().copied()) {
            Ok(state) => state,
            Err(violation) => return chunk.add((number, 0), None, Some(failure(choices.len(), violation))),
        };
        if self.is_last() && !self.is_ours(state.digest(), number) {
            return;
        }
        let length = choices.len() + 1;
        let (done, refused) = expander.expand(&state, &mut |choice, step| {
            let order = (number, choice);
            match step {
                Step::Same if self.how.merges => chunk.draw(order, state.digest()),
                Step::Same => chunk.add(order, None, None),
                Step::Failed(violation) => chunk.add(order, None, Some(failure(length, violation))),
                Step::State(Some(digest), lockstep) if self.how.merges => {
                    chunk.draw(order, Some(digest));
                    let is_new = !self.met.contains(&digest) && chunk.meet(digest, order);
                    if let Some(failure) = is_new.then(|| check(lockstep, length, &self.ends).err()).flatten() {
                        chunk.fail(digest, failure);
                    }
                }
                Step::State(digest, lockstep) => chunk.add(order, digest, check(lockstep, length, &self.ends).err()),
            }
        });
        chunk.count(done, refused);
    }

    /// The choices that lead to a state.
    pub(super) fn choices(&self, number: usize) -> Vec<u16> {
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

    /// Adds the results of a stretch in the order of a single thread. Returns whether to go on, and which transitions were drawn
    /// for comparing states.
    fn merge(&mut self, chunk: Chunk, found: &mut dyn FnMut(Found)) -> (bool, Vec<(u64, Order, u128)>) {
        self.summary.done += chunk.done.load(Ordering::Relaxed);
        self.summary.refused += chunk.refused.load(Ordering::Relaxed);
        let (space, subject) = (self.space.clone(), self.subject.clone());
        let mut expander = Expander::new(&space, &subject);
        let (new, drawn) = chunk.in_order();
        for New { order, digest, failure } in new {
            self.met.extend(digest);
            // A program that is not merged with others counts, whatever state it comes to.
            let digest = digest.filter(|_| self.how.merges);
            let is_kept = self.is_last() && self.how.keeps_tail;
            let Some(failure) = failure else {
                self.summary.states += 1;
                self.watch(digest, order);
                if is_kept {
                    self.tail.pass(digest);
                }
                if !self.is_last() {
                    self.nodes.push(Node { parent: order.0 as u32, choice: order.1 });
                }
                continue;
            };
            let program = self.program(order, &mut expander);
            let signature = failure.signature(&program);
            if is_kept {
                self.tail.fail(order, digest, signature.clone());
            }
            if self.known.contains(&signature) {
                *self.summary.known.entry(signature).or_default() += 1;
                continue;
            }
            if !self.summary.violations.iter().any(|(known, _)| *known == signature) {
                self.summary.violations.push((signature, program.len()));
                found(Found { program, failure });
            }
            if !self.how.keep_going {
                return (false, Vec::new());
            }
        }
        self.ends.forget_many();
        (true, drawn)
    }

    /// The program by which a state was reached.
    fn program(&self, (parent, choice): Order, expander: &mut Expander<'_>) -> Program {
        let Ok(state) = expander.state(self.choices(parent).into_iter()) else { return Program::default() };
        let lines = expander.lines(&state);
        state.program(lines.get(usize::from(choice)).map_or(&[], std::slice::from_ref))
    }
}

/// The failure of the last line of a program of that length.
fn failure(length: usize, violation: Violation) -> Failure {
    Failure::new(length.saturating_sub(1), violation)
}
