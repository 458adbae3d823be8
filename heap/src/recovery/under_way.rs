//! What becomes of that which is under way: collections and detections in slices, and frames.
//!
//! What a slice has learned may be wrong in a heap that was damaged, or come to be wrong by what is
//! repaired, and nothing is lost by forgetting it but the work. A frame is the mutator's affair
//! and stays open; an object is one of its temporaries if both mark and list say so, since what is
//! given up by mistake is lost, and what is kept by mistake is only kept.

use super::{Recovery, RecoveryAction};
use crate::header::Mark;
use crate::verify::Structure;
use crate::{Heap, Host};

impl<H: Host> Heap<H> {
    /// Ends collections and detections that are under way.
    pub(super) fn forget_slices(&mut self, recovery: &mut Recovery) {
        if self.slices.are_under_way() {
            self.abandon_slices();
            recovery.did(RecoveryAction::EndedCollection);
        }
        if self.detection.forget() {
            recovery.did(RecoveryAction::EndedDetection);
        }
    }

    /// Lets all objects have one colour, since no mark is under way.
    pub(super) fn rebuild_colours(&mut self, recovery: &mut Recovery) {
        if self.verify_colours(&self.census()).is_empty() {
            return;
        }
        self.abandon_slices();
        self.arena.headers.paint_all();
        recovery.did(RecoveryAction::Rebuilt { structure: Structure::Colours, entries: 0 });
    }

    pub(super) fn rebuild_temporaries(&mut self, recovery: &mut Recovery) {
        if self.verify_temporaries(&self.census()).is_empty() {
            return;
        }
        let listed = self.frame.as_mut().map(|frame| std::mem::take(&mut frame.temporaries));
        let temporaries = self.keep_marked(listed.unwrap_or_default(), Mark::Temporary);
        let (structure, entries) = (Structure::Temporaries, temporaries.len());
        recovery.did(RecoveryAction::Rebuilt { structure, entries });
        if let Some(frame) = &mut self.frame {
            frame.temporaries = temporaries;
        }
    }
}
