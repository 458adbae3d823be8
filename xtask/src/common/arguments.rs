//! Arguments that several commands take: known names, times, and days.

use super::command::Usage;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::time::Duration;

/// Refuses an unknown name. The error names the most similar one.
pub(crate) fn expect_known<'a>(
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Result<(), Usage> {
    if known.clone().any(|known| known == name) {
        return Ok(());
    }
    let likeness = |known: &&str| (1e6 * strsim::jaro_winkler(known, name)) as u64;
    let nearest = known.max_by_key(likeness).unwrap_or("");
    Err(Usage(format!("there is no {what} `{name}`; the nearest is `{nearest}`")))
}

/// Reads a time that is not zero.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(time) if !time.is_zero() => Ok(time),
        Ok(_) => Err("expected more than no time".to_owned()),
        Err(error) => Err(format!("{error}; expected something like `60s` or `10min`")),
    }
}

/// The day on which known failures are asked: this one, or that of the argument.
pub(crate) fn today(given: Option<Date>) -> Date {
    given.unwrap_or_else(|| Timestamp::now().to_zoned(TimeZone::UTC).date())
}

/// Reads a share, as in `1/4`: its number from 1, and how many there are.
pub(crate) fn shard(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once('/').and_then(|(share, of)| Some((share.parse().ok()?, of.parse().ok()?)));
    parts.filter(|(share, of)| (1..=*of).contains(share)).ok_or_else(|| "expected a share as in `1/4`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{duration, expect_known};
    use std::time::Duration;

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        let known = || ["bytes", "lockstep", "text"].into_iter();
        assert!(expect_known("target", "text", known()).is_ok());
        let refused = expect_known("target", "lockst", known()).unwrap_err();
        assert_eq!(refused.to_string(), "there is no target `lockst`; the nearest is `lockstep`");
    }

    #[test]
    fn no_time_is_refused() {
        assert_eq!(duration("2min"), Ok(Duration::from_secs(120)));
        assert!(duration("0s").is_err() && duration("3").is_err());
    }
}
