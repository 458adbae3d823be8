//! Parses and prints operations and each kind of operand.

use super::printing::{Printed, Printer};
use super::tokens::cut;
use super::words::SWITCH;
use super::{FIELD, Matcher, TextError, Token, TokenKind};
use crate::fault::Fault;
use crate::operation::{Code, Gives, Line, Operation, Store, operations};
use crate::value::{Field, Float, MOST_TEXT, MOST_VALUES, Name, Object, Value};
use std::str::FromStr;

/// An operand that is read in a trace.
pub(super) trait Written: Sized {
    /// What stands in its place in a form: the first of the kind in a line is the first of these, and so on.
    const EXAMPLES: &'static [&'static str];

    fn parse(form: &mut Matcher<'_, '_>) -> Result<Self, TextError>;
}

macro_rules! written {
    ($($(#[$doc:meta])* $tag:literal $text:literal $gives:ident $weight:literal
       $code:ident { $($operand:ident: $type:ty),* })*) => {
        impl Operation<Name> {
            pub(super) fn parse(code: Code, form: &mut Matcher<'_, '_>) -> Result<Self, TextError> {
                Ok(match code {
                    $(Code::$code => Operation::$code { $($operand: form.operand()?),* },)*
                })
            }

            /// A line with that operation, like `swap x[0] y[1]`.
            pub(super) fn form(code: Code) -> String {
                type R = Name;
                let kinds: &[&[&str]] = match code { $(Code::$code => &[$(<$type as Written>::EXAMPLES),*],)* };
                let mut words = code.text().split('$');
                let named = if code.gives() == Gives::New { "x = " } else { "" };
                let mut line = named.to_owned() + words.next().unwrap_or_default();
                for (at, (examples, behind)) in kinds.iter().zip(words).enumerate() {
                    let before = kinds[..at].iter().filter(|kind| kind == &examples).count();
                    line.extend([examples[before.min(examples.len() - 1)], behind]);
                }
                line
            }
        }

        /// Its operands; [`Printer::operation`] prints the form around them.
        impl<R: Printed> Printed for Operation<R> {
            fn print(&self, out: &mut Printer<'_>) {
                match self { $(Operation::$code { $($operand),* } => { $(out.operand($operand);)* let _ = out; })* }
            }
        }
    };
}
operations!(written);

impl Printed for Name {
    fn print(&self, out: &mut Printer<'_>) {
        out.name(*self);
    }
}

/// By its number, as in calls.
impl Printed for Object {
    fn print(&self, out: &mut Printer<'_>) {
        out.push(&format!("#{}", self.0));
    }
}

impl Written for u32 {
    const EXAMPLES: &'static [&'static str] = &["0", "1"];

    fn parse(form: &mut Matcher<'_, '_>) -> Result<u32, TextError> {
        form.read("a number from 0 to 4294967295", |token| token.number()?.parse().ok())
    }
}

impl Printed for u32 {
    fn print(&self, out: &mut Printer<'_>) {
        out.push(&self.to_string());
    }
}

impl Written for i64 {
    const EXAMPLES: &'static [&'static str] = &["1"];

    fn parse(form: &mut Matcher<'_, '_>) -> Result<i64, TextError> {
        form.read("a count", |token| token.number()?.parse().ok())
    }
}

impl Printed for i64 {
    fn print(&self, out: &mut Printer<'_>) {
        out.push(&self.to_string());
    }
}

impl Written for bool {
    const EXAMPLES: &'static [&'static str] = &["on"];

    fn parse(form: &mut Matcher<'_, '_>) -> Result<bool, TextError> {
        form.read("`on` or `off`", |token| SWITCH.iter().position(|word| token.is_word(word)).map(|at| at == 1))
    }
}

impl Printed for bool {
    fn print(&self, out: &mut Printer<'_>) {
        out.push(SWITCH[usize::from(*self)]);
    }
}

impl Written for Field {
    const EXAMPLES: &'static [&'static str] = &["f"];

    fn parse(form: &mut Matcher<'_, '_>) -> Result<Field, TextError> {
        let name = form.peek().and_then(Token::named);
        if name.is_some_and(|name| Field::new(name).is_none()) {
            return Err(form.tokens[form.at].wrong("a field's name has at most 255 bytes"));
        }
        form.read(FIELD, |token| token.named().and_then(Field::new))
    }
}

impl Printed for Field {
    fn print(&self, out: &mut Printer<'_>) {
        out.push(&self.to_string());
    }
}

impl Written for Option<Name> {
    const EXAMPLES: &'static [&'static str] = &["x", "y"];

    fn parse(form: &mut Matcher<'_, '_>) -> Result<Option<Name>, TextError> {
        if form.peek().is_some_and(|token| token.is_word("nil")) {
            return form.read("`nil`", |_| Some(None));
        }
        form.name("a name or `nil`").map(Some)
    }
}

impl<R: Printed> Printed for Option<R> {
    fn print(&self, out: &mut Printer<'_>) {
        match self {
            Some(name) => name.print(out),
            None => out.push("nil"),
        }
    }
}

