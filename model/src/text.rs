//! Programs as text: one line for each operation, so that any line can be deleted.
//!
//! The parser cuts a line into tokens and matches them with the form of each operation in the table. If none fits, the
//! form that got furthest says what is wrong. Printing writes the same form. Parsing a printed program gives an equal
//! program.

use crate::operation::{Code, DEEPEST_FINALIZER, Gives, Line, Operation};
use crate::value::Name;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::LazyLock;

mod operands;
mod printing;
mod reading;
mod tokens;
mod words;
use operands::Written;
pub use reading::expanded;
use tokens::{Token, TokenKind, cut};
pub use words::words;
use words::{ALLOCATES, PLAIN_ALLOCATIONS, RESERVED, unknown};

/// The first line of a trace.
pub const HEADER: &str = "heapproof trace 1";

/// What a comment behind a line begins with that says where the line comes from (SPEC 10.21).
pub(crate) const NOTE: &str = "# log ";

/// What is wrong with a trace, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextError {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for TextError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for TextError {}

/// Those that begin with a word come before those that begin with a name: not every such word is reserved, and no name is
/// learned from it by trying.
static FORMS: LazyLock<Vec<(Code, Vec<Token<'static>>)>> = LazyLock::new(|| {
    let mut forms: Vec<_> = Code::EVERY.iter().map(|code| (*code, cut(1, code.text()).unwrap_or_default())).collect();
    forms.sort_by_key(|(_, form)| !form.first().is_some_and(|first| first.kind == TokenKind::Word));
    forms
});

/// The names so far.
#[derive(Default)]
struct Reader {
    numbers: HashMap<String, Name>,
    spelling: Vec<String>,
    bound: HashSet<Name>,
    /// The rounds of the blocks around the line, the outermost first.
    rounds: Vec<u32>,
    /// What names mean that were bound in a block (SPEC 10.22).
    renamed: HashMap<String, String>,
}

impl Reader {
    fn name(&mut self, token: &Token<'_>, word: &str, depth: usize) -> Result<Name, TextError> {
        if word == "self" {
            return if depth > 0 {
                Ok(Name::SELF)
            } else {
                Err(token.wrong("`self` stands only in a finalizer or callback"))
            };
        }
        if ALLOCATES.contains(&word) {
            return Err(token.wrong(format!("`{word}` allocates on a line of its own: `x = {word}`, then `x` here")));
        }
        if RESERVED.contains(&word) {
            return Err(token.wrong(format!("expected a name, found the word `{word}`, which can't be one")));
        }
        let word = self.renamed.get(word).map_or(word, String::as_str);
        if let Some(name) = self.numbers.get(word) {
            return Ok(*name);
        }
        if self.spelling.len() == Name::MOST {
            return Err(token.wrong(format!("a program has at most {} names", Name::MOST)));
        }
        let (name, word) = (Name(self.spelling.len() as u32), word.to_owned());
        self.spelling.push(word.clone());
        self.numbers.insert(word, name);
        Ok(name)
    }

