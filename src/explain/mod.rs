//! A failure in words: the trace with its failing line marked, and what model and subject say there.

mod names;
mod sides;
mod tried;

use crate::lockstep::Failure;
use crate::subject::SubjectKind;
use heapproof_model::Program;
use names::Names;
use std::fmt::Write as _;

/// The parts of an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The trace, a mark before the line that failed.
    pub trace: String,
    /// Where it failed: a line, or what follows the last.
    pub place: String,
    /// What the model says there.
    pub model: String,
    /// What the subject says there.
    pub subject: String,
}

/// Explains a failure of a program on that kind of subject.
pub fn explain(subject: &SubjectKind, program: &Program, failure: &Failure) -> Explanation {
    let names = Names::of(subject, program, failure.step);
    let (model, subject) = names.sides(&failure.violation);
    let mut place = match program.lines().get(failure.step) {
        Some(line) => format!("at line {}, `{}`", failure.step + 1, program.print(line)),
        None => "after the last line, where all is collected and dropped".to_owned(),
    };
    if !failure.tried.is_empty() {
        place.push_str(&format!("; on a copy, after {}", names.tried(program, &failure.tried)));
    }
    Explanation { trace: marked(program, failure.step), place, model, subject }
}

impl Explanation {
    /// The whole of it as text.
    pub fn text(&self) -> String {
        let Explanation { trace, place, model, subject } = self;
        format!("{trace}\n{place}:\n  the model says    {model}\n  the subject says  {subject}\n")
    }
}

fn marked(program: &Program, step: usize) -> String {
    let mut text = String::new();
    for (index, line) in program.lines().iter().enumerate() {
        let mark = if index == step { '>' } else { ' ' };
        let _ = writeln!(text, "{mark}{:4}  {}", index + 1, program.print(line));
    }
    if step >= program.len() {
        text.push_str(">      (the end)\n");
    }
    text
}
