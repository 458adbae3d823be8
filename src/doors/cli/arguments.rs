//! What several commands can be asked for.

use crate::judge::properties::Property;
use clap::{Args, ValueEnum};
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
