//! What fields, elements, captures, boxes and scalars hold.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::ObjectId;

/// A string that is shared, not copied, when a value is read.
///
/// It is one pointer wide, so that a [`Value`] keeps to 16 bytes; a string slice behind an `Arc`
/// alone would be two.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text(Arc<Box<str>>);

impl Text {
    /// The characters.
    #[inline]
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(Arc::new(text.into()))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Arc::new(text.into_boxed_str()))
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// A value of the language, in 16 bytes. Only a reference says anything about other objects.
///
/// Two floats are equal when their bits are: a `NaN` is what it was when it was stored, and
/// `0.0` is not `-0.0`.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// Nothing. A reference to [`ObjectId::NIL`] becomes this when it is stored.
    #[default]
    Nil,
    /// A truth value.
    Bool(bool),
    /// A character.
    Char(char),
    /// An integer.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// A string.
    Text(Text),
    /// A strong reference: as long as it is stored, its object lives.
    Reference(ObjectId),
}

impl Value {
    /// The object that this value refers to, or none: nil refers to nothing.
    #[inline]
    #[must_use]
    pub fn reference(&self) -> Option<ObjectId> {
        match self {
            Self::Reference(object) if !object.is_nil() => Some(*object),
            _ => None,
        }
    }

    /// The form in which a value is stored: with one way to say nil.
    #[inline(always)]
    pub(crate) fn normalized(self) -> Self {
        match self {
            Self::Reference(object) if object.is_nil() => Self::Nil,
            other => other,
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nil, Self::Nil) => true,
            (Self::Bool(one), Self::Bool(two)) => one == two,
            (Self::Char(one), Self::Char(two)) => one == two,
            (Self::Int(one), Self::Int(two)) => one == two,
            (Self::Float(one), Self::Float(two)) => one.to_bits() == two.to_bits(),
            (Self::Text(one), Self::Text(two)) => one == two,
            (Self::Reference(one), Self::Reference(two)) => one == two,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<char> for Value {
    fn from(value: char) -> Self {
        Self::Char(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl From<Text> for Value {
    fn from(value: Text) -> Self {
        Self::Text(value)
    }
}

impl From<ObjectId> for Value {
    fn from(value: ObjectId) -> Self {
        Self::Reference(value).normalized()
    }
}

#[cfg(test)]
mod tests {
    use super::Value;
    use crate::ObjectId;

    #[test]
    fn floats_are_equal_by_their_bits() {
        assert_eq!(Value::Float(f64::NAN), Value::Float(f64::NAN));
        assert_ne!(Value::Float(0.0), Value::Float(-0.0));
        assert_ne!(Value::Float(1.0), Value::Int(1));
    }

    #[test]
    fn a_reference_to_nil_is_nil() {
        assert_eq!(Value::from(ObjectId::NIL), Value::Nil);
        assert_eq!(Value::Reference(ObjectId::NIL).reference(), None);
    }
}
