//! A heap of cells with finalizers, as `docs/your-heap.md` says that one is put under proof.

use heapproof::code::{self, Finalizers, Runs};
use heapproof::generate::{Profile, Recipe, case};
use heapproof::model::{Code, Event, Name, Object, Operation, Refusal, Value};
use heapproof::properties::Property;
use heapproof::subject::{Observation, Subject, SubjectKind};
use std::collections::VecDeque;

const CELLS: SubjectKind = SubjectKind::new("cells", "cells with finalizers", || Box::new(Cells::default()));

/// A cell, which is held from outside and by other cells.
struct Cell {
    external: u32,
    internal: u32,
    value: Value<Object>,
    /// Whether it waits for its turn, or has it.
    is_queued: bool,
    has_begun: bool,
}

#[derive(Default)]
struct Cells {
    finalizers: Finalizers,
    cells: Vec<Option<Cell>>,
    queue: VecDeque<Object>,
    releases: bool,
}

impl Cells {
    fn cell(&mut self, object: Option<Object>) -> Result<&mut Cell, Refusal> {
        let object = object.ok_or(Refusal::Nil)?;
        self.cells[object.index()].as_mut().ok_or(Refusal::Stale)
    }

    fn store(&mut self, value: &Value<Object>) -> Result<(), Refusal> {
        let Value::Reference(object) = value else { return Ok(()) };
        self.cell(Some(*object)).map_err(|_| Refusal::StaleValue)?.internal += 1;
        Ok(())
    }

    fn give_up(&mut self, value: &Value<Object>) {
        if let Value::Reference(object) = value {
            self.cell(Some(*object)).unwrap().internal -= 1;
            self.enqueue(*object);
        }
    }

    fn enqueue(&mut self, object: Object) {
        let cell = self.cell(Some(object)).unwrap();
        if cell.external + cell.internal == 0 && !std::mem::replace(&mut cell.is_queued, true) {
            self.queue.push_back(object);
        }
    }

    /// Gives each cell of the queue its turn, unless that is being done.
    fn release(&mut self) {
        if self.releases {
            return;
        }
        self.releases = true;
        while let Some(object) = self.queue.pop_front() {
            if !self.is_held(object) && self.finalizers.has_finalizer(object) {
                self.cell(Some(object)).unwrap().has_begun = true;
                code::run(self, object);
            }
            if self.is_held(object) {
                self.cell(Some(object)).unwrap().is_queued = false;
                continue;
            }
            let dead = self.cells[object.index()].take().unwrap();
            self.finalizers.journal.push(Event::Died(object));
            self.give_up(&dead.value);
        }
        self.releases = false;
    }

    fn is_held(&mut self, object: Object) -> bool {
        let cell = self.cell(Some(object)).unwrap();
        cell.external + cell.internal > 0
    }

    fn carry_out(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        match operation {
            Operation::Box { value } => {
                self.store(value)?;
                let cell = Cell { external: 1, internal: 0, value: value.clone(), is_queued: false, has_begun: false };
                self.cells.push(Some(cell));
                return Ok(Value::Reference(Object(self.cells.len() as u32 - 1)));
            }
            Operation::ReadBox { object } => return Ok(self.cell(*object)?.value.clone()),
            Operation::WriteBox { object, value } => {
                self.cell(*object)?;
                self.store(value)?;
                let old = std::mem::replace(&mut self.cell(*object)?.value, value.clone());
                self.give_up(&old);
            }
            Operation::Take { object: Some(object) } => self.cell(Some(*object))?.external += 1,
            Operation::Drop { object: Some(object) } => {
                let cell = self.cell(Some(*object))?;
                cell.external = cell.external.checked_sub(1).ok_or(Refusal::NotHeld)?;
                self.enqueue(*object);
            }
            Operation::On { object, line } => {
                let has_begun = self.cell(*object)?.has_begun;
                if let (Some(object), false) = (object, has_begun) {
                    self.finalizers.append(*object, (**line).clone());
                }
            }
            _ => {}
        }
        Ok(Value::Nil)
    }
}

impl Runs for Cells {
    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        let reply = self.carry_out(operation);
        self.release();
        reply
    }

    fn finalizers(&mut self) -> &mut Finalizers {
        &mut self.finalizers
    }
}

impl Subject for Cells {
    fn supports(&self, code: Code) -> bool {
        let cells = matches!(code, Code::Box | Code::ReadBox | Code::WriteBox);
        cells || matches!(code, Code::Take | Code::Drop | Code::On | Code::Panic)
    }

    fn observes(&self, observation: Observation) -> bool {
        matches!(observation, Observation::Refusals | Observation::Journal)
    }

    fn call(&mut self, operation: &Operation<Object>) -> Result<Value<Object>, Refusal> {
        Runs::call(self, operation)
    }

    fn lives(&self, object: Object) -> bool {
        self.cells[object.index()].is_some()
    }

    fn bind(&mut self, name: Name, object: Object) {
        self.finalizers.bind(name, object);
    }

    fn take_journal(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.finalizers.journal)
    }
}

/// How programs of that profile fail, each way once.
fn failures(profile: Profile) -> Vec<String> {
    let abilities = CELLS.abilities().unwrap();
    let recipe = Recipe { profile, ..Recipe::default() };
    let programs = (0..400).map(|number| case(3, number, &recipe, &|code| abilities.has(code)));
    let failures = programs.filter_map(|program| Property::Lockstep.check(&CELLS, &program).failure);
    let mut found: Vec<String> = failures.map(|failure| failure.violation.kind()).collect();
    found.sort();
    found.dedup();
    found
}

#[test]
fn a_heap_that_is_written_from_the_document_holds_but_for_the_cycles_that_it_can_not_collect() {
    assert_eq!(failures(Profile::Acyclic), [""; 0]);
    // A cycle leaks as one, also where a finalizer would save it that nothing runs.
    assert_eq!(failures(Profile::Finalizers), ["leaks-cycle"]);
}
