//! Arguments that several commands share.

use super::{Trouble, say};
use crate::failure::corpus::Kept;
use crate::failure::known::Known;
use crate::failure::proof::quoted;
use crate::judge::lockstep::Failure;
use crate::judge::properties::Property;
use crate::runs::share::Share;
use clap::{Args, ValueEnum};
use heapproof_model::{Code, Dialect};
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, Args)]
pub(super) struct Claim {
    /// The heap under proof; by default the first of `list subjects`
    #[arg(long, value_name = "NAME")]
    pub subject: Option<String>,
    /// The property to check; see `list properties`
    #[arg(long, value_name = "NAME", default_value = "lockstep", value_parser = property)]
    pub property: Property,
}

/// The failures and operations that a run leaves out.
#[derive(Debug, Args)]
pub(super) struct Except {
    /// A minimised trace, or a folder of them. A program that fails in the same way is counted, and does not fail the
    /// run; may be given several times
    #[arg(long, value_name = "FILE")]
    pub known: Vec<PathBuf>,
    /// An operation that no program uses, by its name in `list operations`; may be given several times
    #[arg(long, value_name = "OPERATION", value_delimiter = ',', value_parser = operation)]
    pub without: Vec<Code>,
}

impl Except {
    /// The failures of the `--known` traces, by this judge.
    pub fn known(&self, judge: &dyn Fn(&Kept) -> Option<Failure>) -> Result<Known, Trouble> {
        let known = Known::of(&self.known, judge).map_err(|error| Trouble::Usage(error.to_string()))?;
        for path in &known.passing {
            say(&format!("{} passes, so it excuses no failure", path.display()));
        }
        Ok(known)
    }

    /// The options that repeat it.
    pub fn repeat(&self) -> String {
        let known = self.known.iter().map(|path| format!(" --known {}", quoted(&path.to_string_lossy())));
        let without = self.without.iter().map(|code| format!(" --without {}", code.name()));
        known.chain(without).collect()
    }
}

/// How program files are read, and the property that is checked.
#[derive(Debug, Args)]
pub(super) struct Given {
    /// The heap under proof; by default the one that the file names, or else the first of `list subjects`
    #[arg(long, value_name = "NAME")]
    pub subject: Option<String>,
    /// The property to check; by default the one that the file names, or else `lockstep`; see `list properties`
    #[arg(long, value_name = "NAME", value_parser = property)]
    pub property: Option<Property>,
    #[command(flatten)]
    pub reading: Reading,
}

#[derive(Debug, Args)]
pub(super) struct Reading {
    /// How files are read; by default as Rust if they are called `.rs`, as text if they are called `.trace`, as bytes if
    /// they begin with the byte 1, and else as text
    #[arg(long, value_enum)]
    pub input: Option<Input>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Human,
    /// JSON, one object per line
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Input {
    /// Text
    Trace,
    /// The format that fuzzers write
    Bytes,
    /// A test or function in Rust that contains a trace
    Rust,
}

pub(super) fn property(name: &str) -> Result<Property, String> {
    let known = || Property::ALL.iter().map(|property| property.name()).collect::<Vec<_>>().join(", ");
    Property::from_name(name).ok_or_else(|| format!("there is no such property; there are: {}", known()))
}

/// Finds an item by name. The error names the most similar one.
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

/// A number, decimal or hexadecimal, since digests are printed in hexadecimal.
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

/// One of several shares, as in `2/3`.
pub(super) fn share(text: &str) -> Result<Share, String> {
    let numbers = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
    let share = numbers.and_then(|(number, of)| Share::new(number, of));
    share.ok_or_else(|| match numbers {
        Some((0, _)) => {
            "shares are counted from 1; expected something like `2/3`: the second of three shares".to_owned()
        }
        _ => "expected something like `2/3`: the second of three shares".to_owned(),
    })
}
