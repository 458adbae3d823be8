//! What the cases of a run are judged by: each case draws a property and a profile, by shares.
//!
//! A property sees what the others are blind to: one looks at copies, one at damage, one at slices. And a profile makes
//! what the others seldom make. A run of one property of one profile that finds nothing says little of the rest. So a run
//! that is not told what to look for looks for everything. What a case draws depends on the seed and its number only.

use crate::judge::properties::Property;
use crate::judge::subject::Abilities;
use crate::programs::generate::Profile;
use std::collections::BTreeSet;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A property, and the profile of the programs that it judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Aim {
    /// What a program is judged by.
    pub property: Property,
    /// What the program mostly does.
    pub profile: Profile,
}

/// What the cases of a run may aim at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mix {
    main: Aim,
    /// How many of a hundred cases have another aim.
    others: Vec<(u64, Aim)>,
}

/// What a run looks for that is not told: the lockstep under the default profile, and of a hundred cases so many for each other.
const OTHERS: [(u64, Property, Profile); 20] = [
    (4, Property::Lockstep, Profile::Acyclic),
    (4, Property::Lockstep, Profile::Dense),
    (3, Property::Lockstep, Profile::Weak),
    (5, Property::Lockstep, Profile::Finalizers),
    (6, Property::Lockstep, Profile::Slices),
    (4, Property::Lockstep, Profile::Faults),
    (6, Property::Lockstep, Profile::LookAlways),
    (5, Property::Collect, Profile::Slices),
    (10, Property::Release, Profile::Finalizers),
    (6, Property::Slices, Profile::Slices),
    (4, Property::Cycles, Profile::Dense),
    (4, Property::Verify, Profile::Faults),
    (3, Property::Recover, Profile::Faults),
    (3, Property::Tuning, Profile::Default),
    (5, Property::Determinism, Profile::Default),
    (2, Property::Determinism, Profile::Slices),
    (2, Property::Text, Profile::Default),
    (1, Property::Bytes, Profile::Default),
    (1, Property::Memory, Profile::Default),
    (1, Property::Memory, Profile::Finalizers),
];

impl Mix {
    /// One property, under one profile.
    pub fn one(property: Property, profile: Profile) -> Mix {
        Mix { main: Aim { property, profile }, others: Vec::new() }
    }

    /// All properties that are about anything that a subject can do.
    pub fn all(abilities: &Abilities) -> Mix {
        let others = OTHERS.iter().map(|&(share, property, profile)| (share, Aim { property, profile }));
        let others = others.filter(|(_, aim)| aim.property.is_about(abilities)).collect();
        Mix { others, ..Mix::one(Property::Lockstep, Profile::Default) }
    }

    /// The same properties, all under one profile.
    #[must_use]
    pub fn under(mut self, profile: Profile) -> Mix {
        self.main.profile = profile;
        self.others.iter_mut().for_each(|(_, aim)| aim.profile = profile);
        self
    }

    /// The aim of a case.
    pub fn of_case(&self, seed: u64, case: u64) -> Aim {
        let mut drawn = xxh3_64_with_seed(&case.to_le_bytes(), seed) % 100;
        for (share, aim) in &self.others {
            match drawn.checked_sub(*share) {
                Some(rest) => drawn = rest,
                None => return *aim,
            }
        }
        self.main
    }

    /// The aim of all cases that draw no other.
    pub fn main(&self) -> Aim {
        self.main
    }

    /// The properties, each once.
    pub fn properties(&self) -> BTreeSet<Property> {
        self.aims().map(|aim| aim.property).collect()
    }

    /// The profiles, each once.
    pub fn profiles(&self) -> BTreeSet<Profile> {
        self.aims().map(|aim| aim.profile).collect()
    }

    fn aims(&self) -> impl Iterator<Item = Aim> {
        [self.main].into_iter().chain(self.others.iter().map(|(_, aim)| *aim))
    }
}

#[cfg(test)]
mod tests {
    use super::{Aim, Mix, OTHERS};
    use crate::judge::properties::Property;
    use crate::programs::generate::Profile;
    use crate::subjects::HEAP;

    #[test]
    fn every_property_has_a_share_and_every_profile_too() {
        let mix = Mix::all(&HEAP.abilities().unwrap());
        assert_eq!(mix.properties().len(), Property::ALL.len());
        assert_eq!(mix.profiles().len(), Profile::ALL.len());
    }

    #[test]
    fn cases_draw_each_aim_as_often_as_its_share_says() {
        let mix = Mix::all(&HEAP.abilities().unwrap());
        let drawn: Vec<Aim> = (0..10_000).map(|case| mix.of_case(7, case)).collect();
        for (share, property, profile) in OTHERS {
            let count = drawn.iter().filter(|aim| **aim == Aim { property, profile }).count() as u64;
            assert!((share * 80..=share * 120).contains(&count), "{property:?} {profile:?}: {count}");
        }
    }

    #[test]
    fn one_property_is_what_every_case_draws() {
        let (property, profile) = (Property::Slices, Profile::Dense);
        let mix = Mix::one(property, profile);
        assert!((0..100).all(|case| mix.of_case(1, case) == Aim { property, profile }));
    }
}
