//! Signatures: failures with the same signature count as one bug.
//!
//! A signature has a kind, which names what differs, and a place: the action of the failing line and its kind of object,
//! or the source location of a panic. It never contains an object, a line of the program or a message. The minimiser and
//! file names use it. `docs/signatures.md` defines the format.

use crate::judge::expectation;
use crate::judge::figure::Figure;
use crate::judge::lost::Loss;
use crate::judge::place;
use crate::judge::violation::{Crash, Violation};
use heapproof_model::{Code, Contents, Counts, End, Event, Fault, FindingKind, Outcome, Program, Refusal, Statistics};
use std::fmt;

/// The kind of a violation and its place: parts joined by `-`, words of a part by `_`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "cli", derive(serde::Serialize, serde::Deserialize), serde(into = "String", try_from = "String"))]
pub struct Signature(String);

#[cfg(feature = "cli")]
impl From<Signature> for String {
    fn from(signature: Signature) -> String {
        signature.0
    }
}

#[cfg(feature = "cli")]
impl TryFrom<String> for Signature {
    type Error = String;

    fn try_from(text: String) -> Result<Signature, String> {
        Signature::parse(&text).map_err(|nearest| format!("there is no signature `{text}`; the nearest is `{nearest}`"))
    }
}

/// Between the kind and the place.
const AT: &str = "-at-";

impl Signature {
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The signature of a violation at a line of a program, or at an operation of its end.
    pub(super) fn of(violation: &Violation, program: &Program, step: usize, ending: Option<Code>) -> Signature {
        if let Violation::Told { signature, .. } = violation {
            return Signature(signature.clone());
        }
        let kind = violation.kind();
        let place = match violation {
            Violation::Panicked { place, .. } => place.as_deref().map(slug),
            Violation::Expected { expected, found } => Some(found.place(expected)),
            // Such a violation is about how a line is written, not about what it does.
            violation if violation.is_of_notation() => None,
            _ => Some(place::of(program, step, ending)),
        };
        Signature(place.map_or_else(|| kind.clone(), |place| format!("{kind}{AT}{place}")))
    }

    /// The same with more behind it.
    pub(super) fn with(mut self, more: &str) -> Signature {
        self.0.push_str(more);
        self
    }

    /// The version of the format. It changes when signatures change.
    pub const VERSION: u32 = 2;

    /// The kind of violation, without the place.
    pub fn kind(&self) -> &str {
        kind_of(&self.0)
    }

    /// Whether it equals `wanted`, or has its kind if `wanted` has no place.
    pub fn is_a(&self, wanted: &Signature) -> bool {
        self == wanted || self.kind() == wanted.as_str()
    }

    /// All kinds, each as a signature without its place.
    pub fn kinds() -> Vec<Signature> {
        let outcomes = || ["done", "skipped"].into_iter().chain(REFUSALS.iter().map(|(_, word)| *word));
        let events = || EVENTS.iter().copied().chain(outcomes());
        let pairs = |kind: &str, words: Vec<&str>| {
            let with =
                |model: &&str| words.iter().map(|subject| format!("{kind}-{model}-{subject}")).collect::<Vec<_>>();
            words.iter().flat_map(with).collect::<Vec<_>>()
        };
        let statistics =
            Statistics::default().named().map(|(which, _)| format!("statistics-{}", which.replace('_', "-")));
        let plain = PLAIN.iter().chain(Loss::KINDS).map(|text| (*text).to_owned());
        let paired = pairs("outcome", outcomes().collect()).into_iter().chain(pairs("journal", events().collect()));
        let findings = FindingKind::ALL.iter().map(|kind| format!("verification-{}", kind.word()));
        let faults = Fault::ALL.iter().map(|fault| format!("fault-missed-{}", fault.word()));
        let returned = Figure::ALL.iter().map(|figure| format!("returned-{}", figure.name()));
        plain.chain(statistics).chain(returned).chain(findings).chain(faults).chain(paired).map(Signature).collect()
    }

    /// Parses a signature, with or without a place.
    ///
    /// # Errors
    /// If there is no such signature, the most similar one.
    pub fn parse(text: &str) -> Result<Signature, Signature> {
        let (kind, place) = text.split_once(AT).map_or((text, None), |(kind, place)| (kind, Some(place)));
        let kinds = Signature::kinds().into_iter().map(|kind| kind.0);
        let kind = nearest(kind, kinds).unwrap_or_default();
        let place = match place {
            // A panic may have any place, and an expectation any difference.
            Some(place) if kind == PANICKED || kind.starts_with(EXPECTED) => Some(slug(place)),
            Some(place) => nearest(place, place::all()),
            None => None,
        };
        let known = Signature(place.map_or_else(|| kind.clone(), |place| format!("{kind}{AT}{place}")));
        if known.0 == text { Ok(known) } else { Err(known) }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The kind of a panic.
const PANICKED: &str = "panicked";

/// What the kinds of expectations begin with.
const EXPECTED: &str = "expected-";

/// Kinds that are listed here. All others are built from parts.
const PLAIN: &[&str] = &[
    PANICKED,
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
    "counts-strong",
    "cycles",
    "detection-misses-cycle",
    "detection-invents-cycle",
    "collects-live",
    "leaves-garbage",
    "footprint",
    "peak",
    "over-budget",
    "visits-contents",
    "visits-headers",
    "candidate-missing",
    "candidate-dead",
    "ending-began",
    "ending-nothing",
    "contradiction",
    "expected-live",
    "expected-dead",
    "expected-strong",
    "expected-external",
    "expected-field",
    "score",
    "repaired-again",
    "undetermined-outcome",
    "undetermined-journal",
    "undetermined-state",
    "misplaced",
    "round-trip-text",
    "round-trip-bytes",
];

/// Events inside a heap, besides the outcomes of operations.
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
    (Refusal::Panicked, "panicked"),
];

/// A refusal in one word.
pub fn refusal(refusal: Refusal) -> &'static str {
    REFUSALS.iter().find(|(known, _)| *known == refusal).map_or("refused", |(_, word)| word)
}

