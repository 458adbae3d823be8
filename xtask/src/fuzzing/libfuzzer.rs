//! What libFuzzer is told of inputs, and how it ends, by its exit codes. cargo-fuzz makes 1 of all of them, so the binaries of targets are run by themselves.

use std::process::ExitStatus;

/// How long one input may take, in seconds, before it counts as a failure. Usual inputs take milliseconds.
pub(crate) const LONGEST_INPUT: u32 = 60;

/// The largest input, in bytes. A program of 64 lines has about 1,000.
pub(crate) const LARGEST_INPUT: u32 = 4_096;

/// How a run of a fuzz target ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Passed,
    /// An input failed.
    Crashed,
    /// An input took longer than `-timeout`.
    TooSlow,
    /// An input took more memory than `-rss_limit_mb` or `-malloc_limit_mb`.
    TooLarge,
    /// A signal ended it before its time.
    Interrupted,
}

impl Ending {
    /// `None` if the fuzzer itself failed, as where it can't read its corpus.
    pub fn of(status: ExitStatus) -> Option<Ending> {
        match status.code() {
            Some(0) => Some(Ending::Passed),
            Some(70) => Some(Ending::TooSlow),
            Some(71) => Some(Ending::TooLarge),
            Some(72) => Some(Ending::Interrupted),
            // A signal that libFuzzer does not catch is the fault of an input too.
            Some(77) | None => Some(Ending::Crashed),
            Some(_) => None,
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::Ending;
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    #[test]
    fn each_exit_code_of_libfuzzer_is_an_ending_of_its_own() {
        let of = |code: i32| Ending::of(ExitStatus::from_raw(code << 8));
        let all = [0, 70, 71, 72, 77].map(|code| of(code).unwrap());
        let each = [Ending::Passed, Ending::TooSlow, Ending::TooLarge, Ending::Interrupted, Ending::Crashed];
        assert_eq!(all, each);
        assert_eq!(of(1), None);
        assert_eq!(Ending::of(ExitStatus::from_raw(9)), Some(Ending::Crashed), "killed");
    }
}
