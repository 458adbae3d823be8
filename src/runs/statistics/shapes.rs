//! The shapes of heaps in numbers.

use super::distribution::Distribution;

macro_rules! shapes {
    ($($shape:ident $words:literal)*) => {
        /// The shapes of the heap during a run.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        #[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize))]
        #[allow(missing_docs)] // the words are in the table
        pub struct Shapes {
            $(pub $shape: Distribution,)*
        }

        impl Shapes {
            /// Adds other shapes.
            pub fn merge(&mut self, other: &Shapes) {
                $(self.$shape.merge(&other.$shape);)*
            }

            /// Each distribution with its name and its meaning in words.
            pub fn named(&self) -> Vec<(&'static str, &'static str, &Distribution)> {
                vec![$((stringify!($shape), $words, &self.$shape)),*]
            }
        }
    };
}

shapes! {
    living "objects that live, after each operation"
    references "references in a hundred objects, after each operation"
    cycles "cycles that are known, after each operation since the first detection"
    cycle_sizes "objects in one of those cycles"
    garbage "objects that are garbage when a collection or check begins"
    deaths "objects that die in one operation, where some do"
    finalizers "finalizers that run in one operation, where some do"
    finalizer_depth "finalizers within finalizers, at the beginning of each"
}