/// The reason of a refusal that has this word.
pub fn refused_for(word: &str) -> Option<Refusal> {
    REFUSALS.iter().find(|(_, known)| *known == word).map(|(refusal, _)| *refusal)
}

/// The most similar of these words.
fn nearest(text: &str, words: impl Iterator<Item = String>) -> Option<String> {
    // Comparing a thousand words takes long, and mostly the text is one of them.
    let words: Vec<String> = words.collect();
    let same = words.iter().find(|word| *word == text);
    same.or_else(|| words.iter().min_by_key(|word| strsim::damerau_levenshtein(word, text))).cloned()
}

/// The part of a signature's text before the place.
fn kind_of(signature: &str) -> &str {
    signature.split_once(AT).map_or(signature, |(kind, _)| kind)
}

/// A source location without its folders: `src/counts.rs:12:5` becomes `counts_rs_12_5`.
fn slug(place: &str) -> String {
    let file = place.rsplit(['/', '\\']).next().unwrap_or(place);
    file.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect()
}

impl Violation {
    /// The kind of violation: its signature without the place.
    pub fn kind(&self) -> String {
        match self {
            Violation::Told { signature, .. } => kind_of(signature).to_owned(),
            Violation::Panicked { .. } => PANICKED.to_owned(),
            Violation::Crashed { how } => format!("crashed-{}", crash(*how)),
            Violation::Hung { .. } => "hung".to_owned(),
            Violation::Lost(lost) => match &lost.how {
                Loss::Crashed(how) => format!("crashed-{}", crash(*how)),
                other => other.kind().unwrap_or("hung").to_owned(),
            },
            Violation::OutOfMemory { .. } => "out-of-memory".to_owned(),
            // Not in the list of kinds, since no program is saved for it.
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
            Violation::Strong { .. } => "counts-strong".to_owned(),
            Violation::Statistics { which, .. } => format!("statistics-{}", which.replace('_', "-")),
            Violation::Cycles { .. } => "cycles".to_owned(),
            // A detection that returns half of a cycle also misses the whole. So it invents one only if it misses none.
            Violation::Detection { model, subject } if model.iter().all(|cycle| subject.contains(cycle)) => {
                "detection-invents-cycle".to_owned()
            }
            Violation::Detection { .. } => "detection-misses-cycle".to_owned(),
            Violation::CollectsLive { .. } => "collects-live".to_owned(),
            Violation::LeavesGarbage { .. } => "leaves-garbage".to_owned(),
            Violation::Returned { figure, .. } => format!("returned-{}", figure.name()),
            Violation::Footprint { .. } => "footprint".to_owned(),
            Violation::Peak { .. } => "peak".to_owned(),
            Violation::OverBudget { .. } => "over-budget".to_owned(),
            Violation::NoCandidate { .. } => "candidate-missing".to_owned(),
            Violation::DeadCandidate { .. } => "candidate-dead".to_owned(),
            Violation::AtEnd { begins: false, .. } => "ending-began".to_owned(),
            Violation::AtEnd { begins: true, .. } => "ending-nothing".to_owned(),
            Violation::Contradiction { .. } => "contradiction".to_owned(),
            Violation::Visits { what, .. } => format!("visits-{}", what.word()),
            Violation::Expected { expected, .. } => format!("{EXPECTED}{}", expectation::word(expected)),
            Violation::Verification { found } => format!("verification-{}", found.kind.word()),
            Violation::FaultMissed { fault, .. } => format!("fault-missed-{}", fault.word()),
            Violation::RepairedAgain { .. } => "repaired-again".to_owned(),
            Violation::Score { .. } => "score".to_owned(),
            Violation::Undetermined { difference, .. } => match **difference {
                Violation::Outcome { .. } => "undetermined-outcome".to_owned(),
                Violation::Journal { .. } => "undetermined-journal".to_owned(),
                _ => "undetermined-state".to_owned(),
            },
            Violation::Misplaced { .. } => "misplaced".to_owned(),
            Violation::RoundTrip { form, .. } => format!("round-trip-{form}"),
        }
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
        Some(Event::Called(_)) => "called".to_owned(),
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
