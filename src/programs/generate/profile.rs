//! Profiles: what random programs mostly do.

use heapproof_model::Code;

/// What random programs mostly do.
///
/// A profile changes how often operations are drawn, and some change which operands they get. The default profile
/// reaches every operation of a subject too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Profile {
    /// Everything.
    #[default]
    Default,
    /// Counting, release and its order: objects refer only to older ones, so that there are no cycles.
    Acyclic,
    /// Few objects with many references among them.
    Dense,
    /// Weak objects, upgrades and callbacks.
    Weak,
    /// Finalizers and callbacks that do anything.
    Finalizers,
    /// Collections and detections in slices, frames, and changes in between.
    Slices,
    /// Damage, verification and recovery.
    Faults,
    /// A detection or verification after each change, so that each sees only one change.
    LookAlways,
}

impl Profile {
    /// All of them.
    pub const ALL: &[Profile] = &[
        Profile::Default,
        Profile::Acyclic,
        Profile::Dense,
        Profile::Weak,
        Profile::Finalizers,
        Profile::Slices,
        Profile::Faults,
        Profile::LookAlways,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Default => "default",
            Profile::Acyclic => "acyclic",
            Profile::Dense => "dense",
            Profile::Weak => "weak",
            Profile::Finalizers => "finalizers",
            Profile::Slices => "slices",
            Profile::Faults => "faults",
            Profile::LookAlways => "look-always",
        }
    }

    /// What its programs do, in one line.
    pub fn about(self) -> &'static str {
        match self {
            Profile::Default => "everything",
            Profile::Acyclic => "no cycles: counting, and release in order",
            Profile::Dense => "few objects with many references among them",
            Profile::Weak => "weak objects, ephemerons, upgrades and callbacks",
            Profile::Finalizers => "finalizers and callbacks that do anything",
            Profile::Slices => "collection and detection in slices, frames, and changes in between",
            Profile::Faults => "damage, verification and recovery",
            Profile::LookAlways => "a detection or verification after each change",
        }
    }

    /// How often an operation is drawn, relative to the others.
    pub fn weight(self, code: Code) -> u32 {
        code.weight() * self.percent(code) / 100
    }

    /// How often an operation is drawn, in percent of the default.
    fn percent(self, code: Code) -> u32 {
        use Code::*;
        match (self, code) {
            (Profile::Acyclic, Ring) => 0,
            (Profile::Acyclic, Take | Drop | Array | Closure | Box | Chain | On) => 200,
            (Profile::Dense, Table | TableLike | Array | Closure | Box | Chain | Ring | Scalar | Temp) => 30,
            (Profile::Dense, Push) => 200,
            (Profile::Dense, code) if code.stores() => 700,
            (Profile::Dense, code) if code.writes() => 200,
            (Profile::Dense, CollectSlice | DetectSlice) => 50,
            (Profile::Weak, Weak | Ephemeron | Upgrade | When) => 500,
            (Profile::Weak, Collect | CollectSlice) => 200,
            (Profile::Finalizers, On | When) => 500,
            (Profile::Finalizers, Panic | Collect | CollectSlice | Upgrade) => 200,
            (Profile::Slices, CollectSlice | DetectSlice) => 900,
            (Profile::Slices, Begin | End | Temp) => 200,
            (Profile::Slices, SetBudget | SetGenerations) => 200,
            (Profile::Faults, Fault | Verify) => 600,
            (Profile::Faults, Recover | RecoverRoots) => 300,
            (Profile::LookAlways, Detect | Verify | CollectSlice) => 200,
            _ => 100,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Profile;
    use heapproof_model::Code;

    #[test]
    fn the_default_profile_leaves_the_weights_alone() {
        assert!(Code::ALL.iter().all(|code| Profile::Default.weight(*code) == code.weight()));
    }
}
