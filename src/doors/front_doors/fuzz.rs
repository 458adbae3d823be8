//! Properties for fuzzers that make bytes: one function for all of them, and a replay of the inputs that they keep.

use crate::failure::explain::explain;
use crate::failure::frames;
use crate::failure::proof::assert_holds;
use crate::judge::lockstep::Failure;
use crate::judge::panics;
use crate::judge::properties::{Property, bytes, text};
use crate::judge::subject::SubjectKind;
use crate::judge::violation::Violation;
use crate::subjects::HEAP;
use heapproof_model::Program;
use heapproof_model::text::expanded;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The most objects that the bulk lines of a fuzzer's program may allocate. Larger programs are slow and find no more.
fn most_bulk(property: Property) -> u64 {
    match property {
        // These properties damage every object in every way.
        Property::Verify | Property::Recover => 32,
        _ => 256,
    }
}

/// The most lines that the blocks of a fuzzer's text may come to.
const MOST_LINES: u64 = 10_000;

/// Checks a property of the heap on a fuzzer's input. Returns whether the input was worth running.
///
/// The input is a program in bytes, or in text for the property `text`. The properties `text` and `bytes` check any
/// input, the others only the program that it decodes to.
///
/// ```
/// use heapproof::{front_doors::fuzz, properties::Property};
///
/// assert!(fuzz(Property::Text, b"a = table\na.x = b.c"));
/// ```
///
/// # Panics
/// If the property does not hold. A fuzzer sees a failure only as a panic.
pub fn fuzz(property: Property, input: &[u8]) -> bool {
    fuzz_subject(property, &HEAP, input)
}

/// Does the same for another subject, with the same limit on what a program may allocate: a fuzz target for a heap of your own.
/// `examples/repository/fuzz/` calls it.
///
/// ```
/// use heapproof::{front_doors::fuzz_subject, properties::Property, subjects::CANARY};
///
/// assert!(fuzz_subject(Property::Lockstep, &CANARY, b""));
/// ```
///
/// # Panics
/// If the property does not hold.
pub fn fuzz_subject(property: Property, subject: &SubjectKind, input: &[u8]) -> bool {
    fuzz_by(property, input, |program| assert_holds(property, subject, program))
}

/// Does the same, but reports only the signature of a failure. A night of fuzzing uses this: it goes on after failures and
/// minimises them later.
///
/// # Panics
/// If the property does not hold.
pub fn fuzz_in_short(property: Property, input: &[u8]) -> bool {
    fuzz_by(property, input, |program| {
        if let Some(failure) = property.seek(&HEAP, program).failure {
            let signature = failure.signature(program);
            let doubt = failure.doubt.map_or_else(String::new, |doubt| format!("; {doubt}"));
            frames::fail(signature.kind(), &format!("{signature}: `{}` does not hold{doubt}", property.name()));
        }
    })
}

fn fuzz_by(property: Property, input: &[u8], assert_holds: impl Fn(&Program)) -> bool {
    let text = String::from_utf8_lossy(input);
    let withstood = match property {
        Property::Text if expanded(&text) > MOST_LINES => return false,
        Property::Text => text::holds(&text),
        Property::Bytes => bytes::holds(input),
        _ => {
            let program = Program::decode(input);
            let worth_it = program.bulk() <= most_bulk(property);
            if worth_it {
                assert_holds(&program);
            }
            return worth_it;
        }
    };
    if let Err(violation) = withstood {
        // If the program also fails, its failure can be minimised. `assert_holds` damages each line too, as the fuzzer does.
        let program = panics::catch(|| match property {
            Property::Text => text.parse().ok(),
            _ => Some(Program::decode(input)),
        });
        program.ok().flatten().iter().for_each(assert_holds);
        failed(property, violation);
    }
    true
}

/// Reports an input that can't be minimised, since it is not a program. The fuzzer keeps it unchanged.
fn failed(property: Property, violation: Violation) -> ! {
    let signature = violation.kind();
    let told = explain(&HEAP, &Program::default(), &Failure::new(0, violation));
    let (property, model, subject) = (property.name(), told.model, told.subject);
    frames::fail(
        &signature,
        &format!("{signature}: `{property}` does not hold\n  wanted  {model}\n  found   {subject}"),
    );
}

/// Checks a property of the heap on each file of a folder: traces, and inputs of fuzzers. Returns the number of files.
///
/// # Errors
/// If a file can't be read, or is called `.trace` and is not a trace.
///
/// # Panics
/// If the property does not hold.
pub fn replay(property: Property, folder: &Path) -> io::Result<usize> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<PathBuf>>>()?;
    paths.retain(|path| path.is_file());
    paths.sort();
    for path in &paths {
        let input = fs::read(path)?;
        if path.extension().is_some_and(|extension| extension == "trace") {
            let wrong = |error: &dyn std::fmt::Display| {
                io::Error::new(io::ErrorKind::InvalidData, format!("{}:{error}", path.display()))
            };
            let trace = String::from_utf8(input).map_err(|error| wrong(&error))?;
            assert_holds(property, &HEAP, &trace.parse().map_err(|error| wrong(&error))?);
        } else {
            fuzz(property, &input);
        }
    }
    Ok(paths.len())
}
