//! Texts with groups of a pattern in braces, as `expect {object} {count-1}`.

use super::lines::is_claim;
use heapproof_model::Field;
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// A group in braces, with a number that is added.
static GROUP: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\{([A-Za-z_]\w*)([+-]\d+)?\}").ok());

/// A name and the point before its field, at the end of a text.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?:^|[^\w.])[\p{Alphabetic}_]\w*\.$").ok());

/// A text with groups.
#[derive(Debug)]
pub(super) struct Template(Vec<Part>);

#[derive(Debug)]
enum Part {
    Text(String),
    Group(String, i64),
    /// The group of a field's name, which has quotes unless it is a word.
    Field(String),
}

impl Template {
    /// A group behind an object and a point is a field: of a group that is one of `objects`, or of a name.
    ///
    /// # Errors
    /// If the number that is to be added to a group is too large.
    pub fn new(text: &str, objects: &[String]) -> Result<Template, String> {
        let (mut parts, mut from) = (Vec::new(), 0);
        for found in GROUP.iter().flat_map(|group| group.captures_iter(text)) {
            let (Some(whole), Some(name)) = (found.get(0), found.get(1)) else { continue };
            let before = &text[from..whole.start()];
            let is_field = match parts.last() {
                Some(Part::Group(object, 0)) if before == "." => objects.contains(object),
                _ => NAMED.as_ref().is_some_and(|named| named.is_match(before)),
            };
            parts.push(Part::Text(before.to_owned()));
            let added = found.get(2).map_or(Ok(0), |added| added.as_str().parse());
            let added = added.map_err(|_| format!("`{}` adds a number that is too large", whole.as_str()))?;
            let name = name.as_str().to_owned();
            parts.push(if is_field && added == 0 { Part::Field(name) } else { Part::Group(name, added) });
            from = whole.end();
        }
        parts.push(Part::Text(text[from..].to_owned()));
        Ok(Template(parts))
    }

    /// The groups in it.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Group(name, _) | Part::Field(name) => Some(&**name),
            Part::Text(_) => None,
        })
    }

    /// Whether it is a line that expects something.
    pub fn is_claim(&self) -> bool {
        matches!(self.0.first(), Some(Part::Text(text)) if is_claim(text))
    }

    /// The text with what was found for its groups, through `told`.
    ///
    /// # Errors
    /// If a number is to be added to what is none, the name of a field is too long, or `told` has one.
    pub fn filled(
        &self,
        found: &Captures<'_>,
        told: &dyn Fn(&str, &str) -> Result<String, String>,
    ) -> Result<String, String> {
        let mut filled = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Field(name) => {
                    let text = found.name(name).map_or("", |text| text.as_str());
                    let field = Field::new(text)
                        .ok_or_else(|| format!("a field's name has at most 255 bytes, and this one {}", text.len()))?;
                    filled.push_str(&field.to_string());
                }
                Part::Group(name, added) => {
                    let text = found.name(name).map_or("", |text| text.as_str());
                    if *added == 0 {
                        filled.push_str(&told(name, text)?);
                    } else {
                        let number = text.parse::<i64>().ok().and_then(|number| number.checked_add(*added));
                        let number =
                            number.ok_or_else(|| format!("`{text}` is no number to which {added} can be added"))?;
                        filled.push_str(&number.to_string());
                    }
                }
            }
        }
        Ok(filled)
    }
}
