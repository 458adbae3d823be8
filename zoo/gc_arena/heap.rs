//! gc-arena 0.7.0: an arena whose pointers can't leave it, and which is marked and swept in steps.
//!
//! The subject is an arena with nodes in it. What a program holds stands in the arena's root; everything else is found on
//! the way from there, as in any program that uses the crate. There are two kinds:
//!
//! - `gc-arena` collects when asked, in whole cycles. Between marking and sweeping the crate lets its user look at what is
//!   about to die, and save it. There the code of objects runs, as its documentation of `MarkedArena` has it: the root has
//!   weak pointers to all objects that have code.
//! - `gc-arena-paced` marks a little after each call, as much as the crate wants for what was allocated, so that programs
//!   write while marking is under way. It has no code, since what is dead then can't be told before it is swept.

mod calls;
mod node;

use calls::Call;
use gc_arena::arena::CollectionPhase;
use gc_arena::lock::RefLock;
use gc_arena::metrics::Pacing;
use gc_arena::{Arena, Finalization, Gc, Mutation, Rootable};
use heapproof::model::dialect::{Again, Garbage, Names, Panics, Reach, Release, SetPanics};
use heapproof::model::script::{self, Script};
use heapproof::model::{Code, Contents, Dialect, Event, Name, Object, Operation, Refusal, Value};
use heapproof::subject::{Observation, Subject, SubjectKind};
use node::{Deaths, Roots, RootsIn};
use std::collections::BTreeSet;
use std::process::ExitCode;

const WHOLE: SubjectKind =
    SubjectKind::new("gc-arena", "nodes in an arena that is collected when asked", || Box::new(ArenaHeap::new(false)));
const PACED: SubjectKind =
    SubjectKind::new("gc-arena-paced", "nodes in an arena that is marked in small steps", || {
        Box::new(ArenaHeap::new(true))
    });

struct ArenaHeap {
    arena: Arena<Rootable![RootsIn<'_>]>,
    is_paced: bool,
    state: State,
}

/// What the subject knows besides the arena.
#[derive(Default)]
struct State {
    script: Script,
    /// What was stored in each object: the answer to a look at garbage, to which no pointer is left.
    stored: Vec<Contents>,
    lives: Vec<bool>,
    deaths: Deaths,
}

impl State {
    /// Notes what the arena has dropped.
    fn bury(&mut self) {
        for object in self.deaths.take() {
            self.lives[object.index()] = false;
            self.script.journal.push(Event::Died(object));
        }
    }
}

impl ArenaHeap {
    fn new(is_paced: bool) -> ArenaHeap {
        let arena = Arena::new(|mc| Gc::new(mc, RefLock::new(Roots::default())));
        if is_paced {
            // Programs are small: sleeping is short.
            arena.metrics().set_pacing(Pacing { min_sleep: 2, ..Pacing::DEFAULT });
        }
        let mut script = Script::default();
        script.keep(true);
        ArenaHeap { arena, is_paced, state: State { script, ..State::default() } }
    }

    /// Frees all that is garbage. What died since a cycle began may be marked in it, so that one is finished before.
    fn collect(&mut self) {
        if self.arena.collection_phase() != CollectionPhase::Sleeping {
            self.arena.finish_cycle();
        }
        if let Some(marked) = self.arena.finish_marking() {
            marked.finalize(|fc, roots| finalize(fc, *roots, &mut self.state));
        }
        self.arena.finish_cycle();
        self.arena.mutate(|mc, roots| roots.borrow_mut(mc).forget_dropped());
    }

    /// Marks for a while. When all is marked the rest is swept at once: objects die in sets.
    fn step(&mut self) {
        if self.arena.mark_debt().is_some() {
            self.arena.finish_cycle();
        }
    }
}

/// Runs the code of what is about to be swept. It is the same as before where code reads it, and what code puts into living
/// objects or the root is not swept.
///
/// What code allocates is not marked, and would be swept together with this set, code or not. So it is kept for this cycle.
fn finalize<'gc>(fc: &'gc Finalization<'gc>, roots: RootsIn<'gc>, state: &mut State) {
    let mc: &'gc Mutation<'gc> = fc;
    let born = state.lives.len() as u32;
    let mut ran = BTreeSet::new();
    loop {
        let due = |number: &u32| *number < born && !ran.contains(number);
        let next =
            roots.borrow().coded.iter().find(|(number, weak)| due(number) && weak.is_dead(fc)).map(|(n, w)| (*n, *w));
        let Some((number, weak)) = next else { break };
        ran.insert(number);
        if let Some(node) = weak.upgrade(mc) {
            let object = Object(number);
            script::finalize(&mut Call { mc, roots, state, own: Some((object, node)) }, object);
        }
    }
}

impl Subject for ArenaHeap {
    fn supports(&self, code: Code) -> bool {
        match code {
            Code::On | Code::Panic => !self.is_paced,
            Code::Chain | Code::Ring | Code::Take | Code::Drop | Code::Upgrade | Code::Collect => true,
            Code::ReadField | Code::ReadElement | Code::ReadCapture | Code::ReadBox => true,
            Code::WriteField | Code::WriteElement | Code::WriteCapture | Code::WriteBox => true,
            Code::Push | Code::Pop | Code::Remove => true,
            _ => code.allocates_plainly(),
        }
    }

    fn observes(&self, observation: Observation) -> bool {
        matches!(observation, Observation::Refusals | Observation::Contents | Observation::Journal)
    }

    fn dialect(&self) -> Dialect {
        let dialect = Dialect { names: Names::Held, release: Release::Traced, ..Dialect::default() };
        match self.is_paced {
            true => Dialect { garbage: Garbage::AnyTime, ..dialect },
            false => Dialect { reach: Reach::OnePass, again: Again::EachDeath, panics: Panics::Contained, set_panics: SetPanics::Contained, ..dialect },
        }
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        let reply = match operation {
            Operation::Collect {} => {
                self.collect();
                Ok(Value::Nil)
            }
            other => self
                .arena
                .mutate(|mc, roots| Call { mc, roots: *roots, state: &mut self.state, own: None }.perform(other)),
        };
        if self.is_paced {
            self.step();
        }
        self.state.bury();
        reply
    }

    fn lives(&self, object: Object) -> bool {
        self.state.lives[object.index()]
    }

    fn bind(&mut self, name: Name, object: Object) {
        self.state.script.bind(name, object);
    }

    fn take_journal(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.state.script.journal)
    }

    fn look(&self, object: Object, contents: &mut Contents) {
        contents.clone_from(&self.state.stored[object.index()]);
        contents.target = contents.target.filter(|target| self.lives(*target));
        self.arena.mutate(|mc, roots| {
            if let Some(node) = roots.borrow().find(object, None) {
                node.show(mc, contents);
            }
        });
    }
}

fn main() -> ExitCode {
    heapproof::cli::main(&[WHOLE, PACED])
}
