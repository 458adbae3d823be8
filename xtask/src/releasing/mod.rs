//! What a release needs.

pub(crate) mod notes;
