//! Kinds of violation in words. A kind stands for all signatures that begin with its name.

/// Each kind: the beginning of its signatures, the parts that follow, and a description.
pub(super) const KINDS: &[(&str, &str, &str)] = &[
    ("result", "", "a call returns another value"),
    (
        "outcome",
        "-MODEL-SUBJECT",
        "a call is done, refused or skipped and the model says otherwise, or it is refused for another reason",
    ),
    ("freed-too-early", "", "an object is gone that must live"),
    ("not-freed", "", "an object lives that must be gone"),
    ("leaks-cycle", "", "the same for an object in a cycle or reachable from one, in a heap without a collection"),
    ("contents", "-WHAT", "the contents of an object differ"),
    ("counts", "-WHICH", "a count of an object differs"),
    ("statistics", "-WHICH", "a counter of the heap differs"),
    ("returned", "-WHICH", "a collection, a check, a detection or a frame returns another number beside its value"),
    ("journal", "-MODEL-SUBJECT", "the events in a call differ: a death, a finalizer, or their order"),
    ("cycles", "", "the known cycles differ"),
    ("detection-misses-cycle", "", "a detection does not find a cycle"),
    ("detection-invents-cycle", "", "a detection finds a cycle that does not exist"),
    ("collects-live", "", "a collection frees a reachable object"),
    ("leaves-garbage", "", "a collection leaves an unreachable object"),
    ("footprint", "", "memory that a program took is not used again when the program runs again"),
    ("peak", "", "memory that many objects took is not given back when nothing lives and the heap is shrunk"),
    ("over-budget", "", "a slice, check or frame touches more objects than it may"),
    (
        "visits",
        "-WHAT",
        "a call reaches objects more often than there is a reason for, whatever it says that it touched",
    ),
    ("candidate", "-missing, -dead", "no candidate leads to some garbage, or one is dead"),
    ("contradiction", "", "what the subject shows in several ways is not the same"),
    ("expected", "-WHAT", "a line expects what the model does not say"),
    ("verification", "-FINDING", "verification finds too much, too little, or elsewhere"),
    ("fault-missed", "-FAULT", "verification does not find damage that was made"),
    ("score", "", "the score of the heap does not fit the findings"),
    ("repaired-again", "", "a second recovery finds something to repair"),
    ("undetermined", "-WHAT", "the same program behaves differently on another subject, or on a copy"),
    ("panicked", "", "the subject panics"),
    ("ending", "-HOW", "as the heap goes away with objects alive, code begins that must not, or does not that must"),
    ("crashed", "-HOW", "the subject ends its process (with `--isolate` or `exec:`)"),
    ("hung", "", "the subject does not answer (with `--isolate` or `exec:`)"),
    ("out-of-memory", "", "the subject needs more memory than it may have (with `--isolate`)"),
    ("closed-its-output", "", "a process closes its output and goes on (with `exec:`)"),
    (
        "answer",
        "-HOW",
        "a process writes what is no answer, what nobody asked for, or what contradicts what it said before",
    ),
    ("flooded-standard-error", "", "a process writes without end to its standard error"),
    ("misplaced", "", "a parse error names a place outside the text"),
    ("round-trip", "-FORM", "a program that is written and read again differs"),
];

#[cfg(test)]
mod tests {
    use super::KINDS;
    use crate::judge::signature::Signature;

    fn begins_with(signature: &str, kind: &str) -> bool {
        signature.strip_prefix(kind).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }

    #[test]
    fn each_signature_is_of_one_kind_and_each_kind_has_one() {
        let all = Signature::kinds();
        for signature in &all {
            let kinds = KINDS.iter().filter(|(kind, ..)| begins_with(signature.as_str(), kind)).count();
            assert_eq!(kinds, 1, "{signature}");
        }
        assert!(KINDS.iter().all(|(kind, ..)| all.iter().any(|signature| begins_with(signature.as_str(), kind))));
    }
}
