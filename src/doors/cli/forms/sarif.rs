//! SARIF 2.1.0: a result for each signature, at the line of its trace.
//!
//! The objects are few, and written here by hand: the published crate of their types makes them from the schema when it is
//! built, for which it brings forty packages along.

use super::{Ended, Findings};
use crate::doors::cli::in_address;
use serde_json::{Value, json};
use std::io::{self, Write};

pub(super) fn print(findings: &Findings, ended: &Ended, out: &mut impl Write) -> io::Result<()> {
    let mut results: Vec<Value> = findings.found.iter().map(result).collect();
    results.extend(findings.unminimised(ended).map(|signature| {
        json!({ "ruleId": kind(signature), "level": "error", "message": { "text": format!("{signature}, not minimised.") } })
    }));
    let rule = |result: &Value| result["ruleId"].as_str().unwrap_or_default().to_owned();
    let mut rules: Vec<String> = results.iter().map(rule).collect();
    rules.sort();
    rules.dedup();
    for result in &mut results {
        result["ruleIndex"] = json!(rules.iter().position(|rule| result["ruleId"] == rule.as_str()));
    }
    let rules: Vec<Value> = rules.iter().map(|rule| json!({ "id": rule, "name": name(rule) })).collect();
    let about: serde_json::Map<String, Value> =
        ended.about.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let driver = json!({ "name": "heapproof", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules });
    let run = json!({
        "tool": { "driver": driver },
        "invocations": [{ "executionSuccessful": !ended.interrupted }],
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": about,
    });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    });
    writeln!(out, "{log:#}")
}

fn result(finding: &super::Finding) -> Value {
    let mut result = json!({
        "ruleId": kind(&finding.signature),
        "level": "error",
        "message": { "text": format!("{}replay it: {}", plain(&finding.report), plain(&finding.replay)) },
        "partialFingerprints": { "signature/v2": finding.signature },
    });
    if let Some((path, line)) = &finding.place {
        let place = json!({ "artifactLocation": { "uri": uri(path) }, "region": { "startLine": line } });
        result["locations"] = json!([{ "physicalLocation": place }]);
    }
    result
}

/// The kind of violation, which is the rule.
fn kind(signature: &str) -> &str {
    signature.split_once("-at-").map_or(signature, |(kind, _)| kind)
}

/// The kind as one word, as names of rules are.
fn name(kind: &str) -> String {
    let capital =
        |word: &str| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect::<String>();
    kind.split(['-', '_']).map(capital).collect()
}

/// A text in which nothing is a link.
fn plain(text: &str) -> String {
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

/// A path as a reference; a relative one stays relative.
fn uri(path: &str) -> String {
    let scheme = if path.starts_with('/') { "file://" } else { "" };
    format!("{scheme}{}", in_address(path))
}
