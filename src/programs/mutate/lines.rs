//! The steps that change a program's lines.

use super::Draft;
use super::scope::{Scope, each_name, kind_wanted};
use heapproof_model::{Code, Gives, Kind, Line, Name, Operation, Part};
use rand::RngExt;
use rand::seq::{IndexedRandom, SliceRandom};

/// The greatest length of a stretch that is moved, copied or left out.
const LONGEST_STRETCH: usize = 8;

/// Makes an operation that adds a line to an object's code.
type Arms = fn(Name, Box<Line>) -> Operation<Name>;

/// A way to change a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Insert,
    Delete,
    Forget,
    Duplicate,
    Splice,
    Swap,
    ChangeOperand,
    ChangeOperation,
    Rename,
    TurnRound,
    Arm,
    Defer,
    Shape,
    Damage,
}

/// Every step, and how often it is taken relative to the others.
pub(super) const STEPS: &[(u32, Step)] = &[
    (24, Step::Insert),
    (10, Step::Delete),
    (3, Step::Forget),
    (8, Step::Duplicate),
    (6, Step::Splice),
    (6, Step::Swap),
    (20, Step::ChangeOperand),
    (8, Step::ChangeOperation),
    (8, Step::Rename),
    (4, Step::TurnRound),
    (10, Step::Arm),
    (5, Step::Defer),
    (12, Step::Shape),
    (6, Step::Damage),
];

