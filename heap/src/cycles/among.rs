//! Cycles among some objects, or all, found without regard to what is known, and nothing learned from it.

use super::components::{Numbers, Walk};
use super::steps::Steps;
use crate::{Heap, Host, ObjectId};

impl<H: Host> Heap<H> {
    /// Says how many cycles there are among objects, references to others left out. The cost
    /// follows these objects. A detection under way begins anew.
    pub(crate) fn cycles_among(&mut self, set: &[ObjectId]) -> u64 {
        if set.is_empty() {
            return 0;
        }
        // It takes over the numbers of a detection under way.
        self.detection.disturb();
        let numbers = &mut self.detection.numbers;
        numbers.begin_among(self.arena.slots(), set.iter().map(|member| member.slot()));
        let (mut cycles, mut steps, mut walk) = (0, Steps::ALL, Walk::default());
        for member in set {
            if numbers.is_unseen_member(member.slot()) {
                walk.enter(member.slot(), numbers);
                let mut found = |_: &[u32]| cycles += 1;
                walk.go_on(self.arena.contents(), numbers, &mut steps, Numbers::is_unseen_member, &mut found);
            }
        }
        cycles
    }

    /// The slots of each cycle that there is now, found without leaving a trace.
    pub(crate) fn cycles_now(&self) -> Vec<Vec<u32>> {
        let (mut numbers, mut walk, mut steps) = (Numbers::default(), Walk::default(), Steps::ALL);
        let mut cycles = Vec::new();
        numbers.begin(self.arena.slots());
        for object in self.arena.objects() {
            if numbers.is_unseen(object.slot()) {
                walk.enter(object.slot(), &mut numbers);
                let mut found = |cycle: &[u32]| cycles.push(cycle.to_vec());
                walk.go_on(self.arena.contents(), &mut numbers, &mut steps, |_, _| true, &mut found);
            }
        }
        cycles
    }
}
