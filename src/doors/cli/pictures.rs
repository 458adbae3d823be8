//! What `replay` makes of a run besides words: a page, graphs, a picture.

use super::files::{Files, Target};
use super::output::Output;
use super::{Trouble, say};
use crate::failure::viewer::Viewer;
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
    /// Write a picture of the step that fails, or of the last
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write the picture of that step instead
    #[arg(long, value_name = "N", requires = "svg", value_parser = clap::value_parser!(u32).range(1..))]
    step: Option<u32>,
}

impl Pictures {
    /// Whether any are asked for.
    pub fn any(&self) -> bool {
        self.html.is_some() || self.dot.is_some() || self.svg.is_some()
    }

    /// Where they are written.
    pub fn targets(&self, files: &mut Files) -> Result<Targets<'_>, Trouble> {
        let (svg, html) = (files.asked(self.svg.as_ref())?, files.asked(self.html.as_ref())?);
        self.dot.iter().try_for_each(|folder| Files::folder(folder))?;
        Ok(Targets { pictures: self, svg, html })
    }

    fn step(&self, viewer: &Viewer) -> Result<usize, Trouble> {
        match self.step {
            None => Ok(viewer.main_step()),
            Some(number) if number as usize <= viewer.steps() => Ok(number as usize - 1),
            Some(number) => {
                let steps = viewer.steps();
                Err(Trouble::Usage(format!("there is no step {number}: the run has {steps}")))
            }
        }
    }
}

/// Where pictures are written.
pub(super) struct Targets<'a> {
    pictures: &'a Pictures,
    svg: Option<Target>,
    html: Option<Target>,
}

impl Targets<'_> {
    /// Writes what is asked for.
    pub fn write(&self, viewer: &Viewer, files: &mut Files, output: &mut Output) -> Result<(), Trouble> {
        let step = self.pictures.step(viewer)?;
        let graphs = self.pictures.dot.as_ref().map(|folder| graphs(folder, viewer, files)).transpose()?;
        if let Some(target) = &self.svg {
            target.write(viewer.svg(step).as_bytes(), output)?;
        }
        if let Some(target) = &self.html {
            target.write(viewer.html().as_bytes(), output)?;
        }
        if let (Some(folder), Some(graphs)) = (&self.pictures.dot, graphs) {
            for (target, graph) in graphs.iter().zip(viewer.dots()) {
                target.keep(graph.as_bytes())?;
            }
            say(&format!("wrote {} graphs into {}", graphs.len(), folder.display()));
        }
        Ok(())
    }
}

/// Where the graph of each step is written.
fn graphs(folder: &Path, viewer: &Viewer, files: &mut Files) -> Result<Vec<Target>, Trouble> {
    let unmade = |error| Trouble::Fault(format!("can't make the folder {}: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(unmade)?;
    let paths = (1..=viewer.steps()).map(|number| folder.join(format!("step-{number:05}.dot")));
    paths.map(|path| files.target(Some(&path))).collect()
}
