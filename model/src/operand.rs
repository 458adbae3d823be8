//! The kinds of operands, and how each is read, printed, encoded, decoded and resolved.

use crate::bytes::{Decoder, Encoder};
use crate::fault::Fault;
use crate::operation::Operation;
use crate::program::Line;
use crate::text::{Matcher, Printer, TextError};
use crate::value::{Field, Float, Name, Object, Value};

/// What every kind of operand can do.
pub(crate) trait Operand: Sized {
    /// The operand, where names are replaced by the objects that they stand for.
    type Resolved;
    fn resolve(&self, look_up: &dyn Fn(Name) -> Option<Object>) -> Option<Self::Resolved>;
    fn rename(&mut self, _each: &mut dyn FnMut(&mut Name)) {}
    fn parse(form: &mut Matcher<'_, '_>) -> Result<Self, TextError>;
    fn print(&self, out: &mut Printer<'_>);
    fn encode(&self, out: &mut Encoder);
    fn decode(bytes: &mut Decoder<'_>) -> Option<Self>;
}

impl Operand for u32 {
    type Resolved = u32;

    fn resolve(&self, _: &dyn Fn(Name) -> Option<Object>) -> Option<u32> {
        Some(*self)
    }

    fn parse(form: &mut Matcher<'_, '_>) -> Result<u32, TextError> {
        form.read("a number from 0 to 4294967295", |token| token.number()?.parse().ok())
    }

    fn print(&self, out: &mut Printer<'_>) {
        out.push(&self.to_string());
    }

    fn encode(&self, out: &mut Encoder) {
        out.bytes(&self.to_le_bytes());
    }

    fn decode(bytes: &mut Decoder<'_>) -> Option<u32> {
        bytes.array().map(u32::from_le_bytes)
    }
}

impl Operand for bool {
    type Resolved = bool;

    fn resolve(&self, _: &dyn Fn(Name) -> Option<Object>) -> Option<bool> {
        Some(*self)
    }

    fn parse(form: &mut Matcher<'_, '_>) -> Result<bool, TextError> {
        form.read("`on` or `off`", |token| match token.word()? {
            "on" => Some(true),
            "off" => Some(false),
            _ => None,
        })
    }

    fn print(&self, out: &mut Printer<'_>) {
        out.push(if *self { "on" } else { "off" });
    }

    fn encode(&self, out: &mut Encoder) {
        out.byte(u8::from(*self));
    }

    fn decode(bytes: &mut Decoder<'_>) -> Option<bool> {
        Some(bytes.byte()? & 1 == 1)
    }
}

impl Operand for Field {
    type Resolved = Field;

    fn resolve(&self, _: &dyn Fn(Name) -> Option<Object>) -> Option<Field> {
        Some(self.clone())
    }

    fn parse(form: &mut Matcher<'_, '_>) -> Result<Field, TextError> {
        form.read("a field's name", |token| token.word().and_then(Field::new))
    }

    fn print(&self, out: &mut Printer<'_>) {
        out.push(self.as_str());
    }

    /// A common field is one byte; another is 255 and its name.
    fn encode(&self, out: &mut Encoder) {
        match Field::COMMON.iter().position(|common| *common == self.as_str()) {
            Some(index) => out.byte(index as u8),
            None => {
                out.byte(u8::MAX);
                out.text(self.as_str());
            }
        }
    }

    fn decode(bytes: &mut Decoder<'_>) -> Option<Field> {
        match bytes.byte()? {
            u8::MAX => Some(Field::new(&bytes.text()?).unwrap_or(Field::common(0))),
            index => Some(Field::common(index.into())),
        }
    }
}

/// An object or nil.
impl Operand for Option<Name> {
    type Resolved = Option<Object>;

    fn resolve(&self, look_up: &dyn Fn(Name) -> Option<Object>) -> Option<Option<Object>> {
        match self {
            Some(name) => look_up(*name).map(Some),
            None => Some(None),
        }
    }

    fn rename(&mut self, each: &mut dyn FnMut(&mut Name)) {
        if let Some(name) = self {
            each(name);
        }
    }

    fn parse(form: &mut Matcher<'_, '_>) -> Result<Option<Name>, TextError> {
        if form.peek().is_some_and(|token| token.is_word("nil")) {
            return form.read("`nil`", |_| Some(None));
        }
        form.name("a name or `nil`").map(Some)
    }

    fn print(&self, out: &mut Printer<'_>) {
        match self {
            Some(name) => out.name(*name),
            None => out.push("nil"),
        }
    }

    fn encode(&self, out: &mut Encoder) {
        out.bytes(&self.map_or(u16::MAX, |name| name.0).to_le_bytes());
    }

    fn decode(bytes: &mut Decoder<'_>) -> Option<Option<Name>> {
        let number = bytes.array().map(u16::from_le_bytes)?;
        Some((number != u16::MAX).then_some(Name(number)))
    }
}

impl Operand for Value<Name> {
    type Resolved = Value<Object>;

    fn resolve(&self, look_up: &dyn Fn(Name) -> Option<Object>) -> Option<Value<Object>> {
        Some(match self {
            Value::Reference(name) => Value::Reference(look_up(*name)?),
            Value::Nil => Value::Nil,
            Value::Bool(value) => Value::Bool(*value),
            Value::Char(value) => Value::Char(*value),
            Value::Int(value) => Value::Int(*value),
            Value::Float(value) => Value::Float(*value),
            Value::Text(value) => Value::Text(value.clone()),
        })
    }

    fn rename(&mut self, each: &mut dyn FnMut(&mut Name)) {
        if let Value::Reference(name) = self {
            each(name);
        }
    }

    fn parse(form: &mut Matcher<'_, '_>) -> Result<Value<Name>, TextError> {
        if form.peek().is_some_and(|token| constant(token).is_some()) {
            form.read("a value", constant)
        } else {
            form.name("a value: nil true false 'c' 5 -5 1.5 \"text\" or a name").map(Value::Reference)
        }
    }

    fn print(&self, out: &mut Printer<'_>) {
        match self {
            Value::Nil => out.push("nil"),
            Value::Bool(value) => out.push(&value.to_string()),
            Value::Char(value) => out.push(&format!("{value:?}")),
            Value::Int(value) => out.push(&value.to_string()),
            Value::Float(value) => out.push(&format!("{value:?}").to_lowercase()),
            Value::Text(value) => out.push(&format!("{value:?}")),
            Value::Reference(name) => out.name(*name),
        }
    }

    /// A byte for what it is, then always eight bytes; behind them the text of a text, whose length they are.
    fn encode(&self, out: &mut Encoder) {
        let (tag, payload) = match self {
            Value::Nil => (0, 0),
            Value::Bool(value) => (1, u64::from(*value)),
            Value::Char(value) => (2, u64::from(*value)),
            Value::Int(value) => (3, value.cast_unsigned()),
            Value::Float(value) => (4, value.get().to_bits()),
            Value::Text(value) => (5, within_limit(value).len() as u64),
            Value::Reference(name) => (6, u64::from(name.0)),
        };
        out.byte(tag);
        out.bytes(&payload.to_le_bytes());
        if let Value::Text(value) = self {
            out.bytes(within_limit(value).as_bytes());
        }
    }

    fn decode(bytes: &mut Decoder<'_>) -> Option<Value<Name>> {
        let tag = bytes.byte()?;
        let payload = u64::from_le_bytes(bytes.array()?);
        Some(match tag % 7 {
            1 => Value::Bool(payload & 1 == 1),
            2 => Value::Char(char::from_u32(payload as u32).unwrap_or(char::REPLACEMENT_CHARACTER)),
            3 => Value::Int(payload.cast_signed()),
            4 => Value::Float(Float::new(f64::from_bits(payload))),
            5 => Value::Text(within_limit(&bytes.lossy(payload as usize % (MOST_TEXT + 1))?).into()),
            6 if payload as u16 == u16::MAX => Value::Nil,
            6 => Value::Reference(Name(payload as u16)),
            _ => Value::Nil,
        })
    }
}

/// The longest text of a value, in bytes.
const MOST_TEXT: usize = 65_535;

/// As much of a text as fits: bytes that are no text decode to more bytes than they were.
fn within_limit(text: &str) -> &str {
    let end = (0..=text.len().min(MOST_TEXT)).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// The most values that an array or closure is made of.
const MOST_VALUES: usize = 255;

/// The value that is no reference which a token stands for.
fn constant(token: &crate::text::Token<'_>) -> Option<Value<Name>> {
    use crate::text::TokenKind;
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

impl Operand for Vec<Value<Name>> {
    type Resolved = Vec<Value<Object>>;

    fn resolve(&self, look_up: &dyn Fn(Name) -> Option<Object>) -> Option<Vec<Value<Object>>> {
        self.iter().map(|value| value.resolve(look_up)).collect()
    }

    fn rename(&mut self, each: &mut dyn FnMut(&mut Name)) {
        self.iter_mut().for_each(|value| value.rename(each));
    }

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

    fn print(&self, out: &mut Printer<'_>) {
        for (index, value) in self.iter().enumerate() {
            if index > 0 {
                out.push(" ");
            }
            value.print(out);
        }
    }

    fn encode(&self, out: &mut Encoder) {
        out.byte(self.len().min(MOST_VALUES) as u8);
        self.iter().take(MOST_VALUES).for_each(|value| value.encode(out));
    }

    fn decode(bytes: &mut Decoder<'_>) -> Option<Self> {
        let length = bytes.byte()?;
        (0..length).map(|_| Value::decode(bytes)).collect()
    }
}

/// A line of a finalizer. It stays as it is until the finalizer runs, for only then do its names stand for something.
impl Operand for Box<Line> {
    type Resolved = Box<Line>;

    fn resolve(&self, _: &dyn Fn(Name) -> Option<Object>) -> Option<Box<Line>> {
        Some(self.clone())
    }

    fn rename(&mut self, each: &mut dyn FnMut(&mut Name)) {
        Line::rename(self, each);
    }

    fn parse(form: &mut Matcher<'_, '_>) -> Result<Self, TextError> {
        form.finalizer_line().map(Box::new)
    }

    fn print(&self, out: &mut Printer<'_>) {
        out.line(self);
    }

    fn encode(&self, out: &mut Encoder) {
        out.line(self);
    }

    fn decode(bytes: &mut Decoder<'_>) -> Option<Self> {
        bytes.finalizer_line().map(Box::new)
    }
}

/// What a temporary is made as: one of the operations that allocate one object.
impl Operand for Box<Operation<Name>> {
    type Resolved = Box<Operation<Object>>;

    fn resolve(&self, look_up: &dyn Fn(Name) -> Option<Object>) -> Option<Self::Resolved> {
        Operation::resolve(self, look_up).map(Box::new)
    }

    fn rename(&mut self, each: &mut dyn FnMut(&mut Name)) {
        Operation::rename(self, each);
    }

    fn parse(form: &mut Matcher<'_, '_>) -> Result<Self, TextError> {
        form.allocation().map(Box::new)
    }

    fn print(&self, out: &mut Printer<'_>) {
        out.operation(self);
    }

    fn encode(&self, out: &mut Encoder) {
        out.byte(self.code().tag());
        Operation::encode(self, out);
    }

    fn decode(bytes: &mut Decoder<'_>) -> Option<Self> {
        bytes.allocation().map(Box::new)
    }
}

impl Operand for Fault {
    type Resolved = Fault;

    fn resolve(&self, _: &dyn Fn(Name) -> Option<Object>) -> Option<Fault> {
        Some(*self)
    }

    fn parse(form: &mut Matcher<'_, '_>) -> Result<Fault, TextError> {
        let meant = form.peek().and_then(|token| token.word()).and_then(Fault::nearest).unwrap_or(Fault::DanglingField);
        form.read(&format!("a kind of fault, like `{}`", meant.word()), |token| token.word().and_then(Fault::from_word))
    }

    fn print(&self, out: &mut Printer<'_>) {
        out.push(self.word());
    }

    fn encode(&self, out: &mut Encoder) {
        out.byte(self.byte());
    }

    fn decode(bytes: &mut Decoder<'_>) -> Option<Fault> {
        bytes.byte().and_then(Fault::from_byte)
    }
}
