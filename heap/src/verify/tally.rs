//! What the counts should be: contents and roots, counted anew.

use crate::ObjectId;
use crate::arena::Arena;
use crate::object::Content;

/// A count from here on must have been counted down below 0, if it is wrong. No program takes two
/// thousand million references to one object.
pub(crate) const WRAPPED: u32 = 1 << 31;

/// How often each slot's object is referred to. References to objects that are gone count nowhere.
pub(crate) struct Tally {
    internal: Vec<u32>,
    weak: Vec<u32>,
    /// Known only with roots.
    external: Option<Vec<u32>>,
}

impl Tally {
    pub(crate) fn new(arena: &Arena, roots: Option<&[ObjectId]>) -> Self {
        let none = vec![0; arena.slots()];
        let external = roots.map(|roots| {
            let mut external = none.clone();
            roots.iter().for_each(|&root| count(arena, &mut external, root));
            external
        });
        let (mut internal, mut weak) = (none.clone(), none);
        for content in arena.objects().filter_map(|object| arena.content(object).ok()) {
            content.references().for_each(|child| count(arena, &mut internal, child));
            if let Content::Weak(link) = content {
                count(arena, &mut weak, link.target);
            }
        }
        Self { internal, weak, external }
    }

    pub(crate) fn internal(&self, object: ObjectId) -> u32 {
        at(&self.internal, object)
    }

    pub(crate) fn weak(&self, object: ObjectId) -> u32 {
        at(&self.weak, object)
    }

    /// How often the roots name the object, if there are roots.
    pub(crate) fn external(&self, object: ObjectId) -> Option<u32> {
        self.external.as_ref().map(|counts| at(counts, object))
    }
}

fn count(arena: &Arena, counts: &mut [u32], object: ObjectId) {
    if arena.headers.find(object).is_ok()
        && let Some(count) = counts.get_mut(object.slot() as usize)
    {
        *count = count.saturating_add(1);
    }
}

fn at(counts: &[u32], object: ObjectId) -> u32 {
    counts.get(object.slot() as usize).copied().unwrap_or_default()
}
