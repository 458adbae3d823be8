//! A failure that a night has found.

use crate::fuzzing::known::Standing;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The failures with one property, signature and trace.
pub(crate) struct Failure {
    pub property: String,
    /// The signature of the harness, or one of [`odd`].
    pub signature: String,
    /// The minimised trace as text.
    pub trace: Option<String>,
    /// The files of the trace and of its input, relative to the folder of the night.
    pub path: Option<PathBuf>,
    pub artifact: PathBuf,
    /// How many inputs failed in this way.
    pub inputs: usize,
    /// How many more failed with this signature and were not minimised, since many before them came to the same traces.
    pub more: usize,
    pub standing: Standing,
    /// What `heapproof replay --format json` says of the trace.
    pub told: Option<Value>,
}

impl Failure {
    /// How many inputs fail like that.
    pub fn inputs(&self) -> String {
        let inputs =
            if self.inputs == 1 { "One input fails".to_owned() } else { format!("{} inputs fail", self.inputs) };
        let mut words = format!("{inputs} like that, the smallest is `{}`.", self.artifact.display());
        if self.more > 0 {
            words += &format!(" {} more have this signature and were not minimised.", self.more);
        }
        words
    }

    /// What is said of a failure without a trace.
    pub fn untold(&self) -> String {
        let artifact = self.artifact.display();
        let why = match &*self.signature {
            odd::FLAKY => "The fuzz target passed it in a second run: something depends on more than the input",
            odd::ONLY_IN_THE_FUZZER => "It fails in the fuzz target alone, where a sanitizer watches",
            odd::TOO_SLOW => "It takes too long in the fuzz target, and passes in `heapproof replay`",
            odd::TOO_LARGE => "It takes too much memory in the fuzz target, and passes in `heapproof replay`",
            _ => "It could not be minimised",
        };
        format!("{why}. `cargo fuzz run {} {artifact}` runs it again.", self.property)
    }

    /// For the page of the night.
    pub fn object(&self) -> Value {
        let mut object = self.told.clone().unwrap_or_else(|| json!({ "trace": self.trace }));
        let about = match self.trace {
            Some(_) => self.inputs(),
            None => format!("{} {}", self.inputs(), self.untold()),
        };
        object["about"] = json!(about);
        object["property"] = json!(self.property);
        object["signature"] = json!(self.signature);
        object["path"] = json!(self.path);
        self.standing.tell(&mut object);
        object
    }
}

/// The signatures of inputs that have no other.
pub(super) mod odd {
    /// It did not fail in a second run.
    pub const FLAKY: &str = "flaky";
    /// It fails in the fuzz target, again, and not in `heapproof replay`: an error that only a sanitizer sees.
    pub const ONLY_IN_THE_FUZZER: &str = "only-in-the-fuzzer";
    /// It took too long twice, and passes in `heapproof replay`.
    pub const TOO_SLOW: &str = "too-slow";
    /// It took too much memory twice, and passes in `heapproof replay`.
    pub const TOO_LARGE: &str = "too-large";
    /// It ends `heapproof replay` before that can tell a signature.
    pub const CRASH: &str = "crash";
    /// `heapproof replay` does not end.
    pub const HANG: &str = "hang";
}
