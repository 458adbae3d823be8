//! A stack frame for each kind of violation.
//!
//! Fleets of fuzzers group crashes by the top frames of their stacks, without those of the runtime. All failures panic in one
//! place, so each kind does it in a function of its own, which is named for it.

macro_rules! frames {
    ($($frame:ident)*) => {
        $(
            /// Panics with that report.
            #[track_caller]
            #[inline(never)]
            #[allow(clippy::panic)] // it ends an assertion
            fn $frame(report: &str) -> ! {
                // Functions with the same body would be made one.
                std::hint::black_box(stringify!($frame));
                panic!("{report}")
            }
        )*

        /// Panics in the frame of that kind of violation.
        #[track_caller]
        pub(crate) fn fail(kind: &str, report: &str) -> ! {
            match frame(kind) {
                $(stringify!($frame) => $frame(report),)*
                _ => violation(report),
            }
        }

        /// The names of all frames. Of two that a kind begins with, the longer one comes first.
        const FRAMES: &[&str] = &[$(stringify!($frame)),*];
    };
}

frames! {
    panicked crashed hung out_of_memory lost
    outcome result freed_too_early not_freed leaks_cycle journal
    contents_kind contents_target contents_fields contents_function contents_values
    counts_external counts_internal counts_weak counts_strong
    statistics returned cycles detection_misses_cycle detection_invents_cycle collects_live leaves_garbage footprint peak over_budget visits candidate contradiction ending
    expected verification fault_missed score repaired_again undetermined misplaced round_trip
    closed_its_output answer flooded_standard_error violation
}

/// The name of the frame of a kind: the frame that it begins with.
fn frame(kind: &str) -> &'static str {
    let kind = kind.replace('-', "_");
    FRAMES.iter().find(|frame| kind.starts_with(**frame)).copied().unwrap_or("violation")
}

#[cfg(test)]
mod tests {
    use super::frame;
    use crate::judge::signature::Signature;

    #[test]
    fn every_kind_has_a_frame() {
        for kind in Signature::kinds() {
            assert_ne!(frame(kind.as_str()), "violation", "{kind}");
        }
        assert_eq!(frame("counts-external"), "counts_external");
        assert_eq!(frame("outcome-done-nil"), "outcome");
        assert_eq!(frame("something-new"), "violation");
    }
}
