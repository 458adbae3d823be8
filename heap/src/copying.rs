//! Copies in memory that is kept.
//!
//! Who copies a heap again and again copies it into the copy before ([`Clone::clone_from`]): then lists are written where the
//! former ones lay, and nothing is reserved. What such a copy must not do is leave anything of the former one. So a structure
//! says its fields here, all of them, since the compiler asks for the ones that are missing, and each is copied.

/// Implements [`Clone`] for a structure, field by field, so that a copy into a former one reuses its memory.
macro_rules! copies {
    ($name:ident { $($field:ident),* }) => {
        impl Clone for $name {
            fn clone(&self) -> Self {
                let Self { $($field),* } = self;
                Self { $($field: Clone::clone($field)),* }
            }

            #[inline]
            fn clone_from(&mut self, source: &Self) {
                let Self { $($field),* } = source;
                $(Clone::clone_from(&mut self.$field, $field);)*
            }
        }
    };
}
pub(crate) use copies;
