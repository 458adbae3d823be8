//! The indexes of tables against their fields.

use super::error::{VerificationDetail, VerificationError, VerificationErrorKind};
use crate::fields::IndexFault;
use crate::object::Content;
use crate::{Heap, Host};

impl<H: Host> Heap<H> {
    pub(super) fn verify_indexes(&self) -> Vec<VerificationError> {
        let mut found = Vec::new();
        for object in self.objects() {
            let Ok(Content::Table(table)) = self.arena.content(object) else {
                continue;
            };
            let detail = match table.index_fault() {
                None => continue,
                Some(IndexFault::Missing(name)) => VerificationDetail::NotIndexed { name: name.as_ref().to_owned() },
                Some(IndexFault::Extra(names)) => VerificationDetail::IndexedTooMuch { names },
            };
            found.push(VerificationError::new(VerificationErrorKind::FieldRefMismatch, object, detail));
        }
        found
    }
}
