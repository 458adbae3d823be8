//! Kinds of violation in words. Signatures tell more apart: a kind stands for all that begin with it.

/// Each kind: what its signatures begin with, what comes behind that, and what it is.
pub(super) const KINDS: &[(&str, &str, &str)] = &[
    ("result", "", "a call gives another value"),
    (
        "outcome",
        "-MODEL-SUBJECT",
        "a call is done, refused or skipped where the model says otherwise, or refused for another reason",
    ),
    ("freed-too-early", "", "an object is gone that must live"),
    ("not-freed", "", "an object lives that must be gone"),
    ("leaks-cycle", "", "the same of an object in or behind a cycle, in a heap without a collection"),
    ("contents", "-WHAT", "an object holds something else"),
    ("counts", "-WHICH", "an object's count is another"),
    ("statistics", "-WHICH", "a counter of the heap is another"),
    ("journal", "-MODEL-SUBJECT", "something else happens in a call: another death, finalizer or order"),
    ("cycles", "", "the known cycles are others"),
    ("detection-misses-cycle", "", "a detection does not find a cycle"),
    ("detection-invents-cycle", "", "a detection finds a cycle that is none"),
    ("collects-live", "", "a collection frees what can be reached"),
    ("leaves-garbage", "", "a collection leaves what can't be reached"),
    ("over-budget", "", "a slice, check or frame touches more objects than it may"),
    ("verification", "-FINDING", "verification finds too much, too little, or elsewhere"),
    ("fault-missed", "-FAULT", "verification does not find damage that was made"),
    ("score", "", "the score of the heap is another than what was found says"),
    ("repaired-again", "", "a second recovery finds something to repair"),
    ("undetermined", "-WHAT", "the same program does something else on another subject, or on a copy"),
    ("panicked", "", "the subject panics"),
    ("crashed", "-HOW", "the subject ends its process (with `--isolate`)"),
    ("hung", "", "the subject does not answer (with `--isolate`)"),
    ("out-of-memory", "", "the subject needs more memory than it may have (with `--isolate`)"),
    ("misplaced", "", "an error in a text is told at a place outside it"),
    ("round-trip", "-FORM", "a program that is written and read again is another"),
];

#[cfg(test)]
mod tests {
    use super::KINDS;
    use crate::judge::signature::Signature;

    fn is_of(signature: &str, kind: &str) -> bool {
        signature.strip_prefix(kind).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }

    #[test]
    fn each_signature_is_of_one_kind_and_each_kind_has_one() {
        let all = Signature::kinds();
        for signature in &all {
            let kinds = KINDS.iter().filter(|(kind, ..)| is_of(signature.as_str(), kind)).count();
            assert_eq!(kinds, 1, "{signature}");
        }
        assert!(KINDS.iter().all(|(kind, ..)| all.iter().any(|signature| is_of(signature.as_str(), kind))));
    }
}
