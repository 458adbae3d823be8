//! Heaps of every dialect: for each answer of each clause one that is right, and one that is wrong.
//!
//! They prove the model's dialects: a right one passes as what it declares, and as what allows more; declared as anything
//! else it fails, and a wrong one fails as what it claims to be.

mod calls;
mod heap;
mod release;
mod say;
mod sets;
mod subject;
mod wrong;

pub use heap::Twin;

use crate::judge::subject::SubjectKind;
use heapproof_model::Dialect;
use heapproof_model::dialect::{CLAUSES, SetCallbacks};
use wrong::{Mistake, WRONG};

/// What a twin shows of what happens in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shows {
    /// Its journal: deaths and runs of code, in their order.
    pub journal: bool,
    /// Which sets it frees, in its journal.
    pub sets: bool,
    /// Whether garbage lives, and what it holds.
    pub garbage: bool,
}

impl Shows {
    /// All of it.
    pub const ALL: Shows = Shows { journal: true, sets: true, garbage: true };
}

/// A right heap of that dialect.
pub fn twin(dialect: Dialect) -> SubjectKind {
    twin_that_shows(dialect, Shows::ALL)
}

/// A right heap of that dialect that shows no more than that.
pub fn twin_that_shows(dialect: Dialect, shows: Shows) -> SubjectKind {
    kind("twin".to_owned(), dialect.to_string(), dialect, shows, None)
}

/// A wrong heap.
#[derive(Debug, Clone)]
pub struct WrongTwin {
    /// The clause about which it is wrong, and the answer that it claims to give.
    pub clause: &'static str,
    /// The answer.
    pub answer: &'static str,
    /// The subject.
    pub kind: SubjectKind,
}

/// The wrong heaps, at least one for each answer.
pub fn wrong() -> impl Iterator<Item = WrongTwin> {
    WRONG.iter().map(|wrong| {
        let words = format!("{}, {} {}", wrong.with, wrong.clause, wrong.answer);
        let dialect = words.parse().unwrap_or_default();
        let name = format!("twin:{}-{}", wrong.clause, wrong.answer);
        let kind = kind(name, wrong.about.to_owned(), dialect, Shows::ALL, Some(wrong.mistake));
        WrongTwin { clause: wrong.clause, answer: wrong.answer, kind }
    })
}

/// A dialect with that answer, in which the answers of the clause can be told apart: some need others beside them.
pub fn beside(clause: &str, dialect: Dialect) -> Dialect {
    let others = match clause {
        "contents" | "set-own" => "release nested",
        "set-order" | "set-view" => "set-code destructor",
        "set-callbacks" if dialect.set_callbacks == SetCallbacks::WhenCleared => "set-weak for-good",
        _ => "",
    };
    let own = CLAUSES.iter().find(|one| one.name == clause);
    let beside: Dialect = others.parse().unwrap_or_default();
    own.map_or(beside, |own| own.with(&beside, own.of(&dialect)))
}

fn kind(name: String, about: String, dialect: Dialect, shows: Shows, mistake: Option<Mistake>) -> SubjectKind {
    SubjectKind::made_by(name, about, move || Ok(Box::new(Twin::new(dialect, shows, mistake))))
}
