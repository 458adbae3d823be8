//! Symbols: names that are compared as numbers.
//!
//! To compare two names as texts is a call and two reads of what lies elsewhere. So a name has a *word*: its first seven bytes and
//! its length, in one number. Names with different words differ. Names of seven bytes or fewer, which most are, differ
//! only if their words do. Of longer ones the texts are compared, where the words are equal.
//!
//! A [`Symbol`] is a name and its word. It belongs to no heap, and is dropped like any other value: nothing
//! is interned, so there is no table of symbols that grows, and none to collect, as there is in Ruby or in Erlang.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The most bytes of a name of which its word says all.
const SHORT: u64 = 7;

/// The first bytes of a name, and above them its length; 255 stands for all from there on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Word(u64);

impl Word {
    /// Reads at most two numbers, which overlap where the length is between two powers of two.
    #[inline(always)]
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let behind = |first: usize| 8 * (bytes.len() - first);
        let start = if let Some(eight) = bytes.first_chunk() {
            u64::from_le_bytes(*eight) & (u64::MAX >> 8)
        } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << behind(4)
        } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            u64::from(u16::from_le_bytes(*first)) | u64::from(u16::from_le_bytes(*last)) << behind(2)
        } else {
            bytes.first().map_or(0, |byte| u64::from(*byte))
        };
        Self(start | (bytes.len().min(255) as u64) << 56)
    }
}

/// The name of a field, as calls take it: a text, or a [`Symbol`].
#[derive(Clone, Copy, Debug)]
pub struct FieldName<'a> {
    word: Word,
    text: &'a str,
}

impl<'a> FieldName<'a> {
    /// The name.
    #[inline]
    #[must_use]
    pub fn as_str(self) -> &'a str {
        self.text
    }

    /// Whether its word does not say all, so that having the word of another is not enough to be equal.
    #[inline(always)]
    pub(crate) fn is_long(self) -> bool {
        self.word.0 >> 56 > SHORT
    }

    /// Whether it has the word of that symbol.
    #[inline(always)]
    pub(crate) fn has_word(self, symbol: &Symbol) -> bool {
        self.word == symbol.word
    }

    /// Whether it is the name of that symbol.
    #[inline]
    pub(crate) fn is(self, symbol: &Symbol) -> bool {
        self.has_word(symbol) && (!self.is_long() || *self.text == *symbol.name)
    }
}

impl<'a, T: AsRef<str> + ?Sized> From<&'a T> for FieldName<'a> {
    #[inline(always)]
    fn from(text: &'a T) -> Self {
        let text = text.as_ref();
        Self { word: Word::of(text), text }
    }
}

impl<'a> From<&'a Symbol> for FieldName<'a> {
    #[inline(always)]
    fn from(symbol: &'a Symbol) -> Self {
        Self { word: symbol.word, text: &symbol.name }
    }
}

/// The name of a field, made ready to be looked for: what takes a name of a field as text takes this too. In tables that
/// share their names with others, fields with names of at most seven bytes are then found without a look at any text.
///
/// A virtual machine makes one of each name in its program. Where one place in the program meets tables of one kind,
/// a [`FieldSite`](crate::FieldSite) is faster.
///
/// ```
/// use heapproof_heap::{Heap, Symbol, Value};
///
/// let x = Symbol::new("x");
/// let mut heap = Heap::<()>::new();
/// let point = heap.allocate_table()?;
/// heap.set_field(point, &x, Value::Int(3))?;
/// assert_eq!(heap.get_field(point, "x")?, Value::Int(3));
/// # Ok::<(), heapproof_heap::HeapError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Symbol {
    word: Word,
    name: Arc<str>,
}

impl Symbol {
    /// The symbol of a name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { word: Word::of(name), name: name.into() }
    }

    /// The name.
    #[inline]
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// Whether its word is that of its name.
    pub(crate) fn is_right(&self) -> bool {
        self.word == Word::of(&self.name)
    }

    /// One whose word is that of another name.
    #[cfg(test)]
    pub(crate) fn damaged(name: &str, other: &str) -> Self {
        Self { word: Word::of(other), name: name.into() }
    }

    /// The name, shared.
    #[inline]
    pub(crate) fn name(&self) -> &Arc<str> {
        &self.name
    }
}

impl PartialEq for Symbol {
    fn eq(&self, other: &Self) -> bool {
        FieldName::from(self).is(other)
    }
}

impl Eq for Symbol {}

impl Hash for Symbol {
    fn hash<S: Hasher>(&self, state: &mut S) {
        self.name.hash(state);
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::{FieldName, Symbol};

    /// Whether a text is the name of another's symbol, by their words and texts.
    fn is(one: &str, other: &str) -> bool {
        FieldName::from(one).is(&Symbol::new(other))
    }

    #[test]
    fn names_are_equal_if_and_only_if_their_texts_are() {
        let begin_alike = |length: usize| "abcdefghijklmnop"[..length].to_owned();
        let mut names: Vec<String> = (0..=16).map(begin_alike).collect();
        names.extend((1..=16).map(|length| begin_alike(length - 1) + "z"));
        names.extend((0..=9).map(|length| "\0".repeat(length)));
        names.extend([254, 255, 256, 257].map(|length| "a".repeat(length)));
        for one in &names {
            for other in &names {
                assert_eq!(is(one, other), one == other, "{one:?} and {other:?}");
                assert_eq!(Symbol::new(one) == Symbol::new(other), one == other, "{one:?} and {other:?}");
            }
        }
    }

    #[test]
    fn each_byte_of_a_short_name_is_in_its_word() {
        for length in 1..=7 {
            for place in 0..length {
                let mut name = vec![b'a'; length];
                name[place] = b'b';
                let other = String::from_utf8(name).unwrap();
                assert!(!is(&"a".repeat(length), &other), "{other}");
            }
        }
    }
}
