//! Does one part of the work of a checked operation, for `cargo xtask work` to count its instructions.
//!
//! The programs are kept (`benches/operations/`), so that commits can be compared. The part `operations` prints how many of
//! their operations are done, settings left out.

#[path = "operations/parts.rs"]
mod parts;

use heapproof::generate::{Recipe, case};
use heapproof::lockstep::{Nothing, run_with};
use heapproof::model::{Code, Program};
use heapproof::properties::Property;
use heapproof::subjects::HEAP;
use parts::{on_the_heap, on_the_model};
use std::process::ExitCode;

const PROGRAMS: &[u8] = include_bytes!("operations/programs");

/// A part: its name, and what it does with a program.
type Part = (&'static str, fn(&Program));

const PARTS: &[Part] = &[
    ("read", |_| ()),
    ("model", on_the_model),
    ("heap", on_the_heap),
    ("follow", |program| drop(run_with(&HEAP, program, &Nothing))),
    ("seek", |program| drop(Property::Lockstep.seek(&HEAP, program))),
    ("check", |program| drop(Property::Lockstep.check(&HEAP, program))),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let part = arguments.iter().find(|argument| !argument.starts_with("--")).map_or("check", String::as_str);
    let programs = kept();
    if part == "draw" {
        (0..programs.len() as u64).for_each(|number| drop(case(3, number, &Recipe::default(), &|_| true)));
    } else if let Some((_, work)) = PARTS.iter().find(|(name, _)| *name == part) {
        programs.iter().for_each(work);
    } else if part == "operations" {
        println!("{}", programs.iter().map(done).sum::<u64>());
    } else {
        eprintln!("there is no part `{part}`");
        return ExitCode::from(2);
    }
    ExitCode::SUCCESS
}

fn kept() -> Vec<Program> {
    let mut programs = Vec::new();
    let mut rest = PROGRAMS;
    while let Some((length, bytes)) = rest.split_first_chunk() {
        let (program, others) = bytes.split_at(u32::from_le_bytes(*length) as usize);
        programs.push(Program::decode(program));
        rest = others;
    }
    programs
}

/// How many of its operations are done, settings left out.
fn done(program: &Program) -> u64 {
    let tally = run_with(&HEAP, program, &Nothing).tally;
    let counted = |(code, _): &(Code, _)| !code.is_setting();
    tally.by_operation().filter(counted).map(|(_, outcomes)| outcomes.done).sum()
}