    fn line(&mut self, tokens: &[Token<'_>], depth: usize) -> Result<Line, TextError> {
        let (bind, rest) = match tokens {
            [name, equals, rest @ ..] if equals.is_punctuation('=') => (Some(name), rest),
            _ => (None, tokens),
        };
        let Some(first) = rest.first() else {
            return Err(tokens[1].behind("expected an operation, found the end of the line"));
        };
        let operation = self.operation(rest, depth)?;
        let code = operation.code();
        match (code.gives(), bind) {
            (Gives::Nothing, Some(name)) => Err(name.wrong("this operation gives nothing to bind to a name")),
            (Gives::New, None) => Err(first.wrong(format!("what this gives needs a name: `x = {}`", first.text))),
            _ if code == Code::Panic && depth == 0 => {
                Err(first.wrong("`panic` stands only in a finalizer or callback: `on x: panic`"))
            }
            _ if code.is_setting() && depth > 0 => Err(first.wrong("a setting can't stand in a finalizer or callback")),
            _ if code.is_expectation() && depth > 0 => {
                Err(first.wrong("an expectation can't stand in a finalizer or callback"))
            }
            _ if code == Code::Fault && depth > 0 => Err(first.wrong("a fault can't stand in a finalizer or callback")),
            (_, Some(name)) => Ok(Line { bind: Some(self.bind(name, depth)?), operation }),
            (_, None) => Ok(Line { bind: None, operation }),
        }
    }

    fn bind(&mut self, token: &Token<'_>, depth: usize) -> Result<Name, TextError> {
        let TokenKind::Word = token.kind else {
            return Err(token.wrong(format!("expected a name, found {token}")));
        };
        if !self.rounds.is_empty() && !RESERVED.contains(&token.text) {
            let rounds = self.rounds.iter().map(|round| format!("_{round}"));
            self.renamed.insert(token.text.to_owned(), token.text.to_owned() + &rounds.collect::<String>());
        } else {
            self.renamed.remove(token.text);
        }
        match self.name(token, token.text, depth)? {
            Name::SELF => Err(token.wrong("`self` can't be bound")),
            name if !self.bound.insert(name) => Err(token.wrong(format!("the name {token} is bound twice"))),
            name => Ok(name),
        }
    }

    fn operation(&mut self, tokens: &[Token<'_>], depth: usize) -> Result<Operation<Name>, TextError> {
        // Most forms can't be that of the line. They are tried too if none is, for what is wrong with it.
        for (code, form) in FORMS.iter().filter(|(_, form)| may_be_of(form, tokens)) {
            if let (Ok(operation), _) = self.matched(*code, form, tokens, depth) {
                return Ok(operation);
            }
        }
        let mut furthest = Furthest::default();
        for (code, form) in FORMS.iter() {
            if is_shadowed(form, tokens) {
                continue;
            }
            if let (Err(error), (at, wanted)) = self.matched(*code, form, tokens, depth) {
                furthest.add(at, *code, wanted, error);
            }
        }
        let (first, second) = (&tokens[0], tokens.get(1));
        let begins_a_form = FORMS.iter().any(|(_, form)| form.first().is_some_and(|word| word.text == first.text));
        let a_name_alone = furthest.at == 1
            && !begins_a_form
            && second.is_none_or(|token| token.kind != TokenKind::Punctuation)
            && furthest.wanted.iter().any(|wanted| wanted == "`.`");
        let bound = first.word().and_then(|word| self.numbers.get(word)).is_some_and(|name| self.bound.contains(name));
        if a_name_alone && bound && second.is_none() {
            return Err(
                first.wrong(format!("{first} alone does nothing; a name stands for one object and is not copied"))
            );
        }
        if furthest.at == 0 || a_name_alone {
            return Err(first.wrong(unknown(first)));
        }
        Err(furthest.error(tokens))
    }

    /// The operation of that form, or what is wrong, at which token, and what was expected there.
    fn matched(
        &mut self,
        code: Code,
        form: &[Token<'static>],
        tokens: &[Token<'_>],
        depth: usize,
    ) -> (Result<Operation<Name>, TextError>, (usize, Option<String>)) {
        let mut matcher = Matcher { reader: self, form, tokens, at: 0, depth, wanted: None };
        let operation = Operation::parse(code, &mut matcher).and_then(|it| matcher.end().map(|()| it));
        (operation, (matcher.at, matcher.wanted))
    }
}

/// Whether the tokens begin as the form does, and have all that it spells.
fn may_be_of(form: &[Token<'_>], tokens: &[Token<'_>]) -> bool {
    let spelled = |token: &&Token<'_>| !token.is_punctuation('$');
    let begins = |first: &Token<'_>| !spelled(&first) || tokens.first().is_some_and(|token| token.text == first.text);
    !is_shadowed(form, tokens)
        && form.first().is_none_or(begins)
        && form.iter().filter(spelled).all(|one| tokens.iter().any(|token| token.text == one.text))
}

/// Whether the line has a word that another form spells where this one has an operand, as `live` in `expect live 3`.
fn is_shadowed(form: &[Token<'_>], tokens: &[Token<'_>]) -> bool {
    let ([first, operand, ..], [begins, second, ..]) = (form, tokens) else { return false };
    let spells = |(_, other): &(Code, Vec<Token<'_>>)| matches!(&other[..], [one, word, ..] if one.text == first.text && word.text == second.text);
    let has_operand = first.text == begins.text && operand.is_punctuation('$');
    has_operand && second.word().is_some() && FORMS.iter().any(spells)
}

/// What the forms expected that got furthest in the line.
#[derive(Default)]
struct Furthest {
    at: usize,
    codes: Vec<Code>,
    wanted: Vec<String>,
    other: Option<TextError>,
}

impl Furthest {
    fn add(&mut self, at: usize, code: Code, wanted: Option<String>, error: TextError) {
        if at > self.at {
            *self = Furthest { at, ..Furthest::default() };
        }
        if at == self.at {
            self.codes.push(code);
            match wanted {
                Some(wanted) if self.wanted.contains(&wanted) => {}
                Some(wanted) => self.wanted.push(wanted),
                None => self.other = Some(error),
            }
        }
    }

    fn error(self, tokens: &[Token<'_>]) -> TextError {
        let wanted = self.wanted.join(" or ");
        match (&self.other, tokens.get(self.at)) {
            (Some(error), _) => error.clone(),
            (None, Some(token)) => token.wrong(format!("expected {wanted}, found {token}{}", self.forms())),
            (None, None) => {
                tokens[self.at - 1].behind(format!("expected {wanted}, found the end of the line{}", self.forms()))
            }
        }
    }

    /// How the line is written, if its first word leaves few ways.
    fn forms(&self) -> String {
        match &self.codes[..] {
            codes if codes.iter().any(|code| code.text().starts_with('$')) => String::new(),
            [code] => format!("; the form is `{}`", Operation::form(*code)),
            [one, other] => format!("; the forms are `{}` and `{}`", Operation::form(*one), Operation::form(*other)),
            _ => String::new(),
        }
    }
}

const END: &str = "the end of the line";

const FIELD: &str = "a field's name";

/// Matches the form of one operation with the tokens of a line.
struct Matcher<'a, 't> {
    reader: &'a mut Reader,
    form: &'a [Token<'static>],
    tokens: &'a [Token<'t>],
    at: usize,
    depth: usize,
    /// What was expected where it failed; `None` if something else is wrong.
    wanted: Option<String>,
}

impl<'a, 't> Matcher<'a, 't> {
    /// The next operand, after what the form has before it.
    fn operand<T: Written>(&mut self) -> Result<T, TextError> {
        self.literals()?;
        self.form = self.form.get(1..).unwrap_or_default();
        T::parse(self)
    }

    fn end(&mut self) -> Result<(), TextError> {
        self.literals()?;
        match self.peek() {
            Some(_) => Err(self.fail(END)),
            None => Ok(()),
        }
    }

    fn literals(&mut self) -> Result<(), TextError> {
        while let Some((literal, rest)) = self.form.split_first().filter(|(literal, _)| !literal.is_punctuation('$')) {
            self.read(&format!("`{}`", literal.text), |token| (token.text == literal.text).then_some(()))?;
            self.form = rest;
        }
        Ok(())
    }

    fn peek(&self) -> Option<&'a Token<'t>> {
        self.tokens.get(self.at)
    }

    /// The result of `read` for the next token, or an error that says what was expected.
    fn read<T>(&mut self, wanted: &str, read: impl Fn(&Token<'t>) -> Option<T>) -> Result<T, TextError> {
        match self.peek().and_then(read) {
            Some(value) => {
                self.at += 1;
                Ok(value)
            }
            None => Err(self.fail(wanted)),
        }
    }

    /// The next token as a name.
    fn name(&mut self, wanted: &str) -> Result<Name, TextError> {
        match self.peek() {
            Some(token) if token.kind == TokenKind::Word => {
                let name = self.reader.name(token, token.text, self.depth)?;
                self.at += 1;
                Ok(name)
            }
            _ => Err(self.fail(wanted)),
        }
    }

    /// The rest of the line, as a line of user code.
    fn finalizer_line(&mut self) -> Result<Line, TextError> {
        match self.tokens.get(self.at..).filter(|rest| !rest.is_empty()) {
            None => Err(self.fail("an operation")),
            Some(rest) if self.depth == DEEPEST_FINALIZER => Err(rest[0]
                .wrong(format!("finalizers and callbacks stand at most {DEEPEST_FINALIZER} deep in one another"))),
            Some(rest) => {
                self.at = self.tokens.len();
                self.reader.line(rest, self.depth + 1)
            }
        }
    }

    /// The rest of the line, as an operation that allocates one object.
    fn allocation(&mut self) -> Result<Operation<Name>, TextError> {
        const WANTED: &str = "`table` or `array` or `closure` or `box` or `scalar` or `weak` or `ephemeron`";
        let rest = &self.tokens[self.at..];
        let allocates = |word| PLAIN_ALLOCATIONS.contains(&word);
        if !rest.first().and_then(Token::word).is_some_and(allocates) {
            return Err(self.fail(WANTED));
        }
        self.at = self.tokens.len();
        self.reader.operation(rest, self.depth)
    }

    /// The rest of the line, as an operation that stores.
    fn store(&mut self) -> Result<Operation<Name>, TextError> {
        let rest = &self.tokens[self.at..];
        // A mark shows that the word before it is a name.
        if rest.first().is_none_or(|token| token.word().is_none() && !token.is_punctuation('*')) {
            return Err(self.fail("what stores, like `x.f = y` or `push x y`"));
        }
        self.at = self.tokens.len();
        match self.reader.operation(rest, self.depth)? {
            store if store.code().stores() => Ok(store),
            _ => Err(rest[0].wrong("only what stores one value can be transferred, like `x.f = y` or `push x y`")),
        }
    }

    fn fail(&mut self, wanted: &str) -> TextError {
        match self.peek() {
            Some(token) if token.is_punctuation(',') => token.wrong("values are separated by spaces, without commas"),
            Some(token) if wanted == FIELD => {
                let like = token.number().unwrap_or("on click");
                token.wrong(format!(
                    "expected {FIELD}, found {token}; what is no word stands in quotes, like `\"{like}\"`"
                ))
            }
            Some(token) if wanted == END && token.text.starts_with(['.', '[', '{']) => {
                token.wrong("a line does one thing: read this into a name on a line before, `x = a.f`, then use `x`")
            }
            _ => {
                self.wanted = Some(wanted.to_owned());
                self.tokens[0].wrong(wanted)
            }
        }
    }
}
