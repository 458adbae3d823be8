//! The digest of a program's state, as far as the future depends on it.

use super::Script;
use crate::operation::Line;
use crate::parts::Parts;
use crate::value::{Name, Object};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;
use std::sync::Arc;

impl Script {
    /// The objects that names stand for.
    pub fn named(&self) -> BTreeSet<Object> {
        self.names.iter().copied().flatten().collect()
    }

    /// Feeds fuel, and the finalizers and callbacks of living objects, to `state`. `label` says whether an object lives, and its
    /// label. In lines, a name gets the label of its object; a name that the finalizer will bind gets its order in it.
    /// Which objects have names is left to the search, which decides which names new lines use.
    pub fn digest(&self, label: &dyn Fn(Object) -> (bool, u64), state: &mut impl Parts) {
        let Script { names: _, finalizers, callbacks, running: _, fuel, again: _, journal: _ } = self;
        state.part("fuel");
        fuel.hash(state);
        for (part, code) in [("finalizers", finalizers), ("callbacks", callbacks)] {
            state.part(part);
            self.digest_code(code, label, state);
        }
    }

    fn digest_code(
        &self,
        code: &BTreeMap<Object, Arc<Vec<Line>>>,
        label: &dyn Fn(Object) -> (bool, u64),
        state: &mut impl Parts,
    ) {
        for (object, lines) in code.iter().filter(|(object, _)| label(**object).0) {
            (label(*object), lines.len()).hash(state);
            let mut own = Vec::new();
            for line in lines.iter() {
                let mut line = line.clone();
                line.rename(&mut |name| {
                    match self.object(*name) {
                        Some(object) => label(object).hash(state),
                        None => order_of(*name, &mut own).hash(state),
                    }
                    *name = Name(0);
                });
                line.hash(state);
            }
        }
    }
}

/// The order of a name among those that were seen.
fn order_of(name: Name, known: &mut Vec<Name>) -> usize {
    known.iter().position(|one| *one == name).unwrap_or_else(|| {
        known.push(name);
        known.len() - 1
    })
}
