//! Runs a program on the model alone: no heap is needed to say whether what a trace expects is so (SPEC 10.20).
//!
//! Nothing follows the last line. A log ends where it ends, and what was alive then is no mistake.

use super::expectation::Agreements;
use super::lockstep::{Failure, Verdict};
use super::tally::Tally;
use super::violation::Violation;
use heapproof_model::{Dialect, Machine, Name, Outcome, Program, Reference, script};

/// How many lines that came to nothing are kept.
const MOST_ODD: usize = 10;

/// What a run on the model alone came to.
#[derive(Debug)]
pub struct Judged {
    /// The outcomes of its operations, and the first line that expects what is not so.
    pub verdict: Verdict,
    /// The first lines that were refused or skipped, by their indices.
    pub odd: Vec<(usize, Outcome)>,
}

/// Runs a program on a model of that dialect, up to the first line that expects what is not so.
pub fn judge(dialect: Dialect, program: &Program) -> Judged {
    let mut model = Reference::of(dialect);
    let (mut tally, mut odd, mut agreements) = (Tally::default(), Vec::new(), Agreements::default());
    for (step, line) in program.lines().iter().enumerate() {
        let names = model.script();
        let operation = line.operation.resolve(&|name: Name| names.object(name));
        let outcome = script::step(&mut model, line);
        let events = std::mem::take(&mut model.script().journal);
        tally.add(line.operation.code(), &outcome);
        if !matches!(outcome, Outcome::Done(_)) && odd.len() < MOST_ODD {
            odd.push((step, outcome));
        }
        let Some(operation) = operation else { continue };
        agreements.called(&model, &operation, &events);
        let asked = Some(operation).filter(|operation| operation.code().is_expectation());
        let not_so = asked.and_then(|asked| agreements.ask(&model, &asked).err().map(|found| (asked, found)));
        if let Some((expected, found)) = not_so {
            let violation = Violation::Expected { expected, found };
            return Judged { verdict: Verdict { tally, failure: Some(Failure::new(step, violation)) }, odd };
        }
    }
    Judged { verdict: Verdict { tally, failure: None }, odd }
}
