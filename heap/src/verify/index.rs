//! The indexes of tables that have a directory, against their fields.

use super::census::Census;
use super::error::{VerificationDetail, VerificationError, VerificationErrorKind};
use crate::directory::{Directory, Field};
use crate::fields::Values;
use crate::object::Content;
use crate::{Heap, Host};

impl<H: Host> Heap<H> {
    pub(super) fn verify_indexes(&self, census: &Census) -> Vec<VerificationError> {
        let mut found = Vec::new();
        for (object, content, _) in self.arena.all().filter(|_| census.directories) {
            if let Content::Table { values: Values::Directory(directory), .. } = content
                && let Some(detail) = index_fault(directory)
            {
                found.push(VerificationError::new(VerificationErrorKind::FieldRefMismatch, object, detail));
            }
        }
        found
    }
}

/// The first difference between a directory's index and its fields.
pub(crate) fn index_fault(directory: &Directory) -> Option<VerificationDetail> {
    let fields = || directory.fields.iter().enumerate().filter_map(|(place, field)| Some((place, field.as_ref()?)));
    let expected = if directory.has_index() { fields().count() } else { 0 };
    if directory.holes != directory.fields.len() - fields().count() {
        return Some(VerificationDetail::HolesMiscounted { recorded: directory.holes });
    }
    let missing = |&(place, field): &(usize, &Field)| directory.index.get(&field.name) != Some(&place);
    if directory.has_index()
        && let Some((_, field)) = fields().find(missing)
    {
        return Some(VerificationDetail::NotIndexed { name: field.name.as_ref().to_owned() });
    }
    // Each field has an entry of its own, so more entries than fields are too many.
    let names = directory.index.len().saturating_sub(expected);
    (names > 0).then_some(VerificationDetail::IndexedTooMuch { names })
}
