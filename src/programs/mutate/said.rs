//! Leaves out what a dialect has no words for: in a program that was changed, such lines would only be skipped.

use heapproof_model::{Dialect, Line, Machine, Program, Reference, script};

/// The program without the lines that programs of the dialect can't say, as far as the model knows.
pub fn said(program: &Program, dialect: Dialect) -> Program {
    if dialect == Dialect::default() {
        return program.clone();
    }
    let mut model = Reference::of(dialect);
    let mut can_be_said = |line: &&Line| {
        let script = model.script();
        let operation = line.operation.resolve(&|name| script.object(name));
        let can = operation.is_none_or(|operation| model.permits(&operation));
        if can {
            script::step(&mut model, line);
            model.script().journal.clear();
        }
        can
    };
    program.with_lines(program.lines().iter().filter(&mut can_be_said).cloned().collect())
}
