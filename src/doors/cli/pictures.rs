//! The page, the graphs and the picture that `replay` can write for a run.

use super::files::{Files, Target};
use super::output::Output;
use super::{Trouble, say};
use crate::failure::viewer::{Drawn, Wanted};
use clap::Args;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct Pictures {
    /// Write a page that shows the run step by step
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write a graph for each step, for Graphviz
    #[arg(long, value_name = "DIR")]
    dot: Option<PathBuf>,
    /// Write a picture of the step that fails, or of the last step
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write the picture of this step instead
    #[arg(long, value_name = "N", requires = "svg", value_parser = clap::value_parser!(u32).range(1..))]
    step: Option<u32>,
}

impl Pictures {
    /// Whether the arguments ask for any.
    pub fn any(&self) -> bool {
        self.html.is_some() || self.dot.is_some() || self.svg.is_some()
    }

    /// The places for them.
    pub fn targets(&self, files: &mut Files) -> Result<Targets<'_>, Trouble> {
        let (svg, html) = (files.optional_target(self.svg.as_ref())?, files.optional_target(self.html.as_ref())?);
        self.dot.iter().try_for_each(|folder| Files::folder(folder))?;
        Ok(Targets { pictures: self, svg, html })
    }

    /// What the viewer must draw.
    pub fn wanted(&self) -> Wanted {
        Wanted {
            html: self.html.is_some(),
            svg: self.svg.is_some(),
            step: self.step.map(|step| step as usize),
            dots: self.dot.is_some(),
        }
    }
}

/// The places for pictures.
pub(super) struct Targets<'a> {
    pictures: &'a Pictures,
    svg: Option<Target>,
    html: Option<Target>,
}

impl Targets<'_> {
    /// Writes them.
    pub fn write(&self, drawn: &Drawn, files: &mut Files, output: &mut Output) -> Result<(), Trouble> {
        if let Some(target) = &self.svg {
            let Some(svg) = &drawn.svg else {
                let (step, steps) = (self.pictures.step.unwrap_or(1), drawn.steps);
                return Err(Trouble::Usage(format!("there is no step {step}: the run has {steps}")));
            };
            target.write(svg.as_bytes(), output)?;
        }
        if let (Some(target), Some(html)) = (&self.html, &drawn.html) {
            target.write(html.as_bytes(), output)?;
        }
        if let Some(folder) = &self.pictures.dot {
            let targets = graphs(folder, drawn, files)?;
            for (target, graph) in targets.iter().zip(&drawn.dots) {
                target.keep(graph.as_bytes())?;
            }
            say(&format!("wrote {} graphs into {}", targets.len(), folder.display()));
        }
        Ok(())
    }
}

/// The file for the graph of each step.
fn graphs(folder: &Path, drawn: &Drawn, files: &mut Files) -> Result<Vec<Target>, Trouble> {
    let unmade = |error| Trouble::Fault(format!("can't make the folder {}: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(unmade)?;
    let paths = (1..=drawn.dots.len()).map(|number| folder.join(format!("step-{number:05}.dot")));
    paths.map(|path| files.target(Some(&path))).collect()
}
