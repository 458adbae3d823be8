//! The judges of a run, one for each of its properties.

use crate::doors::cli::Trouble;
use crate::doors::cli::isolate::Isolate;
use crate::doors::cli::judging::Judge;
use crate::failure::corpus::Kept;
use crate::judge::lockstep::Failure;
use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use crate::runs::mix::Mix;
use std::collections::BTreeMap;

pub(super) struct Judges<'a> {
    /// The judge of traces that name none of the properties.
    first: Judge<'a>,
    others: BTreeMap<Property, Judge<'a>>,
}

impl<'a> Judges<'a> {
    pub fn new(mix: &Mix, subject: &'a SubjectKind, isolate: &'a Isolate) -> Result<Judges<'a>, Trouble> {
        let first = mix.main().property;
        let others = mix.properties().into_iter().filter(|property| *property != first);
        let others = others.map(|property| Ok((property, Judge::new(property, subject, isolate)?)));
        Ok(Judges { first: Judge::new(first, subject, isolate)?, others: others.collect::<Result<_, Trouble>>()? })
    }

    pub fn of(&self, property: Property) -> &Judge<'a> {
        self.others.get(&property).unwrap_or(&self.first)
    }

    /// How a kept trace fails by the property that it names, if it does.
    pub fn kept(&self, kept: &Kept) -> Option<Failure> {
        kept.heading.property.map_or(&self.first, |property| self.of(property)).failure(&kept.program)
    }

    /// Whether an error keeps one of them from judging.
    pub fn are_in_trouble(&self) -> bool {
        self.first.is_in_trouble() || self.others.values().any(Judge::is_in_trouble)
    }

    /// The error that kept one of them from judging.
    pub fn trouble(self) -> Result<(), Trouble> {
        self.first.trouble()?;
        self.others.into_values().try_for_each(Judge::trouble)
    }
}
