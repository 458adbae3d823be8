//! Encodes and decodes operations and each kind of operand.

use super::{Decoder, Encoder};
use crate::fault::Fault;
use crate::operation::{Code, Line, Operation, Store, operations};
use crate::value::{Field, Float, MOST_TEXT, MOST_VALUES, Name, Value};

/// An operand that can be encoded as bytes.
trait Encoded: Sized {
    fn encode(&self, out: &mut Encoder);
    fn decode(bytes: &mut Decoder<'_>) -> Option<Self>;
}

macro_rules! encoded {
    ($($(#[$doc:meta])* $tag:literal $text:literal $gives:ident $weight:literal
       $code:ident { $($operand:ident: $type:ty),* })*) => {
        impl Operation<Name> {
            pub(super) fn encode(&self, out: &mut Encoder) {
                match self { $(Operation::$code { $($operand),* } => { $($operand.encode(out);)* let _ = out; })* }
            }

            pub(super) fn decode(code: Code, bytes: &mut Decoder<'_>) -> Option<Self> {
                Some(match code {
                    $(Code::$code => Operation::$code { $($operand: Encoded::decode(bytes)?),* },)*
                })
            }
        }
    };
}
operations!(encoded);

impl Encoded for u32 {
    fn encode(&self, out: &mut Encoder) {
        out.bytes(&self.to_le_bytes());
    }

    fn decode(bytes: &mut Decoder<'_>) -> Option<u32> {
        bytes.array().map(u32::from_le_bytes)
    }
}

/// Only in expectations, which have no bytes.
impl Encoded for i64 {
    fn encode(&self, out: &mut Encoder) {
        out.bytes(&self.to_le_bytes());
    }

    fn decode(bytes: &mut Decoder<'_>) -> Option<i64> {
        bytes.array().map(i64::from_le_bytes)
    }
}

impl Encoded for bool {
    fn encode(&self, out: &mut Encoder) {
        out.byte(u8::from(*self));
    }

    fn decode(bytes: &mut Decoder<'_>) -> Option<bool> {
        Some(bytes.byte()? & 1 == 1)
    }
}

impl Encoded for Field {
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
            u8::MAX => Some(Field::new(&bytes.text()?).filter(Field::is_word).unwrap_or(Field::common(0))),
            index => Some(Field::common(index.into())),
        }
    }
}

/// The number that stands for nil where a name stands.
const NIL: u16 = u16::MAX;

/// The number that stands for `self`.
const SELF: u16 = u16::MAX - 1;

/// The number of a name of a program that has no more than bytes can tell.
fn number(name: Name) -> u16 {
    if name == Name::SELF { SELF } else { name.0 as u16 }
}

/// The name of that number; `None` is nil.
fn named(number: u16) -> Option<Name> {
    match number {
        NIL => None,
        SELF => Some(Name::SELF),
        number => Some(Name(number.into())),
    }
}

impl Encoded for Option<Name> {
    fn encode(&self, out: &mut Encoder) {
        out.bytes(&self.map_or(NIL, number).to_le_bytes());
    }

    fn decode(bytes: &mut Decoder<'_>) -> Option<Option<Name>> {
        bytes.array().map(u16::from_le_bytes).map(named)
    }
}

impl Encoded for Value<Name> {
    /// A byte for the kind of value, then always eight bytes. For a text these are its length, and the text follows.
    fn encode(&self, out: &mut Encoder) {
        let (tag, payload) = match self {
            Value::Nil => (0, 0),
            Value::Bool(value) => (1, u64::from(*value)),
            Value::Char(value) => (2, u64::from(*value)),
            Value::Int(value) => (3, value.cast_unsigned()),
            Value::Float(value) => (4, value.get().to_bits()),
            Value::Text(value) => (5, within_limit(value).len() as u64),
            Value::Reference(name) => (6, u64::from(number(*name))),
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
            6 => named(payload as u16).map_or(Value::Nil, Value::Reference),
            _ => Value::Nil,
        })
    }
}

/// As much of a text as fits. Bytes that are not UTF-8 decode to a longer text.
fn within_limit(text: &str) -> &str {
    let end = (0..=text.len().min(MOST_TEXT)).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

impl Encoded for Vec<Value<Name>> {
    fn encode(&self, out: &mut Encoder) {
        out.byte(self.len().min(MOST_VALUES) as u8);
        self.iter().take(MOST_VALUES).for_each(|value| value.encode(out));
    }

    fn decode(bytes: &mut Decoder<'_>) -> Option<Self> {
        let length = bytes.byte()?;
        (0..length).map(|_| Value::decode(bytes)).collect()
    }
}

impl Encoded for Box<Line> {
    fn encode(&self, out: &mut Encoder) {
        out.line(self);
    }

    fn decode(bytes: &mut Decoder<'_>) -> Option<Self> {
        bytes.finalizer_line().map(Box::new)
    }
}

impl Encoded for Box<Operation<Name>> {
    fn encode(&self, out: &mut Encoder) {
        out.tag(self.code());
        Operation::encode(self, out);
    }

    fn decode(bytes: &mut Decoder<'_>) -> Option<Self> {
        bytes.within(Code::allocates_plainly).map(Box::new)
    }
}

impl Encoded for Store<Name> {
    fn encode(&self, out: &mut Encoder) {
        self.0.encode(out);
    }

    fn decode(bytes: &mut Decoder<'_>) -> Option<Self> {
        bytes.within(Code::stores).map(|store| Store(Box::new(store)))
    }
}

impl Encoded for Fault {
    fn encode(&self, out: &mut Encoder) {
        out.byte(self.byte());
    }

    fn decode(bytes: &mut Decoder<'_>) -> Option<Fault> {
        bytes.byte().and_then(Fault::from_byte)
    }
}
