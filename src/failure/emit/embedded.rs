//! Prints a test that embeds its trace and lets the harness judge it.

use super::MOST_RUN;
use crate::judge::properties::Property;
use crate::judge::spelling::heading;
use crate::judge::subject::SubjectKind;
use heapproof_model::Program;
use std::fmt::Write as _;

pub(super) fn test(
    subject: &SubjectKind,
    property: Property,
    (program, trace): (&Program, &str),
    name: &str,
    because: &str,
) -> String {
    let how = match program.bulk() {
        ..=MOST_RUN => match property.check(subject, program).failure {
            Some(failure) => format!(": {}", failure.signature(program)),
            None => ": holds".to_owned(),
        },
        _ => String::new(),
    };
    let told = [
        format!("`{}`, property `{}`{how}", subject.name, property.name()),
        format!("embeds its trace, since {because}"),
    ];
    let mut text = heading("//", &told, trace);
    let _ = write!(text, "#[test]\nfn {name}() {{\n{}", subject_in_rust(subject));
    let _ = write!(
        text,
        "    let program = {};\n    \
         heapproof::assert_holds(heapproof::properties::Property::{property:?}, subject, &program);\n}}\n",
        literal(trace),
    );
    text
}

/// A function of that name which returns the program.
pub fn function(program: &Program, name: &str) -> String {
    function_of(&program.to_string(), name)
}

/// A function of that name which gives the program of a trace, comments and all.
pub(crate) fn function_of(trace: &str, name: &str) -> String {
    let program = literal(trace);
    format!("pub fn {name}() -> heapproof::model::Program {{\n    {program}\n}}\n")
}

/// An expression for the program.
fn literal(trace: &str) -> String {
    let trace: String = trace.lines().map(|line| format!("        {line}\n")).collect();
    // The raw string ends in a quote and more marks than follow any quote in it.
    let marks = "#".repeat(most_marks(&trace) + 1);
    format!("r{marks}\"\n{trace}    \"{marks}.parse::<heapproof::model::Program>().unwrap()")
}

/// A variable `subject` of that kind.
fn subject_in_rust(subject: &SubjectKind) -> String {
    match subject.rust() {
        Some(rust) => format!("    let subject = &{rust};\n"),
        None => {
            let todo = format!("    // SUBJECT is the `SubjectKind` that is called `{}`.\n", subject.name);
            format!("{todo}    let subject = &SUBJECT;\n")
        }
    }
}

/// The longest run of `#` behind a quote.
fn most_marks(text: &str) -> usize {
    let run = |rest: &str| rest.bytes().take_while(|byte| *byte == b'#').count();
    text.split('"').skip(1).map(run).max().unwrap_or(0)
}
