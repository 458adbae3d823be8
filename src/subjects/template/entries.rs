//! The entries of a spelling: the word of each, and what is written for it.

use heapproof_model::Code;
use std::collections::BTreeMap;

/// The operations that can be spelled. Settings, frames, detections and damage are our own heap's.
const OPERATIONS: &[Code] = &[
    Code::Take,
    Code::Drop,
    Code::Upgrade,
    Code::TryTake,
    Code::Pin,
    Code::Unpin,
    Code::ReadField,
    Code::ReadElement,
    Code::ReadCapture,
    Code::ReadBox,
    Code::Length,
    Code::WriteField,
    Code::WriteElement,
    Code::WriteCapture,
    Code::WriteBox,
    Code::Push,
    Code::Pop,
    Code::Remove,
    Code::RemoveElement,
    Code::SwapRemove,
    Code::Insert,
    Code::Truncate,
    Code::Fill,
    Code::Clear,
    Code::Swap,
    Code::Table,
    Code::Box,
    Code::Array,
    Code::Closure,
    Code::Scalar,
    Code::Weak,
    Code::Ephemeron,
    Code::TableLike,
    Code::Chain,
    Code::Ring,
    Code::Collect,
    Code::On,
    Code::When,
    Code::Panic,
];

/// Words that are no operations.
const WORDS: [&str; 9] = ["comment", "program", "code", "callback", "events", "unordered", "nil", "reference", "plain"];

/// How traces are written in a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    entries: BTreeMap<String, String>,
}

impl Template {
    /// Reads the text.
    ///
    /// ```
    /// use heapproof::subjects::Template;
    ///
    /// let template = Template::parse("comment //\nprogram\n    {body}\nTable new({new})").unwrap();
    /// assert!(Template::parse("Tabel new()").unwrap_err().contains("did you mean `Table`?"));
    /// ```
    ///
    /// # Errors
    /// What is wrong with it, and in which line.
    pub fn parse(text: &str) -> Result<Template, String> {
        let mut entries: BTreeMap<String, String> = BTreeMap::new();
        let mut last = None;
        for (index, line) in text.lines().enumerate() {
            let wrong = |what: &str| Err(format!("line {}: {what}", index + 1));
            if line.starts_with('#') || (line.trim().is_empty() && last.is_none()) {
                continue;
            }
            if line.is_empty() || line.starts_with(' ') {
                let Some(entry) = last.as_ref().and_then(|word| entries.get_mut(word)) else {
                    return wrong("a line that is indented belongs to no entry");
                };
                let separator = if entry.is_empty() { "" } else { "\n" };
                *entry += separator;
                *entry += line.strip_prefix("    ").unwrap_or(line.trim_start());
                continue;
            }
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            if !is_word(word) {
                return wrong(&format!("there is no entry `{word}`; did you mean `{}`?", nearest(word)));
            }
            if entries.insert(word.to_owned(), rest.trim().to_owned()).is_some() {
                return wrong(&format!("`{word}` is there twice"));
            }
            last = Some(word.to_owned());
        }
        entries.values_mut().for_each(|entry| entry.truncate(entry.trim_end().len()));
        let template = Template { entries };
        match template.entry("program")?.lines().filter(|line| line.trim() == "{body}").count() {
            1 => Ok(template),
            _ => Err("`program` needs one line that is `{body}`".to_owned()),
        }
    }

    /// What is written for a word.
    pub fn entry(&self, word: &str) -> Result<&str, String> {
        self.get(word).ok_or_else(|| format!("the spelling has no `{word}`"))
    }

    /// The same, if it is there.
    pub fn get(&self, word: &str) -> Option<&str> {
        self.entries.get(word).map(String::as_str)
    }
}

fn words() -> impl Iterator<Item = &'static str> {
    WORDS.into_iter().chain(OPERATIONS.iter().map(|code| code.name()))
}

fn is_word(word: &str) -> bool {
    words().any(|known| known == word)
}

fn nearest(word: &str) -> &'static str {
    words().min_by_key(|known| strsim::damerau_levenshtein(known, word)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Template;

    #[test]
    fn an_entry_is_behind_its_word_or_below_it() {
        let template =
            Template::parse("# how\ncomment //\nprogram\n    a {\n        {body}\n\n    }\n\nTable t()\n").unwrap();
        assert_eq!(template.get("Table"), Some("t()"));
        assert_eq!(template.get("program"), Some("a {\n    {body}\n\n}"));
    }

    #[test]
    fn what_is_wrong_with_a_text_is_said_with_its_line() {
        for (text, wanted) in [
            ("    a", "line 1: a line that is indented belongs to no entry"),
            ("comment //\nreadfield x", "line 2: there is no entry `readfield`; did you mean `ReadField`?"),
            ("Table a\nTable b", "line 2: `Table` is there twice"),
            ("Table a", "the spelling has no `program`"),
            ("program a", "`program` needs one line that is `{body}`"),
        ] {
            assert_eq!(Template::parse(text).unwrap_err(), wanted, "{text}");
        }
    }
}
