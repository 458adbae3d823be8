//! What was done to a copy, in words.

use super::names::Names;
use crate::judge::lockstep::Tried;
use heapproof_model::{Object, Operation, Program};

impl Names {
    /// The steps in order; a step that was repeated in a row is told once.
    pub fn tried(&self, program: &Program, tried: &[Tried]) -> String {
        let told = tried.chunk_by(|one, next| one == next).filter_map(|same| {
            let one = match same.first()? {
                Tried::Line(line) => format!("`{}`", program.print(line)),
                Tried::Call(operation) => self.call(operation),
                Tried::End => "the heap has gone away".to_owned(),
            };
            Some(if same.len() > 1 { format!("{one} {} times", same.len()) } else { one })
        });
        told.collect::<Vec<_>>().join(", then ")
    }

    /// A call that is not a line of the program.
    pub fn call(&self, operation: &Operation<Object>) -> String {
        let number = match operation {
            Operation::CollectSlice { objects } | Operation::DetectSlice { objects } | Operation::Begin { objects } => {
                format!(" {objects}")
            }
            Operation::Fault { fault, .. } => format!(" {}", fault.word()),
            _ => String::new(),
        };
        let words: Vec<&str> = operation.code().text().split([' ', '$']).filter(|word| !word.is_empty()).collect();
        let objects = operation.objects();
        let of = if objects.is_empty() { String::new() } else { format!(" of {}", self.objects(&objects)) };
        format!("`{}{number}`{of}", words.join(" "))
    }
}
