//! Programs as a quickcheck type, and properties as quickcheck tests.

use crate::failure::proof::assert_holds;
use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use crate::programs::generate::{self, Recipe};
use heapproof_model::{Code, Program};
use quickcheck::{Arbitrary, Gen, QuickCheck, TestResult, Testable};
use std::ops::Deref;

/// A property of a subject that quickcheck can test. The programs have the profile that suits the property, and only the
/// operations that the subject has.
///
/// ```
/// use heapproof::{front_doors::quickcheck::Claim, properties::Property, subjects::HEAP};
///
/// quickcheck::quickcheck(Claim { property: Property::Tuning, subject: HEAP });
/// ```
#[derive(Debug, Clone)]
pub struct Claim {
    /// The property.
    pub property: Property,
    /// The subject.
    pub subject: SubjectKind,
}

impl Testable for Claim {
    /// Panics with the whole report if the property does not hold. The trace in it is already minimal. It fails too if it is
    /// about nothing that the subject has, since the test would be green for ever.
    fn result(&self, gen_: &mut Gen) -> TestResult {
        // If no subject can be made, the check itself reports it.
        let abilities = self.subject.abilities().ok();
        let wrong = abilities.and_then(|abilities| self.property.says_nothing_of(&self.subject, &abilities));
        if let Some(wrong) = wrong {
            return TestResult::error(wrong);
        }
        let dialect = abilities.map(|abilities| *abilities.dialect()).unwrap_or_default();
        let recipe = Recipe { profile: self.property.profile(), dialect, ..Recipe::default() };
        let supports = |code| abilities.is_none_or(|abilities| abilities.has(code));
        assert_holds(self.property, &self.subject, &drawn(gen_, recipe, &supports));
        TestResult::passed()
    }
}

/// Checks a property on random programs. `QUICKCHECK_TESTS` says how many.
///
/// # Panics
/// If it does not hold, with the whole report, or is about nothing that the subject has.
#[track_caller]
pub fn holds(property: Property, subject: &SubjectKind) {
    QuickCheck::new().quickcheck(Claim { property, subject: subject.clone() });
}

/// A program of up to `gen.size()` lines.
fn drawn(gen_: &mut Gen, recipe: Recipe, supports: &dyn Fn(Code) -> bool) -> Program {
    let recipe = Recipe { most_lines: gen_.size().max(1), ..recipe };
    generate::case(u64::arbitrary(gen_), 0, &recipe, supports)
}

/// A program with all operations; [`Claim`] uses only those of a subject. The type exists because neither the trait nor
/// `Program` belongs to this crate.
///
/// ```
/// use heapproof::{assert_holds, front_doors::quickcheck::AnyProgram, properties::Property, subjects::HEAP};
///
/// fn the_heap_is_the_model(program: AnyProgram) {
///     assert_holds(Property::Lockstep, &HEAP, &program);
/// }
/// quickcheck::quickcheck(the_heap_is_the_model as fn(AnyProgram));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnyProgram(pub Program);

impl Deref for AnyProgram {
    type Target = Program;

    fn deref(&self) -> &Program {
        &self.0
    }
}

impl Arbitrary for AnyProgram {
    /// A program of up to `gen.size()` lines.
    fn arbitrary(gen_: &mut Gen) -> AnyProgram {
        AnyProgram(drawn(gen_, Recipe::default(), &|_| true))
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = AnyProgram>> {
        Box::new(super::shorter(&self.0).map(AnyProgram))
    }
}
