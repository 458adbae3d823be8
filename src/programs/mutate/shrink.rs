//! Steps down: they leave out lines or make one simpler, and change nothing else.
//!
//! A fuzzer that minimises gives less room than the input takes, and keeps what still fails. So lines go anywhere, alone, as a
//! stretch, or with the object that they name; operands become simpler; a binding goes; a line leaves the code that it is in.
//! A name that loses its binding is not bound anew: what the failure needs must stay as it is.

use super::Draft;
use heapproof_model::{Fault, Field, Gives, Name, Operation, Part, Program, Value};
use rand::{Rng, RngExt};

/// The program after as many steps down as it takes until it fits, at least one.
pub(super) fn shrunk(program: &Program, rng: &mut dyn Rng, fits: &dyn Fn(&Program) -> bool) -> Program {
    let mut draft = Draft::of(program, rng, program.len());
    loop {
        draft.step_down();
        let smaller = Program::new(draft.lines.clone()).canonical();
        if draft.lines.is_empty() || fits(&smaller) {
            return smaller;
        }
    }
}

impl Draft<'_> {
    /// Leaves something out, or makes it simpler.
    fn step_down(&mut self) {
        let fits = match self.rng.random_range(0..8) {
            0 | 1 => self.leave_out(self.lines.len() / 2),
            2 => self.forget(),
            3..6 => self.simplify(),
            _ => false,
        };
        if !fits {
            self.leave_out(1);
        }
    }

    /// Leaves out a stretch of at most that many lines.
    pub(super) fn leave_out(&mut self, longest: usize) -> bool {
        let Some(stretch) = self.stretch(longest) else { return false };
        self.lines.drain(stretch);
        true
    }

    /// Makes a line simpler. Returns false where the one that was chosen can't be, and stays as it is.
    fn simplify(&mut self) -> bool {
        let Some(at) = self.any_line() else { return false };
        let mut line = self.lines[at].clone();
        let looks = matches!(line.operation.code().gives(), Gives::Look | Gives::Own);
        let is_simpler = match self.rng.random_range(0..4) {
            0 => line.operation.armed().map(|(_, within)| within.clone()).map(|within| line = within).is_some(),
            1 => looks && line.bind.take().is_some(),
            _ => self.simplify_operand(&mut line.operation),
        };
        self.lines[at] = line;
        is_simpler
    }

    fn simplify_operand(&mut self, operation: &mut Operation<Name>) -> bool {
        let mut parts = operation.parts();
        if parts.is_empty() {
            return false;
        }
        let chosen = self.rng.random_range(0..parts.len());
        match parts.swap_remove(chosen) {
            Part::Number(number) => {
                let lower = [0, *number / 2, number.saturating_sub(1)][self.rng.random_range(0..3)];
                set(number, lower)
            }
            // What a trace claims is no more and no less than what a log said.
            Part::Count(_) => false,
            Part::Switch(on) => set(on, false),
            Part::Field(field) => set(field, Field::common(0)),
            Part::Object(object) => set(object, self.earlier(*object)),
            Part::Value(value) => set(value, Value::Nil),
            Part::Values(values) if values.is_empty() => false,
            Part::Values(values) => {
                values.remove(self.rng.random_range(0..values.len()));
                true
            }
            Part::Line(line) => self.simplify_operand(&mut line.operation),
            Part::Allocation(allocation) => set(allocation, Operation::Table {}),
            Part::Store(store) => self.simplify_operand(store),
            Part::Fault(fault) => set(fault, Fault::ALL[0]),
        }
    }

    /// A name that was bound before this one, or nil.
    fn earlier(&mut self, object: Option<Name>) -> Option<Name> {
        let name = object.filter(|name| *name != Name::SELF)?;
        let at = self.rng.random_range(0..=name.index());
        at.checked_sub(1).map(|before| Name(before as u32))
    }
}

/// Puts a simpler operand in place of one. Returns false where it is that already.
fn set<T: PartialEq>(place: &mut T, simpler: T) -> bool {
    let differs = *place != simpler;
    *place = simpler;
    differs
}

#[cfg(test)]
mod tests {
    use super::shrunk;
    use heapproof_model::Program;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use std::collections::BTreeSet;

    const PROGRAM: &str =
        "a = table\nb = array a 7\na.y = b\non a: c = box a\nw = weak a\nd = pop b\ndrop a\ncollect 9";

    #[test]
    fn one_step_leaves_lines_out_anywhere_or_makes_one_simpler() {
        let program: Program = PROGRAM.parse().unwrap();
        let (mut kept, mut simpler) = (BTreeSet::new(), BTreeSet::new());
        for seed in 0..2_000 {
            let smaller = shrunk(&program, &mut ChaCha8Rng::seed_from_u64(seed), &|_| true);
            assert!(smaller.len() <= program.len());
            let text = smaller.to_string();
            if smaller.len() < program.len() {
                kept.insert(text)
            } else {
                simpler.insert(text)
            };
        }
        for simple in
            ["b = array a", "b = array 7", "a.next = b", "\nc = box", "\npop b", "drop nil", "collect 4", "on nil: "]
        {
            assert!(simpler.iter().chain(&kept).any(|text| text.contains(simple)), "{simple} in none");
        }
        let begins = |text: &&String| text.contains("1\na = table\n");
        assert!(kept.iter().any(|text| text.trim_end().ends_with("collect 9") && !begins(&text)), "no first line goes");
        assert!(kept.iter().any(|text| !text.trim_end().ends_with("collect 9") && begins(&text)), "no last line goes");
        let lengths: BTreeSet<usize> = kept.iter().map(|text| text.lines().count()).collect();
        assert!(lengths.len() > 3, "{lengths:?}");
    }

    #[test]
    fn steps_are_made_until_it_fits() {
        let program: Program = PROGRAM.parse().unwrap();
        for most in 0..program.encode().len() {
            let fits = |program: &Program| program.encode().len() <= most;
            let smaller = shrunk(&program, &mut ChaCha8Rng::seed_from_u64(most as u64), &fits);
            assert!(smaller.is_empty() || fits(&smaller), "{smaller}");
        }
        assert!(shrunk(&Program::default(), &mut ChaCha8Rng::seed_from_u64(1), &|_| false).is_empty());
    }
}
