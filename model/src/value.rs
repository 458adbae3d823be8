//! What operations work on: names, objects, fields, values, and the visible contents of objects.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, LazyLock};

/// A name of a program: the number of a variable that one line binds once to an object's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(pub u32);

impl Name {
    /// `self`: within a finalizer, the object that it belongs to.
    pub const SELF: Name = Name(u32::MAX - 1);
    /// The most names that a program can have: one number is that of `self`, and the last is none.
    pub const MOST: usize = 4_294_967_294;
    /// The most names that a program can have in bytes, where a name has two of them (SPEC 10.13).
    pub const MOST_IN_BYTES: usize = 65_534;

    /// The name's number as an index. Programs count their names from 0, and tables of names are as long as the highest.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An object, by the number of its allocation in its heap, counted from 0. The number is never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Object(pub u32);

impl Object {
    /// The object's number as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for Object {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "#{}", self.0)
    }
}

/// The longest text of a value, in bytes.
pub(crate) const MOST_TEXT: usize = 65_535;

/// The most values in the allocation of an array or closure.
pub(crate) const MOST_VALUES: usize = 255;

/// The longest name of a field, in bytes.
const MOST_FIELD: usize = 255;

/// What the word begins with that stands for a field whose name is none.
const STAND_IN: &str = "q_";

/// The name of a table's field: a word, or any other text, which has quotes around it where it is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Field(Arc<str>);

impl Field {
    /// Fields that are encoded as one byte, in the order of their bytes: more than a heap searches one by one.
    pub const COMMON: [&str; 24] = [
        "next", "x", "y", "left", "right", "parent", "child", "value", "key", "head", "tail", "item", "a", "b", "c",
        "d", "e", "f", "g", "h", "first", "last", "name", "data",
    ];

    /// The field of that name; `None` if it has more than 255 bytes.
    pub fn new(name: &str) -> Option<Field> {
        // Few begin alike, so that this is a short look at most of them.
        let is_it = |common: &&str| common.as_bytes().first() == name.as_bytes().first() && *common == name;
        if let Some(index) = Field::COMMON.iter().position(is_it) {
            return Some(Field::common(index));
        }
        (name.len() <= MOST_FIELD).then(|| Field(name.into()))
    }

    /// Whether its name is a word: a letter or `_`, then letters, digits and `_`. Bytes have no other fields.
    pub fn is_word(&self) -> bool {
        let mut characters = self.0.chars();
        characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
            && characters.all(|c| c.is_alphanumeric() || c == '_')
    }

    /// A word for it where names can only be words: its own, or one that no other field has. For `on click` it is `q_on_20_click`.
    ///
    /// ```
    /// use heapproof_model::Field;
    /// for name in ["x", "on click", "a.b", "0", "", "q_x"] {
    ///     let field = Field::new(name).unwrap();
    ///     let word = Field::new(&field.to_word()).unwrap();
    ///     assert!(word.is_word());
    ///     assert_eq!(Field::of_word(word.as_str()), Some(field));
    /// }
    /// ```
    pub fn to_word(&self) -> Cow<'_, str> {
        // A word that begins as those do is one of them, lest two fields have the same.
        if self.is_word() && !self.0.starts_with(STAND_IN) {
            return Cow::Borrowed(&self.0);
        }
        let mut word = STAND_IN.to_owned();
        for c in self.0.chars() {
            if c.is_alphanumeric() { word.push(c) } else { word.push_str(&format!("_{:x}_", u32::from(c))) }
        }
        Cow::Owned(word)
    }

    /// The field that [has](Field::to_word) that word; `None` if none has it.
    pub fn of_word(word: &str) -> Option<Field> {
        let Some(mut rest) = word.strip_prefix(STAND_IN) else {
            return Field::new(word).filter(Field::is_word);
        };
        let mut name = String::new();
        while let Some((before, behind)) = rest.split_once('_') {
            let (number, after) = behind.split_once('_')?;
            name.push_str(before);
            name.push(char::from_u32(u32::from_str_radix(number, 16).ok()?)?);
            rest = after;
        }
        name.push_str(rest);
        Field::new(&name).filter(|field| field.to_word() == word)
    }

    /// The common field of that index, modulo their number.
    pub fn common(index: usize) -> Field {
        static FIELDS: LazyLock<Vec<Field>> =
            LazyLock::new(|| Field::COMMON.iter().map(|name| Field((*name).into())).collect());
        FIELDS[index % Field::COMMON.len()].clone()
    }

    /// The field's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// As in a trace: in quotes unless it is a word.
impl fmt::Display for Field {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_word() { out.write_str(&self.0) } else { write!(out, "{:?}", &*self.0) }
    }
}

/// A 64-bit float, compared by its bits; every not-a-number is the same one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Float(u64);

impl Float {
    /// The float of that value.
    pub fn new(value: f64) -> Float {
        Float(if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() })
    }

    /// Its value.
    pub fn get(self) -> f64 {
        f64::from_bits(self.0)
    }
}

impl fmt::Debug for Float {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", self.get())
    }
}

/// The value of a field, an element, a capture or a box; `R` is a [`Name`] in programs and an [`Object`] in heaps.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value<R> {
    /// Nothing.
    Nil,
    /// A truth value.
    Bool(bool),
    /// A character.
    Char(char),
    /// A whole number.
    Int(i64),
    /// A floating-point number.
    Float(Float),
    /// A string.
    Text(Arc<str>),
    /// A strong reference.
    Reference(R),
}

impl<R: Copy> Value<R> {
    /// The reference, if it is one.
    pub fn reference(&self) -> Option<R> {
        match self {
            Value::Reference(reference) => Some(*reference),
            _ => None,
        }
    }
}

/// The six kinds of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Kind {
    /// Named fields, in the order of their insertion.
    #[default]
    Table,
    /// Elements.
    Array,
    /// A function index and captures.
    Closure,
    /// One value.
    Box,
    /// One value that is not a reference.
    Scalar,
    /// A weak reference to a target.
    Weak,
}

impl Kind {
    /// All of them.
    pub const ALL: &[Kind] = &[Kind::Table, Kind::Array, Kind::Closure, Kind::Box, Kind::Scalar, Kind::Weak];

    /// The word that allocates one.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Table => "table",
            Kind::Array => "array",
            Kind::Closure => "closure",
            Kind::Box => "box",
            Kind::Scalar => "scalar",
            Kind::Weak => "weak",
        }
    }
}

/// The visible contents of an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Contents {
    /// Its kind.
    pub kind: Kind,
    /// A closure's function index, else 0.
    pub function: u32,
    /// A table's fields, in order of insertion, else empty.
    pub fields: Vec<Field>,
    /// The values of the fields, the elements, the captures, or the one value. Of the weak objects ephemerons have one, which is
    /// nil once the key has died.
    pub values: Vec<Value<Object>>,
    /// A weak object's target while the target lives, else `None`.
    pub target: Option<Object>,
}

impl Contents {
    /// Whether it is an ephemeron: a weak object with a value.
    pub fn is_ephemeron(&self) -> bool {
        self.kind == Kind::Weak && !self.values.is_empty()
    }

    /// The objects that it refers to strongly, one entry for each reference, in order.
    pub fn references(&self) -> impl Iterator<Item = Object> + Clone + '_ {
        self.values.iter().filter_map(Value::reference)
    }
}

/// The numbers of references to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Counts {
    /// References that the mutator holds.
    pub external: u32,
    /// References in the contents of living objects.
    pub internal: u32,
    /// Living weak objects that target it.
    pub weak: u32,
}
