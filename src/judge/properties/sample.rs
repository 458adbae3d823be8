//! Which of a program's many trials are made.
//!
//! Some properties try hundreds of things on copies of one heap: every fault at every object, every line damaged. That costs as much
//! as dozens of other programs, and most of it shows nothing new: the objects of one program are much alike. So where a run looks
//! for failures it makes some of the trials, drawn from the program, and has more programs. A program that is judged by
//! itself gets all of them.

use crate::judge::digest;
use heapproof_model::{Fault, Object, Program};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// All trials, or one in so many.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    one_in: u64,
    seed: u64,
}

impl Sample {
    /// All.
    pub const ALL: Sample = Sample { one_in: 1, seed: 0 };

    /// One in so many of the program's trials.
    pub fn of(program: &Program, one_in: u64) -> Sample {
        Sample { one_in, seed: digest::of_program(program) }
    }

    /// The faults that are made at an object, each with its number.
    pub fn faults(self, object: Object) -> impl Iterator<Item = (usize, Fault)> {
        (0..).zip(Fault::ALL.iter().copied()).filter(move |(number, _)| self.has(object.index(), *number))
    }

    /// Whether a trial is among them; a trial is told by two numbers.
    pub fn has(self, first: usize, second: usize) -> bool {
        let number = (first as u64) << 32 | second as u64;
        xxh3_64_with_seed(&number.to_le_bytes(), self.seed).is_multiple_of(self.one_in)
    }
}

#[cfg(test)]
mod tests {
    use super::Sample;
    use heapproof_model::Program;

    #[test]
    fn each_trial_is_made_by_some_programs() {
        let programs: Vec<Program> = (0..64).map(|value| format!("a = box {value}").parse().unwrap()).collect();
        let makes = |program, trial| Sample::of(program, 8).has(trial, 3);
        assert!((0..40).all(|trial| programs.iter().any(|program| makes(program, trial))));
        let all = programs.iter().flat_map(|program| (0..40).filter(move |trial| makes(program, *trial))).count();
        assert!((240..=400).contains(&all), "{all}");
        assert!((0..40).all(|trial| Sample::ALL.has(trial, trial)));
    }
}
