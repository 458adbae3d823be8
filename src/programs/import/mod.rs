//! Makes a program of a log, or of a snapshot of a heap.
//!
//! A `mapping` says what its lines mean: a pattern for each kind of line, and the lines of a trace for it. An address is
//! used again for other objects, so each allocation binds a new name (`names`). What user code did stands inside it where the log says
//! when that begins and ends (`code`); what the log lacks is for who reads it to add. Each line of the trace notes the line of the log (SPEC 10.21).

mod code;
mod lines;
pub(crate) mod mapping;
mod names;
mod ready;
mod snapshot;
mod template;

pub(crate) use mapping::Mapping;
pub(crate) use ready::{READY, Ready};

use code::Code;
use heapproof_model::Program;
use heapproof_model::text::HEADER;
use lines::{Line, Lines, is_claim};
use mapping::{Bound, Kind};
use names::Names;
use snapshot::Snapshot;
use std::collections::HashSet;

/// The most references that a log can say of an object that was there before it.
const MOST_BEFORE: i64 = 10_000;

/// What a log became.
#[derive(Debug)]
pub(crate) struct Imported {
    /// The program.
    pub program: Program,
    /// How many lines of the log have a meaning.
    pub mapped: usize,
    /// The first line that has none, by its index.
    pub unmapped: Option<usize>,
    /// Whether the last line has no end, and was left out.
    pub is_cut: bool,
    /// How many claims were left out since no trace can say them there, and the line of the first, by its index.
    pub unsaid: Option<(usize, usize)>,
}

/// What is wrong with a log, at which of its lines, counted from 1.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LogError {
    /// The line.
    pub line: usize,
    /// The message.
    pub message: String,
}

/// After how many lines of a log it is told how far it is read.
const TOLD: usize = 1_000;

/// Makes a program of a log. `told` gets the number of lines that are read, now and then.
///
/// # Errors
/// If a line of it comes to what is no line of a trace.
pub(crate) fn import(log: &str, mapping: &Mapping, told: &mut dyn FnMut(usize)) -> Result<Imported, LogError> {
    let mut writing = Writing::default();
    let mut snapshot = mapping.is_snapshot().then(Snapshot::default);
    let (mut mapped, mut unmapped) = (0, None);
    // A line that a crash has cut may end in the middle of a number.
    let whole = log.rfind('\n').map_or(0, |end| end + 1);
    for (index, text) in log[..whole].lines().enumerate() {
        if index % TOLD == 0 {
            told(index);
        }
        let Some((kind, found)) = mapping.kind(text) else {
            if unmapped.is_none() && !text.trim().is_empty() {
                unmapped = Some(index);
            }
            continue;
        };
        mapped += 1;
        writing.source = index + 1;
        match &mut snapshot {
            Some(snapshot) => snapshot.line(index + 1, kind, &found)?,
            None => writing.event(mapping, kind, &found)?,
        }
    }
    if let Some(snapshot) = snapshot {
        snapshot.write(&mut writing)?;
    }
    let unsaid = writing.unsaid;
    Ok(Imported { program: writing.program()?, mapped, unmapped, is_cut: whole < log.len(), unsaid })
}

/// The trace so far.
#[derive(Default)]
struct Writing {
    names: Names,
    /// The addresses of objects that the log has allocated.
    born: HashSet<String>,
    lines: Lines,
    code: Code,
    /// The name of the object that the present line of the log allocates, until a line of the trace binds it.
    binding: Option<String>,
    unsaid: Option<(usize, usize)>,
    /// The line of the log that is written now.
    source: usize,
}

impl Writing {
    /// Writes a line that comes from the present line of the log, about an object of that address: within the user code that runs,
    /// if there is any. A claim can't stand there.
    fn say(&mut self, line: &str, address: &str) -> Result<(), LogError> {
        let place = match self.code.place() {
            None => self.push(None, line, address),
            Some(_) if is_claim(line) => {
                self.leave_out();
                return Ok(());
            }
            Some((behind, prefix)) => {
                self.code.count().or_else(|message| self.wrong(message))?;
                self.push(Some(behind), &(prefix + line), address)
            }
        };
        let binds = |name: &String| line.strip_prefix(&**name).is_some_and(|rest| rest.trim_start().starts_with('='));
        if let Some(name) = self.binding.take_if(|name| binds(name)) {
            self.code.bound(&name, place, false);
        }
        Ok(())
    }

    fn push(&mut self, behind: Option<usize>, line: &str, address: &str) -> usize {
        let address = if address.is_empty() { String::new() } else { format!(" {address}") };
        let source = self.source;
        self.lines.push(behind, Line { text: format!("{line}  # log {source}{address}"), source })
    }

    /// Takes note of a claim that no trace can say here.
    fn leave_out(&mut self) {
        self.unsaid.get_or_insert((0, self.source - 1)).0 += 1;
    }

