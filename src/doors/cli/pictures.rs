//! What `replay` makes of a run besides words: a page, graphs, a picture.

use super::Trouble;
use crate::failure::failures::write_whole;
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

    /// Which ones are.
    pub fn wanted(&self) -> Wanted {
        Wanted {
            html: self.html.is_some(),
            svg: self.svg.is_some(),
            step: self.step.map(|step| step as usize),
            dots: self.dot.is_some(),
        }
    }

    /// Writes those that are asked for.
    pub fn write(&self, drawn: &Drawn) -> Result<(), Trouble> {
        if let Some(path) = &self.svg {
            match (&drawn.svg, self.step) {
                (Some(svg), _) => write(path, svg)?,
                (None, step) => {
                    let (step, steps) = (step.unwrap_or(1), drawn.steps);
                    return Err(Trouble::Usage(format!("there is no step {step}: the run has {steps}")));
                }
            }
        }
        if let (Some(path), Some(html)) = (&self.html, &drawn.html) {
            write(path, html)?;
        }
        if let Some(folder) = &self.dot {
            let unmade = |error| Trouble::Fault(format!("can't make the folder {}: {error}", folder.display()));
            std::fs::create_dir_all(folder).map_err(unmade)?;
            for (index, graph) in drawn.dots.iter().enumerate() {
                write(&folder.join(format!("step-{:05}.dot", index + 1)), graph)?;
            }
        }
        Ok(())
    }
}

fn write(path: &Path, text: &str) -> Result<(), Trouble> {
    write_whole(path, text).map_err(|error| Trouble::Fault(format!("can't write {}: {error}", path.display())))
}
