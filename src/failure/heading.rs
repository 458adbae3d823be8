//! What stands over a trace: comments, and one among them that says what the trace was found by.
//!
//! A trace that fails by one property may pass by another, so a trace which is kept says by which it is to be judged. It
//! says so in a comment, since a program does not depend on it.

use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use heapproof_model::TextError;
use heapproof_model::text::HEADER;

/// What is before the first line of a trace, besides the header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heading {
    /// The comments, without their marks.
    pub comments: Vec<String>,
    /// What does not hold for the trace, if it says that.
    pub property: Option<Property>,
    /// The name of the subject that it fails on, if it says that.
    pub subject: Option<String>,
}

impl Heading {
    /// The heading of a trace.
    ///
    /// # Errors
    /// Where it speaks of a property that there is not.
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
        for (key, name) in said(comment).unwrap_or_default() {
            match key {
                "property" => {
                    let message = format!("there is no property `{name}`, by which this is to be judged");
                    let wrong = || TextError { line, column: 1, message };
                    self.property = Some(Property::from_name(name).ok_or_else(wrong)?);
                }
                "subject" => self.subject = Some(name.to_owned()),
                _ => {}
            }
        }
        self.comments.push(comment.to_owned());
        Ok(())
    }

    /// What is claimed of which of those subjects: what is asked for, else what the trace says, else the lockstep of the first.
    ///
    /// # Errors
    /// Where the subject is not among them.
    pub fn claim<'a>(
        &self,
        property: Option<Property>,
        subject: Option<&str>,
        subjects: &'a [SubjectKind],
    ) -> Result<(Property, &'a SubjectKind), String> {
        let property = property.or(self.property).unwrap_or(Property::Lockstep);
        let name = subject.or(self.subject.as_deref());
        let found = subjects.iter().find(|kind| name.is_none_or(|name| kind.name == name));
        let none = || format!("there is no subject `{}`", name.unwrap_or_default());
        Ok((property, found.ok_or_else(none)?))
    }

    /// The comments but for those that say what the trace was found by.
    pub fn others(&self) -> impl Iterator<Item = &str> {
        self.comments.iter().map(String::as_str).filter(|comment| said(comment).is_none())
    }
}

/// The comment that says how a trace fails, by what property, and on which subject.
pub fn found_as(signature: &str, property: Property, subject: &SubjectKind) -> String {
    format!("signature {signature}, {}", judged_by(property, subject))
}

/// The comment that says by what property a trace is to be judged, and on which subject.
pub fn judged_by(property: Property, subject: &SubjectKind) -> String {
    format!("property {}, subject {}", property.name(), subject.name)
}

/// The parts of a comment that says what a trace was found by; `None` where it is any other.
fn said(comment: &str) -> Option<Vec<(&str, &str)>> {
    comment.split(',').map(part).collect()
}

fn part(text: &str) -> Option<(&str, &str)> {
    let (key, name) = text.trim().split_once(' ')?;
    let is_one = ["signature", "property", "subject"].contains(&key) && !name.contains(char::is_whitespace);
    is_one.then_some((key, name))
}
