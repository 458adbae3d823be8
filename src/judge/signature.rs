//! What tells violations apart for the minimiser and for file names.
//!
//! A signature says what kind of thing parted, never which object, line or message. Two failures with one signature are
//! taken for one bug.

use crate::judge::violation::{Crash, Violation};
use heapproof_model::{Contents, Counts, End, Event, Fault, FindingKind, Outcome, Refusal, Statistics};
use std::fmt;

/// What kind of violation it is: parts joined by `-`, the words of a part by `_`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Signature(String);

impl Signature {
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// All that there can be.
    pub fn all() -> Vec<Signature> {
        let outcomes = || ["done", "skipped"].into_iter().chain(REFUSALS.iter().map(|(_, word)| *word));
        let events = || EVENTS.iter().copied().chain(outcomes());
        let pairs = |kind: &str, words: Vec<&str>| {
            let with =
                |model: &&str| words.iter().map(|subject| format!("{kind}-{model}-{subject}")).collect::<Vec<_>>();
            words.iter().flat_map(with).collect::<Vec<_>>()
        };
        let statistics =
            Statistics::default().named().map(|(which, _)| format!("statistics-{}", which.replace('_', "-")));
        let plain = PLAIN.iter().map(|text| (*text).to_owned());
        let paired = pairs("outcome", outcomes().collect()).into_iter().chain(pairs("journal", events().collect()));
        let findings = FindingKind::ALL.iter().map(|kind| format!("verification-{}", kind.word()));
        let faults = Fault::ALL.iter().map(|fault| format!("fault-missed-{}", fault.word()));
        plain.chain(statistics).chain(findings).chain(faults).chain(paired).map(Signature).collect()
    }

