//! Programs for other people's frameworks: one generator behind proptest and quickcheck, one decoder behind libFuzzer.
//!
//! With the feature `arbitrary`, [`Program`] is `arbitrary::Arbitrary` itself.

use crate::properties::{self, Property};
use crate::subjects::HEAP;
use crate::{assert_holds, model::Program};

/// Programs that are shorter than this one by a stretch of lines, the longest stretches first.
pub fn shorter(program: &Program) -> impl Iterator<Item = Program> + use<> {
    let program = program.clone();
    let length = program.len();
    let sizes = std::iter::successors(Some(length / 2), |size| Some(size / 2)).take_while(|size| *size > 0);
    let stretches = sizes.flat_map(move |size| (0..length.div_ceil(size)).rev().map(move |index| (index * size, size)));
    let only = (length == 1).then_some((0, 1));
    stretches.chain(only).map(move |(start, size)| {
        let lines = program.lines();
        let end = (start + size).min(length);
        program.with_lines(lines[..start].iter().chain(&lines[end..]).cloned().collect())
    })
}

/// The most objects that the bulk lines of a fuzzer's program may ask for: larger ones are slow to no purpose.
fn most_bulk(property: Property) -> u64 {
    match property {
        // They damage every object in every way.
        Property::Verify | Property::Recover => 32,
        _ => 256,
    }
}

/// What the fuzz target of a property does with an input; whether it was worth running.
///
/// The input is a program in bytes, for the property `text` one in text. To those two properties any input matters, to
/// the others only the program that it decodes to.
///
/// # Panics
/// Where the property does not hold: that is how a fuzzer learns of it.
#[allow(clippy::panic)] // it is an assertion
pub fn fuzz(property: Property, bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let raw = match property {
        Property::Text => properties::text::holds(&text),
        Property::Bytes => properties::bytes::holds(bytes),
        _ => Ok(()),
    };
    let program = match property {
        Property::Text => text.parse().unwrap_or_default(),
        _ => Program::decode(bytes),
    };
    let worth_it = program.bulk() <= most_bulk(property);
    if worth_it {
        // First, for what a program shows can be minimised.
        assert_holds(property, &HEAP, &program);
    }
    if let Err(violation) = raw {
        panic!("`{}` does not hold for this input: {violation:?}", property.name());
    }
    worth_it
}

/// A proptest strategy.
#[cfg(feature = "proptest")]
pub mod proptest {
    use crate::generate::{self, Profile, Recipe};
    use heapproof_model::Program;
    use proptest::strategy::{NewTree, Strategy, ValueTree};
    use proptest::test_runner::TestRunner;

    /// Programs of up to [`MOST_LINES`](generate::MOST_LINES) lines over all operations.
    ///
    /// [`assert_holds`](crate::assert_holds) minimises by itself, so tests that call it are best run with
    /// `failure_persistence: None` and `max_shrink_iters: 0`; others are shrunk by leaving out lines.
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
        Programs { recipe: Recipe::default() }
    }

    /// See [`programs`].
    #[derive(Debug, Clone)]
    pub struct Programs {
        recipe: Recipe,
    }

    impl Programs {
        /// The same with programs of at most that many lines.
        #[must_use]
        pub fn most_lines(mut self, most_lines: usize) -> Programs {
            self.recipe.most_lines = most_lines;
            self
        }

        /// The same with programs of that profile.
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
            let program = generate::case(seed, 0, &self.recipe, &|_| true);
            Ok(Shrinking { shown: program.clone(), failing: program, next: 0 })
        }
    }

    /// A program that is shrunk by leaving out lines.
    #[derive(Debug, Clone)]
    pub struct Shrinking {
        /// The shortest that is known to fail.
        failing: Program,
        /// What is tried now.
        shown: Program,
        /// Which of the programs shorter than `failing` comes next.
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
}

/// A quickcheck type.
#[cfg(feature = "quickcheck")]
pub mod quickcheck {
    use crate::generate::{self, Recipe};
    use heapproof_model::Program;
    use quickcheck::{Arbitrary, Gen};
    use std::ops::Deref;

    /// Any program; a type of its own only because neither trait nor program belong to this crate.
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
            let recipe = Recipe { most_lines: gen_.size().max(1), ..Recipe::default() };
            AnyProgram(generate::case(u64::arbitrary(gen_), 0, &recipe, &|_| true))
        }

        fn shrink(&self) -> Box<dyn Iterator<Item = AnyProgram>> {
            Box::new(super::shorter(&self.0).map(AnyProgram))
        }
    }
}
