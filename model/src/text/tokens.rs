//! Cuts a line into tokens.

use super::TextError;
use std::fmt;
use std::iter::Peekable;
use std::str::CharIndices;

/// The kind of a token; strings and characters have their value here.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TokenKind {
    Word,
    Number,
    Text(String),
    Char(char),
    Punctuation,
}

/// A token: its text and its place in the line.
#[derive(Debug, Clone)]
pub(crate) struct Token<'t> {
    pub kind: TokenKind,
    pub text: &'t str,
    line: usize,
    column: usize,
}

impl Token<'_> {
    pub fn is_punctuation(&self, mark: char) -> bool {
        self.kind == TokenKind::Punctuation && self.text.starts_with(mark)
    }

    pub fn is_word(&self, word: &str) -> bool {
        self.word() == Some(word)
    }

    pub fn word(&self) -> Option<&str> {
        (self.kind == TokenKind::Word).then_some(self.text)
    }

    /// The name of a field, if it can be one: a word, or a text in double quotes.
    pub fn named(&self) -> Option<&str> {
        if let TokenKind::Text(text) = &self.kind { Some(text) } else { self.word() }
    }

    pub fn number(&self) -> Option<&str> {
        (self.kind == TokenKind::Number).then_some(self.text)
    }

    /// An error at the token.
    pub fn wrong(&self, message: impl Into<String>) -> TextError {
        TextError { line: self.line, column: self.column, message: message.into() }
    }

    /// An error just behind the token.
    pub fn behind(&self, message: impl Into<String>) -> TextError {
        TextError { column: self.column + self.text.chars().count(), ..self.wrong(message) }
    }
}

/// As it stands in its line, but cut short, and with escapes for what a terminal would obey.
impl fmt::Display for Token<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, rest) = match self.text.char_indices().nth(MOST_SHOWN) {
            Some((cut, _)) => (&self.text[..cut], ".."),
            None => (self.text, ""),
        };
        out.write_str("`")?;
        for c in text.chars() {
            if c.is_control() { write!(out, "{}", c.escape_debug())? } else { write!(out, "{c}")? }
        }
        write!(out, "{rest}`")
    }
}

/// The most characters of a token that are shown.
const MOST_SHOWN: usize = 40;

/// More than any line has, so that what is no trace is known before it is all in memory.
const MOST_TOKENS: usize = 1_000;

/// The tokens of a line, up to its comment.
pub(crate) fn cut(line: usize, text: &str) -> Result<Vec<Token<'_>>, TextError> {
    let mut tokens = Vec::new();
    let mut rest = text.char_indices().peekable();
    let mut column = 0;
    let mut counted = 0;
    while let Some((start, first)) = rest.next() {
        if first.is_whitespace() {
            continue;
        }
        if first == '#' {
            break;
        }
        column += text[counted..start].chars().count();
        counted = start;
        let wrong = |message: String| TextError { line, column: column + 1, message };
        let signed = first == '-' && rest.peek().is_some_and(|(_, c)| c.is_alphanumeric());
        let kind = match first {
            '"' => TokenKind::Text(quoted('"', &mut rest).map_err(wrong)?),
            '\'' => {
                let word = quoted('\'', &mut rest).map_err(wrong)?;
                let mut characters = word.chars();
                match (characters.next(), characters.next()) {
                    (Some(only), None) => TokenKind::Char(only),
                    _ => return Err(wrong("expected one character between the quotes, like 'c'".into())),
                }
            }
            _ if signed || first.is_ascii_digit() => {
                number(&mut rest);
                TokenKind::Number
            }
            _ if first.is_alphabetic() || first == '_' => {
                while rest.next_if(|(_, c)| c.is_alphanumeric() || *c == '_').is_some() {}
                TokenKind::Word
            }
            _ => TokenKind::Punctuation,
        };
        if tokens.len() == MOST_TOKENS {
            return Err(wrong(format!("no line has more than {MOST_TOKENS} words and marks")));
        }
        let end = rest.peek().map_or(text.len(), |(end, _)| *end);
        tokens.push(Token { kind, text: &text[start..end], line, column: column + 1 });
    }
    Ok(tokens)
}

/// Reads the rest of a number, including the sign of its exponent.
fn number(rest: &mut Peekable<CharIndices<'_>>) {
    let mut last = ' ';
    while let Some((_, next)) =
        rest.next_if(|(_, c)| c.is_alphanumeric() || *c == '.' || (matches!(c, '+' | '-') && matches!(last, 'e' | 'E')))
    {
        last = next;
    }
}

/// The text between quotes, with escapes as in Rust.
fn quoted(quote: char, rest: &mut Peekable<CharIndices<'_>>) -> Result<String, String> {
    let mut text = String::new();
    loop {
        match rest.next() {
            None => return Err(format!("expected a closing {quote}, found the end of the line")),
            Some((_, end)) if end == quote => return Ok(text),
            Some((_, '\\')) => text.push(escaped(rest)?),
            Some((_, plain)) => text.push(plain),
        }
    }
}

fn escaped(rest: &mut Peekable<CharIndices<'_>>) -> Result<char, String> {
    const ESCAPES: &str = "expected one of the escapes \\n \\r \\t \\0 \\\\ \\' \\\" \\u{1f600}";
    match rest.next().map(|(_, c)| c) {
        Some('n') => Ok('\n'),
        Some('r') => Ok('\r'),
        Some('t') => Ok('\t'),
        Some('0') => Ok('\0'),
        Some(same @ ('\\' | '\'' | '"')) => Ok(same),
        Some('u') => {
            let digits: String =
                rest.by_ref().map(|(_, c)| c).skip_while(|c| *c == '{').take_while(|c| *c != '}').collect();
            u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).ok_or_else(|| ESCAPES.into())
        }
        _ => Err(ESCAPES.into()),
    }
}
