//! Minimises the same failing programs with each minimiser that runs within a process, and prints the results.
//!
//! `rivals SEED PROGRAMS FOLDER` looks for failing programs as `heapproof check` does, on the heap that it was built with.
//! For each program and minimiser it prints a JSON object. It also writes the program as bytes into the folder, for
//! libFuzzer. `rivals --signature FILE` prints the signature of such a program.
//!
//! Each minimiser gets a program as a list of lines. The frameworks' own code leaves out lines, then makes lines simpler,
//! as for any list. Both use the same simpler lines ([`lines`]). For them any failure counts, as in their own tests; our
//! minimiser accepts only the same signature.
#![forbid(unsafe_code)]

mod frameworks;
mod lines;

use heapproof::generate::{Recipe, case};
use heapproof::minimize::minimize;
use heapproof::model::Program;
use heapproof::properties::Property;
use heapproof::subjects::HEAP;
use serde_json::json;
use std::path::PathBuf;
use std::time::Instant;

/// The most random programs that are tried.
const MOST_CASES: u64 = 60_000;

/// The result of a minimiser for one program.
pub struct Minimized {
    /// The shortest program that fails.
    pub program: Program,
    /// The number of executions.
    pub executions: u64,
}

/// The signature of a program, if it fails.
pub fn signature(program: &Program) -> Option<String> {
    let failure = Property::Lockstep.check(&HEAP, program).failure?;
    Some(failure.signature(program).to_string())
}

fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.next_if_eq("--signature").is_some() {
        let file = arguments.next().expect("--signature FILE");
        let program = Program::decode(&std::fs::read(file).expect("the file can be read"));
        println!("{}", signature(&program).unwrap_or_default());
        return;
    }
    let mut next = |what: &str| arguments.next().unwrap_or_else(|| panic!("expected SEED PROGRAMS FOLDER: no {what}"));
    let seed: u64 = next("SEED").parse().expect("SEED is a number");
    let programs: usize = next("PROGRAMS").parse().expect("PROGRAMS is a number");
    let folder = PathBuf::from(next("FOLDER"));
    let failing = (0..MOST_CASES)
        .map(|number| case(seed, number, &Recipe::default(), &|_| true))
        .filter_map(|program| signature(&program).map(|signature| (program, signature)));
    for (number, (program, signature)) in failing.take(programs).enumerate() {
        std::fs::write(folder.join(format!("{number}.bytes")), program.encode()).expect("the folder can be written");
        compare(number, &program, &signature);
    }
}

fn compare(number: usize, program: &Program, signature: &str) {
    type Minimizer = fn(&Program) -> Minimized;
    let minimizers: [(&str, Minimizer); 3] =
        [("heapproof", ours), ("proptest", frameworks::proptest), ("quickcheck", frameworks::quickcheck)];
    for (name, minimizer) in minimizers {
        let start = Instant::now();
        let Minimized { program: shortest, executions } = minimizer(program);
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        let shortest = shortest.canonical();
        let row = json!({
            "minimizer": name,
            "program": number,
            "from": program.len(),
            "signature": signature,
            "ends_as": self::signature(&shortest),
            "lines": shortest.len(),
            "trace": shortest.to_string(),
            "executions": executions,
            "milliseconds": milliseconds,
        });
        println!("{row}");
    }
}

fn ours(program: &Program) -> Minimized {
    let mut judge = |program: &Program| Property::Lockstep.check(&HEAP, program).failure;
    let found = minimize(program, &mut judge).expect("it fails");
    Minimized { program: found.program, executions: found.executions }
}
