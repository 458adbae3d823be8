//! What several commands can be asked for.

use super::{Trouble, say};
use crate::failure::known::Known;
use crate::failure::proof::quoted;
use crate::judge::lockstep::Failure;
use crate::judge::properties::Property;
use clap::{Args, ValueEnum};
use heapproof_model::{Code, Dialect, Program};
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, Args)]
pub(super) struct Claim {
    /// The heap under proof; the first of `list subjects` unless given
    #[arg(long, value_name = "NAME")]
    pub subject: Option<String>,
    /// What is claimed; see `list properties`
    #[arg(long, value_name = "NAME", default_value = "lockstep", value_parser = property)]
    pub property: Property,
}

/// What a run over many programs is to leave out.
#[derive(Debug, Args)]
pub(super) struct Except {
    /// A minimised trace, or a folder of them: what fails as it does is counted, and is no failure of the run; may be
    /// given several times
    #[arg(long, value_name = "FILE")]
    pub known: Vec<PathBuf>,
    /// An operation that no program has, by its name in `list operations`; may be given several times
    #[arg(long, value_name = "OPERATION", value_delimiter = ',', value_parser = operation)]
    pub without: Vec<Code>,
}

impl Except {
    /// What is known, by what a judge says of the traces.
    pub fn known(&self, judge: &dyn Fn(&Program) -> Option<Failure>) -> Result<Known, Trouble> {
        let known = Known::of(&self.known, judge).map_err(|error| Trouble::Usage(error.to_string()))?;
        for path in &known.passing {
            say(&format!("{} passes: nothing is known by it", path.display()));
        }
        Ok(known)
    }

    /// What repeats it on a command line.
    pub fn repeat(&self) -> String {
        let known = self.known.iter().map(|path| format!(" --known {}", quoted(&path.to_string_lossy())));
        let without = self.without.iter().map(|code| format!(" --without {}", code.name()));
        known.chain(without).collect()
    }
}

/// How files of programs are read, and what is claimed of them.
#[derive(Debug, Args)]
pub(super) struct Given {
    /// The heap under proof; what the file says, or the first of `list subjects`, unless given
    #[arg(long, value_name = "NAME")]
    pub subject: Option<String>,
    /// What is claimed; what the file says, or `lockstep`, unless given; see `list properties`
    #[arg(long, value_name = "NAME", value_parser = property)]
    pub property: Option<Property>,
    #[command(flatten)]
    pub reading: Reading,
}

#[derive(Debug, Args)]
pub(super) struct Reading {
    /// How files are read: as Rust if they are called `.rs`, as text if they are called `.trace`; as bytes if they begin with
    /// the byte 1, and else as text, unless given
    #[arg(long, value_enum)]
    pub input: Option<Input>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Human,
    /// JSON, an object a line
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Input {
    /// Text
    Trace,
    /// As a fuzzer writes them
    Bytes,
    /// A test or function in Rust that embeds a trace
    Rust,
}

pub(super) fn property(name: &str) -> Result<Property, String> {
    let known = || Property::ALL.iter().map(|property| property.name()).collect::<Vec<_>>().join(", ");
    Property::from_name(name).ok_or_else(|| format!("there is no such property; there are: {}", known()))
}

/// The one that is called so, or an error that names the nearest.
pub(super) fn named<T>(what: &str, text: &str, all: impl Iterator<Item = (String, T)> + Clone) -> Result<T, String> {
    let plain = |name: &str| name.replace(['-', '_'], "").to_lowercase();
    let wanted = plain(text);
    if let Some((_, found)) = all.clone().find(|(name, _)| plain(name) == wanted) {
        return Ok(found);
    }
    let nearest = all.min_by_key(|(name, _)| strsim::damerau_levenshtein(&plain(name), &wanted));
    let meant = nearest.map_or(String::new(), |(name, _)| format!("; did you mean `{name}`?"));
    Err(format!("there is no such {what}{meant}"))
}

pub(super) fn operation(text: &str) -> Result<Code, String> {
    named("operation", text, Code::ALL.iter().map(|code| (code.name().to_owned(), *code)))
}

/// A dialect, or an error that says what is not known in it.
pub(super) fn dialect(text: &str) -> Result<Dialect, String> {
    text.parse::<Dialect>().map_err(|error| {
        let distance = |known: &&&str| strsim::damerau_levenshtein(known, &error.unknown);
        let nearest = error.known.iter().min_by_key(distance).filter(|known| distance(known) <= 3);
        nearest.map_or(error.to_string(), |nearest| format!("{error}; did you mean `{nearest}`?"))
    })
}

/// A number, also in the hexadecimal in which digests are printed.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    let number = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    number.map_err(|_| format!("expected a number from 0 to {}, as in `42` or `0x2a`", u64::MAX))
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(time) if !time.is_zero() => Ok(time),
        Ok(_) => Err("expected more than no time".to_owned()),
        Err(error) => Err(format!("{error}; expected something like `60s` or `10min`")),
    }
}
