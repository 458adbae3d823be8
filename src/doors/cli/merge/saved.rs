//! Saves the failures of other runs.

use crate::doors::cli::Trouble;
use crate::failure::failures::save_minimized;
use crate::failure::proof::quoted;
use crate::judge::signature::Signature;
use heapproof_model::Program;
use serde_json::{Value, json};
use std::path::Path;

/// Saves the trace of a failure that another run has printed, and says in it where it is now. `judged_by` is the comment that
/// says what it is judged by.
pub(super) fn save(violation: &mut Value, judged_by: &str, out: &Path) -> Result<(), Trouble> {
    let text = |field: &str| violation[field].as_str().unwrap_or_default().to_owned();
    let wrong = |error: String| Trouble::Usage(format!("a result has a failure that can't be read: {error}"));
    let signature = Signature::try_from(text("signature")).map_err(wrong)?;
    let program: Program = text("trace").parse().map_err(|error| wrong(format!("{error}")))?;
    let saved = save_minimized(out, &signature, &program, &format!("signature {signature}, {judged_by}"));
    let unsaved = |error| Trouble::Fault(format!("can't save the failure under {}: {error}", out.display()));
    let path = saved.map_err(unsaved)?.display().to_string();
    let (old, command) = (quoted(&text("path")), text("replay"));
    let replay = command.strip_suffix(&old).map(|command| format!("{command}{}", quoted(&path)));
    violation["replay"] = json!(replay);
    violation["path"] = json!(path);
    Ok(())
}
