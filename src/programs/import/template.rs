//! Texts with groups of a pattern in braces, as `expect {object} {count-1}`.

use regex::{Captures, Regex};
use std::sync::LazyLock;

/// A group in braces, with a number that is added.
static GROUP: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\{([A-Za-z_]\w*)([+-]\d+)?\}").ok());

/// A text with groups.
#[derive(Debug)]
pub(super) struct Template(Vec<Part>);

#[derive(Debug)]
enum Part {
    Text(String),
    Group(String, i64),
}

impl Template {
    /// # Errors
    /// If the number that is to be added to a group is too large.
    pub fn new(text: &str) -> Result<Template, String> {
        let (mut parts, mut from) = (Vec::new(), 0);
        for found in GROUP.iter().flat_map(|group| group.captures_iter(text)) {
            let (Some(whole), Some(name)) = (found.get(0), found.get(1)) else { continue };
            parts.push(Part::Text(text[from..whole.start()].to_owned()));
            let added = found.get(2).map_or(Ok(0), |added| added.as_str().parse());
            let added = added.map_err(|_| format!("`{}` adds a number that is too large", whole.as_str()))?;
            parts.push(Part::Group(name.as_str().to_owned(), added));
            from = whole.end();
        }
        parts.push(Part::Text(text[from..].to_owned()));
        Ok(Template(parts))
    }

    /// The groups in it.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| if let Part::Group(name, _) = part { Some(&**name) } else { None })
    }

    /// The text with what was found for its groups, through `told`.
    ///
    /// # Errors
    /// If a number is to be added to what is none.
    pub fn filled(&self, found: &Captures<'_>, told: &dyn Fn(&str, &str) -> String) -> Result<String, String> {
        let mut filled = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Group(name, added) => {
                    let text = found.name(name).map_or("", |text| text.as_str());
                    if *added == 0 {
                        filled.push_str(&told(name, text));
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
