//! Saves a search to a file, so that it can be stopped at any moment and resumed.
//!
//! The file says what is searched and how, and how far the search is. Then it says how each state was reached first,
//! and has all digests and a checksum. It is written under a temporary name and then renamed, so a search that is
//! killed leaves the previous file, and the checksum shows a file that was damaged. Numbers are little-endian.

use super::drawn::{Order, Sampling};
use super::search::{How, Node, Search};
use super::summary::{End, Summary};
use super::tail::{Counts, Failed, Tail};
use crate::failure::failures::write_whole;
use crate::judge::signature::Signature;
use crate::runs::share::Share;
use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::Path;
use std::time::Duration;
use xxhash_rust::xxh3::xxh3_64;

/// The first line of such a file.
const HEADER: &str = "heapproof enumeration 4\n";

/// The most characters of one part of a search's description in a message.
const LONGEST_PART: usize = 120;

/// Why a search can't be resumed.
#[derive(Debug)]
pub enum CheckpointError {
    /// The file can't be read.
    Io(io::Error),
    /// It is another sort of file, or has another version.
    Foreign,
    /// It is incomplete, or was changed.
    Damaged,
    /// It is that of another search; this says what differs.
    Other(String),
}

impl fmt::Display for CheckpointError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CheckpointError::Io(error) => write!(out, "{error}"),
            CheckpointError::Foreign => write!(out, "not a search; one begins with `{}`", HEADER.trim_end()),
            CheckpointError::Damaged => out.write_str("cut short or changed since it was written"),
            CheckpointError::Other(of) => write!(out, "another search: {of}"),
        }
    }
}

impl std::error::Error for CheckpointError {}

/// The first part in which two searches differ, of the one that is kept and of the one that is asked for.
fn difference(kept: &str, asked: &str) -> String {
    let short = |part: &str| match part.char_indices().nth(LONGEST_PART) {
        Some((end, _)) => format!("{}..", &part[..end]),
        None => part.to_owned(),
    };
    let parts = |identity: &str| identity.split("; ").map(short).collect::<Vec<_>>();
    let (kept, asked) = (parts(kept), parts(asked));
    let differ = kept.iter().zip(&asked).find(|(kept, asked)| kept != asked);
    match differ {
        Some((kept, asked)) => format!("of `{kept}`, not of `{asked}`"),
        None => "of other lines".to_owned(),
    }
}

impl Search {
    /// What is searched and how, in one line. A search can be resumed only if this is the same.
    fn identity(&self) -> String {
        let Search {
            space,
            subject,
            how: How { merges, keep_going, share: Share { number, of }, keeps_tail, memory: _, sampling },
            ..
        } = self;
        let Sampling { seed, pairs, tails, lines } = sampling;
        let about: Vec<String> = space.about().into_iter().map(|(title, text)| format!("{title}: {text}")).collect();
        let part = if *keeps_tail { " to be merged" } else { "" };
        let version = env!("CARGO_PKG_VERSION");
        let known: Vec<&str> = self.known.iter().map(Signature::as_str).collect();
        format!(
            "{space} of {}, share {number}/{of}{part}, merging {merges}, going on {keep_going}, pairs {pairs} by {tails} tails of {lines} lines with seed {seed}, version {version}; known: {}; {}",
            subject.name,
            known.join(", "),
            about.join("; ")
        )
    }

    /// Writes the search to a file, completely or not at all.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let mut out = Writer(HEADER.as_bytes().to_vec());
        out.text(&self.identity());
        out.counts(&self.summary.counts());
        out.number(self.summary.complete as u64);
        out.number(self.summary.elapsed.as_millis() as u64);
        out.number(self.summary.pairs);
        out.tail(&self.tail);
        // Nothing follows the states of a search that is done.
        let is_done = self.summary.end == End::Done;
        let (level, next) = if is_done { (0..0, 0) } else { (self.level.clone(), self.next) };
        let nodes = if is_done { &[][..] } else { &self.nodes };
        let met = || self.met.iter().filter(|_| !is_done);
        for place in [level.start, level.end, next, nodes.len(), met().count()] {
            out.number(place as u64);
        }
        for Node { parent, choice } in nodes {
            out.0.extend(parent.to_le_bytes());
            out.0.extend(choice.to_le_bytes());
        }
        met().for_each(|digest| out.0.extend(digest.to_le_bytes()));
        out.watched(self.watched.iter().filter(|_| !is_done));
        let checksum = xxh3_64(&out.0);
        out.number(checksum);
        write_whole(path, out.0.as_slice())
    }

    /// Reads a search from a file, if it has the space, subject and options of this one, which has not begun.
    ///
    /// # Errors
    /// If the file can't be read, is not such a file, is damaged, or is that of another search.
    pub fn resumed(mut self, path: &Path) -> Result<Search, CheckpointError> {
        let bytes = std::fs::read(path).map_err(CheckpointError::Io)?;
        let rest = bytes.strip_prefix(HEADER.as_bytes()).ok_or(CheckpointError::Foreign)?;
        let (whole, checksum) = bytes.split_last_chunk().ok_or(CheckpointError::Damaged)?;
        if xxh3_64(whole) != u64::from_le_bytes(*checksum) {
            return Err(CheckpointError::Damaged);
        }
        let mut reader = Reader(rest);
        let identity = reader.text().ok_or(CheckpointError::Damaged)?;
        if identity != self.identity() {
            return Err(CheckpointError::Other(difference(&identity, &self.identity())));
        }
        self.read(&mut reader).ok_or(CheckpointError::Damaged)?;
        Ok(self)
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let Counts { states, done, refused, violations, known } = reader.counts()?;
        let (complete, elapsed) = (reader.size()?, Duration::from_millis(reader.number()?));
        let pairs = reader.number()?;
        self.tail = reader.tail()?;
        let (parted, end) = (None, End::UnderWay);
        self.summary = Summary { states, done, refused, complete, violations, known, pairs, parted, elapsed, end };
        self.level = reader.size()?..reader.size()?;
        self.next = reader.size()?;
        let (nodes, met) = (reader.size()?, reader.size()?);
        self.nodes.clear();
        for _ in 0..nodes {
            let parent = u32::from_le_bytes(reader.array()?);
            self.nodes.push(Node { parent, choice: u16::from_le_bytes(reader.array()?) });
        }
        for _ in 0..met {
            self.met.insert(u128::from_le_bytes(reader.array()?));
        }
        self.watched = reader.watched()?;
        let is_within = self.level.start <= self.next && self.next <= self.level.end;
        let is_sound = is_within && self.level.end <= self.nodes.len();
        let parents = self.nodes.iter().enumerate().skip(1).all(|(number, node)| (node.parent as usize) < number);
        let nodes = self.nodes.len();
        let watched = self.watched.values().flatten().all(|(parent, _)| *parent < nodes);
        (is_sound && parents && watched).then_some(())
    }
}

struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, number: u64) {
        self.0.extend(number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend(text.as_bytes());
    }
}

impl Writer {
    fn counts(&mut self, counts: &Counts) {
        let Counts { states, done, refused, violations, known } = counts;
        [*states, *done, *refused, violations.len() as u64].into_iter().for_each(|number| self.number(number));
        for (signature, lines) in violations {
            self.text(signature.as_str());
            self.number(*lines as u64);
        }
        self.number(known.len() as u64);
        for (signature, count) in known {
            self.text(signature.as_str());
            self.number(*count);
        }
    }

    fn watched<'a>(&mut self, watched: impl Iterator<Item = (&'a u128, &'a Option<Order>)> + Clone) {
        self.number(watched.clone().count() as u64);
        for (digest, order) in watched {
            self.0.extend(digest.to_le_bytes());
            // The first state has no way.
            let (parent, choice) = order.map_or((u64::MAX, 0), |(parent, choice)| (parent as u64, choice));
            self.number(parent);
            self.0.extend(choice.to_le_bytes());
        }
    }

    fn tail(&mut self, tail: &Tail) {
        let Tail { before, states, unmerged, failed } = tail;
        self.counts(before);
        self.number(*unmerged);
        self.number(states.len() as u64);
        states.iter().for_each(|digest| self.0.extend(digest.to_le_bytes()));
        self.number(failed.len() as u64);
        for Failed { order: (number, choice), digest, signature } in failed {
            self.number(*number);
            self.number(u64::from(*choice));
            self.number(u64::from(digest.is_some()));
            self.0.extend(digest.unwrap_or_default().to_le_bytes());
            self.text(signature.as_str());
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn number(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn counts(&mut self) -> Option<Counts> {
        let [states, done, refused] = [self.number()?, self.number()?, self.number()?];
        let violations = (0..self.number()?).map(|_| Some((self.signature()?, self.size()?))).collect::<Option<_>>()?;
        let known = (0..self.number()?).map(|_| Some((self.signature()?, self.number()?))).collect::<Option<_>>()?;
        Some(Counts { states, done, refused, violations, known })
    }

    fn watched(&mut self) -> Option<HashMap<u128, Option<Order>>> {
        let mut watched = HashMap::new();
        for _ in 0..self.number()? {
            let digest = u128::from_le_bytes(self.array()?);
            let (parent, choice) = (self.number()?, u16::from_le_bytes(self.array()?));
            watched.insert(digest, (parent != u64::MAX).then_some((parent as usize, choice)));
        }
        Some(watched)
    }

    fn tail(&mut self) -> Option<Tail> {
        let (before, unmerged) = (self.counts()?, self.number()?);
        let states = (0..self.number()?).map(|_| self.array().map(u128::from_le_bytes)).collect::<Option<_>>()?;
        let failed = (0..self.number()?).map(|_| self.failed()).collect::<Option<_>>()?;
        Some(Tail { before, states, unmerged, failed })
    }

    fn failed(&mut self) -> Option<Failed> {
        let order = (self.number()?, self.number()?.try_into().ok()?);
        let has_digest = self.number()? == 1;
        let digest = Some(u128::from_le_bytes(self.array()?)).filter(|_| has_digest);
        Some(Failed { order, digest, signature: self.signature()? })
    }

    fn signature(&mut self) -> Option<Signature> {
        Signature::parse(&self.text()?).ok()
    }

    fn size(&mut self) -> Option<usize> {
        self.number()?.try_into().ok()
    }

    fn text(&mut self) -> Option<String> {
        let length = self.size()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).ok()
    }
}
