//! Shows a run step by step, as an HTML page or as pictures.
//!
//! [`Viewer::html`] makes one page that needs nothing else: it contains style, script and data, and a policy in its
//! head forbids all network access. [`Viewer::svg`] and [`Viewer::dots`] draw single steps. All three are made from the
//! history of the run, as explanations are, and objects stand in the same `places` at every step.

mod data;
mod dot;
mod places;
mod scene;
mod svg;

use crate::failure::explain::Explanation;
use crate::failure::explain::history::{History, When};
use crate::judge::lockstep::Failure;
use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use heapproof_model::Program;
use places::Places;
use scene::Sides;

/// The most steps that a page has.
const MOST_STEPS: usize = 20_000;

/// The most characters of a text value that a page shows.
const LONGEST: usize = 200;

/// Dark where the system is, unless the reader wants it otherwise.
const STYLE: &str = concat!(
    include_str!("page.css"),
    include_str!("picture.css"),
    ":root[data-theme=\"dark\"] { color-scheme: dark;\n",
    include_str!("dark.css"),
    "}\n@media (prefers-color-scheme: dark) { :root:not([data-theme=\"light\"]) { color-scheme: dark;\n",
    include_str!("dark.css"),
    "} }\n"
);

/// Which drawings of a run are wanted.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Wanted {
    /// The page.
    pub html: bool,
    /// A picture.
    pub svg: bool,
    /// Of which step, from 1; of the main one unless given.
    pub step: Option<usize>,
    /// A graph for each step.
    pub dots: bool,
}

/// Drawings of a run.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Drawn {
    /// How many steps the run has.
    pub steps: usize,
    /// The page, if it is wanted.
    pub html: Option<String>,
    /// The picture, if it is wanted and there is the step.
    pub svg: Option<String>,
    /// The graphs, if they are wanted.
    pub dots: Vec<String>,
}

/// A run, ready to be shown.
pub struct Viewer {
    history: History,
    places: Places,
    title: String,
    about: String,
    verdict: String,
    lines: Vec<String>,
    /// The step that fails.
    fails: Option<usize>,
    explanation: Option<Explanation>,
}

impl Viewer {
    /// Runs a program, and explains its failure if it fails.
    pub fn new(
        title: &str,
        (property, subject): (Property, &SubjectKind),
        program: &Program,
        failed: Option<(&Failure, &Explanation)>,
    ) -> Viewer {
        let about = failed.map(|(failure, _)| failure).filter(|failure| !failure.violation.is_of_notation());
        let history = match about {
            Some(failure) => History::of_failure(subject, program, failure),
            None => History::of(subject, program, program.len(), &[]),
        };
        let places = Places::of(&history);
        let shortened = |text: String| match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}..", &text[..end]),
            None => text,
        };
        Viewer {
            places,
            title: title.to_owned(),
            about: format!("{} of {}", property.name(), subject.name),
            verdict: failed.map_or_else(|| "passed".to_owned(), |(failure, _)| failure.signature(program).to_string()),
            lines: program.lines().iter().map(|line| shortened(program.print(line))).collect(),
            fails: about.map(|failure| history.moments.len().saturating_sub(1).max(failure.step)),
            explanation: failed.map(|(_, explanation)| explanation.clone()),
            history,
        }
    }

    /// The drawings that are wanted.
    pub fn drawn(&self, wanted: &Wanted) -> Drawn {
        let step = wanted.step.map_or(Some(self.main_step()), |step| step.checked_sub(1));
        let step = step.filter(|step| wanted.svg && (*step < self.steps() || wanted.step.is_none()));
        Drawn {
            steps: self.steps(),
            html: wanted.html.then(|| self.html()),
            svg: step.map(|step| self.svg(step)),
            dots: if wanted.dots { self.dots().collect() } else { Vec::new() },
        }
    }

    /// How many steps there are: the lines, and those of the end or of a copy.
    pub fn steps(&self) -> usize {
        self.history.moments.len().min(MOST_STEPS)
    }

    /// The step to show by default: the failing one, or the last.
    pub fn main_step(&self) -> usize {
        self.fails.unwrap_or(usize::MAX).min(self.steps().saturating_sub(1))
    }

    /// The index of a step's line.
    fn line(&self, step: usize) -> Option<usize> {
        match self.history.moments.get(step)?.when {
            When::Line(index) => Some(index),
            When::End | When::Copy => None,
        }
    }

    /// What a step does, with its place.
    fn caption(&self, step: usize) -> String {
        let Some(moment) = self.history.moments.get(step) else { return "nothing is done".to_owned() };
        let call =
            moment.operation.as_ref().map_or_else(String::new, |it| self.history.names.call(it).replace('`', ""));
        match moment.when {
            When::Line(index) => format!("line {}: {}", index + 1, self.lines.get(index).map_or("", |line| line)),
            When::End => format!("the end: {}", self.history.end_step(moment)),
            When::Copy => format!("on a copy: {call}"),
        }
    }

    /// A page that shows all steps.
    pub fn html(&self) -> String {
        // Inside a script element nothing may look like a tag.
        let data = data::data(self).to_string().replace('<', "\\u003c");
        let parts = [
            ("/*STYLE*/", STYLE),
            ("/*DATA*/", data.as_str()),
            ("/*SCRIPT*/", concat!(include_str!("states.js"), include_str!("draw.js"), include_str!("page.js"))),
        ];
        let mut page = String::new();
        let mut rest = include_str!("page.html");
        for (mark, part) in parts {
            if let Some((before, after)) = rest.split_once(mark) {
                page.push_str(before);
                page.push_str(part);
                rest = after;
            }
        }
        page + rest
    }

    /// A step as a picture.
    pub fn svg(&self, step: usize) -> String {
        let before = Sides::after(&self.history, step);
        svg::svg(&self.caption(step), &scene::scenes(&self.history, &before, &self.next(&before, step)), &self.places)
    }

    /// Each step in Graphviz's language.
    pub fn dots(&self) -> impl Iterator<Item = String> + '_ {
        let mut before = Sides::default();
        (0..self.steps()).map(move |step| {
            let now = self.next(&before, step);
            let text = dot::dot(&self.caption(step), &scene::scenes(&self.history, &before, &now));
            before = now;
            text
        })
    }

    fn next(&self, before: &Sides, step: usize) -> Sides {
        let mut now = before.clone();
        self.history.moments.get(step).into_iter().for_each(|moment| now.apply(moment));
        now
    }
}
