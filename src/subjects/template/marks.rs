//! The marks of an entry, and what stands for each of them.

use super::entries::Template;
use heapproof_model::{Object, Operation, Value};

/// A mark without its braces, and what is written for it.
pub(super) type Mark = (&'static str, String);

impl Template {
    /// The marks of an operation.
    pub(super) fn marks(&self, operation: &Operation<Object>) -> Result<Vec<Mark>, String> {
        let mut marks = Vec::new();
        match operation {
            Operation::Take { object }
            | Operation::TryTake { object }
            | Operation::Pin { object }
            | Operation::Unpin { object }
            | Operation::Drop { object }
            | Operation::Upgrade { weak: object }
            | Operation::Weak { target: object }
            | Operation::ReadBox { object }
            | Operation::Pop { object }
            | Operation::Length { object }
            | Operation::Clear { object }
            | Operation::When { weak: object, .. }
            | Operation::On { object, .. } => marks.push(number(*object)),
            Operation::ReadField { object, field } | Operation::Remove { object, field } => {
                marks.extend([number(*object), ("field", field.to_word().into_owned())]);
            }
            Operation::ReadElement { object, index }
            | Operation::ReadCapture { object, index }
            | Operation::RemoveElement { object, index }
            | Operation::SwapRemove { object, index } => {
                marks.extend([number(*object), ("index", index.to_string())]);
            }
            Operation::WriteField { object, field, value } => {
                marks.extend([number(*object), ("field", field.to_word().into_owned()), self.stored(value)?]);
            }
            Operation::Truncate { object, length } => {
                marks.extend([number(*object), ("length", length.to_string())]);
            }
            Operation::Swap { object, index, other, place } => {
                let (_, other) = number(*other);
                marks.extend([
                    number(*object),
                    ("index", index.to_string()),
                    ("other", other),
                    ("place", place.to_string()),
                ]);
            }
            Operation::Fill { object, index, count, value } => {
                let places = [("index", index.to_string()), ("count", count.to_string())];
                marks.push(number(*object));
                marks.extend(places.into_iter().chain([self.stored(value)?]));
            }
            Operation::WriteElement { object, index, value }
            | Operation::WriteCapture { object, index, value }
            | Operation::Insert { object, index, value } => {
                marks.extend([number(*object), ("index", index.to_string()), self.stored(value)?]);
            }
            Operation::WriteBox { object, value } | Operation::Push { object, value } => {
                marks.extend([number(*object), self.stored(value)?]);
            }
            Operation::Ephemeron { key, value } => marks.extend([number(*key), self.stored(value)?]),
            Operation::Box { value } | Operation::Scalar { value } => marks.push(self.stored(value)?),
            Operation::TableLike { like, values } => marks.extend([number(*like), self.listed(values)?]),
            Operation::Array { values } => marks.push(self.listed(values)?),
            Operation::Closure { function, values } => {
                marks.extend([("function", function.to_string()), self.listed(values)?]);
            }
            Operation::Chain { length } | Operation::Ring { length } => marks.push(("length", length.to_string())),
            _ => {}
        }
        Ok(marks)
    }

    fn stored(&self, value: &Value<Object>) -> Result<Mark, String> {
        Ok(("value", self.value(value)?))
    }

    fn listed(&self, values: &[Value<Object>]) -> Result<Mark, String> {
        let values = values.iter().map(|value| self.value(value)).collect::<Result<Vec<String>, String>>()?;
        Ok(("values", values.join(", ")))
    }

    fn value(&self, value: &Value<Object>) -> Result<String, String> {
        match value {
            Value::Nil => self.entry("nil").map(str::to_owned),
            Value::Reference(object) => Ok(filled(self.entry("reference")?, &[number(Some(*object))])),
            plain => Ok(filled(self.entry("plain")?, &[("text", quoted(&plain.to_string()))])),
        }
    }
}

fn number(object: Option<Object>) -> Mark {
    ("object", object.map(|object| object.0.to_string()).unwrap_or_default())
}

/// The text with what stands for its marks. Other braces are the language's own.
pub(super) fn filled(text: &str, marks: &[Mark]) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        filled += before;
        let mark = from[1..].split_once('}').and_then(|(word, _)| marks.iter().find(|(mark, _)| *mark == word));
        match mark {
            Some((mark, stands)) => {
                filled += stands;
                rest = &from[mark.len() + 2..];
            }
            None => {
                filled.push('{');
                rest = &from[1..];
            }
        }
    }
    filled + rest
}

/// A text between double quotes, as most languages read it. A character that means something there in one of them is written
/// as its number between `~`: plain values only have to differ.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '$' | '@' | '{' | '}' | '%' | '~' => quoted += &format!("~{}~", u32::from(c)),
            c if c.is_ascii_graphic() || c == ' ' => quoted.push(c),
            c => quoted += &format!("~{}~", u32::from(c)),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::{filled, quoted};

    #[test]
    fn only_known_marks_are_replaced() {
        let marks = [("new", "3".to_owned()), ("value", "{new}".to_owned())];
        assert_eq!(filled("f({new}, {value}) { {other} }", &marks), "f(3, {new}) { {other} }");
    }

    #[test]
    fn a_text_means_the_same_in_every_language() {
        assert_eq!(quoted(r#"a "$x" \ é"#), r#""a \"~36~x\" \\ ~233~""#);
    }
}
