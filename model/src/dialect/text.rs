//! Dialects as text.

use super::{CLAUSES, Dialect};
use std::fmt;
use std::str::FromStr;

/// `default`, or the clauses that differ from it and their answers: `names held, depth 10000`.
impl fmt::Display for Dialect {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> =
            self.differences().into_iter().map(|(clause, answer)| format!("{clause} {answer}")).collect();
        let default = Dialect::default();
        for (name, number, first) in [("depth", self.depth, default.depth), ("passes", self.passes, default.passes)] {
            parts.extend((number != first).then(|| format!("{name} {number}")));
        }
        out.write_str(&if parts.is_empty() { "default".to_owned() } else { parts.join(", ") })
    }
}

/// Why a text is no dialect: what is not known in it, and what is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialectError {
    /// What is not known.
    pub unknown: String,
    /// What could stand there.
    pub known: Vec<&'static str>,
}

impl fmt::Display for DialectError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "`{}` is none of: {}", self.unknown, self.known.join(", "))
    }
}

impl std::error::Error for DialectError {}

impl FromStr for Dialect {
    type Err = DialectError;

    fn from_str(text: &str) -> Result<Dialect, DialectError> {
        if text.trim() == "loosest" {
            return Ok(Dialect::loosest());
        }
        let mut dialect = Dialect::default();
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty() && *part != "default");
        for part in parts {
            let (name, word) = part.split_once(char::is_whitespace).unwrap_or((part, ""));
            let word = word.trim();
            if matches!(name, "depth" | "passes") {
                let unknown =
                    || DialectError { unknown: part.to_owned(), known: vec!["a number from 1 to 4294967295"] };
                let number = word.parse().ok().filter(|number| *number > 0).ok_or_else(unknown)?;
                *(if name == "depth" { &mut dialect.depth } else { &mut dialect.passes }) = number;
                continue;
            }
            let known = || CLAUSES.iter().map(|clause| clause.name).chain(["depth", "passes"]).collect();
            let unknown = || DialectError { unknown: name.to_owned(), known: known() };
            let clause = CLAUSES.iter().find(|clause| clause.name == name).ok_or_else(unknown)?;
            let words: Vec<&str> = clause.answers().iter().map(|(word, _)| *word).collect();
            let answer = words.iter().position(|known| *known == word);
            let answer = answer.ok_or(DialectError { unknown: word.to_owned(), known: words })?;
            dialect = clause.with(&dialect, answer);
        }
        Ok(dialect)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_is_written_and_read_back() {
        assert_eq!(Dialect::default().to_string(), "default");
        assert_eq!("default".parse(), Ok(Dialect::default()));
        assert_eq!("loosest".parse(), Ok(Dialect::loosest()));
        assert_eq!(Dialect::loosest().to_string().parse(), Ok(Dialect::loosest()));
        for clause in CLAUSES {
            for answer in 0..clause.answers().len() {
                let dialect = Dialect { depth: 7, passes: 9, ..clause.with(&Dialect::default(), answer) };
                assert_eq!(dialect.to_string().parse(), Ok(dialect));
            }
        }
    }

    #[test]
    fn what_is_not_known_is_said_with_what_is() {
        let error = "names all".parse::<Dialect>().unwrap_err();
        assert_eq!(error.to_string(), "`all` is none of: any, held");
        assert!("name held".parse::<Dialect>().unwrap_err().to_string().starts_with("`name` is none of: names, "));
        assert!("depth 0".parse::<Dialect>().is_err() && "passes two".parse::<Dialect>().is_err());
    }

    #[test]
    fn what_is_stricter_than_a_stricter_answer_is_stricter_too() {
        for clause in CLAUSES {
            for answer in 0..clause.answers().len() {
                let stricter = clause.stricter(answer);
                let further = stricter.iter().flat_map(|one| clause.stricter(*one));
                assert!(further.into_iter().all(|one| stricter.contains(&one)), "{}", clause.name);
            }
        }
    }
}
