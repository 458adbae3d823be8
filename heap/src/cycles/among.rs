//! The cycles among objects that die together.

use super::components::Components;
use crate::{Heap, Host, ObjectId};

impl<H: Host> Heap<H> {
    /// The number of cycles that these objects form.
    pub(super) fn cycles_among(&mut self, set: &[ObjectId]) -> u64 {
        let mut cycles = 0;
        let slots = set.iter().map(|member| member.slot());
        Components::among(&self.arena, slots).each_cycle(|_| cycles += 1);
        cycles
    }
}