impl Written for Value<Name> {
    const EXAMPLES: &'static [&'static str] = &["y"];

    fn parse(form: &mut Matcher<'_, '_>) -> Result<Value<Name>, TextError> {
        if form.peek().is_some_and(|token| constant::<Name>(token).is_some()) {
            form.read("a value", constant)
        } else {
            form.name("a value: nil true false 'c' 5 -5 1.5 \"text\" or a name").map(Value::Reference)
        }
    }
}

impl<R: Printed> Printed for Value<R> {
    fn print(&self, out: &mut Printer<'_>) {
        match self {
            Value::Nil => out.push("nil"),
            Value::Bool(value) => out.push(&value.to_string()),
            Value::Char(value) => out.push(&format!("{value:?}")),
            Value::Int(value) => out.push(&value.to_string()),
            Value::Float(value) => out.push(&format!("{value:?}").to_lowercase()),
            Value::Text(value) => out.push(&format!("{value:?}")),
            Value::Reference(name) => name.print(out),
        }
    }
}

/// The value of a token that is not a reference.
fn constant<R>(token: &Token<'_>) -> Option<Value<R>> {
    Some(match &token.kind {
        TokenKind::Text(text) if text.len() <= MOST_TEXT => Value::Text(text.as_str().into()),
        TokenKind::Char(character) => Value::Char(*character),
        TokenKind::Number => match token.text.parse() {
            Ok(whole) => Value::Int(whole),
            Err(_) if token.text.contains(['.', 'e', 'E', 'f']) => Value::Float(Float::new(token.text.parse().ok()?)),
            Err(_) => return None,
        },
        TokenKind::Word => match token.text {
            "nil" => Value::Nil,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "inf" => Value::Float(Float::new(f64::INFINITY)),
            "nan" => Value::Float(Float::new(f64::NAN)),
            _ => return None,
        },
        _ => return None,
    })
}

impl Written for Vec<Value<Name>> {
    const EXAMPLES: &'static [&'static str] = &["y z"];

    fn parse(form: &mut Matcher<'_, '_>) -> Result<Self, TextError> {
        let mut values = Vec::new();
        while let Some(token) = form.peek() {
            if values.len() == MOST_VALUES {
                return Err(token.wrong(format!("expected at most {MOST_VALUES} values")));
            }
            values.push(Value::parse(form)?);
        }
        Ok(values)
    }
}

impl<R: Printed> Printed for Vec<Value<R>> {
    fn print(&self, out: &mut Printer<'_>) {
        for (index, value) in self.iter().enumerate() {
            if index > 0 {
                out.push(" ");
            }
            value.print(out);
        }
    }
}

impl Written for Box<Line> {
    const EXAMPLES: &'static [&'static str] = &["y = table"];

    fn parse(form: &mut Matcher<'_, '_>) -> Result<Self, TextError> {
        form.finalizer_line().map(Box::new)
    }
}

impl Printed for Box<Line> {
    fn print(&self, out: &mut Printer<'_>) {
        out.line(self);
    }
}

impl Written for Box<Operation<Name>> {
    const EXAMPLES: &'static [&'static str] = &["table"];

    fn parse(form: &mut Matcher<'_, '_>) -> Result<Self, TextError> {
        form.allocation().map(Box::new)
    }
}

impl<R: Printed> Printed for Box<Operation<R>> {
    fn print(&self, out: &mut Printer<'_>) {
        out.operation(self);
    }
}

impl Written for Store<Name> {
    const EXAMPLES: &'static [&'static str] = &["x.f = y"];

    fn parse(form: &mut Matcher<'_, '_>) -> Result<Self, TextError> {
        form.store().map(|store| Store(Box::new(store)))
    }
}

impl<R: Printed> Printed for Store<R> {
    fn print(&self, out: &mut Printer<'_>) {
        out.operation(&*self.0);
    }
}

impl Written for Fault {
    const EXAMPLES: &'static [&'static str] = &["dangling_field"];

    fn parse(form: &mut Matcher<'_, '_>) -> Result<Fault, TextError> {
        let meant = form.peek().and_then(|token| token.word()).and_then(Fault::nearest).unwrap_or(Fault::DanglingField);
        form.read(&format!("a kind of fault, like `{}`", meant.word()), |token| token.word().and_then(Fault::from_word))
    }
}

impl Printed for Fault {
    fn print(&self, out: &mut Printer<'_>) {
        out.push(self.word());
    }
}

/// Parses a value as `Display` prints it: nil, a plain value, or an object by its number.
impl FromStr for Value<Object> {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Value<Object>, TextError> {
        let wrong = || TextError { line: 1, column: 1, message: format!("`{text}` is no value") };
        if let Some(number) = text.strip_prefix('#') {
            return number.parse().map(|number| Value::Reference(Object(number))).map_err(|_| wrong());
        }
        match &*cut(1, text)? {
            [token] => constant(token).ok_or_else(wrong),
            _ => Err(wrong()),
        }
    }
}
