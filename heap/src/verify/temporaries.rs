//! The temporaries of the open frame: marks against the list.
//!
//! Entries of objects that have died are left in the list for a while, and are no error. Without a
//! frame there is no list, and no object may be marked.

use super::census::Census;
use super::error::{Structure, VerificationError, VerificationErrorKind};
use crate::header::Mark;
use crate::{Heap, Host, ObjectId};

impl<H: Host> Heap<H> {
    pub(crate) fn verify_temporaries(&self, census: &Census) -> Vec<VerificationError> {
        let (mut found, kind) = (Vec::new(), VerificationErrorKind::FieldRefMismatch);
        let listed = self.frame.iter().flat_map(|frame| frame.temporaries.iter().copied());
        let listed = listed.filter(|&it| self.contains(it)).map(ObjectId::slot);
        self.verify_marks(census, Mark::Temporary, listed, Structure::Temporaries, kind, &mut found);
        found
    }
}
