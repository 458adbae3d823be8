//! The parts of the work with a program, for both benches: `lockstep` measures their time, `operations` their instructions.

use heapproof::model::{Program, Reference, Script, Value, script};
use heapproof::subject::Subject;
use heapproof::subjects::HeapSubject;

/// Carries a program out on the model alone.
pub fn on_the_model(program: &Program) {
    let mut model = Reference::new();
    program.lines().iter().for_each(|line| drop(script::step(&mut model, line)));
}

/// Carries a program out on the heap alone.
pub fn on_the_heap(program: &Program) {
    let mut heap = HeapSubject::default();
    let mut names = Script::default();
    for line in program.lines() {
        let Some(operation) = line.operation.resolve(&|name| names.object(name)) else { continue };
        let given = heap.call(&operation);
        if let (Some(name), Ok(Value::Reference(object))) = (line.bind, given) {
            names.bind(name, object);
            heap.bind(name, object);
        }
    }
}