impl Draft<'_> {
    /// Takes a step. Returns false where it does not fit the program, which then stays unchanged.
    pub(super) fn take(&mut self, step: Step) -> bool {
        match step {
            Step::Insert => self.insert(),
            Step::Delete => self.leave_out(LONGEST_STRETCH),
            Step::Forget => self.forget(),
            Step::Duplicate => self.duplicate(),
            Step::Splice => self.splice(),
            Step::Swap => self.swap(),
            Step::ChangeOperand => self.change_operand(),
            Step::ChangeOperation => self.change_operation(),
            Step::Rename => self.rename(),
            Step::TurnRound => self.turn_round(),
            Step::Arm => self.arm(),
            Step::Defer => self.defer(),
            Step::Shape => self.shape(),
            Step::Damage => self.damage(),
        }
    }

    /// New lines in one place.
    fn insert(&mut self) -> bool {
        let at = self.rng.random_range(0..=self.lines.len());
        let many = [1, 1, 1, 2, 4][self.rng.random_range(0..5)];
        let before = self.lines.len();
        for at in at..at + many {
            let scope = self.scope(at);
            match self.new_line(&scope) {
                Some(line) => self.lines.insert(at, line),
                None => break,
            }
        }
        self.lines.len() > before
    }

    /// Leaves out an object with all lines that name it.
    pub(super) fn forget(&mut self) -> bool {
        let scope = self.scope(self.lines.len());
        let Some(name) = scope.names().nth(self.rng.random_range(0..scope.names().count().max(1))) else {
            return false;
        };
        self.lines.retain(|line| !line.names().contains(&name));
        true
    }

    /// Copies a stretch, mostly right behind itself; the copy binds new names.
    fn duplicate(&mut self) -> bool {
        let Some(stretch) = self.stretch(LONGEST_STRETCH) else { return false };
        let at = if self.rng.random_bool(0.5) { stretch.end } else { self.rng.random_range(0..=self.lines.len()) };
        let copy = self.lines[stretch].to_vec();
        let copy = self.bound_anew(copy);
        self.lines.splice(at..at, copy);
        true
    }

    /// Moves a stretch.
    fn splice(&mut self) -> bool {
        let Some(stretch) = self.stretch(LONGEST_STRETCH) else { return false };
        let moved: Vec<Line> = self.lines.drain(stretch).collect();
        let at = self.rng.random_range(0..=self.lines.len());
        self.lines.splice(at..at, moved);
        true
    }

    /// Exchanges two lines, mostly neighbours.
    fn swap(&mut self) -> bool {
        let length = self.lines.len();
        if length < 2 {
            return false;
        }
        let one = self.rng.random_range(0..length - 1);
        let other = if self.rng.random_bool(0.6) { one + 1 } else { self.rng.random_range(one + 1..length) };
        self.lines.swap(one, other);
        true
    }

    fn change_operand(&mut self) -> bool {
        let Some(at) = self.any_line() else { return false };
        let scope = self.scope(at);
        let mut operation = self.lines[at].operation.clone();
        let changed = self.change(&mut operation, &scope);
        self.lines[at].operation = operation;
        changed
    }

    /// Another operation on the same object, whose result has the same name.
    fn change_operation(&mut self) -> bool {
        let Some(at) = self.any_line() else { return false };
        let scope = self.scope(at);
        let object = object(&mut self.lines[at].operation);
        let kind = object.and_then(|name| scope.kind(name));
        let binds = self.lines[at].bind.is_some();
        let suits = |code: &Code| {
            let wanted = kind_wanted(*code);
            let gives = if binds { code.gives() != Gives::Nothing } else { code.gives() != Gives::New };
            gives
                && !matches!(code, Code::Panic | Code::Fault)
                && (wanted.is_none() || kind.is_none() || wanted == kind)
        };
        let suitable: Vec<Code> = Code::ALL.iter().copied().filter(suits).collect();
        let Some(mut line) = suitable.choose(self.rng).and_then(|code| self.line_of(*code, &scope)) else {
            return false;
        };
        if let (Some(name), Some(Part::Object(place))) = (object, line.operation.parts().into_iter().next()) {
            *place = Some(name);
        }
        self.lines[at] = Line { bind: self.lines[at].bind, ..line };
        true
    }

    /// Replaces a name by another that is bound, from some line on or in one place.
    fn rename(&mut self) -> bool {
        let Some(from) = self.any_line() else { return false };
        let mut used = Vec::new();
        each_name(&mut self.lines[from].operation, &mut |name| used.push(*name));
        let scope = self.scope(from);
        let Some(name) = used.choose(self.rng).copied() else { return false };
        let kind = if self.rng.random_bool(0.5) { scope.kind(name) } else { None };
        let other = self.name(&scope, kind).filter(|other| *other != name && *other != Name::SELF);
        let Some(other) = other else { return false };
        let until = if self.rng.random_bool(0.5) { from + 1 } else { self.lines.len() };
        for line in &mut self.lines[from..until] {
            let bound = line.bound();
            line.rename(&mut |used| *used = if *used == name && !bound.contains(used) { other } else { *used });
        }
        true
    }

    /// Exchanges the names that one line uses, so that a reference points the other way.
    fn turn_round(&mut self) -> bool {
        let Some(at) = self.any_line() else { return false };
        let bound = self.lines[at].bound();
        let mut used: Vec<Name> = self.lines[at].names().into_iter().filter(|name| !bound.contains(name)).collect();
        if used.len() < 2 {
            return false;
        }
        used.shuffle(self.rng);
        let mut used = used.into_iter();
        self.lines[at].rename(&mut |name| {
            if !bound.contains(name) {
                *name = used.next().unwrap_or(*name);
            }
        });
        true
    }

    /// Gives an object a finalizer or callback of a few lines.
    fn arm(&mut self) -> bool {
        let at = self.rng.random_range(0..=self.lines.len());
        let scope = self.scope(at);
        let Some((object, arms)) = self.owner_of_code(&scope) else { return false };
        let lines: Vec<Line> = (0..self.rng.random_range(1..=3))
            .filter_map(|_| Some(Box::new(self.finalizer_line(&scope)?)))
            .map(|line| Line { bind: None, operation: arms(object, line) })
            .collect();
        let fits = !lines.is_empty();
        self.lines.splice(at..at, lines);
        fits
    }

    /// Moves a line into a finalizer, or out of one.
    fn defer(&mut self) -> bool {
        let Some(at) = self.any_line() else { return false };
        let line = self.lines[at].clone();
        if let Operation::On { line, .. } | Operation::When { line, .. } = line.operation {
            let can_stand = line.operation.code() != Code::Panic;
            if can_stand {
                self.lines[at] = *line;
            }
            return can_stand;
        }
        let scope = self.scope(at);
        let code = line.operation.code();
        let Some((object, arms)) = self.owner_of_code(&scope) else { return false };
        if code.is_setting() || code == Code::Fault {
            return false;
        }
        self.lines[at] = Line { bind: None, operation: arms(object, Box::new(line)) };
        true
    }

    /// An object, and how it gets a line of a finalizer; now and then a weak object, and how it gets one of a callback.
    fn owner_of_code(&mut self, scope: &Scope) -> Option<(Name, Arms)> {
        if self.rng.random_ratio(1, 4)
            && let Some(weak) = self.name(scope, Some(Kind::Weak))
        {
            return Some((weak, |weak, line| Operation::When { weak: Some(weak), line }));
        }
        let object = self.name(scope, None)?;
        Some((object, |object, line| Operation::On { object: Some(object), line }))
    }

    pub(super) fn any_line(&mut self) -> Option<usize> {
        (!self.lines.is_empty()).then(|| self.rng.random_range(0..self.lines.len()))
    }
}

/// The object that an operation is done to.
fn object(operation: &mut Operation<Name>) -> Option<Name> {
    match operation.parts().into_iter().next()? {
        Part::Object(object) => *object,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Draft, STEPS};
    use heapproof_model::Program;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    const PROGRAM: &str = "a = table\nb = array a 1\na.x = b\non a: c = box self\nw = weak a\ndrop a\ncollect 3";

    #[test]
    fn every_step_changes_a_program_or_leaves_it_alone() {
        let program: Program = PROGRAM.parse().unwrap();
        for (_, step) in STEPS {
            let mut changes = 0;
            for seed in 0..50 {
                let rng = &mut ChaCha8Rng::seed_from_u64(seed);
                let mut draft = Draft::of(&program, rng, 64);
                let taken = draft.take(*step);
                let changed = draft.lines != program.canonical().lines();
                assert!(taken || !changed, "{step:?} says that it does not fit, and changes something");
                changes += u32::from(changed);
            }
            assert!(changes > 4, "{step:?} changed {changes} of 50");
        }
    }

    #[test]
    fn no_step_needs_a_line() {
        for (_, step) in STEPS {
            for seed in 0..20 {
                let rng = &mut ChaCha8Rng::seed_from_u64(seed);
                Draft::of(&Program::default(), rng, 64).take(*step);
            }
        }
    }
}
