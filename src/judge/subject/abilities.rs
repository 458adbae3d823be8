//! What subjects of a kind can do.

use super::{Looks, Observation, Subject};
use heapproof_model::dialect::{Garbage, UserCode};
use heapproof_model::{Code, Dialect, Line, Name, Operation, Store};

/// Which operations subjects of a kind have, and what can be observed of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// A bit for each operation, and for each that code of the dying has not.
    operations: u64,
    not_in_code: u64,
    /// A bit for each observation.
    observations: u64,
    dialect: Dialect,
    looks: Looks,
    repeats: bool,
}

// Each has its bit.
const _: () = assert!(Code::ALL.len() <= 64 && Observation::ALL.len() <= 64);

impl Abilities {
    /// What a subject says that it can do.
    pub fn of(subject: &dyn Subject) -> Abilities {
        let operations = Code::ALL.iter().filter(|code| subject.supports(**code));
        let not_in_code = Code::ALL.iter().filter(|code| !subject.supports_in_code(**code));
        let observations = Observation::ALL.iter().filter(|observation| subject.observes(**observation));
        Abilities {
            operations: operations.fold(0, |bits, code| bits | 1 << *code as u32),
            not_in_code: not_in_code.fold(0, |bits, code| bits | 1 << *code as u32),
            observations: observations.fold(0, |bits, observation| bits | 1 << *observation as u32),
            dialect: subject.dialect(),
            looks: subject.looks(),
            repeats: subject.repeats(),
        }
    }

    /// What subjects answer where sensible heaps differ.
    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// The same of subjects that are held to another dialect.
    #[must_use]
    pub fn held_to(self, dialect: Dialect) -> Abilities {
        Abilities { dialect, ..self }
    }

    /// What it costs to look.
    pub fn looks(&self) -> Looks {
        self.looks
    }

    /// Whether two runs of a program must do the same: the dialect leaves no choice, and the subject chooses alike where every contract
    /// leaves one.
    pub fn repeats(&self) -> bool {
        self.repeats && !self.dialect.has_choices()
    }

    /// Whether there is that operation.
    pub fn has(&self, code: Code) -> bool {
        self.operations >> code as u32 & 1 == 1
    }

    /// Whether code of the dying can ask for that operation, if there is one.
    pub fn has_in_code(&self, code: Code) -> bool {
        self.not_in_code >> code as u32 & 1 == 0
    }

    /// Whether that can be observed.
    pub fn shows(&self, observation: Observation) -> bool {
        self.observations >> observation as u32 & 1 == 1
    }

    /// Whether there is that operation, and what it takes to judge it.
    pub fn supports(&self, code: Code) -> bool {
        match code {
            Code::Panic => true,
            code if code.is_expectation() => true,
            // What was damaged is read in the journal, and it must be possible to end the damage.
            Code::Fault => self.has(code) && self.shows(Observation::Journal) && self.has(Code::RecoverRoots),
            Code::On => self.has(code) && self.shows_what_finalizers_see(),
            // Those are the lines of others.
            Code::Inherit => self.has(code) && self.supports(Code::On),
            // In which order they run is the subject's choice, and the journal says it.
            Code::When => self.has(code) && self.shows_what_finalizers_see() && self.shows(Observation::Journal),
            Code::Ephemeron => self.has(code) && self.shows_who_died_together(),
            code => self.has(code),
        }
    }

    /// Where objects die when the subject likes, what finalizers see depends on it, so the journal has to say when. What a
    /// collection frees that code calls is known by its sets alone.
    fn shows_what_finalizers_see(&self) -> bool {
        let asked = matches!(self.dialect.garbage, Garbage::Asked | Garbage::Never);
        let sets = (asked || !self.dialect.set_code.runs_as(UserCode::Finalizer)) && !self.dialect.collects_partly();
        !self.dialect.has_choices() || self.shows(Observation::Journal) && (sets || self.shows(Observation::Sets))
    }

    /// Whether an ephemeron that is garbage loses its value before it dies itself depends on the sets, and then whether a cycle did.
    fn shows_who_died_together(&self) -> bool {
        let asked = matches!(self.dialect.garbage, Garbage::Asked | Garbage::Never) && !self.dialect.collects_partly();
        asked || self.shows(Observation::Journal) && self.shows(Observation::Sets)
    }

    /// The same for the operations of a line, those within a finalizer included.
    pub fn supports_line(&self, line: &Line) -> bool {
        self.supports_all(&line.operation, false)
    }

    fn supports_all(&self, operation: &Operation<Name>, in_code: bool) -> bool {
        let within = match operation {
            Operation::On { line, .. } | Operation::When { line, .. } => self.supports_all(&line.operation, true),
            Operation::Temp { allocation: within } | Operation::Transfer { store: Store(within) } => {
                self.supports_all(within, in_code)
            }
            _ => true,
        };
        let code = operation.code();
        within && self.supports(code) && (!in_code || self.has_in_code(code))
    }

    /// What can't be checked, each in words; empty where everything can.
    pub fn unchecked(&self) -> Vec<String> {
        let operations = Code::ALL.iter().filter(|code| !self.has(**code)).map(|code| code.name().to_owned());
        // Counts that are told apart say the sum.
        let shown = |one: Observation| self.shows(one) || one == Observation::Strong && self.shows(Observation::Counts);
        let observations = Observation::ALL.iter().filter(|one| !shown(**one)).map(|one| one.name().to_owned());
        let within = Code::ALL.iter().filter(|code| self.has(**code) && !self.has_in_code(**code));
        let within = within.map(|code| format!("{} in code", code.name()));
        observations.chain(operations).chain(within).collect()
    }
}
