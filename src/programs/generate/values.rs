//! Values from a small set, so that equal ones occur again, and extreme values.

use super::Generator;
use heapproof_model::{Float, Name, Value};
use rand::RngExt;

/// Strings that are empty, plain, full of escapes, and longer than a line.
const TEXTS: [&str; 6] = ["", "text", "\"\\\n\t", "\u{0}", "é\u{10ffff}", LONG];

const LONG: &str = concat!(
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
);

const CHARS: [char; 4] = ['c', '\0', '\'', char::MAX];

const FLOATS: [f64; 9] =
    [0.0, -0.0, 1.5, f64::NAN, f64::NEG_INFINITY, f64::INFINITY, f64::MAX, f64::MIN_POSITIVE, 5e-324];

impl Generator<'_> {
    /// A value that is not a reference.
    pub(super) fn plain(&mut self) -> Value<Name> {
        match self.rng.random_range(0..16) {
            0..6 => Value::Nil,
            6..9 => Value::Int(self.rng.random_range(-2..=2)),
            9 => Value::Int(i64::MIN),
            10 => Value::Int(i64::MAX),
            11 => Value::Bool(self.rng.random_bool(0.5)),
            12 => Value::Char(CHARS[self.rng.random_range(0..CHARS.len())]),
            13 => Value::Float(Float::new(FLOATS[self.rng.random_range(0..FLOATS.len())])),
            14 => Value::Text("text".into()),
            _ => Value::Text(TEXTS[self.rng.random_range(0..TEXTS.len())].into()),
        }
    }
}
