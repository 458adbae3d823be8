//! Prints a trace as a Rust test, to be pasted into a bug report.
//!
//! If the subject has a [`Spelling`], the test calls its public functions and asserts
//! what the model says at the step where both differ. So the owner of the heap needs neither this harness nor a model
//! to see the failure. Otherwise, and where something can't be spelled, the test embeds the trace, lets the harness
//! judge it, and says why. Either way it fails as long as the heap is wrong and passes afterwards.

mod embedded;
mod extract;
mod runs;
mod story;

pub use embedded::function;
#[cfg(feature = "cli")]
pub(crate) use embedded::function_of;
pub use extract::traces_in;

use crate::judge::properties::Property;
use crate::judge::spelling::Spelling;
use crate::judge::story::{Story, identifier};
use crate::judge::subject::SubjectKind;
use heapproof_model::Program;

/// The most objects in chains and rings of a program that is run for its test: it is run several times.
const MOST_RUN: u64 = 100_000;

/// A test in Rust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emitted {
    /// Its text.
    pub text: String,
    /// Why it embeds the trace; `None` where it calls the subject directly.
    pub embeds_because: Option<String>,
}

/// A test of that name, which fails or passes as the program does.
///
/// ```
/// use heapproof::emit::emit_test;
/// use heapproof::{properties::Property, subjects::HEAP};
///
/// let program = "a = table\na.x = a\ndrop a\ncollect".parse().unwrap();
/// let test = emit_test(&HEAP, Property::Lockstep, &program, "a_ring_goes").text;
/// assert!(test.contains("heap.collect_cycles().unwrap();"));
/// assert!(test.contains("assert!(!heap.contains(a));"));
/// ```
pub fn emit_test(subject: &SubjectKind, property: Property, program: &Program, name: &str) -> Emitted {
    emit(subject, property, program, &program.to_string(), name, false)
}

/// The same of a program with what it shows as its trace, comments and all; where `embeds`, whatever the subject says.
pub(crate) fn emit(
    subject: &SubjectKind,
    property: Property,
    program: &Program,
    trace: &str,
    name: &str,
    embeds: bool,
) -> Emitted {
    let spelled = match subject.spelling() {
        _ if embeds => Err("that was asked for".to_owned()),
        None => Err(format!("`{}` does not say how it spells operations", subject.name)),
        Some(spelling) => emit_spelled(subject, property, (program, trace), name, spelling),
    };
    match spelled {
        Ok(text) => Emitted { text, embeds_because: None },
        Err(because) => {
            let text = embedded::test(subject, property, (program, trace), name, &because);
            Emitted { text, embeds_because: Some(because) }
        }
    }
}

/// The same as that spelling writes it.
///
/// # Errors
/// What it can't spell.
pub fn emit_spelled(
    subject: &SubjectKind,
    property: Property,
    (program, trace): (&Program, &str),
    name: &str,
    spelling: &dyn Spelling,
) -> Result<String, String> {
    if program.bulk() > MOST_RUN {
        return Err(format!("its chains and rings have {} objects", program.bulk()));
    }
    let story = Story::of(subject, property, program)?;
    spelling.test(name, &Story { trace: trace.to_owned(), ..story })
}

/// Such a test that embeds the trace and lets the harness judge it, whether or not the subject has a spelling.
pub fn emit_embedding(subject: &SubjectKind, property: Property, program: &Program, name: &str) -> Emitted {
    emit(subject, property, program, &program.to_string(), name, true)
}

/// A name for a Rust function, made from the words of a text; `None` where it has no words.
pub fn function_name(text: &str) -> Option<String> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let name = words.join("_");
    match name.chars().next()? {
        first if first.is_ascii_digit() => Some(format!("trace_{name}")),
        _ => Some(identifier(&name)),
    }
}
