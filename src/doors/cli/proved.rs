//! What the search of a space has proved: an object in JSON, a paragraph for people.

use crate::judge::signature::Signature;
use crate::runs::enumerate::{self, End, Search};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The result of a search.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Proved {
    #[serde(rename = "type")]
    pub kind: Kind,
    pub space: String,
    /// The length of which all programs were tried, and that of the space.
    pub lines: usize,
    pub of: usize,
    pub objects: usize,
    pub shard: String,
    pub states: u64,
    pub transitions: u64,
    pub done: u64,
    pub refused: u64,
    pub seconds: f64,
    pub violations: BTreeMap<Signature, usize>,
    pub known: BTreeMap<Signature, u64>,
    /// How many pairs of states that were merged have been compared, and by what.
    pub pairs: u64,
    pub tails: usize,
    pub tail_lines: usize,
    /// How two of these differ.
    pub parted: Option<Parted>,
    pub end: String,
    /// The parts of lines in words, by title.
    pub made_of: Map<String, Value>,
}

/// Two programs whose states were merged, and differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Parted {
    /// The program that was gone on from, and the one that was not, each with the lines that show the difference.
    pub kept: String,
    pub dropped: String,
    /// How many lines of each lead to its state.
    pub kept_lines: usize,
    pub dropped_lines: usize,
    /// In what they differ.
    pub what: String,
}

impl From<&enumerate::Parted> for Parted {
    fn from(parted: &enumerate::Parted) -> Parted {
        let (kept, dropped, what) = (parted.kept.to_string(), parted.dropped.to_string(), parted.what.clone());
        Parted { kept, dropped, kept_lines: parted.lines.0, dropped_lines: parted.lines.1, what }
    }
}

/// What it means that nothing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// The property holds.
    #[default]
    Proved,
    /// The subject may do something else the next time.
    Tried,
    /// Nothing was gone on from after known failures.
    Pruned,
    /// Nothing, since two different states have the same digest.
    Unsound,
}

impl Kind {
    pub fn new(has_known: bool, has_choices: bool) -> Kind {
        match (has_known, has_choices) {
            (true, _) => Kind::Pruned,
            (false, true) => Kind::Tried,
            (false, false) => Kind::Proved,
        }
    }
}

impl Proved {
    /// The result of a search so far. `has_choices` says whether its subject may do something else the next time.
    pub fn of(search: &Search, has_choices: bool) -> Proved {
        let (summary, space, sampling) = (search.summary(), search.space(), search.how().sampling);
        let made_of = space.about().into_iter().map(|(title, text)| (title.to_owned(), text.into()));
        Proved {
            kind: match &summary.parted {
                Some(_) => Kind::Unsound,
                None => Kind::new(!summary.known.is_empty(), has_choices),
            },
            space: space.name.to_owned(),
            lines: summary.complete,
            of: space.lines,
            objects: space.objects,
            shard: search.how().share.to_string(),
            states: summary.states,
            transitions: summary.transitions(),
            done: summary.done,
            refused: summary.refused,
            seconds: summary.elapsed.as_secs_f64(),
            violations: summary.violations.iter().cloned().collect(),
            known: summary.known.clone(),
            pairs: summary.pairs,
            tails: sampling.tails,
            tail_lines: sampling.lines,
            parted: summary.parted.as_ref().map(Parted::from),
            end: end(summary.end).to_owned(),
            made_of: made_of.collect(),
        }
    }

    /// Prints it for people; `about` has the parts of lines.
    pub fn print<'t>(
        &self,
        subject: &str,
        about: impl Iterator<Item = (&'t str, &'t str)>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let Proved { lines, states, done, refused, violations, known, .. } = self;
        let which = format!("program of at most {lines} lines on at most {} objects at once", self.objects);
        let what = match (violations.is_empty(), self.kind) {
            (_, Kind::Unsound) => {
                format!("nothing is proved of `{subject}`: two different states have the same digest,")
            }
            (true, Kind::Pruned) => format!(
                "not proved of `{subject}`: every {which} was tried, except those that go on after a known failure,"
            ),
            (true, Kind::Tried) if *lines > 0 => {
                format!("tried of `{subject}`, not proved, since its dialect leaves it choices: every {which},")
            }
            (true, _) if *lines > 0 => {
                format!("proved of `{subject}`: after every {which} it shows what the model says,")
            }
            (true, _) => format!("proved of `{subject}`: nothing,"),
            (false, _) => format!("of `{subject}`, every {which} was tried, up to where one fails,"),
        };
        writeln!(out, "{what}")?;
        writeln!(out, "in {states} states by {} lines, {done} done and {refused} refused", self.transitions)?;
        if let Some((number, of)) = self.shard.split_once('/').filter(|(_, of)| *of != "1") {
            writeln!(out, "this is share {number} of {of}: only all shares together prove it")?;
        }
        if *lines < self.of {
            writeln!(out, "not tried to the end: programs of {} lines", lines + 1)?;
        }
        for (title, text) in about {
            writeln!(out, "  {title}: {text}")?;
        }
        for (signature, count) in known {
            writeln!(out, "known: {signature}, not gone on from in {count} programs")?;
        }
        for (signature, lines) in violations {
            writeln!(out, "violation: {signature}, first in a program of {lines} lines")?;
        }
        if let Some(Parted { kept, dropped, kept_lines, dropped_lines, what }) = &self.parted {
            writeln!(out, "after {kept_lines} lines of the first program and {dropped_lines} of the second: {what}")?;
            writeln!(
                out,
                "the first, whose state was gone on from:\n{kept}the second, whose state was not:\n{dropped}"
            )?;
        } else if self.pairs > 0 {
            let Proved { pairs, tails, tail_lines, .. } = self;
            writeln!(
                out,
                "compared: {pairs} pairs of states with equal digests, by {tails} tails of {tail_lines} random lines each: all alike"
            )?;
        }
        Ok(())
    }
}

/// How a search ended, in one word.
fn end(end: End) -> &'static str {
    match end {
        End::UnderWay => "under_way",
        End::Done => "done",
        End::Failed => "failed",
        End::Unsound => "unsound",
        End::Stopped => "stopped",
        End::OutOfMemory => "out_of_memory",
    }
}