    /// The signature of that text.
    ///
    /// # Errors
    /// The signature that is nearest, where there is none of that text.
    pub fn parse(text: &str) -> Result<Signature, Signature> {
        let distance = |signature: &Signature| strsim::damerau_levenshtein(signature.as_str(), text);
        let nearest = Signature::all().into_iter().min_by_key(distance);
        match nearest {
            Some(nearest) if nearest.as_str() != text => Err(nearest),
            _ => Ok(Signature(text.to_owned())),
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Signatures that are not made of parts.
const PLAIN: &[&str] = &[
    "panicked",
    "crashed-aborted",
    "crashed-stack-overflow",
    "crashed-signal",
    "crashed-exited",
    "hung",
    "out-of-memory",
    "result",
    "freed-too-early",
    "not-freed",
    "leaks-cycle",
    "contents-kind",
    "contents-target",
    "contents-fields",
    "contents-function",
    "contents-values",
    "counts-external",
    "counts-internal",
    "counts-weak",
    "cycles",
    "detection-misses-cycle",
    "detection-invents-cycle",
    "collects-live",
    "leaves-garbage",
    "over-budget",
    "score",
    "repaired-again",
    "undetermined-outcome",
    "undetermined-journal",
    "undetermined-state",
    "misplaced",
    "round-trip-text",
    "round-trip-bytes",
];

/// What can happen inside a heap, besides what operations come to.
const EVENTS: &[&str] =
    &["nothing", "began", "returned", "panicked", "out_of_fuel", "died", "took", "paused", "damaged", "recovered"];

const REFUSALS: &[(Refusal, &str)] = &[
    (Refusal::Reentrant, "reentrant"),
    (Refusal::Frame, "frame"),
    (Refusal::Nil, "nil"),
    (Refusal::Stale, "stale"),
    (Refusal::Kind, "kind"),
    (Refusal::Index, "index"),
    (Refusal::Field, "field"),
    (Refusal::StaleValue, "stale_value"),
    (Refusal::NotPlain, "not_plain"),
    (Refusal::Overflow, "overflow"),
    (Refusal::NotHeld, "not_held"),
    (Refusal::Capacity, "capacity"),
    (Refusal::Setting, "setting"),
    (Refusal::Inapplicable, "inapplicable"),
];

/// A refusal in a word.
pub fn refusal(refusal: Refusal) -> &'static str {
    REFUSALS.iter().find(|(known, _)| *known == refusal).map_or("refused", |(_, word)| word)
}

impl Violation {
    /// Its signature.
    pub fn signature(&self) -> Signature {
        Signature(match self {
            Violation::Told { signature, .. } => signature.clone(),
            Violation::Panicked { .. } => "panicked".to_owned(),
            Violation::Crashed { how } => format!("crashed-{}", crash(*how)),
            Violation::Hung { .. } => "hung".to_owned(),
            Violation::OutOfMemory { .. } => "out-of-memory".to_owned(),
            // None of those that there can be: no program is saved by it.
            Violation::NotMade(_) => "not-made".to_owned(),
            Violation::Outcome { model: Outcome::Done(_), subject: Outcome::Done(_) } => "result".to_owned(),
            Violation::Outcome { model, subject } => format!("outcome-{}-{}", outcome(model), outcome(subject)),
            Violation::FreedTooEarly { .. } => "freed-too-early".to_owned(),
            Violation::NotFreed { .. } => "not-freed".to_owned(),
            Violation::LeaksCycle { .. } => "leaks-cycle".to_owned(),
            Violation::Journal { model, subject } => {
                format!("journal-{}-{}", event(model.as_ref()), event(subject.as_ref()))
            }
            Violation::Contents { model, subject, .. } => format!("contents-{}", differing_contents(model, subject)),
            Violation::Counts { model, subject, .. } => format!("counts-{}", differing_counts(*model, *subject)),
            Violation::Statistics { which, .. } => format!("statistics-{}", which.replace('_', "-")),
            Violation::Cycles { .. } => "cycles".to_owned(),
            // One that gives half of a cycle misses the whole of it too: only what misses none invents.
            Violation::Detection { model, subject } if model.iter().all(|cycle| subject.contains(cycle)) => {
                "detection-invents-cycle".to_owned()
            }
            Violation::Detection { .. } => "detection-misses-cycle".to_owned(),
            Violation::CollectsLive { .. } => "collects-live".to_owned(),
            Violation::LeavesGarbage { .. } => "leaves-garbage".to_owned(),
            Violation::OverBudget { .. } => "over-budget".to_owned(),
            Violation::Verification { found } => format!("verification-{}", found.kind.word()),
            Violation::FaultMissed { fault, .. } => format!("fault-missed-{}", fault.word()),
            Violation::RepairedAgain { .. } => "repaired-again".to_owned(),
            Violation::Score { .. } => "score".to_owned(),
            Violation::Undetermined { what, .. } => format!("undetermined-{what}"),
            Violation::Misplaced { .. } => "misplaced".to_owned(),
            Violation::RoundTrip { form, .. } => format!("round-trip-{form}"),
        })
    }
}

fn crash(how: Crash) -> &'static str {
    match how {
        Crash::Aborted => "aborted",
        Crash::StackOverflow => "stack-overflow",
        Crash::Signal(_) => "signal",
        Crash::Exited(_) => "exited",
    }
}

fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Done(_) => "done",
        Outcome::Skipped => "skipped",
        Outcome::Refused(refusal) => self::refusal(*refusal),
    }
}

fn event(event: Option<&Event>) -> String {
    match event {
        None => "nothing".to_owned(),
        Some(Event::Began(_)) => "began".to_owned(),
        Some(Event::Did(outcome)) => self::outcome(outcome).to_owned(),
        Some(Event::Ended(End::Returned)) => "returned".to_owned(),
        Some(Event::Ended(End::Panicked)) => "panicked".to_owned(),
        Some(Event::Ended(End::OutOfFuel)) => "out_of_fuel".to_owned(),
        Some(Event::Died(_)) => "died".to_owned(),
        Some(Event::Took(_)) => "took".to_owned(),
        Some(Event::Paused) => "paused".to_owned(),
        Some(Event::Damaged(_)) => "damaged".to_owned(),
        Some(Event::Recovered { .. }) => "recovered".to_owned(),
    }
}

fn differing_contents(model: &Contents, subject: &Contents) -> &'static str {
    if model.kind != subject.kind {
        "kind"
    } else if model.target != subject.target {
        "target"
    } else if model.fields != subject.fields {
        "fields"
    } else if model.function != subject.function {
        "function"
    } else {
        "values"
    }
}

fn differing_counts(model: Counts, subject: Counts) -> &'static str {
    if model.external != subject.external {
        "external"
    } else if model.internal != subject.internal {
        "internal"
    } else {
        "weak"
    }
}
