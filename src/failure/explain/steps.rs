//! Every operation of a run with what it came to, and why lines are skipped.

use super::code::UserCode;
use super::names::Names;
use crate::judge::lockstep::Lockstep;
use crate::judge::panics;
use crate::judge::subject::SubjectKind;
use heapproof_model::definitions::Graph;
use heapproof_model::{Event, Line, Name, Object, Operation, Outcome, Program, Value};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

/// An operation of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Step {
    /// The line, from 1; none in what follows the last.
    pub line: Option<usize>,
    /// What it is.
    pub text: String,
    /// What it came to by the model, in words.
    pub outcome: String,
    /// What happened in it, in words.
    pub events: Vec<String>,
    /// Whether it was not called.
    pub skipped: bool,
}

/// An operation that both have answered.
type Call = (Operation<Object>, Outcome, Vec<Event>);

/// The operations of a program's first lines, and of what follows the last if there are no more; they end where subject
/// and model part.
pub fn steps(kind: &SubjectKind, program: &Program, lines: usize) -> Vec<Step> {
    // That no subject can be made has been said where the verdict was given.
    let Ok(mut lockstep) = Lockstep::new(kind) else { return Vec::new() };
    let finalizers = UserCode::of(lockstep.abilities().dialect());
    let mut run = Run { program, names: Names::default(), finalizers, steps: Vec::new() };
    let calls: Rc<RefCell<Vec<Call>>> = Rc::default();
    let told = Rc::clone(&calls);
    lockstep.watch(Box::new(move |_, called| {
        told.borrow_mut().push((called.operation.clone(), called.model.clone(), called.events.to_vec()));
    }));
    for (index, line) in program.lines().iter().enumerate().take(lines) {
        let why = run.why_skipped(&mut lockstep, index, line);
        let before = lockstep.model().bound();
        let asks =
            line.operation.code().is_expectation() && used(line).iter().all(|name| lockstep.object(*name).is_some());
        let followed = panics::catch(|| lockstep.follow(line).is_ok());
        run.names.number(before..lockstep.model().bound(), index);
        if asks && !lockstep.model().is_damaged() {
            run.asked(index, line, matches!(followed, Ok(true)));
        } else {
            run.line(index, line, calls.take().pop(), &why);
        }
        if !matches!(followed, Ok(true)) {
            return run.steps;
        }
    }
    if lines >= program.len() {
        // What ends it has been said where the verdict was given.
        let _ = panics::catch(|| lockstep.end());
        calls.take().into_iter().for_each(|call| run.at_end(call));
    }
    run.steps
}

struct Run<'a> {
    program: &'a Program,
    names: Names,
    finalizers: UserCode,
    steps: Vec<Step>,
}

impl Run<'_> {
    fn line(&mut self, index: usize, line: &Line, call: Option<Call>, why: &str) {
        let skipped = call.is_none();
        let (outcome, events) = match call {
            None => (format!("skipped: {why}"), Vec::new()),
            Some((operation, outcome, events)) => {
                self.inside(&operation, &outcome, &events, Some((Some(index), line)));
                if let (Some(name), Outcome::Done(Value::Reference(object))) = (line.bind, &outcome) {
                    self.names.name(*object, &self.program.spell(name));
                }
                (self.names.outcome(&outcome), self.told(&events))
            }
        };
        self.steps.push(Step { line: Some(index + 1), text: self.program.print(line), outcome, events, skipped });
    }

    fn asked(&mut self, index: usize, line: &Line, is_so: bool) {
        let outcome = if is_so { "so by the model" } else { "not so by the model" }.to_owned();
        let text = self.program.print(line);
        self.steps.push(Step { line: Some(index + 1), text, outcome, events: Vec::new(), skipped: false });
    }

    /// Names what finalizers have allocated in a call.
    fn inside(
        &mut self,
        operation: &Operation<Object>,
        outcome: &Outcome,
        events: &[Event],
        line: Option<(Option<usize>, &Line)>,
    ) {
        for done in self.finalizers.called(self.program, operation, outcome, events, line) {
            done.allocated().for_each(|number| self.names.number_inside(Object(number as u32), done.sort, done.line));
        }
    }

    fn at_end(&mut self, (operation, outcome, events): Call) {
        self.inside(&operation, &outcome, &events, None);
        let text = self.names.call(&operation).replace('`', "").replace(" of ", " ");
        let (outcome, events) = (self.names.outcome(&outcome), self.told(&events));
        self.steps.push(Step { line: None, text, outcome, events, skipped: false });
    }

    fn told(&self, events: &[Event]) -> Vec<String> {
        events.iter().map(|event| self.names.event(Some(event))).collect()
    }

    /// Why a line is skipped, if it is.
    fn why_skipped(&self, lockstep: &mut Lockstep, index: usize, line: &Line) -> String {
        if !lockstep.abilities().supports_line(line) {
            return format!("the subject does not have `{}`", line.operation.code().name());
        }
        match used(line).into_iter().find(|name| lockstep.object(*name).is_none()) {
            Some(name) => self.why_unbound(index, name),
            None if !lockstep.model().is_damaged() => "programs of the subject's dialect can't say it here".to_owned(),
            None => "the heap is damaged, and not yet recovered".to_owned(),
        }
    }

    fn why_unbound(&self, index: usize, name: Name) -> String {
        let binds = |line: &Line| line.bind == Some(name);
        let within = |line: &Line| line.bound().contains(&name);
        let spelled = self.program.spell(name);
        match self.program.lines().iter().position(within) {
            None => format!("`{spelled}` is bound by no line"),
            Some(at) if at >= index => format!("`{spelled}` is bound by line {} only", at + 1),
            Some(at) if binds(&self.program.lines()[at]) => {
                format!("`{spelled}` stands for nothing: line {} gave no reference", at + 1)
            }
            Some(at) => format!("`{spelled}` stands for nothing outside the code of line {}", at + 1),
        }
    }
}

/// The names that a line needs in order to be called.
fn used(line: &Line) -> Vec<Name> {
    match &line.operation {
        Operation::On { object, .. } | Operation::When { weak: object, .. } => object.iter().copied().collect(),
        _ => line.names().into_iter().filter(|name| line.bind != Some(*name)).collect(),
    }
}

/// The names that stand in a program, or in its finalizers, and that no line binds, each with the first such line.
pub fn unbound(program: &Program) -> Vec<(usize, String)> {
    let mut bound: BTreeSet<Name> = program.lines().iter().flat_map(Line::bound).collect();
    let mut unbound = Vec::new();
    for (index, line) in program.lines().iter().enumerate() {
        for name in line.names() {
            if bound.insert(name) {
                unbound.push((index + 1, program.spell(name)));
            }
        }
    }
    unbound
}
