//! Programs as a proptest strategy, and properties as proptests.
//!
//! What fails is kept as a trace by [`assert_holds`], since what proptest keeps is less: it shrinks in at most four steps a case; its
//! seed stands for another program, which may pass, as soon as the strategy or the generator changes, and nothing says so; and of a
//! test that is killed while it shrinks it keeps nothing. The trace is minimal however few cases there are; it is the program itself; and
//! the program is saved before it is minimised. A trace that is moved into a folder stays a test:
//! [`corpus`](super::corpus) replays it.

use crate::failure::proof::assert_holds;
use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use crate::programs::generate::{self, Profile, Recipe};
use heapproof_model::Program;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::{Config, TestRunner};

/// Programs of up to [`MOST_LINES`](generate::MOST_LINES) lines with all operations. [`Programs::subject`] leaves only the
/// operations of a subject.
///
/// [`assert_holds`] minimises by itself, so run tests that call it with `failure_persistence: None` and
/// `max_shrink_iters: 0`. Other tests shrink programs by leaving out lines.
///
/// ```
/// use heapproof::{assert_holds, front_doors::proptest::programs, properties::Property, subjects::HEAP};
/// use proptest::prelude::*;
///
/// proptest! {
///     #![proptest_config(ProptestConfig { failure_persistence: None, max_shrink_iters: 0, ..ProptestConfig::default() })]
///     fn the_heap_is_the_model(program in programs()) {
///         assert_holds(Property::Lockstep, &HEAP, &program);
///     }
/// }
/// the_heap_is_the_model();
/// ```
pub fn programs() -> Programs {
    Programs { recipe: Recipe::default(), subject: None }
}

/// Programs with the profile that suits a property.
pub fn programs_for(property: Property) -> Programs {
    programs().profile(property.profile())
}

/// Checks a property on random programs. `PROPTEST_CASES` or proptest's configuration says how many.
///
/// ```
/// use heapproof::{front_doors::proptest, properties::Property, subjects::HEAP};
///
/// proptest::holds(Property::Tuning, &HEAP);
/// ```
///
/// # Panics
/// If it does not hold, with the whole report; and if it is about nothing that the subject has, since the test would be green for ever.
#[track_caller]
#[allow(clippy::panic)] // it is an assertion
pub fn holds(property: Property, subject: &SubjectKind) {
    // A subject that can't be made is reported by the check itself.
    let abilities = subject.abilities().ok();
    if let Some(wrong) = abilities.and_then(|abilities| property.says_nothing_of(subject, &abilities)) {
        panic!("{wrong}");
    }
    let config = Config { failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    let checked = TestRunner::new(config).run(&programs_for(property).subject(subject), |program| {
        assert_holds(property, subject, &program);
        Ok(())
    });
    if let Err(error) = checked {
        panic!("{error}");
    }
}

/// A strategy for programs; see [`programs`].
#[derive(Debug, Clone)]
pub struct Programs {
    recipe: Recipe,
    subject: Option<SubjectKind>,
}

impl Programs {
    /// Limits the number of lines.
    #[must_use]
    pub fn most_lines(mut self, most_lines: usize) -> Programs {
        self.recipe.most_lines = most_lines;
        self
    }

    /// Uses only the operations that this subject has.
    #[must_use]
    pub fn subject(mut self, subject: &SubjectKind) -> Programs {
        self.subject = Some(subject.clone());
        self
    }

    /// Uses this profile.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Programs {
        self.recipe.profile = profile;
        self
    }
}

impl Strategy for Programs {
    type Tree = Shrinking;
    type Value = Program;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let seed = ::proptest::num::u64::ANY.new_tree(runner)?.current();
        // If no subject can be made, the check itself reports it.
        let abilities = self.subject.as_ref().and_then(|subject| subject.abilities().ok());
        let supports = |code| abilities.is_none_or(|abilities| abilities.has(code));
        let dialect = abilities.map(|abilities| *abilities.dialect()).unwrap_or_default();
        let program = generate::case(seed, 0, &Recipe { dialect, ..self.recipe.clone() }, &supports);
        Ok(Shrinking { shown: program.clone(), failing: program, next: 0 })
    }
}

/// A program that is shrunk by leaving out lines.
#[derive(Debug, Clone)]
pub struct Shrinking {
    /// The shortest program that is known to fail.
    failing: Program,
    /// The program that is tried now.
    shown: Program,
    /// The index of the next program in `shorter(failing)`.
    next: usize,
}

impl ValueTree for Shrinking {
    type Value = Program;

    fn current(&self) -> Program {
        self.shown.clone()
    }

    fn simplify(&mut self) -> bool {
        if self.shown.len() < self.failing.len() {
            self.failing = self.shown.clone();
            self.next = 0;
        }
        self.complicate()
    }

    fn complicate(&mut self) -> bool {
        let candidate = super::shorter(&self.failing).nth(self.next);
        self.next += 1;
        self.shown = candidate.clone().unwrap_or_else(|| self.failing.clone());
        candidate.is_some()
    }
}
