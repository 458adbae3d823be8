//! What `Drop` and `Finalize` of a node do: they run the lines of its code, and tell of its death.

use super::Pointers;
use super::calls::{Caller, Reply};
use super::probe::Shared;
use super::state::Running;
use crate::judge::code::{self, Finalizers, Runs};
use heapproof_model::dialect::{Panics, SetPanics, UserCode};
use heapproof_model::{End, Object, Operation, Refusal, Value};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// A panic that a program asks for.
struct Planned;

/// To be called first thing in the `Drop` of a node: runs its code if it is a destructor, and tells that it has died.
///
/// Of a heap that is gone, or while a panic goes through the crate that no program asked for, it does nothing.
pub fn dropped<P: Pointers>(node: &P) {
    let Some((shared, object)) = concerned(node) else { return };
    let end = run(shared, object, node, UserCode::Destructor);
    shared.borrow_mut().died(object);
    pass_on(shared, end);
}

/// To be called in the finalizer of a node, which comes before its death and can save it: runs its code if it is a
/// finalizer.
pub fn finalizing<P: Pointers>(node: &P) {
    let Some((shared, object)) = concerned(node) else { return };
    let end = run(shared, object, node, UserCode::Finalizer);
    pass_on(shared, end);
}

/// The heap and the number of a node, if anybody wants to know what becomes of it.
fn concerned<P: Pointers>(node: &P) -> Option<(&Shared<P>, Object)> {
    let (shared, object) = (&node.probe().shared, node.probe().number()?);
    let state = shared.borrow();
    let is_ours = !std::thread::panicking() || state.panics;
    (!state.has_ended && is_ours && state.lives(object)).then_some((shared, object))
}

/// Runs the code of a node that is about to die, if it has some of that sort.
fn run<P: Pointers>(shared: &Shared<P>, object: Object, node: &P, sort: UserCode) -> Option<Ended> {
    let mut state = shared.borrow_mut();
    let in_set = state.begins_to_die(object, sort);
    let sort_of = if in_set { state.dialect.set_code } else { state.dialect.code };
    if !sort_of.runs_as(sort) || !state.begins_its_code(object, sort) {
        return None;
    }
    let is_doomed = sort == UserCode::Destructor && state.doomed.insert(object);
    state.running.push(Running { object, in_set });
    let finalizers = std::mem::take(&mut state.finalizers);
    drop(state);
    let mut run = Run { caller: Caller { shared, own: Some((object, node)) }, finalizers };
    let end = code::run(&mut run, object);
    run.lend();
    let mut state = shared.borrow_mut();
    state.running.pop();
    if is_doomed {
        state.doomed.remove(&object);
    }
    let passes = match in_set {
        true => matches!(state.dialect.set_panics, SetPanics::Passed | SetPanics::PassedAfter),
        false => matches!(state.dialect.panics, Panics::Passed | Panics::PassedAfter),
    };
    Some(Ended { panicked: end == End::Panicked, passes })
}

/// How a run of code ended.
struct Ended {
    panicked: bool,
    /// Whether a panic in it comes out of the outermost call.
    passes: bool,
}

/// Panics, where code has; a second panic would end the process.
fn pass_on<P: Pointers>(shared: &Shared<P>, end: Option<Ended>) {
    if let Some(ended) = end.filter(|ended| ended.panicked && !std::thread::panicking()) {
        let mut state = shared.borrow_mut();
        state.panics = true;
        state.passes = ended.passes;
        drop(state);
        resume_unwind(Box::new(Planned));
    }
}

/// The machine that carries out the lines of an object's code.
struct Run<'a, P: Pointers> {
    caller: Caller<'a, P>,
    /// It is with the heap during calls, in which other code may run.
    finalizers: Finalizers,
}

impl<P: Pointers> Run<'_, P> {
    fn lend(&mut self) {
        std::mem::swap(&mut self.finalizers, &mut self.caller.shared.borrow_mut().finalizers);
    }
}

impl<P: Pointers> Runs for Run<'_, P> {
    fn call(&mut self, operation: &Operation<Object>) -> Reply {
        self.lend();
        let reply = self.caller.call(operation);
        self.lend();
        reply
    }

    fn finalizers(&mut self) -> &mut Finalizers {
        &mut self.finalizers
    }

    fn permits(&self, operation: &Operation<Object>) -> bool {
        self.caller.can_say(operation)
    }
}

impl<P: Pointers> Caller<'_, P> {
    /// Carries out an operation. A panic that its code asked for ends here (SPEC 11.24).
    pub fn call(&self, operation: &Operation<Object>) -> Reply {
        match catch_unwind(AssertUnwindSafe(|| self.perform(operation))) {
            Ok(reply) => reply,
            Err(panic) if panic.is::<Planned>() => {
                let mut state = self.shared.borrow_mut();
                state.panics = false;
                if state.passes && self.own.is_none() { Err(Refusal::Panicked) } else { Ok(Value::Nil) }
            }
            Err(panic) => resume_unwind(panic),
        }
    }
}
