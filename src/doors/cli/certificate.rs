//! Certificates of minimality: every removal that was tried, with its result, as JSON, one object per line.

use super::Trouble;
use super::files::Target;
use super::output::Output;
use crate::failure::minimize::{Removal, Tried, Without};
use crate::judge::signature::Signature;
use heapproof_model::Program;
use serde_json::{Value, json};

/// A trace, and the removals that were tried from it.
pub(super) struct Certificate<'a> {
    pub property: &'static str,
    pub subject: &'a str,
    pub signature: &'a Signature,
    pub program: &'a Program,
    pub removals: &'a [Tried],
}

impl Certificate<'_> {
    /// Writes it to a file or to standard output.
    pub fn write(&self, target: &Target, output: &mut Output) -> Result<(), Trouble> {
        let lines = std::iter::once(self.head()).chain(self.removals.iter().map(|tried| self.removal(tried)));
        let text: String = lines.map(|line| format!("{line}\n")).collect();
        target.write(text.as_bytes(), output)
    }

    fn head(&self) -> Value {
        let can_shrink = self.removals.iter().any(|tried| tried.without == Without::FailsAlike);
        json!({
            "type": "certificate",
            "property": self.property,
            "subject": self.subject,
            "signature": self.signature.as_str(),
            "trace": self.program.to_string(),
            "minimal": !self.removals.is_empty() && !can_shrink,
        })
    }

    fn removal(&self, tried: &Tried) -> Value {
        let (kind, removed) = match tried.removal {
            Removal::Line(index) => ("line", json!(index + 1)),
            Removal::Object(name) => ("object", json!(self.program.spell(name))),
        };
        let (without, signature) = match &tried.without {
            Without::Passes => ("passes", None),
            Without::FailsOtherwise(signature) => ("fails-otherwise", Some(signature.as_str())),
            Without::FailsAlike => ("fails-alike", Some(self.signature.as_str())),
        };
        let rest = tried.removal.from(self.program).to_string();
        json!({ "type": "removal", kind: removed, "trace": rest, "without": without, "signature": signature })
    }
}
