//! The known cycles against the slots that lead to them.
//!
//! The cycles say which objects are where; from that it is derived anew which slot leads to which
//! cycle, and which cycles have lost a member. Whether they are cycles still is not asked: they are
//! as of the last detection.

use super::error::{Structure, VerificationDetail, VerificationError, VerificationErrorKind};
use crate::arena::NONE;
use crate::{Heap, Host, ObjectId};

impl<H: Host> Heap<H> {
    pub(crate) fn verify_known_cycles(&self) -> Vec<VerificationError> {
        let mut found = Vec::new();
        let is_none_known = self.cycles.all().next().is_none() && self.cycles.entries().next().is_none();
        if is_none_known && self.cycles.counts_right() {
            return found;
        }
        let mut report = |object, detail| {
            found.push(VerificationError::new(VerificationErrorKind::FieldRefMismatch, object, detail));
        };
        let mut actual = vec![NONE; self.arena.slots()];
        for (cycle, members, whole) in self.cycles.all() {
            for &member in members.iter().filter(|&&it| self.contains(it)) {
                match actual.get_mut(member.slot() as usize) {
                    Some(place) if *place == NONE => *place = cycle,
                    _ => report(member, VerificationDetail::EntryTwice(Structure::KnownCycles)),
                }
            }
            if whole != members.iter().all(|&it| self.contains(it)) {
                report(ObjectId::NIL, VerificationDetail::CycleMisnoted { cycle, whole });
            }
        }
        for (slot, &actual) in (0..).zip(&actual) {
            let recorded = self.cycles.of_slot(slot);
            if let Some(object) = self.arena.tenant(slot)
                && recorded != actual
            {
                let named = |cycle| (cycle != NONE).then_some(cycle);
                report(object, VerificationDetail::WrongCycle { recorded: named(recorded), actual: named(actual) });
            }
        }
        for (slot, _) in self.cycles.entries().filter(|&(slot, _)| self.arena.tenant(slot).is_none()) {
            report(ObjectId::NIL, VerificationDetail::EntryOfNoObject { structure: Structure::KnownCycles, slot });
        }
        if !self.cycles.counts_right() {
            report(ObjectId::NIL, VerificationDetail::Miscounted(Structure::KnownCycles));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use crate::cycles::known::KnownCycles;
    use crate::{Heap, ObjectId, Value};

    /// A heap with three known cycles of one box each.
    fn heap() -> (Heap, [ObjectId; 3]) {
        let mut heap = Heap::<()>::new();
        let boxes = [(); 3].map(|()| heap.allocate_box(Value::Nil).unwrap());
        boxes.iter().for_each(|&it| heap.set_box(it, it.into()).unwrap());
        assert_eq!(heap.detect_cycles(), 3);
        (heap, boxes)
    }

    #[test]
    fn cycles_that_contradict_each_other_are_forgotten_and_found_again() {
        let (mut heap, [one, two, three]) = heap();
        heap.cycles.insert(Box::new([one, two]));
        let report = heap.verify_heap();
        assert_eq!(report.findings(), 4, "{report}");
        let recovery = heap.attempt_recovery(&report, None).unwrap();
        assert!(recovery.is_clean(), "{recovery}");
        assert_eq!(heap.cycles().count(), 0);
        assert_eq!(heap.detect_cycles(), 3);
        assert!(heap.contains(three));
    }

    #[test]
    fn cycles_that_were_noted_as_broken_or_whole_are_so_again() {
        let (mut heap, [one, two, three]) = heap();
        heap.set_box(one, Value::Nil).unwrap();
        heap.dec_ref(one).unwrap();
        assert!(heap.verify_heap().is_clean(), "one cycle is broken");
        let mut known = KnownCycles::default();
        [one, two, three].iter().for_each(|&it| known.insert(Box::new([it])));
        known.bury(two.slot());
        heap.cycles = known;
        let report = heap.verify_heap();
        assert_eq!(report.findings(), 4, "{report}");
        let recovery = heap.attempt_recovery(&report, None).unwrap();
        assert!(recovery.is_clean(), "{recovery}");
        assert_eq!(heap.cycles().collect::<Vec<_>>(), [[two], [three]]);
        assert_eq!(heap.detect_cycles(), 2);
    }
}
