//! The comments above a trace. One of them names the property and the subject that the trace was found with.
//!
//! A trace that fails under one property may pass under another, so a kept trace names its property. The name is in a
//! comment, since it is not part of the program.

use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use heapproof_model::text::HEADER;
use heapproof_model::{Dialect, TextError};

/// Everything between the header and the first line of a trace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heading {
    /// The comments, without their marks.
    pub comments: Vec<String>,
    /// The property that it names, if any.
    pub property: Option<Property>,
    /// The subject that it names, if any.
    pub subject: Option<String>,
    /// The dialect that the subject was held to, if it was not its own.
    pub dialect: Option<Dialect>,
}

impl Heading {
    /// Reads the heading of a trace.
    ///
    /// # Errors
    /// If it names an unknown property.
    pub fn of(trace: &str) -> Result<Heading, TextError> {
        let mut heading = Heading::default();
        let trace = trace.strip_prefix('\u{feff}').unwrap_or(trace);
        for (index, line) in trace.lines().enumerate() {
            let line = line.trim();
            match line.strip_prefix('#') {
                Some(comment) => heading.add(index + 1, comment.strip_prefix(' ').unwrap_or(comment))?,
                None if line.is_empty() || line.starts_with(HEADER) => {}
                None => break,
            }
        }
        Ok(heading)
    }

    fn add(&mut self, line: usize, comment: &str) -> Result<(), TextError> {
        let parts = origin(comment);
        let claims = ["signature ", "property "].iter().any(|key| comment.starts_with(key));
        if parts.is_none() && claims && comment.contains(", subject ") {
            let message = "can't read what this trace was found with; names have no spaces".to_owned();
            return Err(TextError { line, column: 1, message });
        }
        for (key, name) in parts.unwrap_or_default() {
            match key {
                "property" => {
                    let message = format!("there is no property `{name}` to judge this trace by");
                    let wrong = || TextError { line, column: 1, message };
                    self.property = Some(Property::from_name(name).ok_or_else(wrong)?);
                }
                "subject" => self.subject = Some(name.to_owned()),
                "dialect" => {
                    let parsed = name.replace(';', ",").parse::<Dialect>();
                    let wrong = |error| TextError { line, column: 1, message: format!("no dialect: {error}") };
                    self.dialect = Some(parsed.map_err(wrong)?);
                }
                _ => {}
            }
        }
        self.comments.push(comment.to_owned());
        Ok(())
    }

    /// The property and the subject to judge by: the arguments, else those of the heading, else lockstep and the first. The
    /// subject is held to the dialect of the heading, unless it is held to another already or is in another process.
    ///
    /// # Errors
    /// If the subject is not among `subjects`.
    pub fn claim(
        &self,
        property: Option<Property>,
        subject: Option<&str>,
        subjects: &[SubjectKind],
    ) -> Result<(Property, SubjectKind), String> {
        let property = property.or(self.property).unwrap_or(Property::Lockstep);
        let name = subject.or(self.subject.as_deref());
        let found = subjects.iter().find(|kind| name.is_none_or(|name| kind.name == name || kind.typed() == name));
        let none = || format!("there is no subject `{}`", name.unwrap_or_default());
        let found = found.ok_or_else(none)?.clone();
        // What a process declares now counts, and not what it declared when the trace was found.
        let held = self.dialect.filter(|_| found.is_held_to().is_none() && found.typed() == found.name);
        Ok((property, held.map_or(found.clone(), |dialect| found.held_to(dialect))))
    }

    /// All comments except those that name a property, a subject or a signature.
    pub fn others(&self) -> impl Iterator<Item = &str> {
        self.comments.iter().map(String::as_str).filter(|comment| origin(comment).is_none())
    }
}

/// The comment that names the signature, the property and the subject of a failing trace.
pub fn found_as(signature: &str, property: Property, subject: &SubjectKind) -> String {
    format!("signature {signature}, {}", judged_by(property, subject))
}

/// The comment that names the property and the subject to judge a trace by.
pub fn judged_by(property: Property, subject: &SubjectKind) -> String {
    let dialect = held(subject).map(|dialect| format!(", dialect {}", dialect.to_string().replace(',', ";")));
    format!("property {}, subject {}{}", property.name(), subject.name, dialect.unwrap_or_default())
}

/// The dialect that a trace has to name: that to which the subject is held, or which a heap elsewhere declares.
fn held(subject: &SubjectKind) -> Option<Dialect> {
    let own = || subject.abilities().ok().map(|abilities| *abilities.dialect());
    let elsewhere = (subject.typed() != subject.name).then(own).flatten();
    subject.is_held_to().copied().or(elsewhere).filter(|dialect| *dialect != Dialect::default())
}

/// The parts of a comment that says where a trace comes from; `None` for other comments.
fn origin(comment: &str) -> Option<Vec<(&str, &str)>> {
    comment.split(',').map(part).collect()
}

fn part(text: &str) -> Option<(&str, &str)> {
    let (key, name) = text.trim().split_once(' ')?;
    let is_one = ["signature", "property", "subject"].contains(&key) && !name.contains(char::is_whitespace);
    (is_one || key == "dialect").then_some((key, name))
}