    fn wrong<T>(&self, message: String) -> Result<T, LogError> {
        Err(LogError { line: self.source, message })
    }

    /// Writes what a line of a log means.
    fn event(&mut self, mapping: &Mapping, kind: &Kind, found: &regex::Captures<'_>) -> Result<(), LogError> {
        let address = |group: &str| found.name(group).map_or("", |address| address.as_str());
        let addresses: Vec<&str> = mapping.objects.iter().map(|group| address(group)).collect();
        let unknown = |names: &Names, address: &str| !mapping.is_nil(address) && names.get(address).is_none();
        if kind.only_known && addresses.iter().any(|address| !address.is_empty() && unknown(&self.names, address)) {
            return Ok(());
        }
        if let Some(bound) = &kind.code {
            return self.code(bound, found);
        }
        let born = kind.new.as_deref().map(address);
        if let Some(born) = born {
            // A heap gives an address again when its object is dead. If the counts say otherwise, a line is missing or wrong.
            if let Some(former) = self.names.not_dead(born).map(str::to_owned) {
                match self.code.spelled(&former, born) {
                    Ok(former) => self.say(&format!("expect dead {former}"), &format!("{born}, is allocated again"))?,
                    Err(_) => self.leave_out(),
                }
            }
            self.binding = Some(self.names.allocate(born));
            self.born.insert(born.to_owned());
        }
        for address in addresses.iter().filter(|address| !address.is_empty()) {
            if unknown(&self.names, address) {
                self.was_before(address, kind, found)?;
            }
        }
        let about = addresses.first().copied().unwrap_or_default();
        for template in &kind.lines {
            match template.filled(found, &|group, text| match mapping.objects.iter().any(|object| object == group) {
                true if mapping.is_nil(text) => Ok("nil".to_owned()),
                true => self.code.spelled(self.names.get(text).unwrap_or_default(), text).map(str::to_owned),
                false => Ok(text.to_owned()),
            }) {
                Ok(line) => self.say(&line, about)?,
                Err(_) if template.is_claim() => self.leave_out(),
                Err(message) => return self.wrong(message),
            }
        }
        // What the log has allocated is dead until it allocates there again: who names it before that uses what is freed.
        if let Some(gone) = kind.gone.as_deref().map(address) {
            self.names.died(gone);
            if !self.born.contains(gone) {
                self.names.forget(gone);
            }
        }
        Ok(())
    }

    /// The user code of an object begins or ends.
    fn code(&mut self, bound: &Bound, found: &regex::Captures<'_>) -> Result<(), LogError> {
        let address = |group: &str| found.name(group).map_or("", |address| address.as_str());
        let done = match bound {
            Bound::Begins(group) => self.code.begin(self.names.get(address(group)), address(group), self.source),
            Bound::Ends(group) => self.code.end(address(group)),
        };
        done.or_else(|message| self.wrong(message))
    }

    /// Allocates an object that the log does not: it was there before, with as many references as the line says.
    fn was_before(&mut self, address: &str, kind: &Kind, found: &regex::Captures<'_>) -> Result<(), LogError> {
        let name = self.names.allocate(address);
        let (behind, about) = (self.code.outermost(), format!("{address}, was there before"));
        let place = self.push(behind, &format!("{name} = table"), &about);
        self.code.bound(&name, place, true);
        let Some(had) = &kind.had else { return Ok(()) };
        let had = match had.filled(found, &|_, text| Ok(text.to_owned())) {
            Ok(text) => {
                text.parse::<i64>().map_err(|_| format!("{address} had `{text}` references, which is no number"))
            }
            Err(message) => Err(message),
        };
        match had {
            Ok(had @ 1..=MOST_BEFORE) => {
                for _ in 1..had {
                    self.push(behind, &format!("take {name}"), &about);
                }
                Ok(())
            }
            // Fewer than none contradicts the claims of the line itself.
            Ok(..=0) => Ok(()),
            Err(message) => self.wrong(message),
            Ok(_) => self.wrong(format!("{address} had more than {MOST_BEFORE} references before the log began")),
        }
    }

    fn program(self) -> Result<Program, LogError> {
        let texts = self.lines.in_order().map(|line| &*line.text);
        let trace: Vec<&str> = std::iter::once(HEADER).chain(texts).collect();
        trace.join("\n").parse().map_err(|error: heapproof_model::TextError| {
            let at = error.line.saturating_sub(2);
            let (text, line) = self.lines.in_order().nth(at).map_or(("", 1), |line| (&*line.text, line.source));
            let text = text.split("  # log ").next().unwrap_or_default();
            LogError { line, message: format!("it becomes `{text}`, which is no line of a trace: {}", error.message) }
        })
    }
}
